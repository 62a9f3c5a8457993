//! What is done with a client that has connected.

use std::sync::Arc;

use sinkcheck_cases::language::{Certificate, Fixture, Scenario};
use sinkcheck_spec::wire::ConnectionRequest;

use super::client::State;
use super::{Attached, Task};

/// What a connection begins.
pub(super) enum Next {
    /// The client is accepted, outside of any case.
    Meet { measures: bool, stays: bool },
    /// The adapter makes it a new one for this case.
    Prepare(Arc<Scenario>),
    /// It is shown another certificate when it comes again, for this case.
    Show(Arc<Scenario>),
    /// This case.
    Play(Arc<Scenario>),
}

impl Attached<'_> {
    /// What is done with a client whose connection begins with this request, if that could be read.
    pub(super) fn next(&mut self, at: usize, request: Option<&ConnectionRequest<'_>>) -> Next {
        let client = &mut self.clients[at];
        if let Some(scenario) = client.promised.take() {
            return Next::Play(scenario);
        }
        let is_new = request.is_some_and(|request| request.server_instance_id().is_none());
        // A request that breaks a rule is for a case to find.
        let fits = request.is_some_and(|request| client.fits(request));
        let may_meet = fits && !client.was_welcomed;
        let was_turned_away = client.was_turned_away;
        let mut candidates = (0..self.run.pending.len()).filter(|place| self.can_begin(at, *place, is_new));
        let first = candidates.next();
        let scarce = |place: &usize| self.run.pending[*place].client == Fixture::New;
        if is_new
            && !self.prepares
            && let Some(place) = first.into_iter().chain(candidates).find(scarce)
        {
            // Once accepted it is a known client for ever.
            return self.take(place, Next::Play);
        }
        if self.measurements > 0 {
            return Next::Meet { measures: true, stays: false };
        }
        let Some(place) = first else { return Next::Meet { measures: false, stays: true } };
        let scenario = &self.run.pending[place];
        let (fixture, certificate) = (scenario.client, scenario.certificate);
        if may_meet && (was_turned_away || (is_new && fixture == Fixture::Known)) {
            return Next::Meet { measures: false, stays: false };
        }
        if fixture == Fixture::New && !is_new {
            self.take(place, Next::Prepare)
        } else if certificate != Certificate::Trusted {
            self.take(place, Next::Show)
        } else {
            self.take(place, Next::Play)
        }
    }

    fn take(&mut self, place: usize, next: impl FnOnce(Arc<Scenario>) -> Next) -> Next {
        match self.run.pending.remove(place) {
            Some(scenario) => next(scenario),
            None => Next::Meet { measures: false, stays: true },
        }
    }

    /// Whether a case can be played with a client now.
    pub(super) fn can_begin(&self, at: usize, place: usize, is_new: bool) -> bool {
        let Some(scenario) = self.run.pending.get(place) else { return false };
        let is_fit = match scenario.client {
            Fixture::New => is_new || self.prepares,
            _ => true,
        };
        if self.clients[at].entry(scenario.client).is_none() || !is_fit {
            return false;
        }
        // Whoever connects is shown the same certificate, so that such a case is played alone.
        let others = || {
            let under_way = self.under_way.values().filter_map(|(_, task)| match task {
                Task::Playing(scenario) | Task::Preparing(scenario) => Some(scenario),
                Task::Meeting => None,
            });
            under_way.chain(self.clients.iter().filter_map(|client| client.promised.as_ref()))
        };
        match scenario.certificate {
            Certificate::Trusted => others().all(|other| other.certificate == Certificate::Trusted),
            _ => others().next().is_none(),
        }
    }

    /// Lets go of clients with which something can be played again; they come back for it.
    pub(super) fn wake_the_parked(&mut self) {
        for at in 0..self.clients.len() {
            let is_parked = matches!(self.clients[at].state, State::Parked { .. });
            if is_parked && (0..self.run.pending.len()).any(|place| self.can_begin(at, place, false)) {
                self.clients[at].state = State::Away;
            }
        }
    }

    /// If nothing is left but cases for new clients, and there will be none, they are told to be not applicable.
    pub(super) fn give_up_what_never_can_be(&mut self) {
        let never = |scenario: &Scenario| {
            let mut able = self.clients.iter().filter(|client| client.entry(scenario.client).is_some());
            scenario.client == Fixture::New
                && !self.prepares
                && able.all(|client| client.promised.is_none() && matches!(client.carries, Some(Some(_))))
        };
        if self.run.pending.iter().all(|scenario| never(scenario)) {
            let what = "an adapter that supports `prepare`, for its client is new only once";
            self.run.leave_out(|_, _| Some(what.to_owned()));
        }
    }
}
