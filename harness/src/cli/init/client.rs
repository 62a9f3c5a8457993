//! A target file for a client, over TCP or TLS, with the reference client launched in it.

use super::pki::SERVER_NAME;

/// Long enough for a busy machine to keep it, since a client that is told late is taken for a late one.
const INTERVAL: &str = "2s";

pub(super) fn target(program: &str, tls: bool) -> String {
    let scheme = if tls { "tls" } else { "tcp" };
    let (options, shown) = if tls { (tls_options(), tls_section()) } else { (String::new(), String::new()) };
    format!(
        "# What sinkcheck must know about a client. Only `launch` is required; each further line reaches more rules.\n\
         name: reference client over {scheme}      # what reports call it\n\
         role: client\n\
         # Started for each case. Placeholders and its environment (SINK_PORT, SINK_CLIENT_INSTANCE_ID, SINK_PUBLISH …) tell it\n\
         # where to connect, as whom, and how many events to publish. It waits less between its attempts than clients do in\n\
         # the field, so that the run is short.\n\
         launch: [ '{program}', simulate, client, '{scheme}://{{host}}:{{port}}',\n  \
           --keepalive-interval, {INTERVAL}, --back-off, '20ms,40ms,80ms,160ms'{options} ]\n\
         # A client that can't be launched is waited for instead:\n\
         # attach: true\n\
         # listen: {scheme}://127.0.0.1:4000        # where your client connects to\n\
         {shown}\
         application_version: {{ supported: \"1.0.0\" }}  # what its requests say; not looked at if absent\n\
         keepalive_interval: {INTERVAL}                # as your client is configured; cases take up to four of it\n\
         events:                               # what the application accepts, and what it NACKs\n  \
           accepted: {{ event_type_id: 1 }}\n  \
           rejected: {{ event_type_id: 99 }}\n\
         # Who connects, where it can't be told who to be:\n\
         # clients:\n\
         #   known: {{ client_instance_id: 7 }}       # it has met the server\n\
         #   new: {{ client_instance_id: 8 }}         # it has met none\n\
         # Delete `adapter` if there is no program that speaks for your client's application.\n\
         adapter: [ '{program}', simulate, adapter, '127.0.0.1:{{control_port}}' ]\n"
    )
}

fn tls_options() -> String {
    format!(
        ",\n  --ca, pki/ca.pem, --server-name, {SERVER_NAME}, --certificate, 'pki/{{fixture}}.pem', --key, 'pki/{{fixture}}.key'"
    )
}

fn tls_section() -> String {
    let pair = |name: &str| format!("{{ certificate: pki/{name}.pem, key: pki/{name}.key }}");
    let (wrong_name, expired) = (pair("server-wrong-name"), pair("server-expired"));
    format!(
        "# What the harness shows as the server. Your client has to trust its authority, pki/ca.pem.\n\
         tls:\n  \
           certificate: pki/server.pem\n  \
           key: pki/server.key\n  \
           server_name: {SERVER_NAME}           # what your client looks for in it\n  \
           # Of the same authority, and not to be trusted: for another name, and out of date.\n  \
           wrong_name: {wrong_name}\n  \
           expired: {expired}\n"
    )
}
