//! Times as they are typed: `60s`, `500ms`.

use std::time::Duration;

use super::exit::Failure;

/// A time as it is typed behind an option: a number and a unit.
pub(super) fn duration(option: &str, text: &str) -> Result<Duration, Failure> {
    match humantime::parse_duration(text) {
        Ok(duration) => Ok(duration),
        Err(_) => Err(Failure::usage(format!("{option} {text}: write a number and a unit, such as 60s or 500ms"))),
    }
}

/// A keepalive interval as it is typed.
pub(super) fn keepalive_interval(text: &str) -> Result<Duration, Failure> {
    let option = "--keepalive-interval";
    match duration(option, text)? {
        Duration::ZERO => Err(Failure::usage(format!("{option} {text}: an interval is longer than 0"))),
        interval => Ok(interval),
    }
}
