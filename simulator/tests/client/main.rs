//! The reference client, over memory, TCP and TLS. Each module is named after what it shows.

#![expect(clippy::disallowed_methods, reason = "tests that pause the clock have streams in memory alone")]

mod adapter_lines;
mod events;
mod host;
mod identity_over_tls;
mod keeping_alive_in_virtual_time;
mod restarting;
mod state_file;
mod telling;
mod waiting_in_virtual_time;
