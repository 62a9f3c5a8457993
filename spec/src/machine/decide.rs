//! The handshake's decision: what a server finds about a connection request.

use std::fmt;

use super::{ClientRecord, ServerConfig};
use crate::wire::ConnectionRequest;

/// What a server finds about a connection request, one name for each row of the handshake's decision table and for
/// each rejection. With S the server's id, C the recorded client id, and c and s those of the request:
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Finding {
    /// c = C, s = S (`handshake.connected`).
    Known,
    /// c = C, no s: the first hello may have been lost on its way (`handshake.hello-repeated`).
    HelloRepeated,
    /// No record, no s (`handshake.hello`).
    New,
    /// c ≠ C, no s (`handshake.mismatch-wiped-client`).
    WipedClient,
    /// c ≠ C, s = S (`handshake.mismatch-other-client`).
    OtherClient,
    /// c = C, s ≠ S (`handshake.mismatch-other-server`).
    OtherServer,
    /// c ≠ C, s ≠ S (`handshake.mismatch-both`).
    OtherClientAndServer,
    /// No record, any s (`handshake.mismatch-without-record`).
    NoRecord,
    /// The client is quarantined (`handshake.quarantined`).
    Quarantined,
    /// The request is for a protocol version other than 0 (`handshake.unsupported-protocol`).
    UnsupportedProtocol,
    /// The application version is not served (`handshake.unsupported-application`).
    UnsupportedApplication,
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known => "request, both known",
            Self::HelloRepeated => "request, known client without server id",
            Self::New => "request, new client",
            Self::WipedClient => "request, wiped client",
            Self::OtherClient => "request, other client id",
            Self::OtherServer => "request, other server id",
            Self::OtherClientAndServer => "request, other client and server ids",
            Self::NoRecord => "request, server id without a record",
            Self::Quarantined => "request, quarantined client",
            Self::UnsupportedProtocol => "request, other protocol version",
            Self::UnsupportedApplication => "request, unsupported application version",
        })
    }
}

/// What the server finds about a request of protocol version 0.
///
/// Where several rejections apply any of them is right (`handshake.rejection-that-applies`). This server's order is:
/// unsupported application version, quarantined, instance id mismatch. A request of another protocol version never
/// gets here: it is [`Finding::UnsupportedProtocol`] whatever it holds (`handshake.unsupported-protocol-first`).
#[must_use]
pub fn decide(config: &ServerConfig, client: &ClientRecord, request: &ConnectionRequest<'_>) -> Finding {
    if !config.application_versions.supports(request.application_version()) {
        return Finding::UnsupportedApplication;
    }
    if client.quarantined.is_some() {
        return Finding::Quarantined;
    }
    let same_client = client.recorded.map(|recorded| recorded == request.client_instance_id());
    let same_server = request.server_instance_id().map(|named| named == config.server_instance_id);
    match (same_client, same_server) {
        (Some(true), Some(true)) => Finding::Known,
        (Some(true), None) => Finding::HelloRepeated,
        (None, None) => Finding::New,
        (Some(false), None) => Finding::WipedClient,
        (Some(false), Some(true)) => Finding::OtherClient,
        (Some(true), Some(false)) => Finding::OtherServer,
        (Some(false), Some(false)) => Finding::OtherClientAndServer,
        (None, Some(_)) => Finding::NoRecord,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{InstanceId, QuarantineReason};

    fn check(record: Option<u32>, client: u32, server: Option<u32>, expected: Finding) {
        let request =
            ConnectionRequest::new("1.0.0", InstanceId(client), server.map(InstanceId)).expect("a small request");
        let record = ClientRecord::new(record.map(InstanceId), None);
        assert_eq!(decide(&ServerConfig::default(), &record, &request), expected);
    }

    #[test]
    fn each_row_of_the_decision_table() {
        check(Some(1), 1, Some(2), Finding::Known);
        check(Some(1), 1, None, Finding::HelloRepeated);
        check(None, 1, None, Finding::New);
        check(None, 0, None, Finding::New);
        check(Some(1), 9, None, Finding::WipedClient);
        check(Some(1), 9, Some(2), Finding::OtherClient);
        check(Some(1), 1, Some(9), Finding::OtherServer);
        check(Some(1), 9, Some(9), Finding::OtherClientAndServer);
        check(None, 1, Some(2), Finding::NoRecord);
        check(None, 1, Some(9), Finding::NoRecord);
        // 0 is an id as any other.
        check(Some(0), 0, Some(0), Finding::OtherServer);
        check(Some(1), 0, None, Finding::WipedClient);
    }

    #[test]
    fn several_rejections_go_by_the_documented_order() {
        let config = ServerConfig::default();
        let reason = QuarantineReason::new(&[][..], "").expect("an empty reason");
        let quarantined = ClientRecord::new(Some(InstanceId(1)), Some(reason));
        let find = |version: &str, client: u32| {
            let request = ConnectionRequest::new(version, InstanceId(client), None).expect("a small request");
            decide(&config, &quarantined, &request)
        };
        assert_eq!(find("0.0.0", 9), Finding::UnsupportedApplication);
        assert_eq!(find("1.0.0", 9), Finding::Quarantined);
        assert_eq!(find("1.0.0", 1), Finding::Quarantined);
    }
}
