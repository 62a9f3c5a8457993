//! A right session in which one frame is dropped, doubled, moved, cut, or given another id: what is blamed first, frame by frame.

use std::time::Duration;

use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::{Observer, Settings};

use crate::contents::{CONNECTED, KNOWN, PING, PONG, ack, nack, publish};
use crate::sessions::{C, S, Session, frame};
use crate::world::{Passing, observe};

type Blame = Option<(Role, &'static str)>;

/// Nothing is blamed: the session is another right one.
const RIGHT: Blame = None;

fn session() -> Session {
    vec![
        frame(C, KNOWN),
        frame(S, CONNECTED),
        frame(C, publish(5)),
        frame(S, ack(5)),
        frame(S, publish(9)),
        frame(C, ack(9)),
        frame(C, PING),
        frame(S, PONG),
        frame(C, publish(6)),
        frame(S, nack(6)),
    ]
}

fn first_blame(session: &Session) -> Blame {
    let mut observer = Observer::new(Settings::default());
    for (from, passing) in session {
        observe(&mut observer, *from, Duration::ZERO, passing);
    }
    let finding = observer.poll()?;
    Some((finding.by, finding.rule().unwrap_or_else(|| panic!("{finding:?}"))))
}

/// Makes the change at each frame in turn, and compares what is blamed first.
fn check(change: impl Fn(&mut Session, usize), expected: &[Blame]) {
    for (at, expected) in expected.iter().enumerate() {
        let mut changed = session();
        change(&mut changed, at);
        assert_eq!(first_blame(&changed), *expected, "frame {at}: {changed:?}");
    }
}

const UNPROMPTED: Blame = Some((S, "handshake.nothing-before-request"));
const TOO_EARLY: Blame = Some((C, "introduction.only-request-before-response"));
const WRONG_ANSWER: Blame = Some((S, "events.answer-carries-id"));
const WRONG_ANSWER_BY_CLIENT: Blame = Some((C, "events.answer-carries-id"));

#[test]
fn the_session_is_right() {
    assert_eq!(first_blame(&session()), RIGHT);
}

#[test]
fn a_frame_is_dropped() {
    let drop = |session: &mut Session, at: usize| drop(session.remove(at));
    check(
        drop,
        &[UNPROMPTED, TOO_EARLY, WRONG_ANSWER, RIGHT, WRONG_ANSWER_BY_CLIENT, RIGHT, RIGHT, RIGHT, WRONG_ANSWER, RIGHT],
    );
}

#[test]
fn a_frame_is_doubled() {
    let double = |session: &mut Session, at: usize| {
        let again = session[at].clone();
        session.insert(at, again);
    };
    check(
        double,
        &[
            Some((C, "introduction.one-request")),
            Some((S, "handshake.first-request-answered-once")),
            Some((C, "events.id-not-reused-in-flight")),
            Some((S, "events.answered-once")),
            Some((S, "events.id-not-reused-in-flight")),
            Some((C, "events.answered-once")),
            RIGHT,
        ],
    );
}

#[test]
fn a_frame_passes_behind_the_next_one() {
    let swap = |session: &mut Session, at: usize| session.swap(at, at + 1);
    check(
        swap,
        &[UNPROMPTED, TOO_EARLY, WRONG_ANSWER, RIGHT, WRONG_ANSWER_BY_CLIENT, RIGHT, RIGHT, RIGHT, WRONG_ANSWER],
    );
}

#[test]
fn a_frame_has_another_id() {
    let other_id = |session: &mut Session, at: usize| {
        if let (_, Passing::Frame(content)) = &mut session[at]
            && let [_, low, ..] = content.as_mut_slice()
        {
            *low = 77;
        }
    };
    let from_the_events_on = |session: &mut Session, at: usize| other_id(session, at + 2);
    check(
        from_the_events_on,
        &[
            WRONG_ANSWER,
            WRONG_ANSWER,
            WRONG_ANSWER_BY_CLIENT,
            WRONG_ANSWER_BY_CLIENT,
            RIGHT,
            RIGHT,
            Some((C, "events.ids-go-up-by-one")),
            WRONG_ANSWER,
        ],
    );
}

#[test]
fn a_frame_lacks_its_last_octet() {
    let cut = |session: &mut Session, at: usize| {
        if let (_, Passing::Frame(content)) = &mut session[at] {
            content.pop();
        }
    };
    check(
        cut,
        &[
            Some((C, "layout.request-without-server-id")),
            Some((S, "framing.one-message-in-a-frame")),
            Some((C, "layout.publish")),
            Some((S, "layout.ack")),
            Some((S, "layout.publish")),
            Some((C, "layout.ack")),
            Some((C, "layout.ping")),
            Some((S, "layout.pong")),
            Some((C, "layout.publish")),
            // The end of a human message is where the content ends.
            RIGHT,
        ],
    );
}
