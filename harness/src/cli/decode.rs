//! `sinkcheck decode`.

use std::fmt::Write as _;
use std::io::Read;

use sinkcheck_spec::wire::{Deframer, Message, explain};

use super::args::Decode;
use super::exit::{CONFORMS, Failure, USAGE};
use super::outputs::{to_stdout, write_stdout};

/// More than any capture that is given by hand.
const MAX_DIGITS: u64 = 32 << 20;

/// Long explanations are written bit by bit, for a reader who may have seen enough.
const AT_ONCE: usize = 64 * 1024;

pub(super) fn decode(typed: &Decode) -> Result<u8, Failure> {
    let octets = octets(&typed.hex)?;
    let mut text = String::new();
    if typed.content {
        let is_right = one(&mut text, &octets);
        to_stdout(text.as_bytes())?;
        return Ok(if is_right { CONFORMS } else { USAGE });
    }
    if octets.is_empty() {
        return Err(Failure::usage("no octets were given"));
    }
    let mut whole = true;
    let mut deframer = Deframer::new();
    deframer.push(&octets);
    let mut at = 0;
    while let Some(content) = deframer.next_frame() {
        line(&mut text, format_args!("octet {at}: a frame of {} octets", content.len()));
        whole &= one(&mut text, &content);
        at += content.len() + 2;
        if text.len() >= AT_ONCE && !write_stdout(std::mem::take(&mut text).as_bytes())? {
            break;
        }
    }
    if deframer.pending() > 0 && at + deframer.pending() == octets.len() {
        whole = false;
        line(&mut text, format_args!("octet {at}: the stream ends within a frame: {}", hex::encode(&octets[at..])));
    }
    to_stdout(text.as_bytes())?;
    Ok(if whole { CONFORMS } else { USAGE })
}

/// The octets that were typed, or stand in standard input.
fn octets(typed: &[String]) -> Result<Vec<u8>, Failure> {
    let mut digits = String::new();
    for part in typed {
        if part == "-" {
            let mut read = Vec::new();
            let input = std::io::stdin().take(MAX_DIGITS + 1).read_to_end(&mut read);
            input.map_err(|error| Failure::usage(format!("standard input: {error}")))?;
            let text = std::str::from_utf8(&read).map_err(|_| {
                Failure::usage("standard input is not hex: octets themselves can be piped through `xxd -p`")
            })?;
            digits.push_str(text);
        } else {
            digits.push_str(part);
        }
    }
    if digits.len() as u64 > MAX_DIGITS {
        return Err(Failure::usage(format!("more than {MAX_DIGITS} digits: that is no capture to be read by eye")));
    }
    digits.retain(|c| !c.is_whitespace());
    if let Some((at, wrong)) = digits.chars().enumerate().find(|(_, c)| !c.is_ascii_hexdigit()) {
        return Err(Failure::usage(format!("that is not hex: `{}` at digit {at}", wrong.escape_default())));
    }
    hex::decode(&digits).map_err(|_| Failure::usage(format!("that is not hex: {} digits make no octets", digits.len())))
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
