//! Whatever the reference pair does, with whatever delays, is accepted: from both ends and from the middle.

use proptest::prelude::*;
use sinkcheck_spec::catalogue::Role;

use crate::world::{Action, Beginning, World};

/// So many things happen, in every order in which they can; one more where the client is accepted.
const DEPTH: usize = 4;

fn beginnings() -> Vec<Beginning> {
    let mut list = Vec::new();
    for kept in [None, Some(2), Some(9)] {
        for recorded in [None, Some(1), Some(9)] {
            for quarantined in [false, true] {
                list.push(Beginning { kept, recorded, quarantined, first_ids: (0, 0) });
            }
        }
    }
    list
}

/// Goes on from here in every way; counts the orders that were gone to their end.
fn explore(world: &World, done: &mut Vec<Action>, depth: usize) -> u64 {
    if depth == 0 {
        return 1;
    }
    let mut count = 0;
    for action in Action::ALL {
        let mut next = world.clone();
        if !next.act(action) {
            continue;
        }
        done.push(action);
        let found = next.found();
        assert!(found.is_empty(), "after {done:?}: {found:?}\n{:?}", next.trace);
        count += explore(&next, done, depth - 1);
        done.pop();
    }
    count.max(1)
}

#[test]
fn every_order_to_a_depth_is_accepted() {
    let mut count = 0;
    for beginning in beginnings() {
        let accepted = matches!(
            (beginning.quarantined, beginning.kept, beginning.recorded),
            (false, None, None | Some(1)) | (false, Some(2), Some(1))
        );
        let mut world = World::new(&beginning);
        if accepted {
            // What comes behind the acceptance is looked at on its own.
            count += explore(&world, &mut Vec::new(), DEPTH);
            for action in [Action::ToMiddle(Role::Client), Action::Arrive(Role::Client)] {
                assert!(world.act(action), "{action:?}");
            }
        }
        count += explore(&world, &mut Vec::new(), if accepted { DEPTH + 1 } else { DEPTH });
    }
    assert!(count > 50_000, "only {count} orders");
}

proptest! {
    #[test]
    fn random_orders_beyond_that_are_accepted(
        first_ids in (0_u16..4096, 0_u16..4096),
        which in 0_usize..18,
        choices in prop::collection::vec(any::<prop::sample::Index>(), 1..400),
    ) {
        let beginning = Beginning { first_ids, ..beginnings()[which].clone() };
        let mut world = World::new(&beginning);
        for choice in choices {
            world.act(Action::ALL[choice.index(Action::ALL.len() - 2)]);
            let found = world.found();
            prop_assert!(found.is_empty(), "{found:?}\n{:?}", world.trace);
        }
    }
}
