//! Reading a capture.

use std::io::Read;

use super::container::{End, packets};
use super::packet::{Found, segment};
use super::table::{Encrypted, Table};
use crate::record::account::Account;
use crate::record::read::Options;
use crate::record::{Form, Happening, RecordError};

/// Tells what the Sink connections of a capture carried.
pub(in crate::record) fn read(
    form: Form,
    input: impl Read,
    options: &Options,
    tell: &mut dyn FnMut(Happening<'_>),
) -> Result<(Account, Encrypted), RecordError> {
    let mut account = Account::new(form);
    let mut table = Table::new(&options.ports, tell);
    let mut strangers = Strangers::default();
    let mut begun = None;
    let end = packets(form, input, |number, packet| {
        let begun = *begun.get_or_insert(packet.at);
        let at = packet.at.saturating_sub(begun);
        strangers.packets += 1;
        match segment(packet.link_type, packet.octets) {
            Found::Segment(segment) => table.segment(number, at, &segment),
            Found::Fragment => strangers.fragments.add(number),
            Found::CutShort => strangers.cut_short.add(number),
            Found::UnknownLink(link_type) => {
                strangers.link_type = link_type;
                strangers.unknown_links.add(number);
            }
            Found::Other => {}
        }
    })?;
    match end {
        End::Whole => {}
        End::Damaged(0, problem) => return Err(RecordError::wrong("before the first packet", problem)),
        End::Damaged(number, problem) => {
            account.remark(format!("behind packet {number}"), format!("{problem}; what comes before is judged"));
        }
    }
    strangers.tell(&mut account);
    let encrypted = table.finish(options.keylog.is_some(), &mut account);
    Ok((account, encrypted))
}

/// Packets that hold no TCP segment that can be read.
#[derive(Default)]
struct Strangers {
    packets: u64,
    fragments: Tally,
    cut_short: Tally,
    unknown_links: Tally,
    link_type: i32,
}

/// How many there were, and which was the first.
#[derive(Default)]
struct Tally {
    count: u64,
    first: u64,
}

impl Tally {
    fn add(&mut self, number: u64) {
        if self.count == 0 {
            self.first = number;
        }
        self.count += 1;
    }

    fn place(&self) -> Option<String> {
        (self.count > 0).then(|| format!("packet {}", self.first))
    }
}

impl Strangers {
    fn tell(&self, account: &mut Account) {
        if self.packets == 0 {
            account.remark(None, "The capture holds no packets.");
        }
        if let Some(place) = self.fragments.place() {
            let count = self.fragments.count;
            account.remark(
                place,
                format!("{count} IP fragments: they aren't put together, so what they carried is missing"),
            );
        }
        if let Some(place) = self.cut_short.place() {
            let count = self.cut_short.count;
            account.remark(
                place,
                format!("{count} packets were cut before their TCP header ends: capture whole packets (tcpdump -s 0)"),
            );
        }
        if let Some(place) = self.unknown_links.place() {
            let (count, link_type) = (self.unknown_links.count, self.link_type);
            account.remark(
                place,
                format!(
                    "{count} packets of link type {link_type}, which isn't read: Ethernet, raw IP, loopback and Linux \
                     cooked are (tcpdump -y sets it)"
                ),
            );
        }
    }
}
