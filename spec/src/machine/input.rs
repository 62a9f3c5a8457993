//! What can happen to a connection, told apart as finely as the rules tell it apart.

use std::fmt;

use super::{Finding, Reply};

/// Something that happened to a connection. Classifying is done before the table is asked, by what arrived and what
/// this side knows; what to do about it is the table's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    /// A connection request, and what the server finds about it.
    Request(Finding),
    /// A client's connection was opened.
    Opened,
    /// A connection response, and what the client finds about it.
    Response(Reply),
    /// A content that is no message.
    Malformed,
    /// A message that only the other role sends.
    OtherRole,
    /// A PUBLISH whose event the application takes.
    PublishTaken,
    /// A PUBLISH whose event the application refuses.
    PublishRefused,
    /// An ACK for a PUBLISH of this connection that is unanswered.
    AckInFlight,
    /// An ACK for an id that is not in flight.
    AckStray,
    /// A NACK for a PUBLISH of this connection that is unanswered.
    NackInFlight,
    /// A NACK for an id that is not in flight.
    NackStray,
    /// A PING.
    Ping,
    /// A PONG.
    Pong,
    /// This side has an event to send, and an id for it.
    EventWaiting,
    /// Nothing was sent and nothing received for one keepalive interval.
    Idle,
    /// Nothing was received for 1.5 keepalive intervals.
    Silence,
    /// The peer ended the stream after a whole frame, or before any.
    PeerClosed,
    /// The peer ended the stream within a frame.
    PeerClosedWithinFrame,
    /// A newer connection of the same identity was accepted.
    TakenOver,
}

impl Input {
    /// Every connection request that a server tells apart.
    pub const REQUESTS: &'static [Self] = &[
        Self::Request(Finding::Known),
        Self::Request(Finding::HelloRepeated),
        Self::Request(Finding::New),
        Self::Request(Finding::WipedClient),
        Self::Request(Finding::OtherClient),
        Self::Request(Finding::OtherServer),
        Self::Request(Finding::OtherClientAndServer),
        Self::Request(Finding::NoRecord),
        Self::Request(Finding::Quarantined),
        Self::Request(Finding::UnsupportedProtocol),
        Self::Request(Finding::UnsupportedApplication),
    ];

    /// Everything that can happen to a server's connection.
    pub const OF_SERVER: &'static [Self] = &[
        Self::Request(Finding::Known),
        Self::Request(Finding::HelloRepeated),
        Self::Request(Finding::New),
        Self::Request(Finding::WipedClient),
        Self::Request(Finding::OtherClient),
        Self::Request(Finding::OtherServer),
        Self::Request(Finding::OtherClientAndServer),
        Self::Request(Finding::NoRecord),
        Self::Request(Finding::Quarantined),
        Self::Request(Finding::UnsupportedProtocol),
        Self::Request(Finding::UnsupportedApplication),
        Self::Malformed,
        Self::OtherRole,
        Self::PublishTaken,
        Self::PublishRefused,
        Self::AckInFlight,
        Self::AckStray,
        Self::NackInFlight,
        Self::NackStray,
        Self::Ping,
        Self::Pong,
        Self::EventWaiting,
        Self::Silence,
        Self::PeerClosed,
        Self::PeerClosedWithinFrame,
        Self::TakenOver,
    ];

    /// Every connection response that a client tells apart.
    pub const RESPONSES: &'static [Self] = &[
        Self::Response(Reply::Hello),
        Self::Response(Reply::Connected),
        Self::Response(Reply::UnexpectedHello),
        Self::Response(Reply::UnexpectedConnected),
        Self::Response(Reply::Mismatch),
        Self::Response(Reply::Quarantined),
        Self::Response(Reply::UnsupportedProtocol),
        Self::Response(Reply::UnsupportedApplication),
    ];

    /// Everything that can happen to a client's connection.
    pub const OF_CLIENT: &'static [Self] = &[
        Self::Response(Reply::Hello),
        Self::Response(Reply::Connected),
        Self::Response(Reply::UnexpectedHello),
        Self::Response(Reply::UnexpectedConnected),
        Self::Response(Reply::Mismatch),
        Self::Response(Reply::Quarantined),
        Self::Response(Reply::UnsupportedProtocol),
        Self::Response(Reply::UnsupportedApplication),
        Self::Opened,
        Self::Malformed,
        Self::OtherRole,
        Self::PublishTaken,
        Self::PublishRefused,
        Self::AckInFlight,
        Self::AckStray,
        Self::NackInFlight,
        Self::NackStray,
        Self::Ping,
        Self::Pong,
        Self::EventWaiting,
        Self::Idle,
        Self::Silence,
        Self::PeerClosed,
        Self::PeerClosedWithinFrame,
    ];
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request(finding) => return finding.fmt(f),
            Self::Opened => "opened",
            Self::Response(reply) => return reply.fmt(f),
            Self::Malformed => "malformed content",
            Self::OtherRole => "message of the other role",
            Self::PublishTaken => "PUBLISH, taken",
            Self::PublishRefused => "PUBLISH, refused",
            Self::AckInFlight => "ACK in flight",
            Self::AckStray => "ACK not in flight",
            Self::NackInFlight => "NACK in flight",
            Self::NackStray => "NACK not in flight",
            Self::Ping => "PING",
            Self::Pong => "PONG",
            Self::EventWaiting => "event waiting",
            Self::Idle => "idle for an interval",
            Self::Silence => "silence for 1.5 intervals",
            Self::PeerClosed => "peer closed",
            Self::PeerClosedWithinFrame => "peer closed within a frame",
            Self::TakenOver => "newer connection accepted",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Which roles an input is for, the server and the client; a new variant does not compile until it is given its
    /// place here.
    fn roles(input: Input) -> (bool, bool) {
        match input {
            Input::Request(
                Finding::Known
                | Finding::HelloRepeated
                | Finding::New
                | Finding::WipedClient
                | Finding::OtherClient
                | Finding::OtherServer
                | Finding::OtherClientAndServer
                | Finding::NoRecord
                | Finding::Quarantined
                | Finding::UnsupportedProtocol
                | Finding::UnsupportedApplication,
            )
            | Input::TakenOver => (true, false),
            Input::Response(
                Reply::Hello
                | Reply::Connected
                | Reply::UnexpectedHello
                | Reply::UnexpectedConnected
                | Reply::Mismatch
                | Reply::Quarantined
                | Reply::UnsupportedProtocol
                | Reply::UnsupportedApplication,
            )
            | Input::Opened
            | Input::Idle => (false, true),
            Input::Malformed
            | Input::OtherRole
            | Input::PublishTaken
            | Input::PublishRefused
            | Input::AckInFlight
            | Input::AckStray
            | Input::NackInFlight
            | Input::NackStray
            | Input::Ping
            | Input::Pong
            | Input::EventWaiting
            | Input::Silence
            | Input::PeerClosed
            | Input::PeerClosedWithinFrame => (true, true),
        }
    }

    fn check(list: &[Input], count: usize, belongs: impl Fn(Input) -> bool) {
        let distinct: BTreeSet<_> = list.iter().copied().collect();
        assert_eq!((list.len(), distinct.len()), (count, count));
        assert!(list.iter().copied().all(belongs));
    }

    #[test]
    fn the_lists_hold_every_input_once() {
        check(Input::REQUESTS, 11, |input| matches!(input, Input::Request(_)));
        check(Input::RESPONSES, 8, |input| matches!(input, Input::Response(_)));
        check(Input::OF_SERVER, 11 + 14 + 1, |input| roles(input).0);
        check(Input::OF_CLIENT, 8 + 14 + 2, |input| roles(input).1);
    }
}
