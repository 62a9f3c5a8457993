//! `sinkcheck simulate adapter`: carries lines between an adapter's standard streams and a control.

use std::io;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader, Lines, Stdin};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep};

use super::control_place;
use crate::cli::exit::{CONFORMS, Failure};
use crate::cli::outputs::to_stdout;
use crate::cli::say;

/// How long a control may take until it listens: it is started at the same time as a client's adapter.
const START: Duration = Duration::from_secs(8);

/// How often it is looked for until then.
const AGAIN: Duration = Duration::from_millis(20);

pub(super) async fn adapter(address: &str) -> Result<u8, Failure> {
    let mut asks = BufReader::new(tokio::io::stdin()).lines();
    let (stream, mut ask) = met(address, &mut asks).await?;
    let (read, mut write) = stream.into_split();
    let mut answers = BufReader::new(read).lines();
    let lost = |error: io::Error| Failure::ours(format!("{address}: {error}"));
    loop {
        let line = match ask.take() {
            Some(line) => line,
            None => match asks.next_line().await.map_err(unread)? {
                Some(line) => line,
                None => return Ok(CONFORMS),
            },
        };
        write.write_all(format!("{line}\n").as_bytes()).await.map_err(lost)?;
        match answers.next_line().await.map_err(lost)? {
            Some(answer) => to_stdout(format!("{answer}\n").as_bytes())?,
            None => {
                say(format!("{address}: the control ended"));
                return Ok(CONFORMS);
            }
        };
    }
}

/// The control, and the first question if it came meanwhile. Where nobody will ask, it isn't looked for twice.
async fn met(address: &str, asks: &mut Lines<BufReader<Stdin>>) -> Result<(TcpStream, Option<String>), Failure> {
    let place = control_place(address);
    let deadline = Instant::now() + START;
    let mut first = None;
    loop {
        let error = match TcpStream::connect(place).await {
            Ok(stream) => return Ok((stream, first)),
            Err(error) => error,
        };
        if error.kind() != io::ErrorKind::ConnectionRefused || Instant::now() >= deadline {
            return Err(Failure::usage(format!("{address}: {error}")));
        }
        tokio::select! {
            () = sleep(AGAIN) => {}
            line = asks.next_line(), if first.is_none() => match line.map_err(unread)? {
                Some(line) => first = Some(line),
                None => return Err(Failure::usage(format!("{address}: {error}"))),
            },
        }
    }
}

fn unread(error: io::Error) -> Failure {
    Failure::usage(format!("standard input: {error}"))
}
