//! The first contact: what can be found out about a target before any case is played. It judges nothing; what is wrong here is
//! a case's to say.

use sinkcheck_cases::language::{EventClass, Fixture};
use sinkcheck_reports::document::Reason;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::wire::{ConnectionResponse, Event, InstanceId};
use tokio::time::Instant;

use super::greeting::{PATIENCE, answers_another_version, broke_something, introduce, speaks};
use super::seats::Taken;
use super::service::{Ready, Service};
use crate::connection::Transcript;
use crate::player::{Calibration, default_event, measure};
use crate::target::{AdapterError, Target};

/// What was found out.
pub(super) struct Contact {
    pub(super) server: Option<InstanceId>,
    pub(super) calibration: Calibration,
    pub(super) notes: Vec<String>,
    /// The adapter can put fixtures back.
    pub(super) can_prepare: bool,
    /// The target accepted a client, and then was silent for seconds.
    pub(super) is_silent: bool,
}

/// Meets the target as its first known client.
///
/// # Errors
/// It can't be reached, it answers nothing at all, or an address alone was given and the one client that can be tried is not
/// accepted: then nothing can be shown.
pub(super) async fn first(service: &mut Service, target: &Target) -> Result<Contact, Reason> {
    let mut contact = Contact {
        server: target.server_instance_id,
        calibration: Calibration::default(),
        notes: Vec::new(),
        can_prepare: false,
        is_silent: false,
    };
    prepare_all(service, target, &mut contact).await;
    let known = target.identities.iter().find(|identity| identity.fixture == Fixture::Known);
    let Some(identity) = known.or(target.identities.first()) else { return Ok(contact) };
    let taken = vec![Taken::described(identity.clone())];
    let mut setting_adapter = service.adapter();
    let mut ready = service.for_case().launch(&taken, target.server_instance_id, &mut setting_adapter).await?;
    let met = meet(&mut ready, &taken, target, &mut contact).await;
    drop(setting_adapter);
    ready.finish().await;
    met.map(|()| contact)
}

/// Puts every fixture back, as it may have been left by an earlier run; and learns whether the adapter can do that at all.
async fn prepare_all(service: &Service, target: &Target, contact: &mut Contact) {
    let Some(adapter) = service.adapter() else { return };
    let described = [Fixture::Known, Fixture::New, Fixture::Quarantined];
    for identity in target.identities.iter().filter(|identity| described.contains(&identity.fixture)) {
        match adapter.prepare(&identity.name).await {
            Ok(()) => contact.can_prepare = true,
            Err(AdapterError::Unsupported(_)) => return,
            // A broken adapter stays broken, and one note is enough.
            Err(error @ AdapterError::Broken(..)) => {
                contact.notes.push(format!("No client was put back: {error}."));
                return;
            }
            Err(error) => contact.notes.push(format!("`{}` was not put back: {error}.", identity.name)),
        }
    }
}

async fn meet(ready: &mut Ready, taken: &[Taken], target: &Target, contact: &mut Contact) -> Result<(), Reason> {
    let Some(seat) = ready.seats(taken).into_iter().next() else { return Ok(()) };
    let opened = seat.open("contact", PATIENCE, target.keepalive_interval, Transcript::begin(Role::Server)).await;
    let connection = opened.map_err(|error| Reason::new("could-not-connect", format!("{}: {error}", seat.place())))?;
    if seat.fixture != Fixture::Known {
        // To introduce any other client would change what the cases are to find.
        contact.notes.push("The target has no `known` client, so its speed was not measured.".to_owned());
        return Ok(());
    }
    let asked = Instant::now();
    let response = introduce(&connection, &seat, contact.server, target).await;
    let responded_in = asked.elapsed();
    match response {
        Ok(ConnectionResponse::HelloNewClient { server_instance_id }) => {
            contact.server.get_or_insert(server_instance_id);
        }
        Ok(ConnectionResponse::Connected) => {}
        Ok(other) if !target.described => {
            return Err(Reason::new(
                "not-accepted",
                format!(
                    "the server answered {other} to client_instance_id {}: a target file can say which clients it knows (`sinkcheck init DIR` makes one to start from)",
                    seat.client
                ),
            ));
        }
        Ok(other) => {
            contact.notes.push(format!(
                "The first contact, as `{}` with client_instance_id {}, was answered {other}: does the target file describe the target?",
                seat.name, seat.client
            ));
            return Ok(());
        }
        Err(why) => {
            if !broke_something(&connection) && !answers_another_version(&seat, target).await {
                return Err(Reason::new(
                    "no-response",
                    format!("{}: no response to a connection request: {why}; is that a Sink server?", seat.place()),
                ));
            }
            contact.notes.push(format!("The first contact got no response: {why}."));
            return Ok(());
        }
    }
    let event = default_event(target, EventClass::Accepted).and_then(|fields| Event::new(fields).ok());
    match event {
        Some(event) => match measure(&connection, &event).await {
            Some(calibration) => {
                contact.calibration = Calibration { slowest: calibration.slowest.max(responded_in), ..calibration };
            }
            None if connection.inbox().is_flooded() && !broke_something(&connection) => {
                let why = format!("{}: {}", seat.place(), connection.inbox().flood());
                return Err(Reason::new("flood", why));
            }
            None => {
                contact.is_silent = connection.inbox().closed.is_none();
                let note = "The target did not answer events and PINGs, so its speed was not measured.";
                contact.notes.push(note.to_owned());
            }
        },
        None => contact.notes.push("The target file's accepted event is too long to be sent.".to_owned()),
    }
    connection.close(contact.calibration.window(), PATIENCE).await;
    Ok(())
}

/// Whether the target is still there, after cases that heard nothing of it.
pub(super) async fn is_there(service: &Service, target: &Target, server: Option<InstanceId>) -> bool {
    let known = target.identities.iter().find(|identity| identity.fixture == Fixture::Known);
    let Some(identity) = known.or(target.identities.first()) else { return false };
    let taken = vec![Taken::described(identity.clone())];
    let Ok(mut ready) = service.for_case().launch(&taken, server, &mut service.adapter()).await else { return false };
    let is_there = match ready.seats(&taken).first() {
        Some(seat) => speaks(seat, server, target).await,
        None => false,
    };
    ready.finish().await;
    is_there
}
