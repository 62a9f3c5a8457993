//! Clients in memory.

use sinkcheck_cases::language::{Certificate, Fixture, Scenario, Transport};
use sinkcheck_simulator::RunningClient;
use sinkcheck_simulator::client::{self, Behaviour, Connect, connect_with};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::machine::Backoff;
use sinkcheck_spec::oracle::{ClientHistory, Start};
use tokio::io::duplex;
use tokio::time::Instant;
use tokio_rustls::TlsAcceptor;

use super::super::clients::{CLIENT_ID, NEW_CLIENT_ID, SERVER_ID, accept, measured};
use super::super::timed;
use super::certificates::{Certificates, SERVER_NAME};
use super::guard::Guard;
use super::world::{INTERVAL, PIPE, Play, World};
use crate::connection::{Arrivals, Arrived, Connection, History, Incoming, Stream, Transcript};
use crate::player::{Calibration, FIRST_CONNECTION, Played, Reached, Seat};
use crate::target::builtin::ReferenceClient;
use crate::target::{Adapter, Process};

impl World {
    pub(super) async fn with_client(
        &self,
        behaviour: &Behaviour,
        scenario: &Scenario,
        play: Play,
        guard: &Guard,
    ) -> Result<Option<Played>, String> {
        let (arrivals, incoming) = Incoming::channel();
        let running = match scenario.transport {
            Transport::Any => {
                let connect = connect(arrivals, guard);
                started(behaviour, scenario.client, scenario.publishes, play.salt, connect)?
            }
            Transport::Tls => {
                let connect = connect_over_tls(behaviour, scenario.certificate, arrivals, guard)?;
                started(behaviour, scenario.client, scenario.publishes, play.salt, connect)?
            }
        };
        let setting = self.setting(Some(SERVER_ID), Adapter::BuiltInClient(running.control()), play);
        let is_new = scenario.client == Fixture::New;
        let seat = Seat {
            name: scenario.client.name().to_owned(),
            fixture: scenario.client,
            client: if is_new { NEW_CLIENT_ID } else { CLIENT_ID },
            reached: Reached::Client {
                incoming,
                history: History::new(ClientHistory::new(if is_new { Start::New } else { Start::Known(SERVER_ID) })),
                process: Process::default(),
                is_told: true,
            },
        };
        let played = timed(scenario, &setting, seat, None).await;
        running.stop().await;
        Ok(played)
    }

    /// `None` if it doesn't connect, isn't heard to introduce itself, or doesn't answer.
    pub(super) async fn measure_client(&self, behaviour: &Behaviour, guard: &Guard) -> Option<Calibration> {
        let (arrivals, incoming) = Incoming::channel();
        let running = started(behaviour, Fixture::Known, 0, 0, connect(arrivals, guard)).ok()?;
        let arrived = incoming.next(Instant::now() + FIRST_CONNECTION).await?;
        let history = History::new(ClientHistory::new(Start::Unknown));
        let connection = Connection::take("contact", arrived, None, Transcript::begin(Role::Client), &history);
        accept(&connection, SERVER_ID).await.ok()?;
        let calibration = measured(&connection, &self.target).await.ok();
        running.stop().await;
        calibration
    }
}

fn started(
    behaviour: &Behaviour,
    fixture: Fixture,
    publishes: u32,
    seed: u64,
    connect: impl Connect,
) -> Result<RunningClient, String> {
    let is_new = fixture == Fixture::New;
    let set_up = ReferenceClient {
        client: if is_new { NEW_CLIENT_ID } else { CLIENT_ID },
        server: (!is_new).then_some(SERVER_ID),
        publishes,
        keepalive_interval: INTERVAL,
        backoff: Backoff::default(),
        seed,
        behaviour: behaviour.clone(),
    };
    set_up.start(connect).map_err(|error| error.to_string())
}

fn connect(arrivals: Arrivals, guard: &Guard) -> impl Connect {
    let guard = guard.clone();
    connect_with(move || {
        guard.connects();
        let (ours, theirs) = duplex(PIPE);
        // A client whose connections nobody takes is refused.
        match arrivals.try_send(Arrived::in_memory(Box::new(guard.watch(theirs)))) {
            Ok(()) => Ok(ours),
            Err(_) => Err(std::io::ErrorKind::ConnectionRefused.into()),
        }
    })
}

/// Over TLS, with a server that shows this.
fn connect_over_tls(
    behaviour: &Behaviour,
    shows: Certificate,
    arrivals: Arrivals,
    guard: &Guard,
) -> Result<impl Connect + use<>, String> {
    let certificates = Certificates::made()?;
    let shown = certificates.shown(shows).ok_or("no certificate of this kind was made")?;
    let (acceptor, guard) = (TlsAcceptor::from(shown), guard.clone());
    let below = connect_with(move || {
        guard.connects();
        let (ours, theirs) = duplex(PIPE);
        let place = arrivals.clone().try_reserve_owned().map_err(|_| std::io::ErrorKind::ConnectionRefused)?;
        let (acceptor, at) = (acceptor.clone(), Instant::now());
        tokio::spawn(async move {
            let accepted = acceptor.accept(theirs).await;
            let stream = accepted.map(|stream| Box::new(stream) as Stream).map_err(|error| error.to_string());
            place.send(Arrived::over_tls_in_memory(stream, at));
        });
        Ok(ours)
    });
    let credentials = certificates.client.clone();
    client::connect_over_tls(below, SERVER_NAME.to_owned(), credentials, behaviour).map_err(|error| error.to_string())
}
