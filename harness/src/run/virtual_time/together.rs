//! Many cases side by side at one server, as they are played at a server that somebody runs.

use std::collections::VecDeque;
use std::sync::Arc;

use sinkcheck_cases::language::{Owner, Scenario};
use sinkcheck_reports::document::{CaseResult, CaseVerdict, Reason};
use tokio::task::JoinSet;

use super::super::{fault, judged, timed};
use super::guard::Guard;
use super::world::{Play, World, runtime};
use super::{Peer, server};
use crate::judge::unplayed;
use crate::target::Adapter;

impl World {
    /// Plays these cases in this order, so many of them side by side: at one server, whose clients are put back behind each case, or
    /// each at a client of its own. Blocks.
    pub fn play_together(&self, cases: &[(Arc<Scenario>, Play)], side_by_side: usize) -> Vec<CaseResult> {
        let Peer::Server(behaviour) = &self.peer else {
            return cases.iter().map(|(scenario, play)| self.play(scenario, *play)).collect();
        };
        let played = runtime().and_then(|runtime| {
            runtime.block_on(async {
                let server = self.start(behaviour).await?;
                Ok(self.at_one_server(&server, cases, side_by_side).await)
            })
        });
        played.unwrap_or_else(|why: String| cases.iter().map(|(scenario, _)| failed(scenario, &why)).collect())
    }

    async fn at_one_server(
        &self,
        server: &server::Shared,
        cases: &[(Arc<Scenario>, Play)],
        side_by_side: usize,
    ) -> Vec<CaseResult> {
        let (control, guard) = (server.control(), Guard::default());
        let mut free: Vec<&str> = self.target.identities.iter().map(|identity| identity.name.as_str()).collect();
        let mut waiting: VecDeque<_> = cases.iter().cloned().collect();
        let mut running = JoinSet::new();
        let mut results = Vec::with_capacity(cases.len());
        loop {
            while running.len() < side_by_side {
                let place = waiting.iter().position(|(scenario, _)| has_room(scenario, &free));
                let Some((scenario, play)) = place.and_then(|place| waiting.remove(place)) else { break };
                let own = scenario.client.name();
                let main = if server::stranger(own).is_some() { Some(own) } else { take(&mut free, own) };
                let other = if wants_another(&scenario) { take(&mut free, "known") } else { None };
                let setting = self.setting(self.target.server_instance_id, Adapter::BuiltIn(control.clone()), play);
                let seats = (
                    main.and_then(|name| self.seat(server, name, &guard)),
                    other.and_then(|name| self.seat(server, name, &guard)),
                );
                let names = [main, other].map(|name| name.map(str::to_owned));
                running.spawn(async move {
                    let played = match seats {
                        (Some(main), other) => timed(&scenario, &setting, main, other).await,
                        (None, _) => None,
                    };
                    (judged(&scenario, played), names)
                });
            }
            let Some(finished) = running.join_next().await else { break };
            match finished {
                Ok((result, names)) => {
                    for name in names.into_iter().flatten() {
                        // A name of the target's is one that the server knows.
                        let _ = control.prepare(&name);
                        let of_target = self.target.identities.iter().map(|identity| identity.name.as_str());
                        free.extend(of_target.filter(|known| *known == name));
                    }
                    results.push(result);
                }
                Err(error) => results.extend(cases.first().map(|(scenario, _)| fault(scenario, &error))),
            }
        }
        results.extend(waiting.iter().map(|(scenario, _)| failed(scenario, "no identity is left for it")));
        results
    }
}

fn has_room(scenario: &Scenario, free: &[&str]) -> bool {
    let count = |kind: &str| free.iter().filter(|name| is_of(name, kind)).count();
    let own = scenario.client.name();
    match wants_another(scenario) {
        // Whoever is kept out takes nobody's place.
        false if server::stranger(own).is_some() => true,
        true if server::stranger(own).is_some() => count("known") >= 1,
        true if own == "known" => count("known") >= 2,
        true => count(own) >= 1 && count("known") >= 1,
        false => count(own) >= 1,
    }
}

fn take<'a>(free: &mut Vec<&'a str>, kind: &str) -> Option<&'a str> {
    let place = free.iter().position(|name| is_of(name, kind))?;
    Some(free.remove(place))
}

fn is_of(name: &str, kind: &str) -> bool {
    name.split('/').next() == Some(kind)
}

fn wants_another(scenario: &Scenario) -> bool {
    scenario.connections.values().any(|owner| *owner == Owner::Another)
}

fn failed(scenario: &Scenario, why: &str) -> CaseResult {
    let mut result = unplayed(scenario);
    result.verdict = CaseVerdict::Error;
    result.reason = Some(Reason::new("harness-fault", why));
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    fn case(client: &str, has_another: bool) -> Scenario {
        let head = "title: t\nunder_test: server\nrequirements: [identity.unknown-client-not-accepted]\n";
        let (connections, step) = match has_another {
            true => ("connections: { other: another }\n", "  - { connect: {}, on: other }\n"),
            false => ("", ""),
        };
        let text = format!("{head}client: {client}\n{connections}steps:\n{step}  - connect\n  - expect: closed\n");
        sinkcheck_cases::suite::read("server/identity/mine", "mine.yaml", &text).expect("a scenario")
    }

    #[test]
    fn a_case_has_room_where_each_of_its_clients_has_a_place() {
        for (client, has_another, needed) in [
            ("known", false, &["known"][..]),
            ("known", true, &["known", "known/2"]),
            ("quarantined", true, &["quarantined", "known"]),
            ("unknown", false, &[]),
            ("unknown", true, &["known"]),
        ] {
            let scenario = case(client, has_another);
            assert!(has_room(&scenario, needed), "{client} {has_another}");
            let fewer = needed.split_last().map(|(_, fewer)| fewer);
            assert!(fewer.is_none_or(|fewer| !has_room(&scenario, fewer)), "{client} {has_another}");
        }
    }
}
