//! One connection, observed: both directions go in, and what breaks a rule comes out, whoever of the two broke it.
//!
//! **How to drive one.** Tell [`Observer`] of each frame when it passes the place where you look ([`Observer::frame`]), of each end
//! of a direction ([`Observer::closed`]), and of the time when its [deadline](Observer::deadline) passes ([`Observer::tick`]).
//! After each call take what was found with [`Observer::poll`] until there is none. A time is a [`std::time::Duration`] since any
//! start, the same for all calls, and never goes back.
//!
//! The place where you look is on the way between the two: what a peer sends was sent before it is seen, and what is sent to it
//! is read after it was seen. That holds in the middle and at either end, so one observer serves for all; at an end only the other
//! peer is judged (see [`Judged`]).
//!
//! ```
//! use std::time::Duration;
//! use sinkcheck_spec::catalogue::Role;
//! use sinkcheck_spec::oracle::{Observer, Settings};
//!
//! let mut observer = Observer::new(Settings::default());
//! // Something comes from a server that nobody asked: the response "connected".
//! observer.frame(Role::Server, Duration::ZERO, &[0x10]);
//! let finding = observer.poll().ok_or("nothing was found")?;
//! assert_eq!(finding.rule(), Some("handshake.nothing-before-request"));
//! assert_eq!(finding.by, Role::Server);
//! assert_eq!(finding.frames, [0]);
//! # Ok::<(), &str>(())
//! ```

mod account;
mod connection;
mod duties;
mod exchanges;
mod finding;
mod met;
mod proof;
mod settings;
mod silence;
mod tally;

pub use connection::Observer;
pub use finding::{Finding, FindingKind};
pub use settings::{Judged, Settings};
pub use tally::{Count, Tally};
