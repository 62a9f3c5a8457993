//! Which frames prove that a rule is broken.

use super::account::{Account, Passing, index};
use crate::oracle::model::Meaning;

/// Frames that may have to be shown again, by their numbers. Where there is one for each role, it is by who sent it.
#[derive(Debug, Clone, Default)]
pub(super) struct Remembered {
    pub(super) request: Option<u64>,
    pub(super) response: Option<u64>,
    pub(super) ping: [Option<u64>; 2],
    pub(super) pong: [Option<u64>; 2],
    /// Malformed content, or what is for the other role to send.
    pub(super) malformed: [Option<u64>; 2],
}

impl Account {
    /// The request, the response, and this frame.
    pub(super) fn introduction_frames(&self, last: u64) -> Vec<u64> {
        let mut frames: Vec<u64> =
            [self.remembered.request, self.remembered.response, Some(last)].into_iter().flatten().collect();
        frames.sort_unstable();
        frames.dedup();
        frames
    }

    /// The frames that prove that this one breaks the rule, itself included, in the order in which they passed.
    pub(super) fn proof(&self, passing: &Passing<'_>, rule: &str) -> Vec<u64> {
        let (from, to) = (passing.from, passing.from.other());
        let section = rule.split('.').next().unwrap_or_default();
        let remembered = &self.remembered;
        let mut frames = vec![passing.number];
        if section == "malformed" || section == "framing" {
            frames.extend(remembered.malformed[index(to)]);
        }
        if section == "handshake" || section == "introduction" {
            frames.extend([remembered.request, remembered.response].into_iter().flatten());
        }
        match passing.symbol.meaning {
            Some(Meaning::Ack(id) | Meaning::Nack(id)) if section != "layout" => {
                frames.extend(self.exchanges(from).frames(id))
            }
            Some(Meaning::Publish(id)) if section == "events" => {
                frames.extend(self.exchanges(to).waiting(id).map(|waiting| waiting.frame));
            }
            Some(Meaning::Pong) => {
                let before = [remembered.ping[index(to)], remembered.pong[index(from)], remembered.pong[index(to)]];
                frames.extend(before.into_iter().flatten());
            }
            _ => {}
        }
        frames.sort_unstable();
        frames.dedup();
        frames
    }
}
