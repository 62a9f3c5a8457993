//! Why a server doesn't start, or a connection can't be served.

use std::io;

use thiserror::Error;

use crate::config::{Address, ConfigError};

/// Why a server didn't start. Nothing listens then.
#[derive(Debug, Error)]
pub enum StartError {
    /// The configuration is wrong.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// It can't listen at an address: the port is in use, or the address isn't this machine's.
    #[error("can't listen at {address}: {source}")]
    Listen {
        /// The address, as the configuration says it.
        address: Address,
        /// Why.
        source: io::Error,
    },
}

/// There is no client of that name in the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("there is no client {0:?}")]
pub struct UnknownClient(pub String);
