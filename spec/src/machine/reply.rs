//! What a client finds about a connection response.

use std::fmt;

use crate::wire::{ConnectionResponse, ResponseCode};

/// A connection response, told apart by its code and by whether the request carried a server_instance_id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Reply {
    /// Hello new client, to a request without a server_instance_id: the id that comes with it is kept
    /// (`introduction.hello-id-carried`).
    Hello,
    /// Connected, to a request with a server_instance_id (`introduction.connected-id-kept`).
    Connected,
    /// Hello new client, to a request with a server_instance_id: the server takes a client that it should know for a new
    /// one (`introduction.hello-to-a-known-client`).
    UnexpectedHello,
    /// Connected, to a request without a server_instance_id: the server claims to be known, and the client can't tell by
    /// whom (`introduction.connected-to-a-new-client`).
    UnexpectedConnected,
    /// Instance id mismatch.
    Mismatch,
    /// Quarantined.
    Quarantined,
    /// Unsupported protocol version.
    UnsupportedProtocol,
    /// Unsupported application version.
    UnsupportedApplication,
}

impl Reply {
    /// What the response is to a client whose request carried a server_instance_id, or didn't.
    #[must_use]
    pub fn to(response: &ConnectionResponse<'_>, carried_server_id: bool) -> Self {
        match response {
            ConnectionResponse::HelloNewClient { .. } if carried_server_id => Self::UnexpectedHello,
            ConnectionResponse::HelloNewClient { .. } => Self::Hello,
            ConnectionResponse::Connected if carried_server_id => Self::Connected,
            ConnectionResponse::Connected => Self::UnexpectedConnected,
            ConnectionResponse::InstanceIdMismatch => Self::Mismatch,
            ConnectionResponse::Quarantined(_) => Self::Quarantined,
            ConnectionResponse::UnsupportedProtocolVersion => Self::UnsupportedProtocol,
            ConnectionResponse::UnsupportedApplicationVersion => Self::UnsupportedApplication,
        }
    }
}

impl fmt::Display for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let code = match self {
            Self::Hello => return f.write_str("hello to a new client"),
            Self::Connected => return f.write_str("connected to a known client"),
            Self::UnexpectedHello => return f.write_str("hello to a known client"),
            Self::UnexpectedConnected => return f.write_str("connected to a new client"),
            Self::Mismatch => ResponseCode::InstanceIdMismatch,
            Self::Quarantined => ResponseCode::Quarantined,
            Self::UnsupportedProtocol => ResponseCode::UnsupportedProtocolVersion,
            Self::UnsupportedApplication => ResponseCode::UnsupportedApplicationVersion,
        };
        code.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{InstanceId, QuarantineReason};

    fn check(response: &ConnectionResponse<'_>, new: Reply, known: Reply) {
        assert_eq!((Reply::to(response, false), Reply::to(response, true)), (new, known), "{response}");
    }

    #[test]
    fn acceptances_are_told_apart_by_the_request_and_rejections_are_not() {
        let hello = ConnectionResponse::HelloNewClient { server_instance_id: InstanceId(2) };
        check(&hello, Reply::Hello, Reply::UnexpectedHello);
        check(&ConnectionResponse::Connected, Reply::UnexpectedConnected, Reply::Connected);
        check(&ConnectionResponse::InstanceIdMismatch, Reply::Mismatch, Reply::Mismatch);
        let reason = QuarantineReason::new(&[][..], "").expect("an empty reason");
        check(&ConnectionResponse::Quarantined(reason), Reply::Quarantined, Reply::Quarantined);
        let (protocol, application) = (Reply::UnsupportedProtocol, Reply::UnsupportedApplication);
        check(&ConnectionResponse::UnsupportedProtocolVersion, protocol, protocol);
        check(&ConnectionResponse::UnsupportedApplicationVersion, application, application);
    }
}
