//! Short commands as they are typed, from start to end: the best of many runs.
//! `cargo bench --bench commands`; `benches/table.py` holds them, and long ones,
//! against another build.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

const COMMANDS: [&str; 9] = [
    "--version",
    "estimate attention",
    "compare attention",
    "estimate bert-base --movement tiled --by op",
    "claims",
    "report e-att --out OUT",
    "sensitivity pvt-v2",
    "sensitivity attention --samples 1000000",
    "sweep attention --over n=1..1000 --over d=64..1600:64 --over rho=0.01..1:0.01",
];

/// What one run takes.
fn once(words: &[String]) -> Duration {
    let start = Instant::now();
    let ended = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(words)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .unwrap();
    assert!(ended.success(), "{words:?}");
    start.elapsed()
}

fn main() {
    // Cargo gives `--bench`; tests only look whether it runs.
    let least = match std::env::args().any(|word| word == "--bench") {
        true => Duration::from_secs(1),
        false => Duration::ZERO,
    };
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    for command in COMMANDS {
        let words: Vec<String> = command
            .split(' ')
            .map(|word| word.replace("OUT", out))
            .collect();
        let start = Instant::now();
        let mut best = once(&words);
        while start.elapsed() < least {
            best = best.min(once(&words));
        }
        println!("{:>8.1} ms  picojoule {command}", best.as_secs_f64() * 1e3);
    }
}
