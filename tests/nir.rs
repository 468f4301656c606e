//! NIR graphs of a few nodes, each with one thing that an importer may miss,
//! against counts by hand: `tests/nir/small/expected.csv` has the reckoning, in
//! the form of that of ONNX graphs. `said.csv` has what is said of a file,
//! among the notes or as the mistake for which it is refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use common::program::{count, estimated, picojoule, printed, refused};
use picojoule::import::{Given, nir};
use picojoule::loader::Loader;
use picojoule::model::Model;
use picojoule::source::Source;

fn folder(name: &str) -> PathBuf {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/nir");
    all.join(name)
}

/// The graphs in a folder.
fn files(folder: &Path) -> BTreeSet<String> {
    let files = fs::read_dir(folder).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".nir")).collect()
}

/// The rows of a table, without its head.
fn rows<const N: usize>(folder: &Path, table: &str, apart: char) -> Vec<[String; N]> {
    let text = fs::read_to_string(folder.join(table)).unwrap();
    let lines = text.lines().skip(1);
    let row = |line: &str| -> [String; N] {
        let fields: Vec<String> = line.splitn(N, apart).map(str::to_owned).collect();
        fields.try_into().unwrap()
    };
    lines.map(row).collect()
}

#[test]
fn every_graph_counts_what_was_reckoned_by_hand() {
    let folder = folder("small");
    let mut wrong = Vec::new();
    let rows = rows::<5>(&folder, "expected.csv", ',');
    for [file, settings, quantity, right, why] in &rows {
        let right: u64 = right.parse().unwrap();
        let found = estimated(&folder, file, settings).map(|estimate| {
            match quantity.strip_prefix("prim:") {
                Some(primitive) => count(&estimate, None, primitive),
                None => estimate[quantity].as_u64().unwrap_or(u64::MAX),
            }
        });
        if found != Ok(right) {
            wrong.push(format!(
                "{file} {settings}: {quantity} {found:?} instead of {right}: {why}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let known: BTreeSet<String> = rows.into_iter().map(|[file, ..]| file).collect();
    assert_eq!(known, files(&folder), "a row for every file");
}

#[test]
fn what_was_mended_is_said() {
    let folder = folder("small");
    for [file, text] in rows::<2>(&folder, "said.csv", '\t') {
        let output = picojoule(&folder, &["estimate", &file]);
        let notes = String::from_utf8(output.stderr).unwrap();
        assert!(notes.contains(&text), "{file}: {text}\n{notes}");
    }
}

#[test]
fn broken_files_are_refused_by_their_own_fault() {
    let folder = folder("broken");
    let mut wrong = Vec::new();
    let rows = rows::<2>(&folder, "said.csv", '\t');
    for [file, text] in &rows {
        let output = picojoule(&folder, &["estimate", file]);
        let error = String::from_utf8(output.stderr).unwrap();
        if output.status.code() != Some(2) || !error.contains(text) || !error.contains(file) {
            wrong.push(format!("{file} without `{text}`:\n{error}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let known: BTreeSet<String> = rows.into_iter().map(|[file, _]| file).collect();
    assert_eq!(known, files(&folder), "a row for every file");
}

/// A file and its import cost the same, and the import has names of the file.
#[test]
fn a_file_and_its_import_cannot_differ() {
    let small = folder("small");
    let place = tempfile::tempdir().unwrap();
    for file in ["recurrent.nir", "average_pool.nir", "nested.nir"] {
        let model = place.path().join("model.toml");
        let path = model.to_str().unwrap();
        printed(&small, &["import", file, "-o", path]);
        let priced = |model: &str| printed(&small, &["estimate", model, "--set", "T=7"]);
        let (imported, direct) = (priced(path), priced(file));
        assert_eq!(imported, direct);
        assert!(imported.contains("steps = 7"), "{imported}");
    }
}

/// What is set stands in the import, which then costs what the file costs with
/// it: steps by both of their names, a share, a formula; of a config too.
#[test]
fn an_import_has_what_was_set() {
    let place = tempfile::tempdir().unwrap();
    let model = place.path().join("model.toml");
    let path = model.to_str().unwrap();
    for (folder, file, set, line) in [
        (
            "nir/small",
            "recurrent.nir",
            "steps=4",
            "steps = { value = 4, alias = \"T\" }",
        ),
        (
            "nir/small",
            "recurrent.nir",
            "T=7",
            "steps = { value = 7, alias = \"T\" }",
        ),
        (
            "nir/small",
            "recurrent.nir",
            "recurrent.steps=3",
            "steps = { value = 3, ",
        ),
        ("nir/small", "recurrent.nir", "rho=0.25", "rho = 0.25 "),
        (
            "nir/small",
            "recurrent.nir",
            "rho=1/steps",
            "rho = \"1/steps\"",
        ),
        ("huggingface", "gpt2.json", "seq=12", "seq = 12 "),
        (
            "huggingface",
            "gpt2.json",
            "seq=6*batch",
            "seq = \"6*batch\" ",
        ),
    ] {
        let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
        let folder = tests.join(folder);
        printed(&folder, &["import", file, "--set", set, "-o", path]);
        let text = fs::read_to_string(&model).unwrap();
        assert!(text.contains(line), "{set}:\n{text}");
        let imported = printed(&folder, &["estimate", path]);
        let direct = printed(&folder, &["estimate", file, "--set", set]);
        assert_eq!(imported, direct, "{set}");
    }
}

/// What cannot stand in an import is refused, with its reason.
#[test]
fn an_import_takes_only_numbers_of_the_model() {
    let tests = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    for (file, set, why) in [
        (
            "nir/small/recurrent.nir",
            "steps=0.5",
            "dim `steps` is 0.5: not a whole number",
        ),
        (
            "nir/small/recurrent.nir",
            "seps=5",
            "unknown dim or parameter `seps`",
        ),
        (
            "nir/small/recurrent.nir",
            "snn.steps=5",
            "`snn.steps` is neither a dim",
        ),
        (
            "huggingface/gpt2.json",
            "kv=2",
            "`kv` is a number of blocks",
        ),
    ] {
        let error = refused(&tests, &["import", file, "--set", set]);
        assert!(error.contains(why), "{set}: {error}");
        assert!(error.contains("command line:1:"), "{set}: {error}");
    }
}

/// What nobody said is told, and what was set is not: by any of its names, now
/// or from point to point.
#[test]
fn what_was_set_is_not_told_to_be_unknown() {
    let small = folder("small");
    let told = |arguments: &[&str]| {
        let output = picojoule(&small, &[arguments, &["recurrent.nir"]].concat());
        let notes = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{arguments:?}: {notes}");
        (
            notes.contains("how many steps there are"),
            notes.contains("how often neurons fire"),
        )
    };
    assert_eq!(told(&["estimate"]), (true, true));
    for set in ["steps=4", "T=4", "recurrent.steps=4"] {
        assert_eq!(told(&["estimate", "--set", set]), (false, true), "{set}");
        assert_eq!(told(&["import", "--set", set]), (false, true), "{set}");
    }
    assert_eq!(told(&["estimate", "--set", "rho=0.5"]), (true, false));
    assert_eq!(told(&["sweep", "--over", "steps=1..3"]), (false, true));
    let rates = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
    fs::write(
        rates.path(),
        "source = \"made up\"\n[densities]\nlif = 0.1\n",
    )
    .unwrap();
    let path = rates.path().to_str().unwrap();
    assert_eq!(told(&["estimate", "--densities", path]), (true, false));
}

/// Files of which bytes were changed at random, most of them numbers that say
/// where something lies: read or refused, and never with a panic. What is
/// written of them can be read.
#[test]
fn changed_files_are_read_or_refused() {
    let mut random = Random(0x5eed);
    let (mut read, mut refused) = (0, 0);
    for file in [
        "recurrent",
        "average_pool",
        "nested",
        "format_latest",
        "version_0_1",
    ] {
        let whole = fs::read(folder("small").join(format!("{file}.nir"))).unwrap();
        for round in 0..400 {
            let mut changed = whole.clone();
            for _ in 0..=random.below(3) {
                random.change(&mut changed);
            }
            if round % 40 == 0 {
                changed.truncate(1 + random.below(whole.len()));
            }
            match nir::import(Box::new(changed), "changed.nir", &Given::new()) {
                Ok(imported) => {
                    let source = Source::new("changed.toml", imported.text);
                    Model::read(&source, &Loader::shipped()).unwrap();
                    read += 1;
                }
                Err(problems) => {
                    assert!(!problems.to_string().is_empty());
                    refused += 1;
                }
            }
        }
    }
    assert!(
        read > 200 && refused > 200,
        "{read} read, {refused} refused"
    );
}

/// Numbers that look random.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % most
    }

    /// A place at which something stands.
    fn place(&mut self, file: &[u8]) -> usize {
        let mut at = 0;
        for _ in 0..16 {
            at = self.below(file.len()) & !7;
            if file[at..].iter().take(8).any(|byte| *byte != 0) {
                break;
            }
        }
        at
    }

    fn change(&mut self, file: &mut [u8]) {
        const NUMBERS: [u64; 8] = [0, 1, 96, 1 << 16, 1 << 31, 1 << 32, 1 << 60, u64::MAX];
        let at = self.place(file);
        let put = match self.below(4) {
            0 => vec![self.below(256) as u8],
            1 => vec![file[at] ^ 1 << self.below(8)],
            2 => {
                let number = NUMBERS[self.below(NUMBERS.len())].to_le_bytes();
                number[..1 << self.below(4)].to_vec()
            }
            _ => {
                let from = self.place(file);
                file[from..].iter().copied().take(8).collect()
            }
        };
        for (place, byte) in file[at..].iter_mut().zip(put) {
            *place = byte;
        }
    }
}
