//! `sinkcheck init`: a folder to start from.

use crate::document::document;
use crate::folder::Folder;
use crate::program::sinkcheck;

#[test]
fn what_is_written_works_at_once() {
    let folder = Folder::new();
    let done = sinkcheck(["init", "start"]).within(folder.path()).run().exits(0);
    done.says_all(&["target-tcp.yaml", "sinkcheck certify server --target start/target-tcp.yaml"]);
    for (target, least) in [("target-tcp.yaml", 20), ("target-tls.yaml", 20)] {
        let target = format!("start/{target}");
        let arguments = ["certify", "server", "--target", &target, "--case", "server/handshake/*", "--format", "json"];
        let document = document(&sinkcheck(arguments).within(folder.path()).run().exits(0).stdout);
        assert_eq!(document["verdict"], "conforms");
        assert_eq!(document["summary"]["not_applicable"], 0, "{}", document["summary"]);
        assert!(document["summary"]["pass"].as_u64().is_some_and(|count| count >= least), "{}", document["summary"]);
    }
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
