//! `picojoule table scale`: the file that it writes is a table like any other.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code)]

#[path = "common/program.rs"]
mod program;

use program::{printed, refused};

/// 45 nm at 0.9 V is 0.69885, 7 nm at 0.7 V 0.1776·0.49 − 0.09097·0.7 + 0.02447 =
/// 0.047815: 3.7 pJ become 0.25315.
#[test]
fn the_file_that_is_written_is_a_table() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let law = "stillmaker-baas-2017";
    let typed = ["table", "scale", "45nm", "--law", law, "--node", "7nm"];
    let shown = printed(here, &typed);
    assert_eq!(
        shown,
        "name = \"45nm-to-7nm\"\n\
         title = \"45 nm, 0.9 V (Horowitz, ISSCC 2014), scaled to 7nm by stillmaker-baas-2017\"\n\
         extends = \"45nm\"\n\
         scale = { law = \"stillmaker-baas-2017\", node = \"7 nm\" }\n"
    );
    let rest = ["--voltage", "0.7", "--name", "mine", "-o", "mine.toml"];
    assert_eq!(printed(here, &[&typed[..], &rest].concat()), "");
    let csv = printed(here, &["table", "show", "./mine.toml", "--output", "csv"]);
    let mul = csv.lines().find(|line| line.starts_with("fp32,mul"));
    let mul = mul.unwrap();
    for part in [
        ",0.25315",
        "assumed",
        "\"= 0.06842 * 45nm.fp32.mul, stillmaker-baas-2017\"",
        "\"scaled from 45 nm at 0.9 V to 7 nm at 0.7 V; there high, horowitz2014\"",
    ] {
        assert!(mul.contains(part), "{mul}");
    }
    let text = printed(
        here,
        &["table", "show", "./mine.toml", "--output", "markdown"],
    );
    assert!(
        text.contains("Not covered by that law and left out: dram, sram 1024 KiB"),
        "{text}"
    );
    printed(
        here,
        &["compare", "attention", "--tables", "45nm,./mine.toml"],
    );
    // A file of one's own is found from where the new one is.
    std::fs::create_dir(here.join("sub")).unwrap();
    let again = [
        "table",
        "scale",
        "./mine.toml",
        "--law",
        "cv2",
        "--voltage",
        "0.6 V",
    ];
    printed(here, &[&again[..], &["-o", "sub/low.toml"]].concat());
    printed(here, &["table", "show", "sub/low.toml"]);
}

#[test]
fn what_the_law_does_not_cover_is_refused_and_nothing_written() {
    let folder = tempfile::tempdir().unwrap();
    let typed = [
        "table",
        "scale",
        "45nm",
        "--law",
        "stillmaker-baas-2017",
        "-o",
        "x.toml",
    ];
    let told = refused(folder.path(), &[&typed[..], &["--node", "28nm"]].concat());
    assert!(told.contains("the law has no 28 nm"), "{told}");
    assert!(told.contains("its nodes in nm: 180, 130, 90"), "{told}");
    assert!(!folder.path().join("x.toml").exists());
}
