//! Traffic that is watched: what is found, and the document that is made of it.

mod documents;
#[path = "../../../reports/tests/published/mod.rs"]
#[allow(dead_code, reason = "nothing is compared here")]
mod published;
mod session;
