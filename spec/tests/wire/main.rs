//! The octets: what is read, what is written, and what is refused. Each module is named after what it shows.

#![expect(clippy::unwrap_used, reason = "a test that can't go on should stop there")]

mod captured_sessions;
mod cut_short_and_trailing;
mod deployed_vectors;
mod explanations;
mod frames_at_any_cut;
mod generated;
mod ids_and_registries;
mod malformed_contents;
mod messages_fit_a_frame;
mod one_line_display;
mod random_contents;
mod raw_contents;
mod tolerated_contents;
mod vector_files;
mod vector_form;
