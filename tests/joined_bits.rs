//! The share of ones in what is made of bits: joined, multiplied, added.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::process::Command;

use serde_json::Value;

/// Additions of `y`, a product of `op` (4 rows of `width`) with 10 columns,
/// where `op` is made of bits x and z, 4 by 8, of which 0.2 and 0.3 are ones.
fn additions(name: &str, op: &str, width: u64) -> u64 {
    let text = format!(
        "name = \"{name}\"\n[inputs]\n\
         x = {{ shape = \"4 8\", domain = \"binary\", density = 0.2 }}\n\
         z = {{ shape = \"4 8\", domain = \"binary\", density = 0.3 }}\n\
         [[op]]\nname = \"made\"\n{op}\n\
         [[op]]\nname = \"y\"\neinsum = \"n k, k m -> n m\"\n\
         inputs = [\"made\", {{ weight = \"{width} 10\" }}]\n"
    );
    let path = std::env::temp_dir().join(format!("joined_bits_{name}_{}.toml", std::process::id()));
    fs::write(&path, text).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(["estimate", path.to_str().unwrap(), "--output", "json"])
        .output()
        .unwrap();
    fs::remove_file(&path).unwrap();
    assert!(
        output.status.success(),
        "{name}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let stages = found["stages"].as_array().unwrap();
    let stage = stages.iter().find(|stage| stage["stage"] == "y").unwrap();
    stage["counts"]["add.fp32"].as_u64().unwrap()
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
        ("rest", "apply = \"1 - x\"", 8, "0.8", 256),
        ("scaled", "apply = \"x * 0.7\"", 8, "0.2", 64),
        // Of a product only a bound is known, so that of the rest nothing is.
        ("rest_of_both", "apply = \"1 - x * z\"", 8, "unknown", 320),
    ] {
        assert_eq!(additions(name, op, width), right, "{name}: {share}");
    }
}
