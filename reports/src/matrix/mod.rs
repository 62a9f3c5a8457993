//! Implementations side by side, rule by rule.

mod html;
mod markdown;
mod table;
mod text;

pub use html::render as html;
pub use markdown::render as markdown;
pub use table::{Column, Matrix, MatrixError, Row, Rows};
pub use text::render as text;
