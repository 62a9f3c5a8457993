//! What a person sees while a run goes on: a bar on a terminal, and where output is piped, nothing but what is waited for.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sinkcheck_reports::RunEvent;
use sinkcheck_reports::document::CaseVerdict;

use super::say;

/// Shows a run's events as they happen.
pub(super) struct Progress {
    bar: ProgressBar,
    /// Whether it is shown; else lines are printed as they are.
    is_bar: bool,
    quiet: bool,
    /// What is waited for, while nothing runs.
    waits_for: Option<String>,
    running: BTreeSet<String>,
    failed: usize,
}

impl Progress {
    /// For so many cases. Quiet, or where standard error is no terminal, nothing is shown.
    pub(super) fn new(cases: usize, quiet: bool) -> Self {
        let bar = ProgressBar::new(cases as u64);
        let is_bar = !quiet && std::io::stderr().is_terminal();
        if !is_bar {
            bar.set_draw_target(ProgressDrawTarget::hidden());
        }
        if let Ok(style) = ProgressStyle::with_template("{bar:30} {pos}/{len} {elapsed} {wide_msg}") {
            bar.set_style(style.progress_chars("━╸─"));
        }
        bar.enable_steady_tick(Duration::from_millis(200));
        Self { bar, is_bar, quiet, waits_for: None, running: BTreeSet::new(), failed: 0 }
    }

    pub(super) fn event(&mut self, event: &RunEvent) {
        match event {
            RunEvent::CaseStarted { id } => {
                self.waits_for = None;
                self.running.insert(id.clone());
            }
            RunEvent::CaseFinished(result) => {
                self.running.remove(&result.id);
                self.bar.inc(1);
                if result.verdict == CaseVerdict::Fail {
                    self.failed += 1;
                    self.bar.println(format!("failed: {}", result.id));
                }
            }
            RunEvent::Waiting { what } => self.waiting(what),
            _ => return,
        }
        let failed = if self.failed > 0 { format!("{} failed · ", self.failed) } else { String::new() };
        let first = self.running.first().or(self.waits_for.as_ref()).map_or("", String::as_str);
        let more = match self.running.len() {
            0 | 1 => String::new(),
            count => format!(" and {} more", count - 1),
        };
        self.bar.set_message(format!("{failed}{first}{more}"));
    }

    fn waiting(&mut self, what: &str) {
        match (self.quiet, self.is_bar) {
            (true, _) => {}
            (false, true) => self.bar.println(what),
            (false, false) => say(what),
        }
        self.waits_for = Some(what.to_owned());
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}
