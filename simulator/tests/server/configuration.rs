use std::path::Path;
use std::time::Duration;

use sinkcheck_simulator::config::{Address, ConfigError, Scheme};
use sinkcheck_simulator::{Server, ServerConfig};
use sinkcheck_spec::wire::InstanceId;

#[test]
fn everything_has_a_default() {
    let config = ServerConfig::from_yaml("{}").expect("a configuration");
    assert_eq!(config, ServerConfig::default());
    assert_eq!(config.server_instance_id, InstanceId(2));
    assert_eq!(config.keepalive_interval, Duration::from_secs(60));
    assert!(config.application_versions.unsupported.contains("0.0.0"));
    assert!(config.events.rejected.contains(&99));
}

#[test]
fn every_field_is_read() {
    let config = ServerConfig::from_yaml(
        r#"
        server_instance_id: 4294967295
        application_versions: { supported: [ "1.0.0" ], unsupported: [] }
        keepalive_interval: 1500ms
        events: { rejected: [], rejection: { machine_message: oh, human_message: no }, first_message_id: 4095 }
        clients:
          known/2: { client_instance_id: 0, quarantined: true, certificate: pki/known.pem }
          a: { quarantined: false }
        listeners: [ { address: "tcp://[::1]:4000", client: a }, { address: "tls://localhost:0" } ]
        tls: { certificate: pki/server.pem, key: pki/server.key, ca: pki/ca.pem }
        "#,
    )
    .expect("a configuration");
    assert_eq!(config.keepalive_interval, Duration::from_millis(1500));
    let known = &config.clients["known/2"];
    assert_eq!(known.client_instance_id, Some(InstanceId(0)));
    assert!(known.quarantined.0.is_some() && config.clients["a"].quarantined.0.is_none());
    let address = Address { scheme: Scheme::Tcp, host: "[::1]".to_owned(), port: 4000 };
    assert_eq!(config.listeners[0].address, address);
    assert!(config.check().is_ok());
    let machine = config.machine().expect("a configuration");
    assert_eq!(machine.rejection_reason.machine_message(), b"oh");
    assert_eq!(machine.first_message_id.get(), 4095);
}

#[test]
fn a_wrong_form_is_said_with_the_field_and_the_line() {
    for (text, field, problem) in [
        ("sever_instance_id: 2", "sever_instance_id", "unknown field"),
        ("server_instance_id: 4294967296", "server_instance_id", "4294967296"),
        ("keepalive_interval: soon", "keepalive_interval", "soon"),
        ("keepalive_interval: 60", "keepalive_interval", "time unit needed"),
        ("events: { first_message_id: 4096 }", "events.first_message_id", "4096"),
        ("clients: { a: { quarantined: 3 } }", "clients.a.quarantined", "true, false"),
        ("clients: { a: { quarantined: { human: x } } }", "clients.a.quarantined.human", "unknown field"),
        ("listeners: [ { address: 'udp://h:1' } ]", "listeners[0].address", "udp://h:1"),
        ("\n\nlisteners: 7", "listeners", "line 3"),
        ("events: [", "events", "sequence"),
    ] {
        let error = ServerConfig::from_yaml(text).expect_err("it is wrong").to_string();
        assert!(error.starts_with(&format!("{field}: ")) && error.contains(problem), "{text}: {error}");
        assert!(!error.contains(&format!("{field}: {field}")), "{text}: {error}");
    }
}

#[tokio::test]
async fn fields_that_do_not_fit_each_other_are_named() {
    for (text, field, problem) in [
        ("keepalive_interval: 0s", "keepalive_interval", "0"),
        ("listeners: [ { address: 'tcp://127.0.0.1:0' } ]", "listeners[0].client", "missing"),
        ("listeners: [ { address: 'tcp://127.0.0.1:0', client: a } ]", "listeners[0].client", "\"a\""),
        ("listeners: [ { address: 'tls://127.0.0.1:0' } ]", "tls", "missing"),
        (
            "clients: { a: {} }\nlisteners: [ { address: 'tls://127.0.0.1:0', client: a } ]",
            "listeners[0].client",
            "not for tls",
        ),
    ] {
        let config = ServerConfig::from_yaml(text).expect("the form is right");
        let error = Server::start(config, Path::new("")).await.expect_err("it is wrong").to_string();
        assert!(error.starts_with(&format!("{field}: ")) && error.contains(problem), "{text}: {error}");
    }
}

#[test]
fn a_file_is_named_in_what_is_wrong_with_it() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let absent = folder.join("absent.yaml");
    let error = ServerConfig::read(&absent).expect_err("it is absent");
    assert!(matches!(error, ConfigError::Unreadable { .. }) && error.to_string().contains("absent.yaml"));

    let file = folder.join("server.yaml");
    std::fs::write(&file, "clients: 7").expect("the folder can be written");
    let error = ServerConfig::read(&file).expect_err("it is wrong").to_string();
    assert!(error.contains("server.yaml: clients"), "{error}");
    std::fs::write(&file, "clients: {}").expect("the folder can be written");
    assert_eq!(ServerConfig::read(&file).expect("it is right").1, folder);
}
