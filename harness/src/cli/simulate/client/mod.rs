//! `sinkcheck simulate client`: the reference client as a program.

mod events;
mod setup;
mod telling;

use std::io::{self, Write as _};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use sinkcheck_simulator::client::state::{Identity, Store};
use sinkcheck_simulator::client::{Behaviour, Client, ClientConfig, ClientEvent, Equipment, Observer, Sink};
use sinkcheck_simulator::control::{Answering, Described, serve_lines};
use sinkcheck_simulator::{ClientControl, ControlError};
use sinkcheck_spec::wire::{Event, InstanceId};
use tokio::runtime::Runtime;
use tokio::sync::{Notify, oneshot};
use tokio::time::timeout;

use self::events::Events;
use self::setup::{Setup, setup};
use super::typed::SimulateClient;
use super::{Ending, control_at};
use crate::cli::exit::{CONFORMS, Failure, USAGE};
use crate::cli::say;

/// How long an orderly end may take: whoever doesn't read standard output holds the client up.
const GRACE: Duration = Duration::from_secs(1);

pub(super) fn simulate(typed: &SimulateClient, runtime: &Runtime) -> Result<u8, Failure> {
    if let Some(code) = typed.departing.list()? {
        return Ok(code);
    }
    let behaviour = typed.departing.behaviour()?;
    let setup = setup(typed, &behaviour)?;
    let events = Events::open(&setup.source)?;
    let store = store(typed, &setup.config)?;
    runtime.block_on(client(typed, behaviour, setup, events, store))
}

fn store(typed: &SimulateClient, config: &ClientConfig) -> Result<Option<Store>, Failure> {
    let Some(path) = &typed.state else { return Ok(None) };
    let fresh = Identity { client: config.client_instance_id, server: config.server_instance_id };
    let store = Store::open(path, fresh).map_err(|error| Failure::usage(format!("--state {error}")))?;
    let kept = store.identity().client;
    if typed.client_instance_id.is_some_and(|id| InstanceId(id) != kept) {
        say(format!("{}: the client in it is {kept}, and that counts, not --client-instance-id", path.display()));
    }
    Ok(Some(store))
}

async fn client(
    typed: &SimulateClient,
    behaviour: Behaviour,
    setup: Setup,
    events: Events,
    store: Option<Store>,
) -> Result<u8, Failure> {
    let Setup { config, address, way, control, source: _ } = setup;
    let mut ending = Ending::begin()?;
    let asked = match &control {
        Some(control) => Some(control_at(control).await?),
        None => None,
    };
    let happened = Arc::new(Notify::new());
    let observer = observer(address.to_string(), typed.quiet, Arc::clone(&happened));
    let equipment = Equipment { store, sink: Some(sink()), observer: Some(observer) };
    let mut running = Client::start_with(config, behaviour, way, equipment);
    let control = running.control();
    if let Some(listener) = asked {
        tokio::spawn(serve_lines(listener, TheClient(control.clone())));
    }
    let reading = events.publish(control.clone());
    let wrong = Arc::clone(&reading.wrong);
    let done = tokio::select! {
        () = ending.asked() => Ok(()),
        why = running.failure() => Err(Failure::ours(format!("the client has ended: {why}"))),
        done = delivered(reading.over, typed.exit_when_delivered, &control, &happened) => done,
    };
    // However that goes, the process ends.
    let _ = timeout(GRACE, tokio::spawn(running.stop())).await;
    done.map(|()| if wrong.load(Ordering::Relaxed) { USAGE } else { CONFORMS })
}

/// Ends when all events were read and answered, if that is wanted, and when they can't be read. Else never.
async fn delivered(
    over: oneshot::Receiver<Result<(), Failure>>,
    is_wanted: bool,
    control: &ClientControl,
    happened: &Notify,
) -> Result<(), Failure> {
    match over.await {
        Ok(read) => read?,
        // The client has ended, and says why.
        Err(_) => return std::future::pending().await,
    }
    while !is_wanted || control.unanswered() > 0 {
        happened.notified().await;
    }
    Ok(())
}

/// Hands an event over as a line of standard output. It is ACKed afterwards, so somebody has to have it.
fn sink() -> Sink {
    Box::new(|event: &Event<'static>| {
        let mut line = serde_json::to_vec(event)?;
        line.push(b'\n');
        // Whoever reads may take any time, and meanwhile others have work to do.
        tokio::task::block_in_place(|| {
            let mut stdout = io::stdout().lock();
            stdout.write_all(&line).and_then(|()| stdout.flush())
        })
        .map_err(|error| io::Error::new(error.kind(), format!("standard output: {error}")))
    })
}

fn observer(server: String, is_quiet: bool, happened: Arc<Notify>) -> Observer {
    Box::new(move |event: ClientEvent| {
        if let Some(line) = telling::line(&event, &server).filter(|_| !is_quiet) {
            say(line);
        }
        happened.notify_one();
    })
}

/// The one client of this process, by whatever name an adapter calls it.
#[derive(Clone)]
struct TheClient(ClientControl);

impl Answering for TheClient {
    fn prepare(&self, _: &str, described: Option<Described>) -> Result<(), ControlError> {
        match described {
            None => self.0.prepare()?,
            Some(state) => self.0.prepare_as(state.client_instance_id, state.server_instance_id)?,
        }
        Ok(())
    }

    fn publish(&self, _: &str, event: Event<'static>) -> Result<(), ControlError> {
        self.0.publish(event)?;
        Ok(())
    }

    fn delivered(&self, _: &str) -> Result<Vec<Event<'static>>, ControlError> {
        Ok(self.0.delivered())
    }

    fn restart(&self, _: &str) -> Result<(), ControlError> {
        Ok(self.0.restart()?)
    }

    fn wipe(&self, _: &str, id: Option<InstanceId>) -> Result<(), ControlError> {
        Ok(self.0.wipe(id)?)
    }
}
