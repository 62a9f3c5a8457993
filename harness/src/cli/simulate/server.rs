//! `sinkcheck simulate server`.

use sinkcheck_simulator::config::{ClientConfig, ListenerConfig, Quarantine};
use sinkcheck_simulator::control::serve_lines;
use sinkcheck_simulator::server::Behaviour;
use sinkcheck_simulator::{Server, ServerConfig};
use sinkcheck_spec::wire::InstanceId;
use tokio::runtime::Runtime;

use super::server_config::{self, Origin};
use super::typed::SimulateServer;
use super::{Ending, control_at, keepalive_interval};
use crate::cli::exit::{CONFORMS, Failure};
use crate::cli::outputs::to_stdout;

pub(super) fn simulate(typed: &SimulateServer, runtime: &Runtime) -> Result<u8, Failure> {
    if let Some(code) = typed.departing.list()? {
        return Ok(code);
    }
    let behaviour = typed.departing.behaviour()?;
    let (config, origin) = configuration(typed)?;
    runtime.block_on(server(config, behaviour, &origin, typed.control.as_deref()))
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
        config.keepalive_interval = keepalive_interval(text)?;
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

async fn server(
    config: ServerConfig,
    behaviour: Behaviour,
    origin: &Origin,
    control: Option<&str>,
) -> Result<u8, Failure> {
    let mut ending = Ending::begin()?;
    let control = match control {
        Some(text) => Some(control_at(text).await?),
        None => None,
    };
    let server = Server::start_with(config, &origin.base, behaviour).await.map_err(|error| origin.failure(error))?;
    if let Some(listener) = control {
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
    ending.asked().await;
    server.stop().await;
    Ok(CONFORMS)
}
