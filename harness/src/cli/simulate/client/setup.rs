//! What a client was told, by options and by the environment that `certify` gives to a client that it launches.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::io;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use sinkcheck_simulator::client::{Behaviour, ClientConfig, ClientTls, Connect, Stream, TcpConnect, TlsConnect};
use sinkcheck_simulator::config::ConfigError;
use sinkcheck_spec::machine::{ApplicationVersion, Backoff};
use sinkcheck_spec::wire::{InstanceId, MessageId};

use super::super::typed::SimulateClient;
use super::super::{duration, keepalive_interval};
use crate::cli::exit::Failure;
use crate::target::{Address, AddressError, Scheme};

/// What a client is to be.
pub(super) struct Setup {
    pub(super) config: ClientConfig,
    pub(super) address: Address,
    pub(super) way: Way,
    pub(super) source: Source,
    /// Where it is to answer an adapter's questions.
    pub(super) control: Option<String>,
}

/// Where a client's events come from.
pub(super) enum Source {
    /// So many are made up.
    MadeUp(u64),
    File(PathBuf),
    StandardInput,
}

/// How the server is reached.
pub(super) enum Way {
    Tcp(TcpConnect),
    Tls(Box<TlsConnect>),
}

impl Connect for Way {
    async fn connect(&mut self) -> io::Result<Stream> {
        match self {
            Self::Tcp(tcp) => tcp.connect().await,
            Self::Tls(tls) => tls.connect().await,
        }
    }
}

/// Makes sense of what was typed, and of the environment.
pub(super) fn setup(typed: &SimulateClient, behaviour: &Behaviour) -> Result<Setup, Failure> {
    let address = address(typed)?;
    let way = way(typed, &address, behaviour)?;
    let source = match &typed.events {
        Some(file) if file == Path::new("-") => Source::StandardInput,
        Some(file) => Source::File(file.clone()),
        None => Source::MadeUp(typed.publish.or(told("SINK_PUBLISH")?).unwrap_or(0)),
    };
    let control = match &typed.control {
        Some(control) => Some(control.clone()),
        None => told::<u16>("SINK_CONTROL_PORT")?.map(|port| format!("127.0.0.1:{port}")),
    };
    Ok(Setup { config: config(typed)?, address, way, source, control })
}

fn config(typed: &SimulateClient) -> Result<ClientConfig, Failure> {
    let mut config = ClientConfig::default();
    if let Some(id) = typed.client_instance_id.or(told("SINK_CLIENT_INSTANCE_ID")?) {
        config.client_instance_id = InstanceId(id);
    }
    config.server_instance_id = typed.server_instance_id.or(told("SINK_SERVER_INSTANCE_ID")?).map(InstanceId);
    let waits: Result<Vec<_>, _> = typed.back_off.iter().map(|wait| duration("--back-off", wait)).collect();
    config.backoff = Backoff::new(waits?);
    let machine = &mut config.machine;
    machine.application_version = ApplicationVersion::new(&typed.application_version)
        .map_err(|error| Failure::usage(format!("--application-version: {error}")))?;
    machine.keepalive_interval = keepalive_interval(&typed.keepalive_interval)?;
    if !typed.reject.is_empty() {
        machine.rejected_event_types = BTreeSet::from_iter(typed.reject.iter().copied());
    }
    // The option takes no other numbers.
    machine.first_message_id = MessageId::new(typed.first_message_id).unwrap_or(MessageId::ZERO);
    Ok(config)
}

/// What a variable of the environment says. An empty one says nothing.
fn told<T: FromStr<Err: Display>>(name: &str) -> Result<Option<T>, Failure> {
    let Some(value) = std::env::var_os(name).filter(|value| !value.is_empty()) else { return Ok(None) };
    let value = value.to_string_lossy();
    value.parse().map(Some).map_err(|error| Failure::usage(format!("{name}={value} in the environment: {error}")))
}

fn address(typed: &SimulateClient) -> Result<Address, Failure> {
    if let Some(text) = &typed.address {
        let address: Address = text.parse().map_err(|error: AddressError| Failure::usage(error.to_string()))?;
        if address.port.is_none() {
            return Err(Failure::usage(format!("{text}: which port? A client has to know it")));
        }
        return Ok(address);
    }
    match (told::<String>("SINK_HOST")?, told("SINK_PORT")?) {
        (Some(host), Some(port)) => {
            let scheme = if tls_options(typed).is_empty() { Scheme::Tcp } else { Scheme::Tls };
            Ok(Address { scheme, host, port: Some(port) })
        }
        _ => Err(Failure::usage(
            "where is the server? Give an address, such as tcp://127.0.0.1:4000, or SINK_HOST and SINK_PORT in the environment",
        )),
    }
}

/// The options that were given and are for TLS.
fn tls_options(typed: &SimulateClient) -> Vec<&'static str> {
    let given = [
        ("--ca", typed.ca.is_some()),
        ("--certificate", typed.certificate.is_some()),
        ("--key", typed.key.is_some()),
        ("--server-name", typed.server_name.is_some()),
    ];
    given.into_iter().filter(|(_, is_given)| *is_given).map(|(option, _)| option).collect()
}

fn way(typed: &SimulateClient, address: &Address, behaviour: &Behaviour) -> Result<Way, Failure> {
    let port = address.port.unwrap_or_default();
    let needed = |option: &str, file: &Option<PathBuf>| {
        file.clone().ok_or_else(|| {
            Failure::usage(format!("{address}: TLS takes certificates on both sides, and {option} is missing"))
        })
    };
    match address.scheme {
        Scheme::Tcp => match tls_options(typed).as_slice() {
            [] => Ok(Way::Tcp(TcpConnect::new(address.host.as_str(), port).for_behaviour(behaviour))),
            [option, ..] => {
                Err(Failure::usage(format!("{option} is for TLS, and {address} is plain TCP: write tls://HOST:PORT")))
            }
        },
        Scheme::Tls => {
            let tls = ClientTls {
                ca: needed("--ca", &typed.ca)?,
                certificate: needed("--certificate", &typed.certificate)?,
                key: needed("--key", &typed.key)?,
                server_name: typed.server_name.clone(),
            };
            TlsConnect::trusting(address.host.as_str(), port, &tls, Path::new(""), behaviour)
                .map(|connect| Way::Tls(Box::new(connect)))
                .map_err(|error| wrong_tls(&error))
        }
    }
}

/// An error about a field of a configuration, said of the option that gives it.
fn wrong_tls(error: &ConfigError) -> Failure {
    let text = error.to_string();
    Failure::usage(match text.strip_prefix("tls.").and_then(|rest| rest.split_once(": ")) {
        Some((field, problem)) => format!("--{} {problem}", field.replace('_', "-")),
        None => text,
    })
}
