//! Graphs of which some dims are given: shapes are inferred with their sizes.
//! `tests/onnx/given.py` makes the files.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn picojoule(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx/given"))
        .args(arguments)
        .output()
        .unwrap()
}

/// The estimate of a file with these settings, or why there is none.
fn estimate(file: &str, settings: &[&str]) -> Result<Value, String> {
    let mut arguments = vec!["estimate", file, "--output", "json"];
    arguments.extend(settings.iter().flat_map(|setting| ["--set", setting]));
    let output = picojoule(&arguments);
    match output.status.code() {
        Some(0) => Ok(serde_json::from_slice(&output.stdout).unwrap()),
        Some(2) => Err(String::from_utf8(output.stderr).unwrap()),
        other => panic!("ended with {other:?}"),
    }
}

/// How often a primitive is counted in fp32.
fn primitive(estimate: &Value, name: &str) -> u64 {
    let stages = estimate["stages"].as_array().unwrap().iter();
    let key = format!("{name}.fp32");
    stages
        .filter_map(|stage| stage["counts"][&key].as_u64())
        .sum()
}

/// For 16 × 12: halves of 8 × 6 and 4 × 3 pixels of 2 channels, each of 2·3·3
/// products, 2·48·18 + 2·12·18 = 2160. For 14 columns the halves are 7 and 4,
/// and twice 4 is not 7.
#[test]
fn a_skip_connection_fits_for_the_sizes_given() {
    let found = estimate("skip.onnx", &["rows=16", "columns=12"]).unwrap();
    assert_eq!(found["macs"], 2160);
    assert_eq!(found["dims"]["rows"], 16);
    let refused = estimate("skip.onnx", &["rows=16", "columns=14"]).unwrap_err();
    assert!(
        refused.contains("[1, 2, 8, 7] and [1, 2, 8, 8] cannot be combined"),
        "{refused}"
    );
}

/// 5 rows of 6 by 6 × 7: 5·6·7 = 210. What is not given stays open.
#[test]
fn a_contracted_dim_is_the_number_given() {
    let found = estimate("contracted.onnx", &["n=5", "features=6"]).unwrap();
    assert_eq!(found["macs"], 210);
    let missing = estimate("contracted.onnx", &["features=6"]).unwrap_err();
    assert!(missing.contains("needs a value for `n`"), "{missing}");
    let other = estimate("contracted.onnx", &["n=5", "features=8"]).unwrap_err();
    assert!(other.contains('6') && other.contains('8'), "{other}");
}

/// For 3 rows of 4 a matrix of 4 × 4: 48 products. For 1 row 4 comparisons.
#[test]
fn a_branch_is_chosen_by_the_dims_given() {
    let several = estimate("branch.onnx", &["rows=3"]).unwrap();
    assert_eq!(several["macs"], 48);
    assert_eq!(primitive(&several, "compare"), 0);
    let one = estimate("branch.onnx", &["rows=1"]).unwrap();
    assert_eq!(one["macs"], 0);
    assert_eq!(primitive(&one, "compare"), 4);
}

/// A key of 8 with itself and those before it: 8·(past + 1) products and past + 1
/// additions of a mask, whose length follows.
#[test]
fn a_dim_that_is_a_formula_follows_from_the_others() {
    for (past, keys) in [(0, 1), (6, 7)] {
        let found = estimate("cache.onnx", &[&format!("past_length={past}")]).unwrap();
        assert_eq!(found["macs"], 8 * keys);
        assert_eq!(primitive(&found, "add"), 8 * keys + keys);
    }
    // It may be said, too, if it is the same.
    let same = estimate("cache.onnx", &["past_length=6", "past_length + 1=7"]).unwrap();
    assert_eq!(same["macs"], 56);
    let other = estimate("cache.onnx", &["past_length=6", "past_length + 1=9"]).unwrap_err();
    assert!(
        other.contains("`past_length + 1` is set to 9, but is 7"),
        "{other}"
    );
}

/// 3·4·5 and 2·4·5 products: 100. The name of the file and that of the model
/// file mean the same, also in what `import` writes.
#[test]
fn a_dim_is_set_by_the_name_of_the_file() {
    for name in ["p2o.DynamicDimension.0", "p2o_DynamicDimension_0"] {
        let found = estimate("names.onnx", &[&format!("{name}=3"), "z_axis0=2"]).unwrap();
        assert_eq!(found["macs"], 100, "{name}");
    }
    let missing = estimate("names.onnx", &["z_axis0=2"]).unwrap_err();
    assert!(
        missing.contains("`--set p2o.DynamicDimension.0=…`"),
        "{missing}"
    );
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("names.toml");
    let path = path.to_str().unwrap();
    let written = picojoule(&["import", "names.onnx", "--set", "z_axis0=2", "-o", path]);
    assert!(written.status.success());
    let found = estimate(path, &["p2o.DynamicDimension.0=3"]).unwrap();
    assert_eq!(found["macs"], 100);
    for (setting, message) in [
        ("q=1", "unknown dim or parameter `q`"),
        ("z_axis0=-1", "no size"),
        ("z_axis0=10^16", "no size"),
        ("45nm.fp32.mul=1", "an import has no prices to set"),
    ] {
        let refused = picojoule(&["import", "names.onnx", "--set", setting]);
        let error = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(2), "{setting}");
        assert!(error.contains(message), "{error}");
    }
    let missing = estimate(path, &[]).unwrap_err();
    assert!(missing.contains("p2o_DynamicDimension_0"), "{missing}");
}

/// What is swept stays open, by the name of the file, too.
#[test]
fn a_dim_is_swept_by_the_name_of_the_file() {
    let swept = picojoule(&[
        "sweep",
        "names.onnx",
        "--set",
        "z_axis0=2",
        "--over",
        "p2o.DynamicDimension.0=3,4",
        "--output",
        "csv",
    ]);
    let error = String::from_utf8_lossy(&swept.stderr);
    assert!(swept.status.success(), "{error}");
}

/// A swept dim stays open beside one that is given.
#[test]
fn what_is_given_and_what_is_swept_stand_side_by_side() {
    let sweep = picojoule(&[
        "sweep",
        "contracted.onnx",
        "--set",
        "features=6",
        "--over",
        "n=2..3",
        "--output",
        "csv",
    ]);
    assert!(
        sweep.status.success(),
        "{}",
        String::from_utf8_lossy(&sweep.stderr)
    );
    let negative = estimate("contracted.onnx", &["n=-5", "features=6"]).unwrap_err();
    assert!(
        negative.contains("dim `n` is -5: not above 0"),
        "{negative}"
    );
}

/// A convolution padded to the extent of its input, whatever that is: 6·2·4
/// products for each of ⌈n/2⌉ places, of 4.6 pJ each.
#[test]
fn an_open_length_may_be_padded_to_itself() {
    let graph = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/onnx/conventions/conv_same.onnx"
    );
    let output = picojoule(&["sweep", graph, "--over", "n=8,9", "--output", "csv"]);
    let text = String::from_utf8(output.stdout).unwrap();
    let energies: Vec<f64> = (text.lines().skip(1))
        .map(|line| line.rsplit(',').next().unwrap().parse().unwrap())
        .collect();
    for (found, places) in energies.iter().zip([4.0, 5.0]) {
        let expected = places * 48.0 * 4.6;
        assert!((found - expected).abs() < 1e-9 * expected, "{text}");
    }
    assert_eq!(energies.len(), 2, "{text}");
}
