//! The octets of protocol version 0: what travels in a frame, read and written.
//!
//! Three forms of one message, from the strictest to the freest:
//!
//! - [`Message`] and the types in it are strict: a value that the protocol has no octets for can't be built, so
//!   [`Message::encode`] can't fail. Decoding borrows from the content. What is not a message is a [`DecodeError`],
//!   which says what is wrong, in which field and at which octet.
//! - [`RawContent`] is a content put together from [`Element`]s that may lie: for peers that misbehave on purpose.
//! - A byte slice is a content that nobody has read yet. [`explain()`] annotates any such slice.
//!
//! [`frame()`] and [`Deframer`] are the layer below: the two length octets around each content.
//!
//! ```
//! use sinkcheck_spec::wire::{Ack, Deframer, Message, MessageId};
//!
//! let ack = Message::from(Ack { message_id: MessageId::MAX });
//! let mut deframer = Deframer::new();
//! deframer.push(&ack.to_frame());
//! assert_eq!(deframer.next().map(Message::decode), Some(Ok(ack)));
//! ```
//!
//! Nothing here reads a clock, opens a socket or draws a random number.

mod ack;
#[cfg(feature = "arbitrary")]
mod arbitrary;
mod chunk;
mod connection_request;
mod connection_response;
mod deframer;
mod error;
mod event;
mod explain;
mod frame;
mod message;
mod nack;
mod note;
mod numbers;
mod octets;
mod ping_pong;
mod publish;
mod raw;
mod reader;
mod reason;
mod registry;
mod varint;
mod vector;

pub use ack::Ack;
pub use connection_request::{ConnectionRequest, OtherVersionRequest, OtherVersionRequestError};
pub use connection_response::ConnectionResponse;
pub use deframer::Deframer;
pub use error::{DecodeError, DecodeErrorKind, TooLong};
pub use event::{Event, EventFields};
pub use explain::{Field, explain};
pub use frame::{MAX_CONTENT, frame, frame_into};
pub use message::Message;
pub use nack::Nack;
pub use note::Note;
pub use numbers::{InstanceId, MessageId, ProtocolVersion};
pub use octets::Octets;
pub use publish::{Publish, publish_id};
pub use raw::{Element, RawContent, RawReading};
pub use reason::{QuarantineReason, Reason};
pub use registry::{MessageType, ResponseCode};
