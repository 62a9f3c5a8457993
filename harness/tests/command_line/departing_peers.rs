//! Simulated peers with a deliberate fault, or with a freedom that the reference doesn't use.

use crate::program::sinkcheck;

#[test]
fn lists_have_a_line_for_each_and_can_be_cut_at_spaces() {
    for (role, option, one, of) in [
        ("server", "--list-mutants", "ping-answered-twice", "keepalive.ping-answered-once"),
        ("client", "--list-mutants", "stays-away", "introduction.reconnects"),
        ("server", "--list-variants", "takes-over-at-connect", "identity.takeover-moment"),
        ("client", "--list-variants", "first-id-4095", "events.first-id"),
    ] {
        let done = sinkcheck(["simulate", role, option]).run().exits(0);
        let line = done.stdout.lines().find(|line| line.starts_with(&format!("{one} "))).expect("a line of its own");
        let mut words = line.split_whitespace();
        assert_eq!((words.next(), words.next()), (Some(one), Some(of)), "{line}");
        assert!(line.ends_with('.'), "a sentence ends it: {line}");
        let place = |line: &str| line.find(of);
        assert!(place(line).is_some_and(|place| line.chars().nth(place - 1) == Some(' ')), "{line}");
    }
}

#[test]
fn names_that_there_are_not() {
    let check = |arguments: &[&str], text: &str| {
        let done = sinkcheck(arguments).run().exits(2);
        assert_eq!(done.stdout, "", "{arguments:?}");
        done.says(text);
    };
    check(
        &["simulate", "server", "--mutant", "ping-answred-twice"],
        "there is no mutant `ping-answred-twice`; did you mean `ping-answered-twice`?",
    );
    check(&["simulate", "server", "--mutant", "xyzzy"], "there is no mutant `xyzzy`; --list-mutants lists them");
    check(&["simulate", "client", "--variant", "resest"], "there is no variant `resest`; did you mean `resets`?");
    check(&["simulate", "client", "--mutant", "known-client-greeted"], "there is no mutant `known-client-greeted`");
    check(
        &["simulate", "server", "--variant", "resets", "--variant", "closes-late"],
        "--variant resets and --variant closes-late decide the same thing",
    );
}

#[test]
fn names_are_completed() {
    let script = sinkcheck(["completions", "bash"]).run().exits(0);
    for name in ["ping-answered-twice", "takes-over-at-connect"] {
        assert!(script.stdout.contains(name), "{name}");
    }
}
