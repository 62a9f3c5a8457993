//! How many connections the system allows.

use nix::sys::resource::{Resource, getrlimit, setrlimit};

/// Files that are open beside the connections: standard streams, sockets that listen, reports, the record, the runtimes'.
const OTHERS: u64 = 64;

/// Each connection that is passed takes two.
const EACH: u64 = 2;

/// More than this is not tried, whatever the system allows.
const MOST: u64 = 100_000;

/// Raises the limit of open files as far as the system lets it, and says how many connections fit within.
pub(super) fn connections() -> usize {
    let Ok((soft, hard)) = getrlimit(Resource::RLIMIT_NOFILE) else { return 400 };
    let wanted = hard.min(OTHERS + EACH * MOST);
    let files = if soft < wanted && setrlimit(Resource::RLIMIT_NOFILE, wanted, hard).is_ok() { wanted } else { soft };
    let fit = files.saturating_sub(OTHERS) / EACH;
    usize::try_from(fit.clamp(1, MOST)).unwrap_or(1)
}
