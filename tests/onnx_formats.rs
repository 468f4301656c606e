//! In which numbers products are computed, as QDQ and QONNX graphs say it,
//! against counts by hand: `tests/onnx/formats/expected.csv` has the reckoning.
//!
//! A quantity is `macs`, `parameters`, `count:P.F` for a primitive in a format,
//! or `prim:P` for the sum over all formats.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx/formats")
}

fn run(file: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder())
        .args(["estimate", file, "--table", "45nm", "--output", "json"])
        .output()
        .unwrap()
}

/// The estimate of a file as JSON, or what is wrong.
fn estimate(file: &str) -> Result<Value, String> {
    let output = run(file);
    match output.status.success() {
        true => Ok(serde_json::from_slice(&output.stdout).unwrap()),
        false => {
            assert_eq!(output.status.code(), Some(2));
            Err(String::from_utf8_lossy(&output.stderr).into_owned())
        }
    }
}

/// What is counted under `quantity`, over all stages.
fn counted(estimate: &Value, quantity: &str) -> u64 {
    let Some((kind, name)) = quantity.split_once(':') else {
        return estimate[quantity].as_u64().unwrap();
    };
    let stages = estimate["stages"].as_array().unwrap().iter();
    let counts = stages
        .filter_map(|stage| stage["counts"].as_object())
        .flatten();
    counts
        .filter(|(key, _)| match kind {
            "count" => *key == name,
            _ => key.split('.').next() == Some(name),
        })
        .map(|(_, count)| count.as_u64().unwrap())
        .sum()
}

#[test]
fn every_product_is_in_the_numbers_of_the_file() {
    let text = fs::read_to_string(folder().join("expected.csv")).unwrap();
    let mut wrong = Vec::new();
    for line in text.lines().skip(1) {
        let [file, quantity, right, why] =
            <[&str; 4]>::try_from(line.splitn(4, ',').collect::<Vec<_>>()).unwrap();
        let right: u64 = right.parse().unwrap();
        let found = estimate(file).map(|estimate| counted(&estimate, quantity));
        if found != Ok(right) {
            wrong.push(format!(
                "{file}: {quantity} {found:?} instead of {right}: {why}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_no_table_prices_is_said_and_nothing_stands_in_for_it() {
    for (file, missing) in [
        ("refused_4_bits.onnx", "`mul` in int4"),
        ("refused_clipped_to_4_bits.onnx", "`mul` in int4"),
        // −2, −1, 0 and 1 are powers of two.
        ("refused_2_bits.onnx", "`shift` in int2"),
        ("refused_float8.onnx", "`mul` in fp8"),
        ("refused_float4.onnx", "`mul` in fp4"),
    ] {
        let error = estimate(file).unwrap_err();
        let said = format!("error: table `45nm` has no {missing}, which op");
        assert!(error.starts_with(&said), "{file}: {error}");
    }
}

#[test]
fn what_no_circuit_has_is_refused_with_the_reason() {
    let error = estimate("refused_width.onnx").unwrap_err();
    let said = "(Quant): a bit width of 2.5: no circuit multiplies numbers of a fraction of a bit";
    assert!(error.contains(said), "{error}");
    let error = estimate("refused_rounding.onnx").unwrap_err();
    let said = "(Quant): `rounding_mode` is \"NEAREST\"; there are ROUND, HALF_EVEN, ";
    assert!(error.contains(said), "{error}");
}

#[test]
fn the_sign_of_a_relu_is_warned_of() {
    let warned = |file: &str| {
        let notes = String::from_utf8(run(file).stderr).unwrap();
        notes.contains("the sign of a Relu is taken, which is always 1")
    };
    assert!(warned("sign_of_a_relu.onnx"));
    assert!(!warned("signs_by_signs.onnx"));
}
