//! Messages: a whole content, read or to be written.

use std::fmt;

use super::reader::{Observer, Reader};
use super::{
    Ack, ConnectionRequest, ConnectionResponse, DecodeError, DecodeErrorKind, MessageId, MessageType, Nack, Note,
    OtherVersionRequest, ProtocolVersion, Publish, frame, ping_pong, publish,
};

/// A message, which always has octets: what the layouts rule out can't be built.
///
/// It prints as one line, `PUBLISH 5 { type 1, schema 1, key "k", offset 1, timestamp 1700000000, data "data" }`, and
/// (de)serializes in the form of `vectors/deployed.yaml`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum Message<'a> {
    /// Type 0, protocol version 0.
    ConnectionRequest(ConnectionRequest<'a>),
    /// Type 0, any other protocol version.
    OtherVersion(OtherVersionRequest<'a>),
    /// Type 1.
    ConnectionResponse(ConnectionResponse<'a>),
    /// Type 3.
    Ack(Ack),
    /// Type 4.
    Publish(Publish<'a>),
    /// Type 5.
    Ping,
    /// Type 6.
    Pong,
    /// Type 7.
    Nack(Nack<'a>),
}

impl<'a> Message<'a> {
    /// The type in its first octet.
    #[must_use]
    pub fn message_type(&self) -> MessageType {
        match self {
            Self::ConnectionRequest(_) | Self::OtherVersion(_) => MessageType::ConnectionRequest,
            Self::ConnectionResponse(_) => MessageType::ConnectionResponse,
            Self::Ack(_) => MessageType::Ack,
            Self::Publish(_) => MessageType::Publish,
            Self::Ping => MessageType::Ping,
            Self::Pong => MessageType::Pong,
            Self::Nack(_) => MessageType::Nack,
        }
    }

    /// The message in a frame's content. It borrows the content's octets.
    ///
    /// # Errors
    ///
    /// [`DecodeError`] if the content is no message of protocol version 0. See [`super::DecodeErrorKind::is_open`]
    /// for those that another receiver may take for one.
    pub fn decode(content: &'a [u8]) -> Result<Self, DecodeError> {
        Self::decode_observed(content, &mut ())
    }

    /// Like [`Message::decode`], and says what is in the content that [`Message::encode`] would write otherwise. There
    /// is no note exactly if it would write the same octets.
    ///
    /// # Errors
    ///
    /// As [`Message::decode`].
    pub fn decode_noting(content: &'a [u8]) -> Result<(Self, Vec<Note>), DecodeError> {
        let mut notes = Vec::new();
        let message = Self::decode_observed(content, &mut notes)?;
        Ok((message, notes))
    }

    /// Like [`Message::decode_noting`], and takes a varint of more than 10 octets for the number that it says. It is for
    /// whoever judges a sender: nobody has to accept such a form, but what it means is plain.
    ///
    /// # Errors
    ///
    /// As [`Message::decode`], but never [`DecodeErrorKind::VarintTooLong`].
    pub fn decode_over_long(content: &'a [u8]) -> Result<(Self, Vec<Note>), DecodeError> {
        let mut notes = Vec::new();
        let mut reader = Reader::new(content, &mut notes);
        let message = Self::read(&mut reader)?;
        match reader.finish() {
            Err(error) if error.kind != DecodeErrorKind::VarintTooLong => Err(error),
            Ok(()) | Err(_) => Ok((message, notes)),
        }
    }

    /// Like [`Message::decode_over_long`], and takes a number of 2^64 or more for 2^64-1: nobody has to accept one, and nothing
    /// forbids to send it. Also says what of that a receiver may refuse.
    ///
    /// # Errors
    ///
    /// As [`Message::decode`], but neither [`DecodeErrorKind::VarintTooLong`] nor [`DecodeErrorKind::NumberTooLarge`].
    pub(crate) fn decode_sent(content: &'a [u8]) -> Result<(Self, Vec<Note>, Option<DecodeError>), DecodeError> {
        let mut notes = Vec::new();
        let mut reader = Reader::new(content, &mut notes);
        let message = Self::read(&mut reader)?;
        match reader.finish() {
            Ok(()) => Ok((message, notes, None)),
            Err(error) if matches!(error.kind, DecodeErrorKind::VarintTooLong | DecodeErrorKind::NumberTooLarge) => {
                Ok((message, notes, Some(error)))
            }
            Err(error) => Err(error),
        }
    }

    pub(super) fn decode_observed<O: Observer>(content: &'a [u8], observer: &mut O) -> Result<Self, DecodeError> {
        let mut reader = Reader::new(content, observer);
        let message = Self::read(&mut reader)?;
        reader.finish()?;
        Ok(message)
    }

    fn read<O: Observer>(reader: &mut Reader<'a, '_, O>) -> Result<Self, DecodeError> {
        let (message_type, low_nibble) = reader.first_octet()?;
        Ok(match message_type {
            MessageType::ConnectionRequest => {
                let version = ProtocolVersion::from_nibble(low_nibble);
                reader.low_nibble("protocol_version", &version);
                match version {
                    ProtocolVersion::V0 => Self::ConnectionRequest(ConnectionRequest::read(reader)?),
                    other => Self::OtherVersion(OtherVersionRequest::read(reader, other)),
                }
            }
            MessageType::ConnectionResponse => Self::ConnectionResponse(ConnectionResponse::read(reader, low_nibble)?),
            MessageType::Ack => Self::Ack(Ack::read(reader)?),
            MessageType::Publish => Self::Publish(Publish::read(reader)?),
            MessageType::Ping => {
                ping_pong::read_ignored_bits(reader)?;
                Self::Ping
            }
            MessageType::Pong => {
                ping_pong::read_ignored_bits(reader)?;
                Self::Pong
            }
            MessageType::Nack => Self::Nack(Nack::read(reader)?),
            MessageType::Unused(nibble) => {
                let kind = DecodeErrorKind::UnusedMessageType(nibble);
                return Err(DecodeError { kind, field: Some("message_type"), at: 0 });
            }
        })
    }

    /// Its content: what goes into a frame.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.content_len());
        self.encode_into(&mut out);
        out
    }

    /// Appends its content to `out`.
    pub fn encode_into(&self, out: &mut Vec<u8>) {
        match self {
            Self::ConnectionRequest(request) => {
                out.push(self.first_octet(request.protocol_version().get()));
                request.write(out);
            }
            Self::OtherVersion(request) => {
                out.push(self.first_octet(request.version().get()));
                out.extend_from_slice(request.rest());
            }
            Self::ConnectionResponse(response) => {
                out.push(self.first_octet(response.code().nibble()));
                response.write(out);
            }
            Self::Ack(ack) => out.extend_from_slice(&self.first_octets(ack.message_id)),
            Self::Publish(publish) => {
                out.extend_from_slice(&self.first_octets(publish.message_id));
                publish.event.write(out);
            }
            Self::Ping | Self::Pong => out.extend_from_slice(&self.first_octets(MessageId::ZERO)),
            Self::Nack(nack) => {
                out.extend_from_slice(&self.first_octets(nack.message_id));
                nack.reason.write(out);
            }
        }
    }

    /// Its frame: the content and the two octets that say its length.
    #[must_use]
    pub fn to_frame(&self) -> Vec<u8> {
        let length = self.content_len();
        let mut out = Vec::with_capacity(frame::LENGTH_OCTETS + length);
        // Every message that can be built fits a frame, so its length fits the two octets.
        out.extend_from_slice(&(length as u16).to_be_bytes());
        self.encode_into(&mut out);
        out
    }

    /// The octets of its content, 1 to 65535.
    #[must_use]
    pub fn content_len(&self) -> usize {
        match self {
            Self::ConnectionRequest(request) => request.content_len(),
            Self::OtherVersion(request) => request.content_len(),
            Self::ConnectionResponse(response) => response.content_len(),
            Self::Ack(_) | Self::Ping | Self::Pong => 2,
            Self::Publish(publish) => publish::HEAD + publish.event.encoded_len(),
            Self::Nack(nack) => publish::HEAD + nack.reason.encoded_len(),
        }
    }

    /// The same message, borrowing from nothing.
    #[must_use]
    pub fn into_owned(self) -> Message<'static> {
        match self {
            Self::ConnectionRequest(request) => Message::ConnectionRequest(request.into_owned()),
            Self::OtherVersion(request) => Message::OtherVersion(request.into_owned()),
            Self::ConnectionResponse(response) => Message::ConnectionResponse(response.into_owned()),
            Self::Ack(ack) => Message::Ack(ack),
            Self::Publish(Publish { message_id, event }) => {
                Message::Publish(Publish { message_id, event: event.into_owned() })
            }
            Self::Ping => Message::Ping,
            Self::Pong => Message::Pong,
            Self::Nack(Nack { message_id, reason }) => Message::Nack(Nack { message_id, reason: reason.into_owned() }),
        }
    }

    fn first_octet(&self, low_nibble: u8) -> u8 {
        self.message_type().nibble() << 4 | low_nibble
    }

    fn first_octets(&self, low_bits: MessageId) -> [u8; 2] {
        (u16::from(self.message_type().nibble()) << 12 | low_bits.get()).to_be_bytes()
    }
}

impl fmt::Display for Message<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.message_type();
        match self {
            Self::ConnectionRequest(request) => write!(f, "{name} {request}"),
            Self::OtherVersion(request) => write!(f, "{name} {request}"),
            Self::ConnectionResponse(response) => write!(f, "{name} {response}"),
            Self::Ack(ack) => write!(f, "{name} {}", ack.message_id),
            Self::Publish(publish) => write!(f, "{name} {} {}", publish.message_id, publish.event),
            Self::Ping | Self::Pong => name.fmt(f),
            Self::Nack(nack) => write!(f, "{name} {} {}", nack.message_id, nack.reason),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A PUBLISH whose event_type_id is this varint, in hex, and the rest of which is an event's.
    fn publish(event_type_id: &str) -> Vec<u8> {
        hex::decode(format!("4001{event_type_id}01016b010100")).unwrap_or_default()
    }

    #[test]
    fn whoever_judges_a_sender_reads_on_where_the_text_leaves_open_what_a_varint_says() {
        let over_long = publish("818080808080808080808000");
        let too_large = publish("ffffffffffffffffff7f");
        let plain = publish("01");
        let not_utf8 = [0x13, 0, 0xff];
        let kind = |error: DecodeError| error.kind;
        assert_eq!(Message::decode(&over_long).map_err(kind), Err(DecodeErrorKind::VarintTooLong));
        assert_eq!(Message::decode(&too_large).map_err(kind), Err(DecodeErrorKind::NumberTooLarge));

        let event_type_id = |message: &Message<'_>| match message {
            Message::Publish(publish) => publish.event.event_type_id(),
            other => panic!("{other}"),
        };
        let read = Message::decode_over_long(&over_long).map(|(message, _)| event_type_id(&message)).map_err(kind);
        assert_eq!(read, Ok(1));
        assert_eq!(Message::decode_over_long(&too_large).map_err(kind), Err(DecodeErrorKind::NumberTooLarge));
        assert_eq!(Message::decode_over_long(&not_utf8).map_err(kind), Err(DecodeErrorKind::NotUtf8));

        let sent = |content| {
            let read = Message::decode_sent(content);
            read.map(|(message, _, open)| (event_type_id(&message), open.map(kind))).map_err(kind)
        };
        assert_eq!(sent(&over_long), Ok((1, Some(DecodeErrorKind::VarintTooLong))));
        assert_eq!(sent(&too_large), Ok((u64::MAX, Some(DecodeErrorKind::NumberTooLarge))));
        assert_eq!(sent(&plain), Ok((1, None)));
        assert_eq!(sent(&not_utf8), Err(DecodeErrorKind::NotUtf8));
    }
}
