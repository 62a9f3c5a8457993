//! The harness: plays cases at an implementation of Sink and judges what it does.
//!
//! [`target`] reaches the implementation, [`connection`] is one connection to it, [`player`] performs a scenario, [`judge`] turns
//! what happened into a verdict, [`run`] plays many cases side by side, [`detect`]
//! shows what the suite makes of known faults, [`cli`] is the program.

pub mod cli;
pub mod connection;
pub mod detect;
pub mod judge;
pub mod observe;
pub mod player;
pub mod proxy;
pub mod record;
pub mod run;
pub mod target;
