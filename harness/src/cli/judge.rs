//! `sinkcheck judge`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use clap::ArgMatches;
use indicatif::{ProgressBar, ProgressStyle};
use sinkcheck_reports::fold::exit_code;
use sinkcheck_spec::oracle::{Judged, Settings};

use super::args::{Judge, SideArgument, Terminal};
use super::durations::{duration, keepalive_interval};
use super::exit::Failure;
use super::outputs;
use crate::record::{Judging, Options, read};

pub(super) fn judge(typed: &Judge, matches: &ArgMatches, terminal: &Terminal) -> Result<u8, Failure> {
    let outputs = outputs::outputs(&typed.result, matches)?;
    let settings = Settings {
        judged: match typed.side {
            SideArgument::Server => Judged::Server,
            SideArgument::Client => Judged::Client,
            SideArgument::Both => Judged::Both,
        },
        keepalive_interval: typed.keepalive_interval.as_deref().map(keepalive_interval).transpose()?,
        patience: duration("--patience", &typed.patience)?,
        ..Settings::default()
    };
    let mut judging = Judging::new(settings);
    let mut unreadable = Vec::new();
    for file in &typed.files {
        let name = name_of(file);
        judging.record(if typed.files.len() == 1 { String::new() } else { format!("{name}: ") });
        let options = options(file, &typed.port, typed.keylog.as_deref());
        let read = open(file, typed.result.quiet)
            .map_err(Into::into)
            .and_then(|input| read(input, &options, &mut |happening| judging.happening(happening, |_| {})));
        match read {
            Ok(account) => {
                for remark in &account.remarks {
                    judging.note(format!("{name}: {remark}"));
                }
                if account.left_out > 0 {
                    judging.note(format!("{name}: {} more remarks are left out", account.left_out));
                }
            }
            Err(error) => unreadable.push((name, error.to_string())),
        }
    }
    if unreadable.len() == typed.files.len() {
        let lines: Vec<String> = unreadable.iter().map(|(name, why)| format!("{name}: {why}")).collect();
        return Err(Failure::usage(lines.join("\n")));
    }
    for (name, why) in &unreadable {
        judging.unreadable(name, why);
    }
    let names: Vec<String> = typed.files.iter().map(|file| name_of(file)).collect();
    let title = match &names[..] {
        [name] => name.clone(),
        _ => format!("{} records", names.len()),
    };
    let document = judging.finish().document(title, names.join(", "));
    outputs::write(&document, &outputs, terminal, typed.result.verbose)?;
    Ok(exit_code(&document, 0))
}

/// What standard input is called.
const STANDARD_INPUT: &str = "standard input";

/// What was said about a record.
pub(super) fn options(file: &Path, ports: &[u16], keylog: Option<&Path>) -> Options {
    Options {
        ports: ports.to_vec(),
        keylog: keylog.map(Path::to_owned),
        file: (file != Path::new("-")).then(|| file.to_owned()),
    }
}

/// What messages call a record.
pub(super) fn name_of(file: &Path) -> String {
    if file == Path::new("-") { STANDARD_INPUT.to_owned() } else { file.display().to_string() }
}

/// A record to read, with a bar on standard error while that takes long. There is none where nobody looks.
pub(super) fn open(file: &Path, quiet: bool) -> io::Result<Box<dyn Read>> {
    if file == Path::new("-") {
        return Ok(Box::new(io::stdin().lock()));
    }
    let open = File::open(file)?;
    let found = open.metadata()?;
    if found.is_dir() {
        return Err(io::Error::other("it is a folder; name the records in it"));
    }
    if quiet || !found.is_file() {
        return Ok(Box::new(open));
    }
    let bar = ProgressBar::new(found.len());
    let style = ProgressStyle::with_template("{wide_bar} {bytes} of {total_bytes} read");
    bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()));
    Ok(Box::new(bar.wrap_read(open)))
}
