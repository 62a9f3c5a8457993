//! The client's machine on real octets: what it says, what it keeps, when it closes.

mod captures;
mod connecting;
mod events;
mod keeping_alive;
mod malformed;
#[path = "../server_machine/messages.rs"]
mod messages;
mod properties;
mod side;
mod wrong_tables;
