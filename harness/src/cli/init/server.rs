//! A target file for a server, over TCP or TLS, and the reference server that it fits.

use std::fmt::Write as _;

use super::pki::SERVER_NAME;
use super::{CLIENTS, STRANGER, file_name};

pub(super) fn reference(ports: &[u16]) -> String {
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

pub(super) fn target(program: &str, ports: &[u16], tls: bool) -> String {
    let (scheme, port) = if tls { ("tls", ports[CLIENTS.len()]) } else { ("tcp", ports[0]) };
    let mut text = format!(
        "# What sinkcheck must know about a server. Only the address is required; each further line reaches more rules.\n\
         name: reference server over {scheme}                 # what reports call it\n\
         role: server\n\
         address: {scheme}://127.0.0.1:{port}                   # where your server listens\n"
    );
    if tls {
        line(
            &mut text,
            format_args!(
                "tls: {{ ca: pki/ca.pem, server_name: {SERVER_NAME} }}  # the authority and the name of your server's certificate"
            ),
        );
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
