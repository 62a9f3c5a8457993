//! What is to be said about a record beside what it tells.

use std::fmt;

use super::Form;

/// More remarks than anyone reads; what comes after is counted.
const MOST_REMARKS: usize = 100;

/// What came of reading a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// The form that it was in.
    pub form: Form,
    /// How many connections it told of.
    pub connections: u64,
    /// What can't be read, or isn't judged, and where.
    pub remarks: Vec<Remark>,
    /// So many more remarks were not kept.
    pub left_out: u64,
}

/// Something about a record that whoever gave it should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Where: `line 7`, `packet 12`; `None`: the record as a whole.
    pub place: Option<String>,
    /// What it is, and what to do about it.
    pub text: String,
}

impl fmt::Display for Remark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Some(place) => write!(f, "{place}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

impl Account {
    pub(super) fn new(form: Form) -> Self {
        Self { form, connections: 0, remarks: Vec::new(), left_out: 0 }
    }

    pub(super) fn remark(&mut self, place: impl Into<Option<String>>, text: impl Into<String>) {
        if self.remarks.len() < MOST_REMARKS {
            self.remarks.push(Remark { place: place.into(), text: text.into() });
        } else {
            self.left_out += 1;
        }
    }
}
