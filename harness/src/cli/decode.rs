//! `sinkcheck decode`.

use std::fmt::Write as _;
use std::io::Read;

use sinkcheck_spec::wire::{Deframer, Message, explain};

use super::args::Decode;
use super::exit::{CONFORMS, Failure, USAGE};
use super::outputs::to_stdout;

/// More than any capture that is given by hand.
const MAX_OCTETS: u64 = 16 << 20;

pub(super) fn decode(typed: &Decode) -> Result<u8, Failure> {
    let mut digits = String::new();
    for part in &typed.hex {
        if part == "-" {
            let read = std::io::stdin().take(2 * MAX_OCTETS).read_to_string(&mut digits);
            read.map_err(|error| Failure::usage(format!("standard input: {error}")))?;
        } else {
            digits.push_str(part);
        }
    }
    digits.retain(|c| !c.is_whitespace());
    let octets = hex::decode(&digits).map_err(|error| Failure::usage(format!("that is not hex: {error}")))?;
    let mut text = String::new();
    let mut whole = true;
    if typed.content {
        whole &= one(&mut text, &octets);
    } else {
        let mut deframer = Deframer::new();
        deframer.push(&octets);
        let mut at = 0;
        while let Some(content) = deframer.next_frame() {
            line(&mut text, format_args!("octet {at}: a frame of {} octets", content.len()));
            whole &= one(&mut text, &content);
            at += content.len() + 2;
        }
        if deframer.pending() > 0 {
            whole = false;
            line(&mut text, format_args!("octet {at}: the stream ends within a frame: {}", hex::encode(&octets[at..])));
        }
        if octets.is_empty() {
            return Err(Failure::usage("no octets were given"));
        }
    }
    to_stdout(text.as_bytes())?;
    Ok(if whole { CONFORMS } else { USAGE })
}

/// Explains a content; false if it is malformed.
fn one(text: &mut String, content: &[u8]) -> bool {
    let decoded = Message::decode(content);
    match &decoded {
        Ok(message) => line(text, format_args!("  {message}")),
        Err(error) => line(text, format_args!("  malformed: {error}")),
    }
    for field in explain(content) {
        let octets = hex::encode(&content[field.range.clone()]);
        let shown = if octets.len() > 40 { format!("{}…", &octets[..40]) } else { octets };
        line(text, format_args!("    {:>5}  {shown:<42} {}: {}", field.range.start, field.name, field.value));
    }
    decoded.is_ok()
}

/// Writing to a string never fails.
fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{arguments}");
}
