//! Which identity each case is played as. An identity is one case's at a time, for a new connection takes over from an older one;
//! and what the server has on record of it is kept track of, for a case changes it.

use sinkcheck_cases::language::{Fixture, Scenario};
use sinkcheck_reports::document::{CaseResult, CaseVerdict};
use sinkcheck_spec::wire::InstanceId;

use super::lost::{FIXTURE_LOST, NO_HANDSHAKE};
use super::wants_another;
use crate::target::{Identity, Target};

/// What the server has on record of an identity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Record {
    Client(InstanceId),
    Nothing,
    /// A case ended in a way that leaves it open.
    Unsure,
}

#[derive(Debug)]
struct Slot {
    identity: Identity,
    record: Record,
    /// The id that was last on record.
    client: InstanceId,
    busy: bool,
    /// How often in a row it was met with silence where it had to be looked at.
    unanswered: usize,
    /// Why it could not be put back, if it could not.
    lost: Option<String>,
}

/// An identity that was met with silence so often has no record that could be told.
const LOST_AFTER: usize = 3;

/// How an identity is put back before a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Restore {
    /// By the adapter, as the target file describes it.
    Prepare,
    /// It may be as it was: a contact tells.
    Verify,
}

/// All identities of a target.
#[derive(Debug)]
pub(super) struct Seats {
    slots: Vec<Slot>,
    can_prepare: bool,
    fresh: bool,
}

/// An identity that a case has.
#[derive(Debug, Clone)]
pub(super) struct Taken {
    pub(super) identity: Identity,
    /// The id to speak with.
    pub(super) client: InstanceId,
    /// How it has to be put back before the case, if it has to.
    pub(super) restore: Option<Restore>,
    slot: usize,
}

impl Taken {
    /// An identity as it is described, apart from any run's book-keeping.
    pub(super) fn described(identity: Identity) -> Self {
        Self { client: identity.client_instance_id, identity, restore: None, slot: 0 }
    }
}

/// Whether a case can be played.
pub(super) enum Want {
    Now(Vec<Taken>),
    Later,
    /// The target lacks this.
    Never(String),
    /// What it needs was there, and an earlier case spoiled it.
    Lost(String),
}

enum Choice {
    Slot(usize),
    Busy,
    /// For this reason.
    Lost(String),
    None,
}

impl Seats {
    pub(super) fn new(target: &Target, can_prepare: bool) -> Self {
        let slots = target.identities.iter().map(|identity| Slot {
            record: described(identity),
            client: identity.client_instance_id,
            identity: identity.clone(),
            busy: false,
            unanswered: 0,
            lost: None,
        });
        Self { slots: slots.collect(), can_prepare, fresh: target.is_fresh_each_case() }
    }

    pub(super) fn take(&mut self, scenario: &Scenario) -> Want {
        let main = match self.choose(scenario.client, None) {
            Choice::Slot(at) => at,
            Choice::Busy => return Want::Later,
            Choice::Lost(why) => {
                let name = scenario.client.name();
                return Want::Lost(format!("no `{name}` client is left in a state that is known: {why}"));
            }
            Choice::None => return Want::Never(self.lacking(scenario.client)),
        };
        let mut taken = vec![self.taken(main, scenario.client)];
        if wants_another(scenario) {
            match self.choose(Fixture::Known, Some(main)) {
                Choice::Slot(at) => taken.push(self.taken(at, Fixture::Known)),
                Choice::Busy => return Want::Later,
                Choice::Lost(why) => {
                    return Want::Lost(format!("no second client is left in a state that is known: {why}"));
                }
                Choice::None => {
                    return Want::Never(
                        "another identity (`known/2` in the target file, with a certificate or an address of its own)"
                            .to_owned(),
                    );
                }
            }
        }
        if !self.fresh {
            for one in &taken {
                self.slots[one.slot].busy = true;
            }
        }
        Want::Now(taken)
    }

    fn lacking(&self, fixture: Fixture) -> String {
        let name = fixture.name();
        let declared = self.slots.iter().any(|slot| slot.identity.fixture == fixture);
        if fixture == Fixture::New && declared {
            return "a further client without a record (`new/2` in the target file, or an adapter that can `prepare`)"
                .to_owned();
        }
        format!("the fixture `{name}` (`clients` in the target file)")
    }

    fn choose(&self, fixture: Fixture, except: Option<usize>) -> Choice {
        let mut best = Choice::None;
        for (at, slot) in self.slots.iter().enumerate() {
            let fits = match fixture {
                // A new client that was accepted is a known one from then on.
                Fixture::Known => match slot.identity.fixture {
                    Fixture::Known => true,
                    Fixture::New => matches!(slot.record, Record::Client(_)) && !self.fresh,
                    _ => false,
                },
                Fixture::New => {
                    slot.identity.fixture == Fixture::New
                        && (self.can_prepare || self.fresh || slot.record == Record::Nothing)
                }
                other => slot.identity.fixture == other,
            };
            let distinct = except.is_none_or(|main| at != main && self.are_distinct(main, at));
            if !fits || !distinct {
                continue;
            }
            if let Some(why) = &slot.lost {
                if matches!(best, Choice::None) {
                    best = Choice::Lost(why.clone());
                }
            } else if slot.busy {
                best = Choice::Busy;
            } else {
                return Choice::Slot(at);
            }
        }
        best
    }

    /// Whether the target can tell two identities apart: by certificate, or by where they connect to.
    fn are_distinct(&self, a: usize, b: usize) -> bool {
        let (a, b) = (&self.slots[a].identity.dial, &self.slots[b].identity.dial);
        (a.tls.is_some() && b.tls.is_some()) || (a.address != b.address)
    }

    fn taken(&self, at: usize, wanted: Fixture) -> Taken {
        let slot = &self.slots[at];
        let declared = slot.identity.client_instance_id;
        let (client, restore) = match (wanted, slot.record) {
            _ if self.fresh => (declared, None),
            (Fixture::New, Record::Nothing) => (declared, None),
            (Fixture::New, _) => (declared, Some(Restore::Prepare)),
            (Fixture::Known, Record::Unsure) if self.can_prepare && slot.identity.fixture == Fixture::Known => {
                (declared, Some(Restore::Prepare))
            }
            (Fixture::Known, Record::Unsure) => (slot.client, Some(Restore::Verify)),
            (Fixture::Known, _) => (slot.client, None),
            _ => (declared, None),
        };
        Taken { identity: slot.identity.clone(), client, restore, slot: at }
    }

    /// A case is over: what it did to its identities. `accepted_as` are the ids that the main one was accepted with.
    pub(super) fn give_back(
        &mut self,
        taken: &[Taken],
        scenario: &Scenario,
        result: &CaseResult,
        accepted_as: &[InstanceId],
    ) {
        let reason = |code: &str| result.reason.as_ref().filter(|reason| reason.code == code);
        for (nth, one) in taken.iter().enumerate() {
            if self.fresh {
                break;
            }
            let slot = &mut self.slots[one.slot];
            slot.busy = false;
            if nth > 0 || !matches!(scenario.client, Fixture::Known | Fixture::New) {
                continue;
            }
            let silent = reason(NO_HANDSHAKE).filter(|_| one.restore == Some(Restore::Verify));
            slot.unanswered = if silent.is_some() { slot.unanswered + 1 } else { 0 };
            let given_up = silent.filter(|_| slot.unanswered >= LOST_AFTER);
            slot.lost = reason(FIXTURE_LOST).or(given_up).map(|reason| reason.message.clone());
            if one.restore == Some(Restore::Prepare) {
                slot.record = described(&slot.identity);
            }
            slot.client = one.client;
            if let Some(client) = accepted_as.last() {
                slot.client = *client;
                slot.record = Record::Client(*client);
            } else if one.restore == Some(Restore::Verify) {
                slot.record = Record::Client(one.client);
            }
            if !matches!(result.verdict, CaseVerdict::Pass | CaseVerdict::Warn | CaseVerdict::NotApplicable) {
                slot.record = Record::Unsure;
            }
        }
    }
}

fn described(identity: &Identity) -> Record {
    match identity.fixture {
        Fixture::New => Record::Nothing,
        _ => Record::Client(identity.client_instance_id),
    }
}
