//! `sinkcheck init`: a folder to start from.

use crate::document::document;
use crate::folder::Folder;
use crate::program::sinkcheck;

/// Certifies with a target file of a folder that was just written: all cases of the section pass, and there are so many.
#[track_caller]
fn check(role: &str, target: &str, section: &str, least: u64) {
    let folder = Folder::new();
    let done = sinkcheck(["init", "start"]).within(folder.path()).run().exits(0);
    done.says_all(&[target, &format!("sinkcheck certify {role} --target start/target-")]);
    let (target, cases) = (format!("start/{target}"), format!("{role}/{section}/*"));
    let arguments = ["certify", role, "--target", &target, "--case", &cases, "--skip-slow", "--format", "json"];
    let document = document(&sinkcheck(arguments).within(folder.path()).run().exits(0).stdout);
    assert_eq!(document["verdict"], "conforms");
    assert_eq!(document["summary"]["not_applicable"], 0, "{}", document["summary"]);
    assert!(document["summary"]["pass"].as_u64().is_some_and(|count| count >= least), "{}", document["summary"]);
}

#[test]
fn the_target_files_for_servers_work_at_once() {
    check("server", "target-tcp.yaml", "handshake", 20);
    check("server", "target-tls.yaml", "handshake", 20);
}

#[test]
fn the_target_files_for_clients_work_at_once() {
    check("client", "target-client-tcp.yaml", "introduction", 40);
    // What a client looks for in a certificate, wrong ones among them.
    check("client", "target-client-tls.yaml", "identity", 4);
}

#[test]
fn an_empty_folder_will_do() {
    let folder = Folder::new();
    sinkcheck(["init", &folder.at("")]).run().exits(0);
    assert!(folder.names().contains(&"target-tls.yaml".to_owned()));
}

#[test]
fn what_is_in_a_folder_is_never_lost() {
    let folder = Folder::new();
    folder.write("mine.txt", "mine");
    sinkcheck(["init", &folder.at("")]).run().exits(2).says("the folder isn't empty");
    assert_eq!(folder.names(), ["mine.txt"]);
    sinkcheck(["init", &folder.at("mine.txt")]).run().exits(2).says("mine.txt");
    assert_eq!(folder.read("mine.txt"), "mine");
    sinkcheck(["init", "/proc/x"]).run().exits(2).says("/proc/x");
}
