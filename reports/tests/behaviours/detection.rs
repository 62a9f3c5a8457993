//! What is made of what was seen at peers with known faults and freedoms.

use sinkcheck_reports::detection::{
    Blame, Detection, DetectionBuilder, MutantInfo, MutantVerdict, Outcome, RuleInfo, Seen, Variant,
};
use sinkcheck_reports::document::{CaseVerdict, Level, Role, Suite};

fn rule(id: &str, level: Level) -> RuleInfo {
    RuleInfo { id: id.to_owned(), level, unobservable: None }
}

fn seen(case: &str, cites: &str, verdict: CaseVerdict, blamed: &[&str]) -> Seen {
    Seen {
        case: case.to_owned(),
        cites: vec![cites.to_owned()],
        verdict,
        blamed: blamed.iter().map(|rule| (*rule).to_owned()).collect(),
        what: String::new(),
    }
}

fn builder() -> DetectionBuilder {
    let rules = vec![rule("a.must", Level::Must), rule("a.other", Level::Must), rule("a.should", Level::Should)];
    let mut builder = DetectionBuilder::new(Role::Server, rules, ["one".to_owned(), "two".to_owned()]);
    builder.is_partial();
    builder
}

fn folded(builder: DetectionBuilder) -> Detection {
    Detection::of(Suite::default(), vec![builder], Vec::new(), 0.0)
}

#[track_caller]
fn check(breaks: &str, seen: Vec<Seen>, verdict: MutantVerdict, blame: Blame) {
    let mut builder = builder();
    let mutant = MutantInfo { name: "m".to_owned(), sentence: String::new(), rules: vec![breaks.to_owned()] };
    builder.mutant(mutant, seen, 0);
    let detection = folded(builder);
    let row = &detection.roles[0].mutants[0];
    assert_eq!((row.verdict, row.blame), (verdict, blame));
    assert_eq!(detection.outcome == Outcome::Sound, verdict == MutantVerdict::Killed);
}

#[test]
fn a_mutant_is_killed_by_a_failure_that_cites_or_blames_its_rule() {
    use CaseVerdict::{Fail, Pass, Warn};
    let cites = |verdict, blamed| seen("one", "a.must", verdict, blamed);
    let other = |verdict, blamed| seen("two", "a.other", verdict, blamed);
    check("a.must", vec![cites(Fail, &["a.must"])], MutantVerdict::Killed, Blame::First);
    check("a.must", vec![cites(Fail, &["a.other", "a.must"])], MutantVerdict::Killed, Blame::Among);
    check("a.must", vec![cites(Fail, &["a.other"])], MutantVerdict::Killed, Blame::None);
    check("a.must", vec![other(Fail, &["a.must"])], MutantVerdict::Killed, Blame::First);
    check("a.must", vec![other(Fail, &["a.other"])], MutantVerdict::WronglyBlamed, Blame::None);
    check("a.must", vec![cites(Pass, &[]), other(Warn, &["a.should"])], MutantVerdict::Survived, Blame::None);
}

#[test]
fn cases_that_were_left_out_are_counted_and_count_as_passed() {
    let kill = || vec![seen("one", "a.must", CaseVerdict::Fail, &["a.must"])];
    let mutant =
        |name: &str| MutantInfo { name: name.to_owned(), sentence: String::new(), rules: vec!["a.must".to_owned()] };
    let mut builder = builder();
    builder.mutant(mutant("everywhere"), kill(), 0);
    builder.mutant(mutant("in-one-case"), kill(), 1);
    builder.generated("table:g", &kill(), false, 2);
    let detection = folded(builder);
    assert_eq!((detection.figures.plays, detection.figures.unaffected), (3, 3));
    let killed_by_all: Vec<bool> = detection.roles[0].mutants.iter().map(|row| row.killed_by_all).collect();
    assert_eq!(killed_by_all, [true, false]);
}

#[test]
fn who_breaks_a_should_alone_is_warned_and_never_failed() {
    use CaseVerdict::{Fail, Warn};
    let warned = seen("one", "a.should", Warn, &["a.should"]);
    check("a.should", vec![warned.clone()], MutantVerdict::Killed, Blame::First);
    let failed = seen("two", "a.must", Fail, &["a.must"]);
    check("a.should", vec![warned, failed], MutantVerdict::WronglyBlamed, Blame::First);
}

#[test]
fn whatever_is_held_against_an_innocent_peer_is_a_fault() {
    for (verdict, outcome) in [
        (CaseVerdict::Pass, Outcome::Sound),
        (CaseVerdict::Inconclusive, Outcome::Sound),
        (CaseVerdict::Warn, Outcome::Unsound),
        (CaseVerdict::Fail, Outcome::Unsound),
        (CaseVerdict::Error, Outcome::HarnessFailed),
    ] {
        let mut builder = builder();
        let variant = Variant { name: "v".to_owned(), sentence: String::new(), freedoms: Vec::new() };
        builder.variant(variant, &[seen("one", "a.must", verdict, &[])]);
        assert_eq!(folded(builder).outcome, outcome, "{verdict:?}");
    }
}

#[test]
fn a_generated_mutant_is_killed_or_on_the_list_and_never_both() {
    let killed = [seen("one", "a.must", CaseVerdict::Fail, &["a.must"])];
    let passed = [seen("one", "a.must", CaseVerdict::Pass, &[])];
    for (seen, listed, outcome) in [
        (&killed, false, Outcome::Sound),
        (&passed, true, Outcome::Sound),
        (&passed, false, Outcome::Unsound),
        (&killed, true, Outcome::Unsound),
    ] {
        let mut builder = builder();
        builder.generated("table:g", seen, listed, 0);
        assert_eq!(folded(builder).outcome, outcome, "{seen:?} {listed}");
    }
}
