//! What `tshark` says of a packet.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

/// The fields that are asked for, in the order of a line.
pub(super) const FIELDS: [&str; 16] = [
    "frame.number",
    "frame.time_epoch",
    "tcp.stream",
    "ip.src",
    "ipv6.src",
    "tcp.srcport",
    "ip.dst",
    "ipv6.dst",
    "tcp.dstport",
    "tcp.flags.syn",
    "tcp.flags.ack",
    "tcp.flags.fin",
    "tcp.flags.reset",
    "tcp.analysis.ack_lost_segment",
    "tcp.analysis.lost_segment",
    "data.data",
];

/// Packets that say something: what was decrypted, and what begins or ends a connection.
pub(super) const FILTER: &str = "tcp && (data.data || tcp.flags.syn == 1 || tcp.flags.fin == 1 || tcp.flags.reset == 1 || tcp.analysis.ack_lost_segment || tcp.analysis.lost_segment)";

/// A packet.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Line {
    /// Its number in the capture.
    pub(super) number: String,
    /// Since 1970.
    pub(super) at: Duration,
    /// The number of its connection.
    pub(super) stream: u64,
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    pub(super) syn: bool,
    pub(super) ack: bool,
    pub(super) fin: bool,
    pub(super) rst: bool,
    /// Packets before it were not captured.
    pub(super) is_behind_a_gap: bool,
    /// What it carried, decrypted.
    pub(super) octets: Vec<u8>,
}

/// Reads a line; `None` if it isn't one of such fields.
pub(super) fn parse(line: &str) -> Option<Line> {
    let mut fields = line.trim_end_matches(['\r', '\n']).split('\t');
    let mut next = || fields.next();
    let number = next()?.to_owned();
    let at = time(next()?)?;
    let stream = next()?.parse().ok()?;
    let mut address = || {
        let (four, six, port) = (next()?, next()?, next()?);
        let address: IpAddr = outermost(if four.is_empty() { six } else { four }).parse().ok()?;
        Some(SocketAddr::new(address, port.parse().ok()?))
    };
    let (source, destination) = (address()?, address()?);
    // Newer versions say `True`.
    let mut flag = || Some(matches!(outermost(next()?), "1" | "True"));
    let (syn, ack, fin, rst) = (flag()?, flag()?, flag()?, flag()?);
    let is_behind_a_gap = [next()?, next()?].iter().any(|field| !field.is_empty());
    let octets = hex::decode(next()?.replace([',', ':'], "")).ok()?;
    Some(Line { number, at, stream, source, destination, syn, ack, fin, rst, is_behind_a_gap, octets })
}

/// A tunnel's inner packet gives a field a second time.
fn outermost(field: &str) -> &str {
    field.split(',').next().unwrap_or_default()
}

/// Seconds with a fraction, without what a floating-point number would lose.
fn time(text: &str) -> Option<Duration> {
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    let nanos = format!("{fraction:0<9}").get(..9)?.parse().ok()?;
    Some(Duration::new(seconds.parse().ok()?, nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_field_by_field() {
        let text =
            "10\t1795698277.588490009\t0\t127.0.0.1\t\t49496\t127.0.0.1\t\t45999\t0\t1\t0\tFalse\t\t\t00025000,00:02\n";
        let line = parse(text).expect("made for the test");
        assert_eq!((line.number.as_str(), line.stream), ("10", 0));
        assert_eq!(line.at, Duration::new(1_795_698_277, 588_490_009));
        assert_eq!((line.source.to_string(), line.destination.port()), ("127.0.0.1:49496".to_owned(), 45_999));
        assert_eq!((line.syn, line.ack, line.fin, line.rst), (false, true, false, false));
        assert_eq!(line.octets, [0, 2, 0x50, 0, 0, 2]);
        let six = parse("1\t1.5\t3\t\tfd00::1\t1\t\tfd00::2\t2\tTrue\t0\t0\t0\t1\t\t").expect("made for the test");
        assert_eq!(
            (six.source.to_string(), six.at, six.syn && six.is_behind_a_gap),
            ("[fd00::1]:1".to_owned(), Duration::from_millis(1500), true)
        );
    }

    #[test]
    fn other_text_is_no_line() {
        for text in [
            "",
            "tshark: error",
            "1\t2",
            "1\tx\t0\t127.0.0.1\t\t1\t127.0.0.1\t\t1\t0\t0\t0\t0\t",
            "1\t1.0\t0\t127.0.0.1\t\t1\t127.0.0.1\t\t1\t0\t0\t0\t0\t\t\tzz",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
