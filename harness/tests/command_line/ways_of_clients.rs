//! Clients that do what nobody forbids, or only advises against, of their own accord and whatever a case sends: they aren't taken for
//! what the case looks for. The client in two of these tests takes 30 ms to read a frame, so that what it sends meanwhile answers
//! nothing.

use crate::folder::Folder;
use crate::program::{Done, sinkcheck};

const CLIENT: &str = r#"
import json, os, select, socket, sys, threading, time
mode = sys.argv[1]
place = (os.environ["SINK_HOST"], int(os.environ["SINK_PORT"]))
own = int(os.environ["SINK_CLIENT_INSTANCE_ID"]).to_bytes(4, "big")
known = os.environ["SINK_SERVER_INSTANCE_ID"]
server = int(known).to_bytes(4, "big") if known else b""
version = b"1.0.0"
lock = threading.RLock()
# Events without an answer, and the connection that they are sent on: None, or how to send, the next id, and which event has which id.
waiting, current = [], None

def varint(number):
    return bytes([number]) if number < 128 else bytes([number & 127 | 128]) + varint(number >> 7)

def chunk(value):
    octets = bytes.fromhex(value["hex"]) if isinstance(value, dict) else value.encode()
    return varint(len(octets)) + octets

def publish(event):
    with lock:
        if event not in waiting:
            waiting.append(event)
        if current:
            at = current["next"]
            current["next"] += 1
            current["ids"][at] = event
            current["send"](bytes([0x40 | at >> 8, at & 255]) + event)

def control(listener):
    while True:
        with listener.accept()[0] as asked, asked.makefile("rw") as line:
            event = json.loads(line.readline())["event"]
            numbers = [varint(event[name]) for name in ("event_type_id", "schema_version", "offset", "timestamp")]
            publish(numbers[0] + numbers[1] + chunk(event["key"]) + numbers[2] + numbers[3] + chunk(event["event_data"]))
            line.write("done\n")

def connection(line):
    global server, current, version
    def send(content):
        try:
            with lock:
                line.sendall(len(content).to_bytes(2, "big") + content)
            return True
        except OSError:
            return False
    def again_and_again(seconds, say):
        def run():
            while say():
                time.sleep(seconds)
        threading.Thread(target=run, daemon=True).start()
    def give_up():
        if waiting:
            line.shutdown(socket.SHUT_RDWR)
    request = b"\0\5" + version + own + server
    send(request)
    if mode == "twice":
        # It is on its way while what the case sends isn't read yet.
        threading.Timer(0.01, lambda: send(request)).start()
    octets, ids = b"", {}
    while True:
        if mode in ("ponging", "twice"):
            select.select([line], [], [])
            time.sleep(0.03)
        more = line.recv(65536)
        if not more:
            return
        octets += more
        while len(octets) >= 2 and len(octets) >= 2 + int.from_bytes(octets[:2], "big"):
            end = 2 + int.from_bytes(octets[:2], "big")
            content, octets = octets[2:end], octets[end:]
            kind = content[0] >> 4 if content else 15
            if content == b"\x10" or content[:1] == b"\x11" and len(content) == 5:
                server = content[1:] or server
                with lock:
                    current = {"send": send, "next": 0, "ids": ids, "later": []}
                    if mode == "one-again":
                        current["later"] = waiting[1:]
                    for event in waiting[:1] if mode == "one-again" else list(waiting):
                        publish(event)
                if mode == "giving-up":
                    threading.Timer(0.9, give_up).start()
                if mode == "ponging":
                    again_and_again(0.004, lambda: send(b"\x60\0"))
                if mode == "talking":
                    again_and_again(0.1, lambda: publish(b"\1\1\1k\1\1\1a") or send(b"\x60\0"))
            elif kind == 5:
                send(b"\x60\0")
            elif kind == 4 and len(content) > 8:
                send(bytes([0x30 | content[0] & 15, content[1]]))
            elif kind in (3, 7):
                with lock:
                    event = ids.pop((content[0] & 15) << 8 | content[1], None)
                    if event in waiting:
                        waiting.remove(event)
                    if current["later"]:
                        publish(current["later"].pop(0))
            elif content == b"\x15" and mode == "updating":
                version = b"1.0.1"
                return
            elif kind != 6:
                return

# It listens before anybody can know of it.
listener = socket.create_server(("127.0.0.1", int(os.environ["SINK_CONTROL_PORT"])))
threading.Thread(target=control, args=[listener], daemon=True).start()
while True:
    if mode == "looking":
        socket.create_connection(place).close()
    try:
        with socket.create_connection(place) as line:
            connection(line)
    except OSError:
        pass
    current = None
    time.sleep(0.06)
"#;

/// Hands what is to be published on to the client.
const ADAPTER: &str = r#"
import json, os, socket, sys, time

def connected():
    # It may be asked before the client has come up.
    while True:
        try:
            return socket.create_connection(("127.0.0.1", int(os.environ["SINK_CONTROL_PORT"])))
        except ConnectionRefusedError:
            time.sleep(0.02)

for line in sys.stdin:
    if json.loads(line)["ask"] != "publish":
        print('{"unsupported":true}', flush=True)
        continue
    with connected() as control, control.makefile("rw") as asked:
        print(line, file=asked, flush=True, end="")
        asked.readline()
    print('{"ok":true}', flush=True)
"#;

fn certify(mode: &str, cases: &[&str]) -> Done {
    certify_knowing("", mode, cases).exits(0)
}

/// With more in the target file.
fn certify_knowing(more: &str, mode: &str, cases: &[&str]) -> Done {
    let folder = Folder::new();
    folder.write("client.py", CLIENT);
    folder.write("adapter.py", ADAPTER);
    let programs = format!("launch: [ python3, client.py, {mode} ]\nadapter: [ python3, adapter.py ]\n");
    let target = format!("role: client\n{programs}keepalive_interval: 500ms\n{more}");
    let target = folder.write("t.yaml", target);
    let cases = cases.iter().flat_map(|case| ["--case", case]);
    let arguments = ["certify", "client", "--target", &target, "--verbose"];
    sinkcheck(arguments.into_iter().chain(cases)).run()
}

/// Its PONG may have been on its way before it read what it was sent.
#[test]
fn one_that_sends_pongs_of_its_own_accord_has_time_to_read() {
    certify("ponging", &["client/events/nack-before-its-event-settles-nothing"]).says("1 passed");
}

#[test]
fn one_that_goes_on_sending_owes_no_ping() {
    let done = certify("talking", &["client/keepalive/client-pings", "client/keepalive/ping-answered"]);
    done.says_all(&["1 passed, · 1 not applicable", "goes on sending by itself, so that no PING is due"]);
}

#[test]
fn one_that_looks_whether_anybody_listens_has_waited() {
    let cases = ["client/introduction/waits-after-each-rejection", "client/introduction/waits-no-less"];
    certify("looking", &cases).says("2 passed");
}

#[test]
fn one_that_always_asks_twice_breaks_what_is_advised_alone() {
    let done = certify("twice", &["client/isolation/works-after-bad-response"]);
    done.says_all(&["1 warned", "introduction.one-request", "conforms: no MUST was broken"]);
}

/// Wherever it introduces itself, and not only in the case that is about that.
#[test]
fn one_of_another_version_than_was_said_is_found_in_any_case() {
    for case in ["client/keepalive/ping-answered", "client/introduction/reconnects"] {
        let done = certify_knowing("application_version: { supported: \"2.0.0\" }\n", "quiet", &[case]);
        done.exits(1).says("Broke introduction.carries-application-version");
    }
}

#[test]
fn one_that_was_told_to_update_may_come_with_another_version() {
    let case = "client/events/unanswered-sent-again-after-its-version-was-rejected";
    let done = certify_knowing("application_version: { supported: \"1.0.0\" }\n", "updating", &[case]);
    done.exits(0).says("1 passed");
}

/// How many it has in flight is its own affair, and on each connection anew.
#[test]
fn one_that_sends_again_with_fewer_in_flight_than_before_has_lost_nothing() {
    let cases = ["client/events/unanswered-and-alike-sent-again", "client/keepalive/ping-answered"];
    certify("one-again", &cases).says_all(&["1 passed, · 1 not applicable", "before the last one is answered"]);
}

/// The case holds its answer back for several intervals.
#[test]
fn one_that_gives_up_on_an_event_that_is_left_without_an_answer_is_not_blamed() {
    let done = certify_knowing("", "giving-up", &["client/keepalive/kept-while-an-event-is-unanswered"]);
    done.says_all(&["1 inconclusive", "answer-given-up"]);
}

/// What it rejects an event for, a case doesn't take away.
#[test]
fn one_that_rejects_by_the_key_is_not_asked_to_reject_other_keys() {
    let cases = ["client/layout/nack-of-any-event-is-utf8", "client/keepalive/ping-answered"];
    let done = certify_knowing("events: { rejected: { key: bad } }\n", "quiet", &cases);
    done.exits(0).says_all(&["1 passed, · 1 not applicable", "whatever its `key` is"]);
}
