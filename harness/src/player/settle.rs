//! The end of a case: what a target sends too much comes after what it sends right, so each open connection is looked at once
//! more before it is closed.

use std::time::Duration;

use sinkcheck_spec::wire::Message;
use tokio::time::Instant;

use super::{Halt, Player, Stop};

/// An accepted client is looked at for at least so long: what a peer sends twice, it often sends from a timer.
const LATE: Duration = Duration::from_millis(80);

impl Player<'_> {
    /// A PING and its PONG where the target is accepted, then a window, then an orderly close. Whatever comes is the oracle's to
    /// judge; a missing PONG is not, for the case may have been about something else.
    pub(super) async fn settle(&mut self, line: usize) -> Option<Stop> {
        let patience = self.setting.patience();
        let mut window = self.setting.calibration.window();
        let mut open = false;
        for link in self.connections.values() {
            let (accepted, is_open) = {
                let inbox = link.connection.inbox();
                (inbox.is_accepted() && !inbox.abandoned && !inbox.mute, inbox.closed.is_none() && !inbox.abandoned)
            };
            open |= is_open;
            if accepted {
                window = window.max(LATE);
            }
            if accepted && !link.is_within_frame() {
                let waiting = link.connection.inbox().pongs;
                let sent = link.connection.send(vec![Message::Ping.to_frame()], Duration::ZERO, patience).await;
                if sent.is_ok() {
                    link.connection
                        .wait(Instant::now() + window, |inbox| {
                            (inbox.pongs > waiting || inbox.closed.is_some()).then_some(())
                        })
                        .await;
                }
            }
        }
        if open {
            let deadline = Instant::now() + window;
            for link in self.connections.values() {
                link.connection.wait(deadline, |inbox| (inbox.closed.is_some() || inbox.abandoned).then_some(())).await;
            }
        }
        if self.collect_breaches(line) {
            return Some(Stop::Broken);
        }
        let in_turn = self.connections.values().find_map(|link| link.connection.inbox().pings_upon_pongs());
        if let Some(observed) = in_turn {
            let rule = "keepalive.pong-not-answered".to_owned();
            let expected = "no answer to a PONG".to_owned();
            return Some(self.stop(Halt::Broken { rule: Some(rule), expected, observed }, None, line));
        }
        if let Some(status) = self.crashed().await {
            let message = format!("the launched program ended within the case: {status}");
            return Some(Stop::CantTell { code: "client-crashed", message, line });
        }
        for link in self.connections.values() {
            if !link.connection.is_abandoned() {
                link.connection.close(window, patience).await;
            }
        }
        if self.collect_breaches(line) { Some(Stop::Broken) } else { None }
    }
}
