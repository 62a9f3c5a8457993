//! Contents that may be anything: what a peer that misbehaves on purpose sends.

use super::{ConnectionResponse, Event, Message, MessageId, MessageType, Reason, varint};

/// A piece of a content. Each can be written, whatever it says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum Element {
    /// One octet: a message type and four bits. The high bits of either number are cut off.
    FirstOctet {
        /// The high four bits.
        type_nibble: u8,
        /// The low four bits.
        low_nibble: u8,
    },
    /// Two octets: a message type and 12 bits. The high bits of either number are cut off.
    TypeAndId {
        /// The high four bits.
        type_nibble: u8,
        /// The low 12 bits.
        id: u16,
    },
    /// A varint.
    Varint {
        /// Its number.
        value: u64,
        /// The octets to pad it to; `None`, or fewer than the number needs: the shortest form.
        octets: Option<usize>,
    },
    /// A length and octets.
    Chunk {
        /// What the length says; `None`: the truth.
        declared: Option<u64>,
        /// The octets to pad the length to; `None`, or fewer than it needs: the shortest form.
        length_octets: Option<usize>,
        /// The octets that follow the length.
        octets: Vec<u8>,
    },
    /// Four octets, big-endian.
    U32(u32),
    /// Octets as they are.
    Octets(Vec<u8>),
}

impl Element {
    /// The number in its shortest form.
    #[must_use]
    pub const fn varint(value: u64) -> Self {
        Self::Varint { value, octets: None }
    }

    /// The octets after their true length in its shortest form.
    #[must_use]
    pub fn chunk(octets: impl Into<Vec<u8>>) -> Self {
        Self::Chunk { declared: None, length_octets: None, octets: octets.into() }
    }

    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::FirstOctet { type_nibble, low_nibble } => out.push(type_nibble << 4 | low_nibble & 0x0f),
            Self::TypeAndId { type_nibble, id } => {
                let octets = u16::from(*type_nibble) << 12 | id & MessageId::MAX.get();
                out.extend_from_slice(&octets.to_be_bytes());
            }
            Self::Varint { value, octets } => varint::write_padded(*value, octets.unwrap_or(1), out),
            Self::Chunk { declared, length_octets, octets } => {
                let length = declared.unwrap_or(octets.len() as u64);
                varint::write_padded(length, length_octets.unwrap_or(1), out);
                out.extend_from_slice(octets);
            }
            Self::U32(number) => out.extend_from_slice(&number.to_be_bytes()),
            Self::Octets(octets) => out.extend_from_slice(octets),
        }
    }
}

/// A content put together from elements, in any order and of any length. Start from a message and spoil it:
///
/// ```
/// use sinkcheck_spec::wire::{DecodeErrorKind, Element, Message, RawContent};
///
/// let mut raw = RawContent::from(&Message::Ping);
/// raw.elements.push(Element::Octets(vec![0xff]));
/// let error = Message::decode(&raw.encode()).unwrap_err();
/// assert_eq!(error.kind, DecodeErrorKind::TrailingOctets { count: 1 });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub struct RawContent {
    /// The elements, in the order in which they are written.
    pub elements: Vec<Element>,
}

impl RawContent {
    /// A content of these elements.
    #[must_use]
    pub const fn new(elements: Vec<Element>) -> Self {
        Self { elements }
    }

    /// Its octets. They may be more than a frame holds.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut out = Vec::new();
        for element in &self.elements {
            element.write(&mut out);
        }
        out
    }

    /// Reads only what any content has: the first octet's halves, and the rest. `None` if there is no octet.
    #[must_use]
    pub fn read(content: &[u8]) -> Option<RawReading<'_>> {
        let (first, rest) = content.split_first()?;
        Some(RawReading { type_nibble: first >> 4, low_nibble: first & 0x0f, rest })
    }
}

/// What any content has, whether or not it is a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RawReading<'a> {
    /// The first four bits.
    pub type_nibble: u8,
    /// The next four.
    pub low_nibble: u8,
    /// The octets after them.
    pub rest: &'a [u8],
}

impl RawReading<'_> {
    /// What the first four bits mean.
    #[must_use]
    pub fn message_type(&self) -> MessageType {
        MessageType::from_nibble(self.type_nibble)
    }
}

impl From<RawReading<'_>> for RawContent {
    fn from(reading: RawReading<'_>) -> Self {
        let RawReading { type_nibble, low_nibble, rest } = reading;
        Self::new(vec![Element::FirstOctet { type_nibble, low_nibble }, Element::Octets(rest.to_vec())])
    }
}

/// One element for each field of the layout, in its order.
impl From<&Message<'_>> for RawContent {
    fn from(message: &Message<'_>) -> Self {
        let type_nibble = message.message_type().nibble();
        let first_octet = |low_nibble| Element::FirstOctet { type_nibble, low_nibble };
        let type_and_id = |id: MessageId| Element::TypeAndId { type_nibble, id: id.get() };
        let mut elements = Vec::new();
        match message {
            Message::ConnectionRequest(request) => {
                elements.push(first_octet(request.protocol_version().get()));
                elements.push(Element::chunk(request.application_version()));
                elements.push(Element::U32(request.client_instance_id().0));
                elements.extend(request.server_instance_id().map(|id| Element::U32(id.0)));
            }
            Message::OtherVersion(request) => {
                elements.push(first_octet(request.version().get()));
                elements.push(Element::Octets(request.rest().to_vec()));
            }
            Message::ConnectionResponse(response) => {
                elements.push(first_octet(response.code().nibble()));
                match response {
                    ConnectionResponse::HelloNewClient { server_instance_id } => {
                        elements.push(Element::U32(server_instance_id.0));
                    }
                    ConnectionResponse::Quarantined(reason) => elements.extend(of_reason(reason)),
                    _ => {}
                }
            }
            Message::Ack(ack) => elements.push(type_and_id(ack.message_id)),
            Message::Publish(publish) => {
                elements.push(type_and_id(publish.message_id));
                elements.extend(of_event(&publish.event));
            }
            Message::Ping | Message::Pong => elements.push(type_and_id(MessageId::ZERO)),
            Message::Nack(nack) => {
                elements.push(type_and_id(nack.message_id));
                elements.extend(of_reason(&nack.reason));
            }
        }
        Self { elements }
    }
}

fn of_event(event: &Event<'_>) -> [Element; 6] {
    [
        Element::varint(event.event_type_id()),
        Element::varint(event.schema_version()),
        Element::chunk(event.key()),
        Element::varint(event.offset()),
        Element::varint(event.timestamp()),
        Element::chunk(event.event_data()),
    ]
}

fn of_reason<const MAX_LEN: usize>(reason: &Reason<'_, MAX_LEN>) -> [Element; 2] {
    [Element::chunk(reason.machine_message()), Element::Octets(reason.human_message().as_bytes().to_vec())]
}
