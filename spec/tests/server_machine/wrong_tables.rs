//! Servers that go by a table with one wrong place.

use std::sync::Arc;
use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::machine::{ClientRecord, ServerConfig, ServerMachine, mutations};
use sinkcheck_spec::wire::InstanceId;

use crate::side::KNOWN;

/// Whoever waits for a deadline that has passed is woken for ever, and never waits.
#[test]
fn a_deadline_that_passed_is_followed_by_a_later_one_or_none_whatever_the_table_says() {
    for mutation in mutations(Role::Server) {
        for octets in ["", KNOWN] {
            let mut client = ClientRecord::new(Some(InstanceId(1)), None);
            let table = Arc::new(mutation.table());
            let mut machine = ServerMachine::with_table(Arc::new(ServerConfig::default()), table, Duration::ZERO);
            machine.receive(Duration::ZERO, &hex::decode(octets).expect("hex"), &mut client);
            for _ in 0..4 {
                let Some(deadline) = machine.deadline() else { break };
                machine.tick(deadline, &mut client);
                assert!(machine.deadline().is_none_or(|next| next > deadline), "{mutation}");
            }
        }
    }
}
