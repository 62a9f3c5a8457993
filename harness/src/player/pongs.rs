//! PONGs too many. A PONG may come at any time, so one that answers nothing proves nothing by itself: the peer may be one that
//! sends some of its own accord. Before a rule counts as broken for such a PONG alone, it is looked at whether the peer is: a
//! connection is watched on which nothing asks for a PONG, be it rightly or not. Not even a PING of the peer's is answered there: a PONG
//! that came behind ours could be an answer to it.

use std::time::Duration;

use sinkcheck_cases::language::EventClass;
use sinkcheck_spec::wire::{Event, Message, MessageId, Publish};
use tokio::time::Instant;

use super::expect::no_connection;
use super::{Halt, Player, Stop, default_event};

/// The control's connection.
const CONTROL: &str = "without a PING";

/// How long that connection is watched, in keepalive intervals: a peer drops one on which it hears nothing after 1.5.
const WATCHED: f64 = 1.4;

/// How long it is watched where the keepalive interval isn't known.
const WATCHED_UNKNOWN: Duration = Duration::from_secs(3);

impl Player<'_> {
    /// A PONG came that was waited for. From a target that sends PONGs of its own accord it shows nothing, so the target is given time
    /// to read what was sent before.
    pub(super) async fn let_unasked_pongs_pass(&self) {
        if self.setting.habits.is_known_to_pong() {
            tokio::time::sleep(self.setting.calibration.window()).await;
        }
    }

    /// Blames the PONGs too many, unless the target sends PONGs of its own accord. All else of the case is over.
    pub(super) async fn judge_pongs(&mut self, stop: Option<Stop>) -> Option<Stop> {
        if self.suspicions.is_empty() || stop == Some(Stop::Broken) || self.setting.habits.is_known_to_pong() {
            return stop;
        }
        let habits = std::sync::Arc::clone(&self.setting.habits);
        match habits.control.get_or_try_init(|| self.pongs_unasked()).await {
            Ok(true) => stop,
            Ok(false) => {
                self.findings.append(&mut self.suspicions);
                Some(Stop::Broken)
            }
            Err(_) if stop.is_some() => stop,
            Err(why) => {
                let line = self.line;
                let what = self.suspicions.first().map_or("", |finding| finding.observed.as_str());
                let message = format!("{what}, and whether it sends PONGs of its own accord can't be told: {why}");
                Some(Stop::CantTell { code: "pongs-unasked", message, line })
            }
        }
    }

    /// Whether the target sends a PONG on a connection on which nothing asks for one: nothing is sent there but two events,
    /// one that it accepts and one that it refuses.
    async fn pongs_unasked(&mut self) -> Result<bool, String> {
        self.is_control = true;
        let accepted = match self.setting.target.role {
            sinkcheck_spec::catalogue::Role::Server => self.introduce(CONTROL, None).await,
            sinkcheck_spec::catalogue::Role::Client => self.accept_client(CONTROL, false).await,
        };
        accepted.map_err(|halt| halt.in_words())?;
        let patience = self.setting.patience();
        let link = self.connections.get(CONTROL).ok_or_else(|| no_connection(CONTROL).in_words())?;
        let classes = [(MessageId::ZERO, EventClass::Accepted), (MessageId::ZERO.next(), EventClass::Rejected)];
        let mut answers = 0;
        for (message_id, class) in classes {
            let fields = default_event(&self.setting.target, class);
            let Some(event) = fields.and_then(|fields| Event::new(fields).ok()) else { continue };
            answers += 1;
            let publish = Message::from(Publish { message_id, event }).to_frame();
            let _ = link.connection.send(vec![publish], Duration::ZERO, patience).await;
            let answered = |inbox: &mut crate::connection::Inbox| {
                (inbox.answers.len() >= answers || inbox.closed.is_some()).then_some(())
            };
            link.connection.wait(Instant::now() + patience, answered).await;
        }
        let interval = self.setting.target.keepalive_interval;
        let watched = interval.map_or(WATCHED_UNKNOWN, |interval| interval.mul_f64(WATCHED));
        link.connection
            .wait(Instant::now() + watched, |inbox| {
                (inbox.oracle.ponged_unasked() || inbox.closed.is_some()).then_some(())
            })
            .await;
        let ponged = link.connection.inbox().oracle.ponged_unasked();
        link.connection.close(self.setting.calibration.window(), patience).await;
        Ok(ponged)
    }
}

impl Halt {
    fn in_words(self) -> String {
        match self {
            Self::Broken { expected, observed, .. } | Self::Missing { expected, observed, .. } => {
                format!("expected {expected}, observed {observed}")
            }
            Self::CantTell { message, .. } => message,
            Self::Lacks(what) => format!("it lacks {what}"),
            Self::Unset(name) => format!("${name} has no value"),
            Self::Fault(what) => what,
        }
    }
}
