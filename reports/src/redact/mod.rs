//! Documents without what differs between two runs that went the same way: for snapshots and comparisons.

mod prose;
mod times;

pub use times::without_times;
