//! What holds the judges of one connection together.

use std::collections::VecDeque;
use std::time::Duration;

use super::account::{Account, Passing};
use super::{Finding, FindingKind, Settings, Tally};
use crate::catalogue::{Level, Role, catalogue};
use crate::oracle::model::{Meaning, Model, Outcome, Symbol};
use crate::oracle::reading::Reading;
use crate::oracle::{Breach, ClientOracle, ServerOracle};

/// How far one of the two peers can be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// It did nothing that can't be explained.
    Followed,
    /// It broke a rule, so that what the model takes it for is a guess from there on.
    Strayed,
    /// There are too many states that it may be in.
    GivenUp,
}

/// Judges both peers of one connection, or one of them. See the [module](super) for how to drive it.
#[derive(Debug, Clone)]
pub struct Observer {
    settings: Settings,
    server: ServerOracle,
    client: ClientOracle,
    model: Model,
    server_standing: Standing,
    client_standing: Standing,
    pub(super) frames: u64,
    pub(super) account: Account,
    found: VecDeque<Finding>,
}

impl Observer {
    /// A connection of which nothing was seen yet.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        let judges_answers = settings.judges_answers;
        let (server, client) = match (settings.from_the_start, judges_answers) {
            (true, true) => (ServerOracle::judging_answers(), ClientOracle::new()),
            (true, false) => (ServerOracle::new(), ClientOracle::new()),
            (false, _) => (ServerOracle::joined_late(), ClientOracle::joined_late()),
        };
        Self {
            settings,
            server,
            client,
            model: Model::new(settings.from_the_start, judges_answers),
            server_standing: Standing::Followed,
            client_standing: Standing::Followed,
            frames: 0,
            account: Account::new(&settings),
            found: VecDeque::new(),
        }
    }

    /// A frame with this content passes, without its two octets of length.
    pub fn frame(&mut self, from: Role, at: Duration, content: &[u8]) {
        self.tick(at.saturating_sub(self.settings.slack));
        let number = self.frames;
        self.frames += 1;
        let reading = Reading::of(content);
        let symbol = Symbol::of(&reading);
        let mut breaches = match from {
            Role::Client => {
                self.server.sent_reading(&reading);
                self.client.received_reading(&reading)
            }
            Role::Server => {
                self.client.sent_reading(&reading);
                self.server.received_reading(&reading)
            }
        };
        // A PONG too many can't be told from one that was sent of the peer's own accord, which is legal.
        breaches.retain(|breach| self.settings.judges_pongs || !breach.is_of_pong);
        let (sender, receiver) = self.model.passes(from, &symbol);
        self.compare(from, at, number, sender, &symbol, &breaches);
        let passing = Passing { from, at, number, reading: &reading, symbol: &symbol };
        let proofs: Vec<_> = breaches.iter().map(|breach| self.account.proof(&passing, breach.rule)).collect();
        let read_on = self.account.frame(&passing, &breaches);
        for (breach, frames) in breaches.into_iter().zip(proofs) {
            self.blame(from, at, breach, frames);
        }
        if let Some(close) = read_on {
            let what = "it answers what came behind the content at which it should have closed the connection";
            self.blame(from, at, Breach::new(close.rule, what), vec![close.frame, number]);
        }
        if receiver == Outcome::TooMany {
            self.give_up(from.other(), at, number);
        }
    }

    /// Octets pass that are not a whole frame yet. They count where silence is judged (keepalive.unfinished-frame).
    pub fn part_of_frame(&mut self, from: Role, at: Duration) {
        self.tick(at.saturating_sub(self.settings.slack));
        self.account.heard(from, at);
    }

    /// A peer ended its direction, in whatever way, within a frame of which these octets had passed (its length included);
    /// none if it ended behind a whole frame.
    pub fn closed(&mut self, from: Role, at: Duration, unfinished: &[u8]) {
        self.tick(at.saturating_sub(self.settings.slack));
        match from {
            Role::Client => self.server.sent_end(unfinished),
            Role::Server => self.client.sent_end(unfinished),
        }
        self.account.closed(from, at, unfinished);
    }

    /// When to call [`Observer::tick`], unless something passes before; `None`: never.
    #[must_use]
    pub fn deadline(&self) -> Option<Duration> {
        self.account.deadline(self.settings.patience)
    }

    /// Time has passed. Before the deadline nothing comes of it.
    pub fn tick(&mut self, at: Duration) {
        while let Some((by, overdue)) = self.account.overdue(at, self.settings.patience) {
            let breach = Breach::new(overdue.rule, overdue.what);
            self.blame(by, at, breach, overdue.frame.into_iter().collect());
        }
    }

    /// A peer breaks a rule by the frame that passed last, as somebody knows who sees more than this connection (see
    /// [`Acquaintances`](crate::oracle::Acquaintances)).
    pub fn add(&mut self, by: Role, at: Duration, breach: Breach) {
        let frames = self.account.introduction_frames(self.frames.saturating_sub(1));
        self.blame(by, at, breach, frames);
    }

    /// The next thing that was found.
    pub fn poll(&mut self) -> Option<Finding> {
        self.found.pop_front()
    }

    /// How many frames passed.
    #[must_use]
    pub fn frames(&self) -> u64 {
        self.frames
    }

    /// How often the peer in this role met each rule.
    #[must_use]
    pub fn tally(&self, role: Role) -> &Tally {
        self.account.tally(role)
    }

    /// The checks of the rules about the server.
    #[must_use]
    pub fn server(&self) -> &ServerOracle {
        &self.server
    }

    /// The checks of the rules about the client.
    #[must_use]
    pub fn client(&self) -> &ClientOracle {
        &self.client
    }

    /// Holds what the model says of a frame against what the checks of the rules say.
    fn compare(
        &mut self,
        from: Role,
        at: Duration,
        number: u64,
        outcome: Outcome,
        symbol: &Symbol,
        breaches: &[Breach],
    ) {
        if !self.settings.judged.includes(from) || *self.standing(from) != Standing::Followed {
            return;
        }
        let must = breaches.iter().find(|breach| is_must(breach.rule));
        let what = match (outcome, must) {
            (Outcome::TooMany, _) => return self.give_up(from, at, number),
            (Outcome::Unexplained, None) => "no order of reading explains this frame, and no rule is broken".to_owned(),
            // That a PONG is one too many shows in how it comes, and not in that it comes.
            (Outcome::Explained, Some(_)) if symbol.meaning == Some(Meaning::Pong) => return,
            (Outcome::Explained, Some(breach)) => {
                format!("this frame breaks {} ({}), and some order of reading explains it", breach.rule, breach.what)
            }
            (Outcome::Explained, None) => return,
            (Outcome::Unexplained, Some(_)) => {
                *self.standing(from) = Standing::Strayed;
                return;
            }
        };
        *self.standing(from) = Standing::Strayed;
        self.found.push_back(Finding { kind: FindingKind::Disagreement, by: from, at, what, frames: vec![number] });
    }

    fn give_up(&mut self, role: Role, at: Duration, number: u64) {
        if *self.standing(role) == Standing::GivenUp {
            return;
        }
        *self.standing(role) = Standing::GivenUp;
        if self.settings.judged.includes(role) {
            let what = "too many readings of what passed are possible".to_owned();
            self.found.push_back(Finding { kind: FindingKind::GaveUp, by: role, at, what, frames: vec![number] });
        }
    }

    fn standing(&mut self, role: Role) -> &mut Standing {
        match role {
            Role::Server => &mut self.server_standing,
            Role::Client => &mut self.client_standing,
        }
    }

    fn blame(&mut self, by: Role, at: Duration, breach: Breach, frames: Vec<u64>) {
        if !self.settings.judged.includes(by) || *self.standing(by) == Standing::GivenUp {
            return;
        }
        self.account.broken(by, breach.rule);
        let Breach { rule, what, .. } = breach;
        self.found.push_back(Finding { kind: FindingKind::Broken(rule), by, at, what, frames });
    }
}

/// A rule that the catalogue doesn't have counts as a MUST.
fn is_must(rule: &str) -> bool {
    catalogue().rule(rule).is_none_or(|rule| rule.level == Level::Must)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A known client is accepted, and sends an event.
    fn begun() -> Observer {
        let mut observer = Observer::new(Settings::default());
        observer.frame(
            Role::Client,
            Duration::ZERO,
            &hex::decode("0005312e302e300000000100000002").unwrap_or_default(),
        );
        observer.frame(Role::Server, Duration::ZERO, &[0x10]);
        observer.frame(
            Role::Client,
            Duration::ZERO,
            &hex::decode("40010101016b0180e2cfaa060464617461").unwrap_or_default(),
        );
        observer
    }

    fn told(observer: &mut Observer) -> Vec<(Role, FindingKind)> {
        std::iter::from_fn(|| observer.poll()).map(|finding| (finding.by, finding.kind)).collect()
    }

    #[test]
    fn where_the_model_explains_less_than_the_checks_allow_they_disagree_once() {
        let mut observer = begun();
        assert_eq!(told(&mut observer), []);
        observer.model = Model::new(true, true);
        observer.frame(Role::Server, Duration::ZERO, &[0x30, 1]);
        observer.frame(Role::Server, Duration::ZERO, &[0x50, 0]);
        assert_eq!(told(&mut observer), [(Role::Server, FindingKind::Disagreement)]);
    }

    #[test]
    fn where_the_model_explains_more_than_the_checks_allow_they_disagree_once() {
        let mut observer = begun();
        observer.server = ServerOracle::new();
        observer.frame(Role::Server, Duration::ZERO, &[0x30, 1]);
        observer.frame(Role::Server, Duration::ZERO, &[0x50, 0]);
        let told = told(&mut observer);
        assert_eq!(told.iter().filter(|(_, kind)| *kind == FindingKind::Disagreement).count(), 1, "{told:?}");
        // Both are told, so that nobody takes the breach for a finding of both.
        assert!(
            matches!(told[..], [(Role::Server, FindingKind::Disagreement), (_, FindingKind::Broken(_)), ..]),
            "{told:?}"
        );
    }

    #[test]
    fn what_somebody_else_knows_is_blamed_with_the_introduction() {
        let mut observer = begun();
        observer.add(Role::Client, Duration::ZERO, Breach::new("identity.client-id-kept", "another id"));
        let found = observer.poll().map(|finding| (finding.by, finding.rule(), finding.frames));
        assert_eq!(found, Some((Role::Client, Some("identity.client-id-kept"), vec![0, 1, 2])));
        assert_eq!(observer.tally(Role::Client).count("identity.client-id-kept").broken, 1);
    }

    #[test]
    fn only_who_is_judged_is_compared() {
        let mut observer = begun();
        observer.settings.judged = crate::oracle::Judged::Client;
        observer.model = Model::new(true, true);
        observer.frame(Role::Server, Duration::ZERO, &[0x30, 1]);
        assert_eq!(told(&mut observer), []);
    }

    #[test]
    fn each_oracle_heard_what_passed() {
        let observer = begun();
        assert_eq!(observer.server().ids_in_flight().count(), 0);
        assert_eq!(observer.server().unanswered().count(), 1);
        assert_eq!(observer.client().ids_in_flight().count(), 1);
    }
}
