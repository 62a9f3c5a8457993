//! The loop that every connection runs in.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, split};
use tokio::select;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until, timeout};

use super::Outgoing;

/// The octets that one read takes at most.
const READ: usize = 1 << 14;
/// Events are sent while fewer octets than this wait for the peer, in octets.
pub(crate) const ROOM_FOR_EVENTS: usize = 1 << 16;
/// The peer is listened to while fewer octets than this wait for it: whoever asks has to take the answers.
const ROOM_FOR_ANSWERS: usize = 1 << 18;
/// How long a close waits for the peer to take what was sent before it.
const FLUSH: Duration = Duration::from_secs(5);
/// How long a close waits for the peer's end afterwards. Closing with octets unread would reset the connection, and the
/// peer might never see the last message.
const DRAIN: Duration = Duration::from_secs(1);

/// Something that the connection's machine has to know.
pub(crate) enum Happened<'a> {
    Octets(&'a [u8]),
    PeerClosed,
    Deadline,
    /// There may be room for events, an event to send, or an end that was asked for.
    Woken,
}

/// What is to be done with the stream afterwards.
pub(crate) enum Next {
    GoOn,
    /// Send what waits, and close.
    Close,
    /// End at once.
    Drop,
}

/// How a connection ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// The side wanted it.
    Wanted,
    /// The peer took nothing of what waited for it.
    Stalled,
}

/// One role's part in a connection.
pub(crate) trait Side {
    /// When [`Happened::Deadline`] is to happen, on the machine's clock; `None`: never.
    fn deadline(&self) -> Option<Duration>;

    /// Learns what happened, puts what is to be sent into `outgoing`, and says how to go on.
    fn handle(&mut self, happened: Happened<'_>, outgoing: &mut Outgoing) -> Next;

    /// Whether it ends without an orderly close once everything is sent.
    fn ends_abruptly(&self) -> bool {
        false
    }
}

/// Runs a connection until it ends.
///
/// `wake` makes [`Happened::Woken`] happen, `started` is the start of the machine's clock, and `patience` is how long the
/// peer may take nothing of what waits for it. The side is gone before the close begins.
pub(crate) async fn drive<S: AsyncRead + AsyncWrite>(
    stream: S,
    mut side: impl Side,
    wake: Arc<Notify>,
    started: Instant,
    patience: Duration,
) -> End {
    let (mut reader, mut writer) = split(stream);
    let mut octets = vec![0; READ];
    let mut outgoing = Outgoing::new();
    let mut peer_closed = false;
    let mut takes_nothing = false;
    // What there is to say at once.
    let mut next = side.handle(Happened::Woken, &mut outgoing);
    loop {
        match next {
            Next::GoOn => {}
            Next::Close => break,
            Next::Drop => return End::Wanted,
        }
        let listens = outgoing.len() < ROOM_FOR_ANSWERS;
        // A peer that isn't listened to can't be silent; it can fail to take its answers.
        let deadline = side.deadline().filter(|_| listens).and_then(|deadline| started.checked_add(deadline));
        let stall = outgoing.waiting_since().and_then(|since| since.checked_add(patience));
        // In this order: a peer whose octets are here already was not silent.
        let happened = select! {
            biased;
            written = outgoing.advance(&mut writer), if !outgoing.is_done() && !takes_nothing => match written {
                Ok(()) => Happened::Woken,
                Err(_) => {
                    takes_nothing = true;
                    Happened::PeerClosed
                }
            },
            // Once is enough, here and above: whoever goes on after the end of the stream would hear of nothing else.
            read = reader.read(&mut octets), if listens && !peer_closed => match read {
                Ok(count @ 1..) => Happened::Octets(octets.get(..count).unwrap_or_default()),
                Ok(0) | Err(_) => Happened::PeerClosed,
            },
            () = wake.notified() => Happened::Woken,
            () = at(deadline), if deadline.is_some() => Happened::Deadline,
            () = at(stall), if stall.is_some() => return End::Stalled,
        };
        peer_closed |= matches!(happened, Happened::PeerClosed);
        next = side.handle(happened, &mut outgoing);
    }
    let abruptly = side.ends_abruptly();
    drop(side);
    let closing = async {
        outgoing.finish(&mut writer).await?;
        if abruptly { Err(io::ErrorKind::ConnectionReset.into()) } else { writer.shutdown().await }
    };
    if matches!(timeout(FLUSH, closing).await, Ok(Ok(()))) && !peer_closed {
        drain(&mut reader, &mut octets).await;
    }
    End::Wanted
}

/// Closes a connection on which nothing is said.
pub(crate) async fn close<S: AsyncRead + AsyncWrite>(stream: S) {
    let (mut reader, mut writer) = split(stream);
    if matches!(timeout(FLUSH, writer.shutdown()).await, Ok(Ok(()))) {
        drain(&mut reader, &mut [0; READ]).await;
    }
}

/// Takes no notice of a connection until the peer ends it.
pub(crate) async fn ignore<S: AsyncRead + AsyncWrite>(stream: S) {
    let (mut reader, _writer) = split(stream);
    let mut octets = [0; READ];
    while matches!(reader.read(&mut octets).await, Ok(1..)) {}
}

async fn drain<R: AsyncRead + Unpin>(reader: &mut R, octets: &mut [u8]) {
    let drained = async { while matches!(reader.read(octets).await, Ok(1..)) {} };
    // Whether the peer ended or the time did, the connection is over.
    let _ = timeout(DRAIN, drained).await;
}

/// Ends then; never if there is no such time.
async fn at(time: Option<Instant>) {
    match time {
        Some(time) => sleep_until(time).await,
        None => std::future::pending().await,
    }
}
