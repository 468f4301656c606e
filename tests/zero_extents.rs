//! Tensors without elements: valid, and free of cost.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::process::Command;

use serde_json::Value;

/// A step of a decoder behind a cache that may be empty: the scores of `seq`
/// tokens with all that came before, their sums, and a sum over the cache.
const CACHE: &str = r#"
name = "cache"
needs = [{ name = "past", least = 0 }]
dims = { seq = { value = 5, least = 0 }, d = 8 }
output = "r"

[inputs]
q = "seq d"
v = "(past + seq) d"
p = "past d"

[[op]]
name = "y"
einsum = "n d, m d -> n m"
inputs = ["q", "v"]

[[op]]
name = "z"
einsum = "n m, m d -> n d"
inputs = ["y", "v"]

[[op]]
name = "w"
einsum = "m d -> d"
inputs = ["p"]

[[op]]
name = "r"
apply = "max(w, 0)"
"#;

/// What `picojoule` says of the model in a file of its own.
fn run(text: &str, arguments: &[&str]) -> Result<Value, String> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.toml");
    std::fs::write(&file, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .arg("estimate")
        .arg(&file)
        .args(["--output", "json"])
        .args(arguments)
        .output()
        .unwrap();
    match output.status.code() {
        Some(0) => Ok(serde_json::from_slice(&output.stdout).unwrap()),
        Some(2) => Err(String::from_utf8(output.stderr).unwrap()),
        other => panic!("ended with {other:?}"),
    }
}

/// How often a primitive is counted in one stage.
fn counted(estimate: &Value, stage: &str, key: &str) -> u64 {
    let stages = estimate["stages"].as_array().unwrap();
    let found = stages.iter().find(|found| found["stage"] == stage).unwrap();
    found["counts"][key].as_u64().unwrap_or(0)
}

/// Scores 5·5·8 and sums 5·5·8 are 400 products; nothing is added over the
/// empty cache.
#[test]
fn an_empty_past_costs_nothing() {
    let estimate = run(CACHE, &["--set", "past=0"]).unwrap();
    assert_eq!(estimate["macs"], 400);
    assert_eq!(counted(&estimate, "w", "add.fp32"), 0);
    assert_eq!(counted(&estimate, "r", "compare.fp32"), 8);
    // With a past of 3: 5·8·8 twice, and 3·8 sums.
    let estimate = run(CACHE, &["--set", "past=3"]).unwrap();
    assert_eq!(estimate["macs"], 640);
    assert_eq!(counted(&estimate, "w", "add.fp32"), 24);
}

/// Between k terms stand k − 1 additions, but between none stand none: 25 sums
/// of 8 are 175, 40 of 5 are 160, and 8 over nothing are 0 and not −8.
#[test]
fn between_no_terms_there_is_no_addition() {
    let estimate = run(CACHE, &["--set", "past=0", "--dot-adds", "k-1"]).unwrap();
    assert_eq!(counted(&estimate, "y", "add.fp32"), 175);
    assert_eq!(counted(&estimate, "z", "add.fp32"), 160);
    assert_eq!(counted(&estimate, "w", "add.fp32"), 0);
    let nothing = ["--set", "past=0", "--set", "seq=0", "--dot-adds", "k-1"];
    let estimate = run(CACHE, &nothing).unwrap();
    assert_eq!(estimate["macs"], 0);
    assert_eq!(counted(&estimate, "z", "add.fp32"), 0);
}

/// A written 0 is meant; a dim is 0 only where it says so, also by a formula.
#[test]
fn only_what_says_so_may_be_empty() {
    let written =
        "name = \"e\"\n[inputs]\nx = \"0 4\"\n[[op]]\nname = \"y\"\napply = \"max(x, 0)\"\n";
    let estimate = run(written, &[]).unwrap();
    assert_eq!(counted(&estimate, "y", "compare.fp32"), 0);
    for (setting, message) in [
        ("d=0", "dim `d` is 0: not above 0"),
        ("d=0*past", "dim `d` is 0: not above 0"),
        ("seq=-1", "dim `seq` is -1: below 0"),
    ] {
        let refused = run(CACHE, &["--set", "past=3", "--set", setting]).unwrap_err();
        assert!(refused.contains(message), "{refused}");
    }
    let negative = run(CACHE, &["--set", "past=3", "--set", "seq=past-4"]).unwrap_err();
    assert!(negative.contains("dim `seq` is -1: below 0"), "{negative}");
    let least = run(
        &CACHE.replacen("least = 0", "least = 7", 1),
        &["--set", "past=8"],
    );
    assert!(least.unwrap_err().contains("a whole number from 0 to 1"));
}

/// A stack that may have no layer: `m` rows through `layers` matrices of 4 × 4
/// and a comparison each, and 4·3 products behind it.
const STACK: &str = r#"
name = "stack"
dims = { layers = { value = 2, least = 0 }, m = 5 }
output = "y"

[inputs]
x = { shape = "m 4", domain = "binary" }

[[op]]
name = "deep"
block = "layer"
repeat = "layers"
inputs = ["x"]

[[op]]
name = "y"
einsum = "m k, k n -> m n"
inputs = ["deep", { weight = "4 3" }]

[[block]]
name = "layer"
inputs = { x = "m k" }
output = "r"

[[block.op]]
name = "p"
einsum = "m k, k n -> m n"
inputs = ["x", { weight = "k k" }]

[[block.op]]
name = "r"
apply = "max(p, 0)"
"#;

/// Behind two layers stand real numbers: 5·4·3 = 60 multiplications, and 5·4·4
/// in the second layer. Without any the bits of the input come out: the last
/// product selects, and nothing of the layer is counted, nor its weights.
#[test]
fn a_block_that_repeats_no_time_costs_nothing() {
    let total = |estimate: &Value, key: &str| -> u64 {
        let stages = estimate["stages"].as_array().unwrap().iter();
        stages
            .filter_map(|stage| stage["counts"][key].as_u64())
            .sum()
    };
    let two = run(STACK, &[]).unwrap();
    assert_eq!(total(&two, "mul.fp32"), 140);
    assert_eq!(total(&two, "compare.fp32"), 40);
    assert_eq!(two["parameters"], 44);
    let none = run(STACK, &["--set", "layers=0"]).unwrap();
    assert_eq!(total(&none, "mul.fp32"), 0);
    assert_eq!(total(&none, "compare.fp32"), 0);
    assert_eq!(total(&none, "select.fp32"), 60);
    assert_eq!(none["parameters"], 12);
    for (set, message) in [
        ("layers=-1", "dim `layers` is -1: below 0"),
        ("layers=0.5", "not a whole number"),
    ] {
        let refused = run(STACK, &["--set", set]).unwrap_err();
        assert!(refused.contains(message), "{refused}");
    }
    let least = run(&STACK.replace(", least = 0", ""), &["--set", "layers=0"]);
    assert!(
        least
            .unwrap_err()
            .contains("dim `layers` is 0: not above 0")
    );
}
