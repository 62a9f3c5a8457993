//! The implementation under test: what is known of it, who can be spoken as, and how it is reached and started.
//!
//! [`mod@file`] is what a person writes; [`Target`] is what it means. The built-in reference server is a target like any other, made
//! by [`builtin`].

mod adapter;
mod address;
pub mod builtin;
mod client;
pub mod file;
mod launch;
mod read;
mod read_client;
mod role_keys;
pub(crate) mod tls;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

pub use adapter::{Adapter, AdapterError, ProcessAdapter};
pub use address::{Address, AddressError, Scheme};
pub use client::{ClientIdentity, ClientReach, ClientTarget, ServerTls};
pub use launch::{LaunchError, Launched, Placeholders, Process, free_port, kill_all};
pub use read::{TargetError, from_address, from_file};

use sinkcheck_cases::language::Fixture;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::InstanceId;

use crate::connection::Dial;
use file::EventFieldsSection;

/// An implementation under test.
#[derive(Debug, Clone)]
pub struct Target {
    /// What reports call it.
    pub name: String,
    /// Which role it plays.
    pub role: Role,
    /// Its address as reports show it.
    pub address: String,
    /// What it claims to support; `None`: whatever can be reached.
    pub capabilities: Option<Vec<String>>,
    /// The server's instance id, if known beforehand.
    pub server_instance_id: Option<InstanceId>,
    /// An application version that the server supports.
    pub supported_version: String,
    /// One that it doesn't, if known.
    pub unsupported_version: Option<String>,
    /// Its keepalive interval, if known.
    pub keepalive_interval: Option<Duration>,
    /// Who can be spoken as, if it is a server.
    pub identities: Vec<Identity>,
    /// What else is known of it, if it is a client.
    pub client: Option<ClientTarget>,
    /// What events start from; matching events are accepted if `accepts` says so.
    pub accepted: EventFieldsSection,
    /// Whether the target file says what events the application accepts.
    pub claims_accepted: bool,
    /// What events the application NACKs, if known.
    pub rejected: Option<EventFieldsSection>,
    /// How it is started, if the harness does that.
    pub launch: Option<Launch>,
    /// How its adapter is reached, if it has one.
    pub adapter: Option<AdapterKind>,
    /// Whether the fixtures are described by a file, so that departures from it are the target's.
    pub described: bool,
    /// What its file says without any effect, a sentence each.
    pub remarks: Vec<String>,
}

/// How an adapter is reached.
#[derive(Debug, Clone)]
pub enum AdapterKind {
    /// A program.
    Command {
        /// The program and its arguments.
        command: Vec<String>,
        /// Where it runs.
        folder: PathBuf,
    },
    /// The built-in server's own control.
    BuiltIn(sinkcheck_simulator::Control),
}

/// How a target is started.
#[derive(Debug, Clone)]
pub struct Launch {
    /// The program and its arguments.
    pub command: Vec<String>,
    /// Where it runs.
    pub folder: PathBuf,
    /// Anew for each case.
    pub per_case: bool,
}

/// An identity that the target is set up with.
#[derive(Debug, Clone)]
pub struct Identity {
    /// Its name in the target file: `known`, `known/2` …
    pub name: String,
    /// What kind of identity it is.
    pub fixture: Fixture,
    /// How the target is reached as this identity.
    pub dial: Dial,
    /// The client_instance_id on the server's record, or the one to use first.
    pub client_instance_id: InstanceId,
}

impl Target {
    /// Whether the target claims a capability, or doesn't say what it claims.
    pub fn has_capability(&self, name: &str) -> bool {
        self.capabilities.as_ref().is_none_or(|list| list.iter().any(|claimed| claimed == name))
    }

    /// Whether it is reached over TLS.
    pub fn is_tls(&self) -> bool {
        self.identities.iter().any(|identity| identity.dial.tls.is_some())
            || self.client.as_ref().is_some_and(|client| client.tls.is_some())
    }

    /// Whether it is started anew for each case, so that every case meets the fixtures as described.
    pub fn is_fresh_each_case(&self) -> bool {
        self.launch.as_ref().is_some_and(|launch| launch.per_case)
    }

    /// Whether it is a reference implementation in this process.
    pub fn is_built_in(&self) -> bool {
        matches!(self.adapter, Some(AdapterKind::BuiltIn(_)))
            || self.client.as_ref().is_some_and(|client| client.reach == ClientReach::BuiltIn)
    }

    /// What makes the events of a run differ from those of earlier runs, which the target may remember. The built-in server
    /// remembers nothing, and its runs are to be the same.
    pub fn salt(&self) -> u64 {
        if self.is_built_in() { 0 } else { fastrand::u64(..) }
    }

    /// Whether two cases may run against it at a time when it is started for each: only where each start gets a port of its own.
    pub fn has_free_port(&self) -> bool {
        self.identities.iter().all(|identity| identity.dial.address.port.is_none())
    }
}

/// The fixture that an identity's name stands for, and which of its kind it is, from 1.
fn fixture_of(name: &str) -> Option<(Fixture, u32)> {
    let (kind, number) = match name.split_once('/') {
        Some((kind, number)) => (kind, number.parse().ok().filter(|number| *number > 1)?),
        None => (name, 1),
    };
    let fixtures = [Fixture::Known, Fixture::New, Fixture::Quarantined, Fixture::Unknown];
    fixtures.into_iter().find(|fixture| fixture.name() == kind).map(|fixture| (fixture, number))
}

/// A TLS client configuration with its certificates, shared by the connections that use it.
pub(crate) type TlsConfig = Arc<rustls::ClientConfig>;
