use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use sinkcheck_simulator::{RunningServer, Scheme, Server, ServerConfig, StartError};
use sinkcheck_spec::wire::{ConnectionResponse, Message};
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::peer::{Peer, STUCK, event, hello, request};

/// A folder with an authority, and what it and another one issued.
struct Pki {
    folder: PathBuf,
}

struct Authority(Issuer<'static, KeyPair>, String);

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::new([]).expect("no names");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().expect("a key");
        let pem = params.self_signed(&key).expect("a certificate").pem();
        Self(Issuer::new(params, key), pem)
    }

    /// Writes `name.pem` and `name.key`.
    fn issue(&self, folder: &Path, name: &str) {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["localhost".to_owned(), "127.0.0.1".to_owned()]).expect("names");
        let certificate = params.signed_by(&key, &self.0).expect("a certificate");
        write(folder, &format!("{name}.pem"), &certificate.pem());
        write(folder, &format!("{name}.key"), &key.serialize_pem());
    }
}

fn write(folder: &Path, name: &str, text: &str) {
    std::fs::write(folder.join(name), text).expect("the folder can be written");
}

impl Pki {
    fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
        std::fs::create_dir_all(&folder).expect("a folder");
        let authority = Authority::new();
        write(&folder, "ca.pem", &authority.1);
        for name in ["server", "known", "known-2", "stranger"] {
            authority.issue(&folder, name);
        }
        Authority::new().issue(&folder, "untrusted");
        Self { folder }
    }

    async fn server(&self) -> RunningServer {
        let config = r#"
            clients:
              known: { client_instance_id: 1, certificate: known.pem }
              known/2: { certificate: known-2.pem }
            listeners: [ { address: "tls://127.0.0.1:0" }, { address: "tcp://127.0.0.1:0", client: known/2 } ]
            tls: { certificate: server.pem, key: server.key, ca: ca.pem }
        "#;
        let config = ServerConfig::from_yaml(config).expect("a configuration");
        Server::start(config, &self.folder).await.expect("the server starts")
    }

    /// Connects with the certificate of this name, if any, and makes the client's part of the handshake.
    async fn connect(&self, address: SocketAddr, name: Option<&str>) -> Peer<TlsStream<TcpStream>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.folder.join("ca.pem")).expect("the CA")).expect("the CA");
        let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("protocol versions")
            .with_root_certificates(roots);
        let config = match name {
            None => config.with_no_client_auth(),
            Some(name) => {
                let certificate = CertificateDer::from_pem_file(self.folder.join(format!("{name}.pem")));
                let key = PrivateKeyDer::from_pem_file(self.folder.join(format!("{name}.key")));
                let chain = vec![certificate.expect("a certificate")];
                config.with_client_auth_cert(chain, key.expect("a key")).expect("a certificate and its key")
            }
        };
        let stream = TcpStream::connect(address).await.expect("the server listens");
        let server_name = ServerName::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST).into());
        // In TLS 1.3 the client is done before the server has seen its certificate.
        Peer::over(TlsConnector::from(Arc::new(config)).connect(server_name, stream).await.expect("a handshake"))
    }

    /// Connects with that certificate, asks, and is told nothing.
    async fn is_turned_away(&self, server: &RunningServer, name: Option<&str>) {
        let mut peer = self.connect(server.listeners()[0].address, name).await;
        // The server may be gone before the request is.
        let _ = peer.stream.write_all(&Message::from(request(1, Some(2))).to_frame()).await;
        let _ = peer.stream.flush().await;
        match peer.next_octets().await {
            Ok(octets) => assert!(octets.is_empty(), "{name:?}: {octets:?}"),
            Err(error) => assert_ne!(error.kind(), std::io::ErrorKind::TimedOut, "{name:?}"),
        }
    }
}

impl Peer<TlsStream<TcpStream>> {
    async fn next_octets(&mut self) -> std::io::Result<Vec<u8>> {
        use tokio::io::AsyncReadExt as _;
        let mut octets = Vec::new();
        timeout(STUCK, self.stream.read_to_end(&mut octets)).await??;
        Ok(octets)
    }
}

#[tokio::test]
async fn a_certificate_says_which_client_speaks() {
    let pki = Pki::new("a_certificate_says_which_client_speaks");
    let server = pki.server().await;
    let address = server.listeners()[0].address;
    let mut known = pki.connect(address, Some("known")).await;
    known.known().await;
    let mut second = pki.connect(address, Some("known-2")).await;
    second.send(request(9, None)).await;
    second.expect(hello()).await;
    known.expect_open().await;
    second.expect_open().await;

    server.control().publish("known", event(1, 60_000)).expect("a known client");
    assert_eq!(known.next_publish().await.event, event(1, 60_000));
    // Both listeners lead to the same record, and to the same rule of one connection.
    let mut over_tcp = Peer::over(TcpStream::connect(server.listeners()[1].address).await.expect("the server listens"));
    over_tcp.send(request(9, Some(2))).await;
    over_tcp.expect(ConnectionResponse::Connected).await;
    second.expect_close().await;
    server.stop().await;
    known.expect_close().await;
}

#[tokio::test]
async fn strangers_get_no_response_and_harm_nobody() {
    let pki = Pki::new("strangers_get_no_response_and_harm_nobody");
    let server = pki.server().await;
    let mut known = pki.connect(server.listeners()[0].address, Some("known")).await;
    known.known().await;
    pki.is_turned_away(&server, Some("stranger")).await;
    pki.is_turned_away(&server, Some("untrusted")).await;
    pki.is_turned_away(&server, None).await;
    let mut no_tls = TcpStream::connect(server.listeners()[0].address).await.expect("the server listens");
    no_tls.write_all(&Message::from(request(1, Some(2))).to_frame()).await.expect("the server takes octets");
    drop(no_tls);
    known.expect_open().await;
    server.stop().await;
}

#[tokio::test]
async fn stopping_ends_a_handshake_too() {
    let pki = Pki::new("stopping_ends_a_handshake_too");
    let server = pki.server().await;
    let mut silent = Peer::connect(&server).await;
    // Connections are accepted in their order, so the silent one is in its handshake.
    pki.connect(server.listeners()[0].address, Some("known")).await.known().await;
    server.stop().await;
    silent.expect_close().await;
}

#[tokio::test]
async fn a_listener_says_what_it_is() {
    let server = Pki::new("a_listener_says_what_it_is").server().await;
    let [tls, tcp] = server.listeners() else { panic!("two listeners") };
    assert_eq!((tls.scheme, tls.client.as_deref()), (Scheme::Tls, None));
    assert_eq!((tcp.scheme, tcp.client.as_deref()), (Scheme::Tcp, Some("known/2")));
    assert_eq!(tls.to_string(), format!("tls://127.0.0.1:{}", tls.address.port()));
}

#[tokio::test]
async fn what_is_wrong_with_the_files_is_said_with_the_field_and_the_file() {
    let pki = Pki::new("what_is_wrong_with_the_files");
    write(&pki.folder, "nothing.pem", "nothing\n");
    let complaint = async |clients: &str, tls: &str| {
        let text =
            format!("clients: {{ {clients} }}\ntls: {{ {tls} }}\nlisteners: [{{ address: 'tls://127.0.0.1:0' }}]");
        let config = ServerConfig::from_yaml(&text).expect("a configuration");
        let error = Server::start(config, &pki.folder).await.expect_err("it is wrong");
        assert!(matches!(error, StartError::Config(_)));
        error.to_string()
    };
    let good = "certificate: server.pem, key: server.key, ca: ca.pem";
    for (clients, tls, field, file) in [
        ("", "certificate: absent.pem, key: server.key, ca: ca.pem", "tls.certificate", "absent.pem"),
        ("", "certificate: nothing.pem, key: server.key, ca: ca.pem", "tls.certificate", "nothing.pem"),
        ("", "certificate: server.pem, key: known.key, ca: ca.pem", "tls.key", "known.key"),
        ("", "certificate: server.pem, key: server.pem, ca: ca.pem", "tls.key", "server.pem"),
        ("", "certificate: server.pem, key: server.key, ca: nothing.pem", "tls.ca", "nothing.pem"),
        ("a: { certificate: absent.pem }", good, "clients.a.certificate", "absent.pem"),
        ("a: { certificate: known.pem }, b: { certificate: known.pem }", good, "clients.b.certificate", "\"a\""),
    ] {
        let said = complaint(clients, tls).await;
        assert!(said.contains(field) && said.contains(file), "{said}");
    }
}
