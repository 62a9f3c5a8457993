//! What stands between a connection and its machine, where a peer departs from the reference.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::assembly::{Arrived, Assembly};
use super::timing::Timing;
use super::witness::{Ear, Passed};
use super::{Act, Change, Closing, Framing, Harm, Knobs, LeftBehind, Origin, Redelivery, Seen, content};
use crate::connection::{Next, Outgoing, ROOM_FOR_EVENTS};

/// One connection's changes, and what they have done.
///
/// Octets that arrive are given to [`Tap::arrived`], and the machine is given what [`Tap::next`] returns, one frame at a
/// time. What the machine sends is given to [`Tap::sends`]. Whatever happened, [`Tap::settle`] comes last.
#[derive(Clone, Debug)]
pub(crate) struct Tap {
    changes: Vec<(Change, usize)>,
    knobs: Arc<Knobs>,
    seen: Seen,
    assembly: Assembly,
    arrived: VecDeque<Arrived>,
    /// For the machine.
    feed: VecDeque<Vec<u8>>,
    /// For the peer, in the order in which it is said.
    said: Vec<Vec<u8>>,
    timing: Timing,
    /// The machine's id of each PUBLISH, by the one that the peer was sent.
    ids: BTreeMap<u16, u16>,
    last_id: Option<u16>,
    /// The id that the machine gave last.
    last_own_id: Option<u16>,
    has_opened: bool,
    /// Who hears what passes.
    ear: Option<Ear>,
}

impl Tap {
    pub(super) fn new(changes: &[Change], knobs: Arc<Knobs>, origin: Origin, ear: Option<Ear>) -> Self {
        let framing = changes.iter().find_map(|change| match change {
            Change::Framing(framing) => Some(*framing),
            _ => None,
        });
        let mut timing = Timing::default();
        timing.begun(origin.now, &knobs, origin.interval);
        let mut assembly = Assembly::new(framing.unwrap_or(Framing::Right));
        let mut arrived = VecDeque::new();
        if !origin.left_behind.octets.is_empty() {
            assembly.push(&origin.left_behind.octets, &mut arrived);
        }
        Self {
            changes: changes.iter().map(|change| (*change, 0)).collect(),
            knobs,
            seen: Seen::new(origin),
            assembly,
            arrived,
            feed: VecDeque::new(),
            said: Vec::new(),
            timing,
            ids: BTreeMap::new(),
            last_id: None,
            last_own_id: None,
            has_opened: false,
            ear,
        }
    }

    /// Octets arrived.
    pub(crate) fn arrived(&mut self, octets: &[u8]) {
        if let Some(ear) = &self.ear {
            ear.note(Passed::Arrived(octets.to_vec()));
        }
        self.assembly.push(octets, &mut self.arrived);
    }

    /// The peer has ended its stream. What is made of that is for the machine, before it learns of the end.
    pub(crate) fn end(&mut self, now: Duration) -> Vec<Vec<u8>> {
        self.timing.peer_closed = true;
        self.seen.is_ended = true;
        if let Some(content) = self.knobs.cut_off.and_then(|take| take(self.assembly.left())) {
            self.arrived.push_back(Arrived { content, place: 0, segments: 1 });
        }
        let in_flight = self.seen.in_flight.as_slice();
        let lost = match self.knobs.redelivery {
            Redelivery::All | Redelivery::Reversed => &[],
            Redelivery::Nothing => in_flight,
            Redelivery::Oldest => in_flight.get(1..).unwrap_or_default(),
            Redelivery::Newest => in_flight.split_last().map_or(&[][..], |(_, others)| others),
            Redelivery::NotOldest => in_flight.get(..1).unwrap_or_default(),
        };
        self.feed.extend(lost.iter().map(|&id| content::ack(id)));
        let mut frames: Vec<Vec<u8>> = std::iter::from_fn(|| self.take(now)).collect();
        // So that the machine, too, knows whether the end came within a frame.
        let left = self.assembly.left();
        let is_whole = left.first_chunk().is_some_and(|head| usize::from(u16::from_be_bytes(*head)) + 2 <= left.len());
        if !left.is_empty() && !is_whole {
            frames.push(left.to_vec());
        }
        if let Some(ear) = &self.ear {
            ear.note(Passed::Ended(now, frames.clone()));
        }
        frames
    }

    /// What the connection leaves behind, if its end does this to others.
    pub(crate) fn left_behind(&self, harm: Harm) -> Option<LeftBehind> {
        match harm {
            Harm::FrameGoesOn => Some(LeftBehind { octets: self.assembly.left().to_vec(), haunts: false }),
            Harm::HauntsNext => Some(LeftBehind { octets: Vec::new(), haunts: true }),
            Harm::Nothing | Harm::DropsOthers | Harm::AcceptsNoMore => None,
        }
    }

    /// The next frame for the machine.
    pub(crate) fn next(&mut self, now: Duration) -> Option<Vec<u8>> {
        let frame = self.take(now);
        if let Some(ear) = &self.ear {
            ear.note(Passed::Next(now, frame.clone()));
        }
        frame
    }

    fn take(&mut self, now: Duration) -> Option<Vec<u8>> {
        loop {
            if let Some(content) = self.feed.pop_front() {
                return Some(content::framed(&content));
            }
            let Arrived { content, place, segments } = self.arrived.pop_front()?;
            (self.seen.place, self.seen.segments) = (place, segments);
            self.timing.arrived(now, &content, &self.knobs, self.seen.origin.interval);
            let content = self.with_own_id(content);
            self.seen.arrives(&content);
            let acts = self.rewritten(vec![Act::Machine(content.clone())], |change| match change {
                Change::Received(when, rewrite) => Some((when, rewrite)),
                _ => None,
            });
            for act in acts {
                match act {
                    Act::Machine(content) => {
                        self.seen.has_arrived(&content);
                        self.feed.push_back(content);
                    }
                    Act::Peer(content) => self.say(&content),
                }
            }
        }
    }

    /// Whether this side's next event may be sent.
    pub(crate) fn may_publish(&self) -> bool {
        let next = self.last_own_id.map_or(0, |id| (id + 1) & 0x0fff);
        // An event that was NACKed has its answer, though a change may keep it from the machine.
        let unanswered = || self.seen.in_flight.iter().filter(|id| !self.seen.nacked.contains(id)).count();
        let waits = self.knobs.window.is_some_and(|window| unanswered() >= window);
        !waits && (!self.knobs.waits_for_ids || !self.seen.in_flight.contains(&next))
    }

    /// The machine sends a frame.
    pub(crate) fn sends(&mut self, frame: &[u8]) {
        if let Some(ear) = &self.ear {
            ear.note(Passed::Sent(frame.to_vec()));
        }
        let content = frame.get(2..).unwrap_or_default();
        self.seen.sends(content);
        let content = self.with_wire_id(content);
        let acts = self.rewritten(vec![Act::Peer(content)], |change| match change {
            Change::Sent(when, rewrite) => Some((when, rewrite)),
            _ => None,
        });
        for act in acts {
            match act {
                Act::Machine(content) => {
                    self.seen.has_arrived(&content);
                    self.feed.push_back(content);
                }
                Act::Peer(content) => self.say(&content),
            }
        }
    }

    /// The client is accepted.
    pub(crate) fn accepted(&mut self, now: Duration) {
        self.timing.accepted(now, &self.knobs, self.seen.origin.interval);
    }

    /// Puts what is to be sent now among what goes out, and says how to go on.
    pub(crate) fn settle(&mut self, now: Duration, next: Next, outgoing: &mut Outgoing) -> Next {
        if let Some(octets) = self.knobs.segment {
            outgoing.limit_segments(octets);
        }
        if !std::mem::replace(&mut self.has_opened, true) {
            outgoing.push(self.knobs.opening);
        }
        if self.knobs.redelivery == Redelivery::Reversed && self.seen.origin.connection > 0 {
            self.reverse_publishes();
        }
        let says = self.says();
        if let Some(ear) = &self.ear {
            ear.note(Passed::Said(says.iter().map(|(_, octets)| octets.clone()).collect()));
        }
        for (content, octets) in says {
            if let Some(octets) = self.timing.hold(self.knobs.delay, now, &content, octets) {
                outgoing.push(&octets);
            }
        }
        if let Some(frame) = self.timing.beat(now, &self.knobs, self.seen.origin.interval) {
            outgoing.push(&frame);
        }
        let machine_closes = match next {
            Next::Drop => return next,
            Next::Close => true,
            Next::GoOn => false,
        };
        let peer_closed = self.timing.peer_closed;
        let after_a_while =
            matches!(self.knobs.closing, Closing::After(_) | Closing::Never | Closing::UponTheNextFrame);
        for octets in self.timing.due(now, peer_closed || machine_closes && !after_a_while) {
            outgoing.push(&octets);
        }
        if self.timing.closes(now, machine_closes, self.knobs.closing) { Next::Close } else { Next::GoOn }
    }

    /// When [`Tap::settle`] has something to do, unless something happens before.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.timing.deadline(self.knobs.closing)
    }

    /// Whether the connection ends with a reset.
    pub(crate) fn resets(&self) -> bool {
        self.knobs.closing == Closing::Reset
    }

    /// What these changes make of the acts, one after the other.
    fn rewritten(
        &mut self,
        acts: Vec<Act>,
        of: impl Fn(Change) -> Option<(super::When, super::change::Rewrite)>,
    ) -> Vec<Act> {
        let mut acts = acts;
        let from_machine = matches!(acts.first(), Some(Act::Peer(_)));
        for (change, concerned) in &mut self.changes {
            let Some((when, rewrite)) = of(*change) else { continue };
            let mut after = Vec::with_capacity(acts.len());
            for act in acts {
                // What an earlier change has turned around is as that change wants it.
                let content = match &act {
                    Act::Peer(content) if from_machine => content,
                    Act::Machine(content) if !from_machine => content,
                    Act::Peer(_) | Act::Machine(_) => {
                        after.push(act);
                        continue;
                    }
                };
                match rewrite(&self.seen, content) {
                    Some(rewritten) => {
                        *concerned += 1;
                        let is_so = when.is_so(&self.seen, *concerned);
                        if is_so { after.extend(rewritten) } else { after.push(act) }
                    }
                    None => after.push(act),
                }
            }
            acts = after;
        }
        acts
    }

    /// What is to be said now: contents, each with the octets that its frame is made of.
    pub(super) fn says(&mut self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let said = std::mem::take(&mut self.said);
        let with_octets = |frame: Vec<u8>| (frame.get(2..).unwrap_or_default().to_vec(), self.octets(frame));
        said.into_iter().map(with_octets).collect()
    }

    fn say(&mut self, content: &[u8]) {
        self.said.push(content::framed(content));
    }

    fn octets(&mut self, frame: Vec<u8>) -> Vec<u8> {
        let mut frame = frame;
        for (change, concerned) in &mut self.changes {
            if let Change::Octets(when, rewrite) = *change
                && let Some(rewritten) = rewrite(&self.seen, &frame)
            {
                *concerned += 1;
                if when.is_so(&self.seen, *concerned) {
                    frame = rewritten;
                }
            }
        }
        frame
    }

    /// A PUBLISH as the peer is sent it: with the id that a change gives it.
    fn with_wire_id(&mut self, content: &[u8]) -> Vec<u8> {
        let (true, Some(own)) = (content::is(content, content::PUBLISH), content::id(content)) else {
            return content.to_vec();
        };
        self.last_own_id = Some(own);
        let gives = self.changes.iter().find_map(|(change, _)| match change {
            Change::Ids(gives) => Some(*gives),
            _ => None,
        });
        let Some(gives) = gives else {
            self.ids.insert(own, own);
            return content.to_vec();
        };
        let id = gives(&self.seen, self.last_id, own) & 0x0fff;
        self.last_id = Some(id);
        self.ids.insert(id, own);
        content::with_id(content, id)
    }

    /// An answer as the machine is to read it: with the id that it gave itself.
    fn with_own_id(&self, content: Vec<u8>) -> Vec<u8> {
        let is_answer = content::is(&content, content::ACK) || content::is(&content, content::NACK);
        let (true, Some(id)) = (is_answer, content::id(&content)) else { return content };
        match self.ids.get(&id) {
            Some(&own) => content::with_id(&content, own),
            // Nobody's: an id that isn't in flight, or that other one, if all are.
            None => {
                let stray = (0..0x1000).rev().find(|id| !self.seen.in_flight.contains(id)).unwrap_or(id);
                let stray = if self.seen.in_flight.contains(&id) { stray } else { id };
                content::with_id(&content, stray)
            }
        }
    }

    /// Gives the events of the PUBLISHes that are about to be sent to each other's ids, so that the last goes first.
    fn reverse_publishes(&mut self) {
        let places: Vec<_> =
            self.said.iter().enumerate().filter(|(_, frame)| is_publish(frame)).map(|(i, _)| i).collect();
        let frames: Vec<_> = places.iter().filter_map(|&place| self.said.get(place).cloned()).collect();
        let mut ids = self.ids.clone();
        for (&place, frame) in places.iter().zip(frames.iter().rev()) {
            let Some(said) = self.said.get_mut(place) else { continue };
            let wire = said.get(2..).and_then(content::id);
            let other = frame.get(2..).and_then(content::id);
            let (Some(wire), Some(other)) = (wire, other) else { continue };
            *said = content::framed(&content::with_id(frame.get(2..).unwrap_or_default(), wire));
            ids.extend(self.ids.get(&other).map(|&own| (wire, own)));
        }
        self.ids = ids;
    }
}

fn is_publish(frame: &[u8]) -> bool {
    frame.get(2..).is_some_and(|content| content::is(content, content::PUBLISH))
}

/// Whether an event of one's own may be sent now.
pub(crate) fn has_room(tap: Option<&Tap>, outgoing: &Outgoing) -> bool {
    outgoing.len() < ROOM_FOR_EVENTS && tap.is_none_or(Tap::may_publish)
}
