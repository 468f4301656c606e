//! The share of ones in what is made of bits: joined, multiplied, added.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::process::Command;

use serde_json::Value;

/// Additions of `y`, a product of `op` (4 rows of `width`) with 10 columns,
/// where `op` is made of bits x and z, 4 by 8, of which 0.2 and 0.3 are ones.
fn additions(name: &str, op: &str, width: u64) -> u64 {
    let found = estimate(name, op, width);
    let stages = found["stages"].as_array().unwrap();
    let stage = stages.iter().find(|stage| stage["stage"] == "y").unwrap();
    stage["counts"]["add.fp32"].as_u64().unwrap()
}

fn estimate(name: &str, op: &str, width: u64) -> Value {
    serde_json::from_str(&printed(name, op, width, &["--output", "json"])).unwrap()
}

fn printed(name: &str, op: &str, width: u64, arguments: &[&str]) -> String {
    let text = format!(
        "name = \"{name}\"\n[inputs]\n\
         x = {{ shape = \"4 8\", domain = \"binary\", density = 0.2 }}\n\
         z = {{ shape = \"4 8\", domain = \"binary\", density = 0.3 }}\n\
         any = {{ shape = \"4 8\", domain = \"binary\" }}\n\
         rows = {{ shape = \"4\", domain = \"integer\" }}\n\
         [[op]]\nname = \"made\"\n{op}\n\
         [[op]]\nname = \"y\"\neinsum = \"n k, k m -> n m\"\n\
         inputs = [\"made\", {{ weight = \"{width} 10\" }}]\n"
    );
    let path = std::env::temp_dir().join(format!("joined_bits_{name}_{}.toml", std::process::id()));
    fs::write(&path, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(["estimate", path.to_str().unwrap()])
        .args(arguments)
        .output()
        .unwrap();
    fs::remove_file(&path).unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{name}: {told}");
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn densities_follow_from_those_of_the_operands() {
    // 4 · 8 · 10 = 320 products, of the joined and padded ones 640.
    for (name, op, width, share, right) in [
        (
            "joined",
            "concat = \"n d, n e -> n (d + e)\"\ninputs = [\"x\", \"z\"]",
            16,
            "0.25",
            160,
        ),
        ("both", "apply = \"x * z\"", 8, "at most 0.2", 64),
        ("sum", "apply = \"x + z\"", 8, "at most 0.5", 160),
        ("either", "apply = \"max(x, z)\"", 8, "at most 0.5", 160),
        ("least", "apply = \"min(x, z)\"", 8, "at most 0.2", 64),
        ("rest", "apply = \"1 - x\"", 8, "0.8", 256),
        ("not", "apply = \"not(x)\"", 8, "0.8", 256),
        ("or", "apply = \"or(x, z)\"", 8, "at most 0.5", 160),
        ("xor", "apply = \"xor(x, z)\"", 8, "at most 0.5", 160),
        ("not_of_both", "apply = \"not(x * z)\"", 8, "unknown", 320),
        ("or_of_any", "apply = \"or(x, any)\"", 8, "unknown", 320),
        ("scaled", "apply = \"x * 0.7\"", 8, "0.2", 64),
        // The largest of 3; of one alone.
        (
            "largest",
            "per_element = { compare = 2 }\nkeeps_values = 3\ninputs = [\"x\"]",
            8,
            "at most 0.6",
            192,
        ),
        (
            "itself",
            "per_element = { compare = 0 }\nkeeps_values = \"2 - 1\"\ninputs = [\"z\"]",
            8,
            "0.3",
            96,
        ),
        // Among how many is not said.
        (
            "some",
            "per_element = { compare = 2 }\nkeeps_values = true\ninputs = [\"x\"]",
            8,
            "unknown",
            320,
        ),
        // Any row of 4 may hold all of the ones: 0.2 · 4 of each.
        (
            "chosen",
            "gather = \"n, v d -> n d\"\ninputs = [\"rows\", \"x\"]",
            8,
            "at most 0.8",
            256,
        ),
        // Of a product only a bound is known, so that of the rest nothing is.
        ("rest_of_both", "apply = \"1 - x * z\"", 8, "unknown", 320),
    ] {
        assert_eq!(additions(name, op, width), right, "{name}: {share}");
    }
}

#[test]
fn what_is_taken_of_bits_has_at_most_all_of_their_ones() {
    // A row of 4 may hold all ones: of its 8 bits at most 0.8 are. 8 · 10
    // products. Likewise of what is the largest of a column of 4.
    for (name, taken) in [
        ("row", "index = \"n d -> d\""),
        ("column", "reduce = \"max\"\neinsum = \"n d -> d\""),
    ] {
        let op = format!(
            "reshape = \"1 8\"\ninputs = [\"part\"]\n\
             [[op]]\nname = \"part\"\n{taken}\ninputs = [\"x\"]"
        );
        assert_eq!(additions(name, &op, 8), 64, "{name}");
    }
}

#[test]
fn a_result_says_what_is_not_known_of_its_zeros() {
    let limits = |op: &str| estimate("limits", op, 8)["density_limits"].clone();
    let exact = limits("apply = \"1 - x\"");
    assert_eq!((&exact["bounds"], &exact["full"]), (&0.into(), &0.into()));
    let bound = limits("apply = \"x * z\"");
    assert_eq!((&bound["bounds"], &bound["full"]), (&1.into(), &0.into()));
    let full = limits("apply = \"1 - any\"");
    assert_eq!((&full["bounds"], &full["full"]), (&0.into(), &1.into()));
    // A bound that excludes nothing is no knowledge: 0.3 of 4 rows are more
    // than one row.
    let all = limits("gather = \"n, v d -> n d\"\ninputs = [\"rows\", \"z\"]");
    assert_eq!((&all["bounds"], &all["full"]), (&0.into(), &1.into()));
    let words = |op: &str| {
        let text = printed("words", op, 8, &[]);
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let bound = words("apply = \"x * z\"");
    assert!(bound.contains("Zeros: 1 tensor may have more than are skipped"));
    let full = words("apply = \"1 - any\"");
    assert!(full.contains("Zeros: 1 tensor of bits or other few values taken to have none"));
    assert!(!words("apply = \"1 - x\"").contains("Zeros:"));
}
