//! What is said of wrong input: the files of `tests/bad`, the command line,
//! and damage done at random.
//!
//! A fixture is a file with its mistakes annotated where they must be told: a
//! comment `#! text` wants a mistake on its line whose message or help holds
//! `text`, and `#! :17 text` wants it at column 17. Every mistake must be
//! annotated, and every annotation met; `#! text` twice on a line wants both.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Arc;

use picojoule::catalog::{self, Finder, Kind, not_shipped};
use picojoule::graph::{Unfold, lower};
use picojoule::model::Model;
use picojoule::source::{Diagnostic, Problems, Source, Spanned};
use picojoule::table::EnergyTable;
use proptest::prelude::*;

/// Blocks that ship and those in `tests/bad`, with a note of what was read.
#[derive(Default)]
struct Folder(RefCell<Vec<Arc<Source>>>);

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad")
}

fn source(name: &str) -> Option<Arc<Source>> {
    let text = std::fs::read_to_string(folder().join(name)).ok()?;
    Some(Source::new(name, text))
}

impl Finder for Folder {
    fn find(&self, kind: Kind, name: &Spanned<String>) -> Result<Arc<Source>, Diagnostic> {
        let found = match name.value.strip_prefix("./") {
            Some(path) => source(path),
            None => catalog::find(kind, &name.value),
        };
        let mistake = |message| Diagnostic::at(&name.place, message);
        let found = found.ok_or_else(|| not_shipped(kind, &name.value, mistake))?;
        self.0.borrow_mut().push(Arc::clone(&found));
        Ok(found)
    }

    fn names(&self, kind: Kind) -> Vec<&str> {
        catalog::names(kind).collect()
    }
}

/// Everything that is wrong with a model in any of its variants.
fn mistakes_of_model(source: &Arc<Source>, finder: &dyn Finder) -> Problems {
    let mut all = Problems::new();
    match Model::read(source, finder) {
        Err(problems) => all.extend(problems),
        Ok(model) => {
            for variant in model.variant_names() {
                if let Err(problems) = lower(&model, variant, &[], Unfold::No) {
                    all.extend(problems);
                }
            }
        }
    }
    all
}

fn mistakes_of_table(source: &Arc<Source>) -> Problems {
    match EnergyTable::read(source, &Folder::default()) {
        Err(problems) => problems,
        Ok(_) => Problems::new(),
    }
}

/// A mistake that a fixture wants.
struct Wanted {
    file: String,
    line: usize,
    column: Option<usize>,
    text: String,
    met: bool,
}

fn wanted(source: &Source) -> Vec<Wanted> {
    let mut all = Vec::new();
    for (at, line) in source.text().lines().enumerate() {
        for note in line.split("#! ").skip(1) {
            let note = note.trim();
            let (column, text) = match note.strip_prefix(':').and_then(|n| n.split_once(' ')) {
                Some((column, text)) => (Some(column.parse().expect("a column")), text),
                None => (None, note),
            };
            all.push(Wanted {
                file: source.name().to_owned(),
                line: at + 1,
                column,
                text: text.to_owned(),
                met: false,
            });
        }
    }
    all
}

#[test]
fn every_mistake_is_told_where_it_stands() {
    let mut faults = Vec::new();
    let mut files: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".toml"))
        .collect();
    files.sort();
    assert!(files.len() > 10, "{files:?}");
    for file in files {
        let main = source(&file).unwrap();
        let library = Folder::default();
        let problems = if file.starts_with("table-") {
            mistakes_of_table(&main)
        } else {
            mistakes_of_model(&main, &library)
        };
        let mut annotated = wanted(&main);
        for block in library.0.borrow().iter() {
            if ["blocks/", "densities/"]
                .iter()
                .any(|own| block.name().starts_with(own))
            {
                annotated.extend(wanted(block));
            }
        }
        for diagnostic in problems.iter() {
            let place = diagnostic.place().expect("a place");
            let (line, column) = place.source().line_column(place.span().start);
            let found = annotated.iter_mut().find(|want| {
                !want.met
                    && want.file == place.source().name()
                    && want.line == line
                    && want.column.is_none_or(|wanted| wanted == column)
                    && (diagnostic.message().contains(&want.text)
                        || diagnostic.helps().any(|help| help.contains(&want.text)))
            });
            match found {
                Some(want) => want.met = true,
                None => faults.push(format!("{place}: not annotated: {}", diagnostic.message())),
            }
        }
        for want in annotated.iter().filter(|want| !want.met) {
            faults.push(format!(
                "{}:{}: not told: {}",
                want.file, want.line, want.text
            ));
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

// The command line.

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

/// Runs a command that must be refused with each of the `texts`.
#[track_caller]
fn refused(arguments: &[&str], texts: &[&str]) {
    let output = run(arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {told}");
    assert!(output.stdout.is_empty(), "{arguments:?} printed a result");
    for text in texts {
        assert!(told.contains(text), "{arguments:?} lacks {text:?}:\n{told}");
    }
    assert!(!told.contains("panicked"), "{told}");
}

#[test]
fn unknown_names_are_told_with_the_nearest() {
    refused(&["estimate", "bert-bas"], &["did you mean `bert-base`?"]);
    refused(
        &["compare", "attention", "--variant", "e-at"],
        &["command line:1:11", "did you mean `e-att`?"],
    );
    refused(
        &["compare", "bert-base", "--variant", "e-at"],
        &["did you mean `e-att`?"],
    );
    refused(
        &["estimate", "attention", "--table", "45mm"],
        &["--table 45mm", "did you mean `45nm`?", "./45mm.toml"],
    );
    refused(
        &["estimate", "attention", "--format", "int9"],
        &["--format int9", "table `45nm` has no format int9"],
    );
    refused(
        &["estimate", "attention", "--format", "float"],
        &["`float` is no number format"],
    );
    refused(
        &["estimate", "attention", "--free", "mull"],
        &["did you mean `mul`?"],
    );
    refused(
        &["compare", "attention", "--scope", "attenton"],
        &["did you mean `attention`?"],
    );
    refused(
        &["estimate", "attention", "--set", "45nm.fp32.mull=2"],
        &["did you mean `mul`?"],
    );
    refused(
        &["compare", "attention", "--variant", "./none.toml"],
        &["cannot read `./none.toml`"],
    );
    refused(&["table", "show", "7mm"], &["did you mean `7nm`?"]);
}

#[test]
fn all_that_is_wrong_is_told_in_one_go() {
    let arguments = [
        "compare",
        "attention",
        "--set",
        "dd=3",
        "--set",
        "ee=4",
        "--table",
        "45mm",
        "--format",
        "int99",
        "--free",
        "mull",
    ];
    let texts = [
        "unknown dim or parameter `dd`",
        "--set dd=3",
        "unknown dim or parameter `ee`",
        "no table `45mm` ships",
        "no table has int99",
        "unknown primitive `mull`",
    ];
    refused(&arguments, &texts);
    refused(
        &["estimate", "./nowhere.toml", "--table", "45mm"],
        &["nowhere.toml", "no table `45mm`"],
    );
}

#[test]
fn values_that_make_no_sense_are_refused_where_they_were_typed() {
    let huge = format!("d=1{}", "0".repeat(40));
    let deep = format!("d={}", "(".repeat(500));
    let long = format!("d=1{}", "+1".repeat(50_000));
    for (set, text) in [
        ("d", "no value for `d`"),
        ("d=", "no value after the `=`"),
        ("=3", "no name before the `=`"),
        ("d=-1", "dim `d` is -1: not above 0"),
        ("d=0", "dim `d` is 0: not above 0"),
        ("d=1.5", "dim `d` is 1.5: not a whole number"),
        (
            "d=1000000000000000000",
            "dim `d` is 1000000000000000000: above 10^15",
        ),
        (huge.as_str(), "above 10^15"),
        ("d=nan", "`d` is set to nan, which is no number"),
        ("d=inf", "`d` is set to inf"),
        ("rho=-0.5", "parameter `rho` is -0.5: below 0"),
        ("d=n*", "formula `n*`: ends where a value should stand"),
        ("d=n/0", "division by zero"),
        ("d=9^9^9", "exponent"),
        ("d=x", "unknown name `x`"),
        (deep.as_str(), "nested"),
        (long.as_str(), "longer than"),
    ] {
        refused(
            &["compare", "attention", "--set", set],
            &["command line:1:", text],
        );
    }
    refused(
        &["compare", "attention", "--set", "d=2", "--set", "d=3"],
        &["`d` is given twice"],
    );
    refused(
        &["compare", "attention", "--set", "h=7"],
        &["models/blocks/vanilla.toml", "d/h with d = 512, h = 7"],
    );
    refused(&["compare", "attention", "--set", "rho=2"], &["above 1"]);
    refused(
        &["estimate", "bert-base", "--set", "layers=1000000000"],
        &["the most repeats there can be"],
    );
    refused(
        &["estimate", "attention", "--set", "45nm.fp32.mul=-1"],
        &["at least 0"],
    );
}

#[test]
fn files_that_are_no_models_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let write = |name: &str, bytes: &[u8]| {
        std::fs::write(path(name), bytes).unwrap();
        path(name)
    };
    refused(&["estimate", &path("missing.toml")], &["cannot read"]);
    refused(
        &["estimate", folder.path().to_str().unwrap()],
        &["is a folder"],
    );
    refused(
        &["estimate", &write("empty.toml", b"")],
        &["the file is empty"],
    );
    refused(&["table", "show", &path("empty.toml")], &["empty.toml:1:1"]);
    refused(
        &["estimate", &write("bin.toml", &[0xff, 0, 1])],
        &["no UTF-8"],
    );
    let large = vec![b'#'; 100 << 20];
    refused(
        &["estimate", &write("large.toml", &large)],
        &["larger than"],
    );
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink("/dev/zero", path("zero.toml")).unwrap();
        refused(&["estimate", &path("zero.toml")], &["larger than"]);
    }
    for deep in [
        format!("a={}{}", "[".repeat(100_000), "]".repeat(100_000)),
        format!("a={}1{}", "{a=".repeat(100_000), "}".repeat(100_000)),
        format!("a{}=1", ".a".repeat(100_000)),
        format!("[a{}]", ".a".repeat(100_000)),
    ] {
        refused(
            &["estimate", &write("deep.toml", deep.as_bytes())],
            &["not valid TOML"],
        );
    }
    let noise = "=\n".repeat(100_000);
    refused(
        &["estimate", &write("noise.toml", noise.as_bytes())],
        &["more"],
    );
    let keys: String = (0..20_000).map(|at| format!("k{at} = 1\n")).collect();
    refused(
        &["estimate", &write("keys.toml", keys.as_bytes())],
        &["19962 more"],
    );
}

#[test]
fn a_table_for_a_model_and_a_model_for_a_table_are_noticed() {
    refused(
        &["estimate", "energy-tables/45nm.toml"],
        &["this is a hardware table, not a model"],
    );
    refused(
        &["table", "show", "models/attention.toml"],
        &["this is a model, not a hardware table"],
    );
}

#[test]
fn a_plot_that_cannot_be_written_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    refused(
        &["estimate", "attention", "--plot", &path("a.gif")],
        &["must end in .svg, .png or .pdf"],
    );
    refused(
        &["estimate", "attention", "--plot", &path("missing/a.svg")],
        &["cannot write"],
    );
    std::fs::create_dir(path("taken.svg")).unwrap();
    refused(
        &["estimate", "attention", "--plot", &path("taken.svg")],
        &["cannot write"],
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn a_closed_pipe_is_no_mistake() {
    use std::io::Read;
    use std::process::Stdio;
    let mut child = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(["estimate", "bert-base", "--by", "op", "--output", "csv"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let mut told = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut told)
        .unwrap();
    assert_eq!(told, "");
    assert!(child.wait().unwrap().success());
    // Nor is one for what is wrong.
    let mut child = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(["estimate", "no-such-model"])
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

// Damage.

/// Every file that ships: whether it is a table, and its text.
fn shipped() -> Vec<(Kind, Arc<Source>)> {
    [Kind::Model, Kind::Block, Kind::Table]
        .into_iter()
        .flat_map(|kind| {
            catalog::names(kind).map(move |name| (kind, catalog::find(kind, name).unwrap()))
        })
        .collect()
}

fn places_are_inside(problems: &Problems) {
    for diagnostic in problems.iter() {
        if let Some(place) = diagnostic.place() {
            let text = place.source().text();
            assert!(text.get(place.span()).is_some(), "{diagnostic:?}");
        }
    }
    let _ = problems.render(false);
}

/// The shipped blocks, one of them damaged.
struct Damaged(Arc<Source>);

impl Finder for Damaged {
    fn find(&self, kind: Kind, name: &Spanned<String>) -> Result<Arc<Source>, Diagnostic> {
        if self.0.name() == format!("models/blocks/{}.toml", name.value) {
            return Ok(Arc::clone(&self.0));
        }
        Folder::default().find(kind, name)
    }

    fn names(&self, kind: Kind) -> Vec<&str> {
        catalog::names(kind).collect()
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn no_text_makes_a_reader_panic(text in "(?s).{0,200}") {
        let source = Source::new("t.toml", text);
        places_are_inside(&mistakes_of_model(&source, &Folder::default()));
        places_are_inside(&mistakes_of_table(&source));
    }

    #[test]
    fn no_damage_makes_a_reader_panic(
        file in 0..shipped().len(),
        from in 0.0..1.0,
        length in 0..60_usize,
        damage in prop_oneof![
            Just(None),
            Just(Some(String::new())),
            "[ -~é\\n]{0,8}".prop_map(Some),
            "-?[0-9]{1,40}".prop_map(Some),
        ],
    ) {
        let (kind, original) = shipped().swap_remove(file);
        let text = original.text();
        let cut = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap();
        let start = cut((from * text.len() as f64) as usize);
        let end = cut(start + length).max(start);
        let mut damaged = text.to_owned();
        match &damage {
            None => damaged.insert_str(start, &text[start..end]),
            Some(other) => damaged.replace_range(start..end, other),
        }
        let source = Source::new(original.name(), damaged);
        match kind {
            Kind::Table => places_are_inside(&mistakes_of_table(&source)),
            Kind::Block => {
                for name in ["attention", "bert-base", "resnet-50", "llama-3.1-8b"] {
                    let model = catalog::find(Kind::Model, name).unwrap();
                    places_are_inside(&mistakes_of_model(&model, &Damaged(Arc::clone(&source))));
                }
            }
            _ => places_are_inside(&mistakes_of_model(&source, &Folder::default())),
        }
    }
}
