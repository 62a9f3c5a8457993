//! What is wrong with a scenario that reads well: it can be found without playing it.
//!
//! Each check returns its mistakes with their places; [`check`] runs them all. A case that passes them cites rules that exist and
//! bind the role, uses what it captures, and has expectations that a peer could fail.

mod expectations;
mod names;
mod roles;
mod rules;

use crate::language::{Scenario, Step, Verb};
use crate::yaml::{Diagnostic, Source};

/// All mistakes, in the order of the file.
pub fn check(scenario: &Scenario, source: &Source) -> Vec<Diagnostic> {
    let mut found = rules::check(scenario, source);
    found.extend(names::check(scenario, source));
    found.extend(expectations::check(scenario, source));
    found.extend(roles::check(scenario, source));
    found.sort_by_key(|diagnostic| (diagnostic.line, diagnostic.column));
    found
}

/// Calls `visit` for each step in the order in which it is first done, loops' inner steps after the loop.
fn each_step<'a>(steps: &'a [Step], visit: &mut dyn FnMut(&'a Step)) {
    for step in steps {
        visit(step);
        if let Verb::ForEach { steps, .. } | Verb::Repeat { steps, .. } = &step.verb {
            each_step(steps, visit);
        }
    }
}
