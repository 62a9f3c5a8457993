//! What counts as a rule that was met: each frame adds to what its sender and its receiver have kept, or broken.

use std::collections::BTreeMap;
use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::{Observer, Settings};

use crate::contents::{
    CONNECTED, FIRST_CONTACT, HELLO, KNOWN, MISMATCH, OTHER_VERSION, PING, PONG, QUARANTINED, UNSUPPORTED_APPLICATION,
    UNSUPPORTED_PROTOCOL, ack, nack, publish,
};
use crate::sessions::{C, S, Session, accepted, asked, end, frame};
use crate::world::{Passing, observe};

type Counts = BTreeMap<&'static str, (u64, u64)>;

fn counts(observer: &Observer, role: Role) -> Counts {
    observer.tally(role).iter().map(|(rule, count)| (rule, (count.exercised, count.broken))).collect()
}

/// The rules that this step adds to what this peer met, as often as it does; a broken one has a `!` before it.
fn added(before: &Session, step: (Role, Passing), role: Role) -> Vec<String> {
    added_with(Settings { judges_pongs: true, ..Settings::default() }, before, step, role)
}

fn added_with(settings: Settings, before: &Session, step: (Role, Passing), role: Role) -> Vec<String> {
    let mut observer = Observer::new(settings);
    for (from, passing) in before {
        observe(&mut observer, *from, Duration::ZERO, passing);
    }
    let earlier = counts(&observer, role);
    observe(&mut observer, step.0, Duration::ZERO, &step.1);
    let mut list = Vec::new();
    for (rule, (exercised, broken)) in counts(&observer, role) {
        let (exercised_before, broken_before) = earlier.get(rule).copied().unwrap_or_default();
        for _ in exercised_before + broken - broken_before..exercised {
            list.push(rule.to_owned());
        }
        for _ in broken_before..broken {
            list.push(format!("!{rule}"));
        }
    }
    list
}

/// What every frame that can be read adds.
const FRAME: [&str; 3] = ["framing.length-prefix", "framing.one-message-in-a-frame", "layout.message-type"];

#[track_caller]
fn adds(before: Session, step: (Role, Passing), role: Role, rules: &[&str]) {
    let mut expected: Vec<&str> = rules.to_vec();
    if step.0 == role && matches!(step.1, Passing::Frame(_)) {
        expected.extend(FRAME);
    }
    expected.sort_unstable_by_key(|rule| rule.trim_start_matches('!'));
    assert_eq!(added(&before, step, role), expected);
}

#[test]
fn a_request() {
    let introduces = [
        "introduction.request-first",
        "introduction.carries-protocol-version",
        "introduction.carries-application-version",
        "introduction.carries-client-instance-id",
        "layout.connection-request",
        "layout.u32",
        "layout.chunk",
        "layout.text-utf8",
        "layout.varint-shortest",
    ];
    adds(vec![], frame(C, KNOWN), C, &introduces);
    let without_id = [&introduces[..], &["layout.request-without-server-id"]].concat();
    adds(vec![], frame(C, FIRST_CONTACT), C, &without_id);
    adds(vec![], frame(C, OTHER_VERSION), C, &["!introduction.carries-protocol-version"]);
    adds(vec![], frame(C, KNOWN), S, &["handshake.nothing-before-request"]);
    adds(vec![frame(S, CONNECTED)], frame(C, KNOWN), S, &[]);
}

#[test]
fn a_response() {
    let answers = ["handshake.first-request-answered", "handshake.first-request-answered-once"];
    let of_server = |request: &str, response: &str, more: &[&str]| {
        adds(
            asked(request, []),
            frame(S, response),
            S,
            &[&answers[..], &["layout.connection-response"], more].concat(),
        );
    };
    of_server(KNOWN, CONNECTED, &["layout.response-bare"]);
    of_server(FIRST_CONTACT, HELLO, &["layout.response-hello", "layout.u32"]);
    let applies = "handshake.rejection-that-applies";
    of_server(KNOWN, MISMATCH, &["layout.response-bare", applies]);
    of_server(KNOWN, UNSUPPORTED_APPLICATION, &["layout.response-bare", applies]);
    of_server(OTHER_VERSION, UNSUPPORTED_PROTOCOL, &["layout.response-bare", "handshake.unsupported-protocol"]);
    let quarantined = [
        "handshake.quarantined-carries-reason",
        "layout.connection-response",
        "layout.chunk",
        "layout.text-utf8",
        applies,
    ];
    adds(asked(KNOWN, []), frame(S, QUARANTINED), S, &[&answers[..], &quarantined].concat());
    let wrong = "!handshake.rejection-that-applies";
    of_server(KNOWN, UNSUPPORTED_PROTOCOL, &["layout.response-bare", wrong]);
    let of_client = ["introduction.only-request-before-response", "introduction.one-request"];
    adds(asked(KNOWN, []), frame(S, CONNECTED), C, &of_client);
    let rejected = [&of_client[..], &["introduction.no-publish-after-rejection"]].concat();
    adds(asked(KNOWN, []), frame(S, MISMATCH), C, &rejected);
}

#[test]
fn what_follows_an_acceptance_shows_that_it_stayed_open() {
    adds(accepted([]), frame(S, PING), S, &["layout.ping", "handshake.connected-stays-open"]);
    adds(accepted([frame(S, PING)]), frame(S, PING), S, &["layout.ping"]);
    let greeted = asked(FIRST_CONTACT, [frame(S, HELLO)]);
    adds(greeted, frame(S, PING), S, &["layout.ping", "handshake.hello-stays-open"]);
    // A hello to a client that knows the server may be taken for something else.
    let in_doubt = asked(KNOWN, [frame(S, HELLO)]);
    adds(in_doubt, frame(S, PING), S, &["layout.ping"]);
    adds(asked(KNOWN, [frame(S, MISMATCH)]), frame(S, PING), S, &["layout.ping"]);
    adds(accepted([]), frame(C, PING), S, &[]);
}

#[test]
fn an_event() {
    let laid_out = ["layout.publish", "layout.message-id", "layout.varint", "layout.varint-shortest", "layout.chunk"];
    let sent = [&laid_out[..], &["events.id-not-reused-in-flight"]].concat();
    let next = [&sent[..], &["events.ids-go-up-by-one"]].concat();
    adds(accepted([]), frame(C, publish(1)), C, &sent);
    adds(accepted([frame(C, publish(1))]), frame(C, publish(2)), C, &next);
    let wrapped = [&sent[..], &["events.ids-wrap"]].concat();
    adds(accepted([frame(C, publish(4095))]), frame(C, publish(0)), C, &wrapped);
    adds(accepted([]), frame(C, publish(1)), S, &[]);
    adds(accepted([frame(S, publish(1))]), frame(C, publish(1)), S, &["events.directions-independent"]);
    // Where nobody saw the beginning, it may have been accepted.
    let joined_late = Settings { from_the_start: false, ..Settings::default() };
    for (from, to) in [(C, S), (S, C)] {
        assert_eq!(added_with(joined_late, &vec![], frame(from, publish(1)), to), Vec::<String>::new());
    }
    // Whose answer would break a rule.
    adds(vec![], frame(C, publish(1)), S, &["handshake.early-event-not-acked"]);
    adds(asked(KNOWN, []), frame(C, publish(1)), S, &["handshake.early-event-not-acked"]);
    let rejected = asked(KNOWN, [frame(S, MISMATCH)]);
    adds(rejected, frame(C, publish(1)), S, &["handshake.event-after-rejection-not-acked"]);
    adds(asked(KNOWN, []), frame(S, publish(1)), C, &["introduction.early-publish-not-acked"]);
    adds(accepted([]), frame(S, publish(1)), C, &[]);
}

#[test]
fn an_answer() {
    let right = ["events.answered", "events.answered-once", "events.answer-carries-id", "layout.message-id"];
    let open = "handshake.connected-stays-open";
    let acked = [&right[..], &["layout.ack", open]].concat();
    adds(accepted([frame(C, publish(1))]), frame(S, ack(1)), S, &acked);
    let nacked = [&right[..], &["layout.nack", "layout.chunk", "layout.text-utf8", "layout.varint-shortest", open]];
    adds(accepted([frame(C, publish(1))]), frame(S, nack(1)), S, &nacked.concat());
    let went_on = ["layout.ping", "events.nack-sent-keeps-connection"];
    adds(accepted([frame(C, publish(1)), frame(S, nack(1))]), frame(S, PING), S, &went_on);
    adds(accepted([frame(C, publish(1)), frame(S, ack(1))]), frame(S, PING), S, &["layout.ping"]);
    let twice = ["layout.ack", "layout.message-id", "!events.answered-once"];
    adds(accepted([frame(C, publish(1)), frame(S, ack(1))]), frame(S, ack(1)), S, &twice);
    // To one that came too early none was owed.
    let early = asked(KNOWN, [frame(C, publish(1)), frame(S, CONNECTED)]);
    let unowed = ["events.answered-once", "events.answer-carries-id", "layout.message-id", "layout.ack", open];
    adds(early, frame(S, ack(1)), S, &unowed);
    // A number in a longer form than it needs was read.
    let long = accepted([frame(C, "400181000101 6b01 80e2cfaa06 0464617461".replace(' ', "").as_str())]);
    adds(long.clone(), frame(S, ack(1)), S, &[&acked[..], &["layout.varint-longer-forms"]].concat());
    adds(long, frame(S, nack(1)), S, &nacked.concat());
}

#[test]
fn pings_and_pongs() {
    let open = "handshake.connected-stays-open";
    let answered = ["layout.pong", "keepalive.ping-answered", "keepalive.ping-answered-once", open];
    adds(accepted([frame(C, PING)]), frame(S, PONG), S, &answered);
    adds(accepted([]), frame(S, PONG), S, &["layout.pong", open]);
    adds(accepted([]), frame(S, PONG), C, &["keepalive.pong-not-answered"]);
    let twice = ["layout.pong", "!keepalive.ping-answered-once"];
    adds(accepted([frame(C, PING), frame(S, PONG)]), frame(S, PONG), S, &twice);
    // Where one too many is nobody's fault, one that is not too many is no merit.
    let session = accepted([frame(C, PING), frame(S, PING)]);
    let unjudged = added_with(Settings::default(), &session, frame(S, PONG), S);
    assert!(unjudged.contains(&"keepalive.ping-answered".to_owned()), "{unjudged:?}");
    assert!(!unjudged.contains(&"keepalive.ping-answered-once".to_owned()), "{unjudged:?}");
    // None is owed before the acceptance.
    adds(asked(KNOWN, [frame(C, PING), frame(S, CONNECTED)]), frame(S, PONG), S, &["layout.pong", open]);
}

#[test]
fn malformed_content_and_ends() {
    adds(accepted([]), frame(C, "4009"), S, &["malformed.publish-short"]);
    adds(accepted([]), frame(C, "80"), S, &["malformed.unused-type"]);
    adds(accepted([]), frame(S, "80"), C, &["malformed.unused-type"]);
    adds(accepted([]), frame(C, CONNECTED), S, &["malformed.response-to-server"]);
    adds(accepted([]), frame(S, KNOWN), C, &["malformed.request-to-client"]);
    adds(accepted([]), frame(S, CONNECTED), C, &["malformed.second-response"]);
    // A NACK of it is as good as the close; an ACK isn't, nor a NACK of another one.
    let nacked = added(&accepted([frame(C, "4009")]), frame(S, nack(9)), S);
    assert!(nacked.contains(&"malformed.publish-closes-or-nacks".to_owned()), "{nacked:?}");
    let acked = added(&accepted([frame(C, "4009")]), frame(S, ack(9)), S);
    assert!(!acked.contains(&"malformed.publish-closes-or-nacks".to_owned()), "{acked:?}");
    let of_another = added(&accepted([frame(C, publish(1)), frame(C, "4009")]), frame(S, nack(1)), S);
    assert!(!of_another.contains(&"malformed.publish-closes-or-nacks".to_owned()), "{of_another:?}");
    // Its close, or a NACK in its place, is what was asked for.
    adds(accepted([frame(C, "80")]), end(S), S, &["malformed.closes"]);
    adds(accepted([frame(C, "4009")]), end(S), S, &["malformed.publish-closes-or-nacks"]);
    adds(accepted([frame(C, KNOWN)]), end(S), S, &["handshake.second-request-closes"]);
    adds(asked(KNOWN, [frame(S, MISMATCH)]), end(S), S, &["handshake.mismatch-closes"]);
    adds(accepted([]), end(S), S, &[]);
    // Behind the other one's end nothing of the kind is due.
    adds(accepted([end(C), frame(C, "80")]), end(S), S, &[]);
}

#[test]
fn an_end_within_a_frame_is_an_occasion_to_answer_it() {
    let rule = "framing.truncated-not-answered";
    for (unfinished, times) in [(&[0, 15, 0x40][..], 1), (&[][..], 0)] {
        let mut observer = Observer::new(Settings::default());
        for (from, passing) in accepted([]) {
            observe(&mut observer, from, Duration::ZERO, &passing);
        }
        assert_eq!(observer.frames(), 2);
        observer.closed(C, Duration::ZERO, unfinished);
        assert_eq!(observer.tally(S).count(rule).exercised, times);
        assert_eq!(observer.tally(C).count(rule).exercised, 0);
        // Behind an end there is none.
        observer.closed(S, Duration::ZERO, &[0, 15, 0x40]);
        assert_eq!(observer.tally(C).count(rule).exercised, 0);
    }
}
