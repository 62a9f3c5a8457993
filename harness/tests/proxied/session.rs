//! A proxy between a listener of the test's and whoever connects.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::ServerConfig;
use sinkcheck::observe::Found;
use sinkcheck::proxy::{Passed, Proxy, ProxyConfig, Recorder, Tell, Trouble, Upstream, Watching};
use sinkcheck::target::Address;
use sinkcheck_reports::Document;
use sinkcheck_spec::oracle::Settings;
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::published::published;

/// Keeps what is told.
#[derive(Default)]
pub(crate) struct Heard {
    pub(crate) found: Mutex<Vec<Found>>,
    pub(crate) troubles: Mutex<Vec<Trouble>>,
}

impl Tell for Heard {
    fn found(&self, found: Found) {
        self.found.lock().expect("nobody panics holding it").push(found);
    }

    fn trouble(&self, trouble: Trouble) {
        self.troubles.lock().expect("nobody panics holding it").push(trouble);
    }
}

/// A proxy that is running, and the listener that it passes to.
pub(crate) struct Session {
    pub(crate) server: TcpListener,
    pub(crate) heard: Arc<Heard>,
    place: Address,
    watching: Option<Watching>,
    recording: Option<(Recorder, std::thread::JoinHandle<()>)>,
    stop: watch::Sender<bool>,
    running: JoinHandle<Passed>,
}

impl Session {
    /// One that is judged in this runtime.
    pub(crate) async fn start() -> Self {
        Self::judged_in(Some(Handle::current()), None).await
    }

    /// One that is judged in this runtime, and shows its clients this over TLS.
    pub(crate) async fn over_tls(shows: Arc<ServerConfig>) -> Self {
        Self::of(Some(Handle::current()), None, Some(shows)).await
    }

    /// One that is judged in this runtime and kept in this file.
    pub(crate) async fn judged_in(judges: Option<Handle>, record: Option<&Path>) -> Self {
        Self::of(judges, record, None).await
    }

    async fn of(judges: Option<Handle>, record: Option<&Path>, listen_tls: Option<Arc<ServerConfig>>) -> Self {
        let server = TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
        let heard = Arc::new(Heard::default());
        let recording = record.map(|file| Recorder::begin(file, Arc::clone(&heard) as _).expect("a record"));
        let recorder = recording.as_ref().map(|(recorder, _)| recorder.clone());
        let watching =
            judges.map(|judges| Watching::new(Settings::default(), judges, recorder, Arc::clone(&heard) as _));
        let config = ProxyConfig {
            listen: format!("{}://127.0.0.1:0", if listen_tls.is_some() { "tls" } else { "tcp" })
                .parse()
                .expect("an address"),
            listen_tls,
            upstream: Upstream {
                address: format!("tcp://{}", server.local_addr().expect("it is bound")).parse().expect("an address"),
                tls: None,
            },
            watching: watching.clone(),
            most: None,
            tell: Arc::clone(&heard) as _,
        };
        let proxy = Proxy::start(config).await.expect("it listens");
        let place = proxy.address();
        let (stop, stopped) = watch::channel(false);
        let running = tokio::spawn(proxy.run(stopped));
        Self { server, heard, place, watching, recording, stop, running }
    }

    /// A client's connection.
    pub(crate) async fn client(&self) -> TcpStream {
        let port = self.place.port.expect("it listens somewhere");
        TcpStream::connect(("127.0.0.1", port)).await.expect("the proxy listens")
    }

    /// A client's connection, and its other end behind the proxy.
    pub(crate) async fn pair(&self) -> (TcpStream, TcpStream) {
        let client = self.client().await;
        let (server, _) = self.server.accept().await.expect("the proxy connects");
        (client, server)
    }

    /// Stops the proxy, and gives what came of all of it.
    pub(crate) async fn end(self) -> (Passed, Document) {
        let Self { watching, recording, stop, running, .. } = self;
        stop.send(true).expect("it runs");
        let passed = running.await.expect("no panic");
        let ledger = match watching {
            Some(watching) => watching.finish(Duration::from_secs(1)).await,
            None => Default::default(),
        };
        if let Some((recorder, thread)) = recording {
            recorder.end();
            tokio::task::spawn_blocking(|| thread.join().expect("no panic")).await.expect("no panic");
        }
        (passed, published(ledger.document("a test", "in this process")))
    }

    /// What was told of trouble so far.
    pub(crate) fn troubles(&self) -> Vec<Trouble> {
        self.heard.troubles.lock().expect("nobody panics holding it").clone()
    }
}

/// Fails a test that hangs.
pub(crate) async fn in_time<T>(doing: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), doing).await.expect("it is over in a minute")
}
