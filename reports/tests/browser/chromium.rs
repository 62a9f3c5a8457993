//! A headless Chromium, driven by its DevTools protocol over a pipe: JSON, each message ended by a zero octet.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

/// How long anything may take. A machine that is busy is slow to start a browser.
const PATIENCE: Duration = Duration::from_secs(90);

/// The names under which systems have it.
const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "chrome"];

/// The program, or none.
///
/// # Errors
///
/// What to do, if there is none and the environment demands one.
pub(crate) fn program() -> Result<Option<PathBuf>, String> {
    let wanted = std::env::var_os("SINKCHECK_BROWSER").unwrap_or_default();
    if !wanted.is_empty() && wanted != "required" {
        return Ok(Some(wanted.into()));
    }
    let paths = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&paths)
        .flat_map(|folder| NAMES.map(|name| folder.join(name)))
        .find(|program| program.is_file());
    if found.is_none() && wanted == "required" {
        return Err("SINKCHECK_BROWSER=required, and there is no Chromium: install one (Debian: chromium)".into());
    }
    Ok(found)
}

/// A browser that is running, with one page at a time.
pub(crate) struct Browser {
    child: Child,
    into: ChildStdin,
    out: Receiver<Value>,
    sent: u64,
    /// The page that is asked, and how it is asked; the browser itself if there is none.
    target: Option<Value>,
    session: Option<String>,
    /// What it told without having been asked, in order.
    told: Vec<Value>,
    _profile: Folder,
}

impl Browser {
    /// Starts it with an empty profile.
    pub(crate) fn start(program: &Path) -> Self {
        let profile = Folder::new();
        // The protocol is spoken over the descriptors 3 and 4, which only a shell can set without unsafe code.
        let mut child = Command::new("sh")
            .args(["-c", r#"exec "$@" 3<&0 4>&1 </dev/null >/dev/null"#, "sh"])
            .arg(program)
            .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
            .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
            .arg(format!("--user-data-dir={}", profile.0.display()))
            .args(["--remote-debugging-pipe", "about:blank"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("a shell");
        let into = child.stdin.take().expect("it is piped");
        let mut answers = BufReader::new(child.stdout.take().expect("it is piped"));
        let (heard, out) = mpsc::channel();
        std::thread::spawn(move || {
            let mut message = Vec::new();
            while answers.read_until(0, &mut message).is_ok_and(|read| read > 0) {
                message.pop();
                let Ok(value) = serde_json::from_slice(&message) else { return };
                if heard.send(value).is_err() {
                    return;
                }
                message.clear();
            }
        });
        Self { child, into, out, sent: 0, target: None, session: None, told: Vec::new(), _profile: profile }
    }

    /// Goes on with a new page, which knows nothing of the one before.
    pub(crate) fn turn_over(&mut self) {
        self.session = None;
        let target = self.ask("Target.createTarget", json!({ "url": "about:blank" }))["targetId"].clone();
        let session = self.ask("Target.attachToTarget", json!({ "targetId": target, "flatten": true }));
        self.session = session["sessionId"].as_str().map(str::to_owned);
        // A page in the background draws nothing and has no focus.
        self.ask("Page.bringToFront", json!({}));
        self.ask("Emulation.setFocusEmulationEnabled", json!({ "enabled": true }));
        for domain in ["Page", "Runtime", "Log", "Network"] {
            self.ask(&format!("{domain}.enable"), json!({}));
        }
        if let Some(before) = self.target.replace(target) {
            let session = self.session.take();
            self.ask("Target.closeTarget", json!({ "targetId": before }));
            self.session = session;
        }
    }

    /// Asks it something and waits for the answer.
    pub(crate) fn ask(&mut self, method: &str, parameters: Value) -> Value {
        self.sent += 1;
        let mut message = json!({ "id": self.sent, "method": method, "params": parameters });
        if let Some(session) = &self.session {
            message["sessionId"] = session.as_str().into();
        }
        let mut octets = serde_json::to_vec(&message).expect("JSON");
        octets.push(0);
        self.into.write_all(&octets).expect("the browser reads");
        let deadline = Instant::now() + PATIENCE;
        loop {
            let heard = self.hear(deadline, method);
            if heard["id"] == self.sent {
                assert!(heard["error"].is_null(), "{method}: {}", heard["error"]);
                return heard["result"].clone();
            }
            self.told.push(heard);
        }
    }

    /// Opens a file and waits until it is loaded.
    pub(crate) fn open(&mut self, file: &Path, hash: &str) {
        self.navigate(&format!("file://{}{hash}", file.display()));
    }

    fn navigate(&mut self, url: &str) {
        self.told.clear();
        let answer = self.ask("Page.navigate", json!({ "url": url }));
        assert!(answer["errorText"].is_null(), "{url}: {}", answer["errorText"]);
        let deadline = Instant::now() + PATIENCE;
        while !self.told.iter().any(|told| told["method"] == "Page.loadEventFired") {
            let heard = self.hear(deadline, "Page.loadEventFired");
            self.told.push(heard);
        }
    }

    /// Leaves the page for a blank one.
    pub(crate) fn blank(&mut self) {
        self.navigate("about:blank");
    }

    /// The value of an expression of JavaScript in the page; a promise is waited for.
    pub(crate) fn value(&mut self, expression: &str) -> Value {
        let parameters = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let answer = self.ask("Runtime.evaluate", parameters);
        assert!(answer["exceptionDetails"].is_null(), "{expression}: {}", answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Waits until the expression is true.
    pub(crate) fn until(&mut self, condition: &str) {
        let deadline = Instant::now() + PATIENCE;
        let looked = format!("new Promise((ready) => setTimeout(() => ready(Boolean({condition})), 5))");
        while self.value(&looked) != true {
            assert!(Instant::now() < deadline, "it never came true: {condition}");
        }
    }

    /// Presses and lets go of a key, as a person would.
    pub(crate) fn press(&mut self, key: &str) {
        let code = match key {
            "Enter" => 13,
            "Tab" => 9,
            _ => 32,
        };
        let text = if key == "Enter" { "\r" } else { "" };
        for kind in ["keyDown", "keyUp"] {
            let key = json!({ "type": kind, "key": key, "windowsVirtualKeyCode": code, "text": if kind == "keyDown" { text } else { "" } });
            self.ask("Input.dispatchKeyEvent", key);
        }
    }

    /// What was fetched beside the page itself, and what was logged or thrown.
    pub(crate) fn complaints(&mut self) -> Vec<String> {
        // The answer comes after all that was told before it.
        self.value("0");
        let mut complaints = Vec::new();
        let mut pages = 0;
        for told in &self.told {
            match told["method"].as_str().unwrap_or_default() {
                "Network.requestWillBeSent" => {
                    pages += 1;
                    if pages > 1 || told["params"]["type"] != "Document" {
                        complaints.push(format!("fetched {}", told["params"]["request"]["url"]));
                    }
                }
                "Log.entryAdded" | "Runtime.consoleAPICalled" | "Runtime.exceptionThrown" => {
                    complaints.push(told["params"].to_string());
                }
                "Page.javascriptDialogOpening" => complaints.push("a dialog opened".into()),
                _ => {}
            }
        }
        complaints
    }

    fn hear(&mut self, deadline: Instant, what: &str) -> Value {
        match self.out.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(heard) => heard,
            Err(RecvTimeoutError::Timeout) => panic!("{what}: no answer within {PATIENCE:?}"),
            Err(RecvTimeoutError::Disconnected) => panic!("{what}: the browser has ended"),
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A folder for a while.
pub(crate) struct Folder(pub(crate) PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("browser-{}-{number}", std::process::id()));
        std::fs::create_dir_all(&folder).expect("a folder");
        Self(folder)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // Processes of the browser may still be writing into it; the next run doesn't need it gone.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
