//! What pdflatex says of tables and figures on a two-column page.

use std::path::Path;
use std::process::{Command, Stdio};

/// Whether pdflatex is there; a test that needs it says so where it is not, and fails
/// where it must be.
pub fn is_there() -> bool {
    let found = Command::new("pdflatex")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    let required = std::env::var("PICOJOULE_TEST_TOOLS").is_ok_and(|value| value == "required");
    assert!(found || !required, "there is no pdflatex");
    if !found {
        println!("skipped: there is no pdflatex");
    }
    found
}

/// Compiles a two-column article in a folder: nothing may be wrong with it, and no
/// box may stand out.
pub fn assert_fits(folder: &Path, body: &str) {
    // Lines of a log are broken at 79 characters unless told otherwise.
    let document = format!(
        "\\documentclass[twocolumn]{{article}}\n\
         \\usepackage{{booktabs,tabularx,graphicx}}\n\
         \\begin{{document}}\n{body}\n\\clearpage\n\\end{{document}}\n"
    );
    std::fs::write(folder.join("page.tex"), &document).unwrap();
    for _ in 0..2 {
        Command::new("pdflatex")
            .current_dir(folder)
            .env("max_print_line", "1000")
            .args(["-interaction=nonstopmode", "page.tex"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .unwrap();
    }
    let log = std::fs::read(folder.join("page.log")).unwrap();
    let log = String::from_utf8_lossy(&log);
    let faults = [
        "!",
        "Overfull",
        "LaTeX Warning: Float too large",
        "LaTeX Warning: Label",
        "LaTeX Warning: Reference",
        "Missing character",
    ];
    let lines = log.lines();
    let found: Vec<&str> = lines
        .filter(|line| faults.iter().any(|fault| line.starts_with(fault)))
        .collect();
    assert!(found.is_empty(), "{found:#?}\n{}", near(&document, &found));
    assert!(folder.join("page.pdf").exists());
}

/// The lines of the document that a warning names.
fn near(document: &str, warnings: &[&str]) -> String {
    let numbers = warnings.iter().filter_map(|warning| {
        let (_, after) = warning.split_once("at lines ")?;
        let (first, _) = after.split_once("--")?;
        first.parse::<usize>().ok()
    });
    let lines = numbers.filter_map(|at| document.lines().nth(at.saturating_sub(1)));
    lines.collect::<Vec<&str>>().join("\n")
}
