//! What a record told, in a form to compare.

use sinkcheck::record::{Account, Options, RecordError, What, read};
use sinkcheck_spec::catalogue::Role;

use crate::making::{Did, Session};

/// What was told of one connection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) name: String,
    pub(crate) from_the_start: bool,
    /// What each peer did in which order; octets that one sent in pieces are joined.
    pub(crate) did: Vec<(Role, Did)>,
    pub(crate) lost: Option<String>,
    pub(crate) over: bool,
}

/// What an input told.
#[track_caller]
pub(crate) fn told(input: &[u8], options: &Options) -> Result<(Vec<Told>, Account), RecordError> {
    let mut list: Vec<Told> = Vec::new();
    let mut latest = Vec::new();
    let account = read(input, options, &mut |happening| {
        let at = usize::try_from(happening.connection).expect("made for the test");
        if let What::Opened(opening) = &happening.what {
            assert_eq!(at, list.len(), "connections are numbered as they come");
            let (name, from_the_start) = (opening.name.clone(), opening.from_the_start);
            list.push(Told { name, from_the_start, ..Told::default() });
            latest.push(happening.at);
        }
        let told = list.get_mut(at).expect("a connection is opened first");
        assert!(happening.at >= latest[at], "time goes back");
        latest[at] = happening.at;
        assert!(!told.over, "something comes when the connection is over");
        assert!(told.lost.is_none() || happening.what == What::Over, "something comes when the connection is lost");
        match happening.what {
            What::Opened(_) => {}
            What::Octets { from, octets } => match told.did.last_mut() {
                Some((last, Did::Sent(sent))) if *last == from => sent.extend_from_slice(octets),
                _ => told.did.push((from, Did::Sent(octets.to_vec()))),
            },
            What::Ended { from, by_reset } => told.did.push((from, if by_reset { Did::Reset } else { Did::Closed })),
            What::Lost(why) => told.lost = Some(why),
            What::Over => told.over = true,
        }
    })?;
    assert!(list.iter().all(|told| told.over), "a connection isn't over at the end");
    assert_eq!(account.connections, list.len() as u64);
    Ok((list, account))
}

/// What a session looks like when it was told.
pub(crate) fn expected(session: &Session) -> Vec<(Role, Did)> {
    let mut did: Vec<(Role, Did)> = Vec::new();
    for (_, from, what) in session {
        match (did.last_mut(), what) {
            (Some((last, Did::Sent(sent))), Did::Sent(octets)) if last == from => sent.extend_from_slice(octets),
            _ => did.push((*from, what.clone())),
        }
    }
    did
}

/// The remarks of an account, as a person reads them.
pub(crate) fn remarks(account: &Account) -> String {
    account.remarks.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The same octet by octet, to compare parts of it.
pub(crate) fn flat(did: &[(Role, Did)]) -> Vec<(Role, Option<u8>)> {
    did.iter()
        .flat_map(|(from, did)| match did {
            Did::Sent(octets) => octets.iter().map(|octet| (*from, Some(*octet))).collect(),
            Did::Closed | Did::Reset => vec![(*from, None)],
        })
        .collect()
}
