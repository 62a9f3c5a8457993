//! Malformed contents, and messages of the other role, that a peer takes no notice of.

use sinkcheck_spec::machine::{Input, Reply, State};

use super::fault::How::{Always, At};
use super::fault::{BOTH, CLIENT, Fault, SERVER, fault};
use super::malformed::{ONCE, error_of};
use crate::deviation::Change::{Received, Row};
use crate::deviation::When;
use crate::deviation::content::{self, ACK, NACK, PING, PUBLISH};

const ALWAYS: When = When::Always;

pub(super) const FAULTS: &[Fault] = &[
    fault(
        "malformed-ignored",
        BOTH,
        &["malformed.closes", "malformed.publish-closes-or-nacks"],
        Always(&[Row(State::Accepted, Input::Malformed, State::Accepted, &[])]),
        "It takes no notice of malformed content once the client is accepted.",
    ),
    fault(
        "malformed-publish-ignored",
        BOTH,
        &["malformed.publish-closes-or-nacks"],
        At(
            |when| {
                vec![Received(when, |_, c| {
                    (content::is(c, PUBLISH) && c.len() > 1).then_some(())?;
                    error_of(c).filter(|kind| !kind.is_open()).map(|_| Vec::new())
                })]
            },
            ONCE,
        ),
        "It takes no notice of a malformed event.",
    ),
    fault(
        "malformed-before-request-ignored",
        SERVER,
        &["malformed.closes"],
        Always(&[Row(State::AwaitingRequest, Input::Malformed, State::AwaitingRequest, &[])]),
        "It takes no notice of malformed content before the request.",
    ),
    fault(
        "malformed-before-response-ignored",
        CLIENT,
        &["malformed.closes"],
        Always(&[Row(State::AwaitingResponse, Input::Malformed, State::AwaitingResponse, &[])]),
        "It takes no notice of malformed content before the response.",
    ),
    fault(
        "empty-frame-ignored",
        BOTH,
        &["malformed.closes"],
        Always(&[Received(ALWAYS, |_, c| c.is_empty().then(Vec::new))]),
        "It takes no notice of an empty frame.",
    ),
    fault(
        "unused-type-ignored",
        BOTH,
        &["malformed.closes"],
        Always(&[Received(ALWAYS, |_, c| (content::kind(c) == 2 || content::kind(c) > 7).then(Vec::new))]),
        "It takes no notice of a message of an unused type.",
    ),
    fault(
        "ping-of-wrong-length-ignored",
        BOTH,
        &["malformed.closes"],
        Always(&[Received(ALWAYS, |_, c| (content::is(c, PING) && c.len() != 2).then(Vec::new))]),
        "It takes no notice of a PING of the wrong length.",
    ),
    fault(
        "malformed-answer-ignored",
        BOTH,
        &["malformed.closes"],
        Always(&[Received(ALWAYS, |_, c| {
            (content::is(c, ACK) || content::is(c, NACK)).then_some(())?;
            error_of(c).filter(|kind| !kind.is_open()).map(|_| Vec::new())
        })]),
        "It takes no notice of a malformed ACK or NACK.",
    ),
    fault(
        "other-role-ignored",
        BOTH,
        &["malformed.other-role-closes"],
        Always(&[Row(State::Accepted, Input::OtherRole, State::Accepted, &[])]),
        "It takes no notice of a message that only it sends.",
    ),
    fault(
        "second-response-ignored",
        CLIENT,
        &["malformed.other-role-closes"],
        Always(&[
            Row(State::Accepted, Input::Response(Reply::Hello), State::Accepted, &[]),
            Row(State::Accepted, Input::Response(Reply::UnexpectedHello), State::Accepted, &[]),
            Row(State::Accepted, Input::Response(Reply::Connected), State::Accepted, &[]),
            Row(State::Accepted, Input::Response(Reply::UnexpectedConnected), State::Accepted, &[]),
            Row(State::Accepted, Input::Response(Reply::Mismatch), State::Accepted, &[]),
            Row(State::Accepted, Input::Response(Reply::Quarantined), State::Accepted, &[]),
            Row(State::Accepted, Input::Response(Reply::UnsupportedProtocol), State::Accepted, &[]),
            Row(State::Accepted, Input::Response(Reply::UnsupportedApplication), State::Accepted, &[]),
        ]),
        "It takes no notice of a second response.",
    ),
];
