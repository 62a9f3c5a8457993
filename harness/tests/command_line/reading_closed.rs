//! Readers of standard output that have seen enough, as `head -1` has.

use crate::program::sinkcheck;

#[track_caller]
fn check(arguments: &[&str]) {
    sinkcheck(arguments).run_with_a_reader_that_leaves().exits(0);
}

#[test]
fn a_reader_that_leaves_is_no_failure() {
    for arguments in [
        &["--help"][..],
        &["list"],
        &["list", "--rules"],
        &["show", "server/handshake/connected"],
        &["explain", "handshake.hello"],
        &["schema", "result"],
        &["schema", "scenario"],
        &["completions", "bash"],
        &["certify", "--verbose", "--case", "server/handshake/*"],
        &["certify", "--format", "json", "--case", "server/handshake/*"],
    ] {
        check(arguments);
    }
}

#[test]
fn a_long_explanation_ends_with_its_reader() {
    let octets = "00025000".repeat(200_000);
    sinkcheck(["decode", "-"]).input(octets).run_with_a_reader_that_leaves().exits(0);
}
