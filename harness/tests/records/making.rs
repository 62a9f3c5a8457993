//! Makes records: JSON lines, and packet captures of TCP connections that carry what a session did.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use etherparse::PacketBuilder;
use sinkcheck_spec::catalogue::Role;

/// The deployed peers' sessions.
pub(crate) const CAPTURES: [(&str, &str); 3] = [
    ("first_contact", include_str!("../../../spec/captures/first_contact.jsonl")),
    ("instance_id_mismatch", include_str!("../../../spec/captures/instance_id_mismatch.jsonl")),
    ("keepalive", include_str!("../../../spec/captures/keepalive.jsonl")),
];

/// Something that one peer did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Did {
    Sent(Vec<u8>),
    Closed,
    Reset,
}

/// What happened on one connection: ms, who, what.
pub(crate) type Session = Vec<(u64, Role, Did)>;

/// The session of a record in JSON lines.
pub(crate) fn session(lines: &str) -> Session {
    let mut session = Vec::new();
    for line in lines.lines() {
        let value: serde_json::Value = serde_json::from_str(line).expect("made for the test");
        let from = if value["from"] == "client" { Role::Client } else { Role::Server };
        let did = match (value["hex"].as_str(), value["event"].as_str()) {
            (Some(hex), _) => Did::Sent(hex::decode(hex).expect("made for the test")),
            (_, Some("closed")) => Did::Closed,
            (_, Some("reset")) => Did::Reset,
            _ => continue,
        };
        session.push((value["ms"].as_u64().expect("made for the test"), from, did));
    }
    session
}

/// A segment of a TCP connection.
#[derive(Debug, Clone)]
pub(crate) struct Segment {
    pub(crate) at_us: u64,
    pub(crate) from: Role,
    pub(crate) sequence: u32,
    pub(crate) acknowledged: Option<u32>,
    pub(crate) flags: &'static str,
    pub(crate) payload: Vec<u8>,
}

/// Where the peers are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ends {
    pub(crate) client: (IpAddr, u16),
    pub(crate) server: (IpAddr, u16),
}

pub(crate) const V4: Ends = Ends {
    client: (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 7)), 51_234),
    server: (IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1)), 4000),
};

pub(crate) const V6: Ends = Ends {
    client: (IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 7)), 51_234),
    server: (IpAddr::V6(Ipv6Addr::new(0xfd00, 0, 0, 0, 0, 0, 0, 1)), 4000),
};

/// The segments of a session, the handshake included, each acknowledged by the next of the other direction.
pub(crate) fn segments(session: &Session, first_sequences: [u32; 2]) -> Vec<Segment> {
    let [mut client, mut server] = first_sequences;
    let start = session.first().map_or(0, |(ms, _, _)| ms * 1000);
    let mut list = Vec::new();
    let mut push = |at_us, from, sequence, acknowledged, flags, payload: &[u8]| {
        list.push(Segment { at_us, from, sequence, acknowledged, flags, payload: payload.to_vec() });
    };
    push(start, Role::Client, client, None, "S", &[]);
    client = client.wrapping_add(1);
    push(start + 1, Role::Server, server, Some(client), "S", &[]);
    server = server.wrapping_add(1);
    push(start + 2, Role::Client, client, Some(server), "", &[]);
    for (ms, from, did) in session {
        let (own, other) = match from {
            Role::Client => (&mut client, server),
            Role::Server => (&mut server, client),
        };
        let at_us = ms * 1000 + 3;
        match did {
            Did::Sent(octets) => {
                push(at_us, *from, *own, Some(other), "", octets);
                *own = own.wrapping_add(u32::try_from(octets.len()).expect("made for the test"));
            }
            Did::Closed => {
                push(at_us, *from, *own, Some(other), "F", &[]);
                *own = own.wrapping_add(1);
            }
            Did::Reset => push(at_us, *from, *own, Some(other), "R", &[]),
        }
    }
    list
}

/// The IP packet that holds a segment.
pub(crate) fn ip_packet(segment: &Segment, ends: Ends) -> Vec<u8> {
    let (source, destination) = match segment.from {
        Role::Client => (ends.client, ends.server),
        Role::Server => (ends.server, ends.client),
    };
    let builder = match (source.0, destination.0) {
        (IpAddr::V4(from), IpAddr::V4(to)) => PacketBuilder::ipv4(from.octets(), to.octets(), 64),
        (IpAddr::V6(from), IpAddr::V6(to)) => PacketBuilder::ipv6(from.octets(), to.octets(), 64),
        _ => panic!("two kinds of addresses"),
    };
    let mut builder = builder.tcp(source.1, destination.1, segment.sequence, 65_000);
    if let Some(number) = segment.acknowledged {
        builder = builder.ack(number);
    }
    for flag in segment.flags.chars() {
        builder = match flag {
            'S' => builder.syn(),
            'F' => builder.fin(),
            _ => builder.rst(),
        };
    }
    let mut packet = Vec::new();
    builder.write(&mut packet, &segment.payload).expect("made for the test");
    packet
}

/// What is before the IP header.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Link {
    Ethernet,
    Vlan,
    Raw,
    Loopback,
    Cooked,
    CookedToo,
}

impl Link {
    pub(crate) const ALL: [Self; 6] =
        [Self::Ethernet, Self::Vlan, Self::Raw, Self::Loopback, Self::Cooked, Self::CookedToo];

    fn number(self) -> u32 {
        match self {
            Self::Ethernet | Self::Vlan => 1,
            Self::Raw => 101,
            Self::Loopback => 0,
            Self::Cooked => 113,
            Self::CookedToo => 276,
        }
    }

    pub(crate) fn around(self, ip: &[u8]) -> Vec<u8> {
        let is_v6 = ip[0] >> 4 == 6;
        let kind: [u8; 2] = if is_v6 { [0x86, 0xdd] } else { [8, 0] };
        let mut packet = match self {
            Self::Ethernet => [&[2; 12][..], &kind].concat(),
            Self::Vlan => [&[2; 12][..], &[0x81, 0, 0, 5], &kind].concat(),
            Self::Raw => Vec::new(),
            Self::Loopback => vec![if is_v6 { 30 } else { 2 }, 0, 0, 0],
            Self::Cooked => [&[0; 14][..], &kind].concat(),
            Self::CookedToo => [&kind[..], &[0; 18]].concat(),
        };
        packet.extend_from_slice(ip);
        if matches!(self, Self::Ethernet) && packet.len() < 60 {
            // A network card fills short frames up.
            packet.resize(60, 0);
        }
        packet
    }
}

/// A form of capture file.
#[derive(Debug, Clone, Copy)]
pub(crate) enum File {
    Pcap {
        big_endian: bool,
        nanoseconds: bool,
    },
    /// With a clock of 10^-n seconds, or 2^-n if the highest bit is set.
    PcapNg {
        big_endian: bool,
        resolution: u8,
    },
}

impl File {
    pub(crate) const ALL: [Self; 7] = [
        Self::Pcap { big_endian: false, nanoseconds: false },
        Self::Pcap { big_endian: false, nanoseconds: true },
        Self::Pcap { big_endian: true, nanoseconds: false },
        Self::Pcap { big_endian: true, nanoseconds: true },
        Self::PcapNg { big_endian: false, resolution: 6 },
        Self::PcapNg { big_endian: true, resolution: 9 },
        Self::PcapNg { big_endian: false, resolution: 0x80 | 20 },
    ];

    /// A file of these packets, of which at most so many octets are kept.
    pub(crate) fn of(self, link: Link, packets: &[(u64, Vec<u8>)], snap: usize) -> Vec<u8> {
        match self {
            Self::Pcap { big_endian, nanoseconds } => {
                let mut out = Out { octets: Vec::new(), big_endian };
                out.u32(if nanoseconds { 0xa1b2_3c4d } else { 0xa1b2_c3d4 });
                out.u32(if big_endian { 0x0002_0004 } else { 0x0004_0002 });
                out.u32(0);
                out.u32(0);
                out.u32(u32::try_from(snap.min(262_144)).expect("made for the test"));
                out.u32(link.number());
                for (at_us, packet) in packets {
                    let kept = &packet[..packet.len().min(snap)];
                    out.u32(u32::try_from(at_us / 1_000_000).expect("made for the test"));
                    out.u32(
                        u32::try_from(at_us % 1_000_000).expect("made for the test")
                            * if nanoseconds { 1000 } else { 1 },
                    );
                    out.u32(u32::try_from(kept.len()).expect("made for the test"));
                    out.u32(u32::try_from(packet.len()).expect("made for the test"));
                    out.octets.extend_from_slice(kept);
                }
                out.octets
            }
            Self::PcapNg { big_endian, resolution } => {
                let mut out = Out { octets: Vec::new(), big_endian };
                out.block(0x0a0d_0d0a, |out| {
                    out.u32(0x1a2b_3c4d);
                    out.u32(if big_endian { 0x0001_0000 } else { 0x0000_0001 });
                    out.u32(u32::MAX);
                    out.u32(u32::MAX);
                });
                out.block(1, |out| {
                    out.u32(if big_endian { link.number() << 16 } else { link.number() });
                    out.u32(0);
                    // The option if_tsresol, and the end of the options.
                    out.u32(if big_endian { 9 << 16 | 1 } else { 1 << 16 | 9 });
                    out.octets.extend_from_slice(&[resolution, 0, 0, 0]);
                    out.u32(0);
                });
                let units: u128 = match resolution & 0x80 {
                    0 => 10_u128.pow(resolution.into()),
                    _ => 2_u128.pow((resolution & 0x7f).into()),
                };
                for (at_us, packet) in packets {
                    let kept = &packet[..packet.len().min(snap)];
                    let clock = u128::from(*at_us) * units / 1_000_000;
                    out.block(6, |out| {
                        out.u32(0);
                        out.u32(u32::try_from(clock >> 32).expect("made for the test"));
                        out.u32((clock & 0xffff_ffff) as u32);
                        out.u32(u32::try_from(kept.len()).expect("made for the test"));
                        out.u32(u32::try_from(packet.len()).expect("made for the test"));
                        out.octets.extend_from_slice(kept);
                        out.octets.resize(out.octets.len().next_multiple_of(4), 0);
                    });
                }
                out.octets
            }
        }
    }
}

struct Out {
    octets: Vec<u8>,
    big_endian: bool,
}

impl Out {
    fn u32(&mut self, value: u32) {
        let octets = if self.big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
        self.octets.extend_from_slice(&octets);
    }

    fn block(&mut self, kind: u32, fill: impl FnOnce(&mut Self)) {
        let start = self.octets.len();
        self.u32(kind);
        self.u32(0);
        fill(self);
        let length = u32::try_from(self.octets.len() - start + 4).expect("made for the test");
        let octets = if self.big_endian { length.to_be_bytes() } else { length.to_le_bytes() };
        self.octets[start + 4..start + 8].copy_from_slice(&octets);
        self.u32(length);
    }
}

/// A plain capture of these segments.
pub(crate) fn capture(segments: &[Segment]) -> Vec<u8> {
    capture_as(File::ALL[0], Link::Ethernet, segments, V4, usize::MAX)
}

pub(crate) fn capture_as(file: File, link: Link, segments: &[Segment], ends: Ends, snap: usize) -> Vec<u8> {
    let packets: Vec<(u64, Vec<u8>)> =
        segments.iter().map(|segment| (segment.at_us, link.around(&ip_packet(segment, ends)))).collect();
    file.of(link, &packets, snap)
}
