//! A browser without a window, told what to do over a pipe.
//!
//! Chromium speaks JSON over two file descriptors (`--remote-debugging-pipe`), each
//! message ended by a zero byte. A shell hands it two named pipes as these, so that
//! no crate and no port is needed.

use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

/// However slow the machine is.
const PATIENCE: Duration = Duration::from_secs(180);

/// A browser with one page open.
pub struct Browser {
    child: Child,
    input: File,
    messages: Receiver<Value>,
    next: u64,
    session: Option<String>,
    /// What was said that should not have been: errors, and requests beside the page.
    pub complaints: Vec<String>,
    /// The profile, gone with the browser.
    _folder: TempDir,
}

/// Where the browser is; `None` where there is none, which is said, and is a failure
/// where all tools are required.
fn chromium() -> Option<PathBuf> {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&folders)
        .flat_map(|folder| ["chromium", "chromium-browser"].map(|name| folder.join(name)))
        .find(|path| path.is_file());
    if found.is_none() {
        let required = std::env::var("PICOJOULE_TEST_TOOLS").is_ok_and(|tools| tools == "required");
        assert!(!required, "chromium is not installed");
        eprintln!("skipped: chromium is not installed");
    }
    found
}

impl Browser {
    /// A browser, if one is installed.
    pub fn start() -> Option<Browser> {
        let chromium = chromium()?;
        let folder = TempDir::new().unwrap();
        let [input, output] = ["in", "out"].map(|name| folder.path().join(name));
        let made = Command::new("mkfifo").args([&input, &output]).status();
        assert!(made.unwrap().success());
        let child = Command::new("sh")
            .args(["-c", r#"exec "$0" "$@" 3<"$IN" 4>"$OUT""#])
            .arg(chromium)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--no-first-run",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
            ])
            .args(["--disable-dev-shm-usage", "--remote-debugging-pipe"])
            .arg(format!(
                "--user-data-dir={}",
                folder.path().join("profile").display()
            ))
            .env("IN", &input)
            .env("OUT", &output)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let input = File::options().write(true).open(input).unwrap();
        let output = BufReader::new(File::open(output).unwrap());
        let (send, messages) = channel();
        std::thread::spawn(move || {
            for message in output.split(0) {
                let Ok(message) = message else { break };
                if send
                    .send(serde_json::from_slice(&message).unwrap())
                    .is_err()
                {
                    break;
                }
            }
        });
        let mut browser = Browser {
            child,
            input,
            messages,
            next: 0,
            session: None,
            complaints: Vec::new(),
            _folder: folder,
        };
        let target = browser.ask("Target.createTarget", json!({"url": "about:blank"}));
        let target = json!({"targetId": target["targetId"], "flatten": true});
        let session = browser.ask("Target.attachToTarget", target);
        browser.session = session["sessionId"].as_str().map(str::to_owned);
        for domain in ["Page", "Runtime", "Log", "Network"] {
            browser.ask(&format!("{domain}.enable"), json!({}));
        }
        browser.look(1280, 900, "light");
        Some(browser)
    }

    /// What the browser answers.
    pub fn ask(&mut self, method: &str, parameters: Value) -> Value {
        self.next += 1;
        let mut message = json!({"id": self.next, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.input
            .write_all(format!("{message}\0").as_bytes())
            .unwrap();
        let until = Instant::now() + PATIENCE;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let message = self.messages.recv_timeout(left).unwrap();
            if message["id"] == self.next {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
            self.note(&message);
        }
    }

    /// Notes what a page should not do.
    fn note(&mut self, message: &Value) {
        let about = &message["params"];
        let is_bad = match message["method"].as_str().unwrap_or_default() {
            "Runtime.exceptionThrown" | "Log.entryAdded" => true,
            "Runtime.consoleAPICalled" => about["type"] == "error" || about["type"] == "warning",
            "Network.requestWillBeSent" => {
                let url = about["request"]["url"].as_str().unwrap();
                !url.starts_with("file://") || about["type"] != "Document"
            }
            _ => false,
        };
        if is_bad {
            self.complaints.push(message.to_string());
        }
    }

    /// The size of the window, and whether the reader likes it dark.
    pub fn look(&mut self, width: u32, height: u32, scheme: &str) {
        let size = json!({
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500,
        });
        self.ask("Emulation.setDeviceMetricsOverride", size);
        let scheme = json!({"name": "prefers-color-scheme", "value": scheme});
        self.ask("Emulation.setEmulatedMedia", json!({"features": [scheme]}));
    }

    /// Opens a file at a fragment, and waits until the page has drawn itself.
    pub fn open(&mut self, page: &Path, fragment: &str) {
        // Another fragment of the same page would not load it again.
        self.ask("Page.navigate", json!({"url": "about:blank"}));
        let url = format!("file://{}#{fragment}", page.display());
        self.ask("Page.navigate", json!({"url": url}));
        let until = Instant::now() + PATIENCE;
        while self.run("typeof window.picojoule") != "object" {
            assert!(
                Instant::now() < until,
                "the page does not start: {:?}",
                self.complaints
            );
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// The value of an expression, waited for where it is a promise.
    pub fn run(&mut self, expression: &str) -> Value {
        let asked = json!({
            "expression": expression, "awaitPromise": true, "returnByValue": true,
            "userGesture": true,
        });
        let answer = self.ask("Runtime.evaluate", asked);
        let fault = &answer["exceptionDetails"];
        assert!(fault.is_null(), "{expression}: {fault}");
        answer["result"]["value"].clone()
    }

    /// The same once what was changed has been drawn.
    pub fn drawn(&mut self, expression: &str) -> Value {
        let settled =
            "new Promise(done => setTimeout(() => requestAnimationFrame(() => done()), 400))";
        self.run(settled);
        self.run(expression)
    }

    /// A key, pressed and let go.
    pub fn press(&mut self, key: &str, text: &str) {
        let code = match key {
            "Tab" => 9,
            "Enter" => 13,
            "ArrowRight" => 39,
            "ArrowLeft" => 37,
            "ArrowUp" => 38,
            "ArrowDown" => 40,
            " " => 32,
            key => u32::from(key.as_bytes()[0]),
        };
        for kind in ["keyDown", "keyUp"] {
            let mut event = json!({"type": kind, "key": key, "windowsVirtualKeyCode": code});
            if kind == "keyDown" && !text.is_empty() {
                event["text"] = json!(text);
            }
            self.ask("Input.dispatchKeyEvent", event);
        }
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
