//! Running `tshark`: without a shell, and with bounds to how long it takes and how much it says.

use std::collections::BTreeSet;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use super::line::{FIELDS, FILTER, Line, parse};
use crate::record::RecordError;

/// A run that says nothing for so long is ended.
const SILENCE: Duration = Duration::from_secs(120);

/// Longer than the hex of the largest packet.
const LONGEST_LINE: u64 = 4 << 20;

/// So many times the length of the capture is more than can be said about it.
const MOST_TIMES: u64 = 64;

/// So much of what it says about its troubles is kept.
const MOST_TROUBLE: u64 = 16 << 10;

const INSTALL: &str = "tshark is not installed, and it is what decrypts TLS: install it (Debian, Ubuntu: apt install tshark; \
    Fedora: dnf install wireshark-cli; macOS: brew install wireshark), or judge what `sinkcheck proxy --record` wrote";

/// Calls `each` with what `tshark` says of each packet that matters.
pub(super) fn run(
    file: &Path,
    keylog: &Path,
    ports: &BTreeSet<u16>,
    mut each: impl FnMut(Line),
) -> Result<(), RecordError> {
    let failed = |why: String| RecordError::Decrypting(why);
    let mut secrets =
        std::fs::File::open(keylog).map_err(|error| failed(format!("--keylog {}: {error}", keylog.display())))?;
    let mut some = Vec::new();
    secrets
        .by_ref()
        .take(1 << 16)
        .read_to_end(&mut some)
        .map_err(|error| failed(format!("--keylog {}: {error}", keylog.display())))?;
    let is_log = some
        .split(|octet| *octet == b'\n')
        .any(|line| [&b"CLIENT_"[..], b"SERVER_", b"EXPORTER_", b"RSA "].iter().any(|label| line.starts_with(label)));
    if !is_log {
        return Err(failed(format!(
            "--keylog {}: no key log, whose lines begin with CLIENT_RANDOM, CLIENT_TRAFFIC_SECRET_0 and the like",
            keylog.display()
        )));
    }
    let mut command = Command::new("tshark");
    command.args(["-n", "-r"]).arg(file);
    let mut preference = std::ffi::OsString::from("tls.keylog_file:");
    preference.push(std::path::absolute(keylog).unwrap_or_else(|_| keylog.to_owned()));
    command.arg("-o").arg(preference).args(["-o", "tcp.reassemble_out_of_order:TRUE"]);
    for port in ports {
        // What is inside is Sink's business and not to be taken for anything else that is known at that port.
        command.args(["-d", &format!("tcp.port=={port},tls"), "-d", &format!("tls.port=={port},data")]);
    }
    command.args(["-Y", FILTER, "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=,"]);
    for field in FIELDS {
        command.args(["-e", field]);
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).env("LC_ALL", "C");
    let child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => failed(INSTALL.to_owned()),
        _ => failed(format!("tshark can't be started: {error}")),
    })?;
    let length = std::fs::metadata(file).map_or(0, |found| found.len());
    follow(child, length, &mut each).map_err(failed)
}

fn follow(mut child: Child, length: u64, each: &mut dyn FnMut(Line)) -> Result<(), String> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let trouble = std::thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(mut stderr) = stderr {
            let _ = stderr.by_ref().take(MOST_TROUBLE).read_to_end(&mut text);
            // It must not wait for someone who reads the rest.
            let _ = io::copy(&mut stderr, &mut io::sink());
        }
        String::from_utf8_lossy(&text).into_owned()
    });
    let begun = Instant::now();
    let heard = Arc::new(AtomicU64::new(0));
    let is_done = Arc::new(AtomicBool::new(false));
    let pid = nix::unistd::Pid::from_raw(i32::try_from(child.id()).map_err(|error| error.to_string())?);
    let watching = {
        let (heard, is_done) = (Arc::clone(&heard), Arc::clone(&is_done));
        std::thread::spawn(move || {
            while !is_done.load(Ordering::Acquire) {
                std::thread::park_timeout(Duration::from_secs(1));
                let silent = begun.elapsed().saturating_sub(Duration::from_millis(heard.load(Ordering::Acquire)));
                if silent > SILENCE && !is_done.load(Ordering::Acquire) {
                    // It was not waited for yet, so that the number is still its own.
                    let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGKILL);
                    return true;
                }
            }
            false
        })
    };
    let mut problem = None;
    let mut said = 0;
    let mut text = Vec::new();
    let mut lines = BufReader::new(stdout.ok_or("tshark has no output")?);
    loop {
        text.clear();
        let count = lines.by_ref().take(LONGEST_LINE).read_until(b'\n', &mut text).map_err(|error| error.to_string());
        match count {
            Ok(0) => break,
            Ok(count) => said += count as u64,
            Err(why) => {
                problem = Some(why);
                break;
            }
        }
        heard.store(u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX), Ordering::Release);
        if said > MOST_TIMES * length + (1 << 20) {
            problem = Some("it says more than a capture of that length can hold".to_owned());
            break;
        }
        if let Some(line) = std::str::from_utf8(&text).ok().and_then(parse) {
            each(line);
        }
    }
    if problem.is_some() {
        let _ = child.kill();
    }
    is_done.store(true, Ordering::Release);
    watching.thread().unpark();
    let was_silent = watching.join().unwrap_or(false);
    let ended = child.wait().map_err(|error| format!("tshark: {error}"))?;
    let trouble = trouble.join().unwrap_or_default();
    if was_silent {
        return Err(format!("tshark said nothing for {} s and was ended", SILENCE.as_secs()));
    }
    if let Some(problem) = problem {
        return Err(format!("tshark was ended: {problem}"));
    }
    if !ended.success() {
        let lines = trouble.lines().filter(|line| !line.starts_with("Running as user"));
        let first = lines.take(2).collect::<Vec<_>>().join(" ");
        return Err(format!("tshark failed ({ended}): {first}"));
    }
    Ok(())
}
