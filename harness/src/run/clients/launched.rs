//! One case at a client that is launched for it.

use std::sync::Arc;
use std::time::Duration;

use sinkcheck_cases::language::{Fixture, Scenario};
use sinkcheck_reports::document::{CaseResult, CaseVerdict};
use sinkcheck_spec::oracle::{ClientHistory, Start};
use sinkcheck_spec::wire::InstanceId;
use tokio::sync::{Semaphore, watch};
use tokio::time::Instant;

use super::berth::{Berth, Wanted};
use super::contact::Contact;
use crate::judge::unplayed;
use crate::player::{Publishing, Setting};
use crate::run::{judged, stopped, timed};
use crate::target::ClientTarget;

/// How long a program may live on behind a case that went wrong, for its end to be seen.
const LAST_BREATH: Duration = Duration::from_millis(100);

/// A case that is about to be played at a client that is launched for it.
pub(super) struct LaunchedCase {
    pub(super) scenario: Arc<Scenario>,
    pub(super) setting: Setting,
    pub(super) client: ClientTarget,
    pub(super) contact: Contact,
    pub(super) server: InstanceId,
    /// As many programs start at a time as the machine has processors: more would only make each of them late.
    pub(super) starting: Arc<Semaphore>,
    pub(super) stop: watch::Receiver<bool>,
}

impl LaunchedCase {
    /// Launches the client, plays the case, and ends the client.
    pub(super) async fn play(mut self) -> CaseResult {
        let starting = Arc::clone(&self.starting).acquire_owned().await;
        let begun = Instant::now();
        let scenario = Arc::clone(&self.scenario);
        let wanted = Wanted {
            fixture: scenario.client,
            certificate: scenario.certificate,
            publishes: scenario.publishes,
            asks: scenario.asks() || (scenario.publishes > 0 && self.contact.publishing == Publishing::ByAdapter),
            server: self.server,
        };
        let mut result = match Berth::start(&self.setting.target, &self.client, wanted).await {
            Ok(berth) => {
                let settled = berth.settled();
                tokio::spawn(async move {
                    settled.await;
                    drop(starting);
                });
                self.play_at(berth).await
            }
            Err(why) => {
                let mut result = unplayed(&scenario);
                result.reason = Some(why);
                result
            }
        };
        result.duration_ms = begun.elapsed().as_secs_f64() * 1e3;
        result
    }

    async fn play_at(&mut self, berth: Berth) -> CaseResult {
        let scenario = &self.scenario;
        self.setting.adapter = berth.adapter();
        let start = match scenario.client {
            Fixture::New => Start::New,
            _ if self.contact.is_known => Start::Known(self.server),
            _ => Start::Unknown,
        };
        let is_told = match scenario.client {
            Fixture::New => self.contact.has_new_id || self.contact.follows_known,
            _ => self.contact.follows_known,
        };
        let seat = berth.seat(ClientHistory::new(start), is_told);
        let played = tokio::select! {
            played = timed(scenario, &self.setting, seat, None) => played,
            () = stopped(&mut self.stop) => None,
        };
        // The adapter's end is its own to see, so that nobody else may hold it.
        self.setting.adapter = None;
        let mut result = judged(scenario, played);
        // What a crash has to do with a failure is for people to see, and a program ends after its connections.
        let time = if result.verdict == CaseVerdict::Pass { Duration::ZERO } else { LAST_BREATH };
        let ended = berth.ended_within(time).await;
        let mut output = berth.finish().await;
        if let Some(status) = ended {
            output = Some(format!("{}\nit ended by itself: {status}", output.unwrap_or_default().trim_end()));
        }
        if result.verdict != CaseVerdict::Pass {
            result.output = output;
        }
        result
    }
}
