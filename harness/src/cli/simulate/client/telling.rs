//! What a client does, as lines for people.

use sinkcheck_simulator::ClientEvent;

/// The line; none for what is said elsewhere, or isn't about the connection.
pub(super) fn line(event: &ClientEvent, server: &str) -> Option<String> {
    Some(match event {
        ClientEvent::Connecting => format!("connecting to {server}"),
        ClientEvent::NotConnected(why) => format!("not connected: {why}"),
        ClientEvent::Accepted => "accepted".to_owned(),
        ClientEvent::Rejected { code, reason: None } => format!("rejected: {code}"),
        ClientEvent::Rejected { code, reason: Some(reason) } => format!("rejected: {code} {reason}"),
        ClientEvent::ServerIdChanged(id) => format!("the server is {id} from now on"),
        // Counted from this start, those that a state file gave first.
        ClientEvent::EventRefused { number, reason } => {
            format!("the server refused event {}: {reason}", number.0.saturating_add(1))
        }
        ClientEvent::Disconnected(why) => format!("disconnected: {why}"),
        ClientEvent::Waiting(wait) => format!("waiting {} ms before the next attempt", wait.as_millis()),
        // Events are lines of standard output; a failure is what the program ends with.
        ClientEvent::Delivered(_) | ClientEvent::EventDelivered(_) | ClientEvent::Failed(_) => return None,
    })
}
