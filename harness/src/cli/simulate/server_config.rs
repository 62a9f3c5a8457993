//! The reference server's configuration file, read so that a mistake in it can be pointed at.

use std::path::{Path, PathBuf};

use sinkcheck_cases::yaml::{self, Path as YamlPath, Segment, Source};
use sinkcheck_simulator::config::ConfigError;
use sinkcheck_simulator::{ServerConfig, StartError};

use crate::cli::exit::Failure;

/// Where a configuration came from.
#[derive(Default)]
pub(super) struct Origin {
    /// The folder that its paths are relative to.
    pub(super) base: PathBuf,
    source: Option<Source>,
}

pub(super) fn read(file: &Path) -> Result<(ServerConfig, Origin), Failure> {
    let mistake = |mistake: Box<yaml::Diagnostic>| Failure::mistakes(&[*mistake], false);
    let text = yaml::text_of(file).map_err(mistake)?;
    let (config, source) = yaml::read::<ServerConfig>(&file.display().to_string(), &text).map_err(mistake)?;
    let base = file.parent().unwrap_or(Path::new("")).to_owned();
    let origin = Origin { base, source: Some(source) };
    config.check().map_err(|error| origin.failure(error.into()))?;
    Ok((config, origin))
}

impl Origin {
    /// Why a server of this configuration could not be started.
    pub(super) fn failure(&self, error: StartError) -> Failure {
        let field = match &error {
            StartError::Config(ConfigError::Field { field, .. } | ConfigError::NamedFile { field, .. }) => Some(field),
            _ => None,
        };
        match (field, &self.source) {
            (Some(field), Some(source)) => {
                Failure::mistakes(&[source.error(&path_of(field), error.to_string())], false)
            }
            _ => Failure::usage(error.to_string()),
        }
    }
}

/// The way to a field from its name in a message: `listeners[0].client`.
fn path_of(field: &str) -> YamlPath {
    let mut segments = Vec::new();
    for part in field.split('.') {
        let mut pieces = part.split('[');
        segments.extend(pieces.next().filter(|key| !key.is_empty()).map(|key| Segment::Key(key.to_owned())));
        let indices = pieces.filter_map(|piece| piece.strip_suffix(']')?.parse().ok());
        segments.extend(indices.map(Segment::Index));
    }
    segments.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fields_name_is_the_way_to_it() {
        for name in ["tls", "clients.known/2.certificate", "listeners[3].client"] {
            assert_eq!(path_of(name).to_string(), name);
        }
    }
}
