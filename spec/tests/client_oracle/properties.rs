//! A client that keeps the rules is never blamed, whatever it meets and however late each side reads.
//!
//! The client here is a small one, written from the rules for this test: it uses every freedom, as the draw says.

use std::collections::{BTreeSet, VecDeque};

use proptest::prelude::*;
use sinkcheck_spec::oracle::ClientOracle;
use sinkcheck_spec::wire::{Message, MessageId, MessageType, publish_id};

use crate::exchange::{ack, publish};

#[derive(Clone, Debug)]
enum Step {
    ServerSends(Vec<u8>),
    /// Our ACK or NACK for the oldest event of the client's that has none.
    ServerAnswers(bool),
    ServerEnds(Vec<u8>),
    ClientReads {
        choice: u8,
    },
    ClientAnswers {
        which: prop::sample::Index,
        ack: bool,
    },
    ClientPublishes,
    ClientPings,
    Arrives,
}

fn octets(digits: &str) -> Vec<u8> {
    hex::decode(digits.replace(' ', "")).expect("hex")
}

#[derive(Default)]
struct Client {
    /// What is on its way to it, and from it.
    inbox: VecDeque<Vec<u8>>,
    outbox: VecDeque<Vec<u8>>,
    accepted: Option<bool>,
    closed: bool,
    /// Events that it has read and not answered, and whether it may ACK them.
    to_answer: Vec<(MessageId, bool)>,
    next: MessageId,
    in_flight: BTreeSet<MessageId>,
}

impl Client {
    fn says(&mut self, digits: &str) {
        if !self.closed {
            self.outbox.push_back(octets(digits));
        }
    }

    fn reads(&mut self, choice: u8) {
        let Some(content) = self.inbox.pop_front().filter(|_| !self.closed) else { return };
        // What is malformed or not for it closes, or is ignored. Half of the clients NACK what has an id.
        let unfit = |client: &mut Self| client.closed = choice.is_multiple_of(8);
        match Message::decode(&content) {
            Ok(Message::ConnectionResponse(response)) if self.accepted.is_none() => {
                self.accepted = Some(response.is_acceptance());
            }
            Ok(Message::ConnectionResponse(_) | Message::ConnectionRequest(_) | Message::OtherVersion(_)) => {
                unfit(self)
            }
            Ok(Message::Publish(event)) => match self.accepted {
                Some(true) => self.to_answer.push((event.message_id, true)),
                // It may be reported later, or forgotten.
                _ if choice.is_multiple_of(2) => self.to_answer.push((event.message_id, false)),
                _ => {}
            },
            Ok(Message::Ack(answer)) => {
                self.in_flight.remove(&answer.message_id);
            }
            Ok(Message::Nack(answer)) => {
                self.in_flight.remove(&answer.message_id);
            }
            Ok(Message::Ping) if self.accepted == Some(true) || choice.is_multiple_of(2) => self.says("6000"),
            Ok(Message::Ping | Message::Pong) => {}
            Err(_)
                if content
                    .first()
                    .is_some_and(|first| MessageType::from_nibble(first >> 4) == MessageType::Publish) =>
            {
                match publish_id(&content) {
                    Some(id) if choice.is_multiple_of(2) => self.to_answer.push((id, false)),
                    _ => unfit(self),
                }
            }
            Err(_) => unfit(self),
        }
    }

    fn answers(&mut self, which: prop::sample::Index, wants_ack: bool) {
        if self.accepted.is_none() || self.to_answer.is_empty() {
            return;
        }
        let (id, may_ack) = self.to_answer.remove(which.index(self.to_answer.len()));
        let digits = if wants_ack && may_ack { ack(id.get()) } else { format!("{:04x}00", 0x7000 | id.get()) };
        self.says(&digits);
    }

    fn publishes(&mut self) {
        while self.in_flight.contains(&self.next) {
            self.next = self.next.next();
        }
        if self.accepted == Some(true) && !self.closed {
            self.says(&publish(self.next.get()));
            self.in_flight.insert(self.next);
            self.next = self.next.next();
        }
    }
}

fn step() -> impl Strategy<Value = Step> {
    let event = (0..5_u16).prop_map(|id| octets(&publish(id)));
    let responses = ["10", "1100000002", "12", "1300", "16", "11000000", "1000", "130561", "1300ff"];
    let spoilt = [
        "",
        "2000",
        "9001",
        "30",
        "300000",
        "7000",
        "50",
        "600000",
        "4001",
        "40020101000101000f",
        "4003010100010105",
        "4001 8180808080808080808000 010001 0100",
        "000000000001",
        "01",
        "00",
    ];
    let fixed = |digits: Vec<&'static str>| prop::sample::select(digits).prop_map(octets);
    prop_oneof![
        6 => event.prop_map(Step::ServerSends),
        4 => fixed(responses.to_vec()).prop_map(Step::ServerSends),
        2 => fixed(spoilt.to_vec()).prop_map(Step::ServerSends),
        3 => fixed(vec!["5000", "5abc", "6000"]).prop_map(Step::ServerSends),
        1 => fixed(vec!["3000", "3002", "700100"]).prop_map(Step::ServerSends),
        4 => any::<bool>().prop_map(Step::ServerAnswers),
        1 => fixed(vec!["", "00", "0005", "000511", "00021000", "000f4001", "000250"]).prop_map(Step::ServerEnds),
        12 => any::<u8>().prop_map(|choice| Step::ClientReads { choice }),
        8 => (any::<prop::sample::Index>(), any::<bool>()).prop_map(|(which, ack)| Step::ClientAnswers { which, ack }),
        6 => Just(Step::ClientPublishes),
        2 => Just(Step::ClientPings),
        14 => Just(Step::Arrives),
    ]
}

/// Two steps that every connection has, somewhere in front: the response, when it was read.
fn steps() -> impl Strategy<Value = Vec<Step>> {
    (prop::collection::vec(step(), 0..4), any::<bool>(), prop::collection::vec(step(), 0..80)).prop_map(
        |(mut before, accepted, rest)| {
            if accepted {
                before.push(Step::Arrives);
                before.push(Step::ServerSends(vec![0x10]));
            }
            before.extend(rest);
            before
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_client_that_keeps_the_rules_is_never_blamed(first in 0..4096_u16, steps in steps()) {
        let mut oracle = ClientOracle::new();
        let mut client = Client { next: MessageId::new(first).expect("an id"), ..Client::default() };
        client.says("0005312e302e300000000100000002");
        let (mut ended, mut unanswered) = (false, VecDeque::new());
        let drain = [const { Step::Arrives }; 100];
        for step in steps.into_iter().chain(drain) {
            match step {
                Step::ServerSends(content) if !ended => {
                    oracle.sent(&content);
                    client.inbox.push_back(content);
                }
                Step::ServerAnswers(is_ack) if !ended => {
                    if let Some(id) = unanswered.pop_front() {
                        let id = MessageId::get(id);
                        let content = octets(&if is_ack { ack(id) } else { format!("{:04x}00", 0x7000 | id) });
                        oracle.sent(&content);
                        client.inbox.push_back(content);
                    }
                }
                // What is cut off never becomes a frame, so the client has nothing to read.
                Step::ServerEnds(unfinished) if !ended => {
                    oracle.sent_end(&unfinished);
                    ended = true;
                }
                Step::ServerSends(_) | Step::ServerAnswers(_) | Step::ServerEnds(_) => {}
                Step::ClientReads { choice } => client.reads(choice),
                Step::ClientAnswers { which, ack } => client.answers(which, ack),
                Step::ClientPublishes => client.publishes(),
                Step::ClientPings => client.says("5000"),
                Step::Arrives => {
                    if let Some(content) = client.outbox.pop_front() {
                        unanswered.extend(publish_id(&content));
                        prop_assert_eq!(oracle.received(&content), []);
                    }
                }
            }
        }
    }
}
