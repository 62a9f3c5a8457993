//! The oracle at the server's end: which rule each frame of a client breaks, and which freedoms it leaves alone.

mod blamed_rules;
mod captures;
mod events;
mod exchange;
mod freedoms;
mod introduction;
mod joined_late;
mod keeping_alive;
mod layout;
mod malformed;
mod properties;
