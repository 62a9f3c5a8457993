//! What the fields of a configuration must be to each other.

use super::{ConfigError, Scheme, ServerConfig};

impl ServerConfig {
    /// Checks what the form doesn't say: that listeners name clients that there are, and no identity where TLS proves
    /// it. Files are not opened.
    ///
    /// # Errors
    ///
    /// [`ConfigError::Field`] for the first field that is wrong.
    pub fn check(&self) -> Result<(), ConfigError> {
        self.machine()?;
        for (index, listener) in self.listeners.iter().enumerate() {
            let field = |name: &str| format!("listeners[{index}].{name}");
            match (listener.address.scheme, &listener.client) {
                (Scheme::Tcp, None) => {
                    let problem = "is missing: plain TCP proves no identity, so the listener says which client speaks";
                    return Err(ConfigError::field(field("client"), problem));
                }
                (Scheme::Tcp, Some(name)) if !self.clients.contains_key(name) => {
                    return Err(ConfigError::field(field("client"), format_args!("there is no client {name:?}")));
                }
                (Scheme::Tls, Some(_)) => {
                    let problem = "is not for tls, where the certificate says which client speaks";
                    return Err(ConfigError::field(field("client"), problem));
                }
                (Scheme::Tls, None) if self.tls.is_none() => {
                    let problem = format_args!("is missing, and {} listens", listener.address).to_string();
                    return Err(ConfigError::field("tls", problem));
                }
                _ => {}
            }
        }
        Ok(())
    }
}
