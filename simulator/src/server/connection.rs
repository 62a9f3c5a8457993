//! One connection of a client's.

use std::sync::Arc;
use std::time::Duration;

use sinkcheck_spec::machine::{Output, ServerMachine};
use tokio::io::{AsyncRead, AsyncWrite};

use super::clients::Membership;
use super::context::Context;
use crate::connection::{Happened, Next, Outgoing, Side, drive};
use crate::deviation::{Tap, has_room};

struct Connection<'a> {
    context: &'a Context,
    membership: Membership,
    machine: ServerMachine,
    tap: Option<Box<Tap>>,
}

/// Serves a client's connection until it ends.
pub(crate) async fn serve<S: AsyncRead + AsyncWrite>(stream: S, membership: Membership, context: &Context) {
    if context.refuses(&membership) {
        return;
    }
    let config = Arc::clone(&context.config);
    let machine = ServerMachine::with_table(config, Arc::clone(&context.table), context.started.elapsed());
    let tap = context.tap(&membership);
    let connection = Connection { context, membership, machine, tap };
    let wake = Arc::clone(&connection.membership.wake);
    drive(stream, connection, wake, context.started, context.config.patience()).await;
}

impl Side for Connection<'_> {
    fn deadline(&self) -> Option<Duration> {
        let tap = self.tap.as_ref().and_then(|tap| tap.deadline());
        self.machine.deadline().into_iter().chain(tap).min()
    }

    fn handle(&mut self, happened: Happened<'_>, outgoing: &mut Outgoing) -> Next {
        let Self { context, membership, machine, tap } = self;
        let Some(mut shared) = membership.lock() else { return Next::Drop };
        let now = context.started.elapsed();
        if membership.is_taken_over(&shared) {
            machine.taken_over(&mut shared.record);
        }
        match (happened, tap.as_mut()) {
            (Happened::Octets(octets), None) => machine.receive(now, octets, &mut shared.record),
            (Happened::Octets(octets), Some(tap)) => tap.arrived(octets),
            (Happened::PeerClosed, tap) => {
                if let Some(tap) = tap {
                    for frame in tap.end(now) {
                        machine.receive(now, &frame, &mut shared.record);
                    }
                }
                machine.peer_closed(&mut shared.record);
            }
            (Happened::Deadline, _) => machine.tick(now, &mut shared.record),
            (Happened::Woken, _) => {}
        }
        let mut next = Next::GoOn;
        loop {
            let frame = tap.as_mut().and_then(|tap| tap.next(now));
            if let Some(frame) = &frame {
                machine.receive(now, frame, &mut shared.record);
            }
            // Asked before the outputs are taken, so that none is left behind.
            let more =
                frame.is_some() || has_room(tap.as_deref(), outgoing) && machine.publish_next(&mut shared.record);
            while let Some(output) = machine.poll() {
                match (output, tap.as_mut()) {
                    (Output::Send(octets), None) => outgoing.push(&octets),
                    (Output::Send(octets), Some(tap)) => tap.sends(&octets),
                    (Output::Close { because }, tap) => {
                        context.closes(because, tap.map(|tap| &**tap));
                        next = Next::Close;
                    }
                    (Output::Accepted, tap) => {
                        membership.take_over(&mut shared, context.knobs.takeover);
                        if let Some(tap) = tap {
                            tap.accepted(now);
                        }
                    }
                    // These tell; nothing is to be done.
                    (
                        Output::Rejected(_)
                        | Output::Malformed(_)
                        | Output::Quarantined(_)
                        | Output::ServerIdChanged(_)
                        | Output::Deliver(_)
                        | Output::EventDelivered(_)
                        | Output::EventRefused { .. },
                        _,
                    ) => {}
                }
            }
            if !more {
                break;
            }
        }
        match tap {
            None => next,
            Some(tap) => tap.settle(now, next, outgoing),
        }
    }

    fn ends_abruptly(&self) -> bool {
        self.tap.as_ref().is_some_and(|tap| tap.resets())
    }
}
