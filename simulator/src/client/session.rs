//! One connection of a client.

use std::time::Duration;

use sinkcheck_spec::machine::{ClientMachine, Output};
use sinkcheck_spec::wire::QuarantineReason;
use tokio::time::Instant;

use super::kept::Kept;
use super::{ClientEvent, Disconnection, Observer};
use crate::connection::{Happened, Next, Outgoing, ROOM_FOR_EVENTS, Side};

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
}

impl Side for Session<'_> {
    fn deadline(&self) -> Option<Duration> {
        self.machine.deadline()
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
}

impl Session<'_> {
    fn step(&mut self, happened: Happened<'_>, outgoing: &mut Outgoing, told: &mut Vec<ClientEvent>) -> Next {
        let kept = self.kept;
        let inner = &mut *kept.lock();
        if inner.life != self.life || inner.failed().is_some() {
            return Next::Drop;
        }
        let now = self.started.elapsed();
        match happened {
            Happened::Octets(octets) => self.machine.receive(now, octets, &mut inner.record),
            Happened::PeerClosed => self.machine.peer_closed(&mut inner.record),
            Happened::Deadline => self.machine.tick(now, &mut inner.record),
            Happened::Woken => {}
        }
        let mut next = Next::GoOn;
        loop {
            // Asked before the outputs are taken, so that none is left behind.
            let more = outgoing.len() < ROOM_FOR_EVENTS && self.machine.publish_next(now, &mut inner.record);
            while let Some(output) = self.machine.poll() {
                // What is to outlive the process is written before what follows from it is sent. Where it can't be,
                // nothing more is.
                if inner.note(&output).is_err() {
                    return Next::Drop;
                }
                match output {
                    Output::Send(octets) => outgoing.push(&octets),
                    Output::Close { because } => {
                        self.seen.because = Some(Disconnection::Because(because));
                        next = Next::Close;
                    }
                    Output::Accepted => {
                        self.seen.accepted = true;
                        told.push(ClientEvent::Accepted);
                    }
                    Output::Quarantined(reason) => self.reason = Some(reason),
                    Output::Rejected(code) => told.push(ClientEvent::Rejected { code, reason: self.reason.take() }),
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
                return next;
            }
        }
    }
}
