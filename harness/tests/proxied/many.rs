//! Thousands of connections at once.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::task::JoinSet;

use crate::session::{Session, in_time};

const REQUEST: &[u8] = &[0, 0x0b, 0, 5, 0x31, 0x2e, 0x30, 0x2e, 0x30, 0, 0, 0, 1];
const HELLO: &[u8] = &[0, 5, 0x11, 0, 0, 0, 2];

/// All of them are open when the first octet is sent.
const CONNECTIONS: usize = 2000;

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_connections_are_passed_and_judged_at_once() {
    // Four files for each: its two ends here, and the proxy's two.
    let (soft, hard) = nix::sys::resource::getrlimit(nix::sys::resource::Resource::RLIMIT_NOFILE).expect("a limit");
    assert!(hard >= 4 * CONNECTIONS as u64 + 200, "the limit of open files ({soft}, {hard}) is too low for this test");
    let session = Session::start().await;
    let mut pairs = Vec::new();
    for _ in 0..CONNECTIONS {
        pairs.push(in_time(session.pair()).await);
    }
    let mut tasks = JoinSet::new();
    for (mut client, mut server) in pairs {
        tasks.spawn(async move {
            client.write_all(REQUEST).await.expect("it is open");
            let mut come = [0; REQUEST.len()];
            server.read_exact(&mut come).await.expect("it comes");
            assert_eq!(come, REQUEST);
            server.write_all(HELLO).await.expect("it is open");
            let mut come = [0; HELLO.len()];
            client.read_exact(&mut come).await.expect("it comes");
            assert_eq!(come, HELLO);
            client.shutdown().await.expect("it is open");
            assert_eq!(server.read(&mut [0]).await.expect("an orderly end"), 0);
        });
    }
    in_time(async { while tasks.join_next().await.transpose().expect("no panic").is_some() {} }).await;
    let troubles = session.troubles();
    assert!(troubles.is_empty(), "{troubles:?}");
    let (passed, document) = in_time(session.end()).await;
    assert_eq!(passed.connections, CONNECTIONS as u64);
    assert_eq!(document.notes[0], format!("Watched {CONNECTIONS} connections with {} frames.", 2 * CONNECTIONS));
    assert_eq!((document.summary.pass, document.summary.fail), (document.cases.len(), 0));
}
