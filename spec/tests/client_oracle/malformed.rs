//! What a client must not act on.

use crate::exchange::{CONNECTED, HELLO, PUBLISH_5, REQUEST, check, check_accepted, publish};

const CUT_OFF: &str = "framing.truncated-not-answered";

#[test]
fn a_malformed_response_accepts_nobody() {
    let cases = [
        ("16", "malformed.unused-response-code"),
        ("1f00000002", "malformed.unused-response-code"),
        ("11", "malformed.response-short"),
        ("11000000", "malformed.response-short"),
        ("13", "malformed.response-short"),
        ("1000", "malformed.response-long"),
        ("110000000200", "malformed.response-long"),
        ("1200", "malformed.response-long"),
        ("130561", "malformed.response-chunk-past-end"),
        (REQUEST, "malformed.request-to-client"),
        ("00", "malformed.request-to-client"),
        ("0f", "malformed.request-to-client"),
    ];
    for (content, rule) in cases {
        check(&[("<", REQUEST, &[]), (">", content, &[]), ("<", PUBLISH_5, &[rule])]);
        check(&[("<", REQUEST, &[]), (">", content, &[]), (">", PUBLISH_5, &[]), ("<", "3005", &[rule])]);
        // A client that goes on and is accepted then should have closed, which others judge.
        check(&[("<", REQUEST, &[]), (">", content, &[]), (">", HELLO, &[]), ("<", PUBLISH_5, &[])]);
        check(&[("<", REQUEST, &[]), (">", content, &[]), ("<", "5000", &[])]);
        check_accepted(&[(">", content, &[]), ("<", PUBLISH_5, &[])]);
    }
    let early = "introduction.only-request-before-response";
    check(&[("<", REQUEST, &[]), (">", "2000", &[]), ("<", PUBLISH_5, &[early])]);
}

#[test]
fn a_response_that_is_cut_off_accepts_nobody() {
    let rule = "framing.truncated-response-not-taken";
    check(&[("<", REQUEST, &[]), ("|", "0005 11 000000", &[]), ("<", PUBLISH_5, &[rule])]);
    check(&[("<", REQUEST, &[]), ("|", "0005 11 000000", &[]), ("<", "5000", &[])]);
    let early = "introduction.only-request-before-response";
    check(&[("<", REQUEST, &[]), ("|", "0005", &[]), ("<", PUBLISH_5, &[early])]);
}

#[test]
fn a_frame_that_is_cut_off_is_not_answered() {
    check_accepted(&[("|", "000f 4009 0101", &[]), ("<", "3009", &[CUT_OFF])]);
    check_accepted(&[("|", "000f 4009 0101", &[]), ("<", "700900", &[CUT_OFF])]);
    check_accepted(&[("|", "000f 0005 312e", &[]), ("<", CONNECTED, &[CUT_OFF])]);
    check_accepted(&[(">", PUBLISH_5, &[]), ("|", "000f 4005 0101", &[]), ("<", "3005", &[])]);
}

#[test]
fn a_request_to_a_client_has_no_response() {
    let rule = "malformed.request-to-client";
    for request in [REQUEST, "00", "01"] {
        for response in [CONNECTED, HELLO, "12", "14", "1f"] {
            check_accepted(&[(">", request, &[]), ("<", response, &[rule])]);
            check(&[("<", REQUEST, &[]), (">", request, &[]), ("<", response, &[rule])]);
        }
        check_accepted(&[(">", request, &[]), (">", PUBLISH_5, &[]), ("<", "3005", &[])]);
    }
}

#[test]
fn a_malformed_event_is_not_acked() {
    let cases = [
        ("4007", "malformed.publish-short"),
        ("40070101016b0101046461", "malformed.publish-chunk-past-end"),
        ("40070101016b01010464617461ff", "malformed.publish-long"),
    ];
    for (content, rule) in cases {
        check_accepted(&[(">", content, &[]), ("<", "3007", &[rule])]);
        check_accepted(&[(">", content, &[]), ("<", "700700", &[])]);
        check(&[("<", REQUEST, &[]), (">", "12", &[]), (">", content, &[]), ("<", "3007", &[rule])]);
    }
    // What the text leaves open is not malformed: eleven octets of a varint, a number of 2^64.
    for content in ["4007 8180808080808080808000 01016b01010161", "4007 80808080808080808002 01016b01010161"] {
        check_accepted(&[(">", content, &[]), ("<", "3007", &[])]);
        check(&[("<", REQUEST, &[]), (">", "12", &[]), (">", content, &[]), ("<", "700700", &[])]);
    }
}

#[test]
fn the_low_bits_of_an_unused_type_are_no_message_id() {
    for content in ["2007", "8007", "f007 0101016b01010161"] {
        check_accepted(&[(">", content, &[]), ("<", "3007", &["malformed.unused-type"])]);
        check_accepted(&[(">", content, &[]), ("<", "700700", &["malformed.unused-type"])]);
    }
    check_accepted(&[(">", "2005", &[]), (">", PUBLISH_5, &[]), ("<", "3005", &[])]);
}

#[test]
fn of_two_events_of_one_id_the_one_that_may_only_be_nacked_is() {
    let good = publish(2);
    let spoilt = format!("{good}00");
    let both = [(">", good.as_str(), &[] as &[&str]), (">", spoilt.as_str(), &[])];
    for answers in [["700200", "3002"], ["3002", "700200"]] {
        check_accepted(&[both.to_vec(), answers.map(|answer| ("<", answer, &[] as &[&str])).to_vec()].concat());
    }
    check_accepted(&[both.to_vec(), vec![("<", "3002", &[]), ("<", "3002", &["malformed.publish-long"])]].concat());
}
