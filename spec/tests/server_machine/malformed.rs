use sinkcheck_spec::machine::{ClientRecord, Input, Output, ServerConfig};
use sinkcheck_spec::wire::InstanceId;

use crate::side::{CONNECTED, HELLO, KNOWN, Side, close, event};

/// Contents that are no message, or not one that a client sends.
const MALFORMED: &[&str] = &[
    // An empty frame, an unused type, of the lowest and the highest number.
    "",
    "20",
    "8000",
    "f000",
    // A request that ends early, whose chunk runs past the end, with 0, 3, 5, 7 or 9 octets of ids.
    "00",
    "0005312e",
    "00ff312e302e3000000001",
    "0005312e302e30",
    "0005312e302e30000001",
    "0005312e302e300000000100",
    "0005312e302e3000000001000002",
    "0005312e302e30000000010000000200",
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
    "0001ff00000001",
    "4001ffffffffffffffffff020101016b010101",
];

fn frame(content: &str) -> String {
    format!("{:04x}{content}", content.len() / 2)
}

#[test]
fn malformed_content_closes_without_an_answer_in_every_state() {
    for content in MALFORMED {
        for mut side in [Side::new(None), Side::new(Some(1)), Side::accepted()] {
            let recorded = side.client.recorded;
            let outputs = side.receive(&frame(content));
            assert!(
                matches!(outputs[..], [Output::Malformed(_), Output::Close { because: Input::Malformed }]),
                "{content}: {outputs:?}"
            );
            assert_eq!(side.client.recorded, recorded, "{content}");
            assert_eq!(side.delivered(), [], "{content}");
            assert_eq!(side.receive(KNOWN), [], "{content}: nothing follows a close");
        }
    }
}

#[test]
fn a_message_of_the_other_role_closes_without_an_answer() {
    for response in [CONNECTED, HELLO, "000112", "00021300", "000114"] {
        for mut side in [Side::new(Some(1)), Side::accepted()] {
            assert_eq!(side.receive(response), [close(Input::OtherRole)]);
        }
    }
}

#[test]
fn a_malformed_answer_settles_nothing() {
    for content in ["30", "300000", "70", "7000", "7000ff"] {
        let mut side = Side::accepted();
        side.publish([event(1, 1)]);
        side.receive(&frame(content));
        let outbox = &side.client.outbox;
        assert_eq!((outbox.unanswered(), outbox.delivered(), outbox.refused().len()), (1, 0, 0), "{content}");
    }
}

#[test]
fn a_request_that_the_end_cuts_off_records_nothing() {
    let request = "000b0005312e302e3000000001";
    for end in (0..request.len()).step_by(2) {
        let mut side = Side::with(ServerConfig::default(), ClientRecord::default());
        assert_eq!(side.receive(&request[..end]), []);
        let within_frame = if end == 0 { Input::PeerClosed } else { Input::PeerClosedWithinFrame };
        assert_eq!(side.peer_closed(), [close(within_frame)]);
        assert_eq!(side.client.recorded, None);
    }
    assert_eq!(Side::new(Some(1)).client.recorded, Some(InstanceId(1)));
}
