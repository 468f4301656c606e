//! Attention in ONNX graphs, one for each way in which exporters write it,
//! against counts by hand: `tests/onnx/attention/expected.csv` has the
//! reckoning.
//!
//! A row has settings (`name=value` is set, what starts with `--` is passed
//! on) and a quantity: `macs`, or `S:P` for a primitive of one stage, of all
//! stages where S is `all`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::program::{count, estimated};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx/attention")
}

#[test]
fn every_spelling_of_attention_counts_what_was_reckoned_by_hand() {
    let text = fs::read_to_string(folder().join("expected.csv")).unwrap();
    let mut wrong = Vec::new();
    for line in text.lines().skip(1) {
        let [file, settings, quantity, right, why] =
            <[&str; 5]>::try_from(line.splitn(5, ',').collect::<Vec<_>>()).unwrap();
        let right: u64 = right.parse().unwrap();
        let found =
            estimated(&folder(), file, settings).map(|estimate| match quantity.split_once(':') {
                Some(("all", primitive)) => count(&estimate, None, primitive),
                Some((stage, primitive)) => count(&estimate, Some(stage), primitive),
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
