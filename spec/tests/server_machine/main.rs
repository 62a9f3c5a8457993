//! The server's machine on real octets: what it answers, what it records, when it closes.

mod captures;
mod connecting;
mod diagram;
mod events;
mod keeping_alive;
mod malformed;
mod properties;
mod side;
