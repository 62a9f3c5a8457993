//! Frames: two octets, big-endian, that say the content's length, and the content.

use super::TooLong;

/// The most octets a frame's content can have.
pub const MAX_CONTENT: usize = u16::MAX as usize;

/// The octets before a content that say its length.
pub(super) const LENGTH_OCTETS: usize = 2;

/// The content in a frame of its own.
///
/// # Errors
///
/// [`TooLong`] above [`MAX_CONTENT`] octets.
pub fn frame(content: &[u8]) -> Result<Vec<u8>, TooLong> {
    let mut out = Vec::with_capacity(LENGTH_OCTETS + content.len());
    frame_into(content, &mut out)?;
    Ok(out)
}

/// Appends the content's frame to `out`.
///
/// # Errors
///
/// [`TooLong`] above [`MAX_CONTENT`] octets; `out` is left as it was.
pub fn frame_into(content: &[u8], out: &mut Vec<u8>) -> Result<(), TooLong> {
    let length = u16::try_from(content.len()).map_err(|_| TooLong { octets: content.len() })?;
    out.extend_from_slice(&length.to_be_bytes());
    out.extend_from_slice(content);
    Ok(())
}
