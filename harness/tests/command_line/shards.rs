//! `--shard`: a part of the cases, and all of them again.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::document::{cases, document};
use crate::folder::Folder;
use crate::program::sinkcheck;

const CASES: [&str; 2] = ["--case", "server/{framing,isolation}/*"];

fn ids(document: &Value) -> Vec<String> {
    cases(document).iter().map(|case| case["id"].as_str().expect("an id").to_owned()).collect()
}

/// The documents of all shards, each played in an order of its own, as files.
fn shards(folder: &Folder, of: usize, arguments: &[&str]) -> Vec<String> {
    let play = |number: usize| {
        let file = folder.at(&format!("{number}.json"));
        let shard = format!("{number}/{of}");
        let seed = number.to_string();
        let common =
            ["certify", "--quiet", "--shard", &shard, "--shuffle", &seed, "--format", "json", "--output", &file];
        sinkcheck(common.iter().chain(&CASES).chain(arguments)).run().exits(0);
        file
    };
    (1..=of).map(play).collect()
}

#[test]
fn shards_are_disjoint_and_together_all() {
    let folder = Folder::new();
    let whole = sinkcheck(["certify", "--quiet", "--format", "json"].iter().chain(&CASES)).run().exits(0);
    let whole = document(&whole.stdout);
    let files = shards(&folder, 4, &[]);
    let mut seen = BTreeSet::new();
    for (number, file) in (1..).zip(["1.json", "2.json", "3.json", "4.json"]) {
        let shard = document(&folder.read(file));
        assert_eq!((&shard["shard"]["number"], &shard["shard"]["of"]), (&Value::from(number), &4.into()));
        let every_fourth: Vec<String> = ids(&whole).into_iter().skip(number - 1).step_by(4).collect();
        assert_eq!(ids(&shard), every_fourth);
        assert!(ids(&shard).into_iter().all(|id| seen.insert(id)));
    }
    assert_eq!(seen.len(), cases(&whole).len());

    let arguments = ["report", "merge", "--quiet", "--format", "json"];
    let done = sinkcheck(arguments.iter().copied().chain(files.iter().rev().map(String::as_str))).run().exits(0);
    let merged = document(&done.stdout);
    assert_eq!(ids(&merged), ids(&whole));
    for key in ["summary", "verdict", "suite", "target", "rules"] {
        assert_eq!(merged[key], whole[key], "{key}");
    }
    assert!(merged.get("shard").is_none(), "the whole is no shard");
}

#[test]
fn repetitions_of_a_case_are_in_one_shard() {
    let folder = Folder::new();
    let files = shards(&folder, 2, &["--repeat", "2"]);
    let first = ids(&document(&folder.read("1.json")));
    assert_eq!(first.len(), 2 * first.iter().collect::<BTreeSet<_>>().len());
    let done = sinkcheck(["report", "merge", &files[0], &files[1], "--format", "json"]).run().exits(0);
    let all = ids(&document(&done.stdout));
    assert_eq!(all.len(), 2 * all.iter().collect::<BTreeSet<_>>().len());
    assert!(all.len() > first.len(), "both shards are in it");
}

#[test]
fn a_shard_says_what_others_would_reach() {
    let done = sinkcheck(["certify", "--shard", "2/4"].iter().chain(&CASES)).run().exits(0);
    done.says_all(&["Shard    2 of 4", "report merge", "a case of another shard"]);
}

#[test]
fn documents_that_do_not_fit_are_not_merged() {
    let folder = Folder::new();
    let files = shards(&folder, 2, &[]);
    let merge = |arguments: &[&str]| sinkcheck(["report", "merge"].iter().chain(arguments)).run();
    merge(&[&files[0]]).exits(2).says("missing: 2/2").says("--partial");
    merge(&[&files[0], "--partial"]).exits(0).says("The cases of other shards are missing: 2/2.");
    merge(&[&files[0], &files[0]]).exits(2).says("give each shard's document once");
    let mut other = document(&folder.read("2.json"));
    other["target"]["name"] = "other".into();
    let other = folder.write("other.json", other.to_string());
    merge(&[&files[0], &other]).exits(2).says("other.json has another target than");
}

#[test]
fn shards_that_are_none_are_refused() {
    for shard in ["0/4", "5/4", "1/0", "4", "a/b", "1/2/3", "-1/4", "1/99999999999"] {
        sinkcheck(["certify", &format!("--shard={shard}")]).run().exits(2).says("a shard is written as 2/4");
    }
    let arguments = ["certify", "--case", "server/handshake/connected", "--shard", "2/2"];
    sinkcheck(arguments).run().exits(2).says("shard 2/2 has no case to play: there are 1");
}
