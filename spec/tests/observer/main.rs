//! The observer: what it accepts, what it blames, and that its two ways of judging agree.

mod agreement;
mod breaches;
mod contents;
mod freedoms;
mod held;
mod reference_pair;
mod sessions;
mod single_changes;
mod single_faults;
mod times;
mod world;
