//! Whether a TCP connection speaks Sink, and who of the two is the server.

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::Message;

/// What a connection turns out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Looks {
    /// It can't be told yet.
    Undecided,
    /// It speaks Sink, and what was looked at came from this role.
    Sink(Role),
    /// It may speak Sink; nothing says which role this came from.
    SinkOfEither,
    /// It is TLS.
    Tls,
    /// It is something else.
    Other,
}

/// What a connection looks like whose client begins with these octets.
pub(super) fn beginning(octets: &[u8]) -> Looks {
    if is_tls(octets) {
        return Looks::Tls;
    }
    match first_frame(octets) {
        None if octets.get(2).is_some_and(|first| first >> 4 != 0) => Looks::Other,
        None => Looks::Undecided,
        Some(content) => match Message::decode(content) {
            Ok(Message::ConnectionRequest(_)) => Looks::Sink(Role::Client),
            _ => Looks::Other,
        },
    }
}

/// What a connection looks like of which a segment within it begins with these octets.
pub(super) fn within(octets: &[u8]) -> Looks {
    if octets
        .first_chunk::<3>()
        .is_some_and(|[kind, major, minor]| (20..=23).contains(kind) && *major == 3 && *minor <= 4)
    {
        return Looks::Tls;
    }
    let Some(content) = first_frame(octets) else { return Looks::Other };
    match Message::decode(content) {
        Ok(Message::ConnectionRequest(_)) => Looks::Sink(Role::Client),
        Ok(Message::ConnectionResponse(_)) => Looks::Sink(Role::Server),
        Ok(Message::OtherVersion(_)) | Err(_) => Looks::Other,
        Ok(_) => Looks::SinkOfEither,
    }
}

/// Whether these octets, the first of a segment, are the first of a frame: there is a whole message. Of a long one that goes on in the
/// next segment that can't be told from octets within another.
pub(super) fn begins_a_frame(octets: &[u8]) -> bool {
    // Of another version's request everything is open, so any octets would do.
    first_frame(octets).is_some_and(|content| {
        Message::decode(content).is_ok_and(|message| !matches!(message, Message::OtherVersion(_)))
    })
}

fn is_tls(octets: &[u8]) -> bool {
    octets.first_chunk::<3>().is_some_and(|[kind, major, minor]| *kind == 22 && *major == 3 && *minor <= 4)
}

fn first_frame(octets: &[u8]) -> Option<&[u8]> {
    let (length, rest) = octets.split_first_chunk::<2>()?;
    rest.get(..usize::from(u16::from_be_bytes(*length)))
}
