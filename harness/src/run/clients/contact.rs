//! The first contact with a launched client: whether it is what its environment says, how fast it answers, whether it publishes
//! when it is told to. It judges nothing.

use std::sync::Arc;
use std::time::Duration;

use sinkcheck_cases::language::{Certificate, EventClass, Fixture};
use sinkcheck_reports::document::Reason;
use sinkcheck_spec::catalogue::Role;
use sinkcheck_spec::oracle::{ClientHistory, Start};
use sinkcheck_spec::wire::{ConnectionRequest, ConnectionResponse, Event, InstanceId, Message};
use tokio::time::Instant;

use super::berth::{Berth, START, Wanted};
use crate::connection::{Connection, History, Inbox, Request, Transcript};
use crate::player::{Calibration, Habits, Publishing, default_event, measure};
use crate::target::{ClientTarget, Target};

/// How long a client has for its request, and for its first answers.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);

/// The client sends something, and no request.
const WRONG_REQUEST: &str = "wrong-request";

/// How long it has to publish once it is accepted, if it does.
const PUBLISHES: Duration = Duration::from_secs(2);

/// What was found out.
#[derive(Debug, Clone)]
pub(super) struct Contact {
    pub(super) calibration: Calibration,
    /// Launched as a known client, it has one of the ids that it was told: if its own differs, that is what a case is to find.
    pub(super) follows_known: bool,
    /// Launched as a known client, it carries the server's id that it was told.
    pub(super) is_known: bool,
    /// Launched as a new client, it has the id that it was told, or carries no server's id.
    pub(super) follows_new: bool,
    /// Launched as a new client, it has the id that it was told.
    pub(super) has_new_id: bool,
    pub(super) publishing: Publishing,
    pub(super) habits: Arc<Habits>,
    pub(super) notes: Vec<String>,
}

impl Contact {
    /// What is known of the reference client.
    pub(super) fn of_reference() -> Self {
        Self {
            calibration: Calibration { in_order: true, ..Calibration::default() },
            follows_known: true,
            is_known: true,
            follows_new: true,
            has_new_id: true,
            publishing: Publishing::ByItself,
            habits: Arc::default(),
            notes: Vec::new(),
        }
    }
}

/// Launches the client as a known and as a new one.
///
/// # Errors
/// It can't be launched, never connects, or sends no request: then nothing can be shown.
pub(super) async fn first(target: &Target, client: &ClientTarget, server: InstanceId) -> Result<Contact, Reason> {
    let mut contact = Contact {
        calibration: Calibration::default(),
        follows_known: false,
        is_known: false,
        follows_new: false,
        has_new_id: false,
        publishing: Publishing::default(),
        habits: Arc::default(),
        notes: Vec::new(),
    };
    let wanted =
        Wanted { fixture: Fixture::Known, certificate: Certificate::Trusted, publishes: 0, asks: false, server };
    let berth = Berth::start(target, client, wanted).await?;
    let met = meet(&berth, server).await;
    let mut silent = None;
    if let Ok((connection, request)) = &met {
        contact.is_known = request.server_instance_id() == Some(server);
        contact.follows_known =
            request.client_instance_id() == berth.client || request.server_instance_id() == Some(server);
        match measured(connection, target).await {
            Ok(calibration) => contact.calibration = calibration,
            Err(why) => silent = Some(why),
        }
        contact.habits.seen_on(connection);
        connection.close(contact.calibration.window(), PATIENCE).await;
    }
    let output = berth.finish().await;
    match met {
        Ok(_) => contact.notes.extend(silent),
        // It is there, and what is wrong with it is for the cases to say.
        Err(why) if why.code == WRONG_REQUEST => {
            contact.notes.push(format!("The first contact: {}.", why.message));
            return Ok(contact);
        }
        Err(why) => return Err(with_output(why, output)),
    }
    let berth = Berth::start(target, client, Wanted { fixture: Fixture::New, publishes: 1, ..wanted }).await?;
    if let Ok((connection, request)) = meet(&berth, server).await {
        // One that is told its id and still carries a server's is what a case is to find.
        contact.has_new_id = request.client_instance_id() == berth.client;
        contact.follows_new = contact.has_new_id || request.server_instance_id().is_none();
        let published = connection.wait(Instant::now() + PUBLISHES, |inbox| inbox.next_event().map(|_| ())).await;
        if published.is_none() && target.adapter.is_some() {
            contact.publishing = Publishing::ByAdapter;
        }
        contact.habits.seen_on(&connection);
        connection.close(contact.calibration.window(), PATIENCE).await;
    }
    berth.finish().await;
    Ok(contact)
}

/// Waits for the client and accepts it.
async fn meet(berth: &Berth, server: InstanceId) -> Result<(Connection, ConnectionRequest<'static>), Reason> {
    let mut turns = 0;
    loop {
        let connection = next(berth).await?;
        turns += 1;
        match accept(&connection, server).await {
            Ok(request) => return Ok((connection, request)),
            // One that ends without a word may be looking whether anybody listens.
            Err(_) if turns < 3 && connection.inbox().closed.is_some() && connection.inbox().octets == 0 => {}
            Err(why) => return Err(why),
        }
    }
}

/// The client's next connection.
async fn next(berth: &Berth) -> Result<Connection, Reason> {
    let deadline = Instant::now() + START;
    let arrived = loop {
        if let Some(arrived) = berth.incoming().next(deadline.min(Instant::now() + Duration::from_millis(50))).await {
            break arrived;
        }
        if let Some(status) = berth.ended() {
            return Err(Reason::new("client-not-there", format!("the launched program ended: {status}")));
        }
        if Instant::now() >= deadline {
            let why = format!("the launched program didn't connect within {} s", START.as_secs());
            return Err(Reason::new("client-not-there", why));
        }
    };
    Ok(Connection::take(
        "contact",
        arrived,
        None,
        Transcript::begin(Role::Client),
        &History::new(ClientHistory::new(Start::Unknown)),
    ))
}

/// Accepts a client that has connected; its request.
pub(in crate::run) async fn accept(
    connection: &Connection,
    server: InstanceId,
) -> Result<ConnectionRequest<'static>, Reason> {
    connection.inbox().holds_events = true;
    let request = connection
        .wait(Instant::now() + PATIENCE, |inbox: &mut Inbox| match inbox.request.take() {
            Some(Request::Known(request)) => Some(Ok(request)),
            Some(Request::OtherVersion(text)) => Some(Err(text)),
            None if !inbox.breaches.is_empty() => Some(Err(String::new())),
            None => inbox.closed.as_ref().map(|closed| Err(format!("it ended the connection: {}", closed.how))),
        })
        .await;
    let request = match request {
        Some(Ok(request)) => request,
        wrong => {
            let inbox = connection.inbox();
            let says_something = inbox.frames > 0 || inbox.pending > 0;
            let why = match wrong {
                _ if says_something => "what came is no connection request of version 0".to_owned(),
                Some(Err(why)) => format!("no connection request came: {why}"),
                _ => format!("no connection request came within {} s", PATIENCE.as_secs()),
            };
            return Err(Reason::new(if says_something { WRONG_REQUEST } else { "no-request" }, why));
        }
    };
    let response = match request.server_instance_id() {
        Some(_) => ConnectionResponse::Connected,
        None => ConnectionResponse::HelloNewClient { server_instance_id: server },
    };
    // What the client makes of it, the cases will find.
    let _ = connection.send(vec![Message::from(response).to_frame()], Duration::ZERO, PATIENCE).await;
    Ok(request)
}

/// Measures the client; what is to be said if that fails.
pub(in crate::run) async fn measured(connection: &Connection, target: &Target) -> Result<Calibration, String> {
    let event = default_event(target, EventClass::Accepted).and_then(|fields| Event::new(fields).ok());
    let event = event.ok_or("The target file's accepted event is too long to be sent.")?;
    let measured = measure(connection, &event).await;
    measured.ok_or_else(|| "The client did not answer events and PINGs, so its speed was not measured.".to_owned())
}

fn with_output(mut why: Reason, output: Option<String>) -> Reason {
    if let Some(output) = output {
        why.message.push_str(&format!("; it printed: {}", output.trim()));
    }
    why
}
