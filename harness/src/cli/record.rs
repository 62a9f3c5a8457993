//! `sinkcheck record`.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use sinkcheck_spec::catalogue::Role;

use super::args::{Record, RoleArgument};
use super::exit::{CONFORMS, Failure};
use super::judge::{name_of, open, options};
use super::outputs::to_stdout;
use super::say;
use crate::record::read;
use crate::record::scenario::{Collector, NotWritten, write};

pub(super) fn record(typed: &Record) -> Result<u8, Failure> {
    let role = match typed.under_test {
        RoleArgument::Server => Role::Server,
        RoleArgument::Client => Role::Client,
    };
    let name = name_of(&typed.session);
    let wrong = |why: String| Failure::usage(format!("{name}: {why}"));
    let mut collector = Collector::new(typed.connection.clone());
    let options = options(&typed.session, &typed.port, typed.keylog.as_deref());
    let account = open(&typed.session, false)
        .map_err(Into::into)
        .and_then(|input| read(input, &options, &mut |happening| collector.happening(happening)))
        .map_err(|error| wrong(error.to_string()))?;
    for remark in &account.remarks {
        say(format!("{name}: {remark}"));
    }
    let recording = collector.finish().map_err(|error| wrong(error.to_string()))?;
    // Where the record lies is nobody's business but its name.
    let source = typed.session.file_name().map_or_else(|| name.clone(), |name| name.to_string_lossy().into_owned());
    let written =
        write(&recording, role, if name == source { &name } else { &source }).map_err(|error| match error {
            NotWritten::Nothing(_) => wrong(error.to_string()),
            NotWritten::Ours(_) => Failure::ours(error.to_string()),
        })?;
    for what in &written.left_out {
        say(format!("left out: {what}"));
    }
    if typed.scenario == Path::new("-") {
        return to_stdout(written.text.as_bytes());
    }
    create(&typed.scenario, &written.text)?;
    say(format!("{} was made of {} frames", typed.scenario.display(), written.frames));
    Ok(CONFORMS)
}

/// A file that is there already may have been worked on. A folder that isn't there yet is made: the first case of one's own goes into it.
fn create(file: &Path, text: &str) -> Result<(), Failure> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
    let created = folder.map_or(Ok(()), fs::create_dir_all);
    let created = created.and_then(|()| OpenOptions::new().write(true).create_new(true).open(file));
    created.and_then(|mut open| open.write_all(text.as_bytes())).map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => {
            Failure::usage(format!("--scenario {}: it is there already, name another file", file.display()))
        }
        _ => Failure::usage(format!("--scenario {}: {error}", file.display())),
    })
}
