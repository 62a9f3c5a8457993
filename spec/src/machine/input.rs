//! What can happen to a connection, told apart as finely as the rules tell it apart.

use std::fmt;

use super::Finding;

/// Something that happened to a connection. Classifying is done before the table is asked, by what arrived and what
/// this side knows; what to do about it is the table's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Input {
    /// A connection request, and what the server finds about it.
    Request(Finding),
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
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request(finding) => return finding.fmt(f),
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
            Self::Silence => "silence for 1.5 intervals",
            Self::PeerClosed => "peer closed",
            Self::PeerClosedWithinFrame => "peer closed within a frame",
            Self::TakenOver => "newer connection accepted",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Counts each input once; a new variant does not compile until it is given its place here.
    fn place(input: Input) -> usize {
        match input {
            Input::Request(finding) => match finding {
                Finding::Known => 0,
                Finding::HelloRepeated => 1,
                Finding::New => 2,
                Finding::WipedClient => 3,
                Finding::OtherClient => 4,
                Finding::OtherServer => 5,
                Finding::OtherClientAndServer => 6,
                Finding::NoRecord => 7,
                Finding::Quarantined => 8,
                Finding::UnsupportedProtocol => 9,
                Finding::UnsupportedApplication => 10,
            },
            Input::Malformed => 11,
            Input::OtherRole => 12,
            Input::PublishTaken => 13,
            Input::PublishRefused => 14,
            Input::AckInFlight => 15,
            Input::AckStray => 16,
            Input::NackInFlight => 17,
            Input::NackStray => 18,
            Input::Ping => 19,
            Input::Pong => 20,
            Input::EventWaiting => 21,
            Input::Silence => 22,
            Input::PeerClosed => 23,
            Input::PeerClosedWithinFrame => 24,
            Input::TakenOver => 25,
        }
    }

    #[test]
    fn the_lists_hold_every_input_once() {
        let places: Vec<usize> = Input::OF_SERVER.iter().copied().map(place).collect();
        assert_eq!(places, (0..26).collect::<Vec<_>>());
        assert_eq!(Input::REQUESTS, &Input::OF_SERVER[..11]);
    }
}
