//! The deployed client, watched over whole sessions: it breaks nothing.

use sinkcheck_spec::oracle::{ClientOracle, Phase};
use sinkcheck_spec::wire::Deframer;

#[derive(serde::Deserialize)]
struct Line {
    from: String,
    #[serde(default)]
    hex: Option<String>,
}

/// Gives the oracle what each side sent, in the order in which it was read.
#[track_caller]
fn watch(capture: &str) -> ClientOracle {
    let mut oracle = ClientOracle::new();
    let (mut client, mut server) = (Deframer::new(), Deframer::new());
    for line in capture.lines() {
        let line: Line = serde_json::from_str(line).expect("a line of a capture");
        let Some(octets) = line.hex.map(|digits| hex::decode(digits).expect("hex")) else { continue };
        if line.from == "client" {
            client.push(&octets);
            while let Some(content) = client.next() {
                assert_eq!(oracle.received(content), []);
            }
        } else {
            server.push(&octets);
            while let Some(content) = server.next() {
                oracle.sent(content);
            }
        }
    }
    oracle
}

#[test]
fn first_contact() {
    let oracle = watch(include_str!("../../captures/first_contact.jsonl"));
    assert_eq!(oracle.phase(), Phase::Accepted);
    assert!(oracle.took_acceptance());
    assert_eq!(oracle.unanswered().count(), 0);
}

#[test]
fn instance_id_mismatch() {
    let oracle = watch(include_str!("../../captures/instance_id_mismatch.jsonl"));
    assert_eq!(oracle.phase(), Phase::Rejected);
}

#[test]
fn keepalive() {
    let oracle = watch(include_str!("../../captures/keepalive.jsonl"));
    assert_eq!(oracle.phase(), Phase::Accepted);
    // This one was never asked for more than PONGs of the server, so nothing shows what it read.
    assert!(!oracle.took_acceptance());
}
