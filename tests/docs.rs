//! The files that the documentation shows are what the program reads.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use picojoule::source::Source;
use picojoule::table::EnergyTable;

/// The table in `docs/tables.md` prices a whole attention layer.
#[test]
fn the_table_shown_is_a_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/tables.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, block) = text.split_once("```toml\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let table = EnergyTable::read(
        &Source::new("docs/tables.md", block),
        &picojoule::loader::Loader::shipped(),
    )
    .unwrap();
    assert_eq!(table.name(), "my-chip");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my-chip.toml");
    std::fs::write(&file, block).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(["compare", "attention", "--tables"])
        .arg(&file)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("my-chip"));
}

/// The report in `docs/report-files.md` writes what the page says.
#[test]
fn the_report_shown_works() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/report-files.md");
    let text = std::fs::read_to_string(path).unwrap();
    let (_, block) = text.split_once("```toml\n").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my-report.toml");
    std::fs::write(&file, block).unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .arg("report")
        .arg(&file)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    let page = std::fs::read_to_string(folder.path().join("my-report/README.md")).unwrap();
    for part in [
        "published 10 %",
        "sentence length n (tokens)",
        "with the output projection",
        ".svg",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let audit = std::process::Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .arg("audit")
        .arg(&file)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&audit.stdout);
    assert_eq!(audit.status.code(), Some(1), "{text}");
    assert!(text.contains("`attention-full` is named"), "{text}");
}
