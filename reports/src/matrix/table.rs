use std::collections::HashMap;

use crate::document::{Document, Level, RuleVerdict, TargetRole, Verdict};

/// The most implementations that are put side by side.
const MOST_COLUMNS: usize = 64;

/// Implementations side by side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Matrix {
    /// One for each document, in the order in which they were added.
    pub columns: Vec<Column>,
    /// The rules of all documents, by section.
    pub sections: Vec<Rows>,
    places: HashMap<String, (usize, usize)>,
    /// Where each section is, by its name.
    section_places: HashMap<String, usize>,
}

/// One implementation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// What it is called.
    pub target: String,
    /// Which peer it is.
    pub role: TargetRole,
    /// The version of the suite that it was tested with.
    pub suite: String,
    /// Whether it conforms.
    pub verdict: Verdict,
    /// How many rules held.
    pub held: usize,
    /// How many were broken.
    pub broken: usize,
    /// How many there are.
    pub rules: usize,
}

/// The rules of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// The section's name.
    pub section: String,
    /// Its title.
    pub title: String,
    /// Its rules.
    pub rows: Vec<Row>,
}

/// One rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// How binding it is.
    pub level: Level,
    /// Its sentence.
    pub text: String,
    /// What each implementation's run found; none where its document doesn't have the rule.
    pub cells: Vec<Option<RuleVerdict>>,
}

impl Row {
    /// Whether one implementation keeps the rule and another breaks it.
    #[must_use]
    pub fn differs(&self) -> bool {
        let has = |verdict| self.cells.contains(&Some(verdict));
        has(RuleVerdict::Held) && has(RuleVerdict::Broken)
    }
}

impl Matrix {
    /// A matrix without implementations.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an implementation. The document isn't needed any more after that.
    ///
    /// # Errors
    ///
    /// It is of the other role than those before it, or there are too many.
    pub fn add(&mut self, document: &Document) -> Result<(), MatrixError> {
        let role = document.target.role;
        if let Some(other) = self.columns.first().filter(|column| column.role != role) {
            return Err(MatrixError::OtherRole { first: other.role, found: role });
        }
        if self.columns.len() == MOST_COLUMNS {
            return Err(MatrixError::TooMany);
        }
        let reach = document.reach();
        self.columns.push(Column {
            target: document.target.name.clone(),
            role,
            suite: document.suite.version.clone(),
            verdict: document.verdict,
            held: reach.held.total(),
            broken: reach.broken.total(),
            rules: reach.total(),
        });
        let columns = self.columns.len();
        for section in &mut self.sections {
            section.rows.iter_mut().for_each(|row| row.cells.push(None));
        }
        for rule in &document.rules {
            let (section, row) = match self.places.get(&rule.id) {
                Some(&place) => place,
                None => {
                    let section = self.section(&rule.section, &rule.section_title);
                    let rows = &mut self.sections[section].rows;
                    rows.push(Row {
                        id: rule.id.clone(),
                        level: rule.level,
                        text: rule.text.clone(),
                        cells: vec![None; columns],
                    });
                    let place = (section, rows.len() - 1);
                    self.places.insert(rule.id.clone(), place);
                    place
                }
            };
            if let Some(cell) = self.sections[section].rows[row].cells.last_mut() {
                *cell = Some(rule.verdict);
            }
        }
        Ok(())
    }

    fn section(&mut self, name: &str, title: &str) -> usize {
        if let Some(&place) = self.section_places.get(name) {
            return place;
        }
        self.sections.push(Rows { section: name.to_owned(), title: title.to_owned(), rows: Vec::new() });
        self.section_places.insert(name.to_owned(), self.sections.len() - 1);
        self.sections.len() - 1
    }

    /// How many rules one implementation keeps and another breaks.
    #[must_use]
    pub fn differing(&self) -> usize {
        self.sections.iter().flat_map(|section| &section.rows).filter(|row| row.differs()).count()
    }

    /// How many rules there are.
    #[must_use]
    pub fn rules(&self) -> usize {
        self.sections.iter().map(|section| section.rows.len()).sum()
    }
}

impl Rows {
    /// What heads them.
    #[must_use]
    pub fn heading(&self) -> String {
        match (self.section.as_str(), self.title.as_str()) {
            ("", "") => "Without a section".to_owned(),
            ("", name) | (name, "") => name.to_owned(),
            (section, title) => format!("{section}: {title}"),
        }
    }
}

/// Documents can't be put side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MatrixError {
    /// Servers and clients have no rule in common.
    #[error("it is about a {found}, and the first one is about a {first}: they have no rule in common")]
    OtherRole {
        /// The role in the first document.
        first: TargetRole,
        /// The role in this one.
        found: TargetRole,
    },
    /// Nobody could read it.
    #[error("{MOST_COLUMNS} implementations are the most that are put side by side")]
    TooMany,
}
