//! The form of messages in the vectors, for YAML and JSON: `ping`, or `{ ack: { message_id: 0 } }`.
//!
//! Octet strings are text where they are printable UTF-8, else `{ hex: … }` ([`super::Octets`]). Unknown fields are errors.
//! A connection request of another version is written `{ other_version_request: { protocol_version: 1, rest: … } }`;
//! the deployed vectors give it fields as if version 0's layout were its own, and that is read too.

mod event;
mod mapping;
mod message;
mod reason;
mod request;
mod response;
