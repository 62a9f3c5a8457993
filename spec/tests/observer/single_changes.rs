//! One frame of a right session is changed: then the session is another right one, or the rule that is broken is named. Whether it
//! is right is said twice, by the model and by the checks of the rules, and the two have to agree.

use std::time::Duration;

use proptest::prelude::*;
use proptest::sample::Index;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::{Finding, FindingKind, Observer, Settings};

use crate::world::{Action, Beginning, Passing, World, observe};

type Trace = Vec<(Role, Passing)>;

/// What becomes of one frame.
#[derive(Clone, Debug)]
enum Change {
    Dropped,
    Doubled,
    /// The twelve bits behind the type are others.
    OtherId(u16),
    /// It passes so many places later.
    Later(usize),
    /// Only so many of its octets pass, as a frame of their own.
    Cut(Index),
    /// An octet of it is another.
    Garbled(Index, u8),
    /// The other peer sends it.
    Reflected,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        Just(Change::Dropped),
        Just(Change::Doubled),
        (0_u16..4096).prop_map(Change::OtherId),
        (0_u16..6).prop_map(Change::OtherId),
        (1_usize..12).prop_map(Change::Later),
        any::<Index>().prop_map(Change::Cut),
        (any::<Index>(), any::<u8>()).prop_map(|(at, by)| Change::Garbled(at, by)),
        Just(Change::Reflected),
    ]
}

fn changed(trace: &Trace, at: usize, change: &Change) -> Trace {
    let mut trace = trace.clone();
    let Some((from, Passing::Frame(content))) = trace.get_mut(at) else { return trace };
    match change {
        Change::Dropped => {
            trace.remove(at);
        }
        Change::Doubled => {
            let again = trace[at].clone();
            trace.insert(at, again);
        }
        Change::OtherId(id) => {
            if let [head, low, ..] = content.as_mut_slice() {
                *head = *head & 0xf0 | (id >> 8) as u8;
                *low = *id as u8;
            }
        }
        Change::Later(places) => {
            let moved = trace.remove(at);
            trace.insert((at + places).min(trace.len()), moved);
        }
        Change::Cut(index) => {
            let octets = index.index(content.len().max(1));
            content.truncate(octets);
        }
        Change::Garbled(index, by) => {
            let octet = index.index(content.len().max(1));
            if let Some(octet) = content.get_mut(octet) {
                *octet ^= by;
            }
        }
        Change::Reflected => *from = from.other(),
    }
    trace
}

fn beginning() -> impl Strategy<Value = Beginning> {
    let kept = prop_oneof![2 => Just(None), 3 => Just(Some(2)), 1 => Just(Some(9))];
    let recorded = prop_oneof![1 => Just(None), 4 => Just(Some(1)), 1 => Just(Some(9))];
    (kept, recorded, prop::bool::weighted(0.1), (4090_u16..4096, 0_u16..4))
        .prop_map(|(kept, recorded, quarantined, first_ids)| Beginning { kept, recorded, quarantined, first_ids })
}

fn trace() -> impl Strategy<Value = Trace> {
    let mut likely = Action::ALL[..9].to_vec();
    likely.extend_from_slice(&Action::ALL[..4]);
    (beginning(), prop::collection::vec(prop::sample::select(likely), 10..120)).prop_map(|(beginning, actions)| {
        let mut world = World::new(&beginning);
        for action in actions {
            world.act(action);
        }
        world.trace
    })
}

fn found(trace: &Trace) -> Vec<Finding> {
    let mut observer = Observer::new(Settings::default());
    for (from, passing) in trace {
        observe(&mut observer, *from, Duration::ZERO, passing);
    }
    std::iter::from_fn(|| observer.poll()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn model_and_rules_agree_on_every_changed_session(
        trace in trace(),
        changes in prop::collection::vec((any::<Index>(), change()), 1..4),
    ) {
        let mut trace = trace;
        for (at, change) in &changes {
            if !trace.is_empty() {
                trace = changed(&trace, at.index(trace.len()), change);
            }
        }
        let found = found(&trace);
        let disagreement = found.iter().find(|finding| finding.kind == FindingKind::Disagreement);
        prop_assert!(disagreement.is_none(), "{disagreement:?}\n{}", shown(&trace));
    }
}

fn shown(trace: &Trace) -> String {
    let line = |(number, (from, passing)): (usize, &(Role, Passing))| match passing {
        Passing::Frame(content) => format!("{number} {from} {}\n", hex::encode(content)),
        Passing::End => format!("{number} {from} end\n"),
    };
    trace.iter().enumerate().map(line).collect()
}
