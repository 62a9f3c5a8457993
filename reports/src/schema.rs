//! The published forms: of the document, of what changed between two, and of what is found while traffic is watched.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use crate::compare::Difference;
use crate::detection::Detection;
use crate::document::Document;
use crate::finding::Finding;

/// The JSON Schema (draft 2020-12) of the documents that this version writes. `reports/schema/result.schema.json` holds it.
#[must_use]
pub fn document_schema() -> Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Document>().to_value()
}

/// The JSON Schema (draft 2020-12) of what `sinkcheck detect` writes. `reports/schema/detection.schema.json` holds it.
#[must_use]
pub fn detection_schema() -> Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Detection>().to_value()
}

/// The JSON Schema (draft 2020-12) of what `sinkcheck report diff --format json` writes.
/// `reports/schema/difference.schema.json` holds it.
#[must_use]
pub fn difference_schema() -> Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Difference>().to_value()
}

/// The JSON Schema of one line of findings. `reports/schema/finding.schema.json` holds it.
#[must_use]
pub fn finding_schema() -> Value {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<Finding>().to_value()
}
