//! Hugging Face configs of encoders, of text and of images: small networks
//! against `transformers` itself.
//!
//! `tests/huggingface/encoders` holds configs that `encoders.py` beside it made,
//! with the parameters and the multiply–accumulates of the library for each.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::{Path, PathBuf};

use common::*;
use picojoule::energy::Counted;
use picojoule::import::Imported;
use picojoule::import::huggingface::import;
use picojoule::source::Source;

/// So many tokens the library was run with.
const TOKENS: u64 = 10;

/// What the counter of the library does not count as it is, worked out from
/// what it counts.
const BY_HAND: [(&str, u64); 0] = [];

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/huggingface/encoders")
}

fn text(name: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap()
}

fn imported(name: &str, text: &str) -> Imported {
    import(&Source::new(format!("{name}.json"), text))
        .unwrap_or_else(|problems| panic!("{name}: {problems}"))
}

fn counts(name: &str, text: &str, settings: &[(&str, u64)]) -> Counted {
    let model = model(&imported(name, text).text);
    counted(&model, model.variant_names()[0], &set(settings))
}

/// Names, parameters, and multiply–accumulates where the library counts them.
fn small() -> Vec<(String, u64, Option<u64>)> {
    let table = std::fs::read_to_string(folder().join("expected.csv")).unwrap();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        (
            cells[0].to_owned(),
            cells[2].parse().unwrap(),
            cells[3].parse().ok(),
        )
    };
    table.lines().skip(1).map(row).collect()
}

/// The tokens of a config that reads.
fn lengths(text: &str) -> Vec<(&'static str, u64)> {
    match text.contains("\"max_position_embeddings\"") && !text.contains("ForImageClassification") {
        true => vec![("seq", TOKENS)],
        false => Vec::new(),
    }
}

#[test]
fn small_networks_have_the_parameters_and_macs_of_transformers() {
    let mut wrong = Vec::new();
    for (name, parameters, macs) in small() {
        let text = text(&name);
        let by_hand = BY_HAND.iter().find(|(known, _)| *known == name);
        let macs = by_hand.map(|(_, macs)| *macs).or(macs);
        let macs = macs.unwrap_or_else(|| panic!("no MACs of {name}"));
        let imported = match import(&Source::new(format!("{name}.json"), &*text)) {
            Ok(imported) => imported,
            Err(problems) => {
                wrong.push(format!("{name}: {problems}"));
                continue;
            }
        };
        let model = model(&imported.text);
        let found = counted(&model, model.variant_names()[0], &set(&lengths(&text)));
        if (&found.parameters, &found.macs) != (&whole(parameters), &whole(macs)) {
            wrong.push(format!(
                "{name}: {} parameters and {} MACs, not {parameters} and {macs}",
                found.parameters, found.macs
            ));
        }
        let unread = imported.notes.iter().find(|note| note.contains("not read"));
        wrong.extend(unread.map(|note| format!("{name}: {note}")));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_small_config_is_tried() {
    let tried = small();
    for entry in std::fs::read_dir(folder()).unwrap() {
        let file = entry.unwrap().file_name().into_string().unwrap();
        if let Some(name) = file.strip_suffix(".json") {
            assert!(tried.iter().any(|(known, ..)| known == name), "{name}");
        }
    }
}
