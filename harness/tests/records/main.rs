//! Records of sessions: what is read of them, whatever form they are in and whatever happened to them.

mod any_octets;
mod captures_of_something_else;
mod damaged;
mod forms;
mod making;
mod packets;
#[path = "../../../reports/tests/published/mod.rs"]
#[allow(dead_code, reason = "nothing is compared here")]
mod published;
mod telling;
mod verdicts;
