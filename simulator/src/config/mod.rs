//! What the reference server is set up with: a YAML file, read and checked.
//!
//! ```yaml
//! server_instance_id: 2
//! application_versions: { unsupported: ["0.0.0"] }
//! keepalive_interval: 60s
//! events: { rejected: [99] }
//! clients:                    # any names
//!   known:       { client_instance_id: 1, certificate: pki/known.pem }
//!   new:         {}
//!   quarantined: { client_instance_id: 1, quarantined: { machine_message: { hex: "010101" }, human_message: blocked } }
//! listeners:
//!   - { address: "tcp://127.0.0.1:4000", client: known }
//!   - { address: "tls://127.0.0.1:0" }
//! tls: { certificate: pki/server.pem, key: pki/server.key, ca: pki/ca.pem }
//! ```
//!
//! Everything but the listeners has a default. Paths are relative to the file's folder.

mod address;
mod check;
mod error;
mod file;
mod quarantine;

pub use address::{Address, AddressError, Scheme};
pub use error::ConfigError;
pub use file::{
    ApplicationVersions, ClientConfig, EventsConfig, ListenerConfig, ReasonConfig, ServerConfig, TlsConfig,
};
pub use quarantine::Quarantine;
