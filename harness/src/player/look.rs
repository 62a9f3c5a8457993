//! Whether what came is what a pattern wants, and whether it still can be. Looks at an inbox; waits for nothing.

use std::collections::VecDeque;

use sinkcheck_cases::language::{NackPattern, Number, OctetSource, Pattern};
use sinkcheck_spec::wire::{ConnectionResponse, Event, MessageId};

use super::clients::{CARRIES_VERSION, matches_request, other_version};
use super::values::Values;
use super::wanted::WantedEvents;
use super::{Answered, Claim, Owed};
use crate::connection::{Answer, Inbox, Request};

/// What came against what is wanted.
pub(super) enum Come {
    /// It came.
    Met,
    /// It may yet come.
    NotYet,
    /// It can't come any more, or something else came in its place.
    Never(String),
    /// Something else came in its place, and breaks a rule of its own.
    Breaks(&'static str, String),
    /// It came in a way that shows nothing.
    CantTell(&'static str, String),
}

/// What an expectation looks at, apart from the inbox.
pub(super) struct Looking<'a> {
    pub(super) values: &'a mut Values,
    pub(super) waiting: &'a mut VecDeque<Owed>,
    pub(super) answered: &'a mut Answered,
    /// Events that the case knows by name or asked for.
    pub(super) wanted: &'a mut WantedEvents,
    /// Those that steps have seen on this connection and the case has not answered, with their message ids.
    pub(super) taken: &'a mut Vec<(MessageId, Event<'static>)>,
}

pub(super) fn wants_close(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Closed => true,
        Pattern::OneOf(list) => list.iter().any(wants_close),
        _ => false,
    }
}

fn wants_response(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::OneOf(list) | Pattern::AnyOrder(list) => list.iter().any(wants_response),
        _ => pattern.is_response(),
    }
}

pub(super) fn wants_pong(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Pong => true,
        Pattern::OneOf(list) | Pattern::AnyOrder(list) => list.iter().any(wants_pong),
        _ => false,
    }
}

pub(super) fn wants_publish(pattern: &Pattern) -> bool {
    match pattern {
        Pattern::Publish(_) => true,
        Pattern::OneOf(list) | Pattern::AnyOrder(list) => list.iter().any(wants_publish),
        _ => false,
    }
}

/// The rule by which it has to come at all, on an accepted connection.
pub(super) fn must_come(pattern: &Pattern) -> Option<&'static str> {
    match pattern {
        Pattern::Publish(_) => Some("layout.publish"),
        Pattern::Pong => Some("keepalive.ping-answered"),
        Pattern::Nack(_) | Pattern::Acks | Pattern::Nacks | Pattern::Answers | Pattern::AnyAnswers => {
            Some("events.answered")
        }
        Pattern::AnyOrder(list) => list.iter().find_map(must_come),
        _ => None,
    }
}

pub(super) fn alternatives(pattern: &Pattern) -> usize {
    match pattern {
        Pattern::AnyOrder(list) => list.len(),
        _ => 0,
    }
}

pub(super) fn look(pattern: &Pattern, inbox: &mut Inbox, looking: &mut Looking<'_>, done: &mut [bool]) -> Come {
    match pattern {
        Pattern::ConnectionRequest(wanted) => {
            let Some(request) = inbox.request.take() else { return or_closed(inbox) };
            match matches_request(wanted, &request, looking.values) {
                Ok(()) => match &request {
                    // A version that a pattern names is the step's own affair.
                    Request::Known(came)
                        if wanted.application_version.is_none() && !inbox.oracle.may_have_updated() =>
                    {
                        other_version(came, looking.values)
                            .map_or(Come::Met, |observed| Come::Breaks(CARRIES_VERSION, observed))
                    }
                    _ => Come::Met,
                },
                Err(differs) => Come::Never(differs),
            }
        }
        Pattern::Event(wanted) => {
            let Some(came) = inbox.next_event() else { return or_closed(inbox) };
            if let Some(name) = &wanted.name {
                looking.values.name_event(name, came.event.clone());
            }
            // If it comes again, that is no new one.
            looking.wanted.seen(&came.event, &mut inbox.wanted);
            looking.taken.push((came.message_id, came.event.clone()));
            match &wanted.message_id {
                Some(id) if !looking.values.matches(id, came.message_id.get().into()) => {
                    Come::Never(format!("an event with the message id {}", came.message_id))
                }
                _ => Come::Met,
            }
        }
        Pattern::Connected => response(inbox, looking, |response, _| matches!(response, ConnectionResponse::Connected)),
        Pattern::HelloNewClient(hello) => {
            let come = response(inbox, looking, |response, values| match response {
                ConnectionResponse::HelloNewClient { server_instance_id } => {
                    values.matches(&hello.server_instance_id, server_instance_id.0.into())
                }
                _ => false,
            });
            match (come, inbox.responses.front()) {
                // It is the response that was to come, and the id that is wrong.
                (Come::Never(observed), Some(ConnectionResponse::HelloNewClient { .. })) => {
                    Come::Breaks("handshake.hello-carries-server-id", observed)
                }
                (come, _) => come,
            }
        }
        Pattern::InstanceIdMismatch => {
            response(inbox, looking, |response, _| matches!(response, ConnectionResponse::InstanceIdMismatch))
        }
        Pattern::Quarantined => {
            response(inbox, looking, |response, _| matches!(response, ConnectionResponse::Quarantined(_)))
        }
        Pattern::UnsupportedProtocolVersion => {
            response(inbox, looking, |response, _| matches!(response, ConnectionResponse::UnsupportedProtocolVersion))
        }
        Pattern::UnsupportedApplicationVersion => response(inbox, looking, |response, _| {
            matches!(response, ConnectionResponse::UnsupportedApplicationVersion)
        }),
        Pattern::Acceptance => response(inbox, looking, |response, _| response.is_acceptance()),
        Pattern::Rejection => response(inbox, looking, |response, _| !response.is_acceptance()),
        Pattern::AnyAnswers => answers(inbox, looking, Wanted::Whatever),
        Pattern::Answers => answers(inbox, looking, Wanted::Any),
        Pattern::Acks => answers(inbox, looking, Wanted::Ack),
        Pattern::Nacks => answers(inbox, looking, Wanted::Nack),
        Pattern::Nack(nack) => one_nack(inbox, looking, nack),
        Pattern::Pong => {
            if inbox.pongs > 0 {
                inbox.pongs -= 1;
                return Come::Met;
            }
            or_closed(inbox)
        }
        Pattern::Publish(publish) => {
            let Some(event) = looking.values.event(&publish.event).cloned() else { return Come::NotYet };
            let Some(at) = inbox.publishes.iter().position(|came| came.event == event) else { return or_closed(inbox) };
            let Some(came) = inbox.publishes.remove(at) else { return Come::NotYet };
            looking.taken.push((came.message_id, came.event.clone()));
            match &publish.message_id {
                Some(id) if !looking.values.matches(id, came.message_id.get().into()) => {
                    Come::Never(format!("the event came with the message id {}", came.message_id))
                }
                _ => Come::Met,
            }
        }
        Pattern::Closed => match &inbox.closed {
            Some(_) => Come::Met,
            None => Come::NotYet,
        },
        Pattern::OneOf(list) => {
            let mut reasons = Vec::new();
            let mut later = false;
            // Where a response is one of these, one that came decides: another one doesn't go by, and a close behind it is too late.
            let decides = inbox.responses.front().is_some() && list.iter().any(wants_response);
            for pattern in list.iter().filter(|pattern| !decides || wants_response(pattern)) {
                match look(pattern, inbox, looking, &mut []) {
                    Come::Met => return Come::Met,
                    Come::CantTell(code, message) => return Come::CantTell(code, message),
                    Come::Breaks(rule, observed) => return Come::Breaks(rule, observed),
                    Come::NotYet => later = true,
                    Come::Never(reason) => reasons.push(reason),
                }
            }
            if later { Come::NotYet } else { Come::Never(reasons.into_iter().next().unwrap_or_default()) }
        }
        Pattern::AnyOrder(list) => {
            for (pattern, done) in list.iter().zip(done.iter_mut()) {
                if !*done {
                    match look(pattern, inbox, looking, &mut []) {
                        Come::Met => *done = true,
                        Come::NotYet => {}
                        other => return other,
                    }
                }
            }
            if done.iter().all(|done| *done) { Come::Met } else { Come::NotYet }
        }
        // These are looked at in time and not in the inbox; inside a choice they say nothing.
        Pattern::Nothing | Pattern::NoAck | Pattern::Open | Pattern::Ping | Pattern::Waited | Pattern::WaitedNoLess => {
            Come::NotYet
        }
    }
}

fn or_closed(inbox: &Inbox) -> Come {
    match &inbox.closed {
        Some(closed) => Come::Never(format!("the peer ended the connection: {}", closed.how)),
        None => Come::NotYet,
    }
}

fn response(
    inbox: &mut Inbox,
    looking: &mut Looking<'_>,
    is_right: impl FnOnce(&ConnectionResponse<'static>, &mut Values) -> bool,
) -> Come {
    let Some(first) = inbox.responses.front() else { return or_closed(inbox) };
    if is_right(first, looking.values) {
        inbox.responses.pop_front();
        return Come::Met;
    }
    Come::Never(first.to_string())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Wanted {
    Whatever,
    Any,
    Ack,
    Nack,
}

fn answers(inbox: &mut Inbox, looking: &mut Looking<'_>, wanted: Wanted) -> Come {
    let Looking { waiting, answered, .. } = looking;
    while !waiting.is_empty() {
        let next = inbox
            .answers
            .iter()
            .enumerate()
            .find_map(|(at, (id, _))| waiting.iter().position(|owed| owed.id == *id).map(|sent| (at, sent)));
        let Some((at, sent)) = next else { return or_closed(inbox) };
        let (Some((id, answer)), Some(owed)) = (inbox.answers.remove(at), waiting.remove(sent)) else { continue };
        let Owed { event, claim, .. } = owed;
        match answer {
            Answer::Ack => answered.ack(event),
            Answer::Nack(_) => answered.nack(event),
        }
        match (answer, wanted, claim) {
            _ if wanted == Wanted::Whatever => {}
            // It is an answer, and yet not what the target file says.
            (Answer::Nack(reason), Wanted::Any, Claim::Accepts) => {
                return Come::CantTell(
                    "event-declined",
                    format!("NACK {id} {reason}, for an event that the application accepts as the target file says"),
                );
            }
            (Answer::Nack(reason), Wanted::Ack, Claim::Accepts) => {
                return Come::Never(format!(
                    "NACK {id} {reason}, for an event that the application accepts as the target file says"
                ));
            }
            (Answer::Nack(reason), Wanted::Ack, _) => {
                return Come::CantTell(
                    "event-declined",
                    format!(
                        "the application NACKed the event ({reason}), so nothing is shown; say in the target file what `events.accepted` are"
                    ),
                );
            }
            (Answer::Ack, Wanted::Any | Wanted::Nack, Claim::Rejects) => {
                return Come::Breaks(
                    "events.problem-not-acked",
                    format!("ACK {id}, for an event that the application NACKs as the target file says"),
                );
            }
            (Answer::Ack, Wanted::Nack, _) => return Come::Never(format!("ACK {id}")),
            _ => {}
        }
    }
    Come::Met
}

fn one_nack(inbox: &mut Inbox, looking: &mut Looking<'_>, wanted: &NackPattern) -> Come {
    let is_id = |values: &mut Values, id: MessageId| match &wanted.message_id {
        Number::Name(name) if values.get(name).is_none() => false,
        number => values.matches(number, id.get().into()),
    };
    for at in 0..inbox.answers.len() {
        let (id, answer) = &inbox.answers[at];
        if !is_id(looking.values, *id) {
            continue;
        }
        let right = match (answer, &wanted.machine_message) {
            (Answer::Ack, _) => return Come::Never(format!("ACK {id}")),
            (Answer::Nack(reason), Some(octets)) => match &octets.source {
                OctetSource::Octets(octets) => reason.machine_message() == octets,
                _ => true,
            },
            (Answer::Nack(_), None) => true,
        };
        if !right {
            return Come::Never(format!("NACK {id} with another machine message"));
        }
        let Some((id, _)) = inbox.answers.remove(at) else { continue };
        looking.waiting.retain(|owed| owed.id != id);
        return Come::Met;
    }
    or_closed(inbox)
}

/// A pattern in words.
pub(super) fn describe(pattern: &Pattern) -> String {
    let list = |list: &[Pattern], word: &str| list.iter().map(describe).collect::<Vec<_>>().join(word);
    match pattern {
        Pattern::ConnectionRequest(_) => "a connection request as the case says".to_owned(),
        Pattern::Event(_) => "a PUBLISH of the client's own".to_owned(),
        Pattern::Ping => "a PING".to_owned(),
        Pattern::Waited => "a wait before it connects again".to_owned(),
        Pattern::WaitedNoLess => "a wait that is no shorter than the last".to_owned(),
        Pattern::Connected => "\"connected\"".to_owned(),
        Pattern::HelloNewClient(_) => "\"hello new client\" with the server's own id".to_owned(),
        Pattern::InstanceIdMismatch => "\"instance id mismatch\"".to_owned(),
        Pattern::Quarantined => "\"quarantined\"".to_owned(),
        Pattern::UnsupportedProtocolVersion => "\"unsupported protocol version\"".to_owned(),
        Pattern::UnsupportedApplicationVersion => "\"unsupported application version\"".to_owned(),
        Pattern::Acceptance => "an acceptance".to_owned(),
        Pattern::Rejection => "a rejection".to_owned(),
        Pattern::Answers | Pattern::AnyAnswers => "an answer to each PUBLISH".to_owned(),
        Pattern::Acks => "an ACK for each PUBLISH".to_owned(),
        Pattern::Nacks => "a NACK for each PUBLISH".to_owned(),
        Pattern::Nack(_) => "a NACK".to_owned(),
        Pattern::Pong => "a PONG".to_owned(),
        Pattern::Publish(publish) => format!("a PUBLISH of the event `{}`", publish.event),
        Pattern::NoAck => "no ACK".to_owned(),
        Pattern::Nothing => "nothing".to_owned(),
        Pattern::Closed => "a close".to_owned(),
        Pattern::Open => "the connection stays open".to_owned(),
        Pattern::OneOf(patterns) => list(patterns, ", or "),
        Pattern::AnyOrder(patterns) => list(patterns, " and "),
    }
}
