//! In which order cases are played with a client that connects by itself.

use sinkcheck_cases::language::{Certificate, Scenario};

/// Where a case stands. What makes a client wait comes late, so that most is known soon: a deployed client that was turned away
/// stays away for up to a minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// It answers every request by an acceptance.
    Quick,
    /// It turns the client away on the way.
    Rejects,
    /// It waits for keepalive intervals.
    Slow,
    /// It shows a certificate that the client is to refuse. Every client that comes meanwhile is shown it.
    Refused,
    /// It leaves the client turned away.
    EndsRejected,
}

/// Where a case stands in the order.
pub(super) fn rank(scenario: &Scenario) -> Rank {
    if scenario.certificate != Certificate::Trusted {
        Rank::Refused
    } else if scenario.ends_rejected() {
        Rank::EndsRejected
    } else if scenario.is_slow() {
        Rank::Slow
    } else if scenario.rejects() {
        Rank::Rejects
    } else {
        Rank::Quick
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(steps: &str, expected: Rank) {
        let text =
            format!("title: A case\nunder_test: client\nrequirements: [introduction.reconnects]\nsteps: [ {steps} ]\n");
        let read = sinkcheck_cases::suite::read("client/a", "a.yaml", &text);
        assert_eq!(read.map(|scenario| rank(&scenario)).map_err(|mistakes| mistakes[0].to_string()), Ok(expected));
    }

    #[test]
    fn what_makes_a_client_wait_comes_late() {
        let turned_away = "connect, { expect: { connection_request: {} } }, { send: instance_id_mismatch }";
        check("handshake, { expect: open }", Rank::Quick);
        check(&format!("{turned_away}, handshake"), Rank::Rejects);
        check("handshake, { wait: 0.5 }, { expect: open }", Rank::Slow);
        check(&format!("handshake, {{ wait: 0.5 }}, {turned_away}"), Rank::EndsRejected);
        assert!(Rank::Quick < Rank::Rejects && Rank::Slow < Rank::Refused && Rank::Refused < Rank::EndsRejected);
    }
}
