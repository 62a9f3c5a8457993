//! The language as JSON Schema, for editors.

use super::form::Form;

/// The schema of a scenario file, as kept in `cases/scenario.schema.json`.
pub fn scenario_schema() -> serde_json::Value {
    schemars::schema_for!(Form).to_value()
}
