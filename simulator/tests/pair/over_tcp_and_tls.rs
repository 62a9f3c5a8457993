use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use sinkcheck_simulator::RunningServer;
use sinkcheck_simulator::client::{ClientTls, Connect, TcpConnect, TlsConnect};
use sinkcheck_spec::machine::Backoff;
use tokio::time::sleep;

use crate::cut::Place;
use crate::pair::{Pair, server};

/// Twenty connections, of which each carries more octets than the one before, and then one that isn't cut.
async fn meet(server: Arc<RunningServer>, connect: impl Connect, case: &str) {
    let mut count = 0;
    let place = move || {
        count += 1;
        let after = Some(count * 17);
        match count {
            20.. => Place::default(),
            odd if odd % 2 == 1 => Place { to_server: after, to_client: None },
            _ => Place { to_server: None, to_client: after },
        }
    };
    let backoff = Backoff::new([Duration::from_millis(2)]);
    let mut pair = Pair::start(server, connect, backoff, place);
    for number in 0..60 {
        pair.client_publishes(if number % 9 == 0 { 99 } else { 1 });
        pair.server_publishes(if number % 7 == 0 { 99 } else { 1 });
        sleep(Duration::from_millis(3)).await;
    }
    assert!(pair.connections() > 5, "{case}: {} connections are few", pair.connections());
    pair.settle(case).await;
}

#[tokio::test]
async fn over_tcp() {
    let config = "clients: { client: {} }\nlisteners: [ { address: 'tcp://127.0.0.1:0', client: client } ]";
    let server = server(config, Path::new("")).await;
    let connect = TcpConnect::new("127.0.0.1", server.listeners()[0].address.port());
    meet(server, connect, "TCP").await;
}

#[tokio::test]
async fn over_tls() {
    let folder = pki();
    let config = "clients: { client: { certificate: client.pem } }
listeners: [ { address: 'tls://127.0.0.1:0' } ]
tls: { certificate: server.pem, key: server.key, ca: ca.pem }";
    let server = server(config, &folder).await;
    let [certificate, key, ca] = ["client.pem", "client.key", "ca.pem"].map(PathBuf::from);
    let tls = ClientTls { certificate, key, ca, server_name: None };
    let port = server.listeners()[0].address.port();
    meet(server, TlsConnect::new("127.0.0.1", port, &tls, &folder).expect("a connector"), "TLS").await;
}

/// A folder with an authority, and a certificate of its for each side.
fn pki() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pair");
    std::fs::create_dir_all(&folder).expect("a folder");
    let write = |name: &str, text: &str| std::fs::write(folder.join(name), text).expect("the folder can be written");
    let mut params = CertificateParams::new([]).expect("no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    write("ca.pem", &params.self_signed(&key).expect("a certificate").pem());
    let issuer = Issuer::new(params, key);
    for name in ["server", "client"] {
        let key = KeyPair::generate().expect("a key");
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).expect("names");
        write(&format!("{name}.pem"), &params.signed_by(&key, &issuer).expect("a certificate").pem());
        write(&format!("{name}.key"), &key.serialize_pem());
    }
    folder
}
