//! One connection: a machine, a stream and a clock.

use std::sync::Arc;
use std::time::Duration;

use sinkcheck_spec::machine::{self, Output, ServerMachine, Table};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::select;
use tokio::time::{Instant, sleep_until, timeout};

use super::clients::Membership;
use super::outgoing::Outgoing;

/// The octets that one read takes at most.
const READ: usize = 1 << 14;
/// Events are sent while fewer octets than this wait for the peer, in octets.
const ROOM_FOR_EVENTS: usize = 1 << 16;
/// The peer is listened to while fewer octets than this wait for it: whoever asks has to take the answers.
const ROOM_FOR_ANSWERS: usize = 1 << 18;
/// How long a close waits for the peer to take what was sent before it.
const FLUSH: Duration = Duration::from_secs(5);
/// How long a close waits for the peer's end afterwards. Closing with octets unread would reset the connection, and the
/// peer might never see the last response.
const DRAIN: Duration = Duration::from_secs(1);

/// What all connections of a server have in common.
#[derive(Debug)]
pub(crate) struct Context {
    pub(crate) config: Arc<machine::ServerConfig>,
    pub(crate) table: Arc<Table>,
    /// The start of the machines' time.
    pub(crate) started: Instant,
}

/// Something that the connection's machine has to know.
enum Happened<'a> {
    Octets(&'a [u8]),
    PeerClosed,
    Deadline,
    /// There may be room for events, an event to send, or a takeover.
    Woken,
}

/// What is to be done with the stream afterwards.
enum Next {
    GoOn,
    /// Send what waits, and close.
    Close,
    /// End at once.
    Drop,
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
    let mut connection = Connection { context, membership, machine };
    let wake = Arc::clone(&connection.membership.wake);
    let (mut reader, mut writer) = split(stream);
    let mut octets = vec![0; READ];
    let mut outgoing = Outgoing::new();
    let mut peer_closed = false;
    loop {
        let listens = outgoing.len() < ROOM_FOR_ANSWERS;
        // A peer that isn't listened to can't be silent; it can fail to take its answers.
        let silence = connection.machine.deadline().filter(|_| listens).and_then(|d| context.started.checked_add(d));
        let stall = outgoing.waiting_since().and_then(|since| since.checked_add(context.config.patience()));
        // In this order: a peer whose octets are here already was not silent.
        let happened = select! {
            biased;
            written = outgoing.advance(&mut writer), if !outgoing.is_done() => match written {
                Ok(()) => Happened::Woken,
                Err(_) => Happened::PeerClosed,
            },
            read = reader.read(&mut octets), if listens => match read {
                Ok(count @ 1..) => Happened::Octets(octets.get(..count).unwrap_or_default()),
                Ok(0) | Err(_) => Happened::PeerClosed,
            },
            () = wake.notified() => Happened::Woken,
            () = at(silence), if silence.is_some() => Happened::Deadline,
            () = at(stall), if stall.is_some() => return,
        };
        peer_closed |= matches!(happened, Happened::PeerClosed);
        match connection.handle(&happened, &mut outgoing) {
            Next::GoOn => {}
            Next::Close => break,
            Next::Drop => return,
        }
    }
    drop(connection);
    let closing = async {
        outgoing.finish(&mut writer).await?;
        writer.shutdown().await
    };
    if matches!(timeout(FLUSH, closing).await, Ok(Ok(()))) && !peer_closed {
        drain(&mut reader, &mut octets).await;
    }
}

/// Closes a connection that is nobody's.
pub(crate) async fn turn_away<S: AsyncRead + AsyncWrite>(stream: S) {
    let (mut reader, mut writer) = split(stream);
    if matches!(timeout(FLUSH, writer.shutdown()).await, Ok(Ok(()))) {
        drain(&mut reader, &mut [0; READ]).await;
    }
}

async fn drain<R: AsyncRead + Unpin>(reader: &mut R, octets: &mut [u8]) {
    let drained = async { while matches!(reader.read(octets).await, Ok(1..)) {} };
    // Whether the peer ended or the time did, the connection is over.
    let _ = timeout(DRAIN, drained).await;
}

impl Connection<'_> {
    fn handle(&mut self, happened: &Happened<'_>, outgoing: &mut Outgoing) -> Next {
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

/// Ends then; never if there is no such time.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}
