//! Telling clients apart that connect to one port: by certificate, or by client_instance_id.

use std::collections::BTreeMap;

use sinkcheck_spec::wire::InstanceId;

use crate::connection::Arrived;
use crate::target::{ClientIdentity, ClientTarget};

/// What tells one client from another.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Mark {
    Certificate(Vec<u8>),
    Id(InstanceId),
}

/// The clients of a target file that can be told apart.
#[derive(Debug, Default)]
pub(super) struct Roster {
    by_mark: BTreeMap<Mark, usize>,
    /// The one that nothing tells from others.
    unmarked: Option<usize>,
}

impl Roster {
    /// Entries that have the same mark are one client in several roles, and so are those that have none. The entries of each.
    pub(super) fn of(target: &ClientTarget) -> (Self, Vec<Vec<ClientIdentity>>) {
        let mut roster = Self::default();
        let mut clients: Vec<Vec<ClientIdentity>> = Vec::new();
        for identity in &target.clients {
            let mark = match (&identity.certificate, identity.client_instance_id) {
                _ if !target.lists_clients => None,
                (Some(certificate), _) => Some(Mark::Certificate(certificate.clone())),
                (None, id) => id.map(Mark::Id),
            };
            let at = match mark {
                Some(mark) => *roster.by_mark.entry(mark).or_insert(clients.len()),
                None => *roster.unmarked.get_or_insert(clients.len()),
            };
            match clients.get_mut(at) {
                Some(entries) => entries.push(identity.clone()),
                None => clients.push(vec![identity.clone()]),
            }
        }
        (roster, clients)
    }

    /// Whose connection it is, if that can be told.
    pub(super) fn whose(&self, arrived: &Arrived) -> Option<usize> {
        if self.by_mark.len() + usize::from(self.unmarked.is_some()) <= 1 {
            return Some(0);
        }
        let certificate = arrived.certificate.clone().map(Mark::Certificate);
        let id = arrived.request.as_ref().map(|request| Mark::Id(request.client_instance_id()));
        let marked = [certificate, id].into_iter().flatten().find_map(|mark| self.by_mark.get(&mark));
        marked.copied().or(self.unmarked)
    }

    /// From now on a client_instance_id is this client's, too.
    pub(super) fn remember(&mut self, id: InstanceId, client: usize) {
        self.by_mark.insert(Mark::Id(id), client);
    }
}

#[cfg(test)]
mod tests {
    use sinkcheck_cases::language::Fixture;
    use sinkcheck_spec::wire::ConnectionRequest;

    use super::*;
    use crate::target::ClientReach;

    /// Name, client_instance_id and certificate.
    type Entry<'a> = (&'a str, Option<u32>, Option<&'a [u8]>);

    fn target(entries: &[Entry<'_>]) -> ClientTarget {
        let identity = |(name, id, certificate): &Entry<'_>| ClientIdentity {
            name: (*name).to_owned(),
            fixture: if name.starts_with("new") { Fixture::New } else { Fixture::Known },
            client_instance_id: id.map(InstanceId),
            certificate: certificate.map(<[u8]>::to_vec),
        };
        ClientTarget {
            clients: entries.iter().map(identity).collect(),
            lists_clients: true,
            reach: ClientReach::BuiltIn,
            application_version: None,
            tls: None,
        }
    }

    fn arrived(id: u32, certificate: Option<&[u8]>) -> Arrived {
        let mut arrived = Arrived::in_memory(Box::new(tokio::io::duplex(1).0));
        arrived.request = ConnectionRequest::new("1", InstanceId(id), None).ok();
        arrived.certificate = certificate.map(<[u8]>::to_vec);
        arrived
    }

    #[test]
    fn whoever_comes_is_the_only_client() {
        for entries in [&[("known", Some(1), None)][..], &[("known", None, None), ("new", None, None)]] {
            let (roster, clients) = Roster::of(&target(entries));
            assert_eq!((roster.whose(&arrived(9, None)), clients.len()), (Some(0), 1));
        }
    }

    #[test]
    fn an_id_tells_clients_apart_and_another_one_tells_nothing() {
        let (mut roster, clients) = Roster::of(&target(&[("known", Some(1), None), ("known/2", Some(2), None)]));
        assert_eq!(clients.len(), 2);
        let whose = |roster: &Roster, id| roster.whose(&arrived(id, None));
        assert_eq!((whose(&roster, 1), whose(&roster, 2), whose(&roster, 3)), (Some(0), Some(1), None));
        roster.remember(InstanceId(3), 1);
        assert_eq!(whose(&roster, 3), Some(1));
    }

    #[test]
    fn a_certificate_says_more_than_an_id() {
        let entries = [("known", Some(1), Some(&b"a"[..])), ("known/2", Some(2), Some(b"b"))];
        let (roster, _) = Roster::of(&target(&entries));
        assert_eq!(roster.whose(&arrived(1, Some(b"b"))), Some(1));
        assert_eq!(roster.whose(&arrived(1, Some(b"c"))), None);
    }

    #[test]
    fn entries_with_one_certificate_are_one_client() {
        let entries = [("known", None, Some(&b"a"[..])), ("known/2", None, Some(b"b")), ("new", None, Some(b"a"))];
        let (roster, clients) = Roster::of(&target(&entries));
        let names: Vec<Vec<&str>> =
            clients.iter().map(|entries| entries.iter().map(|entry| entry.name.as_str()).collect()).collect();
        assert_eq!(names, [vec!["known", "new"], vec!["known/2"]]);
        assert_eq!(roster.whose(&arrived(1, Some(b"b"))), Some(1));
    }
}
