//! Cases that show nothing: reason codes, and which of them make one wonder whether the target is still there.

use sinkcheck_reports::document::{Carried, CaseResult, CaseVerdict, Role};

/// The target took no connection.
pub(super) const COULD_NOT_CONNECT: &str = "could-not-connect";

/// A client that should be accepted got no response.
pub(super) const NO_HANDSHAKE: &str = "no-handshake";

/// The case's identity was spoiled by an earlier case.
pub(super) const FIXTURE_LOST: &str = "fixture-lost";

/// Whether a case could not begin, or failed, without a single octet from the server.
pub(super) fn heard_nothing(result: &CaseResult) -> bool {
    let could_not_begin =
        result.reason.as_ref().is_some_and(|reason| [COULD_NOT_CONNECT, NO_HANDSHAKE].contains(&reason.code.as_str()));
    let came = |entry: &sinkcheck_reports::document::TranscriptEntry| {
        entry.from == Role::Server && matches!(entry.carried, Carried::Hex(_))
    };
    could_not_begin || (result.verdict == CaseVerdict::Fail && !result.transcript.iter().any(came))
}
