use std::io::{self, Write};

use super::text::{rule_word, tally, turn};
use super::{CaseChange, Change, Difference, RuleChange, Side};
use crate::markdown::block::Paper;
use crate::markdown::inline::{Code, Prose};
use crate::render::RenderOptions;
use crate::text::abridge::abridged;
use crate::text::wording::{cases_of, counted, verdict};

/// The longest account of a case, in characters.
const LONGEST_ACCOUNT: usize = 240;

/// Writes the difference for a pull request.
///
/// # Errors
///
/// Those of `out`.
pub fn render(difference: &Difference, options: &RenderOptions, out: &mut dyn Write) -> io::Result<()> {
    let mut paper = Paper::new(out, options.verbose);
    let result = match (difference.must_got_worse, difference.rules.len() + difference.cases.len()) {
        (true, _) => "A MUST got worse",
        (false, 0) => "Nothing changed",
        (false, _) => "No MUST got worse",
    };
    paper.heading(2, result)?;
    paper.list([format!("old: {}", side(&difference.old)), format!("new: {}", side(&difference.new))])?;
    for change in Change::ALL {
        write_change(&mut paper, difference, change)?;
    }
    Ok(())
}

fn side(side: &Side) -> String {
    format!(
        "{} ({}), suite {}: {}, {} of {} held",
        Code(&side.target),
        side.role,
        Code(&side.suite),
        verdict(side.verdict),
        side.held,
        counted(side.rules, "rule")
    )
}

fn write_change(paper: &mut Paper<'_>, difference: &Difference, change: Change) -> io::Result<()> {
    let rules: Vec<&RuleChange> = difference.rules.iter().filter(|rule| rule.change == change).collect();
    let cases: Vec<&CaseChange> = difference.cases.iter().filter(|case| case.change == change).collect();
    if rules.is_empty() && cases.is_empty() {
        return Ok(());
    }
    let heading = format!("{}: {}", change.title(), tally(rules.len(), cases.len()));
    let items = rules.into_iter().map(rule_item).chain(cases.into_iter().map(case_item));
    // What broke is open to see; the rest is folded.
    if change == Change::Broke {
        paper.heading(3, heading)?;
        return paper.list_while_there_is_room(items);
    }
    paper.begin_fold(&heading, "")?;
    paper.list_while_there_is_room(items)?;
    paper.end_fold()
}

fn rule_item(rule: &RuleChange) -> String {
    let text = if rule.text.is_empty() {
        String::new()
    } else {
        format!(": {}", Prose(&abridged(&rule.text, LONGEST_ACCOUNT)))
    };
    let turned = turn(rule.old.map(rule_word), rule.new.map(rule_word));
    format!("{} {} ({turned}){text}", rule.level, Code(&rule.id))
}

fn case_item(case: &CaseChange) -> String {
    let turned = turn(case.old.map(cases_of), case.new.map(cases_of));
    let mut item = format!("{} ({turned})", Code(&case.id));
    for rule in &case.newly_broken {
        item.push_str(&format!(", breaks {}", Code(rule)));
    }
    let tells = matches!(case.change, Change::Broke | Change::Unsettled) || case.got_worse;
    if tells && !case.account.is_empty() {
        item.push_str(&format!(": {}", Code(&abridged(&case.account, LONGEST_ACCOUNT))));
    }
    item
}
