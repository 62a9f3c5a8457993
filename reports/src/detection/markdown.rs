//! The whole matrix as a page: for each rule its mutants, for each mutant the cases that killed it.

use std::io::{self, Write};

use super::text::share;
use super::{Blame, Detection, Innocents, MutantRow, MutantVerdict, RoleMatrix};
use crate::document::{Level, Role};

/// So many cases are named behind a mutant; the JSON has them all.
const NAMED: usize = 6;

pub(super) fn render(detection: &Detection, out: &mut dyn Write) -> io::Result<()> {
    let figures = &detection.figures;
    writeln!(out, "# What the suite detects\n")?;
    writeln!(out, "| | |\n|---|---|")?;
    let mut row = |name: &str, text: String| writeln!(out, "| {name} | {text} |");
    row("mutants killed", format!("{} of {}", figures.killed, figures.mutants))?;
    row("by a case that cites the broken rule", figures.killed_by_citing.to_string())?;
    let first = share(figures.blamed_first, figures.mutants);
    row("the broken rule blamed first", format!("{} ({first})", figures.blamed_first))?;
    let generated = format!(
        "{} of {}, {} more are equivalent",
        figures.generated_killed, figures.generated, figures.generated_equivalent
    );
    row("generated mutants killed", generated)?;
    let innocent = format!(
        "{} of {} plays ({} variants, {} pairs)",
        figures.innocent_faults, figures.innocent_plays, figures.variants, figures.pairs
    );
    row("failures of peers that do nothing wrong", innocent)?;
    let musts = format!(
        "{} of {}, {} more can't be seen from outside",
        figures.musts_exercised, figures.musts, figures.musts_unobservable
    );
    row("MUST rules exercised", musts)?;
    for role in &detection.roles {
        matrix(role, out)?;
    }
    for note in &detection.notes {
        writeln!(out, "\n{note}")?;
    }
    Ok(())
}

fn matrix(role: &RoleMatrix, out: &mut dyn Write) -> io::Result<()> {
    let name = match role.role {
        Role::Server => "Servers",
        Role::Client => "Clients",
    };
    writeln!(out, "\n## {name}\n\n### Rules\n\n| rule | level | cases | mutants |\n|---|---|---|---|")?;
    for rule in &role.rules {
        let level = if rule.level == Level::Must { "MUST" } else { "SHOULD" };
        let mutants = match &rule.unobservable {
            Some(why) if rule.mutants.is_empty() => format!("can't be seen from outside: {}", cell(why)),
            _ => rule.mutants.join("<br>"),
        };
        writeln!(out, "| {} | {level} | {} | {mutants} |", rule.id, rule.exercised_by)?;
    }
    writeln!(out, "\n### Mutants\n\n| mutant | breaks | killed by | blamed first |\n|---|---|---|---|")?;
    for row in &role.mutants {
        writeln!(
            out,
            "| `{}`<br>{} | {} | {} | {} |",
            row.name,
            cell(&row.sentence),
            row.rules.join("<br>"),
            killers(row),
            blamed(row)
        )?;
    }
    writeln!(out, "\n### Cases\n\n| case | kills | alone |\n|---|---|---|")?;
    for case in &role.cases {
        writeln!(out, "| {} | {} | {} |", case.id, case.kills, case.alone.join("<br>"))?;
    }
    let generated = &role.generated;
    if generated.played > 0 {
        writeln!(out, "\n### Generated mutants\n\n{} played, {} killed.\n", generated.played, generated.killed)?;
        for name in &generated.survivors {
            writeln!(out, "- **survived**: `{name}`")?;
        }
        for killed in &generated.killed_equivalents {
            let by = format!("{} blamed {}: {}", killed.case, killed.blamed.join(", "), killed.what);
            writeln!(out, "- **said to be equivalent and killed**: `{}`; {}", killed.peer, cell(&by))?;
        }
        for stale in &generated.stale {
            writeln!(out, "- **in the list of equivalents and fits nothing**: `{stale}`")?;
        }
        for error in &generated.errors {
            writeln!(out, "- **sinkcheck failed**: {}", cell(error))?;
        }
        for entry in &generated.equivalent {
            writeln!(out, "- {} equivalent: {}", entry.mutants.len(), cell(&entry.reason))?;
        }
    }
    writeln!(out, "\n### Peers that do nothing wrong\n")?;
    for (what, innocents) in
        [("reference", &role.at_reference), ("variants", &role.at_variants), ("pairs of variants", &role.at_pairs)]
    {
        innocent(what, innocents, out)?;
    }
    if !role.variants.is_empty() {
        writeln!(out, "\n| variant | freedoms |\n|---|---|")?;
        for variant in &role.variants {
            let freedoms = variant.freedoms.join("<br>");
            writeln!(out, "| `{}`<br>{} | {freedoms} |", variant.name, cell(&variant.sentence))?;
        }
    }
    Ok(())
}

fn innocent(what: &str, innocents: &Innocents, out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "- {what}: {} peers, {} plays, {} failed or warned, {} inconclusive",
        innocents.peers,
        innocents.plays,
        innocents.faults.len(),
        innocents.inconclusive.len()
    )?;
    for fault in &innocents.faults {
        writeln!(out, "  - **{}**: {} blamed {}", fault.peer, fault.case, fault.blamed.join(", "))?;
    }
    Ok(())
}

fn killers(row: &MutantRow) -> String {
    if row.verdict == MutantVerdict::Survived {
        return "**nobody**".to_owned();
    }
    let mut ordered: Vec<_> = row.kills.iter().filter(|kill| kill.cites).collect();
    ordered.extend(row.kills.iter().filter(|kill| !kill.cites));
    let mut names: Vec<String> = ordered.iter().take(NAMED).map(|kill| kill.case.clone()).collect();
    if row.kills.len() > NAMED {
        names.push(format!("and {} more", row.kills.len() - NAMED));
    }
    names.join("<br>")
}

fn blamed(row: &MutantRow) -> &'static str {
    match row.blame {
        Blame::First => "yes",
        Blame::Among => "among others",
        Blame::None => "**no**",
    }
}

/// Text that ends no cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
