//! Every transition of a connection.
//!
//! This is the one place that says what a peer does when something happens. The machines classify what happens, look up
//! their state and the input here, and do what they find. So a diagram drawn from the rows is a diagram of the machine,
//! and a table with a changed row is a machine with a fault.

use super::effect::Effect::{
    Ack, CountDelivered, CountRefused, Deliver, KeepServerId, Nack, Ping, Pong, Publish, Record, Request, Respond,
};
use super::state::State::{Accepted, AwaitingRequest, AwaitingResponse, Closed};
use super::{Effect, Finding, Input, Places, Reply, State};
use crate::wire::ResponseCode::{
    Connected, HelloNewClient, InstanceIdMismatch, Quarantined, UnsupportedApplicationVersion,
    UnsupportedProtocolVersion,
};

/// Inputs that a state treats alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// The state that it is about.
    pub state: State,
    /// The inputs that it is about.
    pub inputs: &'static [Input],
    /// The state that they lead to.
    pub next: State,
    /// What is done before that, in this order.
    pub effects: &'static [Effect],
}

/// A server's transitions. Each state has exactly one row for each input.
static SERVER: &[Row] = &[
    // The handshake's decision table: the acceptances (handshake.connected, hello-repeated, hello) …
    row(AwaitingRequest, &[Input::Request(Finding::Known)], Accepted, &[Respond(Connected)]),
    row(AwaitingRequest, &[Input::Request(Finding::HelloRepeated)], Accepted, &[Respond(HelloNewClient)]),
    row(AwaitingRequest, &[Input::Request(Finding::New)], Accepted, &[Record, Respond(HelloNewClient)]),
    // … and the rejections, which close and change no record (handshake.*-closes, rejection-changes-no-record).
    row(AwaitingRequest, &[Input::Request(Finding::WipedClient)], Closed, &[Respond(InstanceIdMismatch)]),
    row(AwaitingRequest, &[Input::Request(Finding::OtherClient)], Closed, &[Respond(InstanceIdMismatch)]),
    row(AwaitingRequest, &[Input::Request(Finding::OtherServer)], Closed, &[Respond(InstanceIdMismatch)]),
    row(AwaitingRequest, &[Input::Request(Finding::OtherClientAndServer)], Closed, &[Respond(InstanceIdMismatch)]),
    row(AwaitingRequest, &[Input::Request(Finding::NoRecord)], Closed, &[Respond(InstanceIdMismatch)]),
    row(AwaitingRequest, &[Input::Request(Finding::Quarantined)], Closed, &[Respond(Quarantined)]),
    row(
        AwaitingRequest,
        &[Input::Request(Finding::UnsupportedProtocol)],
        Closed,
        &[Respond(UnsupportedProtocolVersion)],
    ),
    row(
        AwaitingRequest,
        &[Input::Request(Finding::UnsupportedApplication)],
        Closed,
        &[Respond(UnsupportedApplicationVersion)],
    ),
    // An event that comes too early is neither taken nor answered (handshake.early-event-*).
    row(AwaitingRequest, &[Input::PublishTaken, Input::PublishRefused], Closed, &[]),
    // A PING before acceptance is open (handshake.ping-before-acceptance). An answer can't be to anything yet, and an
    // event of this side's waits (handshake.nothing-before-request).
    row(AwaitingRequest, &[Input::Ping, Input::Pong], AwaitingRequest, &[]),
    row(AwaitingRequest, ANSWERS, AwaitingRequest, &[]),
    row(AwaitingRequest, &[Input::EventWaiting], AwaitingRequest, &[]),
    row(AwaitingRequest, ENDS, Closed, &[]),
    // Events (events.answered, acked-reaches-application, problem-not-acked).
    row(Accepted, &[Input::PublishTaken], Accepted, &[Deliver, Ack]),
    row(Accepted, &[Input::PublishRefused], Accepted, &[Nack]),
    row(Accepted, &[Input::EventWaiting], Accepted, &[Publish]),
    // Their answers (events.delivered-only-by-ack, nacked-not-delivered, stray-ack-delivers-nothing).
    row(Accepted, &[Input::AckInFlight], Accepted, &[CountDelivered]),
    row(Accepted, &[Input::NackInFlight], Accepted, &[CountRefused]),
    // Keeping alive (keepalive.ping-answered, pong-not-answered).
    row(Accepted, &[Input::Ping], Accepted, &[Pong]),
    row(Accepted, &[Input::Pong, Input::AckStray, Input::NackStray], Accepted, &[]),
    // A second request closes and is not answered (handshake.second-request-closes).
    row(Accepted, Input::REQUESTS, Closed, &[]),
    row(Accepted, ENDS, Closed, &[]),
    // Whatever comes after the close (handshake.event-after-rejection-*).
    row(Closed, Input::OF_SERVER, Closed, &[]),
];

/// A client's transitions. Each state has exactly one row for each input.
static CLIENT: &[Row] = &[
    // The request is the first message, and the only one of its kind (introduction.request-first, one-request).
    row(AwaitingResponse, &[Input::Opened], AwaitingResponse, &[Request]),
    // The acceptances that fit their request (introduction.hello-id-carried, connected-id-kept) …
    row(AwaitingResponse, &[Input::Response(Reply::Hello)], Accepted, &[KeepServerId]),
    row(AwaitingResponse, &[Input::Response(Reply::Connected)], Accepted, &[]),
    // … those that don't (introduction.hello-to-a-known-client, connected-to-a-new-client): whom the client has met it
    // can't tell, so it gives its events to nobody and keeps what it knows …
    row(AwaitingResponse, &[Input::Response(Reply::UnexpectedHello)], Closed, &[]),
    row(AwaitingResponse, &[Input::Response(Reply::UnexpectedConnected)], Closed, &[]),
    // … and the rejections, which change nothing (introduction.rejection-keeps-server-id, no-publish-after-rejection).
    row(AwaitingResponse, &[Input::Response(Reply::Mismatch)], Closed, &[]),
    row(AwaitingResponse, &[Input::Response(Reply::Quarantined)], Closed, &[]),
    row(AwaitingResponse, &[Input::Response(Reply::UnsupportedProtocol)], Closed, &[]),
    row(AwaitingResponse, &[Input::Response(Reply::UnsupportedApplication)], Closed, &[]),
    // An event that comes too early is neither taken nor answered (introduction.early-publish-not-acked).
    row(AwaitingResponse, &[Input::PublishTaken, Input::PublishRefused], Closed, &[]),
    // A PING before the response is open (introduction.ping-before-response). An answer can't be to anything yet, an
    // event of this side's waits, and so does a PING (introduction.only-request-before-response).
    row(AwaitingResponse, &[Input::Ping, Input::Pong], AwaitingResponse, &[]),
    row(AwaitingResponse, ANSWERS, AwaitingResponse, &[]),
    row(AwaitingResponse, &[Input::EventWaiting, Input::Idle], AwaitingResponse, &[]),
    row(AwaitingResponse, ENDS_OF_CLIENT, Closed, &[]),
    // A connection is opened once.
    row(Accepted, &[Input::Opened], Accepted, &[]),
    // Events and their answers, as on the server's side.
    row(Accepted, &[Input::PublishTaken], Accepted, &[Deliver, Ack]),
    row(Accepted, &[Input::PublishRefused], Accepted, &[Nack]),
    row(Accepted, &[Input::EventWaiting], Accepted, &[Publish]),
    row(Accepted, &[Input::AckInFlight], Accepted, &[CountDelivered]),
    row(Accepted, &[Input::NackInFlight], Accepted, &[CountRefused]),
    // Keeping alive (keepalive.ping-answered, pong-not-answered, client-pings).
    row(Accepted, &[Input::Ping], Accepted, &[Pong]),
    row(Accepted, &[Input::Idle], Accepted, &[Ping]),
    row(Accepted, &[Input::Pong, Input::AckStray, Input::NackStray], Accepted, &[]),
    // A second response is never acted on (malformed.second-response).
    row(Accepted, Input::RESPONSES, Closed, &[]),
    row(Accepted, ENDS_OF_CLIENT, Closed, &[]),
    // Whatever comes after the close.
    row(Closed, Input::OF_CLIENT, Closed, &[]),
];

/// An answer of the peer's to a PUBLISH.
const ANSWERS: &[Input] = &[Input::AckInFlight, Input::AckStray, Input::NackInFlight, Input::NackStray];

/// What ends a connection in any state (malformed.closes, malformed.other-role-closes, keepalive.silent-peer-dropped,
/// identity.older-connection-closed).
const ENDS: &[Input] = &[
    Input::Malformed,
    Input::OtherRole,
    Input::Silence,
    Input::PeerClosed,
    Input::PeerClosedWithinFrame,
    Input::TakenOver,
];

/// What ends a client's connection in any state (malformed.closes, malformed.other-role-closes,
/// keepalive.silent-peer-dropped).
const ENDS_OF_CLIENT: &[Input] =
    &[Input::Malformed, Input::OtherRole, Input::Silence, Input::PeerClosed, Input::PeerClosedWithinFrame];

const fn row(state: State, inputs: &'static [Input], next: State, effects: &'static [Effect]) -> Row {
    Row { state, inputs, next, effects }
}

/// What a state does on an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transition<'t> {
    /// The state that follows.
    pub next: State,
    /// What is done before that, in this order.
    pub effects: &'t [Effect],
}

/// The transitions that a machine goes by: a role's rows, and changes to them, if any.
#[derive(Clone, Debug)]
pub struct Table {
    rows: &'static [Row],
    changes: Vec<Change>,
    watched: Option<Places>,
}

#[derive(Clone, Debug)]
struct Change {
    state: State,
    input: Input,
    next: State,
    effects: Vec<Effect>,
}

impl Table {
    /// The transitions of a server.
    #[must_use]
    pub const fn server() -> Self {
        Self { rows: SERVER, changes: Vec::new(), watched: None }
    }

    /// The transitions of a client.
    #[must_use]
    pub const fn client() -> Self {
        Self { rows: CLIENT, changes: Vec::new(), watched: None }
    }

    /// The rows, without the changes.
    #[must_use]
    pub fn rows(&self) -> &'static [Row] {
        self.rows
    }

    /// The same table, except for what this state does on this input.
    #[must_use]
    pub fn with(mut self, state: State, input: Input, next: State, effects: impl Into<Vec<Effect>>) -> Self {
        self.changes.retain(|change| (change.state, change.input) != (state, input));
        self.changes.push(Change { state, input, next, effects: effects.into() });
        self
    }

    /// The same table, and the places of it that are looked up from now on, in it and its clones.
    #[must_use]
    pub fn watched(mut self) -> (Self, Places) {
        let places = Places::default();
        self.watched = Some(places.clone());
        (self, places)
    }

    /// What the state does on the input. The table has an entry for every state and input of its role; one of another
    /// role stays where it is and does nothing.
    #[must_use]
    pub fn transition(&self, state: State, input: Input) -> Transition<'_> {
        if let Some(places) = &self.watched {
            places.note(state, input);
        }
        if let Some(change) = self.changes.iter().find(|change| (change.state, change.input) == (state, input)) {
            return Transition { next: change.next, effects: &change.effects };
        }
        match self.rows.iter().find(|row| row.state == state && row.inputs.contains(&input)) {
            Some(row) => Transition { next: row.next, effects: row.effects },
            None => Transition { next: state, effects: &[] },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROLES: [(Table, &[State], &[Input]); 2] =
        [(Table::server(), State::OF_SERVER, Input::OF_SERVER), (Table::client(), State::OF_CLIENT, Input::OF_CLIENT)];

    #[test]
    fn each_state_of_a_role_has_exactly_one_row_for_each_input() {
        for (table, states, inputs) in ROLES {
            for (&state, &input) in states.iter().flat_map(|state| inputs.iter().map(move |input| (state, input))) {
                let rows = table.rows().iter().filter(|row| row.state == state);
                let times: usize = rows.map(|row| row.inputs.iter().filter(|&&one| one == input).count()).sum();
                assert_eq!(times, 1, "{state}, {input}");
            }
            for row in table.rows() {
                assert!(states.contains(&row.state) && states.contains(&row.next), "{row:?}");
                assert!(!row.inputs.is_empty() && row.inputs.iter().all(|input| inputs.contains(input)), "{row:?}");
            }
        }
    }

    #[test]
    fn nothing_leaves_closed() {
        for (table, _, inputs) in ROLES {
            for &input in inputs {
                assert_eq!(table.transition(Closed, input), Transition { next: Closed, effects: &[] });
            }
        }
    }

    #[test]
    fn a_client_is_accepted_by_a_response_and_sends_nothing_but_its_request_before() {
        for row in CLIENT.iter().filter(|row| row.state == AwaitingResponse) {
            let accepted = matches!(row.inputs, [Input::Response(Reply::Hello | Reply::Connected)]);
            assert_eq!(accepted, row.next == Accepted, "{row:?}");
            let expected: &[Effect] = match row.inputs {
                [Input::Opened] => &[Request],
                [Input::Response(Reply::Hello)] => &[KeepServerId],
                _ => &[],
            };
            assert_eq!(row.effects, expected, "{row:?}");
        }
    }

    #[test]
    fn only_an_acceptance_leads_to_accepted_and_no_rejection_records() {
        for row in SERVER.iter().filter(|row| row.state == AwaitingRequest) {
            let accepts = row.effects.iter().any(|e| matches!(e, Respond(Connected | HelloNewClient)));
            assert_eq!(accepts, row.next == Accepted, "{row:?}");
            assert!(accepts || !row.effects.contains(&Record), "{row:?}");
        }
    }

    #[test]
    fn a_watched_table_tells_the_places_that_were_looked_up() {
        let (table, places) = Table::server().watched();
        assert_eq!(table.transition(Accepted, Input::Ping), Table::server().transition(Accepted, Input::Ping));
        let _ = table.clone().transition(Closed, Input::Pong);
        assert_eq!(places.take(), [(Accepted, Input::Ping), (Closed, Input::Pong)].into());
        assert!(places.take().is_empty());
    }

    #[test]
    fn a_change_replaces_one_entry_and_no_other() {
        let ping = Input::Ping;
        let changed = Table::server().with(Accepted, ping, Closed, []).with(Accepted, ping, Accepted, [Pong, Pong]);
        for &state in State::OF_SERVER {
            for &input in Input::OF_SERVER {
                let (before, after) = (Table::server(), &changed);
                let same = before.transition(state, input) == after.transition(state, input);
                assert_eq!(same, (state, input) != (Accepted, ping));
            }
        }
        assert_eq!(changed.transition(Accepted, ping).effects, [Pong, Pong]);
    }
}
