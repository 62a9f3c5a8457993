//! Clients that nobody launches and that speak TLS: what they are shown changes from connection to connection.

use std::sync::Arc;
use std::time::Duration;

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, date_time_ymd};
use rustls::{ClientConfig, RootCertStore};

use crate::attached_clients::{ACCEPTED, Place, verdicts};
use crate::client::{Client, Kind};
use crate::document::{inconclusive, notes};

type Authority = CertifiedIssuer<'static, KeyPair>;

fn authority() -> Authority {
    let mut params = CertificateParams::new(Vec::new()).expect("it has no names");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    CertifiedIssuer::self_signed(params, KeyPair::generate().expect("a key")).expect("it can be signed")
}

/// Writes a certificate and its key.
fn certificate(place: &Place, authority: &Authority, file: &str, name: &str, until: i32) {
    let mut params = CertificateParams::new(vec![name.to_owned()]).expect("a name");
    params.not_after = date_time_ymd(until, 1, 1);
    let key = KeyPair::generate().expect("a key");
    let made = params.signed_by(&key, authority).expect("it can be signed");
    place.folder.write(&format!("{file}.pem"), made.pem());
    place.folder.write(&format!("{file}.key"), key.serialize_pem());
}

/// A client that trusts these.
fn trusting(roots: &[&Authority]) -> Option<Arc<ClientConfig>> {
    let mut store = RootCertStore::empty();
    for root in roots {
        store.add(root.der().clone()).expect("an authority's certificate");
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Some(Arc::new(builder.expect("the versions are safe").with_root_certificates(store).with_no_client_auth()))
}

const TLS: &str = "tls: { certificate: server.pem, key: server.key, wrong_name: { certificate: other.pem, key: other.key }, expired: { certificate: old.pem, key: old.key } }\n";

fn place(cases: &[(&str, &str)], authority: &Authority) -> Place {
    let place = Place::over("tls", cases, TLS);
    certificate(&place, authority, "server", "sink.example", 2100);
    certificate(&place, authority, "other", "other.example", 2100);
    certificate(&place, authority, "old", "sink.example", 2001);
    place
}

fn refused(certificate: &str, rule: &str) -> String {
    format!(
        "title: A client refuses a certificate\nunder_test: client\ntransport: tls\ncertificate: {certificate}\nrequirements: [{rule}]\nsteps: [ connect, {{ expect: nothing }} ]\n"
    )
}

#[test]
fn each_certificate_is_shown_for_its_case_and_the_right_one_before_and_after() {
    let of_authority = |kind: &str| refused(kind, "identity.server-certificate-checked");
    let wrong_name = refused("wrong_name", "identity.server-name-checked");
    let (wrong_authority, expired) = (of_authority("wrong_authority"), of_authority("expired"));
    let rejected = "title: A client is rejected\nunder_test: client\nrequirements: [introduction.no-publish-after-rejection]\nsteps: [ { expect: { connection_request: {} } }, { send: instance_id_mismatch }, { expect: nothing } ]\n";
    let cases = [("a", &wrong_authority[..]), ("b", &wrong_name), ("c", &expired), ("d", ACCEPTED), ("e", rejected)];
    let authority = authority();
    let place = place(&cases, &authority);
    let client = Client::start(place.port, Kind { id: 7, tls: trusting(&[&authority]), ..Kind::default() });
    place.certify().run().exits(0).within(Duration::from_secs(30));
    assert_eq!(verdicts(&place.document()), ["a pass", "b pass", "c pass", "d pass", "e pass"]);
    assert_eq!(client.responses().last(), Some(&0x12));
}

#[test]
fn a_client_that_trusts_nobody_is_not_waited_for_long() {
    let authority = authority();
    let place = place(&[("a", ACCEPTED)], &authority);
    let _client = Client::start(place.port, Kind { id: 7, tls: trusting(&[]), ..Kind::default() });
    let done = place.certify().run().exits(3).within(Duration::from_secs(30));
    done.says("does it trust `tls.certificate`?").says("its TLS handshake failed");
    assert_eq!(inconclusive(&place.document(), "client-not-there"), 1);
    assert_eq!(notes(&place.document()), "");
}
