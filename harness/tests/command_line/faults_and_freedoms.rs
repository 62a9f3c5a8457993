//! A sample of the mutants and variants as processes of their own, over TCP: what `detect` says of them in memory, certify says of
//! them as a user would meet them.

use crate::document::{cases, document};
use crate::folder::Folder;
use crate::program::{Done, PROGRAM, sinkcheck};

/// Plays these cases at the reference pair's server or client, which is launched with these arguments besides.
fn certified(role: &str, arguments: &str, selected: &str) -> Done {
    let folder = Folder::new();
    let place = folder.at("i");
    sinkcheck(["init", &place]).run().exits(0);
    let name = if role == "server" { "i/target-tcp.yaml" } else { "i/target-client-tcp.yaml" };
    let launch = format!("launch: [ '{PROGRAM}', simulate, {role},");
    let target = folder.read(name);
    assert!(target.contains(&launch), "{target}");
    let target = folder.write(name, target.replace(&launch, &format!("{launch} {arguments},")));
    let call = ["certify", role, "--target", &target, "--skip-slow", "--case", selected, "--format", "json"];
    sinkcheck(call).run()
}

/// A case fails for this rule, which is blamed first.
#[track_caller]
fn is_failed(role: &str, mutant: &str, selected: &str, rule: &str) {
    let done = certified(role, &format!("--mutant, {mutant}"), selected).exits(1);
    let result = document(&done.stdout);
    let blames = |case: &&serde_json::Value| case["verdict"] == "fail" && case["broken_rules"][0] == rule;
    assert!(cases(&result).iter().any(|case| blames(&case)), "{mutant}: {done:?}");
}

/// Nothing is held against it.
#[track_caller]
fn passes(role: &str, variant: &str, selected: &str) {
    let done = certified(role, &format!("--variant, {variant}"), selected).exits(0);
    let result = document(&done.stdout);
    let others: Vec<_> = cases(&result).iter().filter(|case| case["verdict"] != "pass").collect();
    assert!(!cases(&result).is_empty() && others.is_empty(), "{variant}: {others:?}");
}

#[test]
fn servers_with_a_fault_are_failed_for_the_rule_that_they_break() {
    is_failed("server", "numbers-cut-to-32-bits", "server/layout/*-delivered", "events.fields-unchanged");
    is_failed("server", "known-client-closed", "server/handshake/connected*", "handshake.first-request-answered");
    is_failed("server", "event-answered-twice", "server/events/answered*", "events.answered-once");
    is_failed("server", "ping-answered-twice", "server/keepalive/ping*", "keepalive.ping-answered-once");
    is_failed("server", "malformed-publish-acked", "server/malformed/publish*", "malformed.publish-short");
}

#[test]
fn clients_with_a_fault_are_failed_for_the_rule_that_they_break() {
    is_failed("client", "refuses-frames-over-255", "client/framing/every-length", "framing.every-length");
    is_failed("client", "publish-short", "client/events/answered*", "layout.publish");
    let id = "introduction.client-instance-id-constant";
    is_failed("client", "client-id-another-each-time", "client/introduction/client-id*", id);
    is_failed("client", "unanswered-lost", "client/events/unanswered-sent-again", "events.unanswered-sent-again");
    is_failed("client", "second-hello-kept", "client/malformed/second-hello*", "malformed.second-response");
}

#[test]
fn nothing_is_held_against_servers_that_use_a_freedom() {
    passes("server", "answers-in-reverse", "server/events/answered*");
    passes("server", "early-event-nacked", "server/handshake/early*");
    passes("server", "pongs-all-the-time", "server/keepalive/*");
    // Whether it sends them unasked is looked at as the client that the case has made of a new one.
    passes("server", "pongs-all-the-time", "server/handshake/life-of-a-new-client");
}

#[test]
fn nothing_is_held_against_clients_that_use_a_freedom() {
    passes("client", "one-octet-a-segment", "client/framing/joined*");
    passes("client", "hello-to-known-accepted", "client/introduction/*");
    passes("client", "pings-all-the-time", "client/keepalive/*");
}
