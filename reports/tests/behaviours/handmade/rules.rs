use sinkcheck_reports::document::Level;
use sinkcheck_reports::event::RuleInfo;

/// A rule with a sentence that says little.
pub(crate) fn rule(id: &str, level: Level) -> RuleInfo {
    info(id, level, "9.9", "derived", &format!("A server {level} keep {id}."))
}

/// Part of a catalogue: five sections, a big one among them.
pub(crate) fn rules() -> Vec<RuleInfo> {
    use Level::{Must, Should};
    vec![
        info(
            "framing.cut-anywhere",
            Must,
            "2.3",
            "deployed",
            "A receiver MUST read a frame that arrives in any number of segments, cut at any octet, as one frame.",
        ),
        info(
            "framing.joined",
            Must,
            "2.3",
            "deployed",
            "Frames that arrive in one segment MUST each be processed, in the order in which they arrive.",
        ),
        info(
            "framing.any-length",
            Must,
            "2.1",
            "deployed",
            "A receiver MUST accept frames of every length up to 65535 octets.",
        ),
        info("handshake.nothing-before-request", Must, "5.1", "deployed", NOTHING_UNPROMPTED),
        info("handshake.first-request-answered", Must, "5.2", "stated", ANSWERED),
        info("handshake.hello", Must, "5.3", "stated", HELLO),
        info("handshake.connected", Must, "5.3", "deployed", CONNECTED),
        info("handshake.mismatch", Must, "5.3", "stated", MISMATCH),
        info("handshake.mismatch-record-kept", Must, "5.3", "derived", "A rejection MUST NOT change the record."),
        info("handshake.quarantined-reason", Must, "5.5", "deployed", QUARANTINED_REASON),
        info("handshake.quarantined-closes", Must, "5.5", "stated", QUARANTINED_CLOSES),
        info("handshake.second-request-closes", Should, "5.2", "deployed", SECOND_REQUEST),
        info("events.one-answer", Must, "6.1", "stated", ONE_ANSWER),
        info("events.delivered-as-sent", Must, "6.2", "stated", AS_SENT),
        info("events.resent-after-reconnect", Must, "6.5", "derived", RESENT),
        info("events.ids-ascend", Should, "6.3", "deployed", ASCEND),
        info("keepalive.ping-answered", Must, "7.1", "stated", "Each PING MUST be answered with one PONG."),
        info("keepalive.silent-peer-dropped", Should, "7.3", "deployed", DROPPED),
        info("identity.untrusted-turned-away", Must, "8.1", "stated", UNTRUSTED),
        info("identity.takeover", Should, "8.3", "deployed", TAKEOVER),
    ]
}

fn info(id: &str, level: Level, clause: &str, source: &str, text: &str) -> RuleInfo {
    let section = id.split('.').next().unwrap_or_default();
    let title = match section {
        "framing" => "Frames on the stream",
        "handshake" => "Connecting, the server's side",
        "events" => "Events",
        "keepalive" => "Keeping alive",
        "identity" => "Who may connect",
        _ => "Others",
    };
    RuleInfo {
        id: id.into(),
        level,
        section: section.into(),
        section_title: title.into(),
        clause: clause.into(),
        source: source.into(),
        text: text.into(),
    }
}

const NOTHING_UNPROMPTED: &str = "Before the connection request a server MUST NOT send anything unprompted.";
const ANSWERED: &str = "A server MUST answer the first connection request on a connection with a connection response.";
const HELLO: &str = "Unless a rejection applies, a request without a server_instance_id, from an identity without a \
                     record, MUST be answered with \"hello new client\".";
const CONNECTED: &str = "Unless a rejection applies, a request with the recorded client_instance_id and the server's \
                         own server_instance_id MUST be answered with \"connected\".";
const MISMATCH: &str = "Any other request MUST be answered with \"instance id mismatch\".";
const QUARANTINED_REASON: &str = "\"Quarantined\" MUST carry its reason, laid out as in a NACK.";
const QUARANTINED_CLOSES: &str = "After it has sent \"quarantined\" a server MUST close the connection.";
const SECOND_REQUEST: &str =
    "After a second connection request on an accepted connection the server SHOULD close the connection.";
const ONE_ANSWER: &str = "Each PUBLISH MUST be answered with one ACK or one NACK that has its message id.";
const AS_SENT: &str = "The receiver's application MUST see the event field for field as it was sent.";
const RESENT: &str = "After a reconnect, events whose answer has not come MUST be sent again.";
const ASCEND: &str = "Message ids SHOULD go up by one, and from 4095 to 0.";
const DROPPED: &str = "A peer that receives nothing for 1.5 keepalive intervals SHOULD drop the connection.";
const UNTRUSTED: &str = "A server MUST NOT answer the request of a client whose certificate it does not trust.";
const TAKEOVER: &str = "When an identity that has a connection makes another, the older one SHOULD be closed.";
