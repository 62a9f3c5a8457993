//! Clients that go by a table with one wrong place.

use std::sync::Arc;
use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::machine::{ClientConfig, ClientMachine, ServerRecord, mutations};
use sinkcheck_spec::wire::InstanceId;

use crate::side::CONNECTED;

/// Whoever waits for a deadline that has passed is woken for ever, and never waits.
#[test]
fn a_deadline_that_passed_is_followed_by_a_later_one_or_none_whatever_the_table_says() {
    for mutation in mutations(Role::Client) {
        for octets in ["", CONNECTED] {
            let mut server = ServerRecord::new(InstanceId(1), Some(InstanceId(2)));
            let table = Arc::new(mutation.table());
            let config = Arc::new(ClientConfig::default());
            let mut machine = ClientMachine::with_table(config, table, Duration::ZERO, &mut server);
            machine.receive(Duration::ZERO, &hex::decode(octets).expect("hex"), &mut server);
            for _ in 0..6 {
                let Some(deadline) = machine.deadline() else { break };
                // An interval without octets and the wait for any may end at once.
                machine.tick(deadline, &mut server);
                machine.tick(deadline, &mut server);
                assert!(machine.deadline().is_none_or(|next| next > deadline), "{mutation}");
            }
        }
    }
}
