//! The server's machine on real octets: what it answers, what it records, when it closes.

mod captures;
mod connecting;
mod events;
mod keeping_alive;
mod malformed;
mod messages;
mod properties;
mod side;
mod wrong_tables;
