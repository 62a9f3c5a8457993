//! The connection request: a client's first message.
//!
//! ```text
//! 4 bits 0 · 4 bits protocol version 0 · chunk application_version · u32 client_instance_id · u32 server_instance_id or nothing
//! 4 bits 0 · 4 bits another protocol version · octets that version 0 says nothing about
//! ```

use std::borrow::Cow;
use std::fmt;

use thiserror::Error;

use super::octets::{OctetsDisplay, TextDisplay};
use super::reader::{Observer, Reader};
use super::{DecodeError, DecodeErrorKind, InstanceId, Message, ProtocolVersion, TooLong, chunk};

/// The octets before the application version: type and protocol version.
const HEAD: usize = 1;
/// The octets of an instance id.
const ID: usize = 4;

/// A connection request of protocol version 0.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ConnectionRequest<'a> {
    application_version: Cow<'a, str>,
    client_instance_id: InstanceId,
    server_instance_id: Option<InstanceId>,
}

impl<'a> ConnectionRequest<'a> {
    /// A request of a client that speaks this version of the application, has this id, and knows a server by that
    /// one, if any.
    ///
    /// # Errors
    ///
    /// [`TooLong`] if it would not fit a frame.
    pub fn new(
        application_version: impl Into<Cow<'a, str>>,
        client: InstanceId,
        server: Option<InstanceId>,
    ) -> Result<Self, TooLong> {
        let request = Self {
            application_version: application_version.into(),
            client_instance_id: client,
            server_instance_id: server,
        };
        TooLong::check(request.content_len())?;
        Ok(request)
    }

    /// The protocol version that it speaks: 0.
    #[must_use]
    pub fn protocol_version(&self) -> ProtocolVersion {
        ProtocolVersion::V0
    }

    /// The application's version, in whatever form the application gives it.
    #[must_use]
    pub fn application_version(&self) -> &str {
        &self.application_version
    }

    /// The client's id, which changes when the client is wiped.
    #[must_use]
    pub fn client_instance_id(&self) -> InstanceId {
        self.client_instance_id
    }

    /// The id of the server that the client was last accepted by; `None` if it never was.
    #[must_use]
    pub fn server_instance_id(&self) -> Option<InstanceId> {
        self.server_instance_id
    }

    /// The same request, borrowing from nothing.
    #[must_use]
    pub fn into_owned(self) -> ConnectionRequest<'static> {
        ConnectionRequest { application_version: Cow::Owned(self.application_version.into_owned()), ..self }
    }

    pub(super) fn content_len(&self) -> usize {
        let ids = if self.server_instance_id.is_some() { 2 * ID } else { ID };
        HEAD + chunk::encoded_len(self.application_version.len()) + ids
    }

    pub(super) fn read<O: Observer>(reader: &mut Reader<'a, '_, O>) -> Result<Self, DecodeError> {
        let application_version = Cow::Borrowed(reader.text_chunk("application_version")?);
        let count = reader.left().len();
        if count != ID && count != 2 * ID {
            return Err(reader.error("instance_ids", DecodeErrorKind::InstanceIdOctets { count }));
        }
        let client_instance_id = reader.instance_id("client_instance_id")?;
        let known = !reader.left().is_empty();
        let server_instance_id = known.then(|| reader.instance_id("server_instance_id")).transpose()?;
        Ok(Self { application_version, client_instance_id, server_instance_id })
    }

    /// Appends what follows the first octet.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        chunk::write(self.application_version.as_bytes(), out);
        out.extend_from_slice(&self.client_instance_id.0.to_be_bytes());
        if let Some(server) = self.server_instance_id {
            out.extend_from_slice(&server.0.to_be_bytes());
        }
    }
}

impl<'a> From<ConnectionRequest<'a>> for Message<'a> {
    fn from(request: ConnectionRequest<'a>) -> Self {
        Self::ConnectionRequest(request)
    }
}

impl fmt::Display for ConnectionRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let application = TextDisplay(&self.application_version);
        write!(f, "{{ version 0, application {application}, client {}, server ", self.client_instance_id)?;
        match self.server_instance_id {
            Some(server) => write!(f, "{server} }}"),
            None => f.write_str("none }"),
        }
    }
}

/// A connection request of a protocol version other than 0. What follows its first octet has no known layout.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct OtherVersionRequest<'a> {
    version: ProtocolVersion,
    rest: Cow<'a, [u8]>,
}

/// Why an [`OtherVersionRequest`] can't be built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Error)]
pub enum OtherVersionRequestError {
    /// The version is 0, whose requests are [`ConnectionRequest`]s.
    #[error("protocol version 0 is the one that is spoken")]
    Spoken,
    /// It would not fit a frame.
    #[error(transparent)]
    TooLong(#[from] TooLong),
}

impl<'a> OtherVersionRequest<'a> {
    /// A request of this version, with these octets after the first.
    ///
    /// # Errors
    ///
    /// [`OtherVersionRequestError`] for version 0, and for a request that would not fit a frame.
    pub fn new(version: ProtocolVersion, rest: impl Into<Cow<'a, [u8]>>) -> Result<Self, OtherVersionRequestError> {
        let rest = rest.into();
        if version == ProtocolVersion::V0 {
            return Err(OtherVersionRequestError::Spoken);
        }
        TooLong::check(HEAD + rest.len())?;
        Ok(Self { version, rest })
    }

    /// The protocol version that it speaks, 1 to 15.
    #[must_use]
    pub fn version(&self) -> ProtocolVersion {
        self.version
    }

    /// The octets after the first.
    #[must_use]
    pub fn rest(&self) -> &[u8] {
        &self.rest
    }

    /// The same request, borrowing from nothing.
    #[must_use]
    pub fn into_owned(self) -> OtherVersionRequest<'static> {
        OtherVersionRequest { version: self.version, rest: Cow::Owned(self.rest.into_owned()) }
    }

    pub(super) fn content_len(&self) -> usize {
        HEAD + self.rest.len()
    }

    /// Reads what follows the first octet, which said this version. It is not 0.
    pub(super) fn read<O: Observer>(reader: &mut Reader<'a, '_, O>, version: ProtocolVersion) -> Self {
        debug_assert_ne!(version, ProtocolVersion::V0);
        Self { version, rest: Cow::Borrowed(reader.octets_to_end("rest")) }
    }
}

impl<'a> From<OtherVersionRequest<'a>> for Message<'a> {
    fn from(request: OtherVersionRequest<'a>) -> Self {
        Self::OtherVersion(request)
    }
}

impl fmt::Display for OtherVersionRequest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{ version {}, rest {} }}", self.version, OctetsDisplay(&self.rest))
    }
}
