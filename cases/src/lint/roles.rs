//! What only means something with a server under test, or only with a client.

use sinkcheck_spec::catalogue::Role;

use crate::language::{Ask, Certificate, Fixture, Pattern, Scenario, Step, Transport, Verb};
use crate::yaml::{Diagnostic, Path, Source};

use super::each_step;

pub(super) fn check(scenario: &Scenario, source: &Source) -> Vec<Diagnostic> {
    let role = scenario.under_test;
    let mut found = Vec::new();
    let top = Path::top();
    let mut complain = |path: &Path, message: String, hint: &str| found.push(source.error(path, message).hint(hint));
    match role {
        Role::Server => {
            if scenario.publishes > 0 {
                let hint = "ask the server's adapter: `ask: { publish: … }`";
                complain(&top.key("publishes"), "`publishes` is for a client under test".to_owned(), hint);
            }
            if scenario.certificate != Certificate::Trusted {
                let hint = "a client's own is chosen by `client`";
                complain(&top.key("certificate"), "`certificate` is for a client under test".to_owned(), hint);
            }
        }
        Role::Client => {
            if !matches!(scenario.client, Fixture::Known | Fixture::New) {
                let hint = "it is `known` or `new`";
                complain(&top.key("client"), "no client under test can be that".to_owned(), hint);
            }
            if scenario.certificate != Certificate::Trusted && scenario.transport != Transport::Tls {
                let hint = "add `transport: tls`";
                complain(&top.key("certificate"), "a certificate is only shown over TLS".to_owned(), hint);
            }
        }
    }
    each_step(&scenario.steps, &mut |step| {
        if let Some((what, hint)) = misplaced(step, role) {
            complain(&step.path, format!("{what} with a {role} under test"), hint);
        }
        if let Verb::Expect { pattern: Pattern::Ping, within: None } = step.verb {
            let hint = "within: { from: 0, to: 1.1 }, in keepalive intervals";
            complain(&step.path.key("expect"), "a PING is due at some time".to_owned(), hint);
        }
    });
    found
}

/// What in a step has no meaning in a case about this role, and what to do about it.
fn misplaced(step: &Step, role: Role) -> Option<(&'static str, &'static str)> {
    match (&step.verb, role) {
        (Verb::Ask(Ask::Restart | Ask::Wipe), Role::Server) => {
            Some(("nothing is restarted or wiped", "`prepare` puts a fixture back"))
        }
        (Verb::Expect { pattern, .. }, role) => misplaced_pattern(pattern, role),
        _ => None,
    }
}

fn misplaced_pattern(pattern: &Pattern, role: Role) -> Option<(&'static str, &'static str)> {
    match pattern {
        Pattern::OneOf(list) | Pattern::AnyOrder(list) => {
            list.iter().find_map(|pattern| misplaced_pattern(pattern, role))
        }
        Pattern::ConnectionRequest(_) | Pattern::Event(_) | Pattern::Ping | Pattern::Waited | Pattern::WaitedNoLess
            if role == Role::Server =>
        {
            Some(("this is not expected", "only a client does that"))
        }
        _ if pattern.is_response() && role == Role::Client => {
            Some(("no response is expected", "the client's request is answered by a `send`"))
        }
        _ => None,
    }
}
