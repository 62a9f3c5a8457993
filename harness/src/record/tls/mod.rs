//! Captures of TLS with a key log: `tshark` decrypts them, and what it says becomes the streams' octets.

mod line;
mod read;
mod tshark;

pub(super) use read::read;
