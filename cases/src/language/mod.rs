//! The scenario language: what a file may say, as types.
//!
//! A file is read in two turns. `form` is what is written, one to one, with everything optional; [`Scenario`] is what it means,
//! with defaults filled in, each step knowing where it stands. Players only ever see the second.

pub(crate) mod form;
mod message;
mod pattern;
mod responses;
mod scenario;
mod schema;
mod step;
mod value;

pub use message::{
    Altered, Burst, ConnectionRequestTemplate, EventClass, HelloTemplate, IdTemplate, MessageTemplate, Part,
    PublishTemplate, RawOctets, ReasonTemplate,
};
pub use pattern::{
    Absent, EventPattern, HelloPattern, NackPattern, Pattern, PublishPattern, RequestPattern, ServerIdPattern,
};
pub use scenario::{Certificate, Fixture, MAIN, Owner, Scenario, Transport};
pub use schema::scenario_schema;
pub use step::{Ask, Cut, Cuts, OtherThan, Range, Send, Step, Values, Verb, Within};
pub use value::{Count, Number, OctetSource, Octets, Value};

/// Names that are bound in every scenario; the player fills them in from the target.
///
/// `client`: the fixture's client_instance_id; `server`: the server's instance id (captured on the way where it isn't known
/// yet); `other_client` and `other_server`: ids that differ from those; `another_client`: the client_instance_id of the `another`
/// connections, where there are any; `supported_version` and `unsupported_version`:
/// application versions of the target file.
pub const PREDEFINED: [&str; 7] =
    ["client", "server", "other_client", "other_server", "another_client", "supported_version", "unsupported_version"];
