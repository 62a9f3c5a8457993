//! Traffic between clients and a server, judged while it passes or from a record.
//!
//! **How to drive it.** An [`Observed`] is one connection. Tell it of the octets of each direction as they pass
//! ([`Observed::octets`]), of each end ([`Observed::closed`]), and of the time when its [deadline](Observed::deadline) passes
//! ([`Observed::tick`]). Each call appends what it found to a list of [`Found`], with the frames that prove it. When the
//! connection is over, [`Observed::finish`] gives its [`Outcome`] to the [`Ledger`], which holds all connections and makes the
//! document at the end. Times are [`std::time::Duration`]s since one start that all connections share.
//!
//! Nothing here opens a socket or a file, and nothing reads a clock.
//!
//! ```
//! use std::time::Duration;
//! use sinkcheck::observe::{Ledger, Observed};
//! use sinkcheck_spec::catalogue::Role;
//! use sinkcheck_spec::oracle::Settings;
//!
//! let mut found = Vec::new();
//! let mut observed = Observed::new("1", Settings::default(), Duration::ZERO);
//! // A response that nobody asked for.
//! observed.octets(Role::Server, Duration::from_millis(3), &[0, 1, 0x10], &mut found);
//! assert_eq!(found[0].rule(), Some("handshake.nothing-before-request"));
//! assert_eq!(found[0].proof[0].message.as_deref(), Some("CONNECTION RESPONSE connected"));
//!
//! let mut ledger = Ledger::default();
//! ledger.add(observed.finish(Duration::from_millis(4)));
//! let document = ledger.document("a record", "session.jsonl");
//! assert_eq!(sinkcheck_reports::fold::exit_code(&document, 0), 1);
//! ```

mod case;
mod connection;
mod cut;
mod excerpt;
mod found;
mod kept;
mod ledger;
mod outcome;
mod rules;

pub use connection::{Ending, Observed};
pub use found::Found;
pub use ledger::Ledger;
pub use outcome::{Outcome, Side};
