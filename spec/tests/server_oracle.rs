//! The oracle at the client's end: which rule each frame of a server breaks, and which freedoms it leaves alone.
//!
//! An exchange is written as lines: `>` is a content that we send, `<` one that the server sends, in hex; what a frame breaks
//! stands behind it.

use sinkcheck_spec::catalogue::{Role, catalogue};
use sinkcheck_spec::oracle::{Phase, ServerOracle};
use sinkcheck_spec::wire::MessageId;

const REQUEST: &str = "0005312e302e300000000100000002";
const CONNECTED: &str = "10";
const PUBLISH_5: &str = "40050101016b01010464617461";

/// Holds what is blamed against what stands there. Returns the oracle as it is after the last line.
#[track_caller]
fn check(exchange: &[(&str, &str, &[&str])]) -> ServerOracle {
    let mut oracle = ServerOracle::new();
    for (at, (direction, digits, rules)) in exchange.iter().enumerate() {
        let content = hex::decode(digits.replace(' ', "")).expect("hex");
        match *direction {
            ">" => oracle.sent(&content),
            "|" => oracle.sent_end(&content),
            _ => {
                let breaches = oracle.received(&content);
                let broken: Vec<&str> = breaches.iter().map(|breach| breach.rule).collect();
                assert_eq!(broken, *rules, "line {at}: {digits}");
                for breach in breaches {
                    let rule = catalogue().rule(breach.rule).expect("the catalogue has it");
                    assert!(rule.role.binds(Role::Server), "{}", rule.id);
                    assert!(!breach.what.is_empty());
                }
            }
        }
    }
    oracle
}

fn accepted<'a>(rest: &[(&'a str, &'a str, &'a [&'a str])]) -> Vec<(&'a str, &'a str, &'a [&'a str])> {
    let mut exchange: Vec<(&str, &str, &[&str])> = vec![(">", REQUEST, &[]), ("<", CONNECTED, &[])];
    exchange.extend_from_slice(rest);
    exchange
}

#[test]
fn a_right_session_breaks_nothing() {
    check(&accepted(&[
        (">", PUBLISH_5, &[]),
        (">", "5000", &[]),
        ("<", "6fff", &[]),
        ("<", "5000", &[]),
        (">", "6000", &[]),
        ("<", "3005", &[]),
        ("<", PUBLISH_5, &[]),
        (">", "3005", &[]),
        (">", PUBLISH_5, &[]),
        ("<", "70050004", &[]),
    ]));
}

#[test]
fn nothing_may_come_before_the_request() {
    for content in ["5000", CONNECTED, PUBLISH_5, "6000", "3000", "ff"] {
        check(&[("<", content, &["handshake.nothing-before-request"])]);
    }
    // What answers something that was sent too early has rules of its own, or none.
    check(&[(">", "5000", &[]), ("<", "6000", &[])]);
    check(&[(">", PUBLISH_5, &[]), ("<", "700500", &[])]);
    check(&[(">", PUBLISH_5, &[]), ("<", CONNECTED, &["handshake.nothing-before-request"])]);
}

#[test]
fn an_early_event_may_be_nacked_and_not_acked() {
    check(&[(">", PUBLISH_5, &[]), ("<", "3005", &["handshake.early-event-not-acked"])]);
    check(&[
        (">", PUBLISH_5, &[]),
        (">", REQUEST, &[]),
        ("<", CONNECTED, &[]),
        ("<", "3005", &["handshake.early-event-not-acked"]),
    ]);
    // Behind the request, when it is read decides.
    check(&[(">", REQUEST, &[]), (">", PUBLISH_5, &[]), ("<", CONNECTED, &[]), ("<", "3005", &[])]);
    check(&[(">", REQUEST, &[]), (">", PUBLISH_5, &[]), ("<", "3005", &["handshake.early-event-not-acked"])]);
    check(&[
        (">", REQUEST, &[]),
        (">", PUBLISH_5, &[]),
        ("<", "12", &[]),
        ("<", "3005", &["handshake.event-after-rejection-not-acked"]),
    ]);
    check(&[
        (">", REQUEST, &[]),
        ("<", "12", &[]),
        (">", PUBLISH_5, &[]),
        ("<", "3005", &["handshake.event-after-rejection-not-acked"]),
    ]);
    check(&[(">", REQUEST, &[]), ("<", "12", &[]), (">", PUBLISH_5, &[]), ("<", "700500", &[])]);
}

#[test]
fn a_request_has_one_response() {
    check(&[(">", REQUEST, &[]), ("<", CONNECTED, &[]), ("<", CONNECTED, &["handshake.first-request-answered-once"])]);
    check(&[(">", REQUEST, &[]), ("<", "12", &[]), ("<", "12", &["handshake.first-request-answered-once"])]);
    // A second request may be answered or not.
    check(&[(">", REQUEST, &[]), ("<", CONNECTED, &[]), (">", REQUEST, &[]), ("<", "12", &[])]);
}

#[test]
fn another_version_is_answered_as_such() {
    for wrong in [CONNECTED, "1100000002", "12", "130000", "15"] {
        check(&[(">", "01ff", &[]), ("<", wrong, &["handshake.unsupported-protocol"])]);
    }
    check(&[(">", "0f", &[]), ("<", "14", &[])]);
}

#[test]
fn a_malformed_request_is_not_accepted() {
    let cases = [
        ("00", "malformed.request-short"),
        ("0005312e30", "malformed.request-chunk-past-end"),
        ("0005312e302e30000001", "malformed.request-ids-length"),
        ("0005312e302e30000000010000000201", "malformed.request-ids-length"),
    ];
    for (content, rule) in cases {
        check(&[(">", content, &[]), ("<", CONNECTED, &[rule])]);
        check(&[(">", content, &[]), ("<", "12", &[])]);
    }
    check(&[(">", CONNECTED, &[]), ("<", CONNECTED, &["malformed.response-to-server"])]);
    // Nor is what the end of the stream cuts off behind something else, and it's the cut that is named.
    let cut_off = [(">", CONNECTED, &[] as &[&str]), ("|", "000f 0005312e", &[])];
    check(&[cut_off.to_vec(), vec![("<", CONNECTED, &["framing.truncated-not-answered"] as &[&str])]].concat());
    check(&[cut_off.to_vec(), vec![("<", "12", &[] as &[&str])]].concat());
    // It counts for the time of what comes behind it: a PING is no longer unprompted, an event still early.
    check(&[(">", "00", &[]), ("<", "5000", &[])]);
    let early = [(">", "00", &[] as &[&str]), (">", PUBLISH_5, &[]), (">", REQUEST, &[]), ("<", CONNECTED, &[])];
    check(&[early.to_vec(), vec![("<", "3005", &["handshake.early-event-not-acked"] as &[&str])]].concat());
    let behind_response = [(">", CONNECTED, &[] as &[&str]), (">", PUBLISH_5, &[])];
    check(&[behind_response.to_vec(), vec![("<", "3005", &["malformed.response-to-server"] as &[&str])]].concat());
}

#[test]
fn a_request_whose_text_is_not_utf8_may_be_accepted_or_not() {
    let open = "0001ff00000001";
    for response in ["1100000002", "12", "15"] {
        check(&[(">", open, &[]), ("<", response, &[])]);
    }
    check(&[(">", open, &[]), ("<", CONNECTED, &[]), (">", PUBLISH_5, &[]), ("<", "3005", &[])]);
}

#[test]
fn the_phase_is_told() {
    let phase = |exchange: &[(&str, &str, &[&str])]| check(exchange).phase();
    assert_eq!(phase(&[]), Phase::NoRequest);
    assert_eq!(phase(&[(">", "5000", &[])]), Phase::NoRequest);
    assert_eq!(phase(&[(">", REQUEST, &[])]), Phase::Asked);
    assert_eq!(phase(&[(">", "00", &[])]), Phase::Asked);
    assert_eq!(phase(&accepted(&[])), Phase::Accepted);
    assert_eq!(phase(&[(">", REQUEST, &[]), ("<", "12", &[])]), Phase::Rejected);
}

#[test]
fn each_event_has_one_answer_with_its_id() {
    check(&accepted(&[(">", PUBLISH_5, &[]), ("<", "3005", &[]), ("<", "3005", &["events.answered-once"])]));
    check(&accepted(&[(">", PUBLISH_5, &[]), ("<", "700500", &[]), ("<", "3005", &["events.answered-once"])]));
    check(&accepted(&[(">", PUBLISH_5, &[]), ("<", "3105", &["events.answer-carries-id"])]));
    check(&accepted(&[("<", "3000", &["events.answer-carries-id"])]));
}

#[test]
fn a_malformed_event_is_not_acked() {
    let cases = [
        ("4007", "malformed.publish-short"),
        ("40070101016b01010464617461ff", "malformed.publish-long"),
        ("40070101016b01010564617461", "malformed.publish-chunk-past-end"),
    ];
    for (content, rule) in cases {
        check(&accepted(&[(">", content, &[]), ("<", "3007", &[rule])]));
        check(&accepted(&[(">", content, &[]), ("<", "700700", &[])]));
    }
    // What the text leaves open is not malformed: eleven octets of a varint, a number of 2^64.
    check(&accepted(&[(">", "4007 8180808080808080808000 01016b01010161", &[]), ("<", "3007", &[])]));
    check(&accepted(&[(">", "4007 80808080808080808002 01016b01010161", &[]), ("<", "3007", &[])]));
}

#[test]
fn a_frame_that_was_cut_off_is_not_answered() {
    check(&accepted(&[("|", "000f 4009 0101", &[]), ("<", "3009", &["framing.truncated-not-answered"])]));
    check(&accepted(&[("|", "000f 4009 0101", &[]), ("<", "700900", &["framing.truncated-not-answered"])]));
}

#[test]
fn a_pong_behind_a_response_of_ours_answers_it() {
    // Be it malformed: this one is a byte short.
    for response in ["10", "11000000"] {
        check(&accepted(&[(">", response, &[]), ("<", "6000", &["malformed.response-to-server"])]));
    }
    check(&accepted(&[(">", "5000", &[]), (">", "12", &[]), ("<", "6000", &[])]));
}

#[test]
fn pongs_answer_pings() {
    check(&accepted(&[(">", "5000", &[]), ("<", "6000", &[]), ("<", "6000", &["keepalive.ping-answered-once"])]));
    check(&accepted(&[(">", "6000", &[]), ("<", "6000", &["keepalive.pong-not-answered"])]));
    check(&accepted(&[(">", "500000", &[]), ("<", "6000", &["malformed.ping-length"])]));
    // Unasked and answering nothing, it may come at any time.
    check(&accepted(&[("<", "6000", &[])]));
}

#[test]
fn the_servers_ids_are_its_own_and_go_up_by_one() {
    let publish = |id: u16| format!("{:04x}0101016b01010161", 0x4000 | id);
    let ack = |id: u16| format!("{:04x}", 0x3000 | id);
    check(&accepted(&[("<", &publish(4095), &[]), ("<", &publish(0), &[])]));
    check(&accepted(&[
        ("<", &publish(7), &[]),
        ("<", &publish(7), &["events.id-not-reused-in-flight", "events.ids-go-up-by-one"]),
    ]));
    check(&accepted(&[("<", &publish(7), &[]), (">", &ack(7), &[]), ("<", &publish(9), &["events.ids-go-up-by-one"])]));
    check(&accepted(&[("<", &publish(4095), &[]), (">", &ack(4095), &[]), ("<", &publish(1), &["events.ids-wrap"])]));
    // A malformed one has used its id up.
    check(&accepted(&[("<", &publish(7), &[]), ("<", "4008", &["layout.publish"]), ("<", &publish(9), &[])]));
}

#[test]
fn an_id_in_flight_may_be_skipped() {
    let mut exchange = accepted(&[]);
    let publishes: Vec<String> = (0..4096u16).map(|id| format!("{:04x}0101016b01010161", 0x4000 | id)).collect();
    for publish in &publishes {
        exchange.push(("<", publish, &[]));
    }
    // 0 stays unanswered, 1 is free again.
    exchange.push((">", "3001", &[]));
    exchange.push(("<", &publishes[1], &[]));
    check(&exchange);
}

#[test]
fn an_id_whose_answer_was_read_is_not_skipped() {
    let publishes: Vec<String> = (0..4096u16).map(|id| format!("{:04x}0101016b01010161", 0x4000 | id)).collect();
    let mut exchange = accepted(&[("<", &publishes[0], &[]), (">", "3000", &[])]);
    exchange.extend(publishes[1..].iter().map(|publish| ("<", publish.as_str(), &[] as &[&str])));
    // Nothing shows yet that the answer to 0 was read.
    check(&[exchange.clone(), vec![("<", publishes[1].as_str(), &["events.id-not-reused-in-flight"])]].concat());
    exchange.extend([(">", "3001", &[] as &[&str]), (">", &publishes[9], &[])]);
    check(&[exchange.clone(), vec![("<", publishes[1].as_str(), &[])]].concat());
    // The answer to what was sent behind it does.
    exchange.push(("<", "3009", &[]));
    check(&[exchange.clone(), vec![("<", publishes[0].as_str(), &[]), ("<", publishes[1].as_str(), &[])]].concat());
    check(&[exchange, vec![("<", publishes[1].as_str(), &["events.ids-wrap"])]].concat());
}

#[test]
fn what_a_server_sends_is_laid_out_as_the_protocol_says() {
    let cases = [
        ("", "framing.one-message-in-a-frame"),
        ("2000", "layout.message-type"),
        ("f000", "layout.message-type"),
        ("300500", "layout.ack"),
        ("30", "layout.ack"),
        ("7005", "layout.nack"),
        ("70050461", "layout.nack"),
        ("700500ff", "layout.text-utf8"),
        ("50", "layout.ping"),
        ("500000", "layout.ping"),
        ("60", "layout.pong"),
        ("40050101", "layout.publish"),
        ("40050101016b0101016100", "layout.publish"),
        ("4005 8180808080808080808000 01016b01010161", "layout.varint-shortest"),
        (REQUEST, "layout.connection-response"),
    ];
    for (content, rule) in cases {
        check(&accepted(&[("<", content, &[rule])]));
    }
    let responses = [
        ("16", "layout.connection-response"),
        ("1f", "layout.connection-response"),
        ("1000", "layout.response-bare"),
        ("1200", "layout.response-bare"),
        ("11", "layout.response-hello"),
        ("11000000", "layout.response-hello"),
        ("110000000200", "layout.response-hello"),
        ("13", "handshake.quarantined-carries-reason"),
        ("130561", "handshake.quarantined-carries-reason"),
        ("1300ff", "layout.text-utf8"),
    ];
    for (content, rule) in responses {
        check(&[(">", REQUEST, &[]), ("<", content, &[rule])]);
    }
    check(&accepted(&[("<", "4005 8100 01016b01010161", &["layout.varint-shortest"])]));
    // Nothing says how large a number may be that is sent: 2^64, and one that takes eleven octets.
    check(&accepted(&[("<", "4005 80808080808080808002 01016b01010161", &[])]));
    check(&accepted(&[("<", "4005 8080808080808080808001 01016b01010161", &[])]));
}

#[test]
fn what_is_owed_and_in_flight_is_told() {
    let ids = |ids: &[u16]| ids.iter().filter_map(|id| MessageId::new(*id)).collect::<Vec<_>>();
    let oracle = check(&accepted(&[
        (">", PUBLISH_5, &[]),
        (">", "40060101016b01010161", &[]),
        ("<", "3006", &[]),
        ("<", "4fff0101016b01010161", &[]),
        ("<", "40000101016b01010161", &[]),
        (">", "3fff", &[]),
        (">", "5000", &[]),
        (">", "5000", &[]),
        ("<", "6000", &[]),
    ]));
    assert_eq!(oracle.unanswered().collect::<Vec<_>>(), ids(&[5]));
    assert_eq!((oracle.in_flight(), oracle.ids_in_flight().collect::<Vec<_>>()), (1, ids(&[0])));
    assert_eq!((oracle.pings_waiting(), oracle.ponged_unasked()), (1, false));
    let idle = check(&accepted(&[]));
    assert_eq!((idle.unanswered().count(), idle.in_flight(), idle.ids_in_flight().count()), (0, 0, 0));
    assert_eq!(idle.pings_waiting(), 0);
    assert!(check(&accepted(&[("<", "6000", &[])])).ponged_unasked());
}

#[test]
fn only_a_right_answer_of_ours_settles_an_id() {
    const IN_FLIGHT: &[&str] = &["events.id-not-reused-in-flight"];
    let publishes: Vec<String> = (0..4096u16).map(|id| format!("{:04x}0101016b01010161", 0x4000 | id)).collect();
    let all: Vec<_> = publishes.iter().map(|publish| ("<", publish.as_str(), &[] as &[&str])).collect();
    let answers = [
        (">", "3000", &[] as &[&str]),
        (">", "700000", &[]),
        (">", "700000ff", &[]),
        (">", "300000", IN_FLIGHT),
        (">", "30", IN_FLIGHT),
        (">", "7000", IN_FLIGHT),
        (">", "700005 61", IN_FLIGHT),
        (">", "3001", IN_FLIGHT),
        ("|", "0002 30", IN_FLIGHT),
    ];
    for (direction, answer, broken) in answers {
        let again = [(direction, answer, &[] as &[&str]), ("<", publishes[0].as_str(), broken)];
        check(&[accepted(&all), again.to_vec()].concat());
    }
}

#[test]
fn the_low_bits_of_an_unused_type_are_no_message_id() {
    check(&accepted(&[(">", "810500", &[]), ("<", "3105", &["malformed.unused-type"])]));
    check(&accepted(&[(">", "810500", &[]), ("<", "3005", &["events.answer-carries-id"])]));
}

#[test]
fn what_the_end_cuts_off_is_known_by_its_type() {
    let cut_off = &["framing.truncated-not-answered"];
    check(&[("|", "000f 0005312e", &[]), ("<", CONNECTED, cut_off)]);
    check(&[("|", "000f", &[]), ("<", CONNECTED, &["handshake.nothing-before-request"])]);
    check(&accepted(&[("|", "0002 50", &[]), ("<", "6000", cut_off)]));
    check(&accepted(&[("|", "0002 60", &[]), ("<", "6000", &[])]));
}

#[test]
fn malformed_content_before_the_request_is_blamed_on_its_time_only_if_nothing_was_sent() {
    check(&[("<", "9000", &["handshake.nothing-before-request"])]);
    check(&[(">", "5000", &[]), ("<", "9000", &["layout.message-type"])]);
}

#[test]
fn a_rejection_may_be_for_what_stands_before_the_request() {
    let rejected = [(">", "9000", &[] as &[&str]), (">", REQUEST, &[]), ("<", "12", &[])];
    assert_eq!(check(&rejected).phase(), Phase::Asked);
    let answered = [rejected.to_vec(), vec![("<", CONNECTED, &[] as &[&str])]].concat();
    assert_eq!(check(&answered).phase(), Phase::Accepted);
    // Without a request behind it the connection is over.
    assert_eq!(check(&[rejected[0], rejected[2]]).phase(), Phase::Rejected);
}

#[test]
fn a_connection_that_was_joined_late_counts_as_accepted() {
    let mut oracle = ServerOracle::joined_late();
    assert_eq!(oracle.phase(), Phase::Accepted);
    let mut broken = |content: &str| -> Vec<&str> {
        oracle.received(&hex::decode(content).expect("hex")).into_iter().map(|breach| breach.rule).collect()
    };
    // A PONG, an answer and a response may be to what was not seen; a second answer or response is not.
    for content in ["6000", "3005", CONNECTED] {
        assert!(broken(content).is_empty(), "{content}");
    }
    assert_eq!(broken("3005"), ["events.answered-once"]);
    assert_eq!(broken(CONNECTED), ["handshake.first-request-answered-once"]);
    // How many PINGs were sent before isn't known either.
    oracle.sent(&hex::decode("5000").expect("hex"));
    for _ in 0..2 {
        assert_eq!(oracle.received(&hex::decode("6000").expect("hex")), []);
    }
    assert!(!oracle.ponged_unasked());
}
