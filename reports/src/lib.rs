//! What a run emits, the result document and its renderers.
//!
//! The harness emits [`RunEvent`]s, a [`DocumentBuilder`] folds them into a [`Document`], and [`render()`] writes that in one
//! of the [`Format`]s. A document can be kept, read back with [`json::read_document`], compared and rendered again: it
//! holds all that a renderer needs.
//!
//! This crate never judges a case, and knows neither targets nor scenarios. What it derives from judged cases is which rules
//! held ([`fold`]), whether the target conforms ([`fold::overall`]) and what the program exits with ([`fold::exit_code()`]).

pub mod badge;
pub mod ci;
pub mod command;
pub mod compare;
pub mod document;
pub mod event;
pub mod finding;
pub mod fold;
pub mod html;
pub mod json;
pub mod markdown;
pub mod matrix;
pub mod merge;
pub mod redact;
pub mod render;
pub mod schema;
pub mod text;

pub use document::Document;
pub use event::RunEvent;
pub use fold::DocumentBuilder;
pub use render::{Format, RenderOptions, render};
