use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sinkcheck_spec::machine::Backoff;
use tokio::time::sleep;

use crate::cut::Place;
use crate::pair::{Pair, in_memory, server};

/// Cuts at random, one direction or the other or neither, until it is told to stop.
fn places(mut rng: fastrand::Rng, most: usize, cuts: Arc<AtomicBool>) -> impl FnMut() -> Place + Send + 'static {
    move || {
        let after = rng.usize(..most);
        match rng.u8(..7) {
            _ if !cuts.load(Ordering::SeqCst) => Place::default(),
            0..3 => Place { to_server: Some(after), to_client: None },
            3..6 => Place { to_server: None, to_client: Some(after) },
            _ => Place { to_server: Some(after), to_client: Some(rng.usize(..most)) },
        }
    }
}

/// Events both ways at random times, on connections that are cut at random, and restarts of the client.
async fn run(seed: u64) -> usize {
    let mut rng = fastrand::Rng::with_seed(seed);
    let server = server("clients: { client: {} }", Path::new("")).await;
    let mut rooms = rng.fork();
    let connect = in_memory(&server, move || rooms.usize(1..200));
    let cuts = Arc::new(AtomicBool::new(true));
    let place = places(rng.fork(), 1000, Arc::clone(&cuts));
    let backoff = Backoff::new([Duration::from_millis(20), Duration::from_millis(500)]);
    let mut pair = Pair::start(server, connect, backoff, place);
    for _ in 0..400 {
        for _ in 0..rng.u8(..4) {
            pair.client_publishes(if rng.u8(..8) == 0 { 99 } else { 1 });
        }
        for _ in 0..rng.u8(..4) {
            pair.server_publishes(if rng.u8(..8) == 0 { 99 } else { 1 });
        }
        match rng.u8(..40) {
            0 => pair.restart_client(),
            1 => sleep(Duration::from_secs(rng.u64(30..200))).await,
            _ => sleep(Duration::from_millis(rng.u64(..100))).await,
        }
    }
    cuts.store(false, Ordering::SeqCst);
    // The connection that there is may still be cut; the next isn't.
    let connections = pair.connections();
    pair.settle(&format!("seed {seed}")).await;
    connections
}

#[tokio::test(start_paused = true)]
async fn connections_may_be_cut_again_and_again() {
    for seed in 0..20 {
        let connections = run(seed).await;
        assert!(connections > 20, "seed {seed}: {connections} connections are few");
    }
}
