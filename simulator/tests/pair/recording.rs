//! What went over a connection, and what has to hold for it.

use std::collections::BTreeSet;

use sinkcheck_spec::wire::{Deframer, Message};

/// The octets that came through, each way. Those to the client have reached it; those to the server may be on their way.
#[derive(Debug, Default)]
pub(crate) struct Recording {
    pub(crate) to_server: Vec<u8>,
    pub(crate) to_client: Vec<u8>,
}

/// The whole messages in a stream.
pub(crate) fn messages(octets: &[u8]) -> Vec<Message<'static>> {
    let mut deframer = Deframer::new();
    deframer.push(octets);
    let mut messages = Vec::new();
    while let Some(content) = deframer.next() {
        messages.push(Message::decode(content).expect("both sides send messages").into_owned());
    }
    messages
}

/// The message id and the event's offset of each PUBLISH.
fn publishes(messages: &[Message<'_>]) -> Vec<(u16, u64)> {
    let each = messages.iter().filter_map(|message| match message {
        Message::Publish(publish) => Some((publish.message_id.get(), publish.event.offset())),
        _ => None,
    });
    each.collect()
}

/// The message ids that are answered.
fn answers(messages: &[Message<'_>]) -> Vec<u16> {
    let each = messages.iter().filter_map(|message| match message {
        Message::Ack(ack) => Some(ack.message_id.get()),
        Message::Nack(nack) => Some(nack.message_id.get()),
        _ => None,
    });
    each.collect()
}

/// Checks a client's connections, oldest first. Ids begin with 0 on each, and there are fewer events than ids.
pub(crate) fn check(recordings: &[&Recording]) {
    // The client's events that it knows to be answered: none of them may be sent again.
    let mut answered = BTreeSet::new();
    for recording in recordings {
        let (to_server, to_client) = (messages(&recording.to_server), messages(&recording.to_client));
        let requests = to_server.iter().filter(|message| matches!(message, Message::ConnectionRequest(_))).count();
        assert!(to_server.is_empty() || requests == 1, "one request");
        assert!(matches!(to_server.first(), None | Some(Message::ConnectionRequest(_))), "{to_server:?}");
        assert!(matches!(to_client.first(), None | Some(Message::ConnectionResponse(_))), "{to_client:?}");
        if to_client.is_empty() {
            assert!(to_server.len() <= 1, "nothing but the request before the response: {to_server:?}");
        }
        let published = publishes(&to_server);
        for side in [&published, &publishes(&to_client)] {
            assert!(side.iter().map(|(id, _)| *id).eq(0..side.len() as u16), "ids go up by one: {side:?}");
        }
        for (asked, said) in [(&published, answers(&to_client)), (&publishes(&to_client), answers(&to_server))] {
            let distinct: BTreeSet<u16> = said.iter().copied().collect();
            assert_eq!(distinct.len(), said.len(), "each is answered once: {said:?}");
            assert!(said.iter().all(|&id| usize::from(id) < asked.len()), "only what was asked is answered: {said:?}");
        }
        for (_, offset) in &published {
            assert!(!answered.contains(offset), "event {offset} was answered, and was sent again");
        }
        answered.extend(answers(&to_client).into_iter().map(|id| published[usize::from(id)].1));
    }
}

/// What the check notices, on recordings made by hand.
mod notices {
    use sinkcheck_spec::wire::{
        Ack, ConnectionRequest, ConnectionResponse, Event, EventFields, InstanceId, MessageId, Publish,
    };

    use super::*;

    fn id(number: u16) -> MessageId {
        MessageId::new(number).expect("12 bits")
    }

    fn request() -> Message<'static> {
        ConnectionRequest::new("1.0.0", InstanceId(1), Some(InstanceId(2))).expect("a small request").into()
    }

    fn publish(number: u16, offset: u64) -> Message<'static> {
        let event = Event::new(EventFields { offset, ..EventFields::default() }).expect("a small event");
        Publish { message_id: id(number), event }.into()
    }

    fn ack(number: u16) -> Message<'static> {
        Ack { message_id: id(number) }.into()
    }

    fn recording(to_server: &[Message<'_>], to_client: &[Message<'_>]) -> Recording {
        let octets = |messages: &[Message<'_>]| messages.iter().flat_map(Message::to_frame).collect();
        Recording { to_server: octets(to_server), to_client: octets(to_client) }
    }

    fn connected() -> Message<'static> {
        ConnectionResponse::Connected.into()
    }

    #[test]
    fn nothing_in_a_session_that_keeps_the_rules() {
        let first = recording(&[request(), publish(0, 0), publish(1, 1)], &[connected(), ack(0)]);
        let second = recording(&[request(), publish(0, 1), ack(0)], &[connected(), publish(0, 7), ack(0)]);
        check(&[&first, &second]);
    }

    #[test]
    #[should_panic(expected = "event 0 was answered, and was sent again")]
    fn an_answered_event_that_is_sent_again() {
        let first = recording(&[request(), publish(0, 0)], &[connected(), ack(0)]);
        check(&[&first, &recording(&[request(), publish(0, 0)], &[connected()])]);
    }

    #[test]
    #[should_panic(expected = "each is answered once")]
    fn a_second_answer() {
        check(&[&recording(&[request(), publish(0, 0)], &[connected(), ack(0), ack(0)])]);
    }

    #[test]
    #[should_panic(expected = "only what was asked is answered")]
    fn an_answer_to_nothing() {
        check(&[&recording(&[request(), publish(0, 0)], &[connected(), ack(1)])]);
    }

    #[test]
    #[should_panic(expected = "one request")]
    fn a_second_request() {
        check(&[&recording(&[request(), request()], &[connected()])]);
    }

    #[test]
    #[should_panic(expected = "nothing but the request before the response")]
    fn an_event_before_the_response() {
        check(&[&recording(&[request(), publish(0, 0)], &[])]);
    }
}
