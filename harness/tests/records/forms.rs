//! One session gives the same in each form.

use sinkcheck::record::{Form, Options};
use sinkcheck_reports::document::{CaseResult, Role as ReportRole, Target, TranscriptEntry};
use sinkcheck_spec::catalogue::Role;

use crate::making::{CAPTURES, Did, File, Link, Session, V4, V6, capture_as, segments, session};
use crate::telling::{expected, remarks, told};

#[track_caller]
fn check(input: &[u8], form: Form, session: &Session) {
    let (list, account) = told(input, &Options::default()).expect("made for the test");
    assert_eq!((account.form, remarks(&account)), (form, String::new()));
    assert_eq!(list.len(), 1);
    assert!(list[0].from_the_start);
    assert_eq!(list[0].did, expected(session));
    assert_eq!(list[0].lost, None);
}

#[test]
fn json_lines_say_what_happened() {
    for (_, lines) in CAPTURES {
        check(lines.as_bytes(), Form::JsonLines, &session(lines));
        // As a text editor of another system leaves it.
        check(format!("\u{feff}{}\r\n\r\n", lines.replace('\n', "\r\n")).as_bytes(), Form::JsonLines, &session(lines));
    }
}

#[test]
fn captures_of_every_kind_say_the_same() {
    for (_, lines) in CAPTURES {
        let session = session(lines);
        for file in File::ALL {
            let form = if matches!(file, File::Pcap { .. }) { Form::Pcap } else { Form::PcapNg };
            for link in Link::ALL {
                for ends in [V4, V6] {
                    // The sequence numbers of one direction wrap within the session.
                    let segments = segments(&session, [7, u32::MAX - 5]);
                    check(&capture_as(file, link, &segments, ends, usize::MAX), form, &session);
                }
            }
        }
    }
}

#[test]
fn a_document_says_the_same_of_each_case() {
    let mut document = sinkcheck_reports::json::read_document(
        include_bytes!("../../../reports/tests/documents/least.json").as_slice(),
    )
    .expect("made for the test");
    document.target = Target { role: ReportRole::Server.into(), ..Target::default() };
    document.cases = CAPTURES
        .iter()
        .map(|(name, lines)| CaseResult {
            id: (*name).to_owned(),
            transcript: transcript(&session(lines)),
            ..CaseResult::default()
        })
        .collect();
    for text in [
        serde_json::to_vec_pretty(&document).expect("made for the test"),
        serde_json::to_vec(&document).expect("made for the test"),
    ] {
        let (list, account) = told(&text, &Options::default()).expect("made for the test");
        assert_eq!((account.form, remarks(&account)), (Form::Document, String::new()));
        assert_eq!(list.len(), 3);
        for (told, (name, lines)) in list.iter().zip(CAPTURES) {
            assert_eq!(told.name, format!("{name} main"));
            assert_eq!(told.did, expected(&session(lines)));
        }
    }
}

fn transcript(session: &Session) -> Vec<TranscriptEntry> {
    let mut entries = vec![TranscriptEntry::event(0.0, "main", ReportRole::Client, "connected")];
    for (ms, from, did) in session {
        let from = if *from == Role::Client { ReportRole::Client } else { ReportRole::Server };
        let ms = *ms as f64;
        entries.push(match did {
            Did::Sent(octets) => TranscriptEntry::octets(ms, "main", from, octets),
            Did::Closed => TranscriptEntry::event(ms, "main", from, "closed"),
            Did::Reset => TranscriptEntry::event(ms, "main", from, "reset"),
        });
    }
    entries
}

#[test]
fn a_name_that_is_used_again_is_another_connection() {
    let lines = concat!(
        r#"{"ms":1,"connection":"main","from":"client","event":"connected"}"#,
        "\n",
        r#"{"ms":2,"connection":"main","from":"client","hex":"00025000"}"#,
        "\n",
        r#"{"ms":3,"connection":"main","from":"client","event":"connected"}"#,
        "\n",
        r#"{"ms":3,"connection":"main","from":"server","event":"connected"}"#,
        "\n",
        r#"{"ms":4,"connection":7,"from":"server","hex":"000110"}"#,
    );
    let (list, account) = told(lines.as_bytes(), &Options::default()).expect("made for the test");
    let names: Vec<_> = list.iter().map(|told| (told.name.as_str(), told.from_the_start)).collect();
    assert_eq!(names, [("main", true), ("main (2)", true), ("7", false)]);
    assert!(remarks(&account).contains("line 5: the record begins within connection 7"), "{}", remarks(&account));
}
