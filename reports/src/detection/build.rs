use super::{
    Blame, CaseRow, Detection, Equivalents, EquivalentsInfo, Fault, Figures, Generated, Innocents, Kill, MutantInfo,
    MutantRow, MutantVerdict, Outcome, RoleMatrix, RuleInfo, RuleRow, SCHEMA, Seen, Variant,
};
use crate::document::{CaseVerdict, Level, Role, Suite};

/// Folds what was seen at each peer of one role into its matrix. Whatever order peers are told in, the matrix is in the order in which
/// they were announced.
#[derive(Debug)]
pub struct DetectionBuilder {
    matrix: RoleMatrix,
    rules: Vec<RuleInfo>,
    mutants: Vec<(MutantInfo, Vec<Seen>, usize)>,
    exercised: Vec<(String, usize)>,
    counts: Counts,
}

/// What is counted over all peers.
#[derive(Debug, Clone, Copy, Default)]
struct Counts {
    plays: usize,
    unaffected: usize,
    errors: usize,
}

impl DetectionBuilder {
    /// For a role, its rules in the catalogue's order, and the cases that are played at each mutant in the suite's order.
    pub fn new(role: Role, rules: Vec<RuleInfo>, cases: impl IntoIterator<Item = String>) -> Self {
        let case = |id| CaseRow { id, kills: 0, alone: Vec::new() };
        let matrix = RoleMatrix {
            role,
            rules: Vec::new(),
            mutants: Vec::new(),
            cases: cases.into_iter().map(case).collect(),
            generated: Generated::default(),
            variants: Vec::new(),
            at_reference: Innocents::default(),
            at_variants: Innocents::default(),
            at_pairs: Innocents::default(),
            is_whole: true,
        };
        Self { matrix, rules, mutants: Vec::new(), exercised: Vec::new(), counts: Counts::default() }
    }

    /// Not everything is played: what the matrix doesn't have says nothing.
    pub fn is_partial(&mut self) {
        self.matrix.is_whole = false;
    }

    /// All cases were played at a mutant that was written by hand, but for so many in which it does what the reference does.
    pub fn mutant(&mut self, mutant: MutantInfo, seen: Vec<Seen>, unaffected: usize) {
        self.count(&seen);
        self.counts.unaffected += unaffected;
        self.mutants.push((mutant, seen, unaffected));
    }

    /// Cases were played at a generated mutant, until one killed it or all were played but for so many in which it does what the
    /// reference does.
    pub fn generated(&mut self, name: &str, seen: &[Seen], equivalent: bool, unaffected: usize) {
        self.count(seen);
        self.counts.unaffected += unaffected;
        let generated = &mut self.matrix.generated;
        generated.played += 1;
        let errors = seen.iter().filter(|seen| seen.verdict == CaseVerdict::Error);
        generated.errors.extend(errors.map(|seen| format!("{name} {}: {}", seen.case, seen.what)));
        let killer = seen.iter().find(|seen| matches!(seen.verdict, CaseVerdict::Fail | CaseVerdict::Warn));
        match (killer, equivalent) {
            (Some(_), false) => generated.killed += 1,
            (Some(killer), true) => generated.killed_equivalents.push(fault(name, killer)),
            (None, false) => generated.survivors.push(name.to_owned()),
            (None, true) => {}
        }
    }

    /// The reviewed list of generated mutants that nobody can tell from the reference.
    pub fn equivalents(&mut self, list: Vec<EquivalentsInfo>, stale: Vec<String>) {
        let row =
            |info: EquivalentsInfo| Equivalents { patterns: info.patterns, reason: info.reason, mutants: info.mutants };
        self.matrix.generated.equivalent = list.into_iter().map(row).collect();
        self.matrix.generated.stale = stale;
    }

    /// Cases were played at the reference, which shows what they exercise.
    pub fn reference(&mut self, seen: &[Seen]) {
        self.count(seen);
        for seen in seen.iter().filter(|seen| seen.verdict == CaseVerdict::Pass) {
            for rule in &seen.cites {
                match self.exercised.iter_mut().find(|(id, _)| id == rule) {
                    Some((_, count)) => *count += 1,
                    None => self.exercised.push((rule.clone(), 1)),
                }
            }
        }
        note(&mut self.matrix.at_reference, "the reference", seen);
    }

    /// So many cases were played at the reference once more, and all passed but these.
    pub fn repetition(&mut self, plays: usize, others: &[Seen]) {
        self.count(others);
        self.counts.plays += plays - others.len();
        note(&mut self.matrix.at_reference, "the reference", others);
        self.matrix.at_reference.plays += plays - others.len();
    }

    /// Cases were played at a variant.
    pub fn variant(&mut self, variant: Variant, seen: &[Seen]) {
        self.count(seen);
        note(&mut self.matrix.at_variants, &variant.name, seen);
        self.matrix.variants.push(variant);
    }

    /// Cases were played at a peer that is two variants at a time.
    pub fn pair(&mut self, one: &str, other: &str, seen: &[Seen]) {
        self.count(seen);
        note(&mut self.matrix.at_pairs, &format!("{one} + {other}"), seen);
    }

    fn count(&mut self, seen: &[Seen]) {
        self.counts.plays += seen.len();
        self.counts.errors += seen.iter().filter(|seen| seen.verdict == CaseVerdict::Error).count();
    }

    fn finish(mut self) -> (RoleMatrix, Counts) {
        let mut rows = Vec::new();
        for (mutant, seen, unaffected) in std::mem::take(&mut self.mutants) {
            rows.push(self.row(mutant, &seen, unaffected));
        }
        for row in &rows {
            for kill in &row.kills {
                if let Some(case) = self.matrix.cases.iter_mut().find(|case| case.id == kill.case) {
                    case.kills += 1;
                    if row.kills.len() == 1 {
                        case.alone.push(row.name.clone());
                    }
                }
            }
        }
        let exercised = |id: &str| self.exercised.iter().find(|(rule, _)| rule == id).map_or(0, |(_, count)| *count);
        self.matrix.rules = self
            .rules
            .iter()
            .map(|rule| RuleRow {
                id: rule.id.clone(),
                level: rule.level,
                unobservable: rule.unobservable.clone(),
                exercised_by: exercised(&rule.id),
                mutants: rows.iter().filter(|row| row.rules.contains(&rule.id)).map(|row| row.name.clone()).collect(),
            })
            .collect();
        self.matrix.mutants = rows;
        (self.matrix, self.counts)
    }

    fn row(&self, mutant: MutantInfo, seen: &[Seen], unaffected: usize) -> MutantRow {
        let level = |id: &String| self.rules.iter().find(|rule| rule.id == *id).map_or(Level::Must, |rule| rule.level);
        let only_advice = mutant.rules.iter().all(|rule| level(rule) == Level::Should);
        let kills_it = |verdict| verdict == CaseVerdict::Fail || (only_advice && verdict == CaseVerdict::Warn);
        let kills: Vec<Kill> = seen
            .iter()
            .filter(|seen| kills_it(seen.verdict))
            .map(|seen| Kill {
                case: seen.case.clone(),
                verdict: seen.verdict,
                blamed: seen.blamed.clone(),
                cites: seen.cites.iter().any(|rule| mutant.rules.contains(rule)),
            })
            .collect();
        let of_its_rule = kills.iter().filter(|kill| kill.cites || kill.blame(&mutant.rules) > Blame::None);
        let blame = of_its_rule.map(|kill| kill.blame(&mutant.rules)).max();
        let failed_for_advice = only_advice && kills.iter().any(|kill| kill.verdict == CaseVerdict::Fail);
        let verdict = match (kills.is_empty(), blame) {
            (true, _) => MutantVerdict::Survived,
            (false, Some(_)) if !failed_for_advice => MutantVerdict::Killed,
            (false, _) => MutantVerdict::WronglyBlamed,
        };
        let conclusive = seen.iter().filter(|seen| seen.verdict.is_conclusive());
        let errors = seen.iter().filter(|seen| seen.verdict == CaseVerdict::Error);
        MutantRow {
            verdict,
            blame: blame.unwrap_or(Blame::None),
            killed_by_all: unaffected == 0 && !kills.is_empty() && conclusive.count() == kills.len(),
            errors: errors.map(|seen| format!("{}: {}", seen.case, seen.what)).collect(),
            name: mutant.name,
            sentence: mutant.sentence,
            rules: mutant.rules,
            kills,
        }
    }
}

impl Kill {
    /// Whether it blamed one of these rules.
    pub(super) fn blame(&self, rules: &[String]) -> Blame {
        match self.blamed.iter().position(|rule| rules.contains(rule)) {
            Some(0) => Blame::First,
            Some(_) => Blame::Among,
            None => Blame::None,
        }
    }
}

fn note(innocents: &mut Innocents, peer: &str, seen: &[Seen]) {
    innocents.peers += 1;
    innocents.plays += seen.len();
    for seen in seen {
        let list = match seen.verdict {
            CaseVerdict::Fail | CaseVerdict::Warn => &mut innocents.faults,
            CaseVerdict::Inconclusive | CaseVerdict::Error => &mut innocents.inconclusive,
            _ => continue,
        };
        list.push(fault(peer, seen));
    }
}

fn fault(peer: &str, seen: &Seen) -> Fault {
    Fault {
        peer: peer.to_owned(),
        case: seen.case.clone(),
        verdict: seen.verdict,
        blamed: seen.blamed.clone(),
        what: seen.what.clone(),
    }
}

impl Detection {
    /// The whole, of its roles. `wall_ms` is how long it took.
    pub fn of(suite: Suite, roles: Vec<DetectionBuilder>, notes: Vec<String>, wall_ms: f64) -> Self {
        let (matrices, counts): (Vec<_>, Vec<_>) = roles.into_iter().map(DetectionBuilder::finish).unzip();
        let sum = |of: fn(&Counts) -> usize| counts.iter().map(of).sum::<usize>();
        let (plays, unaffected, errors) =
            (sum(|counts| counts.plays), sum(|counts| counts.unaffected), sum(|counts| counts.errors));
        let figures = Figures { plays, unaffected, wall_ms, ..figures(&matrices) };
        let is_sound = matrices.iter().all(RoleMatrix::is_sound);
        let outcome = match (is_sound, errors) {
            (false, _) => Outcome::Unsound,
            (true, 0) => Outcome::Sound,
            (true, _) => Outcome::HarnessFailed,
        };
        Self { schema: SCHEMA, suite, outcome, figures, roles: matrices, notes }
    }
}

impl RoleMatrix {
    /// Whether everything came out as it has to.
    fn is_sound(&self) -> bool {
        let innocent = [&self.at_reference, &self.at_variants, &self.at_pairs];
        let generated = &self.generated;
        self.mutants.iter().all(|row| row.verdict == MutantVerdict::Killed)
            && innocent.iter().all(|innocents| innocents.faults.is_empty())
            && generated.survivors.is_empty()
            && generated.killed_equivalents.is_empty()
            && generated.stale.is_empty()
            && self.rules_without_mutant().next().is_none()
    }

    /// Rules that peers can see and that no mutant breaks; none where not everything was played.
    pub fn rules_without_mutant(&self) -> impl Iterator<Item = &RuleRow> {
        let is_gap = |rule: &&RuleRow| rule.mutants.is_empty() && rule.unobservable.is_none();
        self.rules.iter().filter(|_| self.is_whole).filter(is_gap)
    }
}

fn figures(roles: &[RoleMatrix]) -> Figures {
    let mut figures = Figures::default();
    for role in roles {
        for row in &role.mutants {
            figures.mutants += 1;
            figures.killed += usize::from(row.verdict == MutantVerdict::Killed);
            figures.killed_by_citing += usize::from(row.kills.iter().any(|kill| kill.cites));
            figures.blamed_first += usize::from(row.blame == Blame::First);
            figures.kills += row.kills.len();
            figures.kills_blamed_first +=
                row.kills.iter().filter(|kill| kill.blame(&row.rules) == Blame::First).count();
        }
        figures.generated += role.generated.played;
        figures.generated_killed += role.generated.killed;
        let lived = role.generated.played - role.generated.killed - role.generated.killed_equivalents.len();
        figures.generated_equivalent += lived - role.generated.survivors.len();
        figures.variants += role.at_variants.peers;
        figures.pairs += role.at_pairs.peers;
        for innocents in [&role.at_reference, &role.at_variants, &role.at_pairs] {
            figures.innocent_plays += innocents.plays;
            figures.innocent_faults += innocents.faults.len();
            figures.innocent_inconclusive += innocents.inconclusive.len();
        }
        let musts = role.rules.iter().filter(|rule| rule.level == Level::Must);
        figures.musts += musts.clone().count();
        figures.musts_exercised += musts.clone().filter(|rule| rule.exercised_by > 0).count();
        figures.musts_unobservable +=
            musts.filter(|rule| rule.exercised_by == 0 && rule.unobservable.is_some()).count();
    }
    figures
}
