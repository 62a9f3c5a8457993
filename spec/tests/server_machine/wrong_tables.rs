//! Servers that go by a table with one wrong place.

use std::sync::Arc;
use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::machine::{
    Change, ClientRecord, Effect, Input, Mutation, ServerConfig, ServerMachine, State, mutations,
};
use sinkcheck_spec::wire::InstanceId;

use crate::side::{KNOWN, PING, event, send};

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

/// What a table does about an event that waits, it does once for each event, and not where none waits.
#[test]
fn an_event_that_waits_is_told_of_once() {
    let change = Change::Replace(Effect::Publish, Effect::Ping);
    let mutation = Mutation { role: Role::Server, state: State::Accepted, input: Input::EventWaiting, change };
    assert!(mutations(Role::Server).contains(&mutation));
    let mut client = ClientRecord::new(Some(InstanceId(1)), None);
    let config = Arc::new(ServerConfig::default());
    let mut machine = ServerMachine::with_table(config, Arc::new(mutation.table()), Duration::ZERO);
    machine.receive(Duration::ZERO, &hex::decode(KNOWN).expect("hex"), &mut client);
    let mut pings = |client: &mut ClientRecord| {
        assert!(!machine.publish_next(client));
        let sent = std::iter::from_fn(|| machine.poll());
        sent.filter(|output| *output == send(PING)).count()
    };
    assert_eq!((pings(&mut client), pings(&mut client)), (0, 0));
    client.outbox.push(event(1, 1)).expect("room in the outbox");
    assert_eq!((pings(&mut client), pings(&mut client)), (1, 0));
}
