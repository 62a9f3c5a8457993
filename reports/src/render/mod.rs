//! The formats in which a document can be written.
//!
//! A renderer is a function of a document, the options and a writer, in a file of its own. One line in the registry makes
//! it a [`Format`].

mod options;
mod registry;

pub use options::RenderOptions;
pub use registry::{Format, UnknownFormat, render};
