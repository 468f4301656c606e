//! Parameters of ONNX graphs are what the file holds and training changes, each
//! tensor once. The graphs are written by `tests/onnx/parameters.py`.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn estimate(file: &str, binds: &str) -> Value {
    let mut arguments = vec!["estimate", file, "--table", "45nm", "--output", "json"];
    for bind in binds.split(';').filter(|bind| !bind.is_empty()) {
        arguments.extend(["--set", bind]);
    }
    // What the format is changes no count of parameters.
    arguments.extend(["--format", "fp32"]);
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(&arguments)
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx"))
        .output()
        .unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{file}: {error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

fn parameters(name: &str) -> u64 {
    let estimate = estimate(&format!("parameters/{name}.onnx"), "");
    estimate["parameters"].as_u64().unwrap()
}

#[test]
fn a_tensor_counts_once_however_often_it_is_used() {
    assert_eq!(parameters("used_twice"), 10 * 10);
    // The table of words is that of the head, turned; 8·8 between them.
    assert_eq!(parameters("tied"), 50 * 8 + 8 * 8);
    // A matrix of 8·8, a bias, a gain and a shift.
    let layer = 64 + 3 * 8;
    assert_eq!(parameters("layers_shared"), layer);
    assert_eq!(parameters("layers_own"), 3 * layer);
}

#[test]
fn what_is_shared_is_computed_as_often_as_before() {
    let counts = |name: &str| {
        let estimate = estimate(&format!("parameters/{name}.onnx"), "");
        let mut all: BTreeMap<String, u64> = BTreeMap::new();
        for stage in estimate["stages"].as_array().unwrap() {
            for (key, count) in stage["counts"].as_object().unwrap() {
                *all.entry(key.clone()).or_default() += count.as_u64().unwrap();
            }
        }
        (estimate["macs"].as_u64().unwrap(), all)
    };
    let (macs, shared) = counts("layers_shared");
    assert_eq!(macs, 3 * 4 * 64);
    assert_eq!((macs, shared), counts("layers_own"));
}

/// What is told of an import.
fn told(name: &str) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(["import", &format!("parameters/{name}.onnx")])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx"))
        .output()
        .unwrap();
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn biases_of_zeros_that_an_exporter_took_away_are_told() {
    // 2·3·4·4 of the windows, 2·5, and 5·4 with a bias of 4; the biases of 2
    // and 5 are in no file.
    assert_eq!(parameters("lost_bias"), 96 + 10 + 24);
    let lost = told("lost_bias");
    assert!(lost.contains("2 products lost a bias of zeros"), "{lost}");
}

#[test]
fn equal_gains_that_became_one_are_told() {
    let shared = told("layers_shared");
    assert!(shared.contains("2 normalisations share a gain"), "{shared}");
    assert_eq!(told("layers_own"), "");
}

#[test]
fn biases_and_normalisations_have_their_own_numbers() {
    // A gain and a shift for each channel; mean and variance are not learnt.
    assert_eq!(parameters("batch_norm"), 2 * 8);
    // One number a channel, not one a channel and place of the window.
    assert_eq!(parameters("conv_transpose"), 4 * 6 * 16 + 6);
    // Two biases for each of 4·16 gates.
    assert_eq!(parameters("lstm"), 64 * 8 + 64 * 16 + 2 * 64);
}

#[test]
fn masks_states_and_constants_are_none() {
    assert_eq!(parameters("zero_state"), 8 * 3);
    for name in ["mask_of_few", "mask_of_many", "mask_said"] {
        assert_eq!(parameters(name), 8 * 8, "{name}");
    }
    // A bias that heads have for themselves is learnt.
    assert_eq!(parameters("head_bias"), 2 * 6 * 6);
    assert_eq!(parameters("constant_node"), 8 * 3);
}

#[test]
fn what_was_computed_before_counts_as_what_it_was_computed_from() {
    // All 32 rows, of which four are used.
    assert_eq!(parameters("sliced_table"), 32 * 8);
    // Two factors, not their product of 64·64.
    assert_eq!(parameters("low_rank"), 2 * 64 * 2);
    // Queries and the matrix that they go through, not its 3·16 results.
    assert_eq!(parameters("queries"), 3 * 16 + 16 * 16);
}

#[test]
fn what_the_exporter_says_decides() {
    // A matrix and a temperature; a gain that was computed from a parameter.
    // Neither a buffer nor a table that was computed from none.
    assert_eq!(parameters("said"), 64 + 1 + 4 * 8);
}

#[test]
fn what_the_exporter_wrote_twice_counts_once() {
    // A table of 50 words, and its turned copy at the head.
    assert_eq!(parameters("copied_head"), 50 * 8);
    // One matrix in two layers, each of which holds it turned.
    assert_eq!(parameters("copied_layer"), 8 * 8);
    // A token without a path, once for each of two sequences, as the file has
    // it, and a matrix; the state that began as zeros is none.
    assert_eq!(parameters("token"), 2 * 8 + 8 * 3);
}

#[test]
fn weights_of_what_is_known_before_the_network_runs_are_learnt() {
    // Three queries, their matrix, and what they read by a softmax.
    assert_eq!(parameters("learnt_tokens"), 3 * 16 + 16 * 16 + 3 * 16);
    // A slope for each of six channels.
    assert_eq!(parameters("slopes"), 6);
}

#[test]
fn weights_that_every_turn_reads_count_once() {
    for name in ["read_each_turn", "handed_on"] {
        let found = estimate(&format!("parameters/{name}.onnx"), "");
        assert_eq!(found["parameters"], 8 * 8, "{name}");
        // Five turns of four rows.
        assert_eq!(found["macs"], 5 * 4 * 8 * 8, "{name}");
    }
    // The state that a scan begins with is no weight.
    let found = estimate("parameters/scanned.onnx", "");
    assert_eq!(found["parameters"], 8 * 8);
    assert_eq!(found["macs"], 6 * 4 * 8 * 8);
}

/// Fixtures by how their names begin, with what their files hold beyond what
/// PyTorch counts, and why. None of it can be told from the file.
const OTHERS: [(&str, i64, &str); 15] = [
    (
        "bert_dyn18.",
        896,
        "rows of positions 16·64 and of segments 2·16·64, not their tables of 32·64 and 2·64",
    ),
    ("bert_ort_dyn18.", 896, "as before"),
    ("bert_mask_dyn18.", 896, "as before"),
    ("bert_mask_dyn23.", 896, "as before"),
    (
        "gpt2_dyn18.",
        6400 - 1024,
        "the head's own table, turned; 16 of 32 rows of positions",
    ),
    ("gpt2_", 6400, "the head's own table, turned"),
    (
        "t5_dyn18.",
        9216,
        "biases of all pairs of tokens, 2·(2048 + 1152 + 1536), not two tables of 32·4",
    ),
    (
        "vit_dyn18.",
        64,
        "the class token, once for each of 2 images",
    ),
    ("vit_sdpa_dyn18.", 64, "as before"),
    ("vit_sdpa_dyn23.", 64, "as before"),
    ("resnet_", -208, "normalisations folded into convolutions"),
    ("mobile_", -160, "as before"),
    (
        "signal_dyn18.",
        2,
        "gains of 1 for the two groups of a normalisation",
    ),
    (
        "misc_dyn18.",
        2054,
        "2·4·16·16 zeros and 2·3 ones that the module makes",
    ),
    ("misc_dyn18_sym.", 6, "2·3 ones that the module makes"),
];

#[test]
fn exported_networks_have_the_parameters_of_the_module() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx");
    let text = fs::read_to_string(folder.join("expected.csv")).unwrap();
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.splitn(5, ',').collect();
        let (file, binds, right) = (fields[0], fields[1], fields[3].parse::<i64>().unwrap());
        // Bodies of branches and loops, and graphs made by hand, are tried for
        // themselves.
        let exported = ["_dyn", "_ts", "_ort", "_session", "_qdq", "_qop", "_qdyn"];
        if !exported.iter().any(|part| file.contains(part)) {
            continue;
        }
        let found = estimate(file, binds)["parameters"].as_i64().unwrap();
        let other = OTHERS.iter().find(|(prefix, ..)| file.starts_with(prefix));
        // This one was exported with its normalisations in place.
        let other = other.filter(|_| !file.starts_with("resnet_bn"));
        let more = other.map_or(0, |(_, more, _)| *more);
        assert_eq!(found - right, more, "{file}");
    }
}

/// Fixtures of which not every branch is taken, with what the others hold.
const NOT_TAKEN: [(&str, u64, &str); 3] = [
    ("if_const.onnx", 64 * 256, "the branch of 64·256"),
    ("if_shape.onnx", 64 * 64, "the branch of 64·64"),
    ("small/branch_by_a_rate.onnx", 4 * 5, "the branch of 4·5"),
];

#[test]
fn fixtures_have_the_parameters_that_training_would_change() {
    // Reckoned from the files by tests/onnx/learnt.py.
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx");
    let text = fs::read_to_string(folder.join("learnt.csv")).unwrap();
    let mut tried = 0;
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.rsplitn(2, ',').collect();
        let (file, settings) = fields[1].split_once(',').unwrap();
        let right: u64 = fields[0].parse().unwrap();
        let other = NOT_TAKEN.iter().find(|(name, ..)| *name == file);
        let other = other.map_or(0, |(_, other, _)| *other);
        let found = estimate(file, settings.trim_matches('"'));
        assert_eq!(found["parameters"].as_u64(), Some(right - other), "{file}");
        tried += 1;
    }
    assert!(tried > 350, "{tried}");
}
