//! Speaking to a target outside of any case: as a client, or in a version that nobody speaks; and what its silence looks like.

use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::{ConnectionRequest, ConnectionResponse, InstanceId, Message, frame};
use tokio::time::Instant;

use crate::connection::{Connection, Inbox, Transcript};
use crate::player::Seat;
use crate::target::Target;

/// How long a target has for its first answer.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// The same for one that has sent something else, and wrong, in its place.
const PATIENCE_AFTER_A_BREACH: Duration = Duration::from_millis(500);

/// Sends a request as a client and waits for the response; the reason in words if there is none.
pub(in crate::run) async fn introduce(
    connection: &Connection,
    seat: &Seat,
    server: Option<InstanceId>,
    target: &Target,
) -> Result<ConnectionResponse<'static>, String> {
    let request = ConnectionRequest::new(target.supported_version.as_str(), seat.client, server)
        .map_err(|error| error.to_string())?;
    ask(connection, Message::from(request).to_frame(), PATIENCE).await
}

/// Whether the target is there and speaks Sink: it answers a client, or at least a request of a version that nobody speaks, which
/// changes nothing; or it sends something that breaks a rule.
pub(super) async fn speaks(seat: &Seat, server: Option<InstanceId>, target: &Target) -> bool {
    if seat.fixture == sinkcheck_cases::language::Fixture::Known
        && let Ok(connection) = open(seat).await
        && (introduce(&connection, seat, server, target).await.is_ok() || broke_something(&connection))
    {
        return true;
    }
    answers_another_version(seat, target).await
}

/// The same by the request of a version that nobody speaks alone.
pub(super) async fn answers_another_version(seat: &Seat, target: &Target) -> bool {
    const ANOTHER: u8 = 1;
    let Ok(request) = ConnectionRequest::new(target.supported_version.as_str(), seat.client, None) else {
        return false;
    };
    let mut content = Message::from(request).encode();
    content[0] |= ANOTHER;
    let (Ok(octets), Ok(connection)) = (frame(&content), open(seat).await) else { return false };
    // It was waited for before.
    ask(&connection, octets, PATIENCE / 2).await.is_ok() || broke_something(&connection)
}

/// Whether the peer sent what a rule forbids, be it only a response whose length is none. Whoever does that is there.
pub(super) fn broke_something(connection: &Connection) -> bool {
    let inbox = connection.inbox();
    !inbox.breaches.is_empty() || inbox.frames == 0 && is_like_a_response(&inbox.unfinished)
}

/// Whether octets that are no whole frame may be meant for a response that accepts: all of it stands behind a length of one octet to four.
fn is_like_a_response(unfinished: &[u8]) -> bool {
    (1..=4).any(|length| match unfinished.get(length..) {
        Some([0x10]) => true,
        Some([0x11, id @ ..]) => id.len() == 4,
        _ => false,
    })
}

async fn open(seat: &Seat) -> Result<Connection, crate::connection::DialError> {
    seat.open("contact", PATIENCE, None, Transcript::begin(Role::Server)).await
}

async fn ask(
    connection: &Connection,
    octets: Vec<u8>,
    patience: Duration,
) -> Result<ConnectionResponse<'static>, String> {
    let deadline = Instant::now() + patience;
    let sent = connection.send(vec![octets], Duration::ZERO, patience).await;
    let has_come = |inbox: &mut Inbox| match inbox.responses.pop_front() {
        Some(response) => Some(Ok(response)),
        None => (inbox.closed.is_some() || inbox.is_flooded()).then(|| Err(silence(inbox, patience))),
    };
    let or_breaks = |inbox: &mut Inbox| has_come(inbox).map(Some).or((!inbox.breaches.is_empty()).then_some(None));
    let came = match connection.wait(deadline, or_breaks).await {
        Some(Some(came)) => Some(came),
        // What it sends is wrong; a response may come all the same.
        Some(None) => connection.wait(deadline.min(Instant::now() + PATIENCE_AFTER_A_BREACH), has_come).await,
        None => None,
    };
    match (came, sent) {
        (Some(came), _) => came,
        (None, Err(_)) => Err("what was sent was not read".to_owned()),
        (None, Ok(())) => Err(silence(&connection.inbox(), patience)),
    }
}

/// In words what came in place of a response.
fn silence(inbox: &Inbox, patience: Duration) -> String {
    let mut text = match (&inbox.closed, inbox.breaches.first()) {
        _ if inbox.is_flooded() => return inbox.flood(),
        (_, Some(breach)) => return format!("what came in its place broke {}: {}", breach.rule, breach.what),
        (Some(closed), _) => format!("it ended the connection: {}", closed.how),
        (None, _) if inbox.frames > 0 => {
            format!("{} frames came within {} ms, and no response", inbox.frames, patience.as_millis())
        }
        (None, _) => format!("nothing came within {} ms", patience.as_millis()),
    };
    if inbox.pending > 0 {
        let more = if inbox.pending > inbox.unfinished.len() { "…" } else { "" };
        let begin = hex::encode(&inbox.unfinished);
        text.push_str(&format!(", but {} octets that are no whole frame: {begin}{more}", inbox.pending));
        if let Some(what) = other_protocol(&inbox.unfinished) {
            text.push_str(&format!(" ({what})"));
        }
    }
    text
}

/// What else than Sink begins with these octets.
fn other_protocol(begin: &[u8]) -> Option<&'static str> {
    match begin {
        [0x15 | 0x16, 3, ..] => {
            Some("that is how TLS begins: give it an address with tls:// in a target file, with certificates")
        }
        [b'H', b'T', b'T', b'P', ..] => Some("that is how HTTP begins: is it the right port?"),
        [b'S', b'S', b'H', ..] => Some("that is how SSH begins: is it the right port?"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_response_behind_a_wrong_length_is_told_from_one_that_stalls() {
        for meant in [&[1, 0, 0x10][..], &[0, 3, 0x10], &[1, 0x10], &[0, 0, 1, 0x10], &[5, 0, 0x11, 0, 0, 0, 2]] {
            assert!(is_like_a_response(meant), "{meant:?}");
        }
        for other in [&[][..], &[0x10], &[0, 5, 0x11], &[0, 5, 0x11, 0, 0], b"HTTP/1.1 400", &[0xff, 0xff, 0x78]] {
            assert!(!is_like_a_response(other), "{other:?}");
        }
    }

    #[test]
    fn what_speaks_another_protocol_is_told_by_its_first_octets() {
        for (begin, word) in [(&b"\x15\x03\x03\x00\x02"[..], "TLS"), (b"HTTP/1.1 400", "HTTP"), (b"SSH-2.0", "SSH")] {
            assert!(other_protocol(begin).is_some_and(|what| what.contains(word)), "{word}");
        }
        assert_eq!(other_protocol(&[0, 1, 0x10]), None);
    }
}
