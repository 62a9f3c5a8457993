//! All TCP connections of a capture, and which of them speak Sink.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::SocketAddr;
use std::time::Duration;

use super::flow::Flow;
use super::packet::Segment;
use super::watched::{Becomes, Watched};
use crate::record::Happening;
use crate::record::account::Account;

/// More connections at once than are followed; what comes then is counted.
const MOST_FLOWS: usize = 200_000;

/// So many octets may wait for missing ones, over all connections.
const MOST_WAITING: usize = 64 << 20;

/// So many ports of TLS servers are remembered.
const MOST_TLS_PORTS: usize = 64;

/// The TLS connections of a capture.
#[derive(Debug, Default)]
pub(in crate::record) struct Encrypted {
    /// How many there are.
    pub(in crate::record) connections: u64,
    /// The ports of their servers.
    pub(in crate::record) ports: BTreeSet<u16>,
}

/// The connections of a capture.
pub(super) struct Table<'s> {
    ports: &'s [u16],
    tell: &'s mut dyn FnMut(Happening<'_>),
    flows: HashMap<(SocketAddr, SocketAddr), Entry>,
    /// Where servers that speak Sink listen.
    servers: HashSet<SocketAddr>,
    waiting: usize,
    /// The latest time of the capture.
    latest: Duration,
    /// Where servers that speak TLS listen.
    tls_ports: BTreeSet<u16>,
    counts: Counts,
}

/// What is known of a pair of addresses.
enum Entry {
    /// A connection that is followed.
    Followed(Box<(Flow, Watched)>),
    /// One that is over, or isn't followed. What comes late of it begins no other.
    Passed,
}

/// How many connections there were.
#[derive(Default)]
pub(super) struct Counts {
    /// So many were told of.
    pub(super) told: u64,
    tls: u64,
    other: u64,
    /// They carried nothing, or too little to tell.
    silent: u64,
    /// They began before the capture, and can't be understood from where it begins.
    within: u64,
    /// They begin with something else, and lead to where a Sink server listens.
    odd: u64,
    too_many: u64,
}

impl<'s> Table<'s> {
    pub(super) fn new(ports: &'s [u16], tell: &'s mut dyn FnMut(Happening<'_>)) -> Self {
        let (flows, servers) = (HashMap::new(), HashSet::new());
        Self {
            ports,
            tell,
            flows,
            servers,
            waiting: 0,
            latest: Duration::ZERO,
            tls_ports: BTreeSet::new(),
            counts: Counts::default(),
        }
    }

    pub(super) fn segment(&mut self, number: u64, at: Duration, segment: &Segment<'_>) {
        self.latest = self.latest.max(at);
        let (low, high) = (segment.source.min(segment.destination), segment.source.max(segment.destination));
        let key = (low, high);
        let begins = match self.flows.get(&key) {
            None => segment.syn || !segment.payload.is_empty(),
            Some(Entry::Passed) => segment.syn && segment.acknowledged.is_none(),
            Some(Entry::Followed(followed)) => {
                segment.syn && segment.acknowledged.is_none() && !followed.0.is_begun_by(segment)
            }
        };
        if begins {
            self.close(key, at);
            if self.flows.len() >= MOST_FLOWS {
                self.flows.retain(|_, entry| matches!(entry, Entry::Followed(_)));
            }
            if self.flows.len() >= MOST_FLOWS {
                self.counts.too_many += 1;
                return;
            }
            let flow = Flow::new(segment);
            let entry = match Watched::new(flow.ends, flow.opener, self.ports, &self.servers) {
                Some(watched) => Entry::Followed(Box::new((flow, watched))),
                None => {
                    self.counts.other += 1;
                    Entry::Passed
                }
            };
            self.flows.insert(key, entry);
        }
        let Some(Entry::Followed(followed)) = self.flows.get_mut(&key) else { return };
        let (flow, watched) = &mut **followed;
        let waiting = flow.waiting_octets();
        let mut becomes = Becomes::Same;
        flow.segment(number, at, segment, &mut |passed| {
            becomes = becomes.and(watched.passed(at, passed, &mut self.counts.told, self.tell));
        });
        self.waiting = self.waiting + flow.waiting_octets() - waiting;
        let is_over = flow.is_over() || self.waiting > MOST_WAITING;
        match becomes {
            Becomes::Same if !is_over => {}
            Becomes::Sink(server) => {
                self.servers.insert(server);
                if is_over {
                    self.close(key, at);
                }
            }
            _ => self.close(key, at),
        }
    }

    /// Nothing more is told of the connection between these addresses.
    fn close(&mut self, key: (SocketAddr, SocketAddr), at: Duration) {
        let Some(entry) = self.flows.get_mut(&key) else { return };
        let Entry::Followed(mut followed) = std::mem::replace(entry, Entry::Passed) else { return };
        let (flow, watched) = &mut *followed;
        self.waiting -= flow.waiting_octets();
        flow.finish(&mut |passed| {
            watched.passed(at, passed, &mut self.counts.told, self.tell);
        });
        let is_at_server = flow.ends.iter().any(|end| self.servers.contains(end));
        let counts = &mut self.counts;
        match watched.finish(at, self.tell) {
            None => {}
            Some(Becomes::Tls) => {
                counts.tls += 1;
                // Who opened it is the first end, unless only the answer was captured.
                let server = flow.opener.map_or(1, |opener| 1 - opener);
                if self.tls_ports.len() < MOST_TLS_PORTS {
                    self.tls_ports.insert(flow.ends[server].port());
                }
            }
            Some(Becomes::Other) if is_at_server => counts.odd += 1,
            Some(Becomes::Other) => counts.other += 1,
            Some(Becomes::Unclear) => counts.within += 1,
            Some(Becomes::Same | Becomes::Sink(_)) => counts.silent += 1,
        }
    }

    /// The capture is at its end.
    pub(super) fn finish(mut self, has_keys: bool, account: &mut Account) -> Encrypted {
        let mut rest: Vec<_> = self.flows.keys().copied().collect();
        rest.sort_unstable();
        for key in rest {
            self.close(key, self.latest);
        }
        self.counts.say(!self.ports.is_empty(), has_keys, account);
        Encrypted { connections: self.counts.tls, ports: self.tls_ports }
    }
}

impl Counts {
    fn say(&self, has_ports: bool, has_keys: bool, account: &mut Account) {
        account.connections = self.told;
        let connections = |count: u64, rest: &str| match count {
            1 => format!("1 connection {rest}"),
            _ => format!("{count} connections {rest}"),
        };
        let all = self.tls + self.other + self.silent + self.within + self.odd;
        if self.told == 0 && self.tls + self.within == 0 && !account.remarks.iter().any(|remark| remark.place.is_none())
        {
            let text = match (all, has_ports) {
                (0, _) => "This is a capture of something else: it holds no TCP connection.",
                (_, true) => "This is a capture of something else: no TCP connection leads to the port of --port.",
                (_, false) => {
                    "No TCP connection of this capture looks like Sink. If one is, say at which port its server \
                     listens: --port N."
                }
            };
            account.remark(None, text);
        }
        for (count, rest) in [
            (if has_keys { 0 } else { self.tls }, "speaking TLS: give the key log of one of the peers, --keylog FILE"),
            (
                self.within,
                "began before the capture, and the first octets that it holds of them begin no frame: they can't be judged",
            ),
            (self.odd, "to a Sink server began with something else than a request: --port N judges them, too"),
            (self.too_many, "were open beside 200,000 others, and are left out"),
        ] {
            if count > 0 {
                account.remark(None, connections(count, rest));
            }
        }
        if self.told > 0 && self.other + self.silent > 0 {
            account.remark(None, connections(self.other + self.silent, "of the capture are not Sink"));
        }
    }
}
