//! Captures of TLS with a key log. The captures hold the session of `spec/captures/first_contact.jsonl` over TLS 1.2 and 1.3.
//! Decrypting takes `tshark`; where it is missing these tests say that they were left out.

use std::io::Write;
use std::process::Command;

use crate::folder::Folder;
use crate::program::sinkcheck;

const TLS_1_2: (&[u8], &str) = (include_bytes!("captures/tls_1_2.pcap"), include_str!("captures/tls_1_2.keys"));
const TLS_1_3: (&[u8], &str) = (include_bytes!("captures/tls_1_3.pcap"), include_str!("captures/tls_1_3.keys"));

/// Whether there is a `tshark`; if there is none, that is said past the test's captured output.
fn can_decrypt(test: &str) -> bool {
    let found = Command::new("tshark").arg("--version").output().is_ok();
    if !found {
        let _ = writeln!(std::io::stderr(), "{test} was left out: tshark is not installed");
    }
    found
}

#[test]
fn a_session_within_tls_is_judged_and_becomes_a_scenario() {
    if !can_decrypt("a_session_within_tls_is_judged_and_becomes_a_scenario") {
        return;
    }
    let folder = Folder::new();
    for (capture, keys) in [TLS_1_2, TLS_1_3] {
        let (capture, keys) = (folder.write("a.pcap", capture), folder.write("a.keys", keys));
        for more in [&[][..], &["--port", "45999"]] {
            let arguments = [&["judge", &capture, "--keylog", &keys], more].concat();
            sinkcheck(arguments).run().exits(0).says("Watched 1 connection with 14 frames.");
        }
        let plain = folder.write("plain.jsonl", include_str!("../../../spec/captures/first_contact.jsonl"));
        let scenario = |arguments: &[&str]| {
            let done = sinkcheck([&["record", "--scenario", "-"], arguments].concat()).run().exits(0);
            done.stdout[done.stdout.find("under_test").unwrap()..].to_owned()
        };
        assert_eq!(scenario(&[&capture, "--keylog", &keys]), scenario(&[&plain]));
    }
}

#[test]
fn what_is_missing_to_decrypt_is_said() {
    let folder = Folder::new();
    let capture = folder.write("a.pcap", TLS_1_3.0);
    let keys = folder.write("a.keys", TLS_1_3.1);
    sinkcheck(["judge", &capture]).run().exits(3).says("1 connection speaking TLS: give the key log");
    sinkcheck(["judge", &capture, "--keylog", "/nowhere"]).run().exits(2).says("--keylog /nowhere: No such file");
    let wrong = folder.write("wrong.keys", "no secrets\n");
    sinkcheck(["judge", &capture, "--keylog", &wrong]).run().exits(2).says("no key log, whose lines begin with");
    sinkcheck(["judge", "-", "--keylog", &keys]).input(TLS_1_3.0).run().exits(2).says("the capture must be a file");
    // Where there is no tshark.
    let call = sinkcheck(["judge", &capture, "--keylog", &keys]).with("PATH", &folder.at("nothing-here"));
    call.run().exits(2).says("tshark is not installed").says("apt install tshark");
    if can_decrypt("what_is_missing_to_decrypt_is_said") {
        // The secrets of another capture.
        let other = folder.write("other.keys", TLS_1_2.1);
        let done = sinkcheck(["judge", &capture, "--keylog", &other]).run();
        done.exits(3).says("1 of 1 TLS connections are not decrypted by this key log");
    }
}

#[test]
fn a_tshark_that_fails_or_says_odd_things_is_told_of() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = Folder::new();
    let (capture, keys) = (folder.write("a.pcap", TLS_1_3.0), folder.write("a.keys", TLS_1_3.1));
    for (script, code, text) in [
        ("#!/bin/sh\necho 'it hurts' >&2\nexit 2\n", 2, "tshark failed (exit status: 2): it hurts"),
        ("#!/bin/sh\nexec yes\n", 2, "tshark was ended: it says more than a capture of that length can hold"),
        ("#!/bin/sh\necho odd\n", 3, "1 of 1 TLS connections are not decrypted"),
    ] {
        let program = folder.write("bin/tshark", script);
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o755)).unwrap();
        let path = format!("{}:{}", folder.at("bin"), std::env::var("PATH").unwrap_or_default());
        sinkcheck(["judge", &capture, "--keylog", &keys]).with("PATH", &path).run().exits(code).says(text);
    }
}
