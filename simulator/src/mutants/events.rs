//! Faults with events that a peer receives.

use sinkcheck_spec::machine::{Effect, Input, State};

use super::fault::How::{Always, At};
use super::fault::{BOTH, Fault, MOMENTS, Need, fault};
use crate::deviation::Change::{Received, Row, Sent};
use crate::deviation::content::{self, ACK, NACK, PUBLISH};
use crate::deviation::{Act, Seen, When};

const ACCEPTED: State = State::Accepted;
const ADAPTER: &[Need] = &[Need::Adapter];

fn is_ack(content: &[u8]) -> bool {
    content::is(content, ACK)
}

fn is_nack(content: &[u8]) -> bool {
    content::is(content, NACK)
}

fn is_publish(content: &[u8]) -> bool {
    content::is(content, PUBLISH)
}

fn is_answer(content: &[u8]) -> bool {
    is_ack(content) || is_nack(content)
}

/// The answer with another id, where that is another.
fn renumbered(content: &[u8], number: impl Fn(u16) -> u16) -> Option<Vec<Act>> {
    let id = content::id(content).filter(|_| is_answer(content))?;
    (number(id) & 0xfff != id).then(|| vec![Act::Peer(content::with_id(content, number(id)))])
}

/// The PUBLISH with other fields than it came with.
macro_rules! changed {
    ($name:literal, $sentence:literal, |$fields:ident| $change:expr) => {
        fault(
            $name,
            BOTH,
            &["events.fields-unchanged"],
            Always(&[Received(When::Always, |_, content| {
                content::with_event(content, |$fields| $change).and_then(content::feed)
            })]),
            $sentence,
        )
        .needs(ADAPTER)
    };
}

fn is_known(seen: &Seen) -> bool {
    seen.published.len() > 1
}

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "event-unanswered",
        BOTH,
        &["events.answered"],
        At(|when| vec![Sent(when, |_, content| is_ack(content).then(Vec::new))], MOMENTS),
        "It takes an event and doesn't answer it.",
    ),
    fault(
        "event-lost",
        BOTH,
        &["events.answered"],
        At(|when| vec![Received(when, |_, content| is_publish(content).then(Vec::new))], MOMENTS),
        "It loses an event, and doesn't answer it.",
    ),
    fault(
        "rejected-event-unanswered",
        BOTH,
        &["events.answered"],
        At(|when| vec![Sent(when, |_, content| is_nack(content).then(Vec::new))], MOMENTS),
        "It refuses an event and doesn't answer it.",
    ),
    fault(
        "every-256th-event-unanswered",
        BOTH,
        &["events.answered"],
        Always(&[Sent(When::Always, |_, content| {
            (is_ack(content) && content::id(content)? & 0xff == 0xff).then(Vec::new)
        })]),
        "It doesn't answer an event whose message id ends in 0xff.",
    ),
    fault(
        "no-event-answered-past-4096",
        BOTH,
        &["events.answered"],
        Always(&[Sent(When::Always, |seen, content| {
            (is_answer(content) && seen.received[usize::from(PUBLISH)] > 4096).then(Vec::new)
        })]),
        "It answers no event of a connection after the first 4,096.",
    ),
    fault(
        "last-id-unanswered",
        BOTH,
        &["events.answered"],
        Always(&[Sent(When::Always, |_, content| {
            (is_answer(content) && content::id(content) == Some(0xfff)).then(Vec::new)
        })]),
        "It doesn't answer the message id 4095.",
    ),
    fault(
        "id-zero-unanswered",
        BOTH,
        &["events.answered"],
        Always(&[Sent(When::Always, |_, content| {
            (is_answer(content) && content::id(content) == Some(0)).then(Vec::new)
        })]),
        "It doesn't answer the message id 0.",
    ),
    fault(
        "long-event-unanswered",
        BOTH,
        &["events.answered", "framing.every-length"],
        Always(&[Received(When::Always, |_, content| (is_publish(content) && content.len() > 2048).then(Vec::new))]),
        "It loses an event of more than 2048 octets.",
    ),
    fault(
        "event-answered-twice",
        BOTH,
        &["events.answered-once"],
        At(
            |when| {
                vec![Sent(when, |_, content| {
                    is_ack(content).then(|| vec![Act::Peer(content.to_vec()), Act::Peer(content.to_vec())])
                })]
            },
            MOMENTS,
        ),
        "It answers an event with two ACKs.",
    ),
    fault(
        "rejected-event-answered-twice",
        BOTH,
        &["events.answered-once"],
        At(
            |when| {
                vec![Sent(when, |_, content| {
                    is_nack(content).then(|| vec![Act::Peer(content.to_vec()), Act::Peer(content.to_vec())])
                })]
            },
            &[When::Always, When::Second, When::Joined],
        ),
        "It answers an event with two NACKs.",
    ),
    fault(
        "event-acked-and-nacked",
        BOTH,
        &["events.answered-once"],
        Always(&[Sent(When::Always, |_, content| {
            let id = content::id(content).filter(|_| is_ack(content))?;
            Some(vec![Act::Peer(content.to_vec()), Act::Peer(content::nack(id))])
        })]),
        "It answers an event with an ACK and a NACK.",
    ),
    fault(
        "rejected-event-nacked-and-acked",
        BOTH,
        &["events.problem-not-acked", "events.answered-once"],
        Always(&[Row(ACCEPTED, Input::PublishRefused, ACCEPTED, &[Effect::Nack, Effect::Ack])]),
        "It answers an event that it refuses with a NACK and an ACK.",
    ),
    fault(
        "answered-with-id-plus-one",
        BOTH,
        &["events.answer-carries-id"],
        At(|when| vec![Sent(when, |_, content| renumbered(content, |id| id.wrapping_add(1)))], MOMENTS),
        "It answers an event with the message id after its own.",
    ),
    fault(
        "answered-with-id-zero",
        BOTH,
        &["events.answer-carries-id"],
        At(
            |when| vec![Sent(when, |_, content| renumbered(content, |_| 0))],
            &[When::Always, When::Later, When::Joined],
        ),
        "It answers every event with the message id 0.",
    ),
    fault(
        "answered-with-id-of-8-bits",
        BOTH,
        &["events.answer-carries-id"],
        Always(&[Sent(When::Always, |_, content| renumbered(content, |id| id & 0xff))]),
        "It answers with the low 8 bits of the message id.",
    ),
    fault(
        "answered-with-id-of-11-bits",
        BOTH,
        &["events.answer-carries-id"],
        Always(&[Sent(When::Always, |_, content| renumbered(content, |id| id & 0x7ff))]),
        "It answers with the low 11 bits of the message id.",
    ),
    fault(
        "answered-with-high-bits-of-id",
        BOTH,
        &["events.answer-carries-id"],
        Always(&[Sent(When::Always, |_, content| renumbered(content, |id| id & 0xf00))]),
        "It answers with the high 4 bits of the message id.",
    ),
    fault(
        "answered-with-id-swapped",
        BOTH,
        &["events.answer-carries-id", "layout.message-id"],
        Always(&[Sent(When::Always, |_, content| renumbered(content, |id| id >> 8 | (id & 0xff) << 4))]),
        "It answers with the octets of the message id in another order.",
    ),
    fault(
        "nack-without-id",
        BOTH,
        &["events.answer-carries-id"],
        At(
            |when| vec![Sent(when, |_, content| is_nack(content).then(|| renumbered(content, |_| 0)).flatten())],
            &[When::Always, When::Second],
        ),
        "Its NACKs have the message id 0.",
    ),
    fault(
        "answered-with-id-of-the-last-event",
        BOTH,
        &["events.answer-carries-id", "events.answered-once", "events.answered"],
        Always(&[Sent(When::Always, |seen, content| {
            let before = seen.published.iter().rev().nth(1).copied().filter(|_| is_known(seen))?;
            is_answer(content).then(|| renumbered(content, |_| before)).flatten()
        })]),
        "It answers an event with the message id of the event before it.",
    ),
    fault(
        "ids-of-directions-mixed-up",
        BOTH,
        &["events.directions-independent"],
        Always(&[Received(When::Always, |seen, content| {
            (is_publish(content) && seen.in_flight.contains(&content::id(content)?)).then(Vec::new)
        })]),
        "It ignores an event whose message id is in flight in the other direction.",
    )
    .needs(ADAPTER),
    fault(
        "event-answers-event",
        BOTH,
        &["events.directions-independent", "events.unanswered-sent-again", "events.delivered-only-by-ack"],
        Always(&[Received(When::Always, |seen, content| {
            let id = content::id(content).filter(|id| is_publish(content) && seen.in_flight.contains(id))?;
            Some(vec![Act::Machine(content::ack(id)), Act::Machine(content.to_vec())])
        })]),
        "It takes an event for the ACK of its own event of the same message id.",
    )
    .needs(ADAPTER),
    fault(
        "id-that-goes-down-ignored",
        BOTH,
        &["events.answered"],
        Always(&[Received(When::Always, |seen, content| {
            let before = seen.published.iter().rev().nth(1).copied()?;
            (is_publish(content) && content::id(content)? < before).then(Vec::new)
        })]),
        "It ignores an event whose message id is below the one before it.",
    ),
    fault(
        "id-seen-before-ignored",
        BOTH,
        &["events.answered", "events.repeated-event-answered"],
        Always(&[Received(When::Always, |seen, content| {
            let id = content::id(content).filter(|_| is_publish(content))?;
            (seen.published.iter().filter(|&&before| before == id).count() > 1).then(Vec::new)
        })]),
        "It ignores an event whose message id it has seen before on the connection.",
    ),
    fault(
        "first-id-has-to-be-zero",
        BOTH,
        &["events.answered"],
        Always(&[Received(When::Always, |seen, content| {
            (is_publish(content) && seen.published.first() != Some(&0)).then(Vec::new)
        })]),
        "It ignores all events of a connection whose first message id is not 0.",
    ),
    fault(
        "acked-not-delivered",
        BOTH,
        &["events.acked-reaches-application"],
        At(
            |when| {
                vec![Received(when, |_, content| {
                    let id = content::id(content)
                        .filter(|_| content::event(content).is_some_and(|e| e.event_type_id != 99))?;
                    Some(vec![Act::Peer(content::ack(id))])
                })]
            },
            MOMENTS,
        ),
        "It ACKs an event that its application never gets.",
    )
    .needs(ADAPTER),
    fault(
        "empty-event-not-delivered",
        BOTH,
        &["events.acked-reaches-application"],
        Always(&[Received(When::Always, |_, content| {
            let event = content::event(content)?;
            let id = content::id(content)?;
            (event.event_data.is_empty() && event.event_type_id != 99).then(|| vec![Act::Peer(content::ack(id))])
        })]),
        "It ACKs an event without data, which its application never gets.",
    )
    .needs(ADAPTER),
    fault(
        "rejected-event-acked",
        BOTH,
        &["events.problem-not-acked"],
        At(
            |when| {
                vec![Sent(when, |_, content| {
                    let id = content::id(content).filter(|_| is_nack(content))?;
                    Some(vec![Act::Peer(content::ack(id))])
                })]
            },
            MOMENTS,
        ),
        "It ACKs an event that its application refuses.",
    ),
    fault(
        "rejected-event-closes",
        BOTH,
        &["events.nack-sent-keeps-connection"],
        Always(&[Row(ACCEPTED, Input::PublishRefused, State::Closed, &[Effect::Nack])]),
        "It closes after the NACK of an event that its application refuses.",
    ),
    fault(
        "rejected-event-closes-unanswered",
        BOTH,
        &["events.answered", "events.nack-sent-keeps-connection"],
        Always(&[Row(ACCEPTED, Input::PublishRefused, State::Closed, &[])]),
        "It closes, without an answer, after an event that its application refuses.",
    ),
    fault(
        "third-nack-closes",
        BOTH,
        &["events.nack-sent-keeps-connection"],
        Always(&[Received(When::Always, |seen, content| {
            let refused = content::event(content)?.event_type_id == 99;
            (refused && seen.sent[usize::from(NACK)] >= 2).then(|| vec![Act::Machine(content::MALFORMED.to_vec())])
        })]),
        "It closes when a third event is one that its application refuses.",
    ),
    fault(
        "same-event-ignored",
        BOTH,
        &["events.repeated-event-answered"],
        Always(&[Received(When::Always, |seen, content| {
            (is_publish(content) && seen.events_before.contains(content.get(2..)?)).then(Vec::new)
        })]),
        "It doesn't answer an event that it has seen before on the connection.",
    ),
    changed!("type-cut-to-32-bits", "The application sees the low 32 bits of event_type_id.", |f| f.event_type_id &=
        0xffff_ffff),
    changed!("type-cut-to-16-bits", "The application sees the low 16 bits of event_type_id.", |f| f.event_type_id &=
        0xffff),
    changed!("schema-cut-to-32-bits", "The application sees the low 32 bits of schema_version.", |f| f
        .schema_version &=
        0xffff_ffff),
    changed!("schema-cut-to-8-bits", "The application sees the low 8 bits of schema_version.", |f| f.schema_version &=
        0xff),
    changed!("offset-cut-to-32-bits", "The application sees the low 32 bits of offset.", |f| f.offset &= 0xffff_ffff),
    changed!("offset-cut-to-53-bits", "The application sees the low 53 bits of offset.", |f| f.offset &= (1 << 53) - 1),
    changed!("offset-cut-to-63-bits", "The application sees the low 63 bits of offset.", |f| f.offset &=
        i64::MAX as u64),
    changed!("timestamp-cut-to-32-bits", "The application sees the low 32 bits of timestamp.", |f| f.timestamp &=
        0xffff_ffff),
    changed!("timestamp-rounded", "The application sees timestamp as a floating-point number holds it.", |f| f
        .timestamp =
        f.timestamp as f64 as u64),
    changed!("timestamp-in-seconds", "The application sees a timestamp of milliseconds in seconds.", |f| {
        if f.timestamp > 1 << 40 {
            f.timestamp /= 1000;
        }
    }),
    changed!("key-and-data-mixed-up", "The application sees key and event_data in each other's place.", |f| {
        std::mem::swap(&mut f.key, &mut f.event_data)
    }),
    changed!(
        "offset-and-timestamp-mixed-up",
        "The application sees offset and timestamp in each other's place.",
        |f| std::mem::swap(&mut f.offset, &mut f.timestamp)
    ),
    changed!(
        "type-and-schema-mixed-up",
        "The application sees event_type_id and schema_version in each other's place.",
        |f| {
            // What is refused stays refused.
            if f.event_type_id != 99 && f.schema_version != 99 {
                std::mem::swap(&mut f.event_type_id, &mut f.schema_version);
            }
        }
    ),
    changed!("key-cut-at-zero", "The application sees a key up to its first octet of zero.", |f| {
        if let Some(end) = f.key.iter().position(|&octet| octet == 0) {
            f.key.to_mut().truncate(end);
        }
    }),
    changed!("data-cut-at-zero", "The application sees event_data up to its first octet of zero.", |f| {
        if let Some(end) = f.event_data.iter().position(|&octet| octet == 0) {
            f.event_data.to_mut().truncate(end);
        }
    }),
    changed!(
        "data-read-as-text",
        "The application sees event_data as text, with replacements for what is none.",
        |f| {
            f.event_data = String::from_utf8_lossy(&f.event_data).into_owned().into_bytes().into();
        }
    ),
    changed!("key-read-as-text", "The application sees key as text, with replacements for what is none.", |f| {
        f.key = String::from_utf8_lossy(&f.key).into_owned().into_bytes().into();
    }),
    changed!("key-trimmed", "The application sees a key without white space around it.", |f| {
        f.key = f.key.trim_ascii().to_vec().into();
    }),
    changed!("data-cut-to-127-octets", "The application sees the first 127 octets of event_data.", |f| f
        .event_data
        .to_mut()
        .truncate(127)),
    changed!("data-cut-to-16383-octets", "The application sees the first 16383 octets of event_data.", |f| f
        .event_data
        .to_mut()
        .truncate(16_383)),
    changed!("key-cut-to-127-octets", "The application sees the first 127 octets of key.", |f| f
        .key
        .to_mut()
        .truncate(127)),
    changed!("data-without-line-ends", "The application sees event_data with CR LF as LF.", |f| {
        let data = f.event_data.to_mut();
        let mut before = 0;
        data.retain(|&octet| {
            let is_dropped = octet == b'\r';
            before = octet;
            !is_dropped
        });
    }),
    changed!("empty-key-invented", "The application sees a key where there is none.", |f| {
        if f.key.is_empty() {
            f.key = b"null".into();
        }
    }),
    fault(
        "fields-of-the-event-before",
        BOTH,
        &["events.fields-unchanged"],
        At(
            |when| {
                vec![Received(when, |seen, content| {
                    let before = seen.last_event.as_deref()?;
                    let id = content::id(content).filter(|_| is_publish(content))?;
                    let event = content::event(content)?;
                    (event.event_type_id != 99 && content::event(before)?.event_type_id != 99)
                        .then(|| vec![Act::Machine(content::with_id(before, id))])
                })]
            },
            &[When::Always, When::Joined],
        ),
        "The application sees the fields of the event before.",
    )
    .needs(ADAPTER),
];
