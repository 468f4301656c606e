//! Completions, as the shells ask for them, and in the shells themselves where they
//! are installed.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::process::Command;

use common::program::{picojoule, printed};
use picojoule::catalog::{self, Kind};

const PROGRAM: &str = env!("CARGO_BIN_EXE_picojoule");

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// What fish is answered for a line, whose last word is the one to complete: a value
/// and what it is, for each.
fn answers(folder: &Path, line: &str) -> Vec<(String, String)> {
    let output = Command::new(PROGRAM)
        .current_dir(folder)
        .env("_PICOJOULE_COMPLETE", "fish")
        .args(["--", "picojoule"])
        .args(line.split(' '))
        .output()
        .unwrap();
    assert!(output.status.success(), "{line}");
    assert!(output.stderr.is_empty(), "{line}");
    let text = String::from_utf8(output.stdout).unwrap();
    let lines = text
        .lines()
        .map(|line| line.split_once('\t').unwrap_or((line, "")));
    lines
        .map(|(value, about)| (value.to_owned(), about.to_owned()))
        .collect()
}

fn values(line: &str) -> Vec<String> {
    let answers = answers(root(), line).into_iter();
    answers.map(|(value, _)| value).collect()
}

/// Every model that ships where a model stands, every table where a table does; what
/// begins as typed, and nothing else.
#[test]
fn what_ships_is_known() {
    for (line, kind) in [
        ("estimate ", Kind::Model),
        ("estimate attention --table ", Kind::Table),
        ("table show ", Kind::Table),
        ("calibrate runs.csv --base ", Kind::Table),
        ("report ", Kind::Report),
        ("claims ", Kind::Claim),
    ] {
        let known = values(line);
        for name in catalog::names(kind) {
            assert!(known.iter().any(|value| value == name), "{line}: {name}");
        }
    }
    for value in values("estimate bert") {
        assert!(value.starts_with("bert"), "{value}");
    }
    assert_eq!(
        values("estimate attention --table=45nm-"),
        ["--table=45nm-cacti"]
    );
    assert_eq!(values("show latent"), ["latent", "latent-absorbed"]);
}

/// What the model has that stands on the line: `attention` has three variants, and the
/// dims b, n, d and h; bert-base other ones.
#[test]
fn the_model_on_the_line_is_read() {
    assert_eq!(
        values("compare attention --variants "),
        ["vanilla", "e-att", "l1"]
    );
    assert_eq!(
        values("compare attention --variants vanilla,e-"),
        ["vanilla,e-att"]
    );
    // Any block may be tried.
    assert_eq!(
        values("compare attention --variants vanilla,laten"),
        ["vanilla,latent", "vanilla,latent-absorbed"]
    );
    // The model's own come first.
    assert_eq!(values("profile attention --diff l")[0], "l1");
    let set = answers(root(), "estimate attention --set ");
    let own = [
        ("b=", "b = 1"),
        ("n=", "n = 25"),
        ("d=", "d = 512"),
        ("h=", "h = 8"),
    ];
    for (known, own) in set.iter().zip(own) {
        assert_eq!((known.0.as_str(), known.1.as_str()), own);
    }
    assert_eq!(values("estimate bert-base --set voc"), ["vocab="]);
    // Only who decodes has earlier tokens.
    assert!(values("estimate gpt2 --set contex").is_empty());
    assert_eq!(
        values("estimate gpt2 --phase decode --set contex"),
        ["context="]
    );
    assert_eq!(
        values("compare attention --scope a"),
        ["alignment", "attention", "attention-full"]
    );
    // What stands behind the cursor counts, too.
    assert_eq!(
        values("crossover attention --over n --between e-"),
        ["e-att"]
    );
}

/// A model of one's own, by its path, and files that may be one.
#[test]
fn files_are_known() {
    let folder = tempfile::tempdir().unwrap();
    printed(folder.path(), &["new", "model", "mine"]);
    std::fs::write(folder.path().join("notes.txt"), "").unwrap();
    let known = |line: &str| -> Vec<String> {
        let answers = answers(folder.path(), line).into_iter();
        answers.map(|(value, _)| value).collect()
    };
    assert_eq!(known("estimate ./"), ["./mine.toml"]);
    assert_eq!(known("estimate ./mine.toml --set cla"), ["classes="]);
    assert_eq!(known("compare ./mine.toml --scope feed"), ["feed-forward"]);
    assert_eq!(known("show m").last().unwrap(), "mine.toml");
}

/// The formats and entries of the table in use: without its name where it is the only
/// one, with it where there are several.
#[test]
fn the_tables_on_the_line_are_read() {
    assert_eq!(
        values("estimate attention --table 7nm --format b"),
        ["bf16"]
    );
    assert_eq!(
        answers(root(), "estimate attention --table 45nm --set fp32.mu")[0],
        ("fp32.mul=".to_owned(), "3.7 pJ".to_owned())
    );
    assert_eq!(
        values("estimate attention --set 45nm.int8.ad"),
        ["45nm.int8.add="]
    );
    assert_eq!(
        values("compare attention --table 45nm,7nm --set 7"),
        ["7nm."]
    );
    assert_eq!(
        values("compare attention --table 45nm,7nm --set 7nm.bf16.mu"),
        ["7nm.bf16.mul="]
    );
    assert_eq!(
        values("estimate gpt2 --table h100 --static --set hbm3.gb"),
        ["hbm3.gb_s="]
    );
    assert_eq!(
        values("sweep attention --over table=45nm,fp"),
        ["table=45nm,fpga-zc706"]
    );
    assert_eq!(
        values("sweep attention --over variant=e-"),
        ["variant=e-att"]
    );
    assert_eq!(
        values("sweep attention --table 7nm --over format=bf"),
        ["format=bf16"]
    );
    assert!(values("estimate gpt2 --memory ").contains(&"sram 8 KiB".to_owned()));
}

/// Few words, and pages of the documentation.
#[test]
fn words_are_known() {
    assert_eq!(
        values("estimate gpt2 --phase "),
        ["prefill", "decode", "train"]
    );
    assert_eq!(values("estimate gpt2 --movement t"), ["tiled"]);
    assert_eq!(values("estimate gpt2 --output js"), ["json"]);
    assert_eq!(values("help claim"), ["claims", "claim-files"]);
    assert_eq!(values("new mo"), ["model"]);
    assert_eq!(values("completions zs"), ["zsh"]);
}

/// A line that makes no sense is answered with nothing, and never with a complaint.
#[test]
fn nonsense_is_borne() {
    for line in [
        "estimate none --set ",
        "estimate ./none.toml --scope x",
        "nothing ",
        "estimate --model --table ",
        "compare attention --variants ,,",
        "sweep attention --over =",
        "estimate attention --set 45nm.",
        "-- -- ",
    ] {
        answers(root(), line);
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        for words in [&[][..], &["--"]] {
            let output = Command::new(PROGRAM)
                .env("_PICOJOULE_COMPLETE", shell)
                .args(words)
                .output()
                .unwrap();
            assert!(output.stdout.is_empty(), "{shell} {words:?}");
            assert!(output.stderr.is_empty(), "{shell} {words:?}");
        }
    }
    // Another program's variable changes nothing.
    let output = Command::new(PROGRAM)
        .env("COMPLETE", "bash")
        .env("_PICOJOULE_COMPLETE", "none")
        .arg("--version")
        .output()
        .unwrap();
    assert!(
        String::from_utf8(output.stdout)
            .unwrap()
            .starts_with("picojoule ")
    );
}

/// Every shell gets a script that calls this very program.
#[test]
fn every_shell_has_a_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = printed(root(), &["completions", shell]);
        assert!(script.contains("_PICOJOULE_COMPLETE"), "{shell}: {script}");
        assert!(script.contains(PROGRAM), "{shell}: {script}");
    }
    let output = picojoule(root(), &["completions", "tcsh"]);
    assert_eq!(output.status.code(), Some(2));
}

/// What a shell prints; nothing where it is not installed, which is told. Where tools
/// are required that is a failure.
fn in_shell(shell: &str, arguments: &[&str], script: &str) -> Option<String> {
    let run = Command::new(shell)
        .args(arguments)
        .args(["-c", script])
        .env("PROGRAM", PROGRAM)
        .current_dir(root())
        .output();
    let Ok(output) = run else {
        let is_required = std::env::var("PICOJOULE_TEST_TOOLS").is_ok_and(|all| all == "required");
        assert!(!is_required, "{shell} is not installed");
        eprintln!("skipped: {shell} is not installed");
        return None;
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{shell}: {errors}");
    Some(String::from_utf8(output.stdout).unwrap())
}

/// The function that bash calls, with the variables that it sets: `=` ends a word to
/// it, so only what stands behind it is answered.
#[test]
fn bash_completes() {
    let script = r#"
        source <("$PROGRAM" completions bash)
        complete -p picojoule
        ask() { COMP_LINE=$1; COMP_POINT=${#1}; _picojoule picojoule "$2" "$3"; echo "${COMPREPLY[@]}"; }
        ask 'picojoule estimate bert-b' bert-b estimate
        ask 'picojoule estimate attention --set fp32.mu' fp32.mu --set
        ask 'picojoule sweep attention --over table=45nm,fp' 45nm,fp =
        ask 'picojoule estimate "attention" --format=i' i =
        ask 'picojoule compare attention --variants ' '' --variants
    "#;
    let Some(told) = in_shell("bash", &["--norc"], script) else {
        return;
    };
    let lines: Vec<&str> = told.lines().collect();
    assert!(lines[0].contains("-F _picojoule picojoule"), "{told}");
    assert_eq!(
        lines[1..],
        [
            "bert-base",
            "fp32.mul=",
            "45nm,fpga-zc706",
            "int32 int16 int8 int1",
            "vanilla e-att l1"
        ]
    );
}

/// zsh's own function shows what it is given; here it is printed.
#[test]
fn zsh_completes() {
    let script = r#"
        autoload -U compinit; compinit -u -D
        source <("$PROGRAM" completions zsh)
        echo $_comps[picojoule]
        _describe() { print -l -- "${(@P)3}" $4 }
        ask() { words=("$@"); CURRENT=$#words; _picojoule }
        ask picojoule estimate bert-b
        ask picojoule estimate attention --set fp32.mu
        ask picojoule sweep attention --over table=45nm,fp
    "#;
    let Some(told) = in_shell("zsh", &["-f"], script) else {
        return;
    };
    let lines: Vec<&str> = told.lines().filter(|line| !line.is_empty()).collect();
    assert_eq!(
        lines,
        [
            "_picojoule",
            "bert-base:model",
            "fp32.mul=:3.7 pJ",
            "-S",
            "table=45nm,fpga-zc706:table"
        ]
    );
}

#[test]
fn fish_completes() {
    let script = "
        $PROGRAM completions fish | source
        complete -C 'picojoule estimate bert-b'
        complete -C 'picojoule compare attention --variants vanilla,e-'
        complete -C 'picojoule estimate attention --set fp32.mu'
    ";
    let Some(told) = in_shell("fish", &["--no-config"], script) else {
        return;
    };
    let lines: Vec<&str> = told.lines().collect();
    assert_eq!(
        lines,
        ["bert-base\tmodel", "vanilla,e-att", "fp32.mul=\t3.7 pJ"]
    );
}
