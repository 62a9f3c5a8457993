//! Every table that differs from a role's in one output or in one next state.
//!
//! Such a table is a machine with one fault, unless the text leaves open what the place is about. A suite that tells none of
//! them from the reference misses what the place says.

use std::fmt;

use super::{Effect, Input, State, Table};
use crate::catalogue::Role;
use crate::wire::ResponseCode;

/// One place of a role's table, changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Mutation {
    /// The role.
    pub role: Role,
    /// The state that is left.
    pub state: State,
    /// What happens in it.
    pub input: Input,
    /// What is otherwise than in the reference.
    pub change: Change,
}

/// What is otherwise in one place of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// It leads to this state.
    Next(State),
    /// This is not done.
    Drop(Effect),
    /// This is done twice.
    Double(Effect),
    /// The second is done in place of the first.
    Replace(Effect, Effect),
    /// This is done, too, after what the reference does.
    Add(Effect),
}

impl Mutation {
    /// The table with this one change.
    #[must_use]
    pub fn table(&self) -> Table {
        let table = reference(self.role);
        let transition = table.transition(self.state, self.input);
        let mut next = transition.next;
        let mut effects = transition.effects.to_vec();
        let place = |effects: &[Effect], effect| effects.iter().position(|one| *one == effect);
        match self.change {
            Change::Next(state) => next = state,
            Change::Drop(effect) => effects.retain(|one| *one != effect),
            Change::Double(effect) => {
                if let Some(at) = place(&effects, effect) {
                    effects.insert(at, effect);
                }
            }
            Change::Replace(effect, other) => {
                if let Some(one) = effects.iter_mut().find(|one| **one == effect) {
                    *one = other;
                }
            }
            Change::Add(effect) => effects.push(effect),
        }
        table.with(self.state, self.input, next, effects)
    }
}

/// All changes of one place in a role's table, in the table's order. An effect that its input has no matter for does
/// nothing, and is left out.
#[must_use]
pub fn mutations(role: Role) -> Vec<Mutation> {
    let table = reference(role);
    let (states, inputs) = match role {
        Role::Server => (State::OF_SERVER, Input::OF_SERVER),
        Role::Client => (State::OF_CLIENT, Input::OF_CLIENT),
    };
    let mut all = Vec::new();
    for (&state, &input) in states.iter().flat_map(|state| inputs.iter().map(move |input| (state, input))) {
        let transition = table.transition(state, input);
        let done = transition.effects;
        let mut changes: Vec<Change> =
            states.iter().filter(|next| **next != transition.next).map(|&next| Change::Next(next)).collect();
        let others: Vec<Effect> = effects_on(role, input).filter(|effect| !done.contains(effect)).collect();
        for &effect in done {
            changes.extend([Change::Drop(effect), Change::Double(effect)]);
            changes.extend(others.iter().map(|&other| Change::Replace(effect, other)));
        }
        changes.extend(others.iter().map(|&other| Change::Add(other)));
        all.extend(changes.into_iter().map(|change| Mutation { role, state, input, change }));
    }
    all
}

/// The responses that a server has.
const RESPONSES: [ResponseCode; 6] = [
    ResponseCode::Connected,
    ResponseCode::HelloNewClient,
    ResponseCode::InstanceIdMismatch,
    ResponseCode::Quarantined,
    ResponseCode::UnsupportedProtocolVersion,
    ResponseCode::UnsupportedApplicationVersion,
];

fn reference(role: Role) -> Table {
    match role {
        Role::Server => Table::server(),
        Role::Client => Table::client(),
    }
}

/// What can be done about an input: what it has the matter for.
fn effects_on(role: Role, input: Input) -> impl Iterator<Item = Effect> {
    let responses = RESPONSES.into_iter().map(Effect::Respond);
    let of_role: Vec<Effect> = match role {
        Role::Server => responses.collect(),
        Role::Client => vec![Effect::Request],
    };
    let of_input: &[Effect] = match input {
        Input::Request(_) => &[Effect::Record],
        Input::Response(_) => &[Effect::KeepServerId],
        Input::PublishTaken | Input::PublishRefused => &[Effect::Deliver, Effect::Ack, Effect::Nack],
        Input::AckInFlight | Input::AckStray => &[Effect::CountDelivered],
        Input::NackInFlight | Input::NackStray => &[Effect::CountDelivered, Effect::CountRefused],
        _ => &[],
    };
    let of_both = [Effect::Pong, Effect::Ping, Effect::Publish];
    of_role.into_iter().chain(of_input.iter().copied()).chain(of_both)
}

/// Its name, which stays as long as the place and the change do: `accepted/ping/next=closed`.
impl fmt::Display for Mutation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", name(&self.state), name(&self.input), self.change)
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Next(state) => write!(f, "next={}", name(state)),
            Self::Drop(effect) => write!(f, "drop={}", name(effect)),
            Self::Double(effect) => write!(f, "double={}", name(effect)),
            Self::Replace(effect, other) => write!(f, "replace={}:{}", name(effect), name(other)),
            Self::Add(effect) => write!(f, "add={}", name(effect)),
        }
    }
}

/// Words of letters and digits, joined by hyphens.
fn name(of: &impl fmt::Display) -> String {
    let text = of.to_string().to_lowercase();
    let words: Vec<&str> = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    const ROLES: [Role; 2] = [Role::Server, Role::Client];

    #[test]
    fn each_differs_from_the_reference_in_its_place_and_in_no_other() {
        for mutation in ROLES.into_iter().flat_map(mutations) {
            let (before, after) = (reference(mutation.role), mutation.table());
            let inputs = if mutation.role == Role::Server { Input::OF_SERVER } else { Input::OF_CLIENT };
            let states = if mutation.role == Role::Server { State::OF_SERVER } else { State::OF_CLIENT };
            for (&state, &input) in states.iter().flat_map(|state| inputs.iter().map(move |input| (state, input))) {
                let is_place = (state, input) == (mutation.state, mutation.input);
                let differs = before.transition(state, input) != after.transition(state, input);
                assert_eq!(differs, is_place, "{mutation}");
            }
        }
    }

    #[test]
    fn names_are_unique_in_a_role() {
        for role in ROLES {
            let all = mutations(role);
            let names: BTreeSet<String> = all.iter().map(Mutation::to_string).collect();
            assert_eq!(names.len(), all.len());
        }
    }

    #[test]
    fn every_next_state_and_every_loss_of_an_output_is_among_them() {
        for role in ROLES {
            let all = mutations(role);
            let states = 3;
            let inputs = if role == Role::Server { Input::OF_SERVER.len() } else { Input::OF_CLIENT.len() };
            let count = |is: fn(&Change) -> bool| all.iter().filter(|mutation| is(&mutation.change)).count();
            assert_eq!(count(|change| matches!(change, Change::Next(_))), states * inputs * (states - 1));
            let effects: usize = reference(role).rows().iter().map(|row| row.inputs.len() * row.effects.len()).sum();
            assert_eq!(count(|change| matches!(change, Change::Drop(_))), effects);
            assert_eq!(count(|change| matches!(change, Change::Double(_))), effects);
        }
    }

    #[test]
    fn names_say_the_place_and_the_change() {
        let ping = |change| Mutation { role: Role::Server, state: State::Accepted, input: Input::Ping, change };
        assert_eq!(ping(Change::Next(State::Closed)).to_string(), "accepted/ping/next=closed");
        assert_eq!(ping(Change::Replace(Effect::Pong, Effect::Ping)).to_string(), "accepted/ping/replace=pong:ping");
    }
}
