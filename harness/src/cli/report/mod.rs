//! `sinkcheck report`: what can be done with result documents that were kept.

mod args;
mod diff;
mod documents;
mod matrix;
mod merge;
mod perform;
mod place;
mod render;

pub(super) use args::Report;
pub(super) use perform::report;
