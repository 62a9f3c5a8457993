//! Reading a record of whatever form.

use std::io::{BufReader, Cursor, Read};
use std::path::PathBuf;

use super::form::HEAD;
use super::{Account, Form, Happening, RecordError, capture, document, json_lines, tls};

/// What whoever gives a record says about it.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// In packet captures: the ports that servers listen at. If there is none, the content tells.
    pub ports: Vec<u16>,
    /// In packet captures: the secrets of their TLS connections, in NSS key log form.
    pub keylog: Option<PathBuf>,
    /// The record as a file, if it is one. What decrypts reads it once more.
    pub file: Option<PathBuf>,
}

/// Reads a record to its end, and tells what it holds.
///
/// # Errors
///
/// [`RecordError`] if nothing of it can be read.
pub fn read(
    mut input: impl Read,
    options: &Options,
    tell: &mut dyn FnMut(Happening<'_>),
) -> Result<Account, RecordError> {
    let mut head = Vec::with_capacity(HEAD);
    input.by_ref().take(HEAD as u64).read_to_end(&mut head)?;
    let form = Form::of(&head)?;
    let input = Cursor::new(head).chain(input);
    match form {
        Form::JsonLines => json_lines::read(BufReader::new(input), tell),
        Form::Document => document::read(input, tell),
        Form::Pcap | Form::PcapNg => {
            let Some(keylog) = &options.keylog else { return Ok(capture::read(form, input, options, tell)?.0) };
            let Some(file) = &options.file else {
                let why = "with --keylog the capture must be a file, for it is read twice";
                return Err(RecordError::Decrypting(why.to_owned()));
            };
            let (account, encrypted) = capture::read(form, input, options, tell)?;
            tls::read(account, &encrypted.ports, encrypted.connections, file, keylog, options, tell)
        }
    }
}
