//! One connection of a client.

use std::time::Duration;

use sinkcheck_spec::machine::{ClientMachine, Output};
use sinkcheck_spec::wire::QuarantineReason;
use tokio::time::Instant;

use super::kept::Kept;
use super::{ClientEvent, Disconnection, Observer};
use crate::connection::{Happened, Next, Outgoing, Side};
use crate::deviation::{Knobs, Tap, has_room};

/// What a session has seen when it is over.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Whether the server accepted the client.
    pub(super) accepted: bool,
    /// Why it ended, where the connection says so.
    pub(super) because: Option<Disconnection>,
}

/// The machine of one connection, with what it has seen.
pub(super) struct Session<'a> {
    pub(super) kept: &'a Kept,
    /// The life of the client that this connection belongs to.
    pub(super) life: u64,
    pub(super) machine: ClientMachine,
    pub(super) started: Instant,
    pub(super) observer: &'a mut Option<Observer>,
    pub(super) seen: &'a mut Seen,
    pub(super) reason: Option<QuarantineReason<'static>>,
    pub(super) knobs: &'a Knobs,
    pub(super) tap: Option<Box<Tap>>,
}

impl Side for Session<'_> {
    fn deadline(&self) -> Option<Duration> {
        let tap = self.tap.as_ref().and_then(|tap| tap.deadline());
        self.machine.deadline().into_iter().chain(tap).min()
    }

    fn handle(&mut self, happened: Happened<'_>, outgoing: &mut Outgoing) -> Next {
        let mut told = Vec::new();
        let next = self.step(happened, outgoing, &mut told);
        // Told without the lock, so that whoever hears it may use a control.
        if let Some(observer) = self.observer {
            told.into_iter().for_each(observer);
        }
        next
    }

    fn ends_abruptly(&self) -> bool {
        self.tap.as_ref().is_some_and(|tap| tap.resets())
    }
}

impl Session<'_> {
    fn step(&mut self, happened: Happened<'_>, outgoing: &mut Outgoing, told: &mut Vec<ClientEvent>) -> Next {
        let kept = self.kept;
        let inner = &mut *kept.lock();
        if inner.life != self.life || inner.failed().is_some() {
            return Next::Drop;
        }
        let now = self.started.elapsed();
        let (machine, tap) = (&mut self.machine, &mut self.tap);
        match (happened, tap.as_mut()) {
            (Happened::Octets(octets), None) => machine.receive(now, octets, &mut inner.record),
            (Happened::Octets(octets), Some(tap)) => tap.arrived(octets),
            (Happened::PeerClosed, tap) => {
                if let Some(tap) = tap {
                    for frame in tap.end(now) {
                        machine.receive(now, &frame, &mut inner.record);
                    }
                }
                machine.peer_closed(&mut inner.record);
            }
            (Happened::Deadline, _) => machine.tick(now, &mut inner.record),
            (Happened::Woken, _) => {}
        }
        let mut next = Next::GoOn;
        loop {
            let frame = tap.as_mut().and_then(|tap| tap.next(now));
            if let Some(frame) = &frame {
                machine.receive(now, frame, &mut inner.record);
            }
            // Asked before the outputs are taken, so that none is left behind.
            let more =
                frame.is_some() || has_room(tap.as_deref(), outgoing) && machine.publish_next(now, &mut inner.record);
            while let Some(output) = machine.poll() {
                // What is to outlive the process is written before what follows from it is sent. Where it can't be,
                // nothing more is.
                if inner.note(&output).is_err() {
                    return Next::Drop;
                }
                match output {
                    Output::Send(octets) => match tap {
                        None => outgoing.push(&octets),
                        Some(tap) => tap.sends(&octets),
                    },
                    Output::Close { because } => {
                        self.seen.because = Some(Disconnection::Because(because));
                        if let Some(left) = tap.as_ref().and_then(|tap| tap.left_behind(self.knobs.harm(because))) {
                            inner.left_behind = left;
                        }
                        if self.knobs.end_forgets && !self.seen.accepted {
                            inner.record.server_instance_id = None;
                        }
                        next = Next::Close;
                    }
                    Output::Accepted => {
                        self.seen.accepted = true;
                        if let Some(tap) = tap {
                            tap.accepted(now);
                        }
                        told.push(ClientEvent::Accepted);
                    }
                    Output::Quarantined(reason) => self.reason = Some(reason),
                    Output::Rejected(code) => {
                        if self.knobs.rejection_forgets {
                            inner.record.server_instance_id = None;
                        }
                        told.push(ClientEvent::Rejected { code, reason: self.reason.take() });
                    }
                    Output::ServerIdChanged(id) => told.push(ClientEvent::ServerIdChanged(id)),
                    Output::Deliver(event) => told.push(ClientEvent::Delivered(event)),
                    Output::EventDelivered(number) => told.push(ClientEvent::EventDelivered(number)),
                    Output::EventRefused { number, reason } => {
                        told.push(ClientEvent::EventRefused { number, reason });
                    }
                    // The close that follows says so, too.
                    Output::Malformed(_) => {}
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
}
