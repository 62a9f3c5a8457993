use sinkcheck_spec::machine::{Input, Output};
use sinkcheck_spec::wire::InstanceId;

use crate::side::{CONNECTED, FIRST_CONTACT, HELLO, KNOWN, Side, close, event};

/// Contents that are no message, or not one that a server sends.
const MALFORMED: &[&str] = &[
    // An empty frame, an unused type, of the lowest and the highest number.
    "",
    "20",
    "8000",
    "f000",
    // A response with a code that is not used, with too little and too much behind its code.
    "16",
    "1600000002",
    "1f",
    "1000",
    "11",
    "11000000",
    "110000000200",
    "1200",
    "13",
    "1302aa",
    "13ff",
    "1400",
    "1500",
    // A PUBLISH that ends early, one with octets left over, and one whose event_data runs past the end.
    "40",
    "4001",
    "40010101",
    "4001010101010101",
    "4001010101016b010180e2cfaa060464617461ff",
    "40010101016b0101056461",
    // ACK and NACK too short and too long.
    "30",
    "300100",
    "70",
    "7001",
    "70010207",
    "7001ff",
    // PING and PONG too short and too long.
    "50",
    "500000",
    "60",
    "600000",
    // Text that is not UTF-8, and a number above 2^64-1.
    "1300ff",
    "4001ffffffffffffffffff020101016b010101",
];

fn frame(content: &str) -> String {
    format!("{:04x}{content}", content.len() / 2)
}

#[test]
fn malformed_content_closes_and_changes_nothing_in_every_state() {
    for content in MALFORMED {
        for mut side in [Side::asked(None), Side::asked(Some(2)), Side::accepted()] {
            let kept = side.server.server_instance_id;
            let outputs = side.receive(&frame(content));
            assert!(
                matches!(outputs[..], [Output::Malformed(_), Output::Close { because: Input::Malformed }]),
                "{content}: {outputs:?}"
            );
            assert_eq!(side.server.server_instance_id, kept, "{content}");
            assert_eq!(side.delivered(), [], "{content}");
            assert_eq!(side.receive(CONNECTED), [], "{content}: nothing follows a close");
        }
    }
}

#[test]
fn a_message_of_the_other_role_closes_without_an_answer() {
    for request in [FIRST_CONTACT, KNOWN, "00010f", "000302ffff"] {
        for mut side in [Side::asked(Some(2)), Side::accepted()] {
            assert_eq!(side.receive(request), [close(Input::OtherRole)]);
        }
    }
}

#[test]
fn a_malformed_answer_settles_nothing() {
    for content in ["30", "300000", "70", "7000", "7000ff"] {
        let mut side = Side::accepted();
        side.publish([event(1, 1)]);
        side.receive(&frame(content));
        let outbox = &side.server.outbox;
        assert_eq!((outbox.unanswered(), outbox.delivered(), outbox.refused().len()), (1, 0, 0), "{content}");
    }
}

#[test]
fn a_hello_that_the_end_cuts_off_is_not_kept() {
    for end in (0..HELLO.len()).step_by(2) {
        let mut side = Side::asked(None);
        assert_eq!(side.receive(&HELLO[..end]), []);
        let within_frame = if end == 0 { Input::PeerClosed } else { Input::PeerClosedWithinFrame };
        assert_eq!(side.peer_closed(), [close(within_frame)]);
        assert_eq!(side.server.server_instance_id, None);
    }
    let mut side = Side::asked(None);
    side.receive(HELLO);
    side.peer_closed();
    assert_eq!(side.server.server_instance_id, Some(InstanceId(2)));
}
