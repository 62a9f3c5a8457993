//! Calls that can't be meant: each exits with 2 before anything is played, and says what to do.

use crate::folder::Folder;
use crate::program::sinkcheck;

#[track_caller]
fn check(arguments: &[&str], texts: &[&str]) {
    let done = sinkcheck(arguments).run().exits(2);
    assert_eq!(done.stdout, "", "{arguments:?}");
    done.says_all(texts);
}

#[test]
fn words_that_are_no_verbs() {
    check(&["certifi"], &["unrecognized subcommand 'certifi'", "certify"]);
    check(&["certify", "router"], &["'router'", "possible values"]);
    check(&["simulate", "router"], &["unrecognized subcommand"]);
    check(&["certify", "--no-such-flag"], &["--no-such-flag"]);
    check(&["certify", "--color", "sometimes"], &["auto", "always", "never"]);
    assert!(sinkcheck::<&str>([]).run().exits(2).stderr.contains("Usage: sinkcheck"));
}

#[test]
fn addresses_that_are_none() {
    for (address, why) in [
        ("127.0.0.1:4000", "no scheme"),
        ("nonsense://x:1", "neither tcp nor tls"),
        ("tcp://host", "no port"),
        ("tcp://:1", "no host"),
        ("tcp://host:", "not a number"),
        ("tcp://host:99999", "not a number"),
        ("tcp://::1:4000", "brackets"),
        ("", "no scheme"),
    ] {
        check(&["certify", "server", address], &[why, "write tcp://HOST:PORT or tls://HOST:PORT"]);
    }
    check(&["certify", "server", "tcp://host:0"], &["which port?", "target file"]);
    check(&["certify", "server", "tls://host:1"], &["certificates", "target file", "sinkcheck init DIR"]);
}

#[test]
fn an_address_and_a_target_file_together() {
    check(&["certify", "server", "tcp://127.0.0.1:1", "--target", "a.yaml"], &["cannot be used with"]);
}

#[test]
fn patterns_that_are_none_or_fit_nothing() {
    check(&["certify", "--case", "["], &["`[` is no pattern"]);
    check(&["certify", "--rule", "{a"], &["`{a` is no pattern"]);
    check(&["certify", "--case", "zzzzzzzz"], &["no case fits `zzzzzzzz`", "sinkcheck list"]);
    check(&["certify", "--case", "server/handshake/conected"], &["did you mean `server/handshake/connected`?"]);
    check(&["certify", "--case", "server/*", "--case", "nothing"], &["no case fits `nothing`"]);
    check(&["certify", "--rule", "nothing.*"], &["no case cites a rule that fits", "sinkcheck list --rules"]);
    check(&["certify", "--case", "server/layout/*", "--rule", "identity.*"], &["fit no case together"]);
}

#[test]
fn numbers_that_are_none_or_out_of_range() {
    check(&["certify", "--repeat", "0"], &["--repeat", "1..=10000"]);
    check(&["certify", "--repeat", "many"], &["--repeat"]);
    check(&["certify", "--repeat", "10000"], &["a run has 100000 at most", "select fewer cases"]);
    check(&["certify", "--jobs", "0"], &["--jobs", "1..=256"]);
    check(&["certify", "--jobs", "-1"], &["-1"]);
    check(&["certify", "--shuffle", "notanumber"], &["`notanumber` is no seed", "whole number"]);
}

#[test]
fn files_that_are_not_there_or_are_no_files() {
    let folder = Folder::new();
    let (absent, place) = (folder.at("absent"), folder.at(""));
    for option in ["--target", "--known-failing"] {
        check(&["certify", option, &absent], &[&absent, "No such file"]);
        check(&["certify", option, &place], &[&place, "Is a directory"]);
    }
    check(&["certify", "--suite", &absent], &[&absent, "No such file"]);
    check(&["certify", "--suite", &place], &["no scenario file (*.yaml) in this folder"]);
    check(&["list", "--suite", &absent], &["No such file"]);
    check(&["simulate", "server", "--config", &absent], &[&absent, "No such file"]);
    check(&["certify", "--target", "/dev/zero"], &["/dev/zero: too long"]);
    let nobody = sinkcheck(["lint", &absent]).run().exits(2);
    nobody.says("No such file");
}
