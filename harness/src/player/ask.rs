//! What a case asks of the target's adapter.

use sinkcheck_cases::language::{Ask, PublishTemplate, Verb};
use sinkcheck_spec::wire::{Event, MessageId};
use tokio::time::Instant;

use super::build::Builder;
use super::{Halt, Player, Publishing, Reached};
use crate::target::{Adapter, AdapterError};

impl Player<'_> {
    /// What the application had taken before the case, where the case asks about it.
    pub(super) async fn look_at_application(&mut self) -> Result<(), Halt> {
        let asks = self.scenario.any_step(&|step| matches!(step.verb, Verb::Ask(Ask::Delivered(_))));
        if asks {
            let adapter = self.adapter()?;
            self.delivered_before = adapter.delivered(&self.main.name).await.map_err(adapter_halt)?.len();
        }
        Ok(())
    }

    fn adapter(&self) -> Result<std::sync::Arc<Adapter>, Halt> {
        self.setting.adapter.clone().ok_or_else(|| Halt::Lacks("an adapter (`adapter` in the target file)".to_owned()))
    }

    /// Makes a client under test publish as many events as the case says, where its adapter does that.
    ///
    /// An adapter may refuse that until the client is connected; then it is asked again once the client is accepted.
    pub(super) async fn let_publish(&mut self, may_refuse: bool) -> Result<(), Halt> {
        if self.scenario.publishes == 0 || self.setting.publishing != Publishing::ByAdapter {
            return Ok(());
        }
        let adapter = self.adapter()?;
        for _ in 0..self.scenario.publishes {
            let mut id = MessageId::ZERO;
            let mut builder =
                Builder { target: &self.setting.target, values: &mut self.values, other: None, next_id: &mut id };
            let event = builder.event(&PublishTemplate::default())?;
            match adapter.publish(&self.main.name, &event).await {
                Ok(()) => {}
                Err(AdapterError::Refused(..)) if may_refuse => {
                    self.is_to_publish = true;
                    return Ok(());
                }
                Err(error) => return Err(adapter_halt(error)),
            }
        }
        self.is_to_publish = false;
        Ok(())
    }

    pub(super) async fn ask(&mut self, ask: &Ask) -> Result<(), Halt> {
        let adapter = self.adapter()?;
        let client = self.main.name.clone();
        match ask {
            Ask::Prepare => adapter.prepare(&client).await.map_err(adapter_halt),
            Ask::Restart => adapter.restart(&client).await.map_err(adapter_halt),
            Ask::Wipe => {
                adapter.wipe(&client).await.map_err(adapter_halt)?;
                if let Reached::Client { history, .. } = &self.main.reached {
                    history.wiped();
                }
                Ok(())
            }
            Ask::Publish(template) => {
                let mut id = MessageId::ZERO;
                let mut builder =
                    Builder { target: &self.setting.target, values: &mut self.values, other: None, next_id: &mut id };
                let event = builder.event(template)?;
                if let Some(name) = &template.name {
                    self.values.name_event(name, event.clone());
                }
                self.wanted.asked(&event, self.connections.values().map(|link| &link.connection));
                adapter.publish(&client, &event).await.map_err(adapter_halt)
            }
            Ask::Delivered(names) => {
                // What its application declined, as it may, it did not take.
                let expected: Vec<Event<'static>> = names
                    .iter()
                    .filter_map(|name| self.values.event(name))
                    .filter(|event| !self.answered.nacked.contains(event))
                    .cloned()
                    .collect();
                self.delivered(&adapter, &client, &expected).await
            }
        }
    }

    async fn delivered(&mut self, adapter: &Adapter, client: &str, expected: &[Event<'static>]) -> Result<(), Halt> {
        let deadline = Instant::now() + self.setting.patience();
        let window = self.setting.calibration.window();
        loop {
            let mut all = adapter.delivered(client).await.map_err(adapter_halt)?;
            // A fixture that was put back on the way forgot what came before.
            let before = if all.len() < self.delivered_before { 0 } else { self.delivered_before };
            let taken = all.split_off(before);
            let early = taken.len() < expected.len() && expected.starts_with(&taken);
            if early && Instant::now() < deadline {
                tokio::time::sleep(window / 4).await;
                continue;
            }
            if taken == expected {
                // One that is delivered too much comes after those that are right.
                tokio::time::sleep(window).await;
                let again = adapter.delivered(client).await.map_err(adapter_halt)?.len();
                if again <= before + expected.len() {
                    return Ok(());
                }
                let observed = format!("its application took {} events", again - before);
                return Err(Halt::Broken { rule: None, expected: told(expected, 0), observed });
            }
            let at = taken.iter().zip(expected).take_while(|(came, wanted)| came == wanted).count();
            return Err(Halt::Broken { rule: None, expected: told(expected, at), observed: told(&taken, at) });
        }
    }
}

/// What was taken, told by the event at this place.
fn told(events: &[Event<'static>], at: usize) -> String {
    match (events, events.get(at)) {
        ([], _) => "its application took nothing".to_owned(),
        ([one], Some(_)) => format!("its application took {one}"),
        (_, Some(event)) => format!("its application took {} events, number {} being {event}", events.len(), at + 1),
        (_, None) => format!("its application took {} events", events.len()),
    }
}

pub(super) fn adapter_halt(error: AdapterError) -> Halt {
    match error {
        AdapterError::Unsupported(what) => Halt::Lacks(format!("an adapter that supports `{what}`")),
        other => Halt::CantTell { code: "adapter-failed", message: other.to_string() },
    }
}
