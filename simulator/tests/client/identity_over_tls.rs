use std::path::{Path, PathBuf};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use sinkcheck_simulator::client::{Behaviour, Client, ClientTls, Equipment, TcpConnect, TlsConnect};
use sinkcheck_simulator::{ClientConfig, ClientEvent, RunningServer, Server, ServerConfig};
use sinkcheck_spec::wire::InstanceId;
use tokio::sync::mpsc::{self, UnboundedReceiver};

use crate::host::event;

/// A folder with an authority and what it and another one issued.
fn pki(test: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("client_identity").join(test);
    std::fs::create_dir_all(&folder).expect("a folder");
    for (authority, names) in [("ca", ["server", "client"]), ("other-ca", ["other-server", "other-client"])] {
        let mut params = CertificateParams::new([]).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        std::fs::write(folder.join(format!("{authority}.pem")), pem).expect("the folder can be written");
        let issuer = Issuer::new(params, key);
        for name in names {
            let key = KeyPair::generate().expect("a key");
            let params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("names");
            let certificate = params.signed_by(&key, &issuer).expect("a certificate").pem();
            std::fs::write(folder.join(format!("{name}.pem")), certificate).expect("the folder can be written");
            std::fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).expect("the folder can be written");
        }
    }
    folder
}

async fn server(folder: &Path) -> RunningServer {
    let config = r#"
        clients: { client: { client_instance_id: 1, certificate: client.pem } }
        listeners: [ { address: "tls://127.0.0.1:0" } ]
        tls: { certificate: server.pem, key: server.key, ca: ca.pem }
    "#;
    let config = ServerConfig::from_yaml(config).expect("a configuration");
    Server::start(config, folder).await.expect("the server starts")
}

fn connect(server: &RunningServer, folder: &Path, tls: &ClientTls) -> TlsConnect {
    TlsConnect::new("127.0.0.1", server.listeners()[0].address.port(), tls, folder).expect("a connector")
}

fn tls(name: &str, ca: &str, server_name: Option<&str>) -> ClientTls {
    ClientTls {
        certificate: format!("{name}.pem").into(),
        key: format!("{name}.key").into(),
        ca: format!("{ca}.pem").into(),
        server_name: server_name.map(str::to_owned),
    }
}

fn heard() -> (Equipment, UnboundedReceiver<ClientEvent>) {
    let (sender, receiver) = mpsc::unbounded_channel();
    // Whether anyone still listens is the test's affair.
    let observer = Box::new(move |event| drop(sender.send(event)));
    (Equipment { observer: Some(observer), ..Equipment::default() }, receiver)
}

#[tokio::test]
async fn a_client_shows_its_certificate_and_is_accepted() {
    let folder = pki("accepted");
    let server = server(&folder).await;
    for server_name in [None, Some("localhost")] {
        let connect = connect(&server, &folder, &tls("client", "ca", server_name));
        let (equipment, mut told) = heard();
        let client = Client::start_with(ClientConfig::default(), Behaviour::default(), connect, equipment);
        client.control().publish(event(1, 1)).expect("room");
        while !matches!(told.recv().await.expect("the client goes on"), ClientEvent::EventDelivered(_)) {}
        assert_eq!(client.control().server_instance_id(), Some(InstanceId(2)));
        client.stop().await;
    }
    assert_eq!(server.control().delivered("client").map(|events| events.len()), Ok(2));
}

#[tokio::test]
async fn a_server_with_an_untrusted_certificate_or_another_name_never_hears_the_request() {
    let folder = pki("untrusted");
    let server = server(&folder).await;
    for tls in [tls("client", "other-ca", None), tls("client", "ca", Some("example.com"))] {
        let (equipment, mut told) = heard();
        let connect = connect(&server, &folder, &tls);
        let client = Client::start_with(ClientConfig::default(), Behaviour::default(), connect, equipment);
        assert_eq!(told.recv().await, Some(ClientEvent::Connecting));
        let Some(ClientEvent::NotConnected(problem)) = told.recv().await else { panic!("it was not to connect") };
        assert!(problem.contains("certificate"), "{problem}");
        client.stop().await;
    }
}

#[tokio::test]
async fn a_client_that_is_not_trusted_is_turned_away_and_tries_again() {
    let folder = pki("turned_away");
    let server = server(&folder).await;
    let (equipment, mut told) = heard();
    let connect = connect(&server, &folder, &tls("other-client", "ca", None));
    let client = Client::start_with(ClientConfig::default(), Behaviour::default(), connect, equipment);
    let mut attempts = 0;
    while attempts < 2 {
        match told.recv().await.expect("the client goes on") {
            ClientEvent::Connecting => attempts += 1,
            ClientEvent::Accepted => panic!("it was not to be accepted"),
            _ => {}
        }
    }
    client.stop().await;
}

#[tokio::test]
async fn what_is_wrong_with_the_files_is_told_before_anything_is_tried() {
    let folder = pki("files");
    let check = |tls: &ClientTls, expected: &str| {
        let error = TlsConnect::new("127.0.0.1", 1, tls, &folder).err().expect("something is wrong").to_string();
        assert!(error.starts_with(expected), "{error}");
    };
    check(&tls("nobody", "ca", None), "tls.certificate: ");
    check(&tls("client", "no-ca", None), "tls.ca: ");
    check(&ClientTls { key: "server.key".into(), ..tls("client", "ca", None) }, "tls.key: ");
    check(&ClientTls { key: "client.pem".into(), ..tls("client", "ca", None) }, "tls.key: ");
    check(&tls("client", "ca", Some("not a name")), "tls.server_name: ");
}

#[tokio::test]
async fn plain_tcp_reaches_a_server_by_name_and_address() {
    let config = "clients: { client: { client_instance_id: 1 } }
listeners: [ { address: 'tcp://127.0.0.1:0', client: client } ]";
    let config = ServerConfig::from_yaml(config).expect("a configuration");
    let server = Server::start(config, Path::new("")).await.expect("the server starts");
    for host in ["127.0.0.1", "localhost"] {
        let (equipment, mut told) = heard();
        let connect = TcpConnect::new(host, server.listeners()[0].address.port());
        let client = Client::start_with(ClientConfig::default(), Behaviour::default(), connect, equipment);
        while told.recv().await.expect("the client goes on") != ClientEvent::Accepted {}
        client.stop().await;
    }
}
