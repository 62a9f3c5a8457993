//! Connections that are played to the driver.

use std::time::Duration;

use sinkcheck::observe::{Ending, Found, Observed, Outcome};
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::Settings;

/// The octets of this hex, spaces allowed.
pub(crate) fn octets(text: &str) -> Vec<u8> {
    hex::decode(text.replace(' ', "")).expect("hex")
}

/// One thing that happens on a connection.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// The client sends these octets.
    Client(&'static str),
    /// The server does.
    Server(&'static str),
    /// A peer ends its direction.
    End(Role, Ending),
}
pub(crate) use Step::{Client, End, Server};

pub(crate) const REQUEST: Step = Client("000f 0005312e302e30 00000001 00000002");
pub(crate) const CONNECTED: Step = Server("0001 10");
pub(crate) const PUBLISH: Step = Client("0011 4547 01 01 016b 01 80e2cfaa06 0464617461");
pub(crate) const ACK: Step = Server("0002 3547");

/// Plays the steps, a millisecond apart.
pub(crate) fn play(name: &str, settings: Settings, steps: &[Step]) -> (Vec<Found>, Outcome) {
    let mut found = Vec::new();
    let mut observed = Observed::new(name, settings, Duration::from_millis(1000));
    let mut at = Duration::from_millis(1000);
    for step in steps {
        at += Duration::from_millis(1);
        match step {
            Client(hex) => observed.octets(Role::Client, at, &octets(hex), &mut found),
            Server(hex) => observed.octets(Role::Server, at, &octets(hex), &mut found),
            End(role, how) => observed.closed(*role, at, *how, &mut found),
        }
    }
    (found, observed.finish(at))
}
