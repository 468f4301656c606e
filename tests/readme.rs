//! The README and the pages of `docs/` show what the program prints, and the
//! files that they show work.
//!
//! A block of output stands under a comment with the command that printed it.
//! `UPDATE_README=1 cargo test --test readme` prints them anew.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a command of the README prints.
fn output(command: &str, folder: &Path) -> String {
    let mut words = command.split_whitespace();
    assert_eq!(words.next(), Some("picojoule"), "{command}");
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder)
        .args(words)
        .output()
        .unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    // 1 is the answer no, as of an audit.
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{command}: {errors}"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The README and every page of `docs/`, in the order of their names.
fn pages() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages: Vec<PathBuf> = std::fs::read_dir(root.join("docs"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "md"))
        .collect();
    pages.push(root.join("README.md"));
    pages.sort();
    pages
}

/// A page with every output printed anew, and how many it shows.
fn printed_anew(old: &str) -> (String, usize) {
    let mut new = String::new();
    let mut rest = old;
    let mut shown = 0;
    while let Some(at) = rest.find("<!-- $ ") {
        let (before, after) = rest.split_at(at);
        let (command, after) = after["<!-- $ ".len()..].split_once(" -->\n").unwrap();
        let after = after.strip_prefix("```console\n").unwrap();
        let (_, after) = after.split_once("```\n").unwrap();
        let printed = output(command, Path::new("."));
        new.push_str(&format!(
            "{before}<!-- $ {command} -->\n```console\n$ {command}\n{printed}```\n"
        ));
        rest = after;
        shown += 1;
    }
    new.push_str(rest);
    (new, shown)
}

#[test]
fn every_output_is_what_the_program_prints() {
    let mut shown = 0;
    for path in pages() {
        let old = std::fs::read_to_string(&path).unwrap();
        let (new, outputs) = printed_anew(&old);
        shown += outputs;
        if std::env::var_os("UPDATE_README").is_some() {
            std::fs::write(&path, new).unwrap();
        } else {
            assert_eq!(old, new, "UPDATE_README=1 cargo test --test readme");
        }
    }
    assert!(shown >= 15, "the pages show {shown} outputs");
}

/// A reader sees the whole of it in a few screens; what is longer is in `docs/`.
#[test]
fn the_readme_is_short() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let lines = std::fs::read_to_string(path).unwrap().lines().count();
    assert!(lines < 250, "{lines} lines");
}

/// Links between the pages lead to files and headings that are there.
#[test]
fn every_link_leads_somewhere() {
    let mut followed = 0;
    for path in pages() {
        let text = std::fs::read_to_string(&path).unwrap();
        for link in text.split("](").skip(1) {
            let link = link.split(')').next().unwrap();
            if link.contains("://") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() {
                path.clone()
            } else {
                path.parent().unwrap().join(file)
            };
            assert!(target.exists(), "{}: {link}", path.display());
            if !heading.is_empty() {
                let text = std::fs::read_to_string(&target).unwrap();
                let found = text
                    .lines()
                    .filter(|line| line.starts_with('#'))
                    .any(|line| anchor(line.trim_start_matches('#').trim()) == heading);
                assert!(found, "{}: {link}", path.display());
            }
            followed += 1;
        }
    }
    assert!(followed >= 40, "{followed} links");
}

/// The fragment that pages of Markdown give a heading.
fn anchor(heading: &str) -> String {
    heading
        .to_lowercase()
        .chars()
        .filter(|letter| letter.is_alphanumeric() || matches!(letter, ' ' | '-' | '_'))
        .map(|letter| if letter == ' ' { '-' } else { letter })
        .collect()
}

/// The figures of the first screen are those of the page that they come from:
/// `benches/validation/validate.py` writes both.
#[test]
fn figures_that_were_measured_are_those_of_their_page() {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        let text = std::fs::read_to_string(path).unwrap();
        let (_, figures) = text.split_once("<!-- measured -->\n").unwrap();
        figures
            .split_once("<!-- /measured -->")
            .unwrap()
            .0
            .to_owned()
    };
    let figures = read("README.md");
    assert!(figures.lines().count() > 4, "{figures}");
    assert_eq!(figures, read("docs/validation.md"));
}

/// The TOML blocks of `docs/own.md`, saved under the names that the text gives
/// them, do what the commands after them say.
#[test]
fn the_files_shown_work() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/own.md");
    let text = std::fs::read_to_string(path).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut blocks = text.split("```toml\n").skip(1).map(|block| {
        let (block, _) = block.split_once("```").unwrap();
        block
    });
    for name in ["my-chip.toml", "l2.toml"] {
        std::fs::write(folder.path().join(name), blocks.next().unwrap()).unwrap();
    }
    assert!(blocks.next().is_none(), "a file of the page is not tried");
    let mut tried = 0;
    for line in text
        .lines()
        .filter(|line| line.starts_with("picojoule ") && line.contains("./"))
    {
        let printed = output(line, folder.path());
        assert!(printed.contains("saved"), "{line}: {printed}");
        tried += 1;
    }
    assert_eq!(tried, 3);
}
