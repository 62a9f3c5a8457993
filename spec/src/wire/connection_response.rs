//! The connection response: a server's answer to the connection request.
//!
//! ```text
//! 4 bits 1 · 4 bits 0 (connected), 2 (instance id mismatch), 4, 5 (unsupported protocol, application version)
//! 4 bits 1 · 4 bits 1 (hello new client) · u32 server_instance_id
//! 4 bits 1 · 4 bits 3 (quarantined) · chunk machine_message · human_message
//! ```

use std::fmt;

use super::reader::{Observer, Reader};
use super::{DecodeError, DecodeErrorKind, InstanceId, Message, QuarantineReason, Reason, ResponseCode};

/// The octets before what belongs to a code: type and code.
pub(super) const HEAD: usize = 1;

/// What a server answers to a connection request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
pub enum ConnectionResponse<'a> {
    /// Accepted: both sides know each other.
    Connected,
    /// Accepted: the client is new to the server.
    HelloNewClient {
        /// The server's own id, which the client keeps.
        server_instance_id: InstanceId,
    },
    /// Rejected: one side is not who the other remembers.
    InstanceIdMismatch,
    /// Rejected for a reason of the application's.
    Quarantined(QuarantineReason<'a>),
    /// Rejected: the server does not speak that protocol version.
    UnsupportedProtocolVersion,
    /// Rejected: the server does not serve that application version.
    UnsupportedApplicationVersion,
}

impl<'a> ConnectionResponse<'a> {
    /// The code in its first octet.
    #[must_use]
    pub fn code(&self) -> ResponseCode {
        match self {
            Self::Connected => ResponseCode::Connected,
            Self::HelloNewClient { .. } => ResponseCode::HelloNewClient,
            Self::InstanceIdMismatch => ResponseCode::InstanceIdMismatch,
            Self::Quarantined(_) => ResponseCode::Quarantined,
            Self::UnsupportedProtocolVersion => ResponseCode::UnsupportedProtocolVersion,
            Self::UnsupportedApplicationVersion => ResponseCode::UnsupportedApplicationVersion,
        }
    }

    /// Whether the client is accepted: connected, or hello new client.
    #[must_use]
    pub fn is_acceptance(&self) -> bool {
        matches!(self, Self::Connected | Self::HelloNewClient { .. })
    }

    /// The same response, borrowing from nothing.
    #[must_use]
    pub fn into_owned(self) -> ConnectionResponse<'static> {
        match self {
            Self::Connected => ConnectionResponse::Connected,
            Self::HelloNewClient { server_instance_id } => ConnectionResponse::HelloNewClient { server_instance_id },
            Self::InstanceIdMismatch => ConnectionResponse::InstanceIdMismatch,
            Self::Quarantined(reason) => ConnectionResponse::Quarantined(reason.into_owned()),
            Self::UnsupportedProtocolVersion => ConnectionResponse::UnsupportedProtocolVersion,
            Self::UnsupportedApplicationVersion => ConnectionResponse::UnsupportedApplicationVersion,
        }
    }

    pub(super) fn content_len(&self) -> usize {
        HEAD + match self {
            Self::HelloNewClient { .. } => 4,
            Self::Quarantined(reason) => reason.encoded_len(),
            _ => 0,
        }
    }

    /// Reads what belongs to the code in the first octet.
    pub(super) fn read<O: Observer>(reader: &mut Reader<'a, '_, O>, code: u8) -> Result<Self, DecodeError> {
        let code = ResponseCode::from_nibble(code);
        // Told apart before anything is shown: a code that is not used is an error and no field.
        if !matches!(code, ResponseCode::Unused(_)) {
            reader.low_nibble("response_code", &code);
        }
        Ok(match code {
            ResponseCode::Connected => Self::Connected,
            ResponseCode::HelloNewClient => {
                Self::HelloNewClient { server_instance_id: reader.instance_id("server_instance_id")? }
            }
            ResponseCode::InstanceIdMismatch => Self::InstanceIdMismatch,
            ResponseCode::Quarantined => Self::Quarantined(Reason::read(reader)?),
            ResponseCode::UnsupportedProtocolVersion => Self::UnsupportedProtocolVersion,
            ResponseCode::UnsupportedApplicationVersion => Self::UnsupportedApplicationVersion,
            ResponseCode::Unused(nibble) => {
                let kind = DecodeErrorKind::UnusedResponseCode(nibble);
                return Err(DecodeError { kind, field: Some("response_code"), at: 0 });
            }
        })
    }

    /// Appends what belongs to the code.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::HelloNewClient { server_instance_id } => out.extend_from_slice(&server_instance_id.0.to_be_bytes()),
            Self::Quarantined(reason) => reason.write(out),
            _ => {}
        }
    }
}

impl<'a> From<ConnectionResponse<'a>> for Message<'a> {
    fn from(response: ConnectionResponse<'a>) -> Self {
        Self::ConnectionResponse(response)
    }
}

impl fmt::Display for ConnectionResponse<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = self.code();
        match self {
            Self::HelloNewClient { server_instance_id } => {
                write!(f, "{code} {{ server {server_instance_id} }}")
            }
            Self::Quarantined(reason) => write!(f, "{code} {reason}"),
            _ => code.fmt(f),
        }
    }
}
