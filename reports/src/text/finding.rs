use std::io::{self, Write};

use super::exchange;
use super::page::Page;
use super::palette::{BAD, BROKEN_MARK, FAINT, OPEN_MARK, PLAIN, WARNING, WARNING_MARK};
use crate::document::{Level, TargetRole};
use crate::finding::{Finding, FindingKind};
use crate::render::RenderOptions;

/// Writes one finding for people, as soon as it was found: with the frames that prove it, or on one line without them.
///
/// # Errors
///
/// Those of `out`.
pub fn render_finding(
    finding: &Finding,
    with_frames: bool,
    options: &RenderOptions,
    out: &mut dyn Write,
) -> io::Result<()> {
    let mut page = Page::new(out, options);
    let (style, mark, level) = match (finding.finding, finding.level) {
        (FindingKind::Broken, Some(Level::Should)) => (WARNING, WARNING_MARK, "SHOULD"),
        (FindingKind::Broken, _) => (BAD, BROKEN_MARK, "MUST"),
        (FindingKind::Disagreement, _) => (BAD, BROKEN_MARK, "ERROR"),
        (FindingKind::GaveUp, _) => (WARNING, OPEN_MARK, "OPEN"),
    };
    let what = match (finding.finding, &finding.rule) {
        (FindingKind::Broken, rule) => rule.as_deref().unwrap_or("an unnamed rule"),
        (FindingKind::Disagreement, _) => "the oracle disagrees with itself (please report it)",
        (FindingKind::GaveUp, _) => "the oracle gave up",
    };
    let level = format!(" {level:<6}  ");
    let text = format!("{what}  {} on connection {}: {}", finding.side, finding.connection, finding.what);
    page.paragraph(&[(style, mark), (style, &level)], PLAIN, &text)?;
    if with_frames {
        if let Some(text) = &finding.text {
            page.paragraph(&[(PLAIN, "          ")], FAINT, text)?;
        }
        exchange::write_entries(&mut page, &finding.frames, TargetRole::Both)?;
    }
    Ok(())
}
