//! `sinkcheck init`: a folder to start from. Target files with a comment at each line that is to be changed, and for the time
//! until then the reference pair, keys and certificates that they fit.

mod client;
mod pki;
mod server;

use std::fs;
use std::path::Path;

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

pub(super) fn init(typed: &Init) -> Result<u8, Failure> {
    let folder = &typed.folder;
    let shown = folder.display();
    if fs::read_dir(folder).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::usage(format!("{shown}: the folder isn't empty, and nothing in it is to be lost")));
    }
    write_all(folder).map_err(|error| Failure::usage(format!("{shown}: {error}")))?;
    say(format!(
        "wrote {shown}: target-tcp.yaml and target-tls.yaml for a server, target-client-tcp.yaml and target-client-tls.yaml for a client\n\
         next: sinkcheck certify server --target {shown}/target-tcp.yaml\n\
         or:   sinkcheck certify client --target {shown}/target-client-tcp.yaml\n\
         Each works as it is, on the reference server or client; then put your own address, clients and commands into it."
    ));
    Ok(CONFORMS)
}

fn write_all(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let pki = folder.join("pki");
    fs::create_dir_all(&pki)?;
    pki::write(&pki)?;
    let ports = ports(CLIENTS.len() + 1)?;
    fs::write(folder.join("reference-server.yaml"), server::reference(&ports))?;
    let program = std::env::current_exe()?;
    // It is quoted as YAML's single quotes want it.
    let program = program.to_string_lossy().replace('\'', "''");
    fs::write(folder.join("target-tcp.yaml"), server::target(&program, &ports, false))?;
    fs::write(folder.join("target-tls.yaml"), server::target(&program, &ports, true))?;
    fs::write(folder.join("target-client-tcp.yaml"), client::target(&program, false))?;
    fs::write(folder.join("target-client-tls.yaml"), client::target(&program, true))?;
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
