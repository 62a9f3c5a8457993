//! The matrix for a terminal: what is wrong in full, what is right in numbers, and the whole with `verbose`.

use std::io::{self, Write};

use super::{Blame, Detection, Innocents, MutantRow, MutantVerdict, Outcome, RoleMatrix};
use crate::document::Role;
use crate::render::RenderOptions;
use crate::text::page::Page;
use crate::text::palette::{
    BAD, BROKEN_MARK as BAD_MARK, FAINT, GOOD, HELD_MARK as GOOD_MARK, PLAIN, STRONG, WARNING, WARNING_MARK,
};

/// So many cases are named behind a mutant.
const NAMED: usize = 2;

pub(super) fn render(detection: &Detection, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(out, options);
    let suite = &detection.suite;
    let head = format!("suite of {} cases and {} rules at known faults and freedoms", suite.cases, suite.rules);
    page.line(&[(STRONG, "sinkcheck "), (STRONG, &suite.version), (PLAIN, "  "), (PLAIN, &head)])?;
    for role in &detection.roles {
        matrix(&mut page, role)?;
    }
    for note in &detection.notes {
        page.blank()?;
        page.paragraph(&[(PLAIN, "Note  ")], PLAIN, note)?;
    }
    figures(&mut page, detection)
}

fn matrix(page: &mut Page<'_>, role: &RoleMatrix) -> io::Result<()> {
    let name = match role.role {
        Role::Server => "server",
        Role::Client => "client",
    };
    if !role.mutants.is_empty() {
        page.heading(&format!("{name} mutants"), "✓ killed and blamed right  ! blamed, not first  ✗ not detected")?;
        for row in &role.mutants {
            mutant(page, row)?;
        }
        let everything: Vec<&str> =
            role.mutants.iter().filter(|row| row.killed_by_all).map(|row| row.name.as_str()).collect();
        if !everything.is_empty() {
            page.blank()?;
            page.paragraph(&[(PLAIN, "Killed by every case:  ")], PLAIN, &everything.join("  "))?;
        }
    }
    let alone: Vec<_> = role.cases.iter().filter(|case| !case.alone.is_empty()).collect();
    if !alone.is_empty() {
        page.heading(&format!("{name} cases that alone kill a mutant"), &alone.len().to_string())?;
        for case in alone {
            page.paragraph(&[(PLAIN, "  "), (PLAIN, &case.id), (PLAIN, "  ")], FAINT, &case.alone.join("  "))?;
        }
    }
    let idle: Vec<&str> = role.cases.iter().filter(|case| case.kills == 0).map(|case| case.id.as_str()).collect();
    if role.is_whole && !role.mutants.is_empty() && !idle.is_empty() {
        page.heading(&format!("{name} cases that kill no mutant"), &idle.len().to_string())?;
        page.paragraph(&[(PLAIN, "  ")], FAINT, &idle.join("  "))?;
    }
    let gaps: Vec<&str> = role.rules_without_mutant().map(|rule| rule.id.as_str()).collect();
    if !gaps.is_empty() {
        page.heading(&format!("{name} rules that no mutant breaks"), &gaps.len().to_string())?;
        page.paragraph(&[(BAD, "✗ ")], PLAIN, &gaps.join("  "))?;
    }
    let unseen: Vec<_> = role.rules.iter().filter(|rule| rule.exercised_by == 0).collect();
    if role.is_whole && !unseen.is_empty() {
        page.heading(&format!("{name} rules that no case exercises"), "")?;
        for rule in unseen {
            let why = rule.unobservable.as_deref().unwrap_or("no case that was played shows it");
            page.paragraph(&[(PLAIN, "  "), (PLAIN, &rule.id), (PLAIN, "  ")], FAINT, why)?;
        }
    }
    generated(page, name, role)?;
    innocents(page, &format!("{name} reference"), &role.at_reference)?;
    innocents(page, &format!("{name} variants"), &role.at_variants)?;
    innocents(page, &format!("{name} pairs of variants"), &role.at_pairs)
}

fn mutant(page: &mut Page<'_>, row: &MutantRow) -> io::Result<()> {
    let (style, mark) = match (row.verdict, row.blame) {
        (MutantVerdict::Killed, Blame::First) => (GOOD, GOOD_MARK),
        (MutantVerdict::Killed, _) => (WARNING, WARNING_MARK),
        _ => (BAD, BAD_MARK),
    };
    let citing = row.kills.iter().filter(|kill| kill.cites);
    let limit = if page.verbose() { usize::MAX } else { NAMED };
    let named: Vec<&str> = citing.clone().take(limit).map(|kill| kill.case.as_str()).collect();
    let fate = match row.kills.len() {
        0 => "survived".to_owned(),
        1 => format!("killed by {} alone", row.kills[0].case),
        count if named.is_empty() => {
            let some: Vec<&str> = row.kills.iter().take(limit).map(|kill| kill.case.as_str()).collect();
            format!("killed by {count} cases, of which none cites its rule, among them {}", some.join(", "))
        }
        count if named.len() == count => format!("killed by {}", named.join(", ")),
        count => format!("killed by {count} cases, among them {}", named.join(", ")),
    };
    page.paragraph(&[(style, mark), (PLAIN, " "), (STRONG, &row.name), (PLAIN, "  ")], PLAIN, &fate)?;
    let is_right = row.verdict == MutantVerdict::Killed && row.blame == Blame::First;
    if page.verbose() || !is_right {
        page.paragraph(&[(PLAIN, "      ")], FAINT, &row.sentence)?;
        page.paragraph(&[(PLAIN, "      breaks  ")], PLAIN, &row.rules.join("  "))?;
    }
    if !is_right {
        for kill in row.kills.iter().take(4) {
            let cites = if kill.cites { ", which cites it," } else { "" };
            let text = format!("{}{cites} blamed {}", kill.case, kill.blamed.join("  "));
            page.paragraph(&[(PLAIN, "      ")], FAINT, &text)?;
        }
    }
    for error in &row.errors {
        page.paragraph(&[(BAD, "      sinkcheck failed in ")], PLAIN, error)?;
    }
    Ok(())
}

fn generated(page: &mut Page<'_>, name: &str, role: &RoleMatrix) -> io::Result<()> {
    let generated = &role.generated;
    if generated.played == 0 {
        return Ok(());
    }
    let equivalent: usize = generated.equivalent.iter().map(|entry| entry.mutants.len()).sum();
    let remark = format!(
        "{} places of the machine's table changed: {} killed, {equivalent} equivalent",
        generated.played, generated.killed
    );
    page.heading(&format!("{name} generated mutants"), &remark)?;
    for survivor in &generated.survivors {
        page.line(&[(BAD, BAD_MARK), (PLAIN, " "), (STRONG, survivor), (PLAIN, "  survived")])?;
    }
    for killed in &generated.killed_equivalents {
        page.line(&[
            (BAD, BAD_MARK),
            (PLAIN, " "),
            (STRONG, &killed.peer),
            (PLAIN, "  is said to be equivalent and was killed"),
        ])?;
        let by = format!("by {}, which blamed {}: {}", killed.case, killed.blamed.join("  "), killed.what);
        page.paragraph(&[(PLAIN, "      ")], FAINT, &by)?;
    }
    for stale in &generated.stale {
        page.line(&[
            (BAD, BAD_MARK),
            (PLAIN, " "),
            (STRONG, stale),
            (PLAIN, "  is in the list of equivalents and fits nothing"),
        ])?;
    }
    for error in &generated.errors {
        page.paragraph(&[(BAD, "sinkcheck failed at ")], PLAIN, error)?;
    }
    for entry in &generated.equivalent {
        let count = entry.mutants.len().to_string();
        page.paragraph(&[(PLAIN, "  "), (PLAIN, &count), (PLAIN, "  ")], FAINT, &entry.reason)?;
        if page.verbose() {
            page.paragraph(&[(PLAIN, "      ")], FAINT, &entry.mutants.join("  "))?;
        }
    }
    Ok(())
}

fn innocents(page: &mut Page<'_>, name: &str, innocents: &Innocents) -> io::Result<()> {
    if innocents.peers == 0 {
        return Ok(());
    }
    let remark = format!(
        "{} cases played at {}: {} failed or warned, {} inconclusive",
        innocents.plays,
        innocents.peers,
        innocents.faults.len(),
        innocents.inconclusive.len()
    );
    page.heading(name, &remark)?;
    for (style, mark, list) in [(BAD, BAD_MARK, &innocents.faults), (WARNING, WARNING_MARK, &innocents.inconclusive)] {
        for fault in list {
            let text = format!("{}  {}", fault.blamed.join("  "), fault.what);
            page.line(&[(style, mark), (PLAIN, " "), (STRONG, &fault.peer), (PLAIN, "  "), (PLAIN, &fault.case)])?;
            page.paragraph(&[(PLAIN, "      ")], FAINT, text.trim())?;
        }
    }
    Ok(())
}

fn figures(page: &mut Page<'_>, detection: &Detection) -> io::Result<()> {
    let figures = &detection.figures;
    page.blank()?;
    let mut line = |name: &str, text: String| page.paragraph(&[(STRONG, &format!("{name:<10}"))], PLAIN, &text);
    if figures.mutants > 0 {
        line(
            "Mutants",
            format!(
                "{} of {} killed, {} of them by a case that cites the broken rule; it was blamed first at {} ({}), and in {} of all {} kills ({})",
                figures.killed,
                figures.mutants,
                figures.killed_by_citing,
                figures.blamed_first,
                share(figures.blamed_first, figures.mutants),
                figures.kills_blamed_first,
                figures.kills,
                share(figures.kills_blamed_first, figures.kills),
            ),
        )?;
    }
    if figures.generated > 0 {
        line(
            "Generated",
            format!(
                "{} of {} killed, {} equivalent with a reason",
                figures.generated_killed, figures.generated, figures.generated_equivalent
            ),
        )?;
    }
    if figures.innocent_plays > 0 {
        line(
            "Innocent",
            format!(
                "{} cases played at the reference, {} variants and {} pairs: {} failed or warned, {} inconclusive",
                figures.innocent_plays,
                figures.variants,
                figures.pairs,
                figures.innocent_faults,
                figures.innocent_inconclusive
            ),
        )?;
    }
    if figures.musts_exercised > 0 {
        line(
            "MUSTs",
            format!(
                "{} of {} exercised, {} that nobody outside can see",
                figures.musts_exercised, figures.musts, figures.musts_unobservable
            ),
        )?;
    }
    let mut plays = format!("{} in {:.1} s", figures.plays, figures.wall_ms / 1e3);
    if figures.unaffected > 0 {
        plays += &format!(
            "; {} more were left out, in which the mutant does nothing but what the reference does",
            figures.unaffected
        );
    }
    line("Plays", plays)?;
    let (style, outcome) = match detection.outcome {
        Outcome::Sound => (GOOD, "sound: what has to be detected was, and nothing else"),
        Outcome::Unsound => (BAD, "unsound: see what is marked with ✗"),
        Outcome::HarnessFailed => (BAD, "sinkcheck itself failed"),
    };
    page.line(&[(STRONG, "OUTCOME   "), (style, outcome)])
}

/// A share in per cent, rounded down to a tenth: 100 % is all.
pub(super) fn share(part: usize, whole: usize) -> String {
    let tenths = part * 1000 / whole.max(1);
    format!("{}.{} %", tenths / 10, tenths % 10)
}
