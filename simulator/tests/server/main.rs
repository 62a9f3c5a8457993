//! The reference server, over TCP, TLS and memory. Each module is named after what it shows.

#![expect(clippy::disallowed_methods, reason = "tests that pause the clock have streams in memory alone")]

mod adapter_lines;
mod any_stream;
mod backpressure;
mod closing;
mod configuration;
mod first_contact_session;
mod identity_over_tls;
mod isolation;
mod keeping_alive_in_virtual_time;
mod many_events;
mod peer;
mod preparing;
mod redelivery;
mod starting_and_stopping;
mod takeover;
