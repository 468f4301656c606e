//! What is said where something is not as it seems: of files that are taken for
//! others, of what is left out, of entries that another table lends.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};

use common::program::{self, picojoule, refused};

/// What is printed as one line, wherever a terminal would break it.
fn printed(folder: &Path, arguments: &[&str]) -> String {
    let text = program::printed(folder, arguments);
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    folder
}

/// 5·6·7 = 210 multiplications and additions.
const PRODUCT: &str = "name = 'product'\ninputs = { x = '5 6' }\n[[op]]\nname = 'y'\n\
    einsum = 'n k, k m -> n m'\ninputs = ['x', { weight = '6 7' }]\n";

#[test]
fn a_block_is_no_model() {
    let shipped = refused(&root(), &["estimate", "relu"]);
    assert!(shipped.contains("`relu` is a block, and no model"));
    assert!(shipped.contains("`--variants relu`"), "{shipped}");
    let block = "name = 'b'\ninputs = { x = 'n d' }\n[[op]]\nname = 'y'\napply = 'x + 1'\n";
    let own = folder(&[("b.toml", block)]);
    let own = refused(own.path(), &["estimate", "./b.toml"]);
    assert!(own.contains("unknown name `n`"), "{own}");
    assert!(own.contains("`--variants ./b.toml`"), "{own}");
}

#[test]
fn files_of_other_tools_are_no_toml() {
    for (file, what) in [
        ("a.h5", "a Keras file"),
        ("a.tflite", "a TensorFlow Lite file"),
        ("a.PT", "a PyTorch file"),
    ] {
        let folder = folder(&[(file, "x")]);
        let path = format!("./{file}");
        let error = refused(folder.path(), &["estimate", &path]);
        assert!(
            error.contains(&format!("is {what}, which is not read")),
            "{error}"
        );
        assert!(error.contains("`.onnx`"), "{error}");
    }
}

#[test]
fn a_function_that_nothing_prices_is_no_slip() {
    let of = |call: &str| {
        let text = format!("name='m'\ninputs={{x='4'}}\n[[op]]\nname='y'\napply='{call}'\n");
        refused(folder(&[("m.toml", &text)]).path(), &["estimate", "m.toml"])
    };
    let sine = of("sin(x)");
    assert!(!sine.contains("did you mean"), "{sine}");
    assert!(sine.contains("`uncounted = \"sin\"`"), "{sine}");
    assert!(of("sing(x)").contains("did you mean `sign`?"));
}

/// Why an operator of a graph is left out is said once, and nothing is said to
/// be free of cost.
#[test]
fn what_is_left_out_is_said_once() {
    let graphs = root().join("tests/onnx");
    let branch = printed(&graphs, &["estimate", "if_input.onnx"]);
    assert!(branch.contains("the condition is known only while it runs"));
    assert!(!branch.contains("unknown operator"), "{branch}");
    assert!(!branch.contains("Nothing here costs energy"), "{branch}");
    let unknown = printed(&graphs, &["estimate", "opaque.onnx"]);
    let left_out = "Left out: 1 × com.acme.FooBar (unknown operator), 1 × MatMul (the shape of";
    assert!(unknown.contains(left_out), "{unknown}");
    let nothing = "name='m'\ninputs={x='4 2'}\n[[op]]\nname='y'\nreshape='8'\ninputs=['x']\n";
    let folder = folder(&[("m.toml", nothing)]);
    let free = printed(folder.path(), &["estimate", "m.toml"]);
    assert!(free.contains("Nothing here costs energy."), "{free}");
}

/// 210·2 pJ of its own and 210·0.9 pJ of the table it extends: 189 of 609 pJ,
/// 31.0 %.
#[test]
fn entries_that_a_table_inherits_are_named() {
    let table = |node: &str| {
        format!(
            "name = 'mine'\n{node}extends = '45nm'\n[fp32]\n\
             mul = {{ pj = 2, confidence = 'assumed', why = 'a test' }}\n"
        )
    };
    let said = |node: &str| {
        let files = [("m.toml", PRODUCT), ("t.toml", &table(node))];
        let folder = folder(&files);
        printed(
            folder.path(),
            &["estimate", "m.toml", "--table", "./t.toml"],
        )
    };
    let other = said("node = '28 nm'\n");
    let expected = "31.0 % priced by entries of 45nm (45 nm, another node than that of mine)";
    assert!(other.contains(expected), "{other}");
    let same = said("");
    assert!(same.contains("31.0 % priced by entries of 45nm."), "{same}");
    let files = [("m.toml", PRODUCT), ("t.toml", &table(""))];
    let folder = folder(&files);
    let arguments = [
        "estimate", "m.toml", "--table", "./t.toml", "--output", "json",
    ];
    let json = picojoule(folder.path(), &arguments).stdout;
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(json["inherited"]["45nm"], 189.0);
}

#[test]
fn tables_of_one_name_are_told_apart_by_their_files() {
    let table = |pj: u8| {
        format!(
            "name = 'mine'\nextends = '45nm'\n[fp32]\n\
             mul = {{ pj = {pj}, confidence = 'assumed', why = 'a test' }}\n"
        )
    };
    let files = [
        ("m.toml", PRODUCT),
        ("a.toml", &table(1)),
        ("b.toml", &table(2)),
    ];
    let folder = folder(&files);
    let tables = ["--tables", "./a.toml,./b.toml", "--formats", "fp32"];
    let command = [["compare", "m.toml"].as_slice(), &tables].concat();
    let text = printed(folder.path(), &command);
    // 210·1.9 and 210·2.9 pJ.
    assert!(text.contains("mine (a) fp32 399.0 pJ"), "{text}");
    assert!(text.contains("mine (b) fp32 609.0 pJ"), "{text}");
}

/// The twin without spikes has no steps: to sweep them moves the others alone.
#[test]
fn the_steps_of_spikformer_are_those_of_its_spikes() {
    let sweep = [
        "sweep",
        "spikformer",
        "--over",
        "steps=4,8",
        "--output",
        "csv",
    ];
    let only = ["--variants", "ann,spikformer", "--scope", "as-counted"];
    let output = picojoule(&root(), &[sweep.as_slice(), &only].concat());
    let rows = String::from_utf8(output.stdout).unwrap();
    let numbers = |row: &str| -> Vec<f64> {
        let cells = row.split(',').skip(3);
        cells.map(|cell| cell.parse().unwrap()).collect()
    };
    let rows: Vec<Vec<f64>> = rows.lines().skip(1).map(numbers).collect();
    let [four, eight] = rows.as_slice() else {
        panic!("{rows:?}")
    };
    assert_eq!(four[0], eight[0]);
    // The one convolution and those behind it run in each step.
    assert!((2.0 * four[1] - eight[1]).abs() < 1e-6 * eight[1]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("`ann.steps` stays 1"), "{said}");
}

/// How often a loop runs at most is known, and when it ends is not; 2·3·4·16
/// products of a transposed convolution are no head.
#[test]
fn operators_of_graphs_are_called_what_they_are() {
    let graphs = root().join("tests/onnx/given");
    let ends = printed(&graphs, &["estimate", "ends.onnx"]);
    let why = "1 × Loop (after which turn of at most 4 it ends is known only while it runs: 0 MACs a turn).";
    assert!(ends.contains(why), "{ends}");
    let lone = printed(&graphs, &["estimate", "lone.onnx"]);
    assert!(lone.contains(" conv 384 mul, 384 add"), "{lone}");
    assert!(!lone.contains("head"), "{lone}");
}
