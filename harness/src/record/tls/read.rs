//! From what `tshark` says to the octets of the connections.

use std::collections::hash_map::Entry;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use super::line::Line;
use super::tshark;
use crate::record::account::Account;
use crate::record::capture::{Becomes, Passed, Watched};
use crate::record::read::Options;
use crate::record::{Happening, RecordError};

/// A connection that is decrypted.
struct Stream {
    ends: [SocketAddr; 2],
    watched: Watched,
    ended: [bool; 2],
    is_over: bool,
    has_octets: bool,
}

/// Tells what the TLS connections of a capture carried, of which everything else was told before.
pub(in crate::record) fn read(
    mut account: Account,
    ports: &BTreeSet<u16>,
    connections: u64,
    file: &Path,
    keylog: &Path,
    options: &Options,
    tell: &mut dyn FnMut(Happening<'_>),
) -> Result<Account, RecordError> {
    if connections == 0 {
        account.remark(None, "No connection of this capture speaks TLS, so that --keylog has nothing to decrypt.");
        return Ok(account);
    }
    let mut streams: HashMap<u64, Stream> = HashMap::new();
    let mut servers = HashSet::new();
    let (mut told, mut decrypted, mut strangers) = (account.connections, 0_u64, 0_u64);
    let mut begun = None;
    let mut latest = Duration::ZERO;
    let run = tshark::run(file, keylog, ports, |line| {
        let begun = *begun.get_or_insert(line.at);
        let at = line.at.saturating_sub(begun);
        latest = latest.max(at);
        let stream = match streams.entry(line.stream) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(new) => {
                let ends = [line.source, line.destination];
                let opener = line.syn.then_some(usize::from(line.ack));
                let Some(watched) = Watched::new(ends, opener, &options.ports, &servers) else { return };
                new.insert(Stream { ends, watched, ended: [false; 2], is_over: false, has_octets: false })
            }
        };
        if stream.is_over {
            return;
        }
        if !line.octets.is_empty() && !std::mem::replace(&mut stream.has_octets, true) {
            decrypted += 1;
        }
        if let Becomes::Sink(server) = stream.take(at, &line, &mut told, tell) {
            servers.insert(server);
        }
        if stream.is_over {
            strangers += u64::from(matches!(stream.watched.finish(at, tell), Some(Becomes::Other)));
        }
    });
    let mut open: Vec<_> = streams.into_iter().filter(|(_, stream)| !stream.is_over).collect();
    open.sort_unstable_by_key(|(number, _)| *number);
    for (_, mut stream) in open {
        strangers += u64::from(matches!(stream.watched.finish(latest, tell), Some(Becomes::Other)));
    }
    account.connections = told;
    match run {
        Err(error) if told == 0 => return Err(error),
        Err(error) => account.remark(None, format!("{error}; what was decrypted before is judged")),
        Ok(()) => {}
    }
    if decrypted < connections {
        account.remark(
            None,
            format!(
                "{} of {connections} TLS connections are not decrypted by this key log: it lacks their secrets, or the capture \
                 lacks their start",
                connections - decrypted
            ),
        );
    }
    if strangers > 0 {
        account.remark(None, format!("{strangers} of the TLS connections carry something else than Sink"));
    }
    Ok(account)
}

impl Stream {
    fn take(&mut self, at: Duration, line: &Line, told: &mut u64, tell: &mut dyn FnMut(Happening<'_>)) -> Becomes {
        let end = usize::from(line.source != self.ends[0]);
        let mut becomes = Becomes::Same;
        if !line.octets.is_empty() {
            becomes = becomes.and(self.watched.passed(at, Passed::Octets(end, &line.octets), told, tell));
        }
        if (line.fin || line.rst) && !std::mem::replace(&mut self.ended[end], true) {
            becomes = becomes.and(self.watched.passed(at, Passed::Ended(end, line.rst), told, tell));
        }
        if line.is_behind_a_gap {
            let why = format!(
                "packets before packet {} were not captured, so that what follows can't be decrypted",
                line.number
            );
            becomes = becomes.and(self.watched.passed(at, Passed::Lost(why), told, tell));
        }
        let goes_on = matches!(becomes, Becomes::Same | Becomes::Sink(_));
        self.is_over = !goes_on || line.rst || self.ended == [true; 2];
        becomes
    }
}
