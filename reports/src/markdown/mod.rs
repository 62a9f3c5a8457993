//! The report for a pull request or a job's summary: the verdict, what broke, and the rest folded away.
//!
//! What a peer sent stands in code, where a page acts on nothing. Other text of a document is escaped, or stands in code, too, if a
//! page could take it for a mention, a link or markup. `inline` and `block` are the only writers.

pub(crate) mod block;
mod folds;
pub(crate) mod inline;
mod page;

pub use page::render;
