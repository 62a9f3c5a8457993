use super::conformance::{Levels, leaves_a_must_open};
use crate::document::{CaseVerdict, Document};

/// Every MUST that ran held, or failed as the list of known failures says, and something ran.
pub const CONFORMS: u8 = 0;
/// A MUST was broken, a known failure passed, or the list of known failures has a stale entry.
pub const BROKEN: u8 = 1;
/// The call, the target file or a scenario is wrong. No document comes of that.
pub const USAGE: u8 = 2;
/// Nothing broke, but a MUST case was inconclusive, or nothing ran.
pub const INCONCLUSIVE: u8 = 3;
/// Nothing broke, but the harness itself failed.
pub const HARNESS_FAILED: u8 = 4;

/// What a run that gave `document` exits with. `stale_known_failures` is how many entries of the list of known failures
/// match no case.
///
/// Where several apply, [`BROKEN`] comes before [`HARNESS_FAILED`], that before [`INCONCLUSIVE`], and [`CONFORMS`] is last. It
/// isn't the document's verdict in other words: a target whose only broken MUSTs are known failures doesn't conform, and
/// yet the run went as expected and exits with [`CONFORMS`].
#[must_use]
pub fn exit_code(document: &Document, stale_known_failures: usize) -> u8 {
    let summary = crate::document::Summary::of(&document.cases);
    let levels = Levels::of(document);
    let breaks_unexpectedly = document
        .cases
        .iter()
        .filter(|case| case.verdict.is_conclusive() && case.verdict != CaseVerdict::KnownFailure)
        .any(|case| case.broken_rules.iter().any(|rule| levels.is_must(rule)));
    if summary.fail > 0 || summary.unexpected_pass > 0 || stale_known_failures > 0 || breaks_unexpectedly {
        BROKEN
    } else if summary.error > 0 {
        HARNESS_FAILED
    } else if leaves_a_must_open(document) {
        INCONCLUSIVE
    } else {
        CONFORMS
    }
}
