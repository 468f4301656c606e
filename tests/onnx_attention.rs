//! Attention in ONNX graphs, one for each way in which exporters write it,
//! against counts by hand: `tests/onnx/attention/expected.csv` has the
//! reckoning.
//!
//! A row has settings (`name=value` is set, what starts with `--` is passed
//! on) and a quantity: `macs`, or `S:P` for a primitive of one stage, of all
//! stages where S is `all`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx/attention")
}

/// The estimate of a file as JSON.
fn estimate(file: &str, settings: &str) -> Result<Value, String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_picojoule"));
    command
        .current_dir(folder())
        .args(["estimate", file, "--output", "json"]);
    for setting in settings.split_whitespace() {
        if !setting.starts_with("--") {
            command.arg("--set");
        }
        command.arg(setting);
    }
    let output = command.output().unwrap();
    match output.status.success() {
        true => Ok(serde_json::from_slice(&output.stdout).unwrap()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

/// How often a stage takes a primitive, over all formats.
fn count(estimate: &Value, stage: &str, primitive: &str) -> u64 {
    let stages = estimate["stages"].as_array().unwrap().iter();
    let counts = stages
        .filter(|found| stage == "all" || found["stage"] == stage)
        .filter_map(|found| found["counts"].as_object())
        .flatten();
    counts
        .filter(|(key, _)| key.split('.').any(|part| part == primitive))
        .map(|(_, count)| count.as_u64().unwrap())
        .sum()
}

#[test]
fn every_spelling_of_attention_counts_what_was_reckoned_by_hand() {
    let text = fs::read_to_string(folder().join("expected.csv")).unwrap();
    let mut wrong = Vec::new();
    for line in text.lines().skip(1) {
        let [file, settings, quantity, right, why] =
            <[&str; 5]>::try_from(line.splitn(5, ',').collect::<Vec<_>>()).unwrap();
        let right: u64 = right.parse().unwrap();
        let found = estimate(file, settings).map(|estimate| match quantity.split_once(':') {
            Some((stage, primitive)) => count(&estimate, stage, primitive),
            None => estimate[quantity].as_u64().unwrap(),
        });
        if found != Ok(right) {
            wrong.push(format!(
                "{file} {settings}: {quantity} is {found:?}, not {right}: {why}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
