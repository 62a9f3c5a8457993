//! Octets arrive unchanged, in order, in both directions at once.

use fastrand::Rng;
use sinkcheck::proxy::Passed;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};

use crate::session::{Session, in_time};

/// Octets that are now and then frames of Sink, now and then anything.
fn stream(random: &mut Rng, length: usize) -> Vec<u8> {
    let mut octets = Vec::with_capacity(length);
    while octets.len() < length {
        match random.u8(0..6) {
            0 => octets.extend([0, 2, 0x50, 0]),
            1 => octets.extend([0, 0x0b, 0, 5, 0x31, 0x2e, 0x30, 0x2e, 0x30, 0, 0, 0, 1]),
            2 => octets.extend([0, 1, 0x10]),
            3 => octets.extend([0, 2, 0x30 | random.u8(..) & 0xf, random.u8(..)]),
            4 => octets.extend([0, 7, 0x40, random.u8(0..9), 1, 1, 0, 0, 0]),
            _ => octets.extend((0..random.usize(0..2000)).map(|_| random.u8(..))),
        }
    }
    octets.truncate(length);
    octets
}

async fn write(mut to: impl AsyncWrite + Unpin, octets: Vec<u8>, mut random: Rng) {
    let mut rest = &octets[..];
    while !rest.is_empty() {
        let most = if random.bool() { 20 } else { 100_000 };
        let (piece, after) = rest.split_at(random.usize(1..=most).min(rest.len()));
        to.write_all(piece).await.expect("it is read");
        rest = after;
        if random.u8(..) < 40 {
            tokio::task::yield_now().await;
        }
    }
    to.shutdown().await.expect("it is open");
}

async fn read(mut from: impl AsyncRead + Unpin) -> Vec<u8> {
    let mut octets = Vec::new();
    from.read_to_end(&mut octets).await.expect("an orderly end");
    octets
}

#[tokio::test(flavor = "multi_thread")]
async fn octets_pass_unchanged_however_they_are_cut() {
    let session = Session::start().await;
    let mut all = 0;
    let rounds = 60;
    for seed in 0..rounds {
        let mut random = Rng::with_seed(seed);
        let lengths = [random.usize(0..400_000), random.usize(0..400_000)];
        all += lengths.iter().sum::<usize>();
        let [up, down] = lengths.map(|length| stream(&mut random, length));
        let (client, server) = in_time(session.pair()).await;
        let ((client_reads, client_writes), (server_reads, server_writes)) = (client.into_split(), server.into_split());
        let (_, _, at_client, at_server) = in_time(async {
            tokio::join!(
                write(client_writes, up.clone(), random.fork()),
                write(server_writes, down.clone(), random.fork()),
                read(client_reads),
                read(server_reads)
            )
        })
        .await;
        assert!(at_server == up, "seed {seed}: what the server read is not what the client sent");
        assert!(at_client == down, "seed {seed}: what the client read is not what the server sent");
    }
    let (passed, document) = in_time(session.end()).await;
    assert_eq!(passed, Passed { accepted: rounds, connections: rounds, octets: all as u64 });
    assert!(document.notes[0].starts_with(&format!("Watched {rounds} connections")), "{:?}", document.notes);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_little_there_is_passes_at_once() {
    let session = Session::start().await;
    let (mut client, mut server) = in_time(session.pair()).await;
    for round in 0..200_u8 {
        in_time(async {
            let mut octet = [0];
            client.write_all(&[round]).await.expect("it is read");
            server.read_exact(&mut octet).await.expect("it comes, and nothing was needed to fill it up");
            assert_eq!(octet, [round]);
            server.write_all(&octet).await.expect("it is read");
            client.read_exact(&mut octet).await.expect("it comes back");
        })
        .await;
    }
    in_time(session.end()).await;
}
