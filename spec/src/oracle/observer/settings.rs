//! What an observer must be told.

use std::time::Duration;

use crate::catalogue::Role;

/// Which of the two peers is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Judged {
    /// The server. The observer is the client's end, and whatever the client does is done on purpose.
    Server,
    /// The client. The observer is the server's end, and whatever the server does is done on purpose.
    Client,
    /// Both. The observer is in the middle.
    #[default]
    Both,
}

impl Judged {
    /// Whether the peer in this role is judged.
    #[must_use]
    pub fn includes(self, role: Role) -> bool {
        match self {
            Self::Both => true,
            Self::Server => role == Role::Server,
            Self::Client => role == Role::Client,
        }
    }
}

/// How an observer judges one connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settings {
    /// Who is judged.
    pub judged: Judged,
    /// The keepalive interval of the two peers, if it is known. Without it nobody is blamed for being silent
    /// (keepalive.interval).
    pub keepalive_interval: Option<Duration>,
    /// How long an answer or a close that is owed may take. The rules name no time, so it should be so long that nobody waits
    /// for longer.
    pub patience: Duration,
    /// How late the observer itself may be: what passes so long behind a deadline is in time.
    pub slack: Duration,
    /// Whether the observer sees the connection from its first octet. If not, what only its beginning would explain is blamed
    /// on nobody.
    pub from_the_start: bool,
    /// Whether a response is blamed that nothing on the server's record could make right. Where a case knows the record, that is for
    /// the case to judge.
    pub judges_answers: bool,
    /// Whether a PONG is blamed that is one too many. Peers may send PONGs of their own accord, so this is for whoever has seen that
    /// this one doesn't.
    pub judges_pongs: bool,
}

impl Default for Settings {
    /// Both peers of a whole connection, with a keepalive interval that nobody knows and a patience of 60 s.
    fn default() -> Self {
        Self {
            judged: Judged::Both,
            keepalive_interval: None,
            patience: Duration::from_secs(60),
            slack: Duration::ZERO,
            from_the_start: true,
            judges_answers: true,
            judges_pongs: false,
        }
    }
}
