//! `list`, `show`, `explain`, `schema` and `completions`.

use crate::program::{Done, sinkcheck};

fn call(arguments: &[&str]) -> Done {
    sinkcheck(arguments).run()
}

#[test]
fn cases_and_rules_are_listed_and_narrowed() {
    let all = call(&["list"]).exits(0).stdout;
    let some = call(&["list", "server/handshake/*"]).exits(0).stdout;
    assert!(some.lines().count() > 5 && all.lines().count() > some.lines().count());
    assert!(some.lines().all(|line| line.starts_with("server/handshake/")));
    let rules = call(&["list", "--rules", "handshake.*"]).exits(0).stdout;
    assert!(rules.lines().all(|line| line.contains(" handshake.")));
    assert!(rules.lines().any(|line| line.starts_with("MUST")));
    call(&["list", "nothing-like-it"]).exits(2).says("nothing fits `nothing-like-it`");
    call(&["list", "--rules", "["]).exits(2).says("`[` is no pattern");
}

#[test]
fn a_case_is_shown_with_its_scenario_and_its_rules() {
    let done = call(&["show", "server/handshake/connected"]).exits(0);
    done.says_all(&["cases/suites/server/handshake/connected.yaml", "under_test: server", "handshake.connected (MUST"]);
    call(&["show", "server/handshake/connected.yaml"]).exits(0);
    call(&["show", "handshake/connected"]).exits(2).says("did you mean `server/handshake/connected`?");
    call(&["show", "server/handshake/conected"]).exits(2).says("did you mean `server/handshake/connected`?");
    call(&["show", "zzzzzzzzzzzzzzzz"]).exits(2).says("`sinkcheck list` shows the cases");
}

#[test]
fn a_rule_is_explained_with_its_reasoning_and_its_cases() {
    let done = call(&["explain", "handshake.quarantined-closes"]).exits(0);
    done.says_all(&["MUST for", "PROTOCOL.md section", "server/handshake/"]);
    call(&["explain", "handshake.quarantined-close"]).exits(2).says("did you mean `handshake.quarantined-closes`?");
    call(&["explain", "zzzzzzzzzzzzzzzzzzzz"]).exits(2).says("`sinkcheck list --rules` shows them");
}

#[test]
fn every_rule_and_every_freedom_can_be_explained() {
    for rule in sinkcheck_spec::catalogue::catalogue().rules().iter().step_by(20) {
        call(&["explain", &rule.id]).exits(0).says(&rule.text);
    }
    for freedom in sinkcheck_spec::catalogue::catalogue().freedoms() {
        call(&["explain", &freedom.id]).exits(0).says_all(&["left open", &freedom.text]);
    }
}

#[test]
fn schemas_are_schemas() {
    let reports = concat!(env!("CARGO_MANIFEST_DIR"), "/../reports/schema");
    for of in ["scenario", "result", "difference", "finding", "detection"] {
        let printed = call(&["schema", of]).exits(0).stdout;
        let schema = serde_json::from_str(&printed).expect("a schema is JSON");
        jsonschema::validator_for(&schema).expect("a schema is one");
        if of != "scenario" {
            let published = std::fs::read_to_string(format!("{reports}/{of}.schema.json")).expect("it is published");
            assert_eq!(printed, published, "{of}");
        }
    }
    call(&["schema", "nonsense"]).exits(2).says_all(&["scenario", "result"]);
}

#[test]
fn shells_are_helped_to_complete() {
    for shell in ["bash", "zsh", "fish"] {
        call(&["completions", shell]).exits(0).says_all(&["certify", "skip-slow"]);
    }
    call(&["completions", "nonsense"]).exits(2).says("possible values");
}
