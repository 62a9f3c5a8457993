use std::io;

use super::page::Page;
use super::palette::{PLAIN, STRONG, rule_mark};
use super::rules::times;
use crate::document::{Document, Level, Role, RuleVerdict, SideCount, TargetRole};

/// Which side of the traffic that was watched broke what, and how often.
pub(super) fn write(page: &mut Page<'_>, document: &Document) -> io::Result<()> {
    if document.target.role != TargetRole::Both {
        return Ok(());
    }
    let broken = |role: Role| {
        document.rules.iter().filter_map(move |rule| {
            let counts = rule.sides.iter().find(|side| side.role == role && side.broken > 0)?;
            Some((rule, counts))
        })
    };
    if broken(Role::Server).chain(broken(Role::Client)).next().is_none() {
        return Ok(());
    }
    page.heading("Broken", "by side, and how often of how many times that the side met the rule")?;
    for role in [Role::Server, Role::Client] {
        for (place, (rule, SideCount { exercised, broken, .. })) in broken(role).enumerate() {
            let side = if place == 0 { role.to_string() } else { String::new() };
            let (style, mark) = rule_mark(RuleVerdict::Broken, rule.level == Level::Must);
            let (side, level) = (format!("  {side:<8}"), format!(" {:<6}  ", rule.level));
            let count = match broken == exercised {
                true => times(*broken),
                false => format!("{} of {exercised}", times(*broken)),
            };
            let lead = [(STRONG, side.as_str()), (style, mark), (style, &level), (PLAIN, &rule.id), (PLAIN, "  ")];
            page.paragraph(&lead, PLAIN, &count)?;
        }
    }
    Ok(())
}
