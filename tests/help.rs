//! `picojoule help`: every command and every page of the documentation, from the
//! binary.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::path::Path;

use common::program::{printed, refused};

/// Pages that the binary leaves out: one for those who have the source, and one that
/// another command prints.
const LEFT_OUT: [&str; 2] = ["architecture", "claims"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names and texts of the pages in `docs/`.
fn pages() -> Vec<(String, String)> {
    let folder = std::fs::read_dir(root().join("docs")).unwrap();
    let files = folder.map(|file| file.unwrap().path());
    let pages = files.filter(|file| file.extension().is_some_and(|ending| ending == "md"));
    let named = pages.map(|file| {
        let name = file.file_stem().unwrap().to_str().unwrap().to_owned();
        (name, std::fs::read_to_string(&file).unwrap())
    });
    named
        .filter(|(name, _)| !LEFT_OUT.contains(&name.as_str()))
        .collect()
}

fn help(words: &[&str]) -> String {
    printed(root(), &[&["help"], words].concat())
}

/// `picojoule help` lists every page by its heading, and every page is printed.
#[test]
fn every_page_is_reached() {
    let list = help(&[]);
    for (name, text) in pages() {
        let title = text.lines().next().unwrap().trim_start_matches("# ");
        let listed = list.lines().any(|line| {
            let line = line.trim_start();
            line.starts_with(&name) && line.ends_with(title)
        });
        assert!(listed, "`{name}` is not in the list of topics: {list}");
        assert!(help(&[&name]).contains(title), "{name}");
    }
}

/// What a page says is what is printed: every word of its prose and tables, every line
/// of its code, and nothing that only Markdown reads.
#[test]
fn a_page_is_printed_whole() {
    let words = |text: &str| -> BTreeSet<String> {
        let words = text.split(|c: char| !c.is_alphanumeric());
        words.map(str::to_owned).collect()
    };
    for (name, text) in pages() {
        let shown = help(&[&name]);
        let known = words(&shown);
        let mut is_code = false;
        for line in text.lines() {
            if line.starts_with("```") {
                is_code = !is_code;
            } else if is_code {
                assert!(shown.contains(line), "{name}: {line}");
            } else if !line.starts_with("<!--") {
                // Where a link leads is told in other words.
                let mut prose = String::new();
                for (at, part) in line.split("](").enumerate() {
                    let behind = part.split_once(')').map_or(part, |(_, behind)| behind);
                    prose.push_str(if at == 0 { part } else { behind });
                    prose.push(' ');
                }
                for word in words(&prose) {
                    assert!(known.contains(&word), "{name}: `{word}` of {line}");
                }
            }
        }
        // Code, which is set in, may have stars of its own.
        for line in shown.lines().filter(|line| !line.starts_with("    ")) {
            for markup in ["](", "<!--", "```", "**", "|---"] {
                assert!(!line.contains(markup), "{name}: {line}");
            }
        }
    }
}

/// What a page sends its reader to can be typed.
#[test]
fn links_name_commands_that_there_are() {
    let list = help(&[]);
    for (name, _) in pages() {
        let shown = help(&[&name]).replace(['\n', ' '], " ");
        let shown = shown.split_whitespace().collect::<Vec<_>>().join(" ");
        for lead in shown.split("(`picojoule help ").skip(1) {
            let topic = lead.split('`').next().unwrap();
            assert!(list.contains(&format!("  {topic} ")), "{name}: {topic}");
        }
        for lead in shown.split("(`picojoule show ").skip(1) {
            let words: Vec<&str> = lead.split('`').next().unwrap().split(' ').collect();
            printed(root(), &[&["show"], words.as_slice()].concat());
        }
    }
}

/// Prose is filled to the width of what is piped; only code and tables may be wider.
#[test]
fn prose_fits() {
    for (name, text) in pages() {
        let shown = help(&[&name]);
        let code: BTreeSet<&str> = text.lines().collect();
        for line in shown.lines().filter(|line| line.chars().count() > 100) {
            let is_code = code.contains(line.trim_start());
            let is_table = line.contains("  ") || line.starts_with('─');
            assert!(is_code || is_table, "{name}: {line}");
        }
    }
}

/// A command is explained as by `--help`; one that has a page too, with the page.
#[test]
fn commands_are_explained() {
    for command in [
        &["estimate"][..],
        &["table", "show"],
        &["compare"],
        &["claims"],
    ] {
        let flag = printed(root(), &[command, &["--help"]].concat());
        assert_eq!(
            help(command),
            format!("{}\n", flag.trim_end()),
            "{command:?}"
        );
    }
    let both = help(&["profile"]);
    let flag = printed(root(), &["profile", "--help"]);
    let page = both.strip_prefix(flag.trim_end()).unwrap();
    assert!(
        page.trim_start().starts_with("Profiles\n════════\n"),
        "{page}"
    );
}

#[test]
fn what_there_is_not_is_told() {
    let told = refused(root(), &["help", "tabels"]);
    assert!(told.contains("no command and no topic `tabels`"), "{told}");
    assert!(told.contains("did you mean `tables`?"), "{told}");
    let told = refused(root(), &["help", "table", "shw"]);
    assert!(told.contains("did you mean `show`?"), "{told}");
    let told = refused(root(), &["help", "tables", "show"]);
    assert!(told.contains("no command and no topic `tables`"), "{told}");
}
