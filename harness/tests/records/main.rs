//! Records of sessions: what is read of them, whatever form they are in and whatever happened to them.

mod any_octets;
mod captures_of_something_else;
mod damaged;
mod forms;
mod making;
mod packets;
mod telling;
mod verdicts;
