//! Manual pages: one for each command, each with what its `--help` lists.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::process::Command;

use common::program::{picojoule, printed};

/// Names of all commands, as `picojoule help` lists them.
fn commands() -> Vec<String> {
    let help = printed(Path::new("."), &["help"]);
    let lines = help.lines().skip_while(|line| *line != "Commands:").skip(1);
    let listed = lines.take_while(|line| !line.is_empty());
    let names = listed.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
    names
        .map(|line| line.split_whitespace().next().unwrap().to_owned())
        .collect()
}

#[test]
fn every_command_has_a_page() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("man1");
    picojoule(folder.path(), &["man", "--out", "man1"]);
    let read = |name: &str| std::fs::read_to_string(out.join(format!("{name}.1"))).unwrap();
    let all = commands();
    assert!(all.contains(&"estimate".to_owned()), "{all:?}");
    for command in &all {
        let page = read(&format!("picojoule-{command}"));
        assert!(page.contains(".SH NAME"), "{command}");
        assert!(page.contains(".BR picojoule (1)"), "{command}");
        // Its options are those of `--help`.
        let help = printed(folder.path(), &[command, "--help"]);
        for line in help
            .lines()
            .filter(|line| line.trim_start().starts_with("--"))
        {
            let flag = line.split_whitespace().next().unwrap();
            // The end of a list of aliases.
            if flag.ends_with(']') {
                continue;
            }
            let flag = flag.trim_end_matches(',').replace('-', "\\-");
            assert!(page.contains(&flag), "{command}: {flag}");
        }
        assert_eq!(
            page.contains(".SH EXAMPLES"),
            help.contains("Examples:"),
            "{command}"
        );
    }
    let nested = read("picojoule-table-show");
    assert!(nested.contains("Name of a table that ships"), "{nested}");
    let root = read("picojoule");
    assert_eq!(root, printed(folder.path(), &["man"]));
    for command in &all {
        let name = format!("picojoule\\-{command}(1)");
        assert!(root.contains(&name), "{name}");
    }
}

/// groff has nothing to warn of; skipped where it is not installed, which is told.
#[test]
fn pages_are_sound() {
    let folder = tempfile::tempdir().unwrap();
    picojoule(folder.path(), &["man", "--out", "."]);
    for file in std::fs::read_dir(folder.path()).unwrap() {
        let path = file.unwrap().path();
        let run = Command::new("groff")
            .args(["-k", "-man", "-Tutf8", "-ww"])
            .arg(&path)
            .output();
        let Ok(output) = run else {
            let is_required =
                std::env::var("PICOJOULE_TEST_TOOLS").is_ok_and(|all| all == "required");
            assert!(!is_required, "groff is not installed");
            eprintln!("skipped: groff is not installed");
            return;
        };
        let warnings = String::from_utf8_lossy(&output.stderr);
        assert!(warnings.is_empty(), "{}: {warnings}", path.display());
        assert!(!output.stdout.is_empty(), "{}", path.display());
    }
}
