//! `sinkcheck simulate`.

use sinkcheck_simulator::config::{ClientConfig, ListenerConfig, Quarantine};
use sinkcheck_simulator::control::serve_lines;
use sinkcheck_simulator::{Server, ServerConfig};
use sinkcheck_spec::wire::InstanceId;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::signal::unix::{SignalKind, signal};

use super::args::{Simulate, SimulateServer, Simulated};
use super::exit::{CONFORMS, Failure};
use super::outputs::to_stdout;
use super::say;
use super::server_config::{self, Origin};

pub(super) fn simulate(typed: &Simulate) -> Result<u8, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::ours(format!("no runtime: {error}")))?;
    let code = match &typed.what {
        Simulated::Server(typed) => {
            let (config, origin) = configuration(typed)?;
            runtime.block_on(server(config, &origin, typed.control.as_deref()))
        }
        Simulated::Adapter { address } => runtime.block_on(adapter(address)),
    };
    // A reader of standard input can't be waited for.
    runtime.shutdown_background();
    code
}

fn configuration(typed: &SimulateServer) -> Result<(ServerConfig, Origin), Failure> {
    let (mut config, origin) = match &typed.config {
        Some(file) => server_config::read(file)?,
        None => (ServerConfig::default(), Origin::default()),
    };
    let default = ["tcp://127.0.0.1:0=known".to_owned()];
    let listen = if typed.listen.is_empty() && typed.config.is_none() { &default } else { typed.listen.as_slice() };
    for text in listen {
        let Some((address, client)) = text.split_once('=') else {
            return Err(Failure::usage(format!(
                "--listen {text}: write ADDRESS=CLIENT, such as tcp://127.0.0.1:4000=known"
            )));
        };
        let address = address.parse().map_err(|error| Failure::usage(format!("--listen {text}: {error}")))?;
        config.clients.entry(client.to_owned()).or_insert_with(|| client_by_name(client));
        config.listeners.push(ListenerConfig { address, client: Some(client.to_owned()) });
    }
    if let Some(id) = typed.server_instance_id {
        config.server_instance_id = InstanceId(id);
    }
    if let Some(text) = &typed.keepalive_interval {
        config.keepalive_interval = humantime::parse_duration(text).map_err(|_| {
            Failure::usage(format!("--keepalive-interval {text}: write a number and a unit, such as 60s or 500ms"))
        })?;
    }
    if config.listeners.is_empty() {
        return Err(Failure::usage("the configuration has no `listeners`: nobody could reach the server"));
    }
    Ok((config, origin))
}

fn client_by_name(name: &str) -> ClientConfig {
    let mut client = ClientConfig::default();
    if name.starts_with("known") || name.starts_with("quarantined") {
        client.client_instance_id = Some(InstanceId(1));
    }
    if name.starts_with("quarantined") {
        client.quarantined = Quarantine(sinkcheck_spec::wire::Reason::new(vec![1, 1, 1], "blocked").ok());
    }
    client
}

async fn server(config: ServerConfig, origin: &Origin, control: Option<&str>) -> Result<u8, Failure> {
    // Before anything listens, so that a signal right after the start ends it in order.
    let no_signal = |error: std::io::Error| Failure::ours(format!("signals: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(no_signal)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(no_signal)?;
    let server = Server::start(config, &origin.base).await.map_err(|error| origin.failure(error))?;
    if let Some(address) = control {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| Failure::usage(format!("--control {address}: {error}")))?;
        tokio::spawn(serve_lines(listener, server.control()));
    }
    let mut line = "ready".to_owned();
    for listening in server.listeners() {
        line.push_str(&format!(" {listening}"));
        if let Some(client) = &listening.client {
            line.push_str(&format!("={client}"));
        }
    }
    to_stdout(format!("{line}\n").as_bytes())?;
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
    server.stop().await;
    Ok(CONFORMS)
}

/// Carries lines between an adapter's standard streams and a server's control.
async fn adapter(address: &str) -> Result<u8, Failure> {
    let stream = TcpStream::connect(address).await.map_err(|error| Failure::usage(format!("{address}: {error}")))?;
    let (read, mut write) = stream.into_split();
    let mut answers = BufReader::new(read).lines();
    let mut asks = BufReader::new(tokio::io::stdin()).lines();
    let lost = |error: std::io::Error| Failure::ours(format!("{address}: {error}"));
    while let Some(ask) = asks.next_line().await.map_err(|error| Failure::usage(format!("standard input: {error}")))? {
        write.write_all(format!("{ask}\n").as_bytes()).await.map_err(lost)?;
        match answers.next_line().await.map_err(lost)? {
            Some(answer) => to_stdout(format!("{answer}\n").as_bytes())?,
            None => {
                say(format!("{address}: the server's control ended"));
                return Ok(CONFORMS);
            }
        };
    }
    Ok(CONFORMS)
}
