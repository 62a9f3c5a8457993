//! Keys of a target file that say nothing about the role that it is for, and capabilities that nobody knows. One form serves both
//! roles, so they are no mistakes; but left unsaid, a person would wait for what they wrote to have an effect.

use sinkcheck_cases::yaml::Path as YamlPath;
use sinkcheck_spec::catalogue::Role;

use super::read::Reader;

/// What a target can claim to support.
const CAPABILITIES: [&str; 2] = ["tls", "publish"];

impl Reader {
    /// What was given and has no effect, a sentence each, with its line.
    pub(super) fn remarks(&self, role: Role) -> Vec<String> {
        let keys = match role {
            Role::Server => self.for_clients_only(),
            Role::Client => self.for_servers_only(),
        };
        let remark =
            |path: &YamlPath, text: String| format!("{}:{}: {text}.", self.source.file(), self.source.line(path));
        let mut remarks = Vec::new();
        for (keys, hint) in keys {
            let path = keys.iter().fold(YamlPath::top(), |path, key| path.key(*key));
            remarks.push(remark(&path, format!("`{}` says nothing about a {role}: {hint}", keys.join("."))));
        }
        for (index, word) in self.file.capabilities.iter().flatten().enumerate() {
            if !CAPABILITIES.contains(&word.as_str()) {
                let path = YamlPath::top().key("capabilities").index(index);
                let known = CAPABILITIES.join(" and ");
                remarks.push(remark(&path, format!("there is no capability `{word}`: capabilities are {known}")));
            }
        }
        remarks
    }

    /// The keys that are given and are for clients alone, and what a server has instead.
    fn for_clients_only(&self) -> Vec<(Vec<&str>, &'static str)> {
        const SHOWN: &str = "it is what the harness shows a client under test; for a server give `tls.ca`, and each of `clients` its `certificate` and `key`";
        let file = &self.file;
        let keys = [
            (vec!["attach"], file.attach.is_some(), "a server is reached by its `address`"),
            (vec!["listen"], file.listen.is_some(), "a server is reached by its `address`"),
            (vec!["tls", "certificate"], file.tls.certificate.is_some(), SHOWN),
            (vec!["tls", "key"], file.tls.key.is_some(), SHOWN),
            (vec!["tls", "wrong_name"], file.tls.wrong_name.is_some(), SHOWN),
            (vec!["tls", "expired"], file.tls.expired.is_some(), SHOWN),
        ];
        keys.into_iter().filter_map(|(path, is_given, hint)| is_given.then_some((path, hint))).collect()
    }

    /// The keys that are given and are for servers alone, and how it is with a client.
    fn for_servers_only(&self) -> Vec<(Vec<&str>, &'static str)> {
        let file = &self.file;
        let version = "the harness is the server, and serves any version";
        let keys = [
            (vec!["launch_per_case"], file.launch_per_case.is_some(), "a client is always launched for each case"),
            (vec!["tls", "ca"], file.tls.ca.is_some(), "the harness takes whatever certificate a client shows"),
            (vec!["application_version", "unsupported"], file.application_version.unsupported.is_some(), version),
        ];
        let own_key = file.clients.iter().flatten().find(|(_, client)| client.key.is_some());
        let own_key = own_key.map(|(name, _)| {
            (vec!["clients", name.as_str(), "key"], "the client has its key; the harness knows it by its `certificate`")
        });
        keys.into_iter().filter_map(|(path, is_given, hint)| is_given.then_some((path, hint))).chain(own_key).collect()
    }
}
