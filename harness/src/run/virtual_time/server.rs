//! Servers in memory.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::ServerName;
use sinkcheck_cases::language::{EventClass, Fixture, Scenario};
use sinkcheck_simulator::RunningServer;
use sinkcheck_simulator::server::Behaviour;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::Event;
use tokio::io::duplex;

use super::super::servers::introduce;
use super::super::timed;
use super::certificates::{Certificates, SERVER_NAME};
use super::guard::Guard;
use super::world::{INTERVAL, PIPE, Play, World};
use crate::connection::{MemoryDial, Reach, Stream, Transcript};
use crate::player::{Calibration, Played, Reached, Seat, default_event, measure};
use crate::target::{Adapter, builtin};

/// A server that several cases use.
pub(super) type Shared = Arc<RunningServer>;

impl World {
    pub(super) async fn with_server(
        &self,
        behaviour: &Behaviour,
        scenario: &Scenario,
        play: Play,
        guard: &Guard,
    ) -> Result<Option<Played>, String> {
        let server = self.start(behaviour).await?;
        let setting = self.setting(self.target.server_instance_id, Adapter::BuiltIn(server.control()), play);
        let main = self.seat(&server, scenario.client.name(), guard);
        let main = main.ok_or_else(|| format!("no `{}` client", scenario.client.name()))?;
        Ok(timed(scenario, &setting, main, self.seat(&server, "known/2", guard)).await)
    }

    /// `None` if it isn't accepted, or doesn't answer.
    pub(super) async fn measure_server(&self, behaviour: &Behaviour, guard: &Guard) -> Option<Calibration> {
        let server = self.start(behaviour).await.ok()?;
        let seat = self.seat(&server, "known", guard)?;
        let patience = Calibration::default().patience();
        let connection = seat.open("contact", patience, Some(INTERVAL), Transcript::begin(Role::Server)).await.ok()?;
        let begun = tokio::time::Instant::now();
        let response = introduce(&connection, &seat, self.target.server_instance_id, &self.target).await.ok()?;
        let responded_in = begun.elapsed();
        if !response.is_acceptance() {
            return None;
        }
        let event = default_event(&self.target, EventClass::Accepted).and_then(|fields| Event::new(fields).ok())?;
        let measured = measure(&connection, &event).await?;
        Some(Calibration { slowest: measured.slowest.max(responded_in), ..measured })
    }

    pub(super) async fn start(&self, behaviour: &Behaviour) -> Result<Shared, String> {
        let config = builtin::server_in_memory(INTERVAL);
        let started = sinkcheck_simulator::Server::start_with(config, Path::new("."), behaviour.clone()).await;
        started.map(Arc::new).map_err(|error| error.to_string())
    }

    /// The seat of a client of the target's, or of one that its certificate must keep out.
    pub(super) fn seat(&self, server: &Shared, name: &str, guard: &Guard) -> Option<Seat> {
        if let Some(fixture) = stranger(name) {
            return self.seat_of_stranger(server, fixture, guard);
        }
        let identity = self.target.identities.iter().find(|identity| identity.name == name)?;
        let (server, client, guard) = (Arc::clone(server), name.to_owned(), guard.clone());
        let open = move || -> Stream {
            let (ours, theirs) = duplex(PIPE);
            // A client that the server doesn't know is turned away: its end of the stream is dropped.
            let _ = server.serve_stream(theirs, &client);
            Box::new(guard.watch(ours))
        };
        Some(Seat {
            name: identity.name.clone(),
            fixture: identity.fixture,
            client: identity.client_instance_id,
            reached: Reached::Server(Reach::Memory(MemoryDial::new(open))),
        })
    }

    fn seat_of_stranger(&self, server: &Shared, fixture: Fixture, guard: &Guard) -> Option<Seat> {
        let certificates = Certificates::made().ok()?;
        let (server, shown, guard) = (Arc::clone(server), certificates.server.clone(), guard.clone());
        let open = move || -> Stream {
            let (ours, theirs) = duplex(PIPE);
            // Credentials that were made up for it can be used; else the other end is dropped, as that of a client that is turned away.
            let _ = server.serve_stream_over_tls(theirs, shown.clone());
            Box::new(guard.watch(ours))
        };
        let name = ServerName::try_from(SERVER_NAME).ok()?;
        Some(Seat {
            name: fixture.name().to_owned(),
            fixture,
            client: self.target.identities.first()?.client_instance_id,
            reached: Reached::Server(Reach::Memory(MemoryDial::over_tls(open, certificates.stranger(fixture)?, name))),
        })
    }
}

/// The fixture of this name, if it is one of those that a certificate must keep out.
pub(super) fn stranger(name: &str) -> Option<Fixture> {
    [Fixture::Unknown, Fixture::Anonymous, Fixture::Untrusted].into_iter().find(|fixture| fixture.name() == name)
}
