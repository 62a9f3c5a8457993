use std::path::Path;

use sinkcheck_simulator::{Server, ServerConfig, StartError, UnknownClient};

use crate::peer::{Peer, hello, request, server, start};

/// An address whose free ports no other test is given.
const APART: &str = if cfg!(target_os = "linux") { "127.0.77.1" } else { "127.0.0.1" };

#[tokio::test]
async fn a_port_in_use_is_named() {
    let held = std::net::TcpListener::bind((APART, 0)).expect("a free port");
    let taken = held.local_addr().expect("an address");
    let text = format!(
        "clients: {{ known: {{}} }}
listeners: [ {{ address: 'tcp://127.0.0.1:0', client: known }}, {{ address: 'tcp://{taken}', client: known }} ]"
    );
    let config = ServerConfig::from_yaml(&text).expect("a configuration");
    let error = Server::start(config.clone(), Path::new("")).await.expect_err("the port is in use");
    assert!(matches!(error, StartError::Listen { .. }));
    assert!(error.to_string().contains(&format!("tcp://{taken}")), "{error}");
    drop(held);
    let server = Server::start(config, Path::new("")).await.expect("now it is free");
    assert_eq!(server.listeners()[1].address, taken);
}

#[tokio::test]
async fn stopping_ends_connections_and_frees_the_ports() {
    let text = format!(
        "clients: {{ known: {{ client_instance_id: 1 }} }}
listeners: [ {{ address: 'tcp://{APART}:0', client: known }} ]"
    );
    let server = start(&text).await;
    let address = server.listeners()[0].address;
    let mut accepted = Peer::accepted(&server).await;
    let mut silent = Peer::connect(&server).await;
    let mut in_memory = Peer::in_memory(&server, "known", 64);
    server.stop().await;
    accepted.expect_close().await;
    silent.expect_close().await;
    in_memory.expect_close().await;
    std::net::TcpListener::bind(address).expect("the port is free");
}

#[tokio::test]
async fn a_server_that_is_dropped_ends_its_connections() {
    let server = server().await;
    let mut accepted = Peer::accepted(&server).await;
    let mut in_memory = Peer::in_memory(&server, "other", 64);
    in_memory.known().await;
    drop(server);
    accepted.expect_close().await;
    in_memory.expect_close().await;
}

#[tokio::test]
async fn a_server_without_listeners_serves_streams() {
    let config = ServerConfig::from_yaml("clients: { known/2: {} }").expect("a configuration");
    let server = Server::start(config, Path::new("")).await.expect("it starts");
    assert_eq!(server.listeners(), []);
    let mut peer = Peer::in_memory(&server, "known/2", 64);
    peer.send(request(5, None)).await;
    peer.expect(hello()).await;
    let (stream, _other_end) = tokio::io::duplex(64);
    let unknown = server.serve_stream(stream, "known").err();
    assert_eq!(unknown, Some(UnknownClient("known".to_owned())));
}

#[tokio::test]
async fn each_listener_has_its_own_client() {
    let server = server().await;
    let stream = tokio::net::TcpStream::connect(server.listeners()[1].address).await.expect("the server listens");
    let mut new = Peer::over(stream);
    new.send(request(7, None)).await;
    new.expect(hello()).await;
    let mut known = Peer::accepted(&server).await;
    known.expect_open().await;
    new.expect_open().await;
}
