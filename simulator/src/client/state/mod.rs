//! What a client keeps beyond its process, in a file.
//!
//! The file is a journal: lines of JSON, each of which says what changed. What a client has to keep is written, and
//! reached the disk, before it counts: an event that was taken is there after the process is killed, at whatever moment.
//! A last line that was not finished never counted, and is dropped. That an event was answered may be lost with the
//! process, so an event may be sent twice, but none is lost.
//!
//! ```text
//! {"begin":{"format":1,"client":1,"server":null,"lines":0}}
//! {"server":2}
//! {"event":{"number":0,"event":{"event_type_id":1,…},"lines":1}}
//! {"answered":0}
//! ```
//!
//! When most of it is about the past the file is written anew beside itself and takes the old one's name at once. One
//! client at a time has it, by a lock on the file `PATH.lock`, which ends with the process.

mod error;
mod journal;
mod store;

pub use error::StateError;
pub use journal::Identity;
pub use store::Store;
