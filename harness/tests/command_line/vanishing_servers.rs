//! Servers that are there at first, and then are not.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::document::{cases, document, inconclusive};
use crate::folder::Folder;
use crate::peer::{Peer, obliging, swallow};
use crate::program::{eventually, sinkcheck};

#[test]
fn one_that_is_killed_in_the_middle_of_a_run() {
    let (mut peer, folder) = (Peer::new(|stream| obliging(stream, |_| ())), Folder::new());
    let json = folder.at("a.json");
    let arguments = ["certify", "server", &peer.address(), "--repeat", "200", "--case", "server/framing/*"];
    let running = sinkcheck(arguments.iter().chain(&["--format", "json", "--output", &json])).start();
    eventually("the run is under way", || (peer.accepted() > 30).then_some(()));
    peer.kill();
    let done = running.end().within(Duration::from_secs(60));
    let document = document(&folder.read("a.json"));
    assert!(inconclusive(&document, "target-gone") > 0, "{}", document["summary"]);
    assert!(done.code == Some(3) || done.code == Some(1), "{:?}", done.code);
    assert_eq!(done.code == Some(1), document["verdict"] == "does_not_conform");
    done.says("the target stopped answering").says("VERDICT");
}

#[test]
fn one_that_hangs_in_the_middle_of_a_run() {
    let taken = Arc::new(AtomicUsize::new(0));
    let peer =
        Peer::new(
            move |stream| {
                if taken.fetch_add(1, Ordering::SeqCst) < 30 { obliging(stream, |_| ()) } else { swallow(stream) }
            },
        );
    let arguments = ["certify", "server", &peer.address(), "--case", "server/framing/*", "--format", "json"];
    let done = sinkcheck(arguments).run().within(Duration::from_secs(60));
    let document = document(&done.stdout);
    let lost = inconclusive(&document, "target-gone") + inconclusive(&document, "fixture-lost");
    assert!(lost > 0 && lost < cases(&document).len(), "{}", document["summary"]);
    assert!(done.code == Some(3) || done.code == Some(1), "{:?}", done.code);
}

#[test]
fn one_that_pauses_is_taken_up_again() {
    // Nobody is let in for some connections, fewer than would make one wonder.
    let taken = Arc::new(AtomicUsize::new(0));
    let peer = Peer::new(move |stream| match taken.fetch_add(1, Ordering::SeqCst) {
        20..25 => Ok(()),
        _ => obliging(stream, |_| ()),
    });
    let arguments = ["certify", "server", &peer.address(), "--case", "server/framing/*", "--format", "json"];
    let document = document(&sinkcheck(arguments).run().within(Duration::from_secs(60)).stdout);
    assert_eq!(inconclusive(&document, "target-gone"), 0, "{}", document["summary"]);
    assert!(document["summary"]["pass"].as_u64().is_some_and(|count| count > 5), "{}", document["summary"]);
}
