//! ONNX graphs of a few nodes, each with one thing that an importer may miss,
//! against counts by hand: `tests/onnx/small/expected.csv` has the reckoning,
//! `tests/onnx/values/expected.csv` that of values which spare multiplications,
//! `tests/onnx/operators/expected.csv` that of fused operators and of models of
//! `ai.onnx.ml`,
//! `tests/onnx/conventions/expected.csv` that of what counters differ in.
//!
//! A row has settings (`name=value` is set, what starts with `--` is passed
//! on) and a quantity: `macs`, `parameters`, a primitive of one stage over all
//! formats, as in `norm:add`, of all stages where it is `prim:add`, or
//! `left_out:TEXT` for the operators that are left out with this text.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::program::{count, estimated};
use serde_json::Value;

fn folder(name: &str) -> PathBuf {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx");
    all.join(name)
}

/// How many of the operators that are left out are listed with this text.
fn left_out(estimate: &Value, text: &str) -> u64 {
    let listed = estimate["left_out"].as_array().unwrap().iter();
    let named = |entry: &&Value| entry["operator"].as_str().unwrap().contains(text);
    listed
        .filter(named)
        .map(|entry| entry["count"].as_u64().unwrap())
        .sum()
}

#[test]
fn every_small_graph_counts_what_was_reckoned_by_hand() {
    counts_as_reckoned(&folder("small"));
}

#[test]
fn conventions_leave_out_what_was_reckoned_by_hand() {
    counts_as_reckoned(&folder("conventions"));
}

#[test]
fn values_survive_what_keeps_them() {
    counts_as_reckoned(&folder("values"));
}

#[test]
fn operators_of_one_node_are_taken_apart() {
    counts_as_reckoned(&folder("operators"));
}

fn counts_as_reckoned(folder: &Path) {
    let text = fs::read_to_string(folder.join("expected.csv")).unwrap();
    let mut wrong = Vec::new();
    for line in text.lines().skip(1) {
        let [file, settings, quantity, right, why] =
            <[&str; 5]>::try_from(line.splitn(5, ',').collect::<Vec<_>>()).unwrap();
        let right: u64 = right.parse().unwrap();
        let found =
            estimated(folder, file, settings).map(|estimate| match quantity.split_once(':') {
                Some(("left_out", text)) => left_out(&estimate, text),
                Some(("prim", name)) => count(&estimate, None, name),
                Some((stage, name)) => count(&estimate, Some(stage), name),
                _ => estimate[quantity].as_u64().unwrap(),
            });
        if found != Ok(right) {
            wrong.push(format!(
                "{file}: {quantity} {found:?} instead of {right}: {why}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The heads of the rows, and the head of all.
    let known: BTreeSet<&str> = text
        .lines()
        .filter_map(|line| line.split(',').next())
        .collect();
    let files = fs::read_dir(folder).unwrap().count();
    assert_eq!(files, known.len(), "a row for every file");
}
