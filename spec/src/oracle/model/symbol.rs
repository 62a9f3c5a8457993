//! What a frame's content says, as far as it matters to what may follow.

use crate::oracle::reading::Reading;
use crate::wire::{ConnectionResponse, Message, MessageId, MessageType, ResponseCode, publish_id};

/// A message, without what doesn't matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::oracle) enum Meaning {
    /// A request for version 0; whether it carries a server_instance_id, where that can be told.
    Request {
        carries: Option<bool>,
    },
    /// A request for another version.
    OtherVersion,
    /// A response.
    Response(Answer),
    Ack(MessageId),
    Nack(MessageId),
    Publish(MessageId),
    Ping,
    Pong,
}

/// A response, without what it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::oracle) enum Answer {
    Connected,
    Hello,
    UnsupportedProtocol,
    /// Mismatch, quarantined, or unsupported application version.
    OtherRejection,
}

impl Answer {
    pub(in crate::oracle) fn accepts(self) -> bool {
        matches!(self, Self::Connected | Self::Hello)
    }

    fn of(response: &ConnectionResponse<'_>) -> Self {
        match response {
            ConnectionResponse::Connected => Self::Connected,
            ConnectionResponse::HelloNewClient { .. } => Self::Hello,
            ConnectionResponse::UnsupportedProtocolVersion => Self::UnsupportedProtocol,
            ConnectionResponse::InstanceIdMismatch
            | ConnectionResponse::Quarantined(_)
            | ConnectionResponse::UnsupportedApplicationVersion => Self::OtherRejection,
        }
    }
}

/// A content, read once for both peers.
#[derive(Debug, Clone)]
pub(in crate::oracle) struct Symbol {
    /// What it says; nothing if it is malformed.
    pub(in crate::oracle) meaning: Option<Meaning>,
    /// The text leaves open whether a receiver takes it for that or for malformed.
    pub(in crate::oracle) is_open: bool,
    /// A sender may send it.
    pub(in crate::oracle) may_be_sent: bool,
    /// Its type says that it is a request, be it malformed.
    pub(in crate::oracle) is_request_type: bool,
    /// The id of a malformed PUBLISH, where it can be read.
    pub(in crate::oracle) malformed_publish: Option<MessageId>,
}

impl Symbol {
    pub(in crate::oracle) fn of(reading: &Reading<'_>) -> Self {
        let (content, decoded) = (reading.content, &reading.lenient);
        let (meaning, is_open) = match decoded {
            Ok((message, _)) => (Some(Meaning::of(message)), reading.open.is_some()),
            Err(error) if error.kind.is_open() => (Meaning::of_open(content), true),
            Err(_) => (None, false),
        };
        Self {
            meaning,
            is_open,
            may_be_sent: decoded.is_ok(),
            is_request_type: content
                .first()
                .is_some_and(|head| MessageType::from_nibble(head >> 4) == MessageType::ConnectionRequest),
            malformed_publish: if meaning.is_none() { publish_id(content) } else { None },
        }
    }
}

impl Meaning {
    fn of(message: &Message<'_>) -> Self {
        match message {
            Message::ConnectionRequest(request) => {
                Self::Request { carries: Some(request.server_instance_id().is_some()) }
            }
            Message::OtherVersion(_) => Self::OtherVersion,
            Message::ConnectionResponse(response) => Self::Response(Answer::of(response)),
            Message::Ack(ack) => Self::Ack(ack.message_id),
            Message::Nack(nack) => Self::Nack(nack.message_id),
            Message::Publish(publish) => Self::Publish(publish.message_id),
            Message::Ping => Self::Ping,
            Message::Pong => Self::Pong,
        }
    }

    /// Of a content that uses what the layout leaves open, so that its fields have no values that this crate can hold.
    fn of_open(content: &[u8]) -> Option<Self> {
        let head = *content.first()?;
        let id = content.first_chunk::<2>().map(|octets| MessageId::from_first_octets(*octets));
        Some(match MessageType::from_nibble(head >> 4) {
            MessageType::ConnectionRequest => Self::Request { carries: None },
            MessageType::ConnectionResponse => match ResponseCode::from_nibble(head & 0x0f) {
                ResponseCode::Quarantined => Self::Response(Answer::OtherRejection),
                _ => return None,
            },
            MessageType::Nack => Self::Nack(id?),
            _ => return None,
        })
    }
}
