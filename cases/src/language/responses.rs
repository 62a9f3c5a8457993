//! What a case answers to a client's requests: a client that was turned away waits before it comes again, so whoever plays many
//! cases with one wants to know which of them leave it so.

use std::collections::BTreeMap;

use sinkcheck_spec::wire::Message;

use super::message::{MessageTemplate, RawOctets};
use super::scenario::Scenario;
use super::step::{Step, Values, Verb};
use super::value::{Value, hex_octets};

/// The first response on a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Response {
    Accepts,
    /// A rejection, or something malformed in place of a response: the client isn't accepted.
    TurnsAway,
}

/// What was found on the way through the steps.
#[derive(Default)]
struct Walk {
    /// The values of the loops around a step.
    values: BTreeMap<String, Value>,
    /// By connection, whether its request was answered.
    answered: BTreeMap<String, bool>,
    turns_away: bool,
    last: Option<Response>,
}

impl Scenario {
    /// Whether it answers any request of a client's otherwise than by an acceptance.
    pub fn rejects(&self) -> bool {
        self.walk().turns_away
    }

    /// Whether the last request that it answers is answered so: the client will wait before it comes again.
    pub fn ends_rejected(&self) -> bool {
        self.walk().last == Some(Response::TurnsAway)
    }

    fn walk(&self) -> Walk {
        let mut walk = Walk::default();
        walk.steps(&self.steps);
        walk
    }
}

impl Walk {
    fn steps(&mut self, steps: &[Step]) {
        for step in steps {
            match &step.verb {
                Verb::Connect => {
                    self.answered.insert(step.on.clone(), false);
                }
                Verb::Handshake => {
                    self.answered.insert(step.on.clone(), false);
                    self.responds(&step.on, Response::Accepts);
                }
                Verb::Send(send) => {
                    for message in &send.messages {
                        if let Some(response) = self.response(message) {
                            self.responds(&step.on, response);
                        }
                    }
                }
                Verb::ForEach { name, values: Values::List(list), steps } => {
                    for value in list {
                        self.values.insert(name.clone(), value.clone());
                        self.steps(steps);
                    }
                    self.values.remove(name);
                }
                // Every turn ends as the first one does.
                Verb::ForEach { steps, .. } | Verb::Repeat { steps, .. } => self.steps(steps),
                _ => {}
            }
        }
    }

    fn responds(&mut self, on: &str, response: Response) {
        // What follows on the same connection decides nothing any more.
        if self.answered.insert(on.to_owned(), true) != Some(true) {
            self.turns_away |= response == Response::TurnsAway;
            self.last = Some(response);
        }
    }

    /// What a message is to a client that waits for its response, if it looks like one.
    fn response(&self, message: &MessageTemplate) -> Option<Response> {
        match message {
            MessageTemplate::Connected | MessageTemplate::HelloNewClient(_) => Some(Response::Accepts),
            MessageTemplate::InstanceIdMismatch
            | MessageTemplate::Quarantined(_)
            | MessageTemplate::UnsupportedProtocolVersion
            | MessageTemplate::UnsupportedApplicationVersion => Some(Response::TurnsAway),
            MessageTemplate::Content(raw) => response(&self.octets(raw)?),
            MessageTemplate::Octets(raw) => response(self.octets(raw)?.get(2..)?),
            // What is cut off or changed accepts nobody.
            MessageTemplate::Part(part) => self.response(&part.message).map(|_| Response::TurnsAway),
            MessageTemplate::Altered(altered) => self.response(&altered.message).map(|_| Response::TurnsAway),
            MessageTemplate::Ping
            | MessageTemplate::Pong
            | MessageTemplate::ConnectionRequest(_)
            | MessageTemplate::Publish(_)
            | MessageTemplate::Ack(_)
            | MessageTemplate::Nack(_)
            | MessageTemplate::Burst(_) => None,
        }
    }

    fn octets(&self, raw: &RawOctets) -> Option<Vec<u8>> {
        match raw {
            RawOctets::Octets(octets) => Some(octets.clone()),
            RawOctets::Name(name) => match self.values.get(name)? {
                Value::Text(text) => hex_octets::<serde::de::value::Error>(text).ok(),
                Value::Number(_) => None,
            },
        }
    }
}

fn response(content: &[u8]) -> Option<Response> {
    const RESPONSE: u8 = 1;
    if content.first()? >> 4 != RESPONSE {
        return None;
    }
    Some(match Message::decode(content) {
        Ok(Message::ConnectionResponse(response)) if response.is_acceptance() => Response::Accepts,
        _ => Response::TurnsAway,
    })
}

#[cfg(test)]
mod tests {
    use crate::suite;

    /// Whether a case with these steps rejects, and whether it ends so.
    #[track_caller]
    fn check(steps: &str, expected: (bool, bool)) {
        let text = format!(
            "title: A case\nunder_test: client\nrequirements: [introduction.rejection-keeps-server-id]\nsteps: [ {steps} ]\n"
        );
        let scenario = suite::read("client/a", "a.yaml", &text).unwrap_or_else(|mistakes| panic!("{}", mistakes[0]));
        assert_eq!((scenario.rejects(), scenario.ends_rejected()), expected, "{steps}");
    }

    #[test]
    fn the_last_request_that_is_answered_decides() {
        let asks = "expect: { connection_request: {} }";
        check("handshake, expect: open", (false, false));
        check(&format!("{{ {asks} }}, {{ send: instance_id_mismatch }}"), (true, true));
        check(&format!("{{ {asks} }}, {{ send: {{ quarantined: {{}} }} }}, close, handshake"), (true, false));
        check(&format!("handshake, connect, {{ {asks} }}, {{ send: unsupported_protocol_version }}"), (true, true));
    }

    #[test]
    fn a_second_response_turns_nobody_away() {
        check("handshake, { send: instance_id_mismatch }, { expect: nothing }", (false, false));
    }

    #[test]
    fn what_a_loop_answers_in_its_last_turn_counts() {
        let turn = "connect, { expect: { connection_request: {} } }, { send: { content: $content } }, close";
        let with = |values: &str| format!("{{ for_each: {{ content: [{values}] }}, steps: [ {turn} ] }}");
        check(&with(r#""10", "14""#), (true, true));
        check(&with(r#""14", "10""#), (true, false));
        check(&with(r#""11 00000007""#), (false, false));
        check(
            &format!(
                "{{ repeat: 3, steps: [ connect, {{ expect: {{ connection_request: {{}} }} }}, {{ send: connected }} ] }}, {}",
                with(r#""15""#)
            ),
            (true, true),
        );
    }

    #[test]
    fn an_acceptance_that_is_cut_off_accepts_nobody() {
        let asks = "{ expect: { connection_request: {} } }";
        let part = "{ send: { part: { message: { hello_new_client: { server_instance_id: 7 } }, octets: 3 } } }";
        check(&format!("{asks}, {part}, finish"), (true, true));
        check(&format!("{asks}, {{ send: {{ altered: {{ message: connected, append: \"00\" }} }} }}"), (true, true));
        check(&format!("{asks}, {{ send: {{ octets: \"0001 10\" }} }}"), (false, false));
    }
}
