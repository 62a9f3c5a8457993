//! Starting and stopping.

use std::collections::HashMap;
use std::fmt;
use std::path::Path;
use std::sync::Arc;

use sinkcheck_spec::machine::ClientRecord;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

use super::clients::{Client, Clients};
use super::connection::serve;
use super::context::Context;
use super::listen::{Identify, MAX_CONNECTIONS, Reception, accept_loop, bind, receive_over_tls};
use super::{Behaviour, Listening, StartError, UnknownClient, tls};
use crate::config::{ConfigError, ServerConfig};
use crate::pem::certificates;
use crate::{Control, Credentials};

/// Starts reference servers.
#[derive(Clone, Copy, Debug)]
pub struct Server;

/// A server that accepts connections. It stops when it is dropped, too.
pub struct RunningServer {
    listening: Vec<Listening>,
    clients: Arc<Clients>,
    context: Arc<Context>,
    /// Its end is what stops the listeners, whether anything is sent or not.
    stop: watch::Sender<bool>,
    listeners: JoinSet<()>,
}

impl Server {
    /// Starts a server. Paths in the configuration are relative to the folder `base`. It runs on the tokio runtime of
    /// the caller. Without listeners it serves what [`RunningServer::serve_stream`] is given.
    ///
    /// # Errors
    ///
    /// [`StartError`] if the configuration is wrong, or an address can't be listened at. Then nothing listens.
    pub async fn start(config: ServerConfig, base: &Path) -> Result<RunningServer, StartError> {
        Self::start_with(config, base, Behaviour::default()).await
    }

    /// Like [`Server::start`], for a server that behaves otherwise than the reference.
    ///
    /// # Errors
    ///
    /// As [`Server::start`].
    pub async fn start_with(
        config: ServerConfig,
        base: &Path,
        behaviour: Behaviour,
    ) -> Result<RunningServer, StartError> {
        config.check()?;
        let clients = Arc::new(clients(&config, base)?);
        let trust = behaviour.deviation.knobs().trust;
        let acceptor = config.tls.as_ref().map(|tls| tls::acceptor(tls, base, trust)).transpose()?;
        let context = Arc::new(Context::new(config.machine()?, behaviour, Arc::clone(&clients)));
        let room = Arc::new(Semaphore::new(MAX_CONNECTIONS));
        let mut bound = Vec::with_capacity(config.listeners.len());
        for listener in &config.listeners {
            bound.push(bind(listener).await?);
        }
        let (stop, stopped) = watch::channel(false);
        let mut running = RunningServer { listening: Vec::new(), clients, context, stop, listeners: JoinSet::new() };
        for (socket, listening) in bound {
            let identify = match (&listening.client, &acceptor) {
                (Some(name), _) => {
                    let client = running.clients.named(name).map_err(|error| ConfigError::field("listeners", error))?;
                    Identify::As(Arc::clone(client))
                }
                (None, Some(acceptor)) => Identify::ByCertificate(acceptor.clone()),
                (None, None) => return Err(ConfigError::field("tls", "is missing").into()),
            };
            let (clients, context) = (Arc::clone(&running.clients), Arc::clone(&running.context));
            let reception = Reception { identify, clients, context, room: Arc::clone(&room) };
            running.listeners.spawn(accept_loop(socket, reception, stopped.clone()));
            running.listening.push(listening);
        }
        Ok(running)
    }
}

impl RunningServer {
    /// Where it listens, in the configuration's order.
    #[must_use]
    pub fn listeners(&self) -> &[Listening] {
        &self.listening
    }

    /// What an adapter needs: to prepare clients, to publish, and to tell what was delivered.
    #[must_use]
    pub fn control(&self) -> Control {
        Control::new(Arc::clone(&self.clients))
    }

    /// Serves a connection of this client over any stream, in a task of its own, which ends with the connection.
    ///
    /// # Errors
    ///
    /// [`UnknownClient`] if the configuration names no such client.
    pub fn serve_stream<S>(&self, stream: S, client: &str) -> Result<JoinHandle<()>, UnknownClient>
    where
        S: AsyncRead + AsyncWrite + Send + 'static,
    {
        // At once, so that whatever ends the client's connections from now on ends this one.
        let membership = self.clients.named(client)?.join();
        let context = Arc::clone(&self.context);
        Ok(tokio::spawn(async move { serve(stream, membership, &context).await }))
    }

    /// Serves a connection over TLS on any stream, in a task of its own, which ends with the connection. Whose it is the certificate
    /// says that the client shows.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] for credentials that can't be used.
    pub fn serve_stream_over_tls<S>(&self, stream: S, credentials: Credentials) -> Result<JoinHandle<()>, ConfigError>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let wrong = |field: &str, error: &dyn fmt::Display| ConfigError::field(field, error);
        let acceptor = tls::acceptor_with(credentials, self.context.knobs.trust, wrong)?;
        let (clients, context) = (Arc::clone(&self.clients), Arc::clone(&self.context));
        Ok(tokio::spawn(async move { receive_over_tls(stream, &acceptor, &clients, &context).await }))
    }

    /// Ends all connections and stops listening. Its ports are free afterwards.
    pub async fn stop(mut self) {
        // Listeners that are gone already need not be told.
        let _ = self.stop.send(true);
        self.clients.drop_connections();
        while self.listeners.join_next().await.is_some() {}
    }
}

impl fmt::Debug for RunningServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningServer").field("listening", &self.listening).finish_non_exhaustive()
    }
}

impl Drop for RunningServer {
    fn drop(&mut self) {
        self.clients.drop_connections();
    }
}

fn clients(config: &ServerConfig, base: &Path) -> Result<Clients, ConfigError> {
    let mut owners = HashMap::new();
    let mut clients = Vec::with_capacity(config.clients.len());
    for (name, client) in &config.clients {
        let record = ClientRecord::new(client.client_instance_id, client.quarantined.0.clone());
        let field = format!("clients.{name}.certificate");
        let certificate = match &client.certificate {
            Some(path) => certificates(&field, &base.join(path))?.into_iter().next(),
            None => None,
        };
        if let Some(owner) = certificate.clone().and_then(|certificate| owners.insert(certificate, name)) {
            return Err(ConfigError::field(field, format_args!("is the certificate of {owner:?}, too")));
        }
        clients.push((name.clone(), Client::new(record, certificate)));
    }
    Ok(Clients::new(clients))
}
