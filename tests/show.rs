//! What ships, shown: the file as it is, and what is read in it.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;

use common::program::{picojoule, printed, refused};
use picojoule::catalog::{self, Kind};
use serde_json::Value;

fn here() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn shown(name: &str, kind: &str) -> Value {
    let arguments = ["show", name, "--kind", kind, "--output", "json"];
    serde_json::from_str(&printed(here(), &arguments)).unwrap()
}

const KINDS: [(Kind, &str); 5] = [
    (Kind::Model, "model"),
    (Kind::Block, "block"),
    (Kind::Table, "table"),
    (Kind::Claim, "claim"),
    (Kind::Report, "report"),
];

/// Of everything that ships: `toml` is the file, byte by byte; `text` begins with it
/// and goes on with comments alone, so that it is the same file again; JSON names it.
#[test]
fn everything_that_ships_is_shown_as_it_is() {
    for (kind, word) in KINDS {
        for name in catalog::names(kind) {
            let source = catalog::find(kind, name).unwrap();
            let show = |output| printed(here(), &["show", name, "--kind", word, "-o", output]);
            assert_eq!(show("toml"), source.text(), "{name}");
            let text = show("text");
            let comments = text.strip_prefix(source.text()).unwrap();
            for line in comments.lines() {
                assert!(line.is_empty() || line.starts_with('#'), "{name}: {line}");
            }
            let json: Value = serde_json::from_str(&show("json")).unwrap();
            assert_eq!(json["name"], name);
            assert_eq!(json["kind"], word);
            assert_eq!(json["file"], source.name());
        }
    }
}

/// `show MODEL > mine.toml` is a model that costs what the shipped one does.
#[test]
fn what_is_shown_is_a_start() {
    let folder = tempfile::tempdir().unwrap();
    let text = printed(here(), &["show", "attention"]);
    std::fs::write(folder.path().join("mine.toml"), text).unwrap();
    let arguments = |model| ["compare", model, "--output", "json"];
    assert_eq!(
        printed(folder.path(), &arguments("./mine.toml")),
        printed(folder.path(), &arguments("attention"))
    );
}

/// Where every scope's stages lie: the lines that are named are those of the `[[op]]`
/// that has the stage, read here from the files.
#[test]
fn stages_lie_where_their_ops_are_written() {
    let model = shown("transformer-base", "model");
    let stages = model["stages"].as_array().unwrap();
    for stage in stages {
        let file = stage["file"].as_str().unwrap();
        let text = std::fs::read_to_string(here().join(file)).unwrap();
        let lines: Vec<&str> = text.lines().collect();
        for line in stage["lines"].as_array().unwrap() {
            let at = usize::try_from(line.as_u64().unwrap()).unwrap();
            assert_eq!(lines[at - 1], "[[op]]", "{file}:{at}");
            let name = lines[at].split('"').nth(1).unwrap();
            let ops = stage["ops"].as_array().unwrap();
            assert!(ops.iter().any(|op| op == name), "{file}:{at}: {name}");
        }
    }
    // models/blocks/vanilla.toml has q in stage q-proj; the encoder's attention and
    // both of the decoder's are that block.
    let q = stages
        .iter()
        .find(|stage| stage["stage"] == "q-proj" && stage["variants"][0] == "vanilla")
        .unwrap();
    assert_eq!(q["file"], "models/blocks/vanilla.toml");
    assert_eq!(q["blocks"].as_array().unwrap().len(), 3);
    // Its scopes, as the block defines them: alignment is q-proj, k-proj and score;
    // E-Att adds what binarises.
    let scope = |variant: &str| {
        let scopes = model["scopes"].as_array().unwrap().iter();
        let mut found = scopes.filter(|scope| {
            let variants = scope["variants"].as_array().unwrap();
            scope["scope"] == "alignment" && variants.iter().any(|known| known == variant)
        });
        found.next().unwrap()["stages"].clone()
    };
    assert_eq!(
        scope("vanilla"),
        serde_json::json!(["q-proj", "k-proj", "score"])
    );
    assert_eq!(
        scope("e-att"),
        serde_json::json!(["binarise", "q-proj", "k-proj", "score"])
    );
}

/// The numbers of a model: sizes with their values, a share, what must be given.
#[test]
fn numbers_have_their_values() {
    let number = |model: &Value, name: &str| {
        let numbers = model["numbers"].as_array().unwrap().iter();
        numbers
            .clone()
            .find(|one| one["name"] == name)
            .unwrap()
            .clone()
    };
    let vit = shown("vit-b-16", "model");
    // 224 / 16 = 14 patches a side.
    assert_eq!(number(&vit, "img")["value"], 224);
    let bert = shown("bert-base", "model");
    assert_eq!(number(&bert, "n")["value"], 128);
    let phases = bert["phases"].as_array().unwrap();
    assert_eq!(phases[0]["there"], true);
    assert_eq!(phases[1]["there"], false);
    assert!(phases[1]["why"].as_str().unwrap().contains("causal"));
    let folder = tempfile::tempdir().unwrap();
    let text = "name = \"open\"\ninputs = { x = \"batch d\" }\nneeds = [\"batch\"]\n\
        dims = { d = 4, e = \"2 * d\" }\n[[op]]\nname = \"up\"\n\
        einsum = \"b d, d e -> b e\"\ninputs = [\"x\", { weight = \"d e\" }]\n";
    std::fs::write(folder.path().join("open.toml"), text).unwrap();
    let json = printed(folder.path(), &["show", "./open.toml", "-o", "json"]);
    let open: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(number(&open, "batch")["value"], Value::Null);
    assert_eq!(number(&open, "e")["value"], 8);
    assert_eq!(number(&open, "e")["formula"], "2 * d");
    assert_eq!(open["stages"][0]["ops"], serde_json::json!(["up"]));
}

/// A claim says what was published and what it is computed by.
#[test]
fn a_claim_is_shown_with_its_recipe() {
    let claim = shown("l-mul", "claim");
    assert_eq!(claim["claims"][0]["published"], "95 %");
    assert_eq!(
        claim["claims"][0]["formula"],
        "1 - 45nm.int16.add / 45nm.fp16.mul"
    );
    assert_eq!(claim["try"], "picojoule claims l-mul");
}

/// A name of several kinds means the first of them, and the others are told of.
#[test]
fn a_name_of_two_kinds_says_so() {
    let output = picojoule(here(), &["show", "bitnet", "--output", "json"]);
    let json: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["kind"], "model");
    let note = String::from_utf8(output.stderr).unwrap();
    assert!(
        note.contains("also a claim: `picojoule show bitnet --kind claim`"),
        "{note}"
    );
}

#[test]
fn unknown_names_are_answered_over_all_kinds() {
    for (typed, meant) in [
        ("bert-bse", "did you mean `bert-base`, a model?"),
        ("45mm", "did you mean `45nm`, a table?"),
        ("laten", "did you mean `latent`, a block?"),
        ("e-at", "did you mean `e-att`, a block and a report?"),
        ("training-enrgy", "did you mean `training-energy`, a claim?"),
    ] {
        let told = refused(here(), &["show", typed]);
        assert!(told.contains(meant), "{typed}: {told}");
    }
    let told = refused(here(), &["show", "zzzz"]);
    for part in [
        "models: one of `attention`",
        "tables: one of `45nm`",
        "./mine.toml",
    ] {
        assert!(told.contains(part), "{told}");
    }
    let told = refused(here(), &["show", "45nm", "--kind", "model"]);
    assert!(told.contains("no model `45nm` ships"), "{told}");
}

/// A file of one's own is shown as what it is.
#[test]
fn files_are_told_apart_by_what_is_in_them() {
    for (kind, word) in KINDS {
        for name in catalog::names(kind) {
            let source = catalog::find(kind, name).unwrap();
            let arguments = ["show", source.name(), "--output", "json"];
            let json: Value = serde_json::from_str(&printed(here(), &arguments)).unwrap();
            assert_eq!(json["kind"], word, "{}", source.name());
        }
    }
}

/// The lists, for programs: dims are numbers, formats and variants are lists.
#[test]
fn lists_of_models_and_tables_are_json() {
    let list = |arguments: &[&str]| -> Value {
        serde_json::from_str(&printed(here(), arguments)).unwrap()
    };
    let models = list(&["models", "--output", "json"]);
    let models = models["rows"].as_array().unwrap();
    assert_eq!(models.len(), catalog::names(Kind::Model).count());
    assert_eq!(models[0]["model"], "attention");
    assert_eq!(models[0]["dims"]["d"], 512);
    assert_eq!(
        models[0]["variants"],
        serde_json::json!(["vanilla", "e-att", "l1"])
    );
    let tables = list(&["table", "list", "-o", "json"]);
    let tables = tables["rows"].as_array().unwrap();
    assert_eq!(tables.len(), catalog::names(Kind::Table).count());
    assert_eq!(tables[0]["table"], "45nm");
    assert_eq!(tables[0]["formats"][0], "fp32");
    let csv = printed(here(), &["models", "-o", "csv"]);
    assert!(csv.starts_with("model,about,variants,dims\n"), "{csv}");
}
