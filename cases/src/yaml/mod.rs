//! YAML files whose mistakes can be pointed at.
//!
//! `serde_yaml` reads a file and gives no positions; so a second reading keeps the marks of every node, and an error's path
//! (`steps[2].send`) is looked up there. Everything that a person writes in YAML for sinkcheck comes through [`read`]:
//! scenarios, target files, the reference server's configuration.

mod diagnostic;
mod marks;
mod source;

pub use diagnostic::Diagnostic;
pub use marks::{Path, Segment};
pub use source::{MAX_FILE_OCTETS, Source, read, text_of};
