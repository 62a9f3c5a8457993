//! A TCP segment within a packet, whatever is around it.

use std::net::SocketAddr;

use etherparse::{EtherType, IpNumber, LaxNetSlice, LaxSlicedPacket, TransportSlice};

/// What a packet is to us.
pub(super) enum Found<'a> {
    /// A TCP segment.
    Segment(Segment<'a>),
    /// A part of an IP packet that was sent in fragments.
    Fragment,
    /// A packet of which so little was kept that its TCP header is missing.
    CutShort,
    /// Its outermost header is of a kind that isn't read.
    UnknownLink(i32),
    /// Something else, such as UDP or ARP.
    Other,
}

/// A TCP segment.
pub(super) struct Segment<'a> {
    pub(super) source: SocketAddr,
    pub(super) destination: SocketAddr,
    pub(super) sequence: u32,
    /// The octet that its sender waits for, if it says so.
    pub(super) acknowledged: Option<u32>,
    pub(super) syn: bool,
    pub(super) fin: bool,
    pub(super) rst: bool,
    /// The octets that were kept.
    pub(super) payload: &'a [u8],
    /// So many octets behind them were not kept.
    pub(super) missing: u32,
}

/// Numbers of the kinds of outermost headers, as the list of link-layer types has them.
mod link {
    pub(super) const NULL: i32 = 0;
    pub(super) const ETHERNET: i32 = 1;
    pub(super) const RAW_BSD: [i32; 2] = [12, 14];
    pub(super) const RAW: i32 = 101;
    pub(super) const LOOP: i32 = 108;
    pub(super) const LINUX_SLL: i32 = 113;
    pub(super) const IPV4: i32 = 228;
    pub(super) const IPV6: i32 = 229;
    pub(super) const LINUX_SLL2: i32 = 276;
}

/// The segment in a packet with this outermost header.
pub(super) fn segment(link_type: i32, octets: &[u8]) -> Found<'_> {
    let sliced = match link_type {
        link::ETHERNET => LaxSlicedPacket::from_ethernet(octets).ok(),
        link::NULL | link::LOOP => octets.get(4..).and_then(|ip| LaxSlicedPacket::from_ip(ip).ok()),
        link::RAW | link::IPV4 | link::IPV6 => LaxSlicedPacket::from_ip(octets).ok(),
        other if link::RAW_BSD.contains(&other) => LaxSlicedPacket::from_ip(octets).ok(),
        link::LINUX_SLL => cooked(octets, 14, 16),
        link::LINUX_SLL2 => cooked(octets, 0, 20),
        other => return Found::UnknownLink(other),
    };
    let Some(sliced) = sliced else { return Found::Other };
    // What the IP header says that it carries, less what stands between it and the TCP header.
    let (source, destination, payload, declared) = match &sliced.net {
        Some(LaxNetSlice::Ipv4(ip)) => {
            let header = ip.header();
            let declared = usize::from(header.total_len()).saturating_sub(header.slice().len());
            let extensions = ip.extensions().auth.map_or(0, |auth| auth.slice().len());
            let (source, destination) = (header.source_addr().into(), header.destination_addr().into());
            (source, destination, ip.payload(), declared.saturating_sub(extensions))
        }
        Some(LaxNetSlice::Ipv6(ip)) => {
            let header = ip.header();
            let declared = usize::from(header.payload_length()).saturating_sub(ip.extensions().slice().len());
            let (source, destination) = (header.source_addr().into(), header.destination_addr().into());
            (source, destination, ip.payload(), declared)
        }
        _ => return Found::Other,
    };
    if payload.ip_number != IpNumber::TCP {
        return Found::Other;
    }
    if payload.fragmented {
        return Found::Fragment;
    }
    let Some(TransportSlice::Tcp(tcp)) = &sliced.transport else { return Found::CutShort };
    let missing = declared.saturating_sub(payload.payload.len());
    Found::Segment(Segment {
        source: SocketAddr::new(source, tcp.source_port()),
        destination: SocketAddr::new(destination, tcp.destination_port()),
        sequence: tcp.sequence_number(),
        acknowledged: tcp.ack().then(|| tcp.acknowledgment_number()),
        syn: tcp.syn(),
        fin: tcp.fin(),
        rst: tcp.rst(),
        payload: tcp.payload(),
        missing: u32::try_from(missing).unwrap_or(u32::MAX),
    })
}

/// Behind a header of Linux' "any" interface: where the kind of what follows stands, and how long the header is.
fn cooked(octets: &[u8], kind_at: usize, length: usize) -> Option<LaxSlicedPacket<'_>> {
    let kind = octets.get(kind_at..)?.first_chunk::<2>()?;
    Some(LaxSlicedPacket::from_ether_type(EtherType(u16::from_be_bytes(*kind)), octets.get(length..)?))
}
