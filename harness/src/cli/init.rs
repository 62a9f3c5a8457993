//! `sinkcheck init`: a folder to start from.

use super::args::Init;
use super::exit::Failure;

pub(super) fn init(typed: &Init) -> Result<u8, Failure> {
    let _ = typed;
    Err(Failure::ours("not yet"))
}
