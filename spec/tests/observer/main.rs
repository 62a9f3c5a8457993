//! The observer: what it accepts, what it blames, and that its two ways of judging agree.

mod contents;
mod reference_pair;
mod single_changes;
mod world;
