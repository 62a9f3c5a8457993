//! The Sink protocol: text, rule catalogue, octets, state machines and oracle.

pub mod catalogue;
pub mod machine;
pub mod oracle;
pub mod wire;
