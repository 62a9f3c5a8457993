//! Numbers of the protocol that have a range of their own or must not be mixed up.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

/// A message id: 12 bits, 0 to 4095. It pairs a PUBLISH with its ACK or NACK (layout of PUBLISH, ACK and NACK).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct MessageId(u16);

impl MessageId {
    /// The smallest id, and the one that follows [`MessageId::MAX`].
    pub const ZERO: Self = Self(0);
    /// The largest id, 4095.
    pub const MAX: Self = Self(0x0fff);

    /// The id with this number; `None` above 4095.
    #[must_use]
    pub const fn new(number: u16) -> Option<Self> {
        if number <= Self::MAX.0 { Some(Self(number)) } else { None }
    }

    /// The id in the low 12 bits of a content's first two octets; the type above them is masked away.
    pub(crate) const fn from_first_octets(octets: [u8; 2]) -> Self {
        Self(u16::from_be_bytes(octets) & Self::MAX.0)
    }

    /// The number, 0 to 4095.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// The id that a sender uses after this one: one more, and 0 after 4095.
    #[must_use]
    pub const fn next(self) -> Self {
        Self((self.0 + 1) & Self::MAX.0)
    }
}

impl fmt::Display for MessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for MessageId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u16::deserialize(deserializer)?;
        Self::new(number).ok_or_else(|| de::Error::custom(format_args!("message id {number} is above 4095")))
    }
}

/// A protocol version: 4 bits, 0 to 15. Only [`ProtocolVersion::V0`] is spoken (layout of the connection request).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct ProtocolVersion(u8);

impl ProtocolVersion {
    /// The version that this crate reads and writes.
    pub const V0: Self = Self(0);
    /// The largest number that the four bits hold, 15.
    pub const MAX: Self = Self(0x0f);

    /// The version with this number; `None` above 15.
    #[must_use]
    pub const fn new(number: u8) -> Option<Self> {
        if number <= Self::MAX.0 { Some(Self(number)) } else { None }
    }

    /// The version in an octet's low four bits; the others are masked away.
    pub(super) const fn from_nibble(nibble: u8) -> Self {
        Self(nibble & Self::MAX.0)
    }

    /// The number, 0 to 15.
    #[must_use]
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl fmt::Display for ProtocolVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<'de> Deserialize<'de> for ProtocolVersion {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let number = u8::deserialize(deserializer)?;
        Self::new(number).ok_or_else(|| de::Error::custom(format_args!("protocol version {number} is above 15")))
    }
}

/// A client's or a server's instance id: any 32-bit number, big-endian on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "arbitrary", derive(arbitrary::Arbitrary))]
#[serde(transparent)]
pub struct InstanceId(pub u32);

impl fmt::Display for InstanceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
