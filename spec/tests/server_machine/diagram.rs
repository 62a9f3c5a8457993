//! `PROTOCOL.md` shows the states that the table has.

use std::path::Path;

use sinkcheck_spec::machine::server_diagram;

const START: &str = "<!-- state-diagram:server -->\n";
const END: &str = "<!-- /state-diagram -->";

#[test]
fn the_protocol_text_shows_the_servers_state_diagram() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("PROTOCOL.md");
    let text = std::fs::read_to_string(&path).expect("PROTOCOL.md");
    let (before, rest) = text.split_once(START).expect("the start of the server's state diagram");
    let (shown, after) = rest.split_once(END).expect("the end of the server's state diagram");
    let note = "What the rules leave open is drawn as the reference server has it.";
    let drawn = format!("\n{note}\n\n```mermaid\n{}```\n\n", server_diagram());
    if std::env::var_os("UPDATE_PROTOCOL").is_some() {
        std::fs::write(&path, format!("{before}{START}{drawn}{END}{after}")).expect("PROTOCOL.md can be written");
    } else {
        assert_eq!(shown, drawn, "run this test with UPDATE_PROTOCOL=1 to write it");
    }
}
