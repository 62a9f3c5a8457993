//! The state diagram, drawn from the table.

use std::fmt::Write as _;

use super::{Input, Row, State, Table};

/// The server's states and transitions as a Mermaid `stateDiagram-v2`, with a line feed at its end: one for each row,
/// labelled with its inputs and, after a slash, what is done. [`State::Closed`] is drawn without its row, which ignores
/// everything.
#[must_use]
pub fn server_diagram() -> String {
    draw(&Table::server(), State::OF_SERVER)
}

/// The client's states and transitions, drawn as [`server_diagram`] draws the server's.
#[must_use]
pub fn client_diagram() -> String {
    draw(&Table::client(), State::OF_CLIENT)
}

fn draw(table: &Table, states: &[State]) -> String {
    let mut out = String::from("stateDiagram-v2\n");
    // Writing to a string can't fail.
    for state in states {
        let _ = writeln!(out, "    state \"{state}\" as {}", state.name());
    }
    if let Some(first) = states.first() {
        let _ = writeln!(out, "    [*] --> {}", first.name());
    }
    for row in table.rows().iter().filter(|row| row.state != State::Closed) {
        let _ = writeln!(out, "    {} --> {}: {}", row.state.name(), row.next.name(), label(row));
    }
    let _ = writeln!(out, "    {} --> [*]", State::Closed.name());
    out
}

fn label(row: &Row) -> String {
    let mut inputs = row.inputs.iter().map(ToString::to_string).collect::<Vec<_>>().join("<br>");
    if row.inputs == Input::REQUESTS {
        inputs = "any request".to_owned();
    } else if row.inputs == Input::RESPONSES {
        inputs = "any response".to_owned();
    }
    let effects = row.effects.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    if effects.is_empty() { inputs } else { format!("{inputs} / {effects}") }
}
