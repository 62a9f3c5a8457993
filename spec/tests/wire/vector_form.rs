//! Messages in YAML and JSON: what the vectors write is read, and nothing else.

use sinkcheck_spec::wire::{Event, Message, Octets, Reason};

use crate::vector_files::{deployed, tolerated};

fn yaml(text: &str) -> Message<'static> {
    serde_yaml::from_str(text).unwrap()
}

fn check_refused(text: &str, because: &str) {
    let error = serde_yaml::from_str::<Message<'static>>(text).unwrap_err().to_string();
    assert!(error.contains(because), "{text}: {error}");
}

#[test]
fn each_vector_survives_yaml_and_json() {
    for vector in deployed().into_iter().chain(tolerated()) {
        let text = serde_yaml::to_string(&vector.message).unwrap();
        assert_eq!(yaml(&text), vector.message, "{}: {text}", vector.name);
        let text = serde_json::to_string(&vector.message).unwrap();
        let read: Message<'_> = serde_json::from_str(&text).unwrap();
        assert_eq!(read, vector.message, "{}: {text}", vector.name);
    }
}

#[test]
fn a_message_is_written_as_the_vectors_write_it() {
    let check = |content: &str, json: &str| {
        let content = hex::decode(content).unwrap();
        assert_eq!(serde_json::to_string(&Message::decode(&content).unwrap()).unwrap(), json);
    };
    check("5000", r#""ping""#);
    check("3001", r#"{"ack":{"message_id":1}}"#);
    check("10", r#"{"connection_response":"connected"}"#);
    check("1100000002", r#"{"connection_response":{"hello_new_client":{"server_instance_id":2}}}"#);
    check(
        "0005312e302e3000000001",
        r#"{"connection_request":{"protocol_version":0,"application_version":"1.0.0","client_instance_id":1,"server_instance_id":null}}"#,
    );
    check("01ff", r#"{"other_version_request":{"protocol_version":1,"rest":{"hex":"ff"}}}"#);
    check("7000020404", r#"{"nack":{"message_id":0,"machine_message":{"hex":"0404"},"human_message":""}}"#);
}

#[test]
fn a_version_and_a_server_that_are_not_there_are_0_and_none() {
    let short = yaml("connection_request: { application_version: a, client_instance_id: 1 }");
    let long = yaml(
        "connection_request: { protocol_version: 0, application_version: a, client_instance_id: 1, server_instance_id: null }",
    );
    assert_eq!(short, long);
}

#[test]
fn another_version_in_version_0s_fields_is_laid_out_like_it() {
    let of_fields = yaml("connection_request: { protocol_version: 9, application_version: a, client_instance_id: 1 }");
    assert_eq!(hex::encode(of_fields.encode()), "09016100000001");
    let of_octets = yaml("other_version_request: { protocol_version: 9, rest: { hex: '016100000001' } }");
    assert_eq!(of_fields, of_octets);
}

#[test]
fn octets_are_text_or_hex() {
    let octets =
        |text: &str| serde_yaml::from_str::<Octets>(text).map(|octets| octets.0).map_err(|why| why.to_string());
    assert_eq!(octets("abc"), Ok(b"abc".to_vec()));
    assert_eq!(octets("{ hex: '616263' }"), Ok(b"abc".to_vec()));
    assert_eq!(octets("{ hex: 'FF' }"), Ok(vec![0xff]));
    assert_eq!(octets("{ hex: '' }"), Ok(vec![]));
    assert!(octets("{ hex: 'f' }").unwrap_err().contains("hex"));
    assert!(octets("{ hex: 'fg' }").unwrap_err().contains("hex"));
    assert!(octets("{ }").unwrap_err().contains("hex"));
    assert!(octets("{ base64: 'aa' }").unwrap_err().contains("base64"));
    assert!(octets("{ hex: 'aa', more: 1 }").unwrap_err().contains("more"));
    assert!(octets("12").unwrap_err().contains("octets"));
}

#[test]
fn octets_are_written_as_text_only_where_it_can_be_read() {
    let written = |octets: &[u8]| serde_json::to_string(&Octets::from(octets)).unwrap();
    assert_eq!(written(b""), r#""""#);
    assert_eq!(written(b"it's \"x\\y\""), r#""it's \"x\\y\"""#);
    assert_eq!(written("zażółć".as_bytes()), r#""zażółć""#);
    assert_eq!(written(b"a\nb"), r#"{"hex":"610a62"}"#);
    assert_eq!(written(b"\x00"), r#"{"hex":"00"}"#);
    assert_eq!(written(b"\xff"), r#"{"hex":"ff"}"#);
    assert_eq!(written("\u{200b}".as_bytes()), r#"{"hex":"e2808b"}"#);
}

#[test]
fn what_is_no_message_is_refused_with_a_reason() {
    check_refused("pnig", "unknown variant `pnig`");
    check_refused("{ pnig: {} }", "unknown variant `pnig`");
    check_refused("ack", "a mapping with its fields");
    check_refused("{ ping: {} }", "`ping` has no fields");
    check_refused("{}", "names no message");
    check_refused("3", "a message");
    check_refused("{ ack: { message_id: 1 }, ping: {} }", "`ping` is a second one");
    check_refused("{ ack: {} }", "missing field `message_id`");
    check_refused("{ ack: { message_id: 4096 } }", "above 4095");
    check_refused("{ ack: { message_id: 1, id: 1 } }", "unknown field `id`");
    check_refused("{ connection_response: connectd }", "unknown variant `connectd`");
    check_refused("{ connection_response: quarantined }", "a mapping with its fields");
    check_refused("{ connection_response: { connected: {} } }", "`connected` has no fields");
    check_refused("{ connection_response: { hello_new_client: { id: 1 } } }", "unknown field `id`");
    check_refused("{ other_version_request: { protocol_version: 0, rest: '' } }", "the one that is spoken");
    check_refused(
        "{ connection_request: { protocol_version: 16, application_version: a, client_instance_id: 1 } }",
        "above 15",
    );
    check_refused("{ connection_request: { application_version: a, client_instance_id: 4294967296 } }", "4294967296");
    check_refused(
        "{ publish: { message_id: 1, event_type_id: 1, schema_version: 1, key: k, offset: -1, timestamp: 1, event_data: d } }",
        "-1",
    );
    check_refused(
        "{ publish: { message_id: 1, event_type_id: 1, schema_version: 1, key: k, offset: 1, timestamp: 1, event_data: d, data: d } }",
        "unknown field `data`",
    );
    check_refused("{ nack: { message_id: 1, machine_message: m, human_message: h, x: 1 } }", "unknown field `x`");
}

#[test]
fn what_would_not_fit_a_frame_is_refused() {
    let long = "x".repeat(65536);
    check_refused(
        &format!("{{ nack: {{ message_id: 1, machine_message: '', human_message: {long} }} }}"),
        "does not fit a frame",
    );
    check_refused(
        &format!("{{ connection_request: {{ application_version: {long}, client_instance_id: 1 }} }}"),
        "does not fit a frame",
    );
}

#[test]
fn an_event_and_a_reason_have_a_form_of_their_own() {
    let json = r#"{"event_type_id":1,"schema_version":18446744073709551615,"key":"k","offset":3,"timestamp":4,"event_data":{"hex":"ff"}}"#;
    let event: Event<'_> = serde_json::from_str(json).unwrap();
    assert_eq!((event.schema_version(), event.event_data()), (u64::MAX, &[0xff][..]));
    assert_eq!(serde_json::to_string(&event).unwrap(), json);
    let json = r#"{"machine_message":"m","human_message":"h"}"#;
    let reason: Reason<'_> = serde_json::from_str(json).unwrap();
    assert_eq!((reason.machine_message(), reason.human_message()), (&b"m"[..], "h"));
    assert_eq!(serde_json::to_string(&reason).unwrap(), json);
}
