//! The proxy in this process, between peers by hand: what it passes on, and what it hears.

mod back_pressure;
mod ends;
mod judges;
mod many;
mod octets;
mod over_tls;
#[path = "../../../reports/tests/published/mod.rs"]
#[allow(dead_code, reason = "nothing is compared here")]
mod published;
mod session;
