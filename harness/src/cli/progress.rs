//! What a person sees while a run goes on: a bar on a terminal, and where output is piped, nothing but what is waited for.

use std::collections::BTreeSet;
use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use sinkcheck_reports::RunEvent;
use sinkcheck_reports::document::CaseVerdict;

use super::say;

/// A terminal of fewer columns is narrow.
const NARROW: u16 = 90;
/// How many of the running cases are named.
const NAMED: usize = 2;

/// Shows a run's events as they happen.
pub(super) struct Progress {
    bar: ProgressBar,
    /// Whether it is shown; else lines are printed as they are.
    is_bar: bool,
    quiet: bool,
    /// What is waited for, until the next case begins.
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
        let columns = terminal_size::terminal_size_of(std::io::stderr()).map_or(100, |(width, _)| width.0);
        // In a narrow terminal what is running says more than the bar.
        let bar_columns = if columns < NARROW { 8 } else { 24 };
        let template = format!("{{bar:{bar_columns}}} {{pos}}/{{len}} {{elapsed}} {{wide_msg}}");
        if let Ok(style) = ProgressStyle::with_template(&template) {
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
        self.bar.set_message(self.message());
    }

    /// `2 failed · events/acked, framing/joined and 3 more · waiting for …`.
    fn message(&self) -> String {
        let mut parts = Vec::new();
        if self.failed > 0 {
            parts.push(format!("{} failed", self.failed));
        }
        // All cases of a run are for the same role, which needn't be said.
        let short = |id: &str| id.split_once('/').map_or(id, |(_, rest)| rest).to_owned();
        let named: Vec<String> = self.running.iter().take(NAMED).map(|id| short(id)).collect();
        match self.running.len().saturating_sub(NAMED) {
            _ if named.is_empty() => {}
            0 => parts.push(named.join(", ")),
            more => parts.push(format!("{} and {more} more", named.join(", "))),
        }
        parts.extend(self.waits_for.clone());
        parts.join(" · ")
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
