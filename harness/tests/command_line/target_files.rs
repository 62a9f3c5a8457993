//! Mistakes in target files: each is shown with its file, line and column, the line itself, and what to do.

use crate::folder::Folder;
use crate::program::{Done, sinkcheck};

fn certify(folder: &Folder, text: impl AsRef<[u8]>) -> Done {
    let file = folder.write("t.yaml", text);
    let done = sinkcheck(["certify", "--target", &file, "--case", "server/handshake/connected"]).run().exits(2);
    assert_eq!(done.stdout, "", "nothing ran");
    done
}

/// The same for a client.
fn certify_client(text: &str) -> Done {
    let folder = Folder::new();
    let file = folder.write("t.yaml", text);
    sinkcheck(["certify", "client", "--target", &file]).run().exits(2)
}

/// `place` is `LINE:COLUMN`; the line is shown, with a caret below it.
#[track_caller]
fn check_in(folder: &Folder, text: &str, place: &str, texts: &[&str]) {
    let done = certify(folder, text);
    let (line, column) = place.split_once(':').expect("a place has a line and a column");
    let line: usize = line.parse().expect("a line is a number");
    let column: usize = column.parse().expect("a column is a number");
    let shown = text.lines().nth(line - 1).expect("the text has that line");
    let caret = |line: &str| line.rsplit_once("| ").is_some_and(|(_, marks)| marks.find('^') == Some(column - 1));
    assert!(done.stderr.contains(&format!("t.yaml:{place}\n")), "not at {place}:\n{}", done.stderr);
    assert!(done.stderr.contains(shown), "the line isn't shown:\n{}", done.stderr);
    assert!(done.stderr.lines().any(caret), "no caret below {column}:\n{}", done.stderr);
    done.says_all(texts);
}

#[track_caller]
fn check(text: &str, place: &str, texts: &[&str]) {
    check_in(&Folder::new(), text, place, texts);
}

#[test]
fn keys_that_nobody_knows() {
    check("addres: tcp://127.0.0.1:1", "1:1", &["unknown key `addres`", "did you mean `address`?"]);
    check("name: x\ntls: { cert: a }", "2:8", &["unknown key `cert`", "`certificate`"]);
    let text = "address: tcp://127.0.0.1:1\nclients:\n  known: { id: 1 }";
    check(text, "3:12", &["unknown key `id`", "`client_instance_id`"]);
}

#[test]
fn values_of_the_wrong_kind() {
    check("address: 5", "1:10", &["expected a string"]);
    check("address: tcp://127.0.0.1:1\nlaunch: ./server", "2:9", &["expected a list"]);
    check("role: router", "1:7", &["unknown word `router`", "`server` or `client`"]);
    check("- tcp://127.0.0.1:1", "1:1", &["expected keys with values, not a list"]);
    check("hello", "1:1", &["expected keys with values"]);
    check("address: tcp://127.0.0.1:1\naddress: tcp://127.0.0.1:2", "2:1", &["`address` is given twice"]);
}

#[test]
fn files_that_say_nothing_or_are_no_text() {
    let folder = Folder::new();
    certify(&folder, "").says("t.yaml: the file is empty");
    certify(&folder, "# nothing\n").says("t.yaml: the file is empty");
    certify(&folder, [0x7f, b'E', b'L', b'F', 0xff, 0xfe]).says("t.yaml: not a text: the octet at 4 is no UTF-8");
    certify(&folder, b"# x".repeat(1 << 20)).says("t.yaml: too long");
    certify(&folder, "a: &a [x]\nb: [*a, *a]").says_all(&["t.yaml:2:5", "aliases are not read here"]);
    certify(&folder, "address: [").says("t.yaml:");
}

#[test]
fn addresses_and_times_that_are_none() {
    check("address: 127.0.0.1:1", "1:10", &["no scheme"]);
    check("name: x", "1:1", &["no address", "give the target an `address`"]);
    check("address: tcp://127.0.0.1:{port}", "1:10", &["a port is needed", "only for a target that is launched"]);
    let with = |interval: &str| format!("address: tcp://127.0.0.1:1\nkeepalive_interval: {interval}");
    check(&with("nonsense"), "2:21", &["`nonsense` is no duration", "such as 60s"]);
    check(&with("60"), "2:21", &["`60` is no duration", "write 60s"]);
    check(&with("0.5"), "2:21", &["`0.5` is no duration", "write 0.5s"]);
    check(&with("[ 60s ]"), "2:21", &["expected a duration such as 60s"]);
    check(&with("1ms"), "2:21", &["not between 50ms and 1h"]);
    check(&with("1day"), "2:21", &["not between 50ms and 1h"]);
}

#[test]
fn clients_that_cant_be_told_apart_or_are_unknown() {
    let text = "address: tcp://127.0.0.1:1\nclients:\n  known: {}\n  knwon: {}";
    check(text, "4:3", &["there is no fixture `knwon`", "fixtures are known, new, quarantined and unknown"]);
    let text = "address: tcp://127.0.0.1:1\nclients:\n  known: {}\n  new: {}";
    check(text, "4:8", &["plain TCP proves no identity", "an address of its own"]);
    check("address: tcp://127.0.0.1:1\nclients: {}", "2:10", &["no client can be spoken as", "`known`"]);
    check("address: tcp://127.0.0.1:1\nrole: client", "2:7", &["the target is a client"]);
}

/// What a target file says without any effect is told, and ends no run: one form serves both roles.
#[track_caller]
fn remarks(role: &str, text: &str, remark: &str) {
    let folder = Folder::new();
    let file = folder.write("t.yaml", format!("launch: [ 'true' ]\n{text}\n"));
    let done = sinkcheck(["certify", role, "--target", &file, "--case", "*/framing/length-prefix"]).run().exits(3);
    // The report wraps its lines.
    let words = done.stdout.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains(&format!("t.yaml:2: {remark}")), "{remark}:\n{}", done.stdout);
}

#[test]
fn keys_that_say_nothing_about_the_role() {
    for (text, key) in [
        ("attach: false", "attach"),
        ("listen: tcp://127.0.0.1:2", "listen"),
        ("tls: { certificate: a.pem }", "tls.certificate"),
        ("tls: { wrong_name: { certificate: a, key: b } }", "tls.wrong_name"),
    ] {
        remarks("server", text, &format!("`{key}` says nothing about a server"));
    }
    for (text, key) in [
        ("launch_per_case: true", "launch_per_case"),
        ("tls: { ca: a.pem }", "tls.ca"),
        ("application_version: { unsupported: '0' }", "application_version.unsupported"),
        ("clients: { known: { key: a.key } }", "clients.known.key"),
    ] {
        remarks("client", text, &format!("`{key}` says nothing about a client"));
    }
}

#[test]
fn a_client_that_is_neither_launched_nor_waited_for() {
    certify_client("name: x").says_all(&["nothing says how the client is made to connect", "attach: true"]);
    certify_client("attach: true").says("where is it to connect to?");
    certify_client("address: nonsense\nattach: true").says_all(&["t.yaml:1:", "no scheme"]);
}

#[test]
fn capabilities_that_nobody_knows() {
    let text = "capabilities: [ tls, publsh ]";
    remarks("server", text, "there is no capability `publsh`: capabilities are tls and publish");
}

#[test]
fn programs_that_are_not_there() {
    check("launch: []", "1:9", &["the command is empty", "a program and its arguments"]);
    check("launch: [ ./absent ]", "1:11", &["there is no program", "absent", "from the target file's folder"]);
    check("launch: [ no-such-program-anywhere ]", "1:11", &["no program `no-such-program-anywhere` on the PATH"]);
    check("launch: [ ./ ]", "1:11", &["is a folder, not a program"]);
    let text = "address: tcp://127.0.0.1:1\nadapter: [ ./absent, x ]";
    check(text, "2:12", &["there is no program"]);
    let folder = Folder::new();
    folder.write("data", "no program");
    check_in(&folder, "launch: [ ./data ]", "1:11", &["can't be executed"]);
}

#[test]
fn certificates_and_keys_that_cant_be_used() {
    let folder = Folder::new();
    sinkcheck(["init", &folder.at("i")]).run().exits(0);
    let tls = |ca: &str, certificate: &str, key: &str| {
        format!(
            "address: tls://127.0.0.1:1\ntls: {{ ca: {ca} }}\nclients:\n  known:\n    certificate: {certificate}\n    key: {key}"
        )
    };
    let (ca, certificate, key) = ("i/pki/ca.pem", "i/pki/known.pem", "i/pki/known.key");
    folder.write("garbage.pem", "-----BEGIN CERTIFICATE-----\nbm90IGEgY2VydGlmaWNhdGU=\n-----END CERTIFICATE-----\n");
    let check = |text: &str, place: &str, texts: &[&str]| check_in(&folder, text, place, texts);
    check(&tls("absent.pem", certificate, key), "2:12", &["absent.pem: can't be read", "No such file"]);
    check(&tls("t.yaml", certificate, key), "2:12", &["no certificate in PEM"]);
    check(&tls("garbage.pem", certificate, key), "2:12", &["garbage.pem", "not an authority's certificate"]);
    check(&tls(ca, "absent.pem", key), "5:18", &["absent.pem: can't be read"]);
    check(&tls(ca, "i", key), "5:18", &["can't be read"]);
    check(&tls(ca, "garbage.pem", key), "5:18", &["garbage.pem"]);
    check(&tls(ca, certificate, "absent.key"), "6:10", &["absent.key: can't be read"]);
    check(&tls(ca, certificate, certificate), "6:10", &["not a key in PEM"]);
    check(&tls(ca, certificate, "i/pki/new.key"), "6:10", &["isn't the one of the certificate i/pki/known.pem"]);
    let text = "address: tls://127.0.0.1:1\nclients:\n  known: { certificate: i/pki/known.pem, key: i/pki/known.key }";
    check(text, "1:1", &["`tls.ca` is missing", "the authority that signed the server's certificate"]);
    let text =
        format!("address: tls://127.0.0.1:1\ntls: {{ ca: {ca} }}\nclients:\n  known: {{ client_instance_id: 1 }}");
    check(&text, "4:12", &["a client needs `certificate` and `key`"]);
    let text = tls(ca, certificate, key).replace(" }", ", server_name: 'no name' }");
    check(&text, "2:39", &["server_name"]);
}
