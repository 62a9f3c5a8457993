//! Records of sessions: whatever form they are in, they become one stream of what happened on which connection.
//!
//! [`read()`] looks at a record's first octets, finds out its form, and tells what it holds piece by piece, in the order of the
//! record and in bounded memory, whatever its length:
//!
//! | form | file |
//! |---|---|
//! | JSON lines, one for each read or event | `json_lines` |
//! | a result document's transcripts | `document` |
//! | `pcap` and `pcapng` of plain TCP | `capture` |
//! | the same of TLS, with a key log | `tls`, by way of `tshark` |
//!
//! A record may be damaged. Only one of which nothing can be read is an error; else what can be read is told, what can't be
//! is a [`Remark`] with its place, and a connection that can't be followed any further is [`What::Lost`].

mod account;
mod capture;
mod document;
mod error;
mod form;
mod happening;
mod json_lines;
mod judging;
mod read;
mod roster;
pub mod scenario;
mod tls;

pub use account::{Account, Remark};
pub use error::RecordError;
pub use form::Form;
pub use happening::{Happening, Opening, What};
pub use judging::Judging;
pub use read::{Options, read};
