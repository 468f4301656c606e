//! What is said of arguments: each mistake stands after the flag that was typed, and
//! `-o` is a format or a file, never taken for the other.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;

use common::program::{printed, refused};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn words(line: &str) -> Vec<&str> {
    line.split(' ').collect()
}

/// A list that names one thing twice is a slip, whatever it is a list of.
#[test]
fn nothing_is_named_twice() {
    for (line, name) in [
        ("compare attention --formats fp32,int8,fp32", "fp32"),
        ("estimate attention --format fp32 --format fp32", "fp32"),
        ("compare attention --columns scope,saved,scope", "scope"),
        (
            "sweep attention --over n=1..3 --out x.csv --columns n,n",
            "n",
        ),
        ("compare attention --scope alignment,alignment", "alignment"),
        (
            "sweep attention --over n=1..3 --scope attention,attention",
            "attention",
        ),
        (
            "sweep attention --over n=1..3 --over format=int8,int8",
            "int8",
        ),
    ] {
        let told = refused(root(), &words(line));
        let expected = format!("`{name}` is given twice");
        assert!(told.contains(&expected), "{line}: {told}");
    }
}

/// A value that begins with a dash is a wrong value, and no flag.
#[test]
fn a_width_below_nothing_is_a_wrong_width() {
    for (flag, value) in [("--width", "-84mm"), ("--font-size", "-8pt")] {
        let typed = ["estimate", "attention", "--plot", "x.svg", flag, value];
        let told = refused(root(), &typed);
        assert!(told.contains(value), "{told}");
        assert!(!told.contains("tip:"), "{told}");
    }
}

/// Several flags give tables, formats and variants; a message shows the one that they
/// were given by, with the name that is wrong underlined.
#[test]
fn a_mistake_stands_after_the_flag_that_was_typed() {
    for (line, shown) in [
        ("estimate attention --table 45mm", "--table 45mm"),
        ("estimate attention --variant vanila", "--variant vanila"),
        ("profile attention --diff vanila,l1", "--diff vanila"),
        (
            "crossover attention --over n=1..9 --between vanila,l1",
            "--between vanila",
        ),
        ("graph attention --variant vanila", "--variant vanila"),
        (
            "sweep attention --over n=1..3 --over table=45mm,7nm",
            "--over table=45mm",
        ),
        (
            "sweep attention --over n=1..3 --over format=fp33,int8",
            "--over format=fp33",
        ),
        (
            "sweep attention --over n=1..3 --over variant=vanila,l1",
            "--over variant=vanila",
        ),
    ] {
        let told = refused(root(), &words(line));
        let (_, wrong) = shown.rsplit_once([' ', '=']).unwrap();
        let mut lines = told.lines();
        let typed = lines.find(|line| line.ends_with(&format!("| {shown}")));
        let typed = typed.unwrap_or_else(|| panic!("{line}: {told}"));
        // Under the flag there is nothing, under the name there are carets.
        let under = lines.next().unwrap();
        let start = under.find('^').unwrap();
        let carets = under[start..].split(' ').next().unwrap();
        assert_eq!(start, typed.len() - wrong.len(), "{line}: {told}");
        assert_eq!(carets.len(), wrong.len(), "{line}: {told}");
    }
}

/// A fit starts from a table by `--base`.
#[test]
fn a_fit_names_its_base() {
    let folder = tempfile::tempdir().unwrap();
    let runs = "model,joules\nattention,1e-4\nattention,1e-4\n";
    std::fs::write(folder.path().join("runs.csv"), runs).unwrap();
    let told = refused(
        folder.path(),
        &[
            "calibrate",
            "runs.csv",
            "--base",
            "45mm",
            "--fit",
            "inference",
        ],
    );
    assert!(told.contains("| --base 45mm"), "{told}");
    let told = refused(folder.path(), &["validate", "runs.csv", "--table", "45mm"]);
    assert!(told.contains("| --table 45mm"), "{told}");
}

/// Where `-o` is a file, a format is refused, as it would be the name of the file.
#[test]
fn a_format_is_no_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("runs.csv"), "model,joules\n").unwrap();
    for line in [
        "calibrate runs.csv -o json",
        "measure -o csv -- true",
        "import model.onnx -o text",
        "import model.onnx --out markdown",
        "explore attention -o latex",
    ] {
        let told = refused(folder.path(), &words(line));
        assert!(
            told.contains("is a format, and this is the file"),
            "{line}: {told}"
        );
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

/// Where `-o` is a format, a file is answered with how to write one.
#[test]
fn a_file_is_no_format() {
    for line in ["estimate attention -o all.csv", "profile attention -o ./x"] {
        let told = refused(root(), &words(line));
        assert!(told.contains("--output csv > FILE"), "{line}: {told}");
    }
    let told = refused(root(), &words("estimate attention -o yaml"));
    assert!(!told.contains("> FILE"), "{told}");
}

/// An import is written by `-o`, `--out`, and by `--output`, as it was called.
#[test]
fn an_import_is_written_by_all_its_names() {
    let folder = tempfile::tempdir().unwrap();
    let config = root().join("tests/huggingface/bert-base.json");
    let config = config.to_str().unwrap();
    for flag in ["-o", "--out", "--output"] {
        printed(folder.path(), &["import", config, flag, "model.toml"]);
        let file = folder.path().join("model.toml");
        assert!(std::fs::read_to_string(&file).unwrap().contains("[[op]]"));
        std::fs::remove_file(file).unwrap();
    }
}
