//! The adapter's JSON lines over a loopback TCP listener.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufRead, AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::select;
use tokio::task::JoinSet;
use tokio::time::sleep;

use super::{Answering, answer};

/// The longest line that is read, in octets: room for an event of the largest size, all of it in hex.
pub const MAX_LINE: usize = 1 << 18;

/// The connections that are served at a time; more wait.
const MAX_CONNECTIONS: usize = 64;

/// Answers questions on every connection to the listener, a line for a line, in order. It doesn't end; dropping it ends
/// its connections. Whoever reaches the listener may ask, so it belongs on a loopback address.
pub async fn serve_lines(listener: TcpListener, answering: impl Answering) {
    let mut connections = JoinSet::new();
    loop {
        select! {
            Some(_) = connections.join_next() => {}
            accepted = listener.accept(), if connections.len() < MAX_CONNECTIONS => match accepted {
                Ok((stream, _)) => {
                    let answering = answering.clone();
                    connections.spawn(async move { converse(stream, &answering).await });
                }
                // Whatever it is, it may pass, and it must not be tried without a pause.
                Err(_) => sleep(Duration::from_millis(100)).await,
            },
        }
    }
}

async fn converse(mut stream: TcpStream, answering: &impl Answering) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let (reader, mut writer) = stream.split();
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while read_line(&mut reader, &mut line).await? {
        let reply = match std::str::from_utf8(&line) {
            _ if line.len() > MAX_LINE => r#"{"ok":false,"error":"the line is too long"}"#.to_owned(),
            Ok(text) => answer(answering, text),
            Err(_) => r#"{"ok":false,"error":"the line is not UTF-8"}"#.to_owned(),
        };
        writer.write_all(reply.as_bytes()).await?;
        writer.write_all(b"\n").await?;
        if line.len() > MAX_LINE {
            break;
        }
    }
    Ok(())
}

/// Reads a line without its line feed; of one that is too long, one octet more than is allowed. `false` at the end.
async fn read_line<R: AsyncBufRead + Unpin>(reader: &mut R, line: &mut Vec<u8>) -> io::Result<bool> {
    line.clear();
    // One for the line feed, and one to tell a line that is too long.
    let most = u64::try_from(MAX_LINE).unwrap_or(u64::MAX).saturating_add(1);
    let count = reader.take(most).read_until(b'\n', line).await?;
    if line.last() == Some(&b'\n') {
        line.pop();
    }
    Ok(count > 0)
}
