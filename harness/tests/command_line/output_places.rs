//! Where the result goes: pairs of --format and --output, files that can't be written, colours.

use std::os::unix::fs::FileTypeExt;

use crate::document::document;
use crate::folder::Folder;
use crate::program::{Call, Done, sinkcheck};

/// A run that takes a moment.
fn certify(arguments: &[&str]) -> Call {
    sinkcheck(["certify", "--case", "server/handshake/connected"].iter().chain(arguments))
}

#[track_caller]
fn refused(arguments: &[&str], text: &str) -> Done {
    let done = certify(arguments).run().exits(2).says(text);
    assert_eq!(done.stdout, "", "nothing ran");
    done
}

#[test]
fn text_goes_to_standard_output_beside_what_goes_to_files() {
    let folder = Folder::new();
    let (json, text) = (folder.at("a.json"), folder.at("a.txt"));
    let done = certify(&["--format", "json", "--output", &json]).run().exits(0);
    assert!(done.stdout.contains("VERDICT"));
    document(&folder.read("a.json"));
    let done = certify(&["--format", "json", "--output", &json, "--format", "text", "--output", &text]).run().exits(0);
    assert!(done.stdout.contains("VERDICT") && folder.read("a.txt").contains("VERDICT"));
    assert_eq!(folder.names(), ["a.json", "a.txt"], "nothing else is left");
}

#[test]
fn a_format_without_a_place_takes_standard_output() {
    let folder = Folder::new();
    let text = folder.at("a.txt");
    let arguments = ["--format", "text", "--output", &text, "--format", "json"];
    document(&certify(&arguments).run().exits(0).stdout);
    assert!(folder.read("a.txt").contains("VERDICT"));
    let done = certify(&["--format", "json", "--quiet"]).run().exits(0);
    document(&done.stdout);
    assert_eq!(done.stderr, "");
}

#[test]
fn quiet_leaves_only_what_was_asked_for() {
    let folder = Folder::new();
    let json = folder.at("a.json");
    let done = certify(&["--quiet", "--format", "json", "--output", &json]).run().exits(0);
    assert_eq!((done.stdout.as_str(), done.stderr.as_str()), ("", ""));
    document(&folder.read("a.json"));
}

#[test]
fn pairs_that_are_none_are_refused() {
    let folder = Folder::new();
    let file = folder.at("a");
    refused(&["--output", &file], "before any --format");
    refused(&["--output", &file, "--format", "json"], "before any --format");
    refused(&["--format", "json", "--output", &file, "--output", &file], "second one");
    refused(&["--format", "json", "--format", "text"], "two forms for standard output");
    refused(
        &["--format", "json", "--output", &file, "--format", "text", "--output", &file],
        "two forms can't go to one file",
    );
    refused(&["--format", "nonsense"], "there are text, json");
    assert!(folder.names().is_empty(), "nothing was written");
}

#[test]
fn a_place_that_cant_be_written_is_found_before_the_run() {
    let folder = Folder::new();
    refused(&["--format", "json", "--output", &folder.at("no/such/a.json")], "there is no folder");
    refused(&["--format", "json", "--output", &folder.at("")], "it is a folder");
    refused(&["--format", "json", "--output", "/proc/x"], "--output /proc/x");
    let below_a_file = format!("{}/a.json", folder.write("file", ""));
    refused(&["--format", "json", "--output", &below_a_file], "there is no folder");
}

#[test]
fn a_file_that_is_there_is_replaced_and_a_link_to_it_stays() {
    let folder = Folder::new();
    let file = folder.write("a.json", "old");
    std::os::unix::fs::symlink(&file, folder.path().join("link.json")).expect("a link can be made");
    certify(&["--format", "json", "--output", &folder.at("link.json")]).run().exits(0);
    document(&folder.read("a.json"));
    assert!(folder.path().join("link.json").is_symlink());
    assert_eq!(folder.names(), ["a.json", "link.json"]);
}

#[test]
fn a_device_is_written_to_and_not_replaced() {
    certify(&["--format", "json", "--output", "/dev/null"]).run().exits(0);
    let kind = std::fs::metadata("/dev/null").expect("it is there").file_type();
    assert!(kind.is_char_device());
    let done = certify(&["--format", "json", "--output", "/dev/stdout", "--quiet"]).run().exits(0);
    document(&done.stdout);
}

#[test]
fn a_result_that_cant_be_written_is_a_failure_of_ours() {
    certify(&["--format", "json", "--output", "/dev/full"]).run().exits(4).says("/dev/full can't be written");
}

#[test]
fn colours_are_for_terminals_unless_they_are_asked_for() {
    const ESCAPE: char = '\u{1b}';
    let folder = Folder::new();
    let wrong = folder.write("wrong.yaml", "title: x\nsned: y\n");
    for arguments in [vec!["certify", "--case", "server/handshake/connected"], vec!["lint", &wrong]] {
        let colour = |when: &[&str]| sinkcheck(arguments.iter().chain(when)).run().stdout.contains(ESCAPE);
        assert!(!colour(&[]), "{arguments:?}");
        assert!(colour(&["--color", "always"]), "{arguments:?}");
        assert!(!colour(&["--color", "never"]), "{arguments:?}");
    }
    let done = sinkcheck(["certify", "--case", "nothing"]).run().exits(2);
    assert!(!done.stderr.contains(ESCAPE));
}
