//! A broken rule.

use crate::wire::{DecodeError, DecodeErrorKind, MessageType, ResponseCode};

/// A rule that a frame breaks, and in what way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// The rule's id in the catalogue.
    pub rule: &'static str,
    /// What was seen, in words.
    pub what: String,
    /// It is that of a PONG that answers nothing.
    pub(super) is_of_pong: bool,
}

impl Breach {
    /// One that was found elsewhere; `is_of_pong` if the content that broke the rule is a PONG.
    #[must_use]
    pub fn found(rule: &'static str, what: String, is_of_pong: bool) -> Self {
        Self { rule, what, is_of_pong }
    }

    pub(super) fn new(rule: &'static str, what: impl Into<String>) -> Self {
        Self { rule, what: what.into(), is_of_pong: false }
    }

    /// Whether all that was seen is a PONG too many. Taken alone that proves nothing: a PONG may come at any time, and only
    /// whoever knows that this peer sends none of its own accord can say that it answers something.
    #[must_use]
    pub fn is_of_pong(&self) -> bool {
        self.is_of_pong
    }

    /// The layout rule that a peer breaks by sending a content that can't be read.
    pub(super) fn of_layout(content: &[u8], error: &DecodeError) -> Self {
        let first = content.first().copied().unwrap_or(0);
        let message_type = MessageType::from_nibble(first >> 4);
        let rule = match (error.kind, message_type) {
            (DecodeErrorKind::EmptyFrame, _) => "framing.one-message-in-a-frame",
            (DecodeErrorKind::UnusedMessageType(_), _) => "layout.message-type",
            (DecodeErrorKind::UnusedResponseCode(_), _) => "layout.connection-response",
            (DecodeErrorKind::NotUtf8, _) => "layout.text-utf8",
            (_, MessageType::ConnectionResponse) => match ResponseCode::from_nibble(first & 0x0f) {
                ResponseCode::HelloNewClient => "layout.response-hello",
                ResponseCode::Quarantined => "handshake.quarantined-carries-reason",
                _ => "layout.response-bare",
            },
            (_, MessageType::ConnectionRequest) => "layout.connection-request",
            (_, MessageType::Ack) => "layout.ack",
            (_, MessageType::Publish) => "layout.publish",
            (_, MessageType::Ping) => "layout.ping",
            (_, MessageType::Pong) => "layout.pong",
            (_, MessageType::Nack) => "layout.nack",
            (_, MessageType::Unused(_)) => "layout.message-type",
        };
        Self::new(rule, format!("the {message_type} that came can't be read: {error}"))
    }
}

/// The layout rule that a client breaks by sending a content that can't be read.
pub(super) fn layout_of_client(content: &[u8], error: &DecodeError) -> Breach {
    let mut breach = Breach::of_layout(content, error);
    if let DecodeErrorKind::InstanceIdOctets { count: 5..=7 } = error.kind {
        // Zeros that make no second id stand for the lack of one, which has a form of its own.
        if content.iter().rev().take(content.len().saturating_sub(error.at + 4)).all(|octet| *octet == 0) {
            breach.rule = "layout.request-without-server-id";
        }
    }
    breach
}

/// [`rule_of_malformed`] where the receiver is a client: for it a request belongs to the other role, and a response doesn't.
pub(super) fn rule_of_malformed_to_client(content: &[u8], error: &DecodeError) -> &'static str {
    let first = content.first().copied().unwrap_or(0);
    match (MessageType::from_nibble(first >> 4), error.kind) {
        (_, DecodeErrorKind::EmptyFrame) => "malformed.empty-frame",
        (MessageType::ConnectionRequest, _) => "malformed.request-to-client",
        (MessageType::ConnectionResponse, DecodeErrorKind::UnusedResponseCode(_)) => "malformed.unused-response-code",
        (MessageType::ConnectionResponse, DecodeErrorKind::TrailingOctets { .. }) => "malformed.response-long",
        (MessageType::ConnectionResponse, DecodeErrorKind::ChunkPastEnd { .. }) => "malformed.response-chunk-past-end",
        (MessageType::ConnectionResponse, _) => "malformed.response-short",
        _ => rule_of_malformed(content, error),
    }
}

/// The rule that forbids a server to act on a malformed content of this kind, for contents that a receiver could act on visibly.
pub(super) fn rule_of_malformed(content: &[u8], error: &DecodeError) -> &'static str {
    let first = content.first().copied().unwrap_or(0);
    match (MessageType::from_nibble(first >> 4), error.kind) {
        (_, DecodeErrorKind::EmptyFrame) => "malformed.empty-frame",
        (_, DecodeErrorKind::UnusedMessageType(_)) => "malformed.unused-type",
        (MessageType::ConnectionRequest, DecodeErrorKind::ChunkPastEnd { .. }) => "malformed.request-chunk-past-end",
        (MessageType::ConnectionRequest, DecodeErrorKind::InstanceIdOctets { .. }) => "malformed.request-ids-length",
        (MessageType::ConnectionRequest, _) => "malformed.request-short",
        (MessageType::Publish, DecodeErrorKind::TrailingOctets { .. }) => "malformed.publish-long",
        (MessageType::Publish, DecodeErrorKind::ChunkPastEnd { .. }) => "malformed.publish-chunk-past-end",
        (MessageType::Publish, _) => "malformed.publish-short",
        (MessageType::Ping, _) => "malformed.ping-length",
        (MessageType::Pong, _) => "malformed.pong-length",
        (MessageType::ConnectionResponse, _) => "malformed.response-to-server",
        (MessageType::Ack, DecodeErrorKind::TrailingOctets { .. }) => "malformed.ack-long",
        (MessageType::Ack, _) => "malformed.ack-short",
        (MessageType::Nack, DecodeErrorKind::ChunkPastEnd { .. }) => "malformed.nack-chunk-past-end",
        (MessageType::Nack, _) => "malformed.nack-short",
        (MessageType::Unused(_), _) => "malformed.unused-type",
    }
}
