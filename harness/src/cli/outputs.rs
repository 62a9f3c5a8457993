//! Where the result goes: pairs of --format and --output, and standard output.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};

use clap::ArgMatches;
use sinkcheck_reports::Document;
use sinkcheck_reports::render::{Format, RenderOptions, render};

use super::args::{Colour, ResultArguments, Terminal};
use super::exit::{CONFORMS, Failure};

/// A form of the result and where it goes.
#[derive(Debug)]
pub(super) struct Output<F> {
    format: F,
    /// Standard output if there is none.
    file: Option<PathBuf>,
}

/// The forms that were asked for, and the files.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a, F> {
    /// Each --format.
    pub(super) formats: &'a [F],
    /// Each --output.
    pub(super) files: &'a [PathBuf],
    /// What goes to standard output where nothing else does.
    pub(super) text: Option<F>,
}

/// Pairs each --output with the --format before it. Text goes to standard output beside what goes to files, unless the call is to be
/// quiet.
pub(super) fn outputs(typed: &ResultArguments, matches: &ArgMatches) -> Result<Vec<Output<Format>>, Failure> {
    let text = (!typed.quiet).then_some(Format::Text);
    outputs_of(&Asked { formats: &typed.format, files: &typed.output, text }, matches)
}

/// The same, with nothing beside what was asked for; text if nothing was.
pub(super) fn only_outputs(typed: &ResultArguments, matches: &ArgMatches) -> Result<Vec<Output<Format>>, Failure> {
    let text = (typed.format.is_empty() && typed.output.is_empty()).then_some(Format::Text);
    outputs_of(&Asked { formats: &typed.format, files: &typed.output, text }, matches)
}

/// The same for forms of any kind.
pub(super) fn outputs_of<F: Copy>(asked: &Asked<'_, F>, matches: &ArgMatches) -> Result<Vec<Output<F>>, Failure> {
    let mut matches = matches;
    while let Some((_, deeper)) = matches.subcommand() {
        matches = deeper;
    }
    let places = |name: &str| matches.indices_of(name).into_iter().flatten().collect::<Vec<usize>>();
    let mut list: Vec<(usize, Output<F>)> = places("format")
        .into_iter()
        .zip(asked.formats)
        .map(|(at, format)| (at, Output { format: *format, file: None }))
        .collect();
    for (at, file) in places("output").into_iter().zip(asked.files) {
        let Some((_, output)) = list.iter_mut().rev().find(|(format_at, _)| *format_at < at) else {
            return Err(Failure::usage(format!(
                "--output {} comes before any --format: say which form goes there",
                file.display()
            )));
        };
        if output.file.is_some() {
            return Err(Failure::usage(format!("--output {} is a second one for the same --format", file.display())));
        }
        output.file = Some(file.clone());
    }
    let mut list: Vec<Output<F>> = list.into_iter().map(|(_, output)| output).collect();
    match list.iter().filter(|output| output.file.is_none()).count() {
        0 => list.extend(asked.text.map(|format| Output { format, file: None })),
        1 => {}
        _ => return Err(Failure::usage("two forms for standard output: give all but one of them an --output")),
    }
    let mut files = BTreeSet::new();
    for file in list.iter().filter_map(|output| output.file.as_deref()) {
        check_writable(file)?;
        if is_replaced(file) && !files.insert(whereto(file)) {
            return Err(Failure::usage(format!("--output {}: two forms can't go to one file", file.display())));
        }
    }
    Ok(list)
}

/// Whether a form of the result goes to standard output that is no text for people.
pub(super) fn is_for_programs(list: &[Output<Format>]) -> bool {
    list.iter().any(|output| output.file.is_none() && output.format != Format::Text)
}

/// Whether a form of the result replaces this file.
pub(super) fn replaces(list: &[Output<Format>], file: &Path) -> bool {
    list.iter().filter_map(|output| output.file.as_deref()).any(|other| is_same_file(file, other))
}

/// Whether two names are of one file that would be replaced.
pub(super) fn is_same_file(one: &Path, other: &Path) -> bool {
    is_replaced(one) && whereto(one) == whereto(other)
}

/// A result that can't be written is found out before the run and not after it.
pub(super) fn check_writable(file: &Path) -> Result<(), Failure> {
    let wrong = |error: io::Error| Failure::usage(format!("--output {}: {error}", file.display()));
    if file.is_dir() {
        return Err(Failure::usage(format!("--output {}: it is a folder", file.display())));
    }
    if let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.is_dir()) {
        return Err(Failure::usage(format!("--output {}: there is no folder {}", file.display(), folder.display())));
    }
    if !is_replaced(file) {
        // Whoever reads a pipe would take a first look for its end.
        return Ok(());
    }
    let beside = beside(&whereto(file));
    File::create(&beside).map_err(wrong)?;
    std::fs::remove_file(&beside).map_err(wrong)
}

/// Whether a new file takes the place of this one. A device or a pipe (/dev/stdout, /dev/null) is written to as it is.
fn is_replaced(file: &Path) -> bool {
    file.metadata().map_or(true, |found| found.is_file())
}

/// Where a link leads to, so that the file is replaced and not the link.
fn whereto(file: &Path) -> PathBuf {
    file.canonicalize().or_else(|_| std::path::absolute(file)).unwrap_or_else(|_| file.to_owned())
}

/// The file that is written before it takes the place of the real one.
fn beside(file: &Path) -> PathBuf {
    let mut name = file.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    file.with_file_name(name)
}

/// Writes every form of the result, as [`write_each`] does.
pub(super) fn write(
    document: &Document,
    list: &[Output<Format>],
    terminal: &Terminal,
    verbose: bool,
) -> Result<(), Failure> {
    write_each(list, terminal, verbose, |format, options, out| render(document, format, options, out))
}

/// Writes every form of a result. A file appears whole or not at all. One that can't be written keeps no other from its form.
pub(super) fn write_each<F: Copy>(
    list: &[Output<F>],
    terminal: &Terminal,
    verbose: bool,
    render: impl Fn(F, &RenderOptions, &mut dyn Write) -> io::Result<()>,
) -> Result<(), Failure> {
    let mut done = Ok(());
    for output in list {
        let written = match &output.file {
            Some(file) => {
                let options = RenderOptions { colour: false, verbose, ..RenderOptions::default() };
                to_file(file, |out| render(output.format, &options, out))
            }
            None => {
                let options = options_of_stdout(terminal, verbose);
                render_to_stdout(|out| render(output.format, &options, out))
            }
        };
        done = done.and(written);
    }
    done
}

/// How a page for standard output is to look.
pub(super) fn options_of_stdout(terminal: &Terminal, verbose: bool) -> RenderOptions {
    RenderOptions { colour: colour(terminal.color), width: width(), verbose }
}

/// Writes what `emit` writes to standard output.
pub(super) fn render_to_stdout(emit: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    let mut stdout = BufWriter::new(io::stdout().lock());
    let written = emit(&mut stdout).and_then(|()| stdout.flush());
    // What a reader that has left did not take is not to be tried once more.
    let _ = stdout.into_parts();
    is_read(written).map(drop)
}

/// Writes what `emit` writes to a file, which appears whole or not at all.
pub(super) fn to_file(file: &Path, emit: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), Failure> {
    write_file(file, emit).map_err(|error| Failure::ours(format!("{} can't be written: {error}", file.display())))
}

fn write_file(file: &Path, emit: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let fill = |open: File| {
        let mut buffered = BufWriter::new(open);
        emit(&mut buffered)?;
        buffered.into_inner().map_err(io::IntoInnerError::into_error)
    };
    if !is_replaced(file) {
        return OpenOptions::new().write(true).open(file).and_then(fill).map(drop);
    }
    let file = whereto(file);
    let beside = beside(&file);
    let written = File::create(&beside).and_then(fill).and_then(|open| {
        open.sync_all()?;
        std::fs::rename(&beside, &file)
    });
    if written.is_err() {
        // What was there before stays as it was; the part that was written is of no use.
        let _ = std::fs::remove_file(&beside);
    }
    written
}

/// Writes to standard output; a reader that has seen enough is no error.
pub(super) fn to_stdout(text: &[u8]) -> Result<u8, Failure> {
    write_stdout(text).map(|_| CONFORMS)
}

/// The same; false if nobody reads any more.
pub(super) fn write_stdout(text: &[u8]) -> Result<bool, Failure> {
    let mut stdout = io::stdout().lock();
    is_read(stdout.write_all(text).and_then(|()| stdout.flush()))
}

fn is_read(written: io::Result<()>) -> Result<bool, Failure> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(Failure::ours(format!("standard output: {error}"))),
    }
}

/// Whether to colour what goes to standard output.
pub(super) fn colour(when: Colour) -> bool {
    colour_on(when, io::stdout().is_terminal())
}

/// Whether to colour what goes to a place that is a terminal or isn't.
pub(super) fn colour_on(when: Colour, is_terminal: bool) -> bool {
    match when {
        Colour::Always => true,
        Colour::Never => false,
        Colour::Auto => is_terminal && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()),
    }
}

/// The columns of the terminal.
pub(super) fn width() -> usize {
    width_of(io::stdout())
}

/// The columns of what this stream leads to; 100 where it is no terminal.
pub(super) fn width_of(stream: impl std::os::fd::AsFd) -> usize {
    terminal_size::terminal_size_of(stream).map_or(100, |(width, _)| usize::from(width.0))
}
