//! What the reports do, on documents made by hand.

mod all_over;
mod badges;
mod ci_formats;
mod comparing;
mod detection;
mod exit_codes;
mod folding;
mod formats;
mod handmade;
mod hostile_text;
mod html_page;
mod html_policy;
mod kept_documents;
mod merging;
#[path = "../published/mod.rs"]
mod published;
mod published_schema;
mod redaction;
mod side_by_side;
mod snapshots;
mod text_report;
mod watched_traffic;
