//! What the reports do, on documents made by hand.

mod detection;
mod exit_codes;
mod folding;
mod formats;
mod handmade;
mod hostile_text;
mod kept_documents;
mod published_schema;
mod redaction;
mod snapshots;
mod text_report;
