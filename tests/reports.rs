//! The reports in the repository are what the program computes today.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

/// Runs the report that ships into a folder of its own and holds every file
/// against the one in the repository, byte for byte.
#[test]
fn the_committed_reports_are_up_to_date() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let fresh = tempfile::tempdir().unwrap();
    let out = fresh.path().join("e-att");
    let status = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(fresh.path())
        .args(["report", "e-att", "--out"])
        .arg(&out)
        .output()
        .unwrap();
    assert!(status.status.success());
    let names = |folder: &Path| {
        let entries = std::fs::read_dir(folder).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let committed = root.join("reports/e-att");
    assert_eq!(names(&committed), names(&out));
    for name in names(&out) {
        let (old, new) = (committed.join(&name), out.join(&name));
        assert!(
            std::fs::read(old).unwrap() == std::fs::read(new).unwrap(),
            "reports/e-att/{name} has drifted; run `cargo run --release -- report reports/e-att.toml`"
        );
    }
}

/// A run of a report writes the same bytes as the run before.
#[test]
fn two_runs_write_the_same_bytes() {
    let fresh = tempfile::tempdir().unwrap();
    let run = |name: &str| {
        let out = fresh.path().join(name);
        let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
            .args(["report", "e-att", "--out"])
            .arg(&out)
            .output()
            .unwrap();
        assert!(output.status.success());
        let png = std::fs::read(out.join("stages.png")).unwrap();
        let page = std::fs::read(out.join("README.md")).unwrap();
        (png, page, output.stdout)
    };
    assert!(run("first") == run("second"));
}

/// A table of what was published needs something that was.
#[test]
fn a_headline_of_nothing_is_refused() {
    let fresh = tempfile::tempdir().unwrap();
    let report = "name = 'own'\ntitle = 'A report'\nmodel = 'attention'\n\
                  [[price]]\ntable = '45nm'\nformat = 'fp32'\n\
                  [[section]]\ntitle = 'Energy'\nshow = 'headline'\n";
    std::fs::write(fresh.path().join("own.toml"), report).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(fresh.path())
        .args(["report", "./own.toml"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("a headline needs a `[[target]]`"), "{told}");
    assert!(told.contains("own.toml:3:9"), "{told}");
    assert!(!fresh.path().join("own").exists());
}
