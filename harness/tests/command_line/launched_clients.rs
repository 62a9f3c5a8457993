//! Clients that the harness launches: what they are told, what is kept of what they print, how they are ended, and what is said of
//! those that show nothing. The client in these tests is a few lines of Python: it answers PINGs and events until its mode says
//! otherwise.

use std::time::Duration;

use nix::sys::signal::Signal;

use crate::document::{document, inconclusive};
use crate::folder::Folder;
use crate::program::{Call, eventually, is_alive, sinkcheck};

const CLIENT: &str = r#"
import os, signal, socket, sys, time
mode = sys.argv[1]
print("mode", mode, "fixture", os.environ["SINK_FIXTURE"], "publish", os.environ["SINK_PUBLISH"], sys.argv[2:], flush=True)
own = int(os.environ["SINK_CLIENT_INSTANCE_ID"]).to_bytes(4, "big")
known = "" if mode == "forgetful" else os.environ["SINK_SERVER_INSTANCE_ID"]
server = int(known).to_bytes(4, "big") if known else b""
while True:
    with socket.create_connection((os.environ["SINK_HOST"], int(os.environ["SINK_PORT"]))) as line:
        send = lambda content: line.sendall(len(content).to_bytes(2, "big") + content)
        if mode == "silent":
            time.sleep(60)
        send(b"\0\5" + b"1.0.0" + own + server)
        stream = line.makefile("rb")
        while head := stream.read(2):
            content = stream.read(int.from_bytes(head, "big"))
            if content[:1] == b"\x11":
                server = content[1:5]
            if content[:1] == b"\x50":
                send(b"\x60\0")
            if content[:1] and content[0] >> 4 == 4:
                if mode == "crash" and os.environ["SINK_FIXTURE"] == "known" and os.path.exists("met"):
                    print("about to fall over", flush=True)
                    os.kill(os.getpid(), signal.SIGSEGV)
                if mode == "raise" and os.path.exists("met"):
                    raise ValueError("no such event")
                send(bytes([0x30 | content[0] & 15, content[1]]))
    open("met", "w").close()
    time.sleep(0.05)
"#;

fn certify(folder: &Folder, mode: &str, case: &str) -> Call {
    folder.write("client.py", CLIENT);
    let words = format!("{mode}, '{{port}}', '{{fixture}}', '{{publish}}'");
    let target = folder.write("t.yaml", format!("role: client\nlaunch: [ python3, client.py, {words} ]\n"));
    sinkcheck(["certify", "client", "--target", &target, "--case", case, "--verbose"])
}

#[test]
fn a_client_is_told_what_it_is_and_comes_again() {
    let folder = Folder::new();
    certify(&folder, "right", "client/introduction/client-id-constant").run().exits(0).says("1 passed");
    certify(&folder, "right", "client/events/answered").run().exits(0).says("1 passed");
}

/// It may have a server's id of its own, or none: what it was told is no message.
#[test]
fn a_client_that_does_not_take_the_servers_id_breaks_nothing() {
    let folder = Folder::new();
    let done = certify(&folder, "forgetful", "client/keepalive/ping-with-an-event-in-flight").run();
    assert_ne!(done.code, Some(1), "{}", done.stdout);
    done.says_all(&["1 not applicable", "it doesn't take the server's id from SINK_SERVER_INSTANCE_ID"]);
}

#[test]
fn what_is_told_arrives_in_the_arguments_and_the_environment() {
    let folder = Folder::new();
    // It publishes nothing, so the case comes to no result and what it printed is shown.
    let done = certify(&folder, "right", "client/events/unanswered-sent-again").run().exits(3);
    let done = done.says_all(&["nothing-published", "mode right fixture known publish 1", "'known', '1']"]);
    done.says("Output");
}

#[test]
fn a_crash_is_shown_with_its_signal_and_the_last_output() {
    let folder = Folder::new();
    let done = certify(&folder, "crash", "client/keepalive/ping-answered").run().exits(0);
    done.says("1 passed");
    let done = certify(&folder, "crash", "client/events/answered").run();
    assert_ne!(done.code, Some(0), "a client that crashes at an event passes: {}", done.stdout);
    done.says_all(&["about to fall over", "SIGSEGV"]);
}

#[test]
fn an_exception_is_shown_as_the_client_printed_it() {
    let folder = Folder::new();
    let done = certify(&folder, "raise", "client/events/answered").run();
    assert_ne!(done.code, Some(0), "{}", done.stdout);
    done.says("ValueError: no such event");
}

#[test]
fn a_client_that_ends_at_once_is_quoted() {
    let folder = Folder::new();
    let target = folder.write("t.yaml", "role: client\nlaunch: [ sh, -c, 'echo no such host; exit 3' ]\n");
    let json = folder.at("a.json");
    let done =
        sinkcheck(["certify", "client", "--target", &target, "--format", "json", "--output", &json]).run().exits(3);
    let document = document(&folder.read("a.json"));
    let all = document["cases"].as_array().map_or(0, Vec::len);
    assert!(all > 200 && inconclusive(&document, "client-not-there") == all, "{}", done.stdout);
    assert!(folder.read("a.json").contains("no such host"), "its output is kept");
}

#[test]
fn a_client_that_says_nothing_is_no_conforming_one() {
    let folder = Folder::new();
    certify(&folder, "silent", "client/events/answered").run().exits(3).says("no-request");
}

#[test]
fn an_address_says_nothing_about_a_client() {
    let done = sinkcheck(["certify", "client", "tcp://127.0.0.1:4000"]).run().exits(2);
    done.says_all(&["connects by itself", "target file"]);
}

#[test]
fn an_interrupted_run_ends_its_clients_and_their_children_in_an_orderly_way() {
    let folder = Folder::new();
    let script = "trap 'echo ended >> ended; exit 0' TERM; sleep 300 & echo $! > child; echo $$ > parent; wait";
    let target = folder.write("t.yaml", format!("role: client\nlaunch: [ sh, -c, {script:?} ]\n"));
    let running = sinkcheck(["certify", "client", "--target", &target]).start();
    let id = |name: &str| {
        folder.names().contains(&name.to_owned()).then(|| folder.read(name).trim().parse::<u32>().ok()).flatten()
    };
    let (parent, child) = eventually("both processes", || Some((id("parent")?, id("child")?)));
    running.signal(Signal::SIGINT);
    running.end().within(Duration::from_secs(30));
    eventually("the end of both", || (!is_alive(parent) && !is_alive(child)).then_some(()));
}

#[test]
fn a_client_that_knows_one_port_meets_its_cases_there_one_after_the_other() {
    let folder = Folder::new();
    folder.write("client.py", CLIENT);
    let port =
        std::net::TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
    let text =
        format!("role: client\naddress: tcp://127.0.0.1:{port}\nlaunch: [ python3, client.py, right, '{{port}}' ]\n");
    let target = folder.write("t.yaml", text);
    let done = sinkcheck(["certify", "client", "--target", &target, "--case", "client/introduction/carries*"]);
    done.run().exits(0).says("passed");
}
