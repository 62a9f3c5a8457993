//! Streams that end after so many octets, and keep a record of them.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use sinkcheck_simulator::client::{Connect, Stream};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::recording::Recording;

/// Where a connection is cut: after so many octets of a direction; never, if there is no number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) to_server: Option<usize>,
    pub(crate) to_client: Option<usize>,
}

/// All connections of a client, oldest first.
pub(crate) type Recordings = Arc<Mutex<Vec<Arc<Mutex<Recording>>>>>;

/// Reaches a server on streams that are cut where `place` says, which is asked for each connection.
pub(crate) struct Cutting<C> {
    pub(crate) inner: C,
    pub(crate) place: Box<dyn FnMut() -> Place + Send>,
    pub(crate) recordings: Recordings,
}

impl<C: Connect> Connect for Cutting<C> {
    async fn connect(&mut self) -> io::Result<Stream> {
        let stream = self.inner.connect().await?;
        let recording = Arc::new(Mutex::new(Recording::default()));
        self.recordings.lock().expect("no panic").push(Arc::clone(&recording));
        Ok(Box::new(Cut { stream: Some(stream), place: (self.place)(), recording, reader: None }))
    }
}

/// The client's end of a stream. Once it is cut both directions are.
struct Cut {
    stream: Option<Stream>,
    place: Place,
    recording: Arc<Mutex<Recording>>,
    /// Whoever waits for octets has to learn of a cut.
    reader: Option<Waker>,
}

impl Cut {
    fn cut(&mut self) {
        self.stream = None;
        if let Some(reader) = self.reader.take() {
            reader.wake();
        }
    }

    /// The stream, unless it is cut, or about to be.
    fn stream(&mut self) -> io::Result<&mut Stream> {
        if self.place.to_server == Some(0) || self.place.to_client == Some(0) {
            self.cut();
        }
        self.stream.as_mut().ok_or_else(|| io::ErrorKind::ConnectionReset.into())
    }
}

/// Counts octets, and tells whether they were the last.
fn count(left: &mut Option<usize>, octets: usize) -> bool {
    let Some(left) = left else { return false };
    *left -= octets;
    *left == 0
}

impl AsyncRead for Cut {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        this.reader = Some(cx.waker().clone());
        let left = this.place.to_client.unwrap_or(usize::MAX);
        let stream = match this.stream() {
            Ok(stream) => stream,
            Err(error) => return Poll::Ready(Err(error)),
        };
        let room = left.min(buf.remaining());
        let mut part = ReadBuf::new(buf.initialize_unfilled_to(room));
        match Pin::new(stream).poll_read(cx, &mut part) {
            Poll::Ready(Ok(())) => {}
            other => return other,
        }
        let read = part.filled().len();
        this.recording.lock().expect("no panic").to_client.extend_from_slice(part.filled());
        buf.advance(read);
        if count(&mut this.place.to_client, read) {
            this.cut();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Cut {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, octets: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        let left = this.place.to_server.unwrap_or(usize::MAX);
        let stream = match this.stream() {
            Ok(stream) => stream,
            Err(error) => return Poll::Ready(Err(error)),
        };
        let part = &octets[..octets.len().min(left)];
        let written = match Pin::new(stream).poll_write(cx, part) {
            Poll::Ready(Ok(written)) => written,
            other => return other,
        };
        this.recording.lock().expect("no panic").to_server.extend_from_slice(&part[..written]);
        if count(&mut this.place.to_server, written) {
            this.cut();
        }
        Poll::Ready(Ok(written))
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_flush(cx),
            None => Poll::Ready(Ok(())),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.stream {
            Some(stream) => Pin::new(stream).poll_shutdown(cx),
            None => Poll::Ready(Ok(())),
        }
    }
}
