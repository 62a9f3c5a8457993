//! Steps that only a server under test meets: connecting to it, and being accepted.

use std::time::Duration;

use sinkcheck_cases::language::{Fixture, Number, Value};
use sinkcheck_spec::wire::{ConnectionRequest, ConnectionResponse, InstanceId, Message};
use tokio::time::Instant;

use super::expect::no_connection;
use super::{Halt, Link, Player};
use crate::connection::SendError;

impl Player<'_> {
    /// The id to come with: that of the fixture, and once the case is over the one that it was accepted with last.
    fn introduced_as(&self, on: &str) -> InstanceId {
        let accepted = self.accepted_as.last().filter(|_| self.is_control);
        accepted.copied().unwrap_or_else(|| self.seat(on).map_or(self.main.client, |seat| seat.client))
    }

    /// Opens a connection in place of the one of that name, if there was one.
    pub(super) async fn connect_to_server(&mut self, on: &str, is_judged: bool) -> Result<(), Halt> {
        if let Some(link) = self.connections.remove(on) {
            self.remember_acceptance(on, &link);
        }
        let seat =
            self.seat(on).ok_or_else(|| Halt::Lacks("another identity (`known/2` in the target file)".to_owned()))?;
        let (seat, patience) = (seat.clone(), self.setting.patience());
        match seat.open(on, patience, self.setting.target.keepalive_interval, self.transcript.clone()).await {
            Ok(connection) => {
                self.wanted.copy_to(&mut connection.inbox().wanted);
                connection.inbox().is_waiting = self.scenario.silent;
                connection.inbox().holds_pongs = self.scenario.holds_pongs;
                connection.inbox().mute = self.is_control;
                self.connections.insert(on.to_owned(), Link::new(connection));
                self.connected_before = true;
                self.setting.ordeal.reached(seat.place());
                Ok(())
            }
            Err(error) if is_judged && self.connected_before => {
                Err(Halt::Broken { rule: None, expected: "a connection".to_owned(), observed: error.to_string() })
            }
            Err(error) => match self.setting.ordeal.rule(&seat.place()).filter(|_| error.is_refusal()) {
                // The run has reached it before, so that something happened to it since.
                Some(rule) => Err(Halt::Broken {
                    rule: Some(rule.to_owned()),
                    expected: "the server goes on accepting connections".to_owned(),
                    observed: format!("it accepted connections before, and now: {error}"),
                }),
                None => {
                    Err(Halt::CantTell { code: "could-not-connect", message: format!("{}: {error}", seat.place()) })
                }
            },
        }
    }

    /// Connects and is accepted. Where the step names no rule, being turned away breaks the rule of the row that applies, and
    /// silence shows nothing about what the case is about.
    pub(super) async fn introduce(&mut self, on: &str, judged: Option<&str>) -> Result<(), Halt> {
        let is_judged = judged.is_some();
        {
            let line = self.line;
            self.collect_breaches(line);
        }
        self.connect_to_server(on, is_judged).await?;
        let client = self.introduced_as(on);
        let server = match self.values.get("server") {
            // Nobody is on record, so it may carry none.
            _ if self.is_control && self.main.fixture == Fixture::New && self.accepted_as.is_empty() => None,
            // Ids have 32 bits.
            Some(Value::Number(id)) => Some(InstanceId(*id as u32)),
            _ => None,
        };
        let version = self.setting.target.supported_version.clone();
        let request =
            ConnectionRequest::new(version, client, server).map_err(|error| Halt::Fault(error.to_string()))?;
        let (patience, begun) = (self.setting.patience(), Instant::now());
        let link = self.connections.get_mut(on).ok_or_else(|| no_connection(on))?;
        link.introduced = Some(client);
        let octets = Message::from(request).to_frame();
        let sent = link.connection.send(vec![octets], Duration::ZERO, patience).await;
        let response = link
            .connection
            .wait(begun + patience, |inbox| match inbox.responses.pop_front() {
                Some(response) => Some(Some(response)),
                None if inbox.closed.is_some() => Some(None),
                None => None,
            })
            .await;
        if response.as_ref().is_some_and(Option::is_some) {
            self.setting.patience.came_after(begun.elapsed());
        }
        let (row, expected) = match server {
            Some(_) => ("handshake.connected", "\"connected\""),
            None => ("handshake.hello-repeated", "\"hello new client\""),
        };
        // A server that responds accepts connections, so that a wrong response breaks the row and not a rule about accepting.
        let about_accepting = judged.is_some_and(|rule| rule.starts_with("isolation.accepts"));
        let rule = (!is_judged || about_accepting).then(|| row.to_owned());
        let expected = expected.to_owned();
        match response.flatten() {
            Some(ConnectionResponse::Connected) => Ok(()),
            Some(ConnectionResponse::HelloNewClient { server_instance_id }) => {
                self.values.matches(&Number::Name("server".to_owned()), server_instance_id.0.into());
                Ok(())
            }
            Some(other) => Err(Halt::Broken { rule, expected, observed: other.to_string() }),
            None => {
                if let Some(halt) = self.no_frame(on) {
                    return Err(halt);
                }
                let link = self.connections.get_mut(on).ok_or_else(|| no_connection(on))?;
                let observed = match (sent, &link.connection.inbox().closed) {
                    (_, Some(closed)) => format!("the peer ended the connection without a response: {}", closed.how),
                    (Err(SendError::Stuck), _) => "the peer doesn't read".to_owned(),
                    _ => format!("no response within {} ms", patience.as_millis()),
                };
                if is_judged {
                    self.in_time(begun, patience)?;
                    return Err(Halt::Broken { rule: None, expected, observed });
                }
                self.setting.patience.ran_out();
                Err(Halt::CantTell { code: "no-handshake", message: observed })
            }
        }
    }
}
