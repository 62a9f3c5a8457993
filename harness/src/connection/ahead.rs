//! A look at a client's first request before anybody takes the connection: who it is may decide who takes it. What was read is read
//! once more by whoever does.

use std::io::Cursor;
use std::time::Duration;

use sinkcheck_spec::wire::{ConnectionRequest, Deframer, Message};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::time::Instant;

use super::dial::Stream;

const READ_OCTETS: usize = 4096;

/// Reads until the first frame is whole, which it is after 64 KiB at the most, or until the client has had its time. The stream as
/// it was, and the request in that frame.
pub(super) async fn look<S>(stream: S, patience: Duration) -> (Stream, Option<ConnectionRequest<'static>>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (mut read, write) = tokio::io::split(stream);
    let deadline = Instant::now() + patience;
    let mut octets = Vec::new();
    let mut deframer = Deframer::new();
    let mut buffer = vec![0; READ_OCTETS];
    let request = loop {
        if let Some(content) = deframer.next() {
            break match Message::decode(content).map(Message::into_owned) {
                Ok(Message::ConnectionRequest(request)) => Some(request),
                _ => None,
            };
        }
        match tokio::time::timeout_at(deadline, read.read(&mut buffer)).await {
            Ok(Ok(count @ 1..)) => {
                octets.extend_from_slice(&buffer[..count]);
                deframer.push(&buffer[..count]);
            }
            // Too slow, or over; whoever takes the connection sees that, too.
            _ => break None,
        }
    };
    (Box::new(tokio::io::join(Cursor::new(octets).chain(read), write)), request)
}

#[cfg(test)]
mod tests {
    use sinkcheck_spec::wire::InstanceId;
    use tokio::io::AsyncWriteExt;

    use super::*;

    fn request() -> Vec<u8> {
        let request = ConnectionRequest::new("1.0.0", InstanceId(7), Some(InstanceId(2))).expect("it is short");
        Message::from(request).to_frame()
    }

    async fn looked_at(pieces: &[&[u8]]) -> (Vec<u8>, Option<ConnectionRequest<'static>>) {
        let (mut client, server) = tokio::io::duplex(64);
        let pieces: Vec<Vec<u8>> = pieces.iter().map(|piece| piece.to_vec()).collect();
        let sends = tokio::spawn(async move {
            for piece in pieces {
                client.write_all(&piece).await.expect("it is read");
                tokio::task::yield_now().await;
            }
        });
        let (mut stream, request) = look(server, Duration::from_secs(5)).await;
        let mut octets = Vec::new();
        stream.read_to_end(&mut octets).await.expect("a stream in memory ends");
        sends.await.expect("the client is done");
        (octets, request)
    }

    #[tokio::test]
    async fn a_request_is_seen_and_nothing_is_lost() {
        let whole = [request(), vec![0, 2, 0x50, 0]].concat();
        let octet_by_octet: Vec<&[u8]> = whole.chunks(1).collect();
        for pieces in [vec![&whole[..]], vec![&whole[..3], &whole[3..]], octet_by_octet] {
            let (octets, seen) = looked_at(&pieces).await;
            assert_eq!(octets, whole);
            assert_eq!(seen.map(|request| request.client_instance_id()), Some(InstanceId(7)));
        }
    }

    #[tokio::test]
    async fn what_is_no_request_is_handed_on_as_it_is() {
        for octets in [&[][..], &[0], &[0, 2, 0x50, 0], &[0, 0], &[0, 3, 1, 2]] {
            assert_eq!(looked_at(&[octets]).await, (octets.to_vec(), None));
        }
    }

    #[tokio::test]
    async fn a_client_that_says_nothing_is_not_waited_for_long() {
        let (mut client, server) = tokio::io::duplex(64);
        let (mut stream, request) = look(server, Duration::from_millis(1)).await;
        assert_eq!(request, None);
        client.write_all(b"late").await.expect("it is read");
        drop(client);
        let mut octets = Vec::new();
        stream.read_to_end(&mut octets).await.expect("a stream in memory ends");
        assert_eq!(octets, b"late");
    }
}
