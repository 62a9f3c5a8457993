//! Faults in how messages are laid out, and in what is read of a PING and a PONG.

use sinkcheck_spec::wire::Element;

use super::fault::How::{Always, At};
use super::fault::{BOTH, CLIENT, Fault, Need, OWN_MOMENTS, SERVER, fault};
use super::layout::{bits, longer, refuse, rewritten, shorter};
use crate::deviation::Change::{Received, Sent};
use crate::deviation::content::{self, ACK, NACK, PING, PONG, PUBLISH, REQUEST, RESPONSE};
use crate::deviation::{Act, When};

const ALWAYS: When = When::Always;
const ADAPTER: &[Need] = &[Need::Adapter];

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "request-with-octets-behind",
        CLIENT,
        &["layout.connection-request"],
        Always(&[Sent(ALWAYS, |_, c| longer(c, REQUEST))]),
        "There is an octet behind the ids of its request.",
    ),
    fault(
        "request-ids-exchanged",
        CLIENT,
        &["layout.connection-request", "introduction.carries-client-instance-id", "introduction.hello-id-carried"],
        Always(&[Sent(ALWAYS, |_, c| {
            let (version, client, server) = content::request(c)?;
            let server = server.filter(|&server| server != client)?;
            content::request_of(version, server, Some(client)).and_then(content::say)
        })]),
        "Its request has the server's id before its own.",
    ),
    fault(
        "request-without-server-id-has-zero",
        CLIENT,
        &["layout.request-without-server-id", "introduction.new-client-without-server-id"],
        Always(&[Sent(ALWAYS, |_, c| {
            let (version, client, server) = content::request(c)?;
            server.is_none().then(|| content::request_of(version, client, Some(0))).flatten().and_then(content::say)
        })]),
        "A request without a server_instance_id has four octets of zero in its place.",
    ),
    fault(
        "request-version-with-zero-octet",
        CLIENT,
        &["layout.connection-request", "introduction.carries-application-version"],
        Always(&[Sent(ALWAYS, |_, c| {
            rewritten(c, REQUEST, |e| {
                if let Element::Chunk { octets, declared, .. } = e {
                    *declared = Some(octets.len() as u64);
                    octets.push(0);
                }
            })
        })]),
        "Its application_version is followed by an octet of zero.",
    ),
    fault(
        "response-of-an-unused-code",
        SERVER,
        &["layout.connection-response"],
        At(
            |when| {
                vec![Sent(when, |_, c| {
                    content::is(c, RESPONSE)
                        .then(|| [&[0x16], c.get(1..).unwrap_or_default()].concat())
                        .and_then(content::say)
                })]
            },
            &[When::Always, When::Reconnected, When::OtherClient],
        ),
        "Its responses have the code 6.",
    ),
    fault(
        "hello-with-octets-behind",
        SERVER,
        &["layout.response-hello"],
        Always(&[Sent(ALWAYS, |_, c| (c.first() == Some(&0x11)).then(|| longer(c, RESPONSE)).flatten())]),
        "There is an octet behind the id of its hello.",
    ),
    fault(
        "hello-short",
        SERVER,
        &["layout.response-hello", "handshake.hello-carries-server-id"],
        Always(&[Sent(ALWAYS, |_, c| (c.first() == Some(&0x11)).then(|| shorter(c, RESPONSE)).flatten())]),
        "The id of its hello has three octets.",
    ),
    fault(
        "hello-without-id",
        SERVER,
        &["layout.response-hello", "handshake.hello-carries-server-id"],
        Always(&[Sent(ALWAYS, |_, c| (c.first() == Some(&0x11)).then(|| vec![Act::Peer(vec![0x11])]))]),
        "Its hello carries no id.",
    ),
    fault(
        "connected-with-id",
        SERVER,
        &["layout.response-bare"],
        Always(&[Sent(ALWAYS, |_, c| (c == [0x10]).then(|| vec![Act::Peer(vec![0x10, 0, 0, 0, 2])]))]),
        "Its response \"connected\" carries its id.",
    ),
    fault(
        "mismatch-with-octets-behind",
        SERVER,
        &["layout.response-bare"],
        Always(&[Sent(ALWAYS, |_, c| (c == [0x12]).then(|| longer(c, RESPONSE)).flatten())]),
        "There is an octet behind the response \"instance id mismatch\".",
    ),
    fault(
        "unsupported-protocol-with-version",
        SERVER,
        &["layout.response-bare"],
        Always(&[Sent(ALWAYS, |_, c| (c == [0x14]).then(|| longer(c, RESPONSE)).flatten())]),
        "Its response \"unsupported protocol version\" carries its own version.",
    ),
    fault(
        "unsupported-application-with-reason",
        SERVER,
        &["layout.response-bare"],
        Always(&[Sent(ALWAYS, |_, c| (c == [0x15]).then(|| longer(c, RESPONSE)).flatten())]),
        "Its response \"unsupported application version\" carries a reason.",
    ),
    fault(
        "publish-with-octets-behind",
        BOTH,
        &["layout.publish"],
        At(|when| vec![Sent(when, |_, c| longer(c, PUBLISH))], OWN_MOMENTS),
        "There is an octet behind its events.",
    )
    .needs(ADAPTER),
    fault(
        "publish-short",
        BOTH,
        &["layout.publish"],
        Always(&[Sent(ALWAYS, |_, c| shorter(c, PUBLISH))]),
        "Its events lack their last octet.",
    )
    .needs(ADAPTER),
    fault(
        "publish-without-timestamp",
        BOTH,
        &["layout.publish"],
        Always(&[Sent(ALWAYS, |_, c| {
            let mut place = 0;
            rewritten(c, PUBLISH, |e| {
                place += 1;
                if place == 5 {
                    *e = Element::Octets(Vec::new());
                }
            })
        })]),
        "Its events have no timestamp.",
    )
    .needs(ADAPTER),
    fault(
        "publish-fields-exchanged",
        BOTH,
        &["layout.publish", "events.fields-unchanged"],
        Always(&[Sent(ALWAYS, |_, c| {
            content::with_event(c, |f| std::mem::swap(&mut f.offset, &mut f.timestamp)).and_then(content::say)
        })]),
        "Its events have the timestamp before the offset.",
    )
    .needs(ADAPTER),
    fault(
        "ack-long",
        BOTH,
        &["layout.ack"],
        At(|when| vec![Sent(when, |_, c| longer(c, ACK))], OWN_MOMENTS),
        "There is an octet behind its ACKs.",
    ),
    fault(
        "ack-short",
        BOTH,
        &["layout.ack"],
        Always(&[Sent(ALWAYS, |_, c| shorter(c, ACK))]),
        "Its ACKs have one octet.",
    ),
    fault(
        "nack-without-length",
        BOTH,
        &["layout.nack"],
        Always(&[Sent(ALWAYS, |_, c| {
            let id = content::id(c)?;
            content::is(c, NACK)
                .then(|| [&content::with_id(&[0x70, 0], id)[..], b"no such type"].concat())
                .and_then(content::say)
        })]),
        "Its NACKs have no machine_message, not even an empty one.",
    ),
    fault(
        "nack-bare",
        BOTH,
        &["layout.nack"],
        Always(&[Sent(ALWAYS, |_, c| {
            content::is(c, NACK).then(|| c.get(..2).map(<[u8]>::to_vec)).flatten().and_then(content::say)
        })]),
        "Its NACKs end after the message id.",
    ),
    fault(
        "nack-length-too-large",
        BOTH,
        &["layout.nack"],
        Always(&[Sent(ALWAYS, |_, c| {
            rewritten(c, NACK, |e| {
                if let Element::Chunk { declared, .. } = e {
                    *declared = Some(60);
                }
            })
        })]),
        "The machine_message of its NACKs runs past the end.",
    ),
    fault(
        "ping-short",
        CLIENT,
        &["layout.ping"],
        Always(&[Sent(ALWAYS, |_, c| shorter(c, PING))]),
        "Its PINGs have one octet.",
    )
    .needs(&[Need::Time]),
    fault(
        "ping-long",
        CLIENT,
        &["layout.ping"],
        Always(&[Sent(ALWAYS, |_, c| longer(c, PING))]),
        "There is an octet behind its PINGs.",
    )
    .needs(&[Need::Time]),
    fault(
        "pings-short-when-accepting",
        SERVER,
        &["layout.ping"],
        Always(&[Sent(ALWAYS, |_, c| behind_acceptance(c, &[0x50]))]),
        "It sends a PING of one octet right behind an acceptance.",
    ),
    fault(
        "pings-long-when-accepting",
        SERVER,
        &["layout.ping"],
        Always(&[Sent(ALWAYS, |_, c| behind_acceptance(c, &[0x50, 0, 0]))]),
        "It sends a PING of three octets right behind an acceptance.",
    ),
    fault(
        "pong-short",
        BOTH,
        &["layout.pong"],
        At(|when| vec![Sent(when, |_, c| shorter(c, PONG))], OWN_MOMENTS),
        "Its PONGs have one octet.",
    ),
    fault(
        "pong-long",
        BOTH,
        &["layout.pong"],
        Always(&[Sent(ALWAYS, |_, c| longer(c, PONG))]),
        "There is an octet behind its PONGs.",
    ),
    fault(
        "ping-with-bits-unanswered",
        BOTH,
        &["layout.ping-bits-ignored", "keepalive.ping-answered"],
        Always(&[Received(ALWAYS, |_, c| bits(c, PING).map(|_| Vec::new()))]),
        "It takes no notice of a PING the last twelve bits of which are not 0.",
    ),
    fault(
        "ping-with-bits-refused",
        BOTH,
        &["layout.ping-bits-ignored", "keepalive.ping-at-any-time"],
        Always(&[Received(ALWAYS, |_, c| bits(c, PING).and_then(|_| refuse()))]),
        "It takes a PING for malformed the last twelve bits of which are not 0.",
    ),
    fault(
        "ping-with-high-bits-refused",
        BOTH,
        &["layout.ping-bits-ignored"],
        Always(&[Received(ALWAYS, |_, c| bits(c, PING).filter(|bits| bits & 0xf00 != 0).and_then(|_| refuse()))]),
        "It takes a PING for malformed the low four bits of whose first octet are not 0.",
    ),
    fault(
        "ping-with-low-bits-refused",
        BOTH,
        &["layout.ping-bits-ignored"],
        Always(&[Received(ALWAYS, |_, c| bits(c, PING).filter(|bits| bits & 0xff != 0).and_then(|_| refuse()))]),
        "It takes a PING for malformed whose second octet is not 0.",
    ),
    fault(
        "pong-with-bits-refused",
        BOTH,
        &["layout.pong-bits-ignored", "keepalive.pong-at-any-time"],
        Always(&[Received(ALWAYS, |_, c| bits(c, PONG).and_then(|_| refuse()))]),
        "It takes a PONG for malformed the last twelve bits of which are not 0.",
    ),
    fault(
        "pong-with-bits-is-an-ack",
        BOTH,
        &["layout.pong-bits-ignored", "events.unanswered-sent-again"],
        Always(&[Received(ALWAYS, |_, c| {
            content::id(c).filter(|_| content::is(c, PONG)).map(|id| vec![Act::Machine(content::ack(id))])
        })]),
        "It takes a PONG for the ACK of the event whose message id it carries.",
    )
    .needs(ADAPTER),
];

/// This behind a response that accepts.
fn behind_acceptance(content: &[u8], frame: &[u8]) -> Option<Vec<Act>> {
    (content::is(content, RESPONSE) && content[0] & 15 < 2)
        .then(|| vec![Act::Peer(content.to_vec()), Act::Peer(frame.to_vec())])
}
