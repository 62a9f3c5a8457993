//! From a message as a scenario writes it to octets.

use std::borrow::Cow;

use sinkcheck_cases::language::{
    ConnectionRequestTemplate, Count, EventClass, MessageTemplate, Number, OctetSource, Octets, PublishTemplate,
    RawOctets, ReasonTemplate, Value,
};
use sinkcheck_spec::wire::{Element, Event, EventFields, InstanceId, Message, MessageId, RawContent, frame};

use super::Halt;
use super::values::Values;
use crate::target::Target;
use crate::target::file::EventFieldsSection;

const REQUEST: u8 = 0;
const RESPONSE: u8 = 1;
const ACK: u8 = 3;
const PUBLISH: u8 = 4;
const NACK: u8 = 7;

/// Builds messages for one connection.
pub(super) struct Builder<'a> {
    pub(super) target: &'a Target,
    pub(super) values: &'a mut Values,
    /// Whom the connection is of, if that isn't the main client: a request that doesn't say who asks is this one's.
    pub(super) other: Option<InstanceId>,
    /// The id of the next PUBLISH that doesn't name its own.
    pub(super) next_id: &'a mut MessageId,
}

impl Builder<'_> {
    /// The octets of the stream for one message, frame lengths included.
    pub(super) fn stream(&mut self, template: &MessageTemplate) -> Result<Vec<u8>, Halt> {
        match template {
            MessageTemplate::Octets(raw) => self.raw(raw),
            MessageTemplate::Part(part) => {
                let mut octets = self.stream(&part.message)?;
                let count = self.length(&part.octets)?;
                if count == 0 || count >= octets.len() {
                    return Err(Halt::Fault(format!("a part of {count} octets of a frame of {}", octets.len())));
                }
                octets.truncate(count);
                Ok(octets)
            }
            MessageTemplate::Burst(burst) => {
                let mut id = match burst.first_id {
                    Some(id) => MessageId::new(id).ok_or_else(|| Halt::Fault(format!("{id} is no message id")))?,
                    None => *self.next_id,
                };
                let mut octets = Vec::new();
                for _ in 0..burst.count {
                    let publish = PublishTemplate {
                        message_id: Some(Number::Literal(id.get().into())),
                        ..PublishTemplate::default()
                    };
                    octets.extend(framed(&self.content(&MessageTemplate::Publish(publish))?)?);
                    id = id.next();
                }
                *self.next_id = id;
                Ok(octets)
            }
            other => framed(&self.content(other)?),
        }
    }

    fn content(&mut self, template: &MessageTemplate) -> Result<Vec<u8>, Halt> {
        let bare = |code: u8| Ok(vec![RESPONSE << 4 | code]);
        match template {
            MessageTemplate::Ping => Ok(Message::Ping.encode()),
            MessageTemplate::Pong => Ok(Message::Pong.encode()),
            MessageTemplate::Connected => bare(0),
            MessageTemplate::InstanceIdMismatch => bare(2),
            MessageTemplate::UnsupportedProtocolVersion => bare(4),
            MessageTemplate::UnsupportedApplicationVersion => bare(5),
            MessageTemplate::HelloNewClient(hello) => {
                let id = self.instance_id(&hello.server_instance_id)?;
                let first = Element::FirstOctet { type_nibble: RESPONSE, low_nibble: 1 };
                Ok(RawContent::new(vec![first, Element::U32(id)]).encode())
            }
            MessageTemplate::Quarantined(reason) => {
                let first = Element::FirstOctet { type_nibble: RESPONSE, low_nibble: 3 };
                self.reason(first, reason)
            }
            MessageTemplate::Nack(reason) => {
                let id = self.id(reason.message_id.as_ref().unwrap_or(&Number::Literal(0)))?;
                self.reason(Element::TypeAndId { type_nibble: NACK, id }, reason)
            }
            MessageTemplate::Ack(ack) => {
                let id = self.id(&ack.message_id)?;
                Ok(RawContent::new(vec![Element::TypeAndId { type_nibble: ACK, id }]).encode())
            }
            MessageTemplate::ConnectionRequest(request) => self.request(request),
            MessageTemplate::Publish(publish) => self.publish(publish),
            MessageTemplate::Content(raw) => self.raw(raw),
            MessageTemplate::Altered(altered) => {
                let mut content = self.content(&altered.message)?;
                if let Some(count) = &altered.truncate {
                    let count = self.length(count)?;
                    content.truncate(content.len().saturating_sub(count));
                }
                if let Some(raw) = &altered.append {
                    content.extend(self.raw(raw)?);
                }
                if let (Some(number), Some(first)) = (&altered.message_type, content.first_mut()) {
                    let number = self.number(number)?;
                    let nibble = u8::try_from(number).ok().filter(|nibble| *nibble < 16);
                    let nibble = nibble.ok_or_else(|| Halt::Fault(format!("{number} is no message type")))?;
                    *first = nibble << 4 | *first & 0x0f;
                }
                Ok(content)
            }
            MessageTemplate::Octets(_) | MessageTemplate::Part(_) | MessageTemplate::Burst(_) => {
                Err(Halt::Fault("octets, parts and bursts are no content of one frame".to_owned()))
            }
        }
    }

    fn request(&mut self, request: &ConnectionRequestTemplate) -> Result<Vec<u8>, Halt> {
        let version = match &request.protocol_version {
            Some(number) => self.number(number)?,
            None => 0,
        };
        let client = match (&request.client_instance_id, self.other) {
            (Some(number), _) => self.instance_id(number)?,
            (None, Some(other)) => other.0,
            (None, None) if self.values.get("client").is_some() => {
                self.instance_id(&Number::Name("client".to_owned()))?
            }
            // A client under test that has not said yet who it is.
            (None, None) => 1,
        };
        if version > 15 {
            return Err(Halt::Fault(format!("{version} is no protocol version: it has four bits")));
        }
        let first = Element::FirstOctet { type_nibble: REQUEST, low_nibble: version as u8 };
        let mut ids = vec![Element::U32(client)];
        if let Some(server) = &request.server_instance_id {
            ids.push(Element::U32(self.instance_id(server)?));
        }
        let application = match &request.application_version {
            Some(octets) => self.chunk(octets, Some(1 + 4 * ids.len()))?,
            None => Element::chunk(self.target.supported_version.as_bytes()),
        };
        let mut elements = vec![first, application];
        elements.extend(ids);
        Ok(RawContent::new(elements).encode())
    }

    fn publish(&mut self, publish: &PublishTemplate) -> Result<Vec<u8>, Halt> {
        let id = match &publish.message_id {
            Some(number) => self.id(number)?,
            None => self.next_id.get(),
        };
        if let Some(id) = MessageId::new(id) {
            *self.next_id = id.next();
        }
        let elements = self.event_elements(publish, Element::TypeAndId { type_nibble: PUBLISH, id })?;
        let content = RawContent::new(elements).encode();
        if let (Some(name), Ok(Message::Publish(decoded))) = (&publish.name, Message::decode(&content)) {
            self.values.name_event(name, decoded.event.into_owned());
        }
        Ok(content)
    }

    /// An event as a legal one, for the peer's application to publish.
    pub(super) fn event(&mut self, publish: &PublishTemplate) -> Result<Event<'static>, Halt> {
        let content = self.publish(publish)?;
        match Message::decode(&content) {
            Ok(Message::Publish(decoded)) => Ok(decoded.event.into_owned()),
            _ => Err(Halt::Fault("the event to publish is malformed".to_owned())),
        }
    }

    fn event_elements(&mut self, publish: &PublishTemplate, first: Element) -> Result<Vec<Element>, Halt> {
        let from = default_event(self.target, publish.event).ok_or_else(|| {
            Halt::Lacks("an event that the application NACKs (`events.rejected` in the target file)".to_owned())
        })?;
        self.stays_rejected(publish)?;
        let mut elements = vec![first];
        elements.push(self.varint(publish.event_type_id.as_ref(), from.event_type_id)?);
        elements.push(self.varint(publish.schema_version.as_ref(), from.schema_version)?);
        let default_key = Element::chunk(from.key.to_vec());
        let key_at = elements.len();
        elements.push(default_key);
        // Applications may tell events that they have seen by their offset, and NACK them.
        let section = self.section(publish.event).cloned().unwrap_or_default();
        let offset = section.offset.unwrap_or_else(|| self.values.unique_offset());
        let timestamp = section.timestamp.unwrap_or_else(|| self.values.timestamp());
        elements.push(self.varint(publish.offset.as_ref(), offset)?);
        elements.push(self.varint(publish.timestamp.as_ref(), timestamp)?);
        let data_at = elements.len();
        elements.push(Element::chunk(from.event_data.to_vec()));
        for (at, octets) in [(key_at, &publish.key), (data_at, &publish.event_data)] {
            if let Some(octets) = octets {
                elements[at] = Element::chunk(Vec::new());
                // Less the one octet of the empty chunk's length.
                let others = RawContent::new(elements.clone()).encode().len() - 1;
                elements[at] = self.chunk(octets, Some(others))?;
            }
        }
        Ok(elements)
    }

    /// An event that is to be NACKed has what the application NACKs it for.
    fn stays_rejected(&self, publish: &PublishTemplate) -> Result<(), Halt> {
        let Some(rejected) = self.target.rejected.as_ref().filter(|_| publish.event == EventClass::Rejected) else {
            return Ok(());
        };
        let replaced = [
            ("event_type_id", rejected.event_type_id.is_some() && publish.event_type_id.is_some()),
            ("schema_version", rejected.schema_version.is_some() && publish.schema_version.is_some()),
            ("key", rejected.key.is_some() && publish.key.is_some()),
            ("offset", rejected.offset.is_some() && publish.offset.is_some()),
            ("timestamp", rejected.timestamp.is_some() && publish.timestamp.is_some()),
            ("event_data", rejected.event_data.is_some() && publish.event_data.is_some()),
        ];
        match replaced.into_iter().find(|(_, is_replaced)| *is_replaced) {
            Some((field, _)) => Err(Halt::Lacks(format!(
                "an event that the application NACKs whatever its `{field}` is (`events.rejected`)"
            ))),
            None => Ok(()),
        }
    }

    fn section(&self, class: EventClass) -> Option<&EventFieldsSection> {
        match class {
            EventClass::Accepted => Some(&self.target.accepted),
            EventClass::Rejected => self.target.rejected.as_ref(),
        }
    }

    fn reason(&mut self, first: Element, reason: &ReasonTemplate) -> Result<Vec<u8>, Halt> {
        let machine = match &reason.machine_message {
            Some(octets) => self.chunk(octets, None)?,
            None => Element::chunk(Vec::new()),
        };
        let mut elements = vec![first, machine];
        if let Some(human) = &reason.human_message {
            let others = RawContent::new(elements.clone()).encode().len();
            elements.push(Element::Octets(self.octets(human, Some((others, false)))?));
        }
        Ok(RawContent::new(elements).encode())
    }

    fn chunk(&mut self, octets: &Octets, others: Option<usize>) -> Result<Element, Halt> {
        let bytes = self.octets(octets, others.map(|count| (count, true)))?;
        let declared = octets.declared.as_ref().map(|count| self.count(count)).transpose()?;
        let length_octets = octets.length_octets.as_ref().map(|count| self.varint_length(count)).transpose()?;
        Ok(Element::Chunk { declared, length_octets, octets: bytes })
    }

    /// `around`: how many octets the content has without these, and whether these have a length before them.
    fn octets(&mut self, octets: &Octets, around: Option<(usize, bool)>) -> Result<Vec<u8>, Halt> {
        match &octets.source {
            OctetSource::Octets(bytes) => Ok(bytes.clone()),
            OctetSource::Repeat { text, times } => Ok(text.repeat(self.length(times)?).into_bytes()),
            OctetSource::Name(name) => match self.value(name)? {
                Value::Text(text) => Ok(text.into_bytes()),
                Value::Number(number) => Ok(number.to_string().into_bytes()),
            },
            OctetSource::FillTo(length) => {
                let whole = self.length(length)?;
                let (others, has_length) = around.ok_or_else(|| Halt::Fault("nothing to fill here".to_owned()))?;
                (0..=whole)
                    .rev()
                    .find(|count| others + if has_length { varint_octets(*count) } else { 0 } + count == whole)
                    .map(filler)
                    .ok_or_else(|| Halt::Fault(format!("no chunk makes the content {whole} octets long")))
            }
        }
    }

    pub(super) fn raw(&self, raw: &RawOctets) -> Result<Vec<u8>, Halt> {
        match raw {
            RawOctets::Octets(octets) => Ok(octets.clone()),
            RawOctets::Name(name) => match self.value(name)? {
                Value::Text(digits) => {
                    let digits: String = digits.chars().filter(|c| !c.is_whitespace()).collect();
                    hex::decode(&digits).map_err(|error| Halt::Fault(format!("`{digits}` is not hex: {error}")))
                }
                Value::Number(number) => Err(Halt::Fault(format!("{number} is a number, not octets in hex"))),
            },
        }
    }

    fn varint(&self, number: Option<&Number>, default: u64) -> Result<Element, Halt> {
        match number {
            Some(Number::Long { value, octets }) => {
                Ok(Element::Varint { value: *value, octets: Some(self.varint_length(octets)?) })
            }
            Some(number) => Ok(Element::varint(self.number(number)?)),
            None => Ok(Element::varint(default)),
        }
    }

    pub(super) fn length(&self, number: &Number) -> Result<usize, Halt> {
        let length = self.number(number)?;
        // Nothing is longer than a frame.
        usize::try_from(length)
            .ok()
            .filter(|length| *length <= 65_537)
            .ok_or_else(|| Halt::Fault(format!("{length} is no length")))
    }

    fn id(&self, number: &Number) -> Result<u16, Halt> {
        let id = self.number(number)?;
        u16::try_from(id)
            .ok()
            .filter(|id| *id <= MessageId::MAX.get())
            .ok_or_else(|| Halt::Fault(format!("{id} is no message id")))
    }

    fn instance_id(&self, number: &Number) -> Result<u32, Halt> {
        let id = self.number(number)?;
        u32::try_from(id).map_err(|_| Halt::Fault(format!("{id} is no instance id")))
    }

    pub(super) fn number(&self, number: &Number) -> Result<u64, Halt> {
        match number {
            Number::Literal(value) | Number::Long { value, .. } => Ok(*value),
            Number::Name(name) => match self.value(name)? {
                Value::Number(number) => Ok(number),
                Value::Text(text) => {
                    text.parse().map_err(|_| Halt::Fault(format!("${name} is `{text}`, not a number")))
                }
            },
        }
    }

    fn count(&self, count: &Count) -> Result<u64, Halt> {
        match count {
            Count::Literal(value) => Ok(*value),
            Count::Name(name) => self.number(&Number::Name(name.clone())),
        }
    }

    /// How many octets a varint is to take.
    fn varint_length(&self, count: &Count) -> Result<usize, Halt> {
        let octets = self.count(count)?;
        usize::try_from(octets)
            .ok()
            .filter(|octets| (1..=10).contains(octets))
            .ok_or_else(|| Halt::Fault(format!("a varint takes 1 to 10 octets, not {octets}")))
    }

    fn value(&self, name: &str) -> Result<Value, Halt> {
        if let Some(value) = self.values.get(name) {
            return Ok(value.clone());
        }
        Err(match name {
            "server" | "other_server" => Halt::CantTell {
                code: "server-id-unknown",
                message: "the server's instance id is not known: the first contact didn't tell it, and the target file doesn't give it".to_owned(),
            },
            "unsupported_version" => {
                Halt::Lacks("an application version that the server doesn't support (`application_version.unsupported` in the target file)".to_owned())
            }
            _ => Halt::Unset(name.to_owned()),
        })
    }
}

/// The event of the target file that a PUBLISH starts from, with what it leaves open filled in.
pub(crate) fn default_event(target: &Target, class: EventClass) -> Option<EventFields<'static>> {
    let section = match class {
        EventClass::Accepted => &target.accepted,
        EventClass::Rejected => target.rejected.as_ref()?,
    };
    let octets = |given: &Option<sinkcheck_spec::wire::Octets>, default: &str| {
        Cow::Owned(given.as_ref().map_or_else(|| default.as_bytes().to_vec(), |octets| octets.0.clone()))
    };
    Some(EventFields {
        event_type_id: section.event_type_id.unwrap_or(1),
        schema_version: section.schema_version.unwrap_or(1),
        key: octets(&section.key, "k"),
        offset: section.offset.unwrap_or(1),
        timestamp: section.timestamp.unwrap_or(1_700_000_000),
        event_data: octets(&section.event_data, "data"),
    })
}

fn framed(content: &[u8]) -> Result<Vec<u8>, Halt> {
    frame(content).map_err(|error| Halt::Fault(error.to_string()))
}

fn varint_octets(value: usize) -> usize {
    RawContent::new(vec![Element::varint(value as u64)]).encode().len()
}

/// Octets that show where they were cut or swapped, should a peer do so.
fn filler(count: usize) -> Vec<u8> {
    (0..count).map(|at| b"0123456789abcdefghijklmnopqrstuvwxyz"[at % 36]).collect()
}
