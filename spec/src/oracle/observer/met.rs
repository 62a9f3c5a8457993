//! The rules that frames meet all the time, each with a counter of its own.

/// Declares the rules, and their ids in the catalogue.
macro_rules! met {
    ($($name:ident = $id:literal,)*) => {
        /// A rule that something speaks to that passed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Met { $($name),* }

        impl Met {
            /// The ids, in the order of the variants.
            pub(super) const IDS: &'static [&'static str] = &[$($id),*];
        }
    };
}

met! {
    LengthPrefix = "framing.length-prefix",
    OneMessage = "framing.one-message-in-a-frame",
    TruncatedNotAnswered = "framing.truncated-not-answered",
    MessageType = "layout.message-type",
    MessageId = "layout.message-id",
    U32 = "layout.u32",
    Varint = "layout.varint",
    VarintShortest = "layout.varint-shortest",
    VarintLongerForms = "layout.varint-longer-forms",
    Chunk = "layout.chunk",
    TextUtf8 = "layout.text-utf8",
    ConnectionRequest = "layout.connection-request",
    RequestWithoutServerId = "layout.request-without-server-id",
    ConnectionResponse = "layout.connection-response",
    ResponseHello = "layout.response-hello",
    ResponseBare = "layout.response-bare",
    Publish = "layout.publish",
    Ack = "layout.ack",
    Nack = "layout.nack",
    Ping = "layout.ping",
    Pong = "layout.pong",
    NothingBeforeRequest = "handshake.nothing-before-request",
    FirstRequestAnswered = "handshake.first-request-answered",
    FirstRequestAnsweredOnce = "handshake.first-request-answered-once",
    QuarantinedCarriesReason = "handshake.quarantined-carries-reason",
    UnsupportedProtocol = "handshake.unsupported-protocol",
    RejectionThatApplies = "handshake.rejection-that-applies",
    ConnectedStaysOpen = "handshake.connected-stays-open",
    HelloStaysOpen = "handshake.hello-stays-open",
    EarlyEventNotAcked = "handshake.early-event-not-acked",
    EventAfterRejectionNotAcked = "handshake.event-after-rejection-not-acked",
    RequestFirst = "introduction.request-first",
    CarriesProtocolVersion = "introduction.carries-protocol-version",
    CarriesApplicationVersion = "introduction.carries-application-version",
    CarriesClientInstanceId = "introduction.carries-client-instance-id",
    OneRequest = "introduction.one-request",
    OnlyRequestBeforeResponse = "introduction.only-request-before-response",
    EarlyPublishNotAcked = "introduction.early-publish-not-acked",
    NoPublishAfterRejection = "introduction.no-publish-after-rejection",
    Answered = "events.answered",
    AnsweredOnce = "events.answered-once",
    AnswerCarriesId = "events.answer-carries-id",
    IdNotReused = "events.id-not-reused-in-flight",
    IdsGoUp = "events.ids-go-up-by-one",
    IdsWrap = "events.ids-wrap",
    DirectionsIndependent = "events.directions-independent",
    NackSentKeepsConnection = "events.nack-sent-keeps-connection",
    PingAnswered = "keepalive.ping-answered",
    PingAnsweredOnce = "keepalive.ping-answered-once",
    PongNotAnswered = "keepalive.pong-not-answered",
    ClientPings = "keepalive.client-pings",
    SilentPeerDropped = "keepalive.silent-peer-dropped",
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::catalogue;

    #[test]
    fn each_is_a_rule_of_the_catalogue_and_stands_once() {
        for (at, id) in Met::IDS.iter().enumerate() {
            assert!(catalogue().rule(id).is_some(), "{id}");
            assert!(!Met::IDS[..at].contains(id), "{id} stands twice");
        }
    }
}
