//! What a connection is made of in either role: a machine, a stream and a clock.
//!
//! [`drive`](drive::drive) carries octets between a stream and a [`Side`], keeps its deadlines, bounds what waits to be
//! sent, and ends the connection in order. What a side does about it is the role's.

mod drive;
mod outgoing;

pub(crate) use drive::{End, Happened, Next, ROOM_FOR_EVENTS, Side, close, drive, ignore};
pub(crate) use outgoing::Outgoing;
