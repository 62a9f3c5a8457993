//! `sinkcheck init`: a folder to start from. Target files with a comment at each line that is to be changed, and for the time
//! until then a reference server, keys and certificates that they fit.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use super::args::Init;
use super::exit::{CONFORMS, Failure};
use super::say;
use crate::target::free_port;

/// Who the reference server of the folder knows, over TCP each at a port of its own, over TLS each by a certificate.
const CLIENTS: [&str; 14] = [
    "known",
    "known/2",
    "known/3",
    "known/4",
    "known/5",
    "known/6",
    "known/7",
    "known/8",
    "new",
    "new/2",
    "new/3",
    "new/4",
    "quarantined",
    "quarantined/2",
];

/// A certificate of the same authority that the server doesn't know.
const STRANGER: &str = "unknown";

/// The name in the server's certificate.
const SERVER_NAME: &str = "sink.example";

pub(super) fn init(typed: &Init) -> Result<u8, Failure> {
    let folder = &typed.folder;
    let shown = folder.display();
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::usage(format!("{shown}: the folder isn't empty, and nothing in it is to be lost")));
    }
    write_all(folder).map_err(|error| Failure::usage(format!("{shown}: {error}")))?;
    say(format!(
        "wrote {shown}: target-tcp.yaml and target-tls.yaml, with a reference server to try them on\n\
         next: sinkcheck certify server --target {shown}/target-tcp.yaml\n\
         then put your own server's address, clients and commands into the file"
    ));
    Ok(CONFORMS)
}

fn write_all(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let pki = folder.join("pki");
    fs::create_dir_all(&pki)?;
    certificates(&pki)?;
    let ports = ports(CLIENTS.len() + 1)?;
    fs::write(folder.join("reference-server.yaml"), server_config(&ports))?;
    let program = std::env::current_exe()?;
    let program = program.to_string_lossy();
    fs::write(folder.join("target-tcp.yaml"), target(&program, &ports, false))?;
    fs::write(folder.join("target-tls.yaml"), target(&program, &ports, true))?;
    Ok(())
}

/// Free ports, all different.
fn ports(count: usize) -> std::io::Result<Vec<u16>> {
    let mut ports = Vec::new();
    while ports.len() < count {
        let port = free_port("127.0.0.1")?;
        if !ports.contains(&port) {
            ports.push(port);
        }
    }
    Ok(ports)
}

fn file_name(client: &str) -> String {
    client.replace('/', "-")
}

fn certificates(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let named = |name: &str| {
        let mut distinguished = DistinguishedName::new();
        distinguished.push(DnType::CommonName, name);
        distinguished
    };
    let mut params = CertificateParams::default();
    params.distinguished_name = named("sinkcheck test authority");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    let key = KeyPair::generate()?;
    fs::write(folder.join("ca.pem"), params.self_signed(&key)?.pem())?;
    let authority = Issuer::new(params, key);
    let leaf = |name: &str, names: Vec<String>, purpose| -> Result<(), Box<dyn std::error::Error>> {
        let mut params = CertificateParams::new(names)?;
        params.distinguished_name = named(name);
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate()?;
        fs::write(folder.join(format!("{}.pem", file_name(name))), params.signed_by(&key, &authority)?.pem())?;
        secret(&folder.join(format!("{}.key", file_name(name))), &key.serialize_pem())?;
        Ok(())
    };
    leaf("server", vec![SERVER_NAME.to_owned(), "127.0.0.1".to_owned()], ExtendedKeyUsagePurpose::ServerAuth)?;
    for client in CLIENTS.iter().chain([&STRANGER]) {
        leaf(client, Vec::new(), ExtendedKeyUsagePurpose::ClientAuth)?;
    }
    Ok(())
}

/// A file that only its owner can read.
fn secret(file: &Path, text: &str) -> std::io::Result<()> {
    let mut open = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    open.write_all(text.as_bytes())
}

fn server_config(ports: &[u16]) -> String {
    let mut text = "# The reference server that the target files beside this one launch.\n\
        server_instance_id: 2\nkeepalive_interval: 500ms\nevents: { rejected: [99] }\n\
        tls: { certificate: pki/server.pem, key: pki/server.key, ca: pki/ca.pem }\nclients:\n"
        .to_owned();
    for client in CLIENTS {
        let state = match client.split('/').next() {
            Some("known") => "client_instance_id: 1, ",
            Some("quarantined") => "client_instance_id: 1, quarantined: true, ",
            _ => "",
        };
        line(&mut text, format_args!("  {client}: {{ {state}certificate: pki/{}.pem }}", file_name(client)));
    }
    line(&mut text, format_args!("listeners:\n  - {{ address: 'tls://127.0.0.1:{}' }}", ports[CLIENTS.len()]));
    for (client, port) in CLIENTS.iter().zip(ports) {
        line(&mut text, format_args!("  - {{ address: 'tcp://127.0.0.1:{port}', client: {client} }}"));
    }
    text
}

fn target(program: &str, ports: &[u16], tls: bool) -> String {
    let (scheme, port) = if tls { ("tls", ports[CLIENTS.len()]) } else { ("tcp", ports[0]) };
    // A path is quoted as YAML's single quotes want it.
    let program = program.replace('\'', "''");
    let mut text = format!(
        "# What sinkcheck must know about a server. Only the address is required; each further line reaches more rules.\n\
         name: reference server over {scheme}                 # what reports call it\n\
         role: server\n\
         address: {scheme}://127.0.0.1:{port}                   # where your server listens\n"
    );
    if tls {
        text.push_str("tls: { ca: pki/ca.pem, server_name: sink.example }  # the authority and the name of your server's certificate\n");
    }
    text.push_str(
        "server_instance_id: 2                               # found out if absent\n\
         application_version: { supported: \"1.0.0\", unsupported: \"0.0.0\" }\n\
         keepalive_interval: 500ms                           # as your server is configured; cases take up to three of it\n\
         events:                                             # what the application accepts, and what it NACKs\n  \
           accepted: { event_type_id: 1 }\n  \
           rejected: { event_type_id: 99 }\n",
    );
    let how = if tls { "by a certificate" } else { "by an address of its own" };
    line(
        &mut text,
        format_args!(
            "clients:                                            # whom the server is set up with; each is told {how}"
        ),
    );
    let strangers: &[&str] = if tls { &[STRANGER] } else { &[] };
    for (at, client) in CLIENTS.iter().chain(strangers).enumerate() {
        let id = if client.starts_with("known") || client.starts_with("quarantined") {
            ", client_instance_id: 1"
        } else {
            ""
        };
        let name = file_name(client);
        if tls {
            line(&mut text, format_args!("  {client}: {{ certificate: pki/{name}.pem, key: pki/{name}.key{id} }}"));
        } else {
            line(&mut text, format_args!("  {client}: {{ address: 'tcp://127.0.0.1:{}'{id} }}", ports[at]));
        }
    }
    line(
        &mut text,
        format_args!(
            "# Delete `launch` if your server runs by itself, and `adapter` if there is no program that speaks for its application.\n\
             launch: [ '{program}', simulate, server, --config, reference-server.yaml, --control, '127.0.0.1:{{control_port}}' ]\n\
             adapter: [ '{program}', simulate, adapter, '127.0.0.1:{{control_port}}' ]"
        ),
    );
    text
}

/// Writing to a string never fails.
fn line(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = writeln!(text, "{arguments}");
}
