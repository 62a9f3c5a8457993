//! Whatever becomes of a judge, the traffic goes on; and whatever was judged can be judged again from the record.

use std::time::{Duration, Instant};

use serde_json::Value;
use sinkcheck::observe::{Ending, Ledger, Observed};
use sinkcheck::proxy::Trouble;
use sinkcheck_reports::Document;
use sinkcheck_reports::document::CaseVerdict;
use sinkcheck_reports::fold::{INCONCLUSIVE, exit_code};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::Settings;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::published::published;
use crate::session::{Session, in_time};

const REQUEST: &[u8] = &[0, 0x0b, 0, 5, 0x31, 0x2e, 0x30, 0x2e, 0x30, 0, 0, 0, 1];
const HELLO: &[u8] = &[0, 5, 0x11, 0, 0, 0, 2];

#[test]
fn a_judge_that_never_comes_to_its_turn_is_left_behind() {
    // Nobody ever runs this one.
    let judges = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let passing = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    passing.block_on(in_time(async {
        let session = Session::judged_in(Some(judges.handle().clone()), None).await;
        let (mut client, mut server) = session.pair().await;
        let begun = Instant::now();
        let octets = vec![7; 16 << 20];
        let (written, read) = tokio::join!(
            async {
                let written = client.write_all(&octets).await;
                written.and(client.shutdown().await)
            },
            async {
                let mut read = Vec::new();
                server.read_to_end(&mut read).await.map(|_| read)
            }
        );
        written.expect("it is open");
        assert!(read.expect("an orderly end") == octets);
        let took = begun.elapsed();
        // It has a second, and then nothing waits for it any more.
        assert!(took >= Duration::from_millis(500), "{took:?}: the traffic did not wait for it at all");
        assert!(took < Duration::from_secs(20), "{took:?}");
        let (_, document) = session.end().await;
        assert!(document.cases.iter().all(|case| case.verdict == CaseVerdict::Inconclusive), "{:?}", document.cases);
        assert_eq!(exit_code(&document, 0), INCONCLUSIVE);
    }));
    passing.shutdown_background();
}

#[test]
fn nothing_is_passed_on_before_it_was_heard() {
    // Nobody ever runs this one, so what is heard waits.
    let judges = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let passing = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
    passing.block_on(in_time(async {
        let session = Session::judged_in(Some(judges.handle().clone()), None).await;
        let (mut client, mut server) = session.pair().await;
        // So many pieces may wait for a judge: 256 KiB, and each takes 64 octets beside its own.
        let (octets, mut come) = ([7; 500], [0; 500]);
        let fit = (256 << 10) / (500 + 64);
        for piece in 0..=fit {
            let begun = Instant::now();
            client.write_all(&octets).await.expect("it is open");
            server.read_exact(&mut come).await.expect("it comes");
            let took = begun.elapsed();
            if piece == fit {
                assert!(took >= Duration::from_millis(900), "{took:?}: it arrived before its judge was given up");
            }
        }
        session.end().await;
    }));
    passing.shutdown_background();
}

#[tokio::test]
async fn a_rule_is_told_as_soon_as_it_is_broken() {
    let session = Session::start().await;
    let (mut client, mut server) = session.pair().await;
    server.write_all(&[0, 1, 0x10]).await.expect("it is open");
    in_time(client.read_exact(&mut [0; 3])).await.expect("it comes");
    let rule = in_time(async {
        loop {
            if let Some(found) = session.heard.found.lock().expect("nobody panics holding it").first() {
                break found.rule();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    // The connection is still open.
    assert_eq!(rule.await, Some("handshake.nothing-before-request"));
    in_time(session.end()).await;
}

/// Judges a record as it was judged when it was made.
fn judged_again(record: &str) -> Document {
    let mut connections: std::collections::BTreeMap<u64, Observed> = Default::default();
    let (mut ledger, mut found) = (Ledger::default(), Vec::new());
    let mut last = Duration::ZERO;
    for line in record.lines() {
        let line: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{line}: {error}"));
        let at = Duration::from_secs_f64(line["ms"].as_f64().expect("a time") / 1000.0);
        last = last.max(at);
        let number = line["connection"].as_u64().expect("a number");
        let from = if line["from"] == "client" { Role::Client } else { Role::Server };
        if line["event"] == "connected" {
            connections.insert(number, Observed::new(&number.to_string(), Settings::default(), at));
            continue;
        }
        let observed = connections.get_mut(&number).expect("it was opened");
        match (line["hex"].as_str(), line["event"].as_str()) {
            (Some(octets), None) => observed.octets(from, at, &hex::decode(octets).expect("hex"), &mut found),
            (None, Some("closed")) => observed.closed(from, at, Ending::Closed, &mut found),
            (None, Some("reset")) => observed.closed(from, at, Ending::Reset, &mut found),
            _ => panic!("{line}"),
        }
    }
    for observed in connections.into_values() {
        ledger.add(observed.finish(last));
    }
    published(ledger.document("a test", "in this process"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_gives_the_same_verdicts_again() {
    let file = std::env::temp_dir().join(format!("sinkcheck-record-{}.jsonl", std::process::id()));
    let session = Session::judged_in(Some(tokio::runtime::Handle::current()), Some(&file)).await;
    let mut random = fastrand::Rng::with_seed(1);
    for _ in 0..30 {
        let (mut client, mut server) = session.pair().await;
        client.write_all(REQUEST).await.expect("it is open");
        in_time(server.read_exact(&mut [0; REQUEST.len()])).await.expect("it comes");
        server.write_all(HELLO).await.expect("it is open");
        in_time(client.read_exact(&mut [0; HELLO.len()])).await.expect("it comes");
        for _ in 0..random.usize(0..40) {
            // Mostly nonsense: answers to nothing, frames of the other role.
            let frame = [0, 2, random.u8(..) & 0x70, random.u8(..)];
            let (from, to) = if random.bool() { (&mut client, &mut server) } else { (&mut server, &mut client) };
            from.write_all(&frame).await.expect("it is open");
            in_time(to.read_exact(&mut [0; 4])).await.expect("it comes");
        }
    }
    let (_, mut document) = in_time(session.end()).await;
    let record = std::fs::read_to_string(&file).expect("a record");
    std::fs::remove_file(&file).expect("it is there");
    let mut again = judged_again(&record);
    assert!(document.summary.fail > 20, "{:?}", document.summary);
    // Two connections may come to their end in another order, and times count from there; who they were isn't recorded.
    for document in [&mut document, &mut again] {
        document.cases.sort_by(|a, b| a.id.cmp(&b.id));
        for rule in &mut document.rules {
            rule.cases.sort();
        }
        for case in &mut document.cases {
            case.duration_ms = 0.0;
            case.title = String::new();
            for entry in &mut case.transcript {
                entry.ms = 0.0;
            }
            // How a connection ended when the proxy was stopped is known to the proxy alone.
        }
    }
    assert_eq!(document.rules, again.rules);
    assert_eq!(document.cases, again.cases);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_written_ends_and_the_traffic_goes_on() {
    let session =
        Session::judged_in(Some(tokio::runtime::Handle::current()), Some(std::path::Path::new("/dev/full"))).await;
    for _ in 0..3 {
        let (mut client, mut server) = session.pair().await;
        // Few frames, so that the judge has no reason to fall behind.
        let octets = vec![0xff; 1 << 20];
        let (written, read) = in_time(async {
            tokio::join!(
                async {
                    let written = client.write_all(&octets).await;
                    written.and(client.shutdown().await)
                },
                async {
                    let mut read = Vec::new();
                    server.read_to_end(&mut read).await.map(|_| read.len())
                }
            )
        })
        .await;
        written.expect("it is open");
        assert_eq!(read.expect("an orderly end"), octets.len());
    }
    let troubles = session.troubles();
    let [Trouble::Record(what)] = &troubles[..] else { panic!("{troubles:?}") };
    assert!(what.contains("/dev/full") && what.contains("the traffic goes on"), "{what}");
    in_time(session.end()).await;
}
