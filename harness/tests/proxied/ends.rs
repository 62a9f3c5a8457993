//! Ends pass as ends, and resets as resets.

use std::io::ErrorKind;
use std::time::Duration;

use sinkcheck_reports::document::{Carried, CaseVerdict};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::session::{Session, in_time};

/// Reads to the end, whatever that is.
async fn rest(stream: &mut TcpStream) -> (Vec<u8>, Option<ErrorKind>) {
    let mut octets = Vec::new();
    let end = in_time(stream.read_to_end(&mut octets)).await;
    (octets, end.err().map(|error| error.kind()))
}

fn reset(stream: TcpStream) {
    socket2::SockRef::from(&stream).set_linger(Some(Duration::ZERO)).expect("a socket");
}

#[tokio::test]
async fn a_direction_may_end_while_the_other_goes_on() {
    let session = Session::start().await;
    for client_ends_first in [true, false] {
        let (client, server) = session.pair().await;
        let (mut first, mut second) = if client_ends_first { (client, server) } else { (server, client) };
        first.write_all(b"all that I have").await.expect("it is open");
        first.shutdown().await.expect("it is open");
        assert_eq!(rest(&mut second).await, (b"all that I have".to_vec(), None));
        // Long after the one direction has ended.
        for _ in 0..3 {
            second.write_all(b"still here").await.expect("it is open");
            let mut come = [0; 10];
            in_time(first.read_exact(&mut come)).await.expect("it comes");
        }
        second.shutdown().await.expect("it is open");
        assert_eq!(rest(&mut first).await, (Vec::new(), None));
    }
    in_time(session.end()).await;
}

#[tokio::test]
async fn a_reset_is_passed_on_as_one() {
    let session = Session::start().await;
    for client_resets in [true, false] {
        let (mut client, mut server) = session.pair().await;
        // So that there is a connection on both sides.
        client.write_all(b"a").await.expect("it is open");
        server.read_exact(&mut [0]).await.expect("it comes");
        let mut other = if client_resets {
            reset(client);
            server
        } else {
            reset(server);
            client
        };
        assert_eq!(rest(&mut other).await, (Vec::new(), Some(ErrorKind::ConnectionReset)));
    }
    in_time(session.end()).await;
}

#[tokio::test]
async fn what_was_sent_before_a_reset_arrives_before_it() {
    let session = Session::start().await;
    let (mut client, mut server) = session.pair().await;
    client.write_all(b"so far").await.expect("it is open");
    let mut come = [0; 6];
    in_time(server.read_exact(&mut come)).await.expect("it comes");
    reset(client);
    assert_eq!(&come, b"so far");
    assert_eq!(rest(&mut server).await, (Vec::new(), Some(ErrorKind::ConnectionReset)));
    in_time(session.end()).await;
}

#[tokio::test]
async fn a_peer_that_goes_while_the_other_writes_ends_it_for_both() {
    let session = Session::start().await;
    let (mut client, server) = session.pair().await;
    drop(server);
    // The end passes, then what is written to it in vain.
    let written = in_time(async {
        loop {
            if let Err(error) = client.write_all(&[0; 1000]).await {
                break error.kind();
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    assert!(matches!(written.await, ErrorKind::ConnectionReset | ErrorKind::BrokenPipe));
    in_time(session.end()).await;
}

#[tokio::test]
async fn a_reset_and_an_end_are_told_apart_in_the_document() {
    let session = Session::start().await;
    for resets in [true, false] {
        let (mut client, mut server) = session.pair().await;
        // The server breaks a rule, so that the exchange is shown.
        server.write_all(&[0, 1, 0x10]).await.expect("it is open");
        in_time(client.read_exact(&mut [0; 3])).await.expect("it comes");
        if resets {
            reset(client)
        } else {
            drop(client)
        }
        rest(&mut server).await;
    }
    let (_, document) = in_time(session.end()).await;
    let failed: Vec<_> = document.cases.iter().filter(|case| case.verdict == CaseVerdict::Fail).collect();
    let ends = failed.iter().map(|case| {
        let events = case.transcript.iter().filter_map(|entry| match &entry.carried {
            Carried::Event(event) if event != "connected" => Some(event.as_str()),
            _ => None,
        });
        events.collect::<Vec<_>>()
    });
    assert_eq!(ends.collect::<Vec<_>>(), [["reset"], ["closed"]]);
}

#[tokio::test]
async fn a_client_of_a_server_that_is_not_there_is_closed() {
    let mut session = Session::start().await;
    // Its port is free from here on.
    session.server = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    for _ in 0..3 {
        let mut client = session.client().await;
        assert_eq!(rest(&mut client).await, (Vec::new(), None));
    }
    let troubles = session.troubles();
    assert_eq!(troubles.len(), 3, "{troubles:?}");
    assert!(troubles[0].to_string().contains("Does it listen there?"), "{}", troubles[0]);
    let (passed, document) = in_time(session.end()).await;
    assert_eq!((passed.accepted, passed.connections), (3, 0));
    assert_eq!(document.cases, []);
}
