//! Records that are cut off, damaged, or no records.

use sinkcheck::record::Options;
use sinkcheck_spec::catalogue::Role;

use crate::making::{CAPTURES, Did, File, Link, V4, capture, capture_as, segments, session};
use crate::telling::{expected, flat, remarks, told};

#[track_caller]
fn refused(input: &[u8], expected: &str) {
    match told(input, &Options::default()) {
        Err(error) => assert!(error.to_string().contains(expected), "{error}"),
        Ok((list, account)) => panic!("{list:?}\n{}", remarks(&account)),
    }
}

#[test]
fn what_is_no_record_says_what_it_is() {
    refused(b"", "it is empty");
    refused(b" \n\n", "white space");
    refused(b"# Notes\nSome text.\n", "it is no record that can be read: those are JSON lines");
    refused(&[0x1f, 0x8b, 8, 0, 0, 0], "it is compressed: unpack it first");
    refused(b"PK\x03\x04....", "zip archive");
    refused(b"{\"name\": 1}\n", "line 1: no entry of a record: missing field `ms`");
    refused(
        b"{\"ms\":1,\"connection\":1,\"from\":\"both\",\"hex\":\"00\"}\n",
        "line 1: no entry of a record: unknown variant `both`",
    );
    refused(
        b"{\"ms\":-1,\"connection\":1,\"from\":\"client\",\"hex\":\"00\"}\n",
        "line 1: `ms` is -1, which is no time",
    );
    refused(b"{\"ms\":1,\"connection\":1,\"from\":\"client\",\"hex\":\"0g\"}\n", "line 1: `hex` is no hex");
    refused(b"{\"ms\":1,\"connection\":1,\"from\":\"client\"}\n", "line 1: neither `hex` nor `event`");
    refused(b"{\n  \"schema\": 99\n}\n", "this result document has schema 99");
    refused(b"{\n  \"name\": \"x\"\n}\n", "this is not a result document: it has no `schema` number");
    refused(&capture(&[])[..20], "a pcap file that is cut off within its header");
    refused(
        &File::PcapNg { big_endian: false, resolution: 6 }.of(Link::Raw, &[], 1)[..20],
        "pcapng file that is cut off",
    );
}

#[test]
fn a_line_that_cannot_be_read_ends_what_can_be_told_of_open_connections() {
    let lines: Vec<&str> = CAPTURES[0].1.lines().collect();
    for bad in 1..lines.len() {
        let mut text = lines.clone();
        text[bad] = "{\"ms\": 3, \"connection\": 1, \"from\":";
        // A connection that begins behind it is told of as a whole.
        let later = CAPTURES[1].1.replace("\"connection\": 1", "\"connection\": 2");
        let text = format!("{}\n{later}", text.join("\n"));
        let (list, account) = told(text.as_bytes(), &Options::default()).expect("made for the test");
        assert_eq!(list.len(), 2);
        let why = list[0].lost.as_deref().unwrap_or_default();
        assert_eq!(why, format!("line {} of the record can't be read", bad + 1));
        assert!(flat(&expected(&session(CAPTURES[0].1))).starts_with(&flat(&list[0].did)));
        assert_eq!((&list[1].lost, &list[1].did), (&None, &expected(&session(CAPTURES[1].1))));
        let place = format!("line {}: no entry of a record: EOF", bad + 1);
        assert!(remarks(&account).contains(&place), "{}", remarks(&account));
    }
}

#[test]
fn every_prefix_of_json_lines_is_read_as_far_as_it_goes() {
    let text = CAPTURES[0].1.as_bytes();
    let whole = flat(&expected(&session(CAPTURES[0].1)));
    let first = text.iter().position(|octet| *octet == b'\n').expect("made for the test");
    for length in 0..=text.len() {
        match told(&text[..length], &Options::default()) {
            Err(error) => assert!(length < first, "{length}: {error}"),
            Ok((list, account)) => {
                assert_eq!((list.len(), &list[0].lost), (1, &None));
                assert!(whole.starts_with(&flat(&list[0].did)));
                let is_cut = ![b'\n', b'}'].contains(&text[length - 1]);
                assert_eq!(remarks(&account).contains("the record is cut off within this line"), is_cut, "{length}");
            }
        }
    }
}

#[test]
fn every_prefix_of_a_capture_is_read_as_far_as_it_goes() {
    let session = session(CAPTURES[1].1);
    let whole = flat(&expected(&session));
    let segments = segments(&session, [1, 2]);
    for file in [File::ALL[0], File::ALL[3], File::ALL[4], File::ALL[5]] {
        let input = capture_as(file, Link::Ethernet, &segments, V4, usize::MAX);
        let mut cut = 0;
        for length in 0..=input.len() {
            match told(&input[..length], &Options::default()) {
                Err(error) => {
                    let text = error.to_string();
                    let is_clear = ["it is empty", "cut off", "no record that can be read", "white space"];
                    assert!(is_clear.iter().any(|clear| text.contains(clear)), "{length}: {text}");
                }
                Ok((list, account)) => {
                    assert!(list.len() <= 1);
                    assert!(list.iter().all(|told| told.lost.is_none() && whole.starts_with(&flat(&told.did))));
                    cut += usize::from(remarks(&account).contains("cut off within the next packet"));
                }
            }
        }
        assert!(cut > input.len() / 2, "{cut} of {}", input.len());
        assert_eq!(told(&input, &Options::default()).expect("made for the test").0[0].did, expected(&session));
    }
}

#[test]
fn a_capture_that_is_damaged_within_is_read_up_to_there() {
    let session = session(CAPTURES[0].1);
    let segments = segments(&session, [1, 2]);
    let mut input = capture(&segments);
    let before = capture(&segments[..6]).len();
    // The length of the seventh packet.
    input[before + 8..before + 12].copy_from_slice(&[0xff; 4]);
    let (list, account) = told(&input, &Options::default()).expect("made for the test");
    let text = remarks(&account);
    assert!(text.contains("behind packet 6: the file is cut off within the next packet, or damaged there"), "{text}");
    assert_eq!(list[0].did.len(), 3);
    let mut input = capture_as(File::ALL[4], Link::Ethernet, &segments, V4, usize::MAX);
    let before = capture_as(File::ALL[4], Link::Ethernet, &segments[..6], V4, usize::MAX).len();
    input[before + 4..before + 8].copy_from_slice(&[0x33; 4]);
    let (list, account) = told(&input, &Options::default()).expect("made for the test");
    assert!(remarks(&account).starts_with("behind packet 6: "), "{}", remarks(&account));
    assert_eq!(list[0].did.len(), 3);
}

#[test]
fn entries_that_are_unknown_or_go_back_in_time_are_borne() {
    let text = concat!(
        r#"{"ms":5,"connection":"a","from":"client","event":"connected","later":{"key":1}}"#,
        "\n\n",
        r#"{"ms":6,"connection":"a","from":"client","event":"yawned"}"#,
        "\n",
        r#"{"ms":2,"connection":"a","from":"client","hex":"00025000"}"#,
        "\n",
    );
    let (list, account) = told(text.as_bytes(), &Options::default()).expect("made for the test");
    assert_eq!(list[0].did, [(Role::Client, Did::Sent(vec![0, 2, 0x50, 0]))]);
    assert_eq!(remarks(&account), "line 3: nothing is known of the event `yawned`: it is passed over");
}

#[test]
fn a_document_that_lacks_entries_is_told_of_up_to_there() {
    use sinkcheck_reports::document::{CaseResult, Role as ReportRole, TranscriptEntry};
    let mut document = sinkcheck_reports::json::read_document(
        include_bytes!("../../../reports/tests/documents/least.json").as_slice(),
    )
    .expect("made for the test");
    document.suite.cases = 1;
    let ping = |ms| TranscriptEntry::octets(ms, "main", ReportRole::Client, &[0, 2, 0x50, 0]);
    let connected = |ms| TranscriptEntry::event(ms, "main", ReportRole::Client, "connected");
    let gap = TranscriptEntry::event(2.0, "", ReportRole::Server, "80 entries were not kept");
    let transcript = vec![connected(0.0), ping(1.0), gap, ping(3.0), connected(4.0), ping(5.0)];
    document.cases = vec![CaseResult { id: "a".to_owned(), transcript, ..CaseResult::default() }];
    let (list, account) = told(&serde_json::to_vec(&document).expect("made for the test"), &Options::default())
        .expect("made for the test");
    let one = [(Role::Client, Did::Sent(vec![0, 2, 0x50, 0]))];
    assert_eq!((list[0].did.as_slice(), list[1].did.as_slice()), (&one[..], &one[..]));
    assert!(list[0].lost.is_some() && list[1].lost.is_none());
    assert!(remarks(&account).contains("case a, entry 3: 80 entries were not kept"), "{}", remarks(&account));
    // Of what was watched only excerpts are shown.
    document.suite.cases = 0;
    refused(&serde_json::to_vec(&document).expect("made for the test"), "judge the record itself");
}
