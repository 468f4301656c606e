//! Files to begin with: each runs at once, and nothing is written over.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;

use common::program::{picojoule, printed, refused};
use serde_json::Value;

const KINDS: [&str; 5] = ["model", "block", "table", "report", "claim"];

/// Begins a file, and runs the command that is printed.
fn begun(folder: &Path, kind: &str) -> String {
    let told = printed(folder, &["new", kind, "mine"]);
    assert!(told.starts_with("wrote ./mine.toml\n"), "{told}");
    let next = told
        .lines()
        .find(|line| line.starts_with("  picojoule "))
        .unwrap();
    let words: Vec<&str> = next.split_whitespace().skip(1).collect();
    printed(folder, &words)
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    serde_json::from_str(&printed(folder, arguments)).unwrap()
}

/// One layer of width 256 and one linear layer, at 128 tokens. Multiply–accumulates:
/// four projections 4·128·256², score and context 2·128²·256, feed-forward
/// 2·128·256·1024, head 256·10: 33 554 432 + 8 388 608 + 67 108 864 + 2 560.
#[test]
fn a_model_estimates() {
    let folder = tempfile::tempdir().unwrap();
    let compared = begun(folder.path(), "model");
    assert!(compared.contains("feed-forward"), "{compared}");
    let estimate = json(folder.path(), &["estimate", "./mine.toml", "-o", "json"]);
    let text = estimate.to_string();
    assert!(text.contains("\"macs\":109054464"), "{text}");
}

/// It fills the slot of models that ship; with all scores kept it costs, over
/// `alignment`, exactly what `l1` does, whose score it has.
#[test]
fn a_block_is_used_from_a_model() {
    let folder = tempfile::tempdir().unwrap();
    let compared = begun(folder.path(), "block");
    assert!(compared.contains("mine"), "{compared}");
    let arguments = [
        "compare",
        "bert-base",
        "--variants",
        "vanilla,./mine.toml,l1",
        "--scope",
        "alignment",
        "--table",
        "45nm",
        "-o",
        "csv",
    ];
    let csv = printed(folder.path(), &arguments);
    let mut rows = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let header = rows.next().unwrap();
    let of = |row: &[&str], name: &str| {
        let at = header.iter().position(|key| key.starts_with(name)).unwrap();
        row[at].to_owned()
    };
    for row in rows {
        assert_eq!(of(&row, "mine"), of(&row, "l1"), "{csv}");
    }
}

/// Its placeholders price all of the shipped attention, and data that moves.
#[test]
fn a_table_prices_attention() {
    let folder = tempfile::tempdir().unwrap();
    let compared = begun(folder.path(), "table");
    for format in ["fp32", "int8"] {
        let row = compared
            .lines()
            .find(|line| line.contains("mine") && line.contains(format));
        assert!(row.is_some(), "{compared}");
    }
    for model in ["gpt2", "resnet-50", "spikformer"] {
        let arguments = [
            "estimate",
            model,
            "--table",
            "./mine.toml",
            "--movement",
            "tiled",
        ];
        assert!(
            printed(folder.path(), &arguments).contains("dram"),
            "{model}"
        );
    }
}

#[test]
fn a_report_makes_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    begun(folder.path(), "report");
    let page = std::fs::read_to_string(folder.path().join("mine/README.md")).unwrap();
    assert!(page.contains("What E-Att saves"), "{page}");
    assert!(folder.path().join("mine/stages.svg").is_file());
}

/// The verdict is the one that the file expects.
#[test]
fn a_claim_has_a_verdict() {
    let folder = tempfile::tempdir().unwrap();
    begun(folder.path(), "claim");
    let ledger = json(folder.path(), &["claims", "./mine.toml", "-o", "json"]);
    assert_eq!(ledger[0]["claims"][0]["as_expected"], true);
    assert_eq!(ledger[0]["findings"].as_array().unwrap().len(), 1);
}

/// A start is shown as what it is, and says where it is explained.
#[test]
fn starts_are_of_their_kind_and_explained() {
    for kind in KINDS {
        let folder = tempfile::tempdir().unwrap();
        let told = printed(folder.path(), &["new", kind, "mine.toml"]);
        let shown = json(folder.path(), &["show", "./mine.toml", "-o", "json"]);
        assert_eq!(shown["kind"], kind);
        assert_eq!(shown["name"], "mine");
        let help = told.lines().last().unwrap().trim();
        let topic = help.strip_prefix("picojoule help ").unwrap();
        assert!(!printed(folder.path(), &["help", topic]).is_empty());
    }
}

/// A folder that is there takes the file; the command that is printed still runs.
#[test]
fn folders_are_taken_where_they_are() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("my chips")).unwrap();
    let told = printed(folder.path(), &["new", "table", "my chips/ours"]);
    assert!(
        told.contains("compare attention --tables 'my chips/ours.toml'"),
        "{told}"
    );
    let text = std::fs::read_to_string(folder.path().join("my chips/ours.toml")).unwrap();
    assert!(text.contains("name = \"ours\""), "{text}");
    let told = refused(folder.path(), &["new", "table", "none/ours"]);
    assert!(told.contains("there is no folder `none`"), "{told}");
}

#[test]
fn nothing_is_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("mine.toml");
    std::fs::write(&file, "mine").unwrap();
    for kind in KINDS {
        let told = refused(folder.path(), &["new", kind, "mine"]);
        assert!(told.contains("`./mine.toml` is there already"), "{told}");
    }
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "mine");
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("nowhere", folder.path().join("link.toml")).unwrap();
        let told = refused(folder.path(), &["new", "model", "link"]);
        assert!(told.contains("is there already"), "{told}");
        assert!(!folder.path().join("nowhere").exists());
    }
}

/// Names that a file, a shell or a terminal would take for something else.
#[test]
fn hostile_names_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let long = "a".repeat(101);
    for name in [
        "",
        ".",
        "..",
        ".toml",
        "a b",
        "a\"b",
        "a'b",
        "a\nb",
        "a\u{202e}b",
        "<b>",
        "$(x)",
        "a;b",
        "a,b",
        "a=b",
        "-x",
        ".hidden",
        "a/",
        "a/..",
        &long,
    ] {
        for kind in KINDS {
            let output = picojoule(folder.path(), &["new", kind, "--", name]);
            let told = String::from_utf8(output.stderr).unwrap();
            assert_eq!(output.status.code(), Some(2), "{name}: {told}");
            assert!(
                told.contains("cannot name a") || told.contains("no folder"),
                "{told}"
            );
            assert!(!told.contains('\u{202e}'), "{told}");
        }
    }
    let told = refused(folder.path(), &["new", "report", "a.b"]);
    assert!(told.contains("`a.b` cannot name a report"), "{told}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
