//! What can be typed after `sinkcheck proxy`.

use std::path::PathBuf;

use clap::Args;

use crate::cli::args::ResultArguments;

const HELP: &str = "Examples:
  sinkcheck proxy --listen tcp://127.0.0.1:4100 --upstream tcp://127.0.0.1:4000
  sinkcheck proxy --listen tcp://127.0.0.1:4100 --upstream tcp://127.0.0.1:4000 --record session.jsonl --findings findings.jsonl
  sinkcheck proxy --listen tls://0.0.0.0:4100 --certificate proxy.pem --key proxy.key --clients-ca ca.pem \\
      --upstream tls://sink.example:4000 --upstream-ca ca.pem --identities identities.yaml

Clients connect to --listen in place of the server. Each rule that either side breaks is told on standard error as soon as it
shows, with the frames that prove it, and --findings has the same as lines of JSON (`sinkcheck schema finding`). When it listens it
prints one line, `ready` and the address. SIGINT and SIGTERM end it: then the report is written.

TLS ends at the proxy, on either side. Nobody but a client has the key to its certificate, so the proxy can't show it to the server.
It shows --upstream-certificate for every client, or for each client another one: --identities is a file with

  identities:
    - { client: known.pem, certificate: known-upstream.pem, key: known-upstream.key }

The server has to know these certificates as it knows the clients'. A client without an entry is shown as --upstream-certificate,
and closed if there is none. Paths in the file are relative to it.

Exit codes: 0 every MUST that was met held, and something was judged · 1 a MUST was broken · 2 the call is wrong · 3 nothing broke,
but something came to no result, or nothing was judged · 4 sinkcheck itself failed";

#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(in crate::cli) struct Proxy {
    /// Where clients connect: tcp://HOST:PORT or tls://HOST:PORT; port 0 takes a free one
    #[arg(long, value_name = "ADDRESS")]
    pub(super) listen: String,
    /// Where the server is: tcp://HOST:PORT or tls://HOST:PORT
    #[arg(long, value_name = "ADDRESS")]
    pub(super) upstream: String,
    /// Listening with TLS: the certificate that clients are shown, in PEM
    #[arg(long, value_name = "FILE")]
    pub(super) certificate: Option<PathBuf>,
    /// Listening with TLS: the key of that certificate, in PEM
    #[arg(long, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
    /// Listening with TLS: the authorities that clients' certificates may be from, in PEM; if absent, a client may show any or none
    #[arg(long, value_name = "FILE")]
    pub(super) clients_ca: Option<PathBuf>,
    /// A server with TLS: the authorities that its certificate may be from, in PEM
    #[arg(long, value_name = "FILE")]
    pub(super) upstream_ca: Option<PathBuf>,
    /// A server with TLS: the name in its certificate; the address's host if absent
    #[arg(long, value_name = "NAME")]
    pub(super) upstream_name: Option<String>,
    /// A server with TLS: the certificate that it is shown, in PEM
    #[arg(long, value_name = "FILE")]
    pub(super) upstream_certificate: Option<PathBuf>,
    /// A server with TLS: the key of that certificate, in PEM
    #[arg(long, value_name = "FILE")]
    pub(super) upstream_key: Option<PathBuf>,
    /// A server with TLS: which certificate it is shown for which client's, in YAML
    #[arg(long, value_name = "FILE")]
    pub(super) identities: Option<PathBuf>,
    /// Write what is found to this file as it is found, a line of JSON each; - for standard output
    #[arg(long, value_name = "FILE")]
    pub(super) findings: Option<PathBuf>,
    /// Keep the session in this file, as lines of JSON that `sinkcheck judge` reads
    #[arg(long, value_name = "FILE")]
    pub(super) record: Option<PathBuf>,
    /// The keepalive interval of the peers, such as 60s; if absent nobody is blamed for being silent
    #[arg(long, value_name = "DURATION")]
    pub(super) keepalive_interval: Option<String>,
    /// How long an answer or a close that is owed may take
    #[arg(long, value_name = "DURATION", default_value = "60s")]
    pub(super) patience: String,
    /// End by itself after this time
    #[arg(long = "for", value_name = "DURATION")]
    pub(super) duration: Option<String>,
    /// End by itself once so many connections have come and gone
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    pub(super) connections: Option<u64>,
    #[command(flatten)]
    pub(super) result: ResultArguments,
}
