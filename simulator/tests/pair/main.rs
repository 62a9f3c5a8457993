//! The reference client against the reference server, on connections that are cut: whatever happens, every event arrives
//! at least once, and none counts as delivered that didn't.

#![expect(clippy::disallowed_methods, reason = "tests that pause the clock have streams in memory alone")]

mod at_every_octet;
mod at_random;
mod cut;
mod over_tcp_and_tls;
mod pair;
mod recording;
