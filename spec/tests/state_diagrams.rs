//! `PROTOCOL.md` shows the states that the tables have.

use std::path::Path;

use sinkcheck_spec::machine::{client_diagram, server_diagram};

const END: &str = "<!-- /state-diagram -->";

/// The text with this diagram in the role's place, and whether it was there.
fn shown(text: &str, role: &str, diagram: &str) -> (String, bool) {
    let start = format!("<!-- state-diagram:{role} -->\n");
    let (before, rest) = text.split_once(&start).expect("the start of the role's state diagram");
    let (shown, after) = rest.split_once(END).expect("the end of the role's state diagram");
    let note = format!("What the rules leave open is drawn as the reference {role} has it.");
    let drawn = format!("\n{note}\n\n```mermaid\n{diagram}```\n\n");
    (format!("{before}{start}{drawn}{END}{after}"), shown == drawn)
}

// One test for both, because both write the same file.
#[test]
fn the_protocol_text_shows_the_state_diagrams() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("PROTOCOL.md");
    let text = std::fs::read_to_string(&path).expect("PROTOCOL.md");
    let (text, server) = shown(&text, "server", &server_diagram());
    let (text, client) = shown(&text, "client", &client_diagram());
    if std::env::var_os("UPDATE_PROTOCOL").is_some() {
        std::fs::write(&path, text).expect("PROTOCOL.md can be written");
    } else {
        assert!(server && client, "a diagram is stale: run this test with UPDATE_PROTOCOL=1 to write it");
    }
}
