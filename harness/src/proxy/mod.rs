//! Sits between clients and a server, passes every octet on unchanged, and lets the oracle hear them.
//!
//! The traffic comes first. What was read is passed on at once, in order, with ends as ends and resets as resets; a slow reader
//! slows its writer and nobody else, and no more is held than was read at one time. Before octets are passed on they are put
//! where the judge of the connection takes them from, so that no answer is heard before what it answers. Judges and the record
//! have a runtime of their own. One that is slow may hold its connection up by a fifth of its time; after that, or if it
//! panics, it is left behind: the connection goes on unjudged and is inconclusive or an error of ours.
//!
//! | file | subject |
//! |---|---|
//! | `serve` | accepts connections and sees each of them to its end |
//! | `pass` | the two directions of a connection |
//! | `socket` | a connection's end, with or without TLS |
//! | `upstream` | the way to the server |
//! | `ear` | what is heard, on its way to the judge |
//! | `hear` | the judge of a connection, and its place in the record |
//! | `record` | the file that a session is kept in |
//! | `limits` | how many connections the system allows |

mod ear;
mod hear;
mod limits;
mod pass;
mod record;
mod serve;
mod socket;
mod tell;
mod upstream;

pub use hear::Watching;
pub use record::{RecordError, Recorder};
pub use serve::{Passed, Proxy, ProxyConfig};
pub use tell::{Tell, Trouble};
pub use upstream::{Upstream, UpstreamTls};
