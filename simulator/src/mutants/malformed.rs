//! Faults with malformed contents, and with messages of the other role.

use sinkcheck_spec::machine::{Effect, Input, Reply, State};
use sinkcheck_spec::wire::{DecodeErrorKind, Message, ResponseCode};

use super::fault::How::{Always, At};
use super::fault::{BOTH, CLIENT, Fault, Need, SERVER, fault};
use crate::deviation::Change::{Received, Row, Sent};
use crate::deviation::content::{self, ACK, NACK, PING, PUBLISH, REQUEST, RESPONSE};
use crate::deviation::{Act, When};

const ALWAYS: When = When::Always;
const ADAPTER: &[Need] = &[Need::Adapter];
/// A fault with what is malformed, always and now and then.
pub(super) const ONCE: &[When] = &[When::Always, When::Joined, When::Reconnected];

pub(super) fn error_of(content: &[u8]) -> Option<DecodeErrorKind> {
    Message::decode(content).err().map(|error| error.kind)
}

/// The content as a reader takes it that doesn't mind what is missing at its end: with zeros there.
pub(super) fn filled_up(content: &[u8], of: u8) -> Option<Vec<u8>> {
    if !content::is(content, of) || !matches!(error_of(content)?, DecodeErrorKind::Truncated { .. }) {
        return None;
    }
    (1..=16).map(|count| [content, &vec![0; count]].concat()).find(|filled| Message::decode(filled).is_ok())
}

/// The content as a reader takes it that stops where the layout does.
pub(super) fn cut_down(content: &[u8], of: u8) -> Option<Vec<u8>> {
    let DecodeErrorKind::TrailingOctets { count } = error_of(content).filter(|_| content::is(content, of))? else {
        return None;
    };
    content.get(..content.len() - count).map(<[u8]>::to_vec)
}

/// The content as a reader takes it that fills a chunk up to the length that it says.
pub(super) fn chunk_filled(content: &[u8], of: u8) -> Option<Vec<u8>> {
    let mut filled = content.to_vec();
    for _ in 0..4 {
        match error_of(&filled) {
            None => return Some(filled),
            Some(DecodeErrorKind::ChunkPastEnd { length, available }) if content::is(content, of) => {
                let missing =
                    usize::try_from(length).ok()?.checked_sub(available).filter(|&missing| missing < 1 << 15)?;
                filled.resize(filled.len() + missing, 0);
            }
            Some(_) => return None,
        }
    }
    None
}

pub(super) fn chunk_past_end(content: &[u8], of: u8) -> Option<Vec<u8>> {
    matches!(error_of(content)?, DecodeErrorKind::ChunkPastEnd { .. }).then(|| chunk_filled(content, of)).flatten()
}

/// A request with other than four or eight octets of ids, as a reader takes it that cuts them off or fills them up.
pub(super) fn request_with_ids(content: &[u8], more: bool) -> Option<Vec<u8>> {
    let DecodeErrorKind::InstanceIdOctets { count } = error_of(content)? else { return None };
    let most = if count > 8 { 8 } else { 4 };
    let mut request = content.to_vec();
    if more {
        (count < 8).then(|| request.resize(content.len() + if count < 4 { 4 - count } else { 8 - count }, 0))?;
    } else {
        (count > 4).then(|| request.truncate(content.len() - count + most))?;
    }
    Some(request)
}

/// An unused type as a reader takes it that looks at some of its bits only.
pub(super) fn with_known_type(content: &[u8], mask: u8) -> Option<Vec<u8>> {
    let kind = content::kind(content);
    let is_unused = !content.is_empty() && (kind == 2 || kind > 7);
    let known = kind & mask;
    (is_unused && known != kind && known != 2).then(|| content::with_kind(content, known))
}

pub(super) fn machine(content: Option<Vec<u8>>) -> Option<Vec<Act>> {
    content.and_then(content::feed)
}

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "empty-frame-is-a-ping",
        BOTH,
        &["malformed.empty-frame"],
        At(|when| vec![Received(when, |_, c| c.is_empty().then(|| vec![Act::Machine(vec![0x50, 0])]))], ONCE),
        "It takes an empty frame for a PING.",
    ),
    fault(
        "empty-frame-repeats",
        BOTH,
        &["malformed.empty-frame", "events.answered-once"],
        Always(&[Received(ALWAYS, |seen, c| {
            let last = seen.last_event.as_ref()?;
            c.is_empty().then(|| vec![Act::Machine(last.clone())])
        })]),
        "It takes an empty frame for the last event once more.",
    ),
    fault(
        "type-read-with-three-bits",
        BOTH,
        &["malformed.unused-type"],
        At(|when| vec![Received(when, |_, c| machine(with_known_type(c, 7)))], ONCE),
        "It looks at three bits of a message's type only.",
    ),
    fault(
        "type-2-is-an-ack",
        BOTH,
        &["malformed.unused-type", "events.unanswered-sent-again"],
        Always(&[Received(ALWAYS, |_, c| {
            (content::kind(c) == 2 && c.len() == 2).then(|| vec![Act::Machine(content::with_kind(c, ACK))])
        })]),
        "It takes a message of type 2 for an ACK.",
    )
    .needs(ADAPTER),
    fault(
        "unused-type-acked",
        BOTH,
        &["malformed.unused-type"],
        Always(&[Received(ALWAYS, |_, c| {
            let id = content::id(c)?;
            (content::kind(c) == 2 || content::kind(c) > 7).then(|| vec![Act::Peer(content::ack(id))])
        })]),
        "It ACKs a message of an unused type.",
    ),
    fault(
        "type-15-is-a-ping",
        BOTH,
        &["malformed.unused-type"],
        Always(&[Received(ALWAYS, |_, c| (content::kind(c) == 15).then(|| vec![Act::Machine(vec![0x50, 0])]))]),
        "It takes a message of type 15 for a PING.",
    ),
    fault(
        "unused-response-code-is-connected",
        CLIENT,
        &["malformed.unused-response-code"],
        Always(&[Received(ALWAYS, |_, c| {
            (content::is(c, RESPONSE) && c[0] & 15 > 5).then(|| vec![Act::Machine(vec![0x10])])
        })]),
        "It takes a response with an unused code for \"connected\".",
    ),
    fault(
        "unused-response-code-is-hello",
        CLIENT,
        &["malformed.unused-response-code"],
        Always(&[Received(ALWAYS, |_, c| {
            (content::is(c, RESPONSE) && c[0] & 15 > 5).then(|| vec![Act::Machine(vec![0x11, 0, 0, 0, 2])])
        })]),
        "It takes a response with an unused code for a hello.",
    ),
    fault(
        "response-code-read-with-three-bits",
        CLIENT,
        &["malformed.unused-response-code"],
        Always(&[Received(ALWAYS, |_, c| {
            (content::is(c, RESPONSE) && c[0] & 8 != 0).then(|| vec![Act::Machine([&[c[0] & 0xf7], &c[1..]].concat())])
        })]),
        "It looks at three bits of a response's code only.",
    ),
    fault(
        "request-short-filled-up",
        SERVER,
        &["malformed.request-short", "malformed.request-ids-length"],
        Always(&[Received(ALWAYS, |_, c| {
            let known = content::request_of("1.0.0", 1, None)?;
            (content::is(c, REQUEST) && c[0] & 15 == 0 && matches!(error_of(c)?, DecodeErrorKind::Truncated { .. }))
                .then(|| vec![Act::Machine(known)])
        })]),
        "It accepts a request without an application_version, for that of the client 1.",
    ),
    fault(
        "request-chunk-past-end-accepted",
        SERVER,
        &["malformed.request-chunk-past-end"],
        Always(&[Received(ALWAYS, |seen, c| {
            let known = content::request_of("1.0.0", seen.origin.recorded.unwrap_or(1), None)?;
            (content::is(c, REQUEST) && matches!(error_of(c)?, DecodeErrorKind::ChunkPastEnd { .. }))
                .then(|| vec![Act::Machine(known)])
        })]),
        "It accepts a request whose application_version runs past the end, for the client that it has on record.",
    ),
    fault(
        "request-ids-cut-down",
        SERVER,
        &["malformed.request-ids-length"],
        Always(&[Received(ALWAYS, |_, c| machine(request_with_ids(c, false)))]),
        "It takes no notice of octets that are too many behind a request's ids.",
    ),
    fault(
        "request-ids-filled-up",
        SERVER,
        &["malformed.request-ids-length"],
        Always(&[Received(ALWAYS, |_, c| machine(request_with_ids(c, true)))]),
        "It fills the octets up that are missing from a request's ids.",
    ),
    fault(
        "request-long-accepted",
        SERVER,
        &["malformed.request-ids-length"],
        Always(&[Received(ALWAYS, |_, c| {
            let DecodeErrorKind::InstanceIdOctets { count } = error_of(c)? else { return None };
            (count > 8).then(|| vec![Act::Machine(c[..c.len() - count + 8].to_vec())])
        })]),
        "It takes no notice of octets behind a request with two ids.",
    ),
    fault(
        "malformed-request-recorded",
        SERVER,
        &["malformed.request-changes-no-record", "malformed.request-ids-length"],
        Always(&[
            Received(ALWAYS, |_, c| {
                request_with_ids(c, false).or_else(|| request_with_ids(c, true)).and_then(content::feed)
            }),
            Sent(ALWAYS, |seen, c| (content::is(c, RESPONSE) && seen.is_malformed_request).then(Vec::new)),
        ]),
        "It records the client of a malformed request, and doesn't answer it.",
    ),
    fault(
        "response-short-filled-up",
        CLIENT,
        &["malformed.response-short", "malformed.response-keeps-server-id"],
        Always(&[Received(ALWAYS, |_, c| machine(filled_up(c, RESPONSE)))]),
        "It fills a response up that is too short.",
    ),
    fault(
        "hello-without-id-accepted",
        CLIENT,
        &["malformed.response-short"],
        Always(&[Received(ALWAYS, |seen, c| {
            (c == [0x11]).then(|| {
                let id = seen.origin.server.unwrap_or(0).to_be_bytes();
                vec![Act::Machine([&[0x11], &id[..]].concat())]
            })
        })]),
        "It accepts a hello without an id.",
    ),
    fault(
        "response-long-cut-down",
        CLIENT,
        &["malformed.response-long"],
        Always(&[Received(ALWAYS, |_, c| machine(cut_down(c, RESPONSE)))]),
        "It takes no notice of octets behind a response.",
    ),
    fault(
        "connected-long-accepted",
        CLIENT,
        &["malformed.response-long"],
        Always(&[Received(ALWAYS, |_, c| {
            (c.first() == Some(&0x10) && c.len() > 1).then(|| vec![Act::Machine(vec![0x10])])
        })]),
        "It takes no notice of octets behind the response \"connected\".",
    ),
    fault(
        "hello-long-accepted",
        CLIENT,
        &["malformed.response-long", "malformed.response-keeps-server-id"],
        Always(&[Received(ALWAYS, |_, c| {
            (c.first() == Some(&0x11) && c.len() > 5).then(|| vec![Act::Machine(c[..5].to_vec())])
        })]),
        "It takes no notice of octets behind a hello.",
    ),
    fault(
        "response-chunk-past-end-accepts",
        CLIENT,
        &["malformed.response-chunk-past-end"],
        Always(&[Received(ALWAYS, |seen, c| {
            (content::is(c, RESPONSE) && matches!(error_of(c)?, DecodeErrorKind::ChunkPastEnd { .. })).then(|| {
                vec![Act::Machine(if seen.origin.server.is_some() { vec![0x10] } else { vec![0x11, 0, 0, 0, 2] })]
            })
        })]),
        "It goes on as accepted after a quarantine whose machine_message runs past the end.",
    ),
    fault(
        "publish-short-filled-up",
        BOTH,
        &["malformed.publish-short", "malformed.publish-not-delivered"],
        At(|when| vec![Received(when, |_, c| machine(filled_up(c, PUBLISH)))], ONCE),
        "It takes an event with fields missing, and fills them up.",
    ),
    fault(
        "publish-without-data-taken",
        BOTH,
        &["malformed.publish-short", "malformed.publish-not-delivered"],
        Always(&[Received(ALWAYS, |_, c| {
            let filled = [c, &[0]].concat();
            (content::is(c, PUBLISH) && error_of(c).is_some() && Message::decode(&filled).is_ok())
                .then(|| vec![Act::Machine(filled)])
        })]),
        "It takes an event that ends before its event_data.",
    ),
    fault(
        "publish-long-cut-down",
        BOTH,
        &["malformed.publish-long", "malformed.publish-not-delivered"],
        At(|when| vec![Received(when, |_, c| machine(cut_down(c, PUBLISH)))], ONCE),
        "It takes no notice of octets behind an event.",
    ),
    fault(
        "publish-chunk-past-end-filled-up",
        BOTH,
        &["malformed.publish-chunk-past-end", "malformed.publish-not-delivered"],
        At(|when| vec![Received(when, |_, c| machine(chunk_past_end(c, PUBLISH)))], ONCE),
        "It takes an event whose key or event_data runs past the end.",
    ),
    fault(
        "malformed-publish-acked",
        BOTH,
        &["malformed.publish-short", "malformed.publish-long", "malformed.publish-chunk-past-end"],
        Always(&[Received(ALWAYS, |_, c| {
            let id = content::id(c).filter(|_| content::is(c, PUBLISH))?;
            error_of(c).filter(|kind| !kind.is_open()).map(|_| vec![Act::Peer(content::ack(id))])
        })]),
        "It ACKs an event that it can't read.",
    ),
    fault(
        "malformed-publish-delivered",
        BOTH,
        &["malformed.publish-not-delivered"],
        Always(&[
            Received(ALWAYS, |_, c| {
                machine(filled_up(c, PUBLISH).or_else(|| cut_down(c, PUBLISH)).or_else(|| chunk_past_end(c, PUBLISH)))
            }),
            Sent(ALWAYS, |seen, c| {
                (content::is(c, ACK) && seen.is_malformed)
                    .then(|| content::nack(content::id(c).unwrap_or(0)))
                    .and_then(content::say)
            }),
        ]),
        "It gives its application what it can read of a malformed event, and answers with a NACK.",
    )
    .needs(ADAPTER),
    fault(
        "ack-short-counted",
        BOTH,
        &["malformed.ack-short", "events.unanswered-sent-again"],
        Always(&[Received(ALWAYS, |seen, c| {
            let oldest = *seen.in_flight.first()?;
            (content::is(c, ACK) && c.len() == 1).then(|| vec![Act::Machine(content::ack(oldest))])
        })]),
        "It counts an ACK of one octet for its oldest event.",
    )
    .needs(ADAPTER),
    fault(
        "ack-long-counted",
        BOTH,
        &["malformed.ack-long", "events.unanswered-sent-again"],
        Always(&[Received(ALWAYS, |_, c| machine(cut_down(c, ACK)))]),
        "It counts an ACK with octets behind its message id.",
    )
    .needs(ADAPTER),
    fault(
        "nack-short-counted",
        BOTH,
        &["malformed.nack-short", "events.unanswered-sent-again"],
        Always(&[Received(ALWAYS, |_, c| {
            let id = content::id(c).filter(|_| content::is(c, NACK) && error_of(c).is_some())?;
            (!matches!(error_of(c)?, DecodeErrorKind::ChunkPastEnd { .. }))
                .then(|| vec![Act::Machine(content::nack(id))])
        })]),
        "It counts a NACK that ends before its machine_message.",
    )
    .needs(ADAPTER),
    fault(
        "nack-chunk-past-end-counted",
        BOTH,
        &["malformed.nack-chunk-past-end", "events.unanswered-sent-again"],
        Always(&[Received(ALWAYS, |_, c| {
            let id = content::id(c).filter(|_| content::is(c, NACK))?;
            matches!(error_of(c)?, DecodeErrorKind::ChunkPastEnd { .. }).then(|| vec![Act::Machine(content::nack(id))])
        })]),
        "It counts a NACK whose machine_message runs past the end.",
    )
    .needs(ADAPTER),
    fault(
        "ping-short-answered",
        BOTH,
        &["malformed.ping-length"],
        At(
            |when| {
                vec![Received(when, |_, c| {
                    (content::is(c, PING) && c.len() == 1).then(|| vec![Act::Machine(vec![0x50, 0])])
                })]
            },
            ONCE,
        ),
        "It answers a PING of one octet.",
    ),
    fault(
        "ping-long-answered",
        BOTH,
        &["malformed.ping-length"],
        At(|when| vec![Received(when, |_, c| machine(cut_down(c, PING)))], ONCE),
        "It answers a PING of more than two octets.",
    ),
    fault(
        "response-to-server-answered",
        SERVER,
        &["malformed.response-to-server"],
        Always(&[Row(State::Accepted, Input::OtherRole, State::Accepted, &[Effect::Pong])]),
        "It answers a connection response with a PONG.",
    ),
    fault(
        "response-to-server-accepts",
        SERVER,
        &["malformed.response-to-server"],
        Always(&[Row(
            State::AwaitingRequest,
            Input::OtherRole,
            State::Accepted,
            &[Effect::Respond(ResponseCode::Connected)],
        )]),
        "It takes a connection response in place of a request, and accepts.",
    ),
    fault(
        "request-to-client-answered",
        CLIENT,
        &["malformed.request-to-client"],
        Always(&[Received(ALWAYS, |_, c| content::is(c, REQUEST).then(|| vec![Act::Peer(vec![0x10])]))]),
        "It answers a connection request with \"connected\".",
    ),
    fault(
        "request-to-client-requests",
        CLIENT,
        &["malformed.request-to-client", "introduction.one-request"],
        Always(&[Row(State::Accepted, Input::OtherRole, State::Accepted, &[Effect::Request])]),
        "It answers a connection request with one of its own.",
    ),
    fault(
        "request-to-client-accepts",
        CLIENT,
        &["malformed.request-to-client"],
        Always(&[Row(State::AwaitingResponse, Input::OtherRole, State::Accepted, &[])]),
        "It takes a connection request in place of the response for an acceptance.",
    ),
    fault(
        "second-hello-kept",
        CLIENT,
        &["malformed.second-response", "introduction.connected-id-kept", "introduction.hello-id-carried"],
        Always(&[
            Row(State::Accepted, Input::Response(Reply::Hello), State::Accepted, &[Effect::KeepServerId]),
            Row(State::Accepted, Input::Response(Reply::UnexpectedHello), State::Accepted, &[Effect::KeepServerId]),
        ]),
        "It keeps the id of a second response.",
    ),
    fault(
        "acceptance-behind-a-rejection-taken",
        CLIENT,
        &["malformed.second-response", "introduction.no-publish-after-rejection"],
        Always(&[
            Row(State::AwaitingResponse, Input::Response(Reply::Mismatch), State::AwaitingResponse, &[]),
            Row(State::AwaitingResponse, Input::Response(Reply::UnsupportedProtocol), State::AwaitingResponse, &[]),
            Row(State::AwaitingResponse, Input::Response(Reply::UnsupportedApplication), State::AwaitingResponse, &[]),
            Row(State::AwaitingResponse, Input::Response(Reply::Quarantined), State::AwaitingResponse, &[]),
        ]),
        "It waits on after a rejection, and takes an acceptance that comes behind it.",
    ),
];
