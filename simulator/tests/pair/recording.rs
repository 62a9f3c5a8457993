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
