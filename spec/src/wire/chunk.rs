//! Chunks: a varint length and that many octets.

use super::varint;

/// The octets that a chunk of `length` octets takes, its length included.
pub(super) const fn encoded_len(length: usize) -> usize {
    varint::encoded_len(length as u64) + length
}

/// Appends a chunk.
pub(super) fn write(octets: &[u8], out: &mut Vec<u8>) {
    varint::write(octets.len() as u64, out);
    out.extend_from_slice(octets);
}
