use std::io::{self, Write};

use super::exchange;
use super::page::Page;
use super::palette::{BAD, BROKEN_MARK, FAINT, OPEN_MARK, PLAIN, STRONG, WARNING, WARNING_MARK};
use crate::document::{Level, Role};
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
    let (style, mark, what) = match (finding.finding, finding.level, &finding.rule) {
        (FindingKind::Broken, level, rule) => {
            let (style, mark) = if level == Some(Level::Should) { (WARNING, WARNING_MARK) } else { (BAD, BROKEN_MARK) };
            let level = level.map_or_else(String::new, |level| level.to_string());
            (style, mark, format!("{level:<6}  {}", rule.as_deref().unwrap_or_default()))
        }
        (FindingKind::Disagreement, ..) => (BAD, BROKEN_MARK, "the oracle disagrees with itself".to_owned()),
        (FindingKind::GaveUp, ..) => (WARNING, OPEN_MARK, "the oracle gave up".to_owned()),
    };
    let what = format!(" {what}  ");
    let place = format!("{} on connection {}: ", finding.side, finding.connection);
    page.paragraph(&[(style, mark), (style, &what), (STRONG, &place)], PLAIN, &finding.what)?;
    if with_frames {
        if let Some(text) = &finding.text {
            page.paragraph(&[(PLAIN, "            ")], FAINT, text)?;
        }
        exchange::write_entries(&mut page, &finding.frames, Role::Server)?;
    }
    Ok(())
}
