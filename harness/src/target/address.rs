//! Where a peer is: `tcp://HOST:PORT` or `tls://HOST:PORT`.

use std::fmt;
use std::str::FromStr;

/// How octets travel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// Plain TCP.
    Tcp,
    /// TLS over TCP.
    Tls,
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "tcp",
            Self::Tls => "tls",
        })
    }
}

/// A place on a network. `{port}` in place of the port, or port 0, stands for a free one where the target is launched.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Address {
    /// How octets travel.
    pub scheme: Scheme,
    /// A name or an IP address, without the brackets of IPv6.
    pub host: String,
    /// The port; `None` where a free one is to be found.
    pub port: Option<u16>,
}

/// Why an address is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not an address: {why} (write tcp://HOST:PORT or tls://HOST:PORT)")]
pub struct AddressError {
    text: String,
    why: &'static str,
}

impl FromStr for Address {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        let fail = |why| AddressError { text: text.to_owned(), why };
        let (scheme, rest) = text.split_once("://").ok_or_else(|| fail("it has no scheme"))?;
        let scheme = match scheme {
            "tcp" => Scheme::Tcp,
            "tls" => Scheme::Tls,
            _ => return Err(fail("its scheme is neither tcp nor tls")),
        };
        let (host, port) = rest.rsplit_once(':').ok_or_else(|| fail("it has no port"))?;
        let host = match host.strip_prefix('[') {
            Some(inner) => inner.strip_suffix(']').ok_or_else(|| fail("a bracket is open"))?,
            None if host.contains(':') => return Err(fail("an IPv6 address stands in brackets")),
            None => host,
        };
        if host.is_empty() {
            return Err(fail("it has no host"));
        }
        let port = match port {
            "{port}" | "0" => None,
            number => Some(number.parse().map_err(|_| fail("its port is not a number from 0 to 65535"))?),
        };
        Ok(Self { scheme, host: host.to_owned(), port })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { scheme, host, port } = self;
        let open = if host.contains(':') { "[" } else { "" };
        let close = if host.contains(':') { "]" } else { "" };
        write!(f, "{scheme}://{open}{host}{close}:")?;
        match port {
            Some(port) => write!(f, "{port}"),
            None => f.write_str("{port}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_written_back() {
        for text in ["tcp://127.0.0.1:4000", "tls://sink.example:1", "tcp://[::1]:65535", "tcp://localhost:{port}"] {
            assert_eq!(text.parse::<Address>().map(|address| address.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn what_is_no_address_says_why() {
        let cases = [
            ("127.0.0.1:4000", "no scheme"),
            ("nonsense://x:1", "neither tcp nor tls"),
            ("tcp://host", "no port"),
            ("tcp://:1", "no host"),
            ("tcp://host:99999", "not a number"),
            ("tcp://::1:4000", "brackets"),
            ("tcp://[::1:4000", "bracket is open"),
        ];
        for (text, why) in cases {
            let error = text.parse::<Address>().expect_err(text).to_string();
            assert!(error.contains(why), "{text}: {error}");
        }
    }
}
