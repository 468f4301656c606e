//! A model that is made of another file is handed over with its text, and not
//! always read from it. It is the model that the text gives: all fixtures of ONNX
//! graphs, NIR graphs and configs, part by part and place by place.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use picojoule::import::Given;
use picojoule::import::bytes::Bytes;
use picojoule::loader::{Files, Loader};
use picojoule::model::{Model, Module};
use picojoule::source::{Outline, Source};

struct Disk;

impl Files for Disk {
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read>> {
        Ok(Box::new(File::open(path)?))
    }

    fn bytes(&self, path: &Path) -> io::Result<Box<dyn Bytes>> {
        Ok(Box::new(File::open(path)?))
    }

    fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }
}

/// All files with this ending in a folder and those within.
fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    let entries = std::fs::read_dir(folder).unwrap();
    for path in entries.map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|own| own == ending) {
            found.push(path);
        }
    }
}

fn assert_same(handed: &Module, read: &Module) {
    assert_eq!(handed.name, read.name);
    assert_eq!(handed.about, read.about);
    assert_eq!(handed.inputs, read.inputs);
    assert_eq!(handed.weights, read.weights);
    assert_eq!(handed.needs, read.needs);
    assert_eq!(handed.numbers, read.numbers);
    assert_eq!(handed.emptiable, read.emptiable);
    assert_eq!(handed.aliases, read.aliases);
    assert_eq!(handed.tokens, read.tokens);
    assert_eq!(handed.fractional, read.fractional);
    assert_eq!(handed.slots, read.slots);
    assert_eq!(handed.ops, read.ops);
    assert_eq!(handed.scopes, read.scopes);
    assert_eq!(handed.variants, read.variants);
    assert_eq!(handed.output, read.output);
    assert_eq!(handed.format, read.format);
    assert_eq!(handed.linear, read.linear);
    assert_eq!(handed.stored, read.stored);
    assert_eq!(handed.bit_density, read.bit_density);
    assert_eq!(handed.decode, read.decode);
    assert_eq!(handed.densities, read.densities);
    assert_eq!(handed.source, read.source);
    assert_eq!(handed.blocks.len(), read.blocks.len());
    for (handed, read) in handed.blocks.iter().zip(&read.blocks) {
        assert_eq!(handed.name, read.name);
        assert_same(&handed.module, &read.module);
    }
}

/// Holds the models of all files against those of their texts; gives how many
/// there were, and how many of them had an outline.
fn checked(folder: &str, ending: &str) -> (usize, usize) {
    let (mut all, mut outlined, mut paths) = (0, 0, Vec::new());
    files(&Path::new("tests").join(folder), ending, &mut paths);
    let loader = Loader::new(Disk);
    for path in paths {
        let name = path.to_str().unwrap();
        // Some are there to be refused, and some need sizes that nobody gives.
        let Ok(imported) = loader.import(name, &Given::new()) else {
            continue;
        };
        let handed = loader.model(name).unwrap();
        loader.forget_models();
        let source = Source::generated(handed.root.source.name(), imported.text);
        let read = Model::read(&source, &loader).unwrap();
        assert_same(&handed.root, &read.root);
        all += 1;
        outlined += usize::from(
            imported
                .outline
                .is_some_and(|own| own != Outline::default()),
        );
    }
    (all, outlined)
}

#[test]
fn a_graph_is_the_model_of_its_text() {
    let (all, outlined) = checked("onnx", "onnx");
    assert!(all > 400, "{all}");
    assert_eq!(all, outlined);
}

#[test]
fn a_spiking_network_is_the_model_of_its_text() {
    let (all, _) = checked("nir", "nir");
    assert!(all > 50, "{all}");
}

#[test]
fn a_config_is_the_model_of_its_text() {
    let (all, _) = checked("huggingface", "json");
    assert!(all > 100, "{all}");
}
