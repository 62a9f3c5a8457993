//! Messages out of unstructured octets, for fuzzing and property tests. Only what needs more than a derive is here.

use std::borrow::Cow;

use arbitrary::{Arbitrary, Error, Result, Unstructured};

use super::{
    ConnectionRequest, Event, EventFields, InstanceId, MessageId, OtherVersionRequest, ProtocolVersion, Reason,
};

impl<'a> Arbitrary<'a> for MessageId {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let number = u.int_in_range(Self::ZERO.get()..=Self::MAX.get())?;
        Self::new(number).ok_or(Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for ProtocolVersion {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let number = u.int_in_range(Self::V0.get()..=Self::MAX.get())?;
        Self::new(number).ok_or(Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for ConnectionRequest<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let (client, server) = <(InstanceId, Option<InstanceId>)>::arbitrary(u)?;
        Self::new(<&str>::arbitrary(u)?, client, server).map_err(|_| Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for OtherVersionRequest<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let number = u.int_in_range(ProtocolVersion::V0.get() + 1..=ProtocolVersion::MAX.get())?;
        let version = ProtocolVersion::new(number).ok_or(Error::IncorrectFormat)?;
        Self::new(version, <&[u8]>::arbitrary(u)?).map_err(|_| Error::IncorrectFormat)
    }
}

impl<'a> Arbitrary<'a> for EventFields<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Ok(Self {
            event_type_id: any_width(u)?,
            schema_version: any_width(u)?,
            key: Cow::Borrowed(u.arbitrary()?),
            offset: any_width(u)?,
            timestamp: any_width(u)?,
            event_data: Cow::Borrowed(u.arbitrary()?),
        })
    }
}

impl<'a> Arbitrary<'a> for Event<'a> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        Self::new(u.arbitrary()?).map_err(|_| Error::IncorrectFormat)
    }
}

impl<'a, const MAX_LEN: usize> Arbitrary<'a> for Reason<'a, MAX_LEN> {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let machine_message: &[u8] = u.arbitrary()?;
        Self::new(machine_message, <&str>::arbitrary(u)?).map_err(|_| Error::IncorrectFormat)
    }
}

/// A number of any size in bits, each as likely: drawn as they come, nearly all would take ten octets as a varint.
fn any_width(u: &mut Unstructured<'_>) -> Result<u64> {
    let unused = u.int_in_range(0..=u64::BITS - 1)?;
    Ok(u.arbitrary::<u64>()? >> unused)
}
