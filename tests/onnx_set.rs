//! What is set on a graph reaches its import by one path, whoever sets it:
//! commands, claim files, reports; as a number or as a formula.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};

use common::program::{picojoule, printed, refused};
use serde_json::Value;

fn graph(name: &str) -> PathBuf {
    let graphs = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx/given");
    graphs.join(format!("{name}.onnx"))
}

/// A folder with a copy of a graph and a file of this text.
fn folder(name: &str, file: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join(format!("{name}.onnx"));
    std::fs::copy(graph(name), to).unwrap();
    std::fs::write(folder.path().join(file), text).unwrap();
    folder
}

fn macs(arguments: &[&str]) -> Value {
    let arguments = [&["estimate"], arguments, &["--output", "json"]].concat();
    let text = printed(Path::new("."), &arguments);
    let found: Value = serde_json::from_str(&text).unwrap();
    found["macs"].clone()
}

/// 3 rows of 4 by 4 × 4 are 48 products, 16 are 256: the branch is chosen by
/// what the claim sets. 3·4·5 and 2·4·5 are 100: dims by the names of the file.
#[test]
fn a_claim_sets_dims_of_a_graph() {
    let claims = |published: &str, set: &str, model: &str| {
        format!(
            "name = \"own\"\ntitle = \"A claim\"\n[source]\ntitle = \"A paper\"\n\
             identifier = \"none\"\nat = \"table 1\"\n[[convention]]\nabout = \"memory\"\n\
             value = \"none\"\nknown = \"stated\"\n[estimates]\ng = {{ model = \"./{model}.onnx\", \
             set = {{ {set} }} }}\n[[claim]]\nname = \"products\"\npublished = \"{published}\"\n\
             formula = \"g.macs\"\nexpect = \"holds\"\n"
        )
    };
    for (model, set, published) in [
        ("branch", "rows = 3", "48 op"),
        ("branch", "rows = \"4 * 4\"", "256 op"),
        ("skip", "rows = 16, columns = \"rows - 4\"", "2160 op"),
        (
            "names",
            "\"p2o.DynamicDimension.0\" = 3, z_axis0 = 2",
            "100 op",
        ),
    ] {
        let folder = folder(model, "own.toml", &claims(published, set, model));
        printed(folder.path(), &["claims", "./own.toml"]);
    }
    let wrong = folder("branch", "own.toml", &claims("48 op", "row = 3", "branch"));
    let error = refused(wrong.path(), &["claims", "./own.toml"]);
    assert!(error.contains("unknown dim or parameter `row`"), "{error}");
    assert!(error.contains("own.toml:"), "{error}");
}

/// A report over a graph that can be read only with its sizes. Of 16 × 12
/// pixels the 2160 products take 2160·4.6 pJ = 9.936 nJ, and the 2·8·6 additions
/// 0.9 pJ each, 86.4 pJ.
#[test]
fn a_report_sets_dims_of_a_graph() {
    let text = "name = \"own\"\ntitle = \"A graph\"\nmodel = \"./skip.onnx\"\n\
        set = { rows = 16, columns = 12 }\n[[price]]\ntable = \"45nm\"\nformat = \"fp32\"\n\
        [[section]]\ntitle = \"Stages\"\nshow = \"stages\"\nscope = \"model\"\n";
    let folder = folder("skip", "own.toml", text);
    printed(folder.path(), &["report", "./own.toml", "--out", "page"]);
    let page = folder.path().join("page");
    let read = |entry: std::io::Result<std::fs::DirEntry>| {
        std::fs::read_to_string(entry.unwrap().path()).unwrap_or_default()
    };
    let all: String = std::fs::read_dir(page).unwrap().map(read).collect();
    for energy in ["| conv | 9.936 nJ |", "| residual | 86.40 pJ |"] {
        assert!(all.contains(energy), "{all}");
    }
}

/// n = 2·m: the other dims stay open, also in what is written.
/// 3·4·5 + 6·4·5 = 180 products where the one is 3 and the other twice that.
#[test]
fn a_formula_is_followed_before_shapes_are_inferred() {
    let names = graph("names");
    let names = names.to_str().unwrap();
    let twice = "z_axis0=2*p2o_DynamicDimension_0";
    let three = "p2o.DynamicDimension.0=3";
    assert_eq!(macs(&[names, "--set", twice, "--set", three]), 180);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("names.toml");
    let path = path.to_str().unwrap();
    printed(
        Path::new("."),
        &["import", names, "--set", twice, "-o", path],
    );
    let text = std::fs::read_to_string(path).unwrap();
    assert!(
        text.contains("z_axis0 = \"2 * p2o_DynamicDimension_0\""),
        "{text}"
    );
    assert_eq!(macs(&[path, "--set", three]), 180);
    // A branch, a skip connection: settled by what follows.
    let skip = graph("skip");
    let skip = skip.to_str().unwrap();
    let half = ["--set", "rows=16", "--set", "columns=(rows + 8) / 2"];
    assert_eq!(macs(&[&[skip], half.as_slice()].concat()), 2160);
}

/// Formulas that have no end, and names that are no dims.
#[test]
fn a_formula_over_what_is_no_dim_is_refused() {
    let contracted = graph("contracted");
    let contracted = contracted.to_str().unwrap();
    for (command, set, message) in [
        ("estimate", "n=2*n", "`n` depends on itself"),
        ("estimate", "n=2*m", "unknown name `m`"),
        ("estimate", "n=features-9", "dim `n` is -3: not above 0"),
        ("import", "n=2*m", "unknown dim or parameter `m`"),
    ] {
        let arguments = [command, contracted, "--set", set, "--set", "features=6"];
        let error = refused(Path::new("."), &arguments);
        assert!(error.contains(message), "{set}: {error}");
    }
}

/// A sampling rate chooses a branch; what is no whole number is none.
#[test]
fn what_an_input_is_set_to_is_a_whole_number() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx/small");
    for (rate, why) in [
        ("16000.5", "dim `rate` is 16000.5: not a whole number"),
        ("-1", "dim `rate` is -1: not above 0"),
        ("fast", "unknown name `fast`"),
    ] {
        let set = format!("rate={rate}");
        let error = refused(
            &folder,
            &["estimate", "branch_by_a_rate.onnx", "--set", &set],
        );
        assert!(error.starts_with(&format!("error: {why}")), "{error}");
        assert!(error.contains("command line:1:12"), "{error}");
    }
}

/// The rows of a sweep, and what was said beside them.
fn swept(arguments: &[&str]) -> (Vec<String>, String) {
    let arguments = [&["sweep"], arguments, &["--output", "csv"]].concat();
    let output = picojoule(Path::new("."), &arguments);
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{errors}");
    let rows = String::from_utf8(output.stdout).unwrap();
    (rows.lines().skip(1).map(str::to_owned).collect(), errors)
}

/// Where shapes fit only for some sizes, each size has an import of its own.
/// A half of r × c pixels has ⌈r/2⌉·⌈c/2⌉, each of 2·18 products, its half
/// likewise; the sum has 2 additions a pixel of the half. At 4.6 and 0.9 pJ:
/// 16 × 12 (and 15 × 12): (48 + 12)·36·4.6 + 96·0.9 = 10022.4;
/// 20 × 16: (80 + 20)·36·4.6 + 160·0.9 = 16704.
#[test]
fn a_dim_that_no_symbol_can_stand_for_is_swept() {
    let skip = graph("skip");
    let skip = skip.to_str().unwrap();
    let (rows, said) = swept(&[skip, "--over", "rows=13..16", "--set", "columns=12"]);
    assert_eq!(rows, ["45nm,fp32,15,10022.4", "45nm,fp32,16,10022.4"]);
    assert!(
        said.contains("2 points left out") && said.contains("the first is rows = 13: "),
        "{said}"
    );
    assert!(said.contains("cannot be combined"), "{said}");
    let both = ["--over", "rows=16,20", "--over", "columns=12,16"];
    let (rows, _) = swept(&[&[skip], both.as_slice(), &["--zip"]].concat());
    assert_eq!(rows, ["45nm,fp32,16,12,10022.4", "45nm,fp32,20,16,16704"]);
    let (rows, _) = swept(&[&[skip], both.as_slice()].concat());
    assert_eq!(rows.len(), 4);
    // Beside a price, which stays a symbol: 2160·(m + 0.9) + 86.4.
    let price = ["--over", "45nm.fp32.mul=0,1"];
    let size = ["--set", "columns=12", "--over", "rows=16"];
    let (rows, _) = swept(&[&[skip], size.as_slice(), &price].concat());
    assert_eq!(rows, ["45nm,fp32,16,0,2030.4", "45nm,fp32,16,1,4190.4"]);
}

/// A branch that a symbol leaves undecided: 4 comparisons of 0.9 pJ for a row,
/// 16 products of 4.6 pJ for each of several.
#[test]
fn a_branch_is_chosen_at_each_value_of_a_sweep() {
    let branch = graph("branch");
    let (rows, said) = swept(&[branch.to_str().unwrap(), "--over", "rows=1..3"]);
    let energies = rows
        .iter()
        .map(|row| row.rsplit(',').next().unwrap().parse());
    let energies: Vec<f64> = energies.map(Result::unwrap).collect();
    for (found, by_hand) in energies.iter().zip([3.6, 147.2, 220.8]) {
        assert!((found - by_hand).abs() < 1e-9, "{found} {by_hand}");
    }
    assert_eq!(rows.len(), 3);
    assert!(!said.contains("Left out"), "{said}");
}

/// At most 1000 graphs; what is no dim is told where it is swept.
#[test]
fn sweeps_that_import_anew_are_bounded() {
    let skip = graph("skip");
    let skip = skip.to_str().unwrap();
    let sweep = |overs: &[&str]| {
        let overs = overs.iter().flat_map(|over| ["--over", over]);
        let arguments: Vec<&str> = ["sweep", skip].into_iter().chain(overs).collect();
        refused(Path::new("."), &arguments)
    };
    let many = sweep(&["rows=1..3000", "columns=1..10"]);
    assert!(many.contains("30000 values make as many graphs"), "{many}");
    let unknown = sweep(&["row=14,15", "columns=12"]);
    assert!(unknown.contains("--over row=14,15"), "{unknown}");
    assert!(unknown.contains("did you mean `rows`?"), "{unknown}");
    // A price stays a symbol, so the two cannot run together.
    let branch = graph("branch");
    let price = ["--over", "45nm.fp32.mul=1,2", "--zip"];
    let command = ["sweep", branch.to_str().unwrap(), "--over", "rows=1,2"];
    let zipped = refused(Path::new("."), &[command.as_slice(), &price].concat());
    assert!(zipped.contains("`rows` decides which ops"), "{zipped}");
    // No value does.
    let none = sweep(&["rows=13,14", "columns=12"]);
    assert!(none.contains("cannot be combined"), "{none}");
}

/// Of 5·6·7 products at 4.6 pJ, 193.2 pJ are of each of the 5 rows; what a
/// contracted dim moves no symbol tells.
#[test]
fn the_sensitivity_to_a_dim_of_a_graph_is_known() {
    let contracted = graph("contracted");
    let set = ["--set", "n=5", "--set", "features=6"];
    let command = ["sensitivity", contracted.to_str().unwrap()];
    let output = picojoule(Path::new("."), &[command.as_slice(), &set].concat());
    let text = String::from_utf8(output.stdout).unwrap();
    let row = text.lines().find(|line| line.starts_with("n ")).unwrap();
    assert_eq!(row.split_whitespace().nth(2), Some("193.2"), "{text}");
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("`features`") && !said.contains("`n`"),
        "{said}"
    );
}

/// A past that is not set may be 0: of `past` + 1 keys each takes 8 products and
/// 8 sums of 4.6 pJ together, and an addition of the mask, 37.7 pJ. A dim that
/// nothing is joined to is at least 1.
#[test]
fn a_past_is_swept_from_nothing_on() {
    let cache = graph("cache");
    let cache = cache.to_str().unwrap();
    let (rows, said) = swept(&[cache, "--over", "past_length=0..3"]);
    let energy = |row: &String| -> f64 { row.rsplit(',').next().unwrap().parse().unwrap() };
    let energies: Vec<f64> = rows.iter().map(energy).collect();
    assert_eq!(energies.len(), 4, "{said}");
    for (past, energy) in energies.iter().enumerate() {
        assert!((energy - 37.7 * (past as f64 + 1.0)).abs() < 1e-9);
    }
    let folder = tempfile::tempdir().unwrap();
    let text = printed(folder.path(), &["import", cache]);
    let needs = "needs = [{ name = \"past_length\", least = 0 }]";
    assert!(text.contains(needs), "{text}");
    let contracted = graph("contracted");
    let text = printed(folder.path(), &["import", contracted.to_str().unwrap()]);
    assert!(text.contains("needs = [\"n\", \"features\"]"), "{text}");
}
