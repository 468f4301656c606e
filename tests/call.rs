//! Commands that another program calls: the words of the command line, and results.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use picojoule::TableFormat;
use picojoule::cli::{Call, Shown};
use picojoule::render::table::write;

/// Files that lie on no disk.
fn files(given: &[(&str, &[u8])]) -> BTreeMap<PathBuf, Arc<[u8]>> {
    let files = given.iter();
    files
        .map(|(name, bytes)| (PathBuf::from(name), Arc::from(*bytes)))
        .collect()
}

fn mistake<T>(result: Result<T, picojoule::Problems>) -> String {
    match result {
        Ok(_) => String::new(),
        Err(problems) => problems.to_string(),
    }
}

/// b n d, d e -> b n e at b = 1, n = 3, d = 8: 192 products and additions at 3.7 + 0.9 pJ
/// on the table, and at 2 + 0.9 where a file makes the product cheaper.
#[test]
fn a_file_in_memory_is_read_like_one_on_disk() {
    let table = b"name = \"mine\"\nextends = \"45nm\"\n[source.s]\ntitle = \"t\"\nwhere = \"w\"\n\
        [fp32]\nmul = { pj = 2, source = \"s\", confidence = \"low\" }\n";
    let words = [
        "estimate",
        "attention",
        "--set=n=3",
        "--set=d=8",
        "--set=h=1",
    ];
    let of_q = |call: Call| {
        let estimates = call.estimates().unwrap();
        let stages = estimates.all()[0].by(picojoule::By::Stage);
        let q = stages.into_iter().find(|stage| stage.name == "q-proj");
        q.unwrap().energy().unwrap().picojoules()
    };
    assert!((of_q(Call::new(words)) - 883.2).abs() < 1e-9);
    let words = words.into_iter().chain(["--table=mine.toml"]);
    let call = Call::with_files(words, files(&[("mine.toml", table)]));
    assert!((of_q(call) - 192.0 * 2.9).abs() < 1e-9);
}

#[test]
fn notes_of_an_import_come_to_the_program_that_calls() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx");
    let mut graphs: Vec<PathBuf> = std::fs::read_dir(root.join("small"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|end| end == "onnx"))
        .collect();
    graphs.sort();
    let mut told = 0;
    for path in graphs {
        let bytes = std::fs::read(&path).unwrap();
        let call = Call::with_files(["estimate", "g.onnx"], files(&[("g.onnx", &bytes)]));
        let on_disk = Call::new(["estimate".as_ref(), path.as_os_str()]);
        match (call.estimates(), on_disk.estimates()) {
            (Ok(held), Ok(read)) => {
                assert_eq!(held.all()[0].total(), read.all()[0].total(), "{path:?}");
                assert_eq!(call.take_notes().len(), {
                    let notes = on_disk.take_notes();
                    told += notes.len();
                    notes.len()
                });
                assert!(call.take_notes().is_empty());
            }
            (held, read) => assert_eq!(held.is_err(), read.is_err(), "{path:?}"),
        }
    }
    assert!(told > 0, "no graph has anything to say");
}

#[test]
fn every_form_of_a_result_is_there() {
    let compared = Call::new(["compare", "attention", "--table=45nm", "--scope=alignment"]);
    let compared = compared.comparison().unwrap();
    assert!(
        compared
            .json()
            .unwrap()
            .contains("\"baseline\": \"vanilla\"")
    );
    assert!(write(&compared.rows(), TableFormat::Csv, 0).starts_with("scope,table,format"));
    assert!(compared.picture(&Default::default()).unwrap().is_ok());
    let found = Call::new([
        "crossover",
        "attention",
        "--between=vanilla,e-att",
        "--over=n=1..9",
    ]);
    let found = found.crossovers().unwrap();
    assert!(!found.is_anywhere());
    assert!(found.picture(&Default::default()).is_none());
}

/// Both parts of 100 points, and a file that is dropped before it is finished.
#[test]
fn a_sweep_is_taken_block_by_block() {
    let mut rows = 0;
    for part in ["0/2", "1/2"] {
        let job = Call::new(["sweep", "attention", "--over=n=1..100", "--shard", part]);
        let job = job.sweep().unwrap();
        assert_eq!(job.points(), 50);
        let refused = job.stream(
            |_, rows| rows,
            |more| {
                rows += more;
                Ok::<(), ()>(())
            },
        );
        assert_eq!(refused, Ok(0));
    }
    assert_eq!(rows, 100);
    let folder = tempfile::tempdir().unwrap();
    let job = Call::new(["sweep", "attention", "--over=n=1..100"])
        .sweep()
        .unwrap();
    let (encoder, mut file) = job.file(&folder.path().join("rows.csv")).unwrap();
    let encode = |columns: Vec<_>, rows| encoder.encode_taken(&columns, rows);
    job.stream(encode, |block| file.write(block)).unwrap();
    drop(file);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_is_wrong_is_said_without_how_a_shell_calls_it() {
    let told = mistake(Call::new(["estimate", "attention", "--by=colour"]).estimates());
    assert!(told.contains("invalid value 'colour'"), "{told}");
    assert!(
        !told.contains("Usage:") && !told.contains("--help"),
        "{told}"
    );
    let told = mistake(Call::new(["compare", "attention"]).estimates());
    assert!(told.contains("`compare` is called as `estimate`"), "{told}");
    let told = mistake(Call::new(["estimate", "--", "--help"]).estimates());
    assert!(told.contains("no model `--help` ships"), "{told}");
}
