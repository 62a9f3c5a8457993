//! Ends over TLS: close_notify is an end, one direction at a time, and a reset is a reset.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use sinkcheck_reports::document::CaseVerdict;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::session::{Session, in_time};

/// A proxy that shows a certificate, and what its clients have to trust.
async fn session() -> (Session, TlsConnector) {
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).expect("a key");
    let certificate = made.cert.der().clone();
    let shows = ServerConfig::builder()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .expect("they fit each other");
    let mut trusted = RootCertStore::empty();
    trusted.add(certificate).expect("a certificate");
    let trusts = ClientConfig::builder().with_root_certificates(trusted).with_no_client_auth();
    (Session::over_tls(Arc::new(shows)).await, TlsConnector::from(Arc::new(trusts)))
}

/// A client's connection, and its other end behind the proxy, which is plain.
async fn pair(session: &Session, trusts: &TlsConnector) -> (TlsStream<TcpStream>, TcpStream) {
    let name = ServerName::try_from("localhost").expect("a name");
    let client = trusts.connect(name, session.client().await).await.expect("the proxy is trusted");
    let (server, _) = session.server.accept().await.expect("the proxy connects");
    (client, server)
}

#[tokio::test]
async fn a_direction_may_end_while_the_other_goes_on() {
    let (session, trusts) = session().await;
    let (mut client, mut server) = pair(&session, &trusts).await;
    client.write_all(b"all that I have").await.expect("it is open");
    client.shutdown().await.expect("it is open");
    let mut come = Vec::new();
    in_time(server.read_to_end(&mut come)).await.expect("an end, and no reset");
    assert_eq!(come, b"all that I have");
    server.write_all(b"still here").await.expect("it is open");
    let mut come = [0; 10];
    in_time(client.read_exact(&mut come)).await.expect("it comes");
    assert_eq!(&come, b"still here");
    server.shutdown().await.expect("it is open");
    // With close_notify: an end without one would be an error.
    assert_eq!(in_time(client.read(&mut [0])).await.expect("an end in order"), 0);
    in_time(session.end()).await;
}

#[tokio::test]
async fn a_reset_is_passed_on_as_one_in_both_ways() {
    let (session, trusts) = session().await;
    for client_resets in [true, false] {
        let (mut client, mut server) = pair(&session, &trusts).await;
        client.write_all(b"a").await.expect("it is open");
        in_time(server.read_exact(&mut [0])).await.expect("it comes");
        let at_once = Some(Duration::ZERO);
        let error = if client_resets {
            socket2::SockRef::from(client.get_ref().0).set_linger(at_once).expect("a socket");
            drop(client);
            in_time(server.read(&mut [0])).await
        } else {
            socket2::SockRef::from(&server).set_linger(at_once).expect("a socket");
            drop(server);
            in_time(client.read(&mut [0])).await
        };
        assert_eq!(error.expect_err("a reset").kind(), ErrorKind::ConnectionReset);
    }
    let (_, document) = in_time(session.end()).await;
    // What passed was no frame, and nothing has to come behind a reset.
    assert!(document.cases.iter().all(|case| case.verdict != CaseVerdict::Error), "{:?}", document.summary);
}
