//! The rule catalogue: every sentence of the protocol text that a peer can be held to, and every freedom that it has.
//!
//! The rules are data, in `requirements/*.yaml`, one file a section, and are embedded in the library. Each has a stable
//! id such as `handshake.quarantined-closes`, which names it in the protocol text (`PROTOCOL.md`), in scenarios, in
//! mutants and in results. What the text leaves open is listed as a [`Freedom`], so that it can be pointed at.
//!
//! ```
//! use sinkcheck_spec::catalogue::{Level, Role, catalogue};
//!
//! let rule = catalogue().rule("handshake.quarantined-closes").expect("a rule of the catalogue");
//! assert_eq!(rule.level, Level::Must);
//! assert!(rule.role.binds(Role::Server));
//! assert_eq!(catalogue().closest("handshake.quarantine-closes"), Some("handshake.quarantined-closes"));
//! ```
//!
//! | file | subject |
//! |---|---|
//! | `rule` | a rule, its level and its source |
//! | `role` | the two roles, and whom a rule binds |
//! | `section` | sections and freedoms |
//! | `form` | the form of a file in `requirements` |
//! | `lookup` | the whole catalogue, and how to find something in it |

mod form;
mod lookup;
mod role;
mod rule;
mod section;

pub use lookup::{Catalogue, catalogue};
pub use role::{Role, RuleRole};
pub use rule::{Level, Rule, Source};
pub use section::{Freedom, Section};
