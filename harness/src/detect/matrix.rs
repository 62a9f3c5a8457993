use std::sync::Arc;
use std::time::Instant;

use sinkcheck_cases::language::Scenario;
use sinkcheck_reports::detection::{Detection, DetectionBuilder, EquivalentsInfo, MutantInfo, RuleInfo, Variant};
use sinkcheck_reports::document::{Level, Role as ReportRole};
use sinkcheck_spec::catalogue::{self, Role, catalogue};

use super::crew::{Faced, is_costly, play_all};
use super::peers::{Known, name};
use super::repeated::{Repetitions, repeat};
use super::{Plan, What};
use crate::run::suite_of;

/// Plays what is planned. `progress` hears how many peers there are, how many are done, and of which role.
pub fn detect(plan: &Plan, progress: &mut dyn FnMut(usize, usize, Role)) -> Detection {
    let begun = Instant::now();
    let mut builders = Vec::new();
    for &role in &plan.roles {
        builders.push(of_role(plan, role, progress));
    }
    let notes = notes(plan);
    let wall = begun.elapsed().as_secs_f64() * 1e3;
    Detection::of(suite_of(plan.suite_size), builders, notes, wall)
}

fn of_role(plan: &Plan, role: Role, progress: &mut dyn FnMut(usize, usize, Role)) -> DetectionBuilder {
    let cases: Vec<Arc<Scenario>> = plan.cases.iter().filter(|case| case.under_test == role).cloned().collect();
    let mut builder = DetectionBuilder::new(report_role(role), rules(role), cases.iter().map(|case| case.id.clone()));
    if !plan.is_whole() {
        builder.is_partial();
    }
    let peers = Known::of(plan, role);
    let mut results: Vec<Faced> = peers.iter().map(|_| Faced::default()).collect();
    let mut finished = 0;
    play_all(role, &peers, &cases, plan.jobs, |at, faced| {
        results[at] = faced;
        finished += 1;
        progress(peers.len(), finished, role);
    });
    if plan.has(What::Reference) && plan.repeat > 1 {
        let repetitions = Repetitions { times: plan.repeat, seed: plan.seed, jobs: plan.jobs };
        let mut finished = 0;
        repeat(role, &cases, &repetitions, |plays, seen| {
            builder.repetition(plays, &seen);
            finished += 1;
            progress(plan.repeat as usize, finished, role);
        });
    }
    for (known, faced) in peers.iter().zip(results) {
        tell(&mut builder, plan, role, *known, faced);
    }
    if plan.has(What::Generated) {
        equivalents(&mut builder, plan, role, &peers);
    }
    builder
}

fn tell(builder: &mut DetectionBuilder, plan: &Plan, role: Role, known: Known, faced: Faced) {
    let Faced { seen, unaffected } = faced;
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    match known {
        Known::Reference => builder.reference(&seen),
        Known::Mutant(mutant) => {
            let info = MutantInfo {
                name: mutant.name().to_owned(),
                sentence: mutant.sentence().to_owned(),
                rules: owned(mutant.rules()),
            };
            builder.mutant(info, seen, unaffected);
        }
        Known::Generated(mutation) => {
            let name = name(&mutation);
            let equivalent = plan.equivalents.entry(role, &name).is_some();
            builder.generated(&name, &seen, equivalent, unaffected);
        }
        Known::Variant(variant) => {
            let info = Variant {
                name: variant.name().to_owned(),
                sentence: variant.sentence().to_owned(),
                freedoms: owned(variant.freedoms()),
            };
            builder.variant(info, &seen);
        }
        Known::Pair(one, other) => builder.pair(one.name(), other.name(), &seen),
    }
}

fn equivalents(builder: &mut DetectionBuilder, plan: &Plan, role: Role, peers: &[Known]) {
    let names: Vec<String> = peers
        .iter()
        .filter_map(|known| match known {
            Known::Generated(mutation) => Some(name(mutation)),
            _ => None,
        })
        .collect();
    let mut list = Vec::new();
    let mut stale = Vec::new();
    for entry in plan.equivalents.entries_for(role) {
        if plan.names.is_empty() {
            stale.extend(entry.stale(&names).into_iter().map(str::to_owned));
        }
        let is_of_entry =
            |name: &&String| plan.equivalents.entry(role, name).is_some_and(|found| std::ptr::eq(found, entry));
        let mutants: Vec<String> = names.iter().filter(is_of_entry).cloned().collect();
        if !mutants.is_empty() {
            list.push(EquivalentsInfo { patterns: entry.patterns.clone(), reason: entry.reason.clone(), mutants });
        }
    }
    builder.equivalents(list, stale);
}

fn rules(role: Role) -> Vec<RuleInfo> {
    let info = |rule: &catalogue::Rule| RuleInfo {
        id: rule.id.clone(),
        level: match rule.level {
            catalogue::Level::Must => Level::Must,
            catalogue::Level::Should => Level::Should,
        },
        unobservable: rule.unobservable.clone(),
    };
    catalogue().rules_for(role).map(info).collect()
}

fn report_role(role: Role) -> ReportRole {
    match role {
        Role::Server => ReportRole::Server,
        Role::Client => ReportRole::Client,
    }
}

fn notes(plan: &Plan) -> Vec<String> {
    let mut notes = Vec::new();
    let about = |what: What, is_it: &dyn Fn(&Scenario) -> bool| {
        let mut of_roles = plan.cases.iter().filter(|case| plan.roles.contains(&case.under_test));
        plan.has(what) && of_roles.any(|case| is_it(case))
    };
    if about(What::Mutants, &is_costly) {
        notes.push(
            "A case with a thousand events or a million octets was left out at a mutant whose rules it isn't about, if two other \
             cases killed that one and another didn't."
                .to_owned(),
        );
    }
    if about(What::Mutants, &|_| true) || about(What::Generated, &|_| true) {
        notes.push(
            "A case was left out at a mutant whose changes make no difference to what the reference does in it: there the mutant is \
             the reference, and passes."
                .to_owned(),
        );
    }
    if about(What::Generated, &|_| true) {
        notes.push("A generated mutant was played until a case killed it.".to_owned());
    }
    if !plan.is_whole() {
        notes.push("Only a part was played; what is said about the whole needs all of it.".to_owned());
    }
    notes
}
