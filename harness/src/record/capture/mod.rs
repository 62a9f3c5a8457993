//! Packet captures of plain TCP: from the packets of a `pcap` or `pcapng` file to the octets of its connections.
//!
//! `container` takes the packets out of the file, `packet` finds the TCP segment in one, `half` puts the segments of one direction
//! into order, `flow` holds the two directions of a connection together, `table` knows all of them, and `suspect` says whether
//! one speaks Sink at all.

mod container;
mod flow;
mod half;
mod packet;
mod read;
mod suspect;
mod table;
mod watched;

pub(super) use flow::Passed;
pub(super) use read::read;
pub(super) use watched::{Becomes, Watched};
