//! A slow reader slows its writer, and nobody else.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::session::{Session, in_time};

/// What the sockets on the way may hold, of both connections, and some of the proxy's own.
const MOST: usize = 24 << 20;

/// Writes until nothing more is taken.
async fn fill(stream: &mut TcpStream) -> usize {
    let mut written = 0;
    let piece = vec![0; 64 << 10];
    while let Ok(count) = timeout(Duration::from_millis(500), stream.write(&piece)).await {
        written += count.expect("it is open");
        assert!(written < MOST, "{written} octets were taken that nobody reads");
    }
    written
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_reads_is_not_taken_in_either_direction() {
    let session = Session::start().await;
    let (mut client, mut server) = session.pair().await;
    let (up, down) = in_time(async { tokio::join!(fill(&mut client), fill(&mut server)) }).await;
    // Another connection isn't held up by it.
    let (mut other, mut behind) = session.pair().await;
    other.write_all(b"well?").await.expect("it is open");
    in_time(behind.read_exact(&mut [0; 5])).await.expect("it comes");
    // And all of it arrives once it is read.
    client.shutdown().await.expect("it is open");
    server.shutdown().await.expect("it is open");
    let mut octets = Vec::new();
    in_time(client.read_to_end(&mut octets)).await.expect("an orderly end");
    assert_eq!(octets.len(), down);
    octets.clear();
    in_time(server.read_to_end(&mut octets)).await.expect("an orderly end");
    assert_eq!(octets.len(), up);
    in_time(session.end()).await;
}
