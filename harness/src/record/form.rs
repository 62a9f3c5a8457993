//! The forms of records, told apart by what they begin with.

use std::fmt;

use super::RecordError;

/// A form that a record can be in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// JSON lines, one for each read or event.
    JsonLines,
    /// A result document.
    Document,
    /// A packet capture of the older form.
    Pcap,
    /// A packet capture of the newer form.
    PcapNg,
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::JsonLines => "JSON lines",
            Self::Document => "a result document",
            Self::Pcap => "a pcap file",
            Self::PcapNg => "a pcapng file",
        })
    }
}

/// So many octets are enough to tell.
pub(super) const HEAD: usize = 4096;

impl Form {
    /// The form of a record that begins with these octets, at least as many as [`HEAD`] if it has so many.
    pub(super) fn of(head: &[u8]) -> Result<Self, RecordError> {
        let unknown = |text: &str| Err(RecordError::Unknown(text.to_owned()));
        let magic = head.first_chunk::<4>();
        match magic {
            Some([0xa1, 0xb2, 0xc3, 0xd4] | [0xd4, 0xc3, 0xb2, 0xa1]) => return Ok(Self::Pcap),
            Some([0xa1, 0xb2, 0x3c, 0x4d] | [0x4d, 0x3c, 0xb2, 0xa1] | [0x34, 0xcd, 0xb2, 0xa1]) => {
                return Ok(Self::Pcap);
            }
            Some([0x0a, 0x0d, 0x0d, 0x0a]) => return Ok(Self::PcapNg),
            Some([0x1f, 0x8b, ..] | [0x28, 0xb5, 0x2f, 0xfd] | [0xfd, b'7', b'z', b'X'] | [b'B', b'Z', b'h', _]) => {
                return unknown(
                    "it is compressed: unpack it first (gunzip, unzstd, unxz, bunzip2), or pipe it in with `-`",
                );
            }
            Some([b'P', b'K', 3, 4]) => return unknown("it is a zip archive: unpack it first"),
            _ => {}
        }
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        match text.first() {
            None if head.is_empty() => Err(RecordError::Empty),
            None => unknown("it holds nothing but white space"),
            Some(b'{') => Ok(Self::of_json(text)),
            Some(_) => unknown(
                "it is no record that can be read: those are JSON lines, result documents, pcap and pcapng files",
            ),
        }
    }

    /// An entry has a connection and a time, which a document's outermost object hasn't.
    fn of_json(text: &[u8]) -> Self {
        let line = text.split(|octet| *octet == b'\n').next().unwrap_or_default();
        let holds = |word: &str| line.windows(word.len()).any(|part| part == word.as_bytes());
        let is_open = line.trim_ascii() == b"{";
        // A document in one line names its schema first, and transcripts with connections far behind it.
        if is_open || (holds("\"schema\"") && !line.starts_with(b"{\"ms\"")) { Self::Document } else { Self::JsonLines }
    }
}
