//! Addresses where TLS is to be spoken, and what is there doesn't, or not as it should.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::document::{cases, document};
use crate::folder::Folder;
use crate::peer::{Peer, swallow};
use crate::program::{PROGRAM, sinkcheck};

/// A target file for an address where the clients of `sinkcheck init` speak TLS.
fn target(folder: &Folder, address: &str, client: &str) -> String {
    sinkcheck(["init", &folder.at("i")]).run().exits(0);
    let text = format!(
        "address: {address}\ntls: {{ ca: i/pki/ca.pem, server_name: sink.example }}\nclients:\n  known: {{ certificate: i/pki/{client}.pem, key: i/pki/{client}.key }}\n"
    );
    folder.write("t.yaml", text)
}

#[track_caller]
fn check(text: &str, serve: impl Fn(&mut TcpStream) -> std::io::Result<()> + Send + Sync + 'static) {
    let (peer, folder) = (Peer::new(serve), Folder::new());
    let target = target(&folder, &peer.address().replace("tcp:", "tls:"), "known");
    let arguments = ["certify", "--target", &target, "--verbose", "--format", "json"];
    let done = sinkcheck(arguments).run().exits(3).within(Duration::from_secs(60));
    let document = document(&done.stdout);
    let reason = |case: &serde_json::Value| case["reason"]["message"].as_str().unwrap_or_default().to_owned();
    let messages: Vec<String> = cases(&document).iter().map(reason).collect();
    assert!(messages.iter().all(|message| message.contains(text)), "not all say {text:?}: {messages:?}");
}

#[test]
fn one_that_never_shakes_hands() {
    check("no connection within", swallow);
}

#[test]
fn one_that_ends_the_handshake() {
    check("in the TLS handshake", |stream| stream.read_exact(&mut [0; 5]));
}

#[test]
fn one_that_speaks_something_else() {
    check("in the TLS handshake", |stream| stream.write_all(b"220 mail.example ESMTP\r\n"));
}

#[test]
fn one_that_trusts_another_authority() {
    let (folder, other) = (Folder::new(), Folder::new());
    sinkcheck(["init", &other.at("i")]).run().exits(0);
    let target = target(&folder, "tls://127.0.0.1:{port}", "known");
    let server = "tls: { certificate: i/pki/server.pem, key: i/pki/server.key, ca: i/pki/ca.pem }\nclients: { known: { certificate: i/pki/known.pem } }\nlisteners: [ { address: 'tls://127.0.0.1:PORT' } ]\n";
    let launch = format!(
        "launch: [ sh, -c, 'sed s/PORT/$SINK_PORT/ {template} > {here} && exec {PROGRAM} simulate server --config {here}' ]\n",
        template = other.write("server.template", server),
        here = other.at("server.yaml"),
    );
    let text = std::fs::read_to_string(&target).expect("it was written") + &launch;
    std::fs::write(&target, text).expect("it can be written");
    let done = sinkcheck(["certify", "--target", &target, "--verbose"]).run().exits(3);
    done.says_all(&["no-response", "TLS", "certificate"]);
}
