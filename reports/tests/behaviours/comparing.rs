//! What changed between two documents.

use sinkcheck_reports::compare::{self, Change, Difference, compare};
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Level, Reason, TargetRole};
use sinkcheck_reports::{Document, RenderOptions};

use crate::handmade::{self, case, document, failure, rule};
use crate::published::{Kind, keeps};
use crate::snapshots::check;

fn text(difference: &Difference, options: &RenderOptions) -> String {
    written(|out| compare::text(difference, options, out))
}

fn written(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> String {
    let mut page = Vec::new();
    write(&mut page).expect("a vector takes every write");
    String::from_utf8(page).expect("UTF-8")
}

#[test]
fn differences_are_as_reviewed() {
    for (name, old, new) in [
        ("broke", handmade::conforming(), handmade::failing()),
        ("mended", handmade::failing(), handmade::conforming()),
        ("nothing", handmade::failing(), handmade::failing()),
        ("unreachable", handmade::conforming(), handmade::unreachable()),
        ("hostile", handmade::conforming(), handmade::hostile()),
    ] {
        let difference = compare(&old, &new).expect("both are of servers");
        keeps(Kind::Difference, &serde_json::to_value(&difference).expect("it is JSON"));
        let options = RenderOptions::default();
        check(&format!("diff_text_{name}"), &text(&difference, &options));
        check(&format!("diff_markdown_{name}"), &written(|out| compare::markdown(&difference, &options, out)));
    }
    let difference = compare(&handmade::conforming(), &handmade::only_known_failures()).expect("both are of servers");
    check("diff_json", &serde_json::to_string_pretty(&difference).expect("it is JSON"));
    check("diff_text_narrow", &text(&difference, &RenderOptions { width: 60, ..RenderOptions::default() }));
}

/// The runs of one case of one rule.
fn runs(level: Level, old: &[CaseResult], new: &[CaseResult]) -> Difference {
    let run = |cases: &[CaseResult]| document(vec![rule("a.one", level)], cases.to_vec(), vec![]);
    compare(&run(old), &run(new)).expect("both are of servers")
}

fn of(verdict: CaseVerdict) -> CaseResult {
    let broken = match verdict {
        CaseVerdict::Fail | CaseVerdict::KnownFailure | CaseVerdict::Warn => vec!["a.one".to_owned()],
        _ => vec![],
    };
    CaseResult { broken_rules: broken, ..case("server/a/x", verdict, &["a.one"]) }
}

#[test]
fn a_must_gets_worse_where_it_breaks_or_is_tried_in_vain() {
    use CaseVerdict::{Error, Fail, Inconclusive, KnownFailure, NotApplicable, Pass, UnexpectedPass, Warn};
    for (old, new, worse, change) in [
        (Pass, Fail, true, Some(Change::Broke)),
        (Pass, KnownFailure, true, Some(Change::Broke)),
        (Inconclusive, Fail, true, Some(Change::Broke)),
        (NotApplicable, Fail, true, Some(Change::Broke)),
        (Pass, Inconclusive, true, Some(Change::Unsettled)),
        (Pass, Error, true, Some(Change::Unsettled)),
        (Pass, NotApplicable, false, Some(Change::Unsettled)),
        (Fail, Inconclusive, false, Some(Change::Unsettled)),
        (Fail, Pass, false, Some(Change::Mended)),
        (Inconclusive, Pass, false, Some(Change::Settled)),
        (Inconclusive, NotApplicable, false, Some(Change::Other)),
        (Fail, KnownFailure, false, Some(Change::Other)),
        (KnownFailure, Fail, false, Some(Change::Other)),
        (Pass, UnexpectedPass, false, Some(Change::Other)),
        (Pass, Pass, false, None),
        (Fail, Fail, false, None),
    ] {
        let difference = runs(Level::Must, &[of(old)], &[of(new)]);
        assert_eq!(difference.must_got_worse, worse, "{old:?} {new:?}");
        assert_eq!(difference.cases.first().map(|case| case.change), change, "{old:?} {new:?}");
    }
    for (old, new) in [(Pass, Warn), (Pass, Inconclusive)] {
        assert!(!runs(Level::Should, &[of(old)], &[of(new)]).must_got_worse, "a SHOULD {old:?} {new:?}");
    }
}

#[test]
fn a_case_that_fails_and_did_not_is_worse_whatever_it_names() {
    use CaseVerdict::{Fail, Inconclusive, KnownFailure, Pass, Warn};
    let nameless = |verdict| case("server/a/x", verdict, &[]);
    for (old, new, worse) in [
        (Pass, Fail, true),
        (Warn, Fail, true),
        (Inconclusive, Fail, true),
        (Pass, KnownFailure, true),
        (Pass, Warn, false),
        (Fail, Pass, false),
        (KnownFailure, Fail, false),
        (Fail, Fail, false),
    ] {
        let difference =
            compare(&document(vec![], vec![nameless(old)], vec![]), &document(vec![], vec![nameless(new)], vec![]));
        assert_eq!(difference.expect("both are of servers").must_got_worse, worse, "{old:?} {new:?}");
    }
    let difference = compare(&document(vec![], vec![], vec![]), &document(vec![], vec![nameless(Fail)], vec![]));
    assert!(difference.expect("both are of servers").must_got_worse, "a new case that fails is no improvement");
}

#[test]
fn one_more_case_that_breaks_a_broken_must_is_worse() {
    let broken = |id: &str| failure(id, &["a.one"], &["a.one"]);
    let passing = case("server/a/y", CaseVerdict::Pass, &["a.one"]);
    let difference = runs(Level::Must, &[broken("server/a/x"), passing], &[broken("server/a/x"), broken("server/a/y")]);
    assert!(difference.must_got_worse && difference.rules.is_empty());
    assert_eq!(difference.cases[0].newly_broken, ["a.one"]);
}

#[test]
fn a_case_that_breaks_other_rules_than_before_broke() {
    let run = |broken: &str| {
        let rules = vec![rule("a.one", Level::Must), rule("a.two", Level::Must)];
        document(rules, vec![failure("server/a/x", &["a.one", "a.two"], &[broken])], vec![])
    };
    let difference = compare(&run("a.one"), &run("a.two")).expect("both are of servers");
    assert!(difference.must_got_worse);
    assert_eq!(difference.cases[0].change, Change::Broke);
    assert_eq!(difference.rules.iter().map(|rule| rule.change).collect::<Vec<_>>(), [Change::Unsettled, Change::Broke]);
}

#[test]
fn of_a_repeated_case_the_worst_play_counts() {
    use CaseVerdict::{Fail, Pass};
    let difference = runs(Level::Must, &[of(Pass), of(Pass)], &[of(Pass), of(Fail), of(Pass)]);
    assert!(difference.must_got_worse);
    assert_eq!(difference.cases.len(), 1);
}

#[test]
fn what_only_one_of_them_has_is_new_or_gone() {
    let run = |name: &str, verdict| {
        let broken = if verdict == CaseVerdict::Fail { vec![name.to_owned()] } else { vec![] };
        let case = CaseResult { broken_rules: broken, ..case(&format!("server/a/{name}"), verdict, &[name]) };
        document(vec![rule(name, Level::Must)], vec![case], vec![])
    };
    let changes = |difference: &Difference| {
        let rules = difference.rules.iter().map(|rule| (rule.id.clone(), rule.change));
        rules.chain(difference.cases.iter().map(|case| (case.id.clone(), case.change))).collect::<Vec<_>>()
    };
    let difference = compare(&run("old", CaseVerdict::Pass), &run("new", CaseVerdict::Pass)).expect("servers");
    let expected =
        [("new", Change::New), ("old", Change::Gone), ("server/a/new", Change::New), ("server/a/old", Change::Gone)];
    assert_eq!(changes(&difference), expected.map(|(id, change)| (id.to_owned(), change)));
    assert!(!difference.must_got_worse);
    let difference = compare(&run("old", CaseVerdict::Pass), &run("new", CaseVerdict::Fail)).expect("servers");
    assert!(difference.must_got_worse, "a new MUST that is broken is no improvement");
}

#[test]
fn a_server_and_a_client_are_not_compared() {
    let error = compare(&handmade::conforming(), &handmade::failing_client()).expect_err("they differ in role");
    assert_eq!((error.old, error.new), (TargetRole::Server, TargetRole::Client));
    assert!(error.to_string().contains("no rule in common"));
}

#[test]
fn a_run_compared_with_itself_shows_nothing() {
    for (name, document) in handmade::all() {
        let difference = compare(&document, &document).expect("it is of one role");
        assert!(difference.rules.is_empty() && difference.cases.is_empty() && !difference.must_got_worse, "{name}");
    }
}

#[test]
fn no_text_of_a_peer_commands_the_terminal_or_the_page() {
    let quiet = Document { cases: vec![], ..handmade::conforming() };
    let failed = CaseResult {
        observed: Some("\u{1b}[31m<b>@team</b>\n| x".into()),
        reason: Some(Reason::new("a", "b")),
        ..failure("server/a/\u{202e}`x`", &["a.one"], &["a.one"])
    };
    let loud = document(vec![rule("a.one", Level::Must)], vec![failed], vec![]);
    let difference = compare(&quiet, &loud).expect("both are of servers");
    let (text, options) = (text(&difference, &RenderOptions::default()), RenderOptions::default());
    let markdown = written(|out| compare::markdown(&difference, &options, out));
    for page in [&text, &markdown] {
        assert!(!page.contains(['\u{1b}', '\u{202e}']), "{page:?}");
    }
    let html = pulldown_cmark::Parser::new(&markdown).filter_map(|event| match event {
        pulldown_cmark::Event::Html(html) | pulldown_cmark::Event::InlineHtml(html) => Some(html.into_string()),
        _ => None,
    });
    for html in html {
        assert!(html.starts_with("<details><summary>") || html.trim() == "</details>", "{html}");
    }
}
