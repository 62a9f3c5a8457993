//! The command line as its users meet it: the real program, its exit codes, its output and its messages, at targets that behave
//! and at some that don't.

mod adapters;
mod attached_clients;
mod attached_clients_over_tls;
mod browsing;
mod captures_of_tls;
mod client;
mod contract;
mod decoding;
mod departing_peers;
mod document;
mod faults_and_freedoms;
mod folder;
mod judging;
mod kept_documents;
mod known_failures;
mod launched_clients;
mod launched_targets;
mod linting;
mod misbehaving_servers;
mod output_places;
mod peer;
mod plain_clients;
mod program;
mod proxied;
#[path = "../../../reports/tests/published/mod.rs"]
#[allow(dead_code, reason = "documents come as texts here")]
mod published;
mod python_adapter;
mod reading_closed;
mod recorded_scenarios;
mod selections;
mod self_contained_documents;
mod servers_without_tls;
mod shards;
mod simulated_client;
mod simulated_server;
mod starting_folder;
mod stopping;
mod target_files;
mod vanishing_servers;
mod ways_of_clients;
mod wrong_calls;
