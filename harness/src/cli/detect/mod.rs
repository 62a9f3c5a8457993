//! `sinkcheck detect`.

mod command;
mod typed;

pub(super) use command::detect;
pub(super) use typed::Detect;
