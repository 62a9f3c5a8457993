//! Whether a peer is who it says, where there is no network: TLS is spoken over streams in memory, and who trusts too much is found.

use sinkcheck::run::virtual_time::{Peer, Play, World};
use sinkcheck::target::builtin;
use sinkcheck_cases::suite;
use sinkcheck_reports::document::{CaseResult, CaseVerdict};
use sinkcheck_simulator::{client, mutants, server};
use sinkcheck_spec::catalogue::Role;

fn play(role: Role, peer: Peer, case: &str) -> CaseResult {
    let suite = suite::built_in().expect("the suite is right");
    let scenario = suite.iter().find(|scenario| scenario.id == case).expect("the suite has it");
    World::new(peer, builtin::in_memory(role)).play(scenario, Play { serial: 0, salt: 0 })
}

/// The reference passes the case, and the mutant breaks its first rule in it.
#[track_caller]
fn check(role: Role, mutant: &str, case: &str) {
    let passed = play(role, Peer::reference(role), case);
    assert_eq!(passed.verdict, CaseVerdict::Pass, "{passed:?}");
    let mutant = mutants(role).iter().find(|known| known.name() == mutant).expect("it is one of the mutants");
    let peer = match role {
        Role::Server => Peer::Server(server::Behaviour::default().with_mutant(mutant)),
        Role::Client => Peer::Client(client::Behaviour::default().with_mutant(mutant)),
    };
    let found = play(role, peer, case);
    assert_ne!(found.verdict, CaseVerdict::Pass);
    assert_eq!(found.broken_rules.first().map(String::as_str), mutant.rules().first().copied(), "{found:?}");
}

#[test]
fn a_server_that_serves_strangers_is_found() {
    check(Role::Server, "no-certificate-needed", "server/identity/no-certificate");
    check(Role::Server, "any-certificate-trusted", "server/identity/untrusted-certificate");
    check(Role::Server, "unknown-client-served", "server/identity/unknown-client-not-accepted");
    check(Role::Server, "unknown-client-left-waiting", "server/identity/unknown-client-turned-away");
}

#[test]
fn a_client_that_trusts_any_server_is_found() {
    check(Role::Client, "any-server-trusted", "client/identity/wrong-authority");
    check(Role::Client, "any-name-trusted", "client/identity/wrong-name");
    check(Role::Client, "expired-server-trusted", "client/identity/expired");
}
