//! One connection of a client's.

use std::sync::Arc;
use std::time::Duration;

use sinkcheck_spec::machine::{self, Output, ServerMachine, Table};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::Instant;

use super::clients::Membership;
use crate::connection::{Happened, Next, Outgoing, ROOM_FOR_EVENTS, Side, drive};

/// What all connections of a server have in common.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) config: Arc<machine::ServerConfig>,
    pub(crate) table: Arc<Table>,
    /// The start of the machines' time.
    pub(crate) started: Instant,
}

struct Connection<'a> {
    context: &'a Context,
    membership: Membership,
    machine: ServerMachine,
}

/// Serves a client's connection until it ends.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite>(stream: S, membership: Membership, context: &Context) {
    let config = Arc::clone(&context.config);
    let machine = ServerMachine::with_table(config, Arc::clone(&context.table), context.started.elapsed());
    let connection = Connection { context, membership, machine };
    let wake = Arc::clone(&connection.membership.wake);
    drive(stream, connection, wake, context.started, context.config.patience()).await;
}

impl Side for Connection<'_> {
    fn deadline(&self) -> Option<Duration> {
        self.machine.deadline()
    }

    fn handle(&mut self, happened: Happened<'_>, outgoing: &mut Outgoing) -> Next {
        let Some(mut shared) = self.membership.lock() else { return Next::Drop };
        let now = self.context.started.elapsed();
        if self.membership.is_taken_over(&shared) {
            self.machine.taken_over(&mut shared.record);
        }
        match happened {
            Happened::Octets(octets) => self.machine.receive(now, octets, &mut shared.record),
            Happened::PeerClosed => self.machine.peer_closed(&mut shared.record),
            Happened::Deadline => self.machine.tick(now, &mut shared.record),
            Happened::Woken => {}
        }
        let mut next = Next::GoOn;
        loop {
            // Asked before the outputs are taken, so that none is left behind.
            let more = outgoing.len() < ROOM_FOR_EVENTS && self.machine.publish_next(&mut shared.record);
            while let Some(output) = self.machine.poll() {
                match output {
                    Output::Send(octets) => outgoing.push(&octets),
                    Output::Close { .. } => next = Next::Close,
                    Output::Accepted => self.membership.take_over(&mut shared),
                    // These tell; nothing is to be done.
                    Output::Rejected(_)
                    | Output::Malformed(_)
                    | Output::Quarantined(_)
                    | Output::ServerIdChanged(_)
                    | Output::Deliver(_)
                    | Output::EventDelivered(_)
                    | Output::EventRefused { .. } => {}
                }
            }
            if !more {
                return next;
            }
        }
    }
}
