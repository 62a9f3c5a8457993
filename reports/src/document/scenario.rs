use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{CaseResult, Document};

/// The text of one scenario file.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ScenarioText {
    /// The file as `location` of a case names it.
    pub file: String,
    /// All of its text.
    pub text: String,
}

impl CaseResult {
    /// The file and the line, counted from 1, of the step that decided the verdict. A location without a line counts as line 0.
    #[must_use]
    pub fn file_and_line(&self) -> (&str, usize) {
        let split = self.location.rsplit_once(':').and_then(|(file, line)| Some((file, line.parse().ok()?)));
        split.unwrap_or((&self.location, 0))
    }
}

impl Document {
    /// The text of the case's scenario, if the document holds it.
    #[must_use]
    pub fn scenario_of(&self, case: &CaseResult) -> Option<&str> {
        let (file, _) = case.file_and_line();
        self.scenarios.iter().find(|scenario| scenario.file == file).map(|scenario| scenario.text.as_str())
    }
}
