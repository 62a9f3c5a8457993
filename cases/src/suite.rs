//! Suites: folders of scenario files, the built-in one embedded in the program.

use std::collections::BTreeSet;
use std::path::Path as FilePath;

use include_dir::{Dir, include_dir};

use crate::language::Scenario;
use crate::language::form::Form;
use crate::lint;
use crate::yaml::{self, Diagnostic};

static BUILT_IN: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/suites");

/// Where the built-in files are in the project, for messages that name them.
const BUILT_IN_FOLDER: &str = "cases/suites";

/// Deeper folders than any suite has; a bound for folders that contain themselves.
const MAX_DEPTH: usize = 16;

/// Reads one scenario and looks for every mistake that can be found without playing it.
///
/// # Errors
/// All mistakes that were found, in the order of the file.
pub fn read(id: &str, file: &str, text: &str) -> Result<Scenario, Vec<Diagnostic>> {
    let (form, source) = yaml::read::<Form>(file, text).map_err(|error| vec![*error])?;
    let scenario = form.into_scenario(id, &source).map_err(|error| vec![*error])?;
    let found = lint::check(&scenario, &source);
    if found.is_empty() { Ok(scenario) } else { Err(found) }
}

/// The built-in suite, sorted by id.
///
/// # Errors
/// None in a released program: a test reads every embedded file.
pub fn built_in() -> Result<Vec<Scenario>, Vec<Diagnostic>> {
    let mut files = Vec::new();
    embedded(&BUILT_IN, &mut files);
    let texts = files.into_iter().map(|(path, text)| (format!("{BUILT_IN_FOLDER}/{path}"), path, Ok(text.to_owned())));
    collect(texts)
}

/// The scenario files below a folder, or one file, sorted by id; ids are paths from the folder on.
///
/// # Errors
/// All mistakes in all files; a folder that can't be read or holds no scenario.
pub fn load(path: &FilePath) -> Result<Vec<Scenario>, Vec<Diagnostic>> {
    let shown = path.display().to_string();
    let unreadable = |error: std::io::Error| vec![Diagnostic::whole_file(&shown, format!("can't be read: {error}"))];
    let mut files = Vec::new();
    if std::fs::metadata(path).map_err(unreadable)?.is_dir() {
        walk(path, 0, &mut files).map_err(unreadable)?;
        if files.is_empty() {
            return Err(vec![Diagnostic::whole_file(&shown, "no scenario file (*.yaml) in this folder")]);
        }
    } else {
        files.push(path.to_owned());
    }
    files.sort();
    let texts = files.iter().map(|file| {
        let below = file.strip_prefix(path).ok().filter(|rest| !rest.as_os_str().is_empty());
        let id = below.unwrap_or_else(|| file.file_name().map_or(file, FilePath::new));
        (file.display().to_string(), id.to_string_lossy().replace('\\', "/"), yaml::text_of(file))
    });
    collect(texts)
}

fn collect(
    files: impl Iterator<Item = (String, String, Result<String, Box<Diagnostic>>)>,
) -> Result<Vec<Scenario>, Vec<Diagnostic>> {
    let mut scenarios = Vec::new();
    let mut mistakes = Vec::new();
    let mut seen = BTreeSet::new();
    for (file, path, text) in files {
        let id = path.trim_end_matches(".yaml").trim_end_matches(".yml").to_owned();
        if !seen.insert(id.clone()) {
            mistakes.push(
                Diagnostic::whole_file(&file, format!("a second case with the id `{id}`"))
                    .hint("ids are paths without the ending"),
            );
            continue;
        }
        match text {
            Ok(text) => match read(&id, &file, &text) {
                Ok(scenario) => scenarios.push(scenario),
                Err(found) => mistakes.extend(found),
            },
            Err(unreadable) => mistakes.push(*unreadable),
        }
    }
    scenarios.sort_by(|a, b| a.id.cmp(&b.id));
    if mistakes.is_empty() { Ok(scenarios) } else { Err(mistakes) }
}

fn embedded(dir: &'static Dir<'static>, files: &mut Vec<(String, &'static str)>) {
    for file in dir.files() {
        let path = file.path().to_string_lossy().into_owned();
        if is_scenario(file.path())
            && let Some(text) = file.contents_utf8()
        {
            files.push((path, text));
        }
    }
    for below in dir.dirs() {
        embedded(below, files);
    }
}

fn walk(dir: &FilePath, depth: usize, files: &mut Vec<std::path::PathBuf>) -> std::io::Result<()> {
    for entry in std::fs::read_dir(dir)? {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() && depth < MAX_DEPTH {
            walk(&path, depth + 1, files)?;
        } else if is_scenario(&path) {
            files.push(path);
        }
    }
    Ok(())
}

fn is_scenario(path: &FilePath) -> bool {
    path.extension().is_some_and(|ending| ending == "yaml" || ending == "yml")
}
