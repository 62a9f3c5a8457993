//! Cases at the built-in pair, in virtual time.
//!
//! Each case has a world of its own: a runtime whose clock jumps to whatever is due next, and no network. That clock over a socket
//! would give false time-outs, for it jumps while octets are on their way. So nothing but a peer in memory can be brought here, the
//! runtime has no driver for sockets, and the lint `disallowed_methods` keeps the clock from being paused anywhere else.
//!
//! Who is speaking is known there without a proof, but where a case is about the proof: then TLS is spoken over the streams, with
//! `certificates` that are made up for it.
//!
//! `certify` brings here the cases that are about time, `detect` brings all of them, at peers with faults and freedoms.

mod certificates;
mod client;
mod guard;
mod peer;
mod server;
mod together;
mod world;

pub use peer::Peer;
pub use world::{Play, World};
