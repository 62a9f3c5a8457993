//! What can be typed after `sinkcheck simulate`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::departing::{DepartingClient, DepartingServer};

#[derive(Debug, Args)]
pub(in crate::cli) struct Simulate {
    #[command(subcommand)]
    pub(super) what: Simulated,
}

const CLIENT_HELP: &str = "Examples:
  sinkcheck simulate client tcp://127.0.0.1:4000 --publish 3 --exit-when-delivered
  produce | sinkcheck simulate client tcp://127.0.0.1:4000 --events - --state client.state | consume
  sinkcheck simulate client tls://127.0.0.1:4000 --ca ca.pem --certificate client.pem --key client.key

Events are lines of JSON, in and out: {\"event_type_id\":1,\"schema_version\":1,\"key\":\"k\",\"offset\":7,\"timestamp\":0,
\"event_data\":{\"hex\":\"00ff\"}}. An event that the server sends is a line on standard output before it is ACKed. With
--events - each line that was read is answered there, too: {\"accepted\":1} once the event of line 1 will be published (with
--state: even if the process is killed), {\"refused\":2,\"why\":…} if line 2 is no event. What happens to the connection
is told on standard error.

What `certify` tells a client that it launches is taken where the option is not given: SINK_HOST and SINK_PORT, SINK_PUBLISH,
SINK_CLIENT_INSTANCE_ID, SINK_SERVER_INSTANCE_ID, and SINK_CONTROL_PORT, a port of 127.0.0.1.

SIGINT and SIGTERM end it. Exit codes: 0 it was ended, or all was answered · 2 the call is wrong, or a line was no event
· 4 it can't write what it has to keep or to hand over";

#[derive(Debug, Subcommand)]
pub(super) enum Simulated {
    /// The reference server
    #[command(after_help = "Examples:
  sinkcheck simulate server                              one client, known by the id 1, on a free TCP port
  sinkcheck simulate server --listen tcp://127.0.0.1:4000=known --listen tcp://127.0.0.1:4001=new
  sinkcheck simulate server --config server.yaml --control 127.0.0.1:4100

When it listens it prints one line: `ready` and each address, with its client where the listener says who is speaking.
SIGINT and SIGTERM end it.")]
    Server(SimulateServer),
    /// The reference client
    #[command(after_help = CLIENT_HELP)]
    Client(Box<SimulateClient>),
    /// Speak to the --control of a server or a client as a target's adapter does: JSON lines
    Adapter {
        /// Where the control listens: HOST:PORT
        address: String,
    },
}

#[derive(Debug, Args)]
pub(super) struct SimulateServer {
    /// A configuration, in YAML
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Where to listen, and as whom a client there is known: tcp://HOST:PORT=CLIENT; names that begin with `known` have the id 1
    /// on record, those that begin with `quarantined` are quarantined, others have no record
    #[arg(long, value_name = "ADDRESS", conflicts_with = "config")]
    pub(super) listen: Vec<String>,
    /// The server's instance id
    #[arg(long, value_name = "ID")]
    pub(super) server_instance_id: Option<u32>,
    /// The keepalive interval, such as 60s
    #[arg(long, value_name = "DURATION")]
    pub(super) keepalive_interval: Option<String>,
    /// Answer an adapter's questions at this address: HOST:PORT
    #[arg(long, value_name = "ADDRESS")]
    pub(super) control: Option<String>,
    #[command(flatten)]
    pub(super) departing: DepartingServer,
}

#[derive(Debug, Args)]
pub(super) struct SimulateClient {
    /// Where the server is: tcp://HOST:PORT or tls://HOST:PORT
    pub(super) address: Option<String>,
    /// Its own instance id; 1 if nobody says another
    #[arg(long, value_name = "ID")]
    pub(super) client_instance_id: Option<u32>,
    /// The id of the server that it has met; none if nobody says one
    #[arg(long, value_name = "ID")]
    pub(super) server_instance_id: Option<u32>,
    /// The version of its application
    #[arg(long, value_name = "VERSION", default_value = "1.0.0")]
    pub(super) application_version: String,
    /// The keepalive interval
    #[arg(long, value_name = "DURATION", default_value = "60s")]
    pub(super) keepalive_interval: String,
    /// The waits between its attempts to connect, the last of them again and again; each is varied by a tenth
    #[arg(long, value_name = "DURATION,…", default_value = "50ms,1s,5s,30s,60s", value_delimiter = ',')]
    pub(super) back_off: Vec<String>,
    /// Publish the events of this file, a line of JSON each; - reads them from standard input
    #[arg(long, value_name = "FILE", conflicts_with = "publish")]
    pub(super) events: Option<PathBuf>,
    /// Publish so many made-up events: type 1, offsets 1 and up
    #[arg(long, value_name = "N")]
    pub(super) publish: Option<u64>,
    /// Keep in this file what outlives the process: its ids, its unanswered events, and how many lines of --events FILE (or
    /// made-up events) it has taken. The ids in it count, not those of the options
    #[arg(long, value_name = "FILE")]
    pub(super) state: Option<PathBuf>,
    /// NACK events of this type; may be given several times; 99 if absent
    #[arg(long, value_name = "TYPE")]
    pub(super) reject: Vec<u64>,
    /// The message id of the first PUBLISH on each connection
    #[arg(long, value_name = "ID", default_value_t = 0, value_parser = clap::value_parser!(u16).range(..=0xfff))]
    pub(super) first_message_id: u16,
    /// tls: the authorities that the server's certificate may be from, in PEM
    #[arg(long, value_name = "FILE")]
    pub(super) ca: Option<PathBuf>,
    /// tls: its own certificate, in PEM
    #[arg(long, value_name = "FILE")]
    pub(super) certificate: Option<PathBuf>,
    /// tls: the key of its certificate, in PEM
    #[arg(long, value_name = "FILE")]
    pub(super) key: Option<PathBuf>,
    /// tls: the name in the server's certificate; the address's host if absent
    #[arg(long, value_name = "NAME")]
    pub(super) server_name: Option<String>,
    /// Answer an adapter's questions at this address: HOST:PORT
    #[arg(long, value_name = "ADDRESS")]
    pub(super) control: Option<String>,
    /// End once all of its events were read and answered
    #[arg(long)]
    pub(super) exit_when_delivered: bool,
    /// Don't tell what happens to the connection
    #[arg(long, short)]
    pub(super) quiet: bool,
    #[command(flatten)]
    pub(super) departing: DepartingClient,
}
