//! What programs read: a cell of CSV and a value of JSON is a number or a name, never
//! a number in words.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Every command that writes CSV and JSON.
const COMMANDS: [&str; 24] = [
    "estimate attention",
    "estimate bert-base --by layer --movement tiled",
    "estimate llama-3.1-8b --by op --table h100 --movement compulsory --static",
    "estimate attention --by primitive",
    "estimate attention --formula",
    "compare attention",
    "compare attention --by stage",
    "compare attention --by stage --scope attention,alignment --movement tiled",
    "sensitivity attention --samples 100",
    "crossover bert-base --between vanilla,l1 --over n",
    "crossover attention --between vanilla,e-att --over n=1..64",
    "require attention --over n=1..512 --saving 0.5",
    "require attention --over n --saving 0.9",
    "require attention --over rho --saving 0.4",
    "profile bert-base",
    "profile bert-base --by layer --movement tiled",
    "profile attention --diff vanilla,e-att",
    "claims",
    "audit e-att",
    "audit double-count",
    "table list",
    "table show 45nm",
    "table show h100 --columns number,value,unit,note",
    "table show 45nm --columns level,pj,per_bits,note",
];

/// Columns and fields of names and sentences, which may begin with a digit.
const NAMES: [&str; 23] = [
    "extends",
    "table",
    "model",
    "title",
    "formats",
    "format",
    "claim",
    "claims",
    "name",
    "publication",
    "of",
    "why",
    "note",
    "text",
    "formula",
    "numbers",
    "input_shape",
    "output_shape",
    "assumed",
    "about",
    "known",
    "conventions",
    "if",
];

fn run(command: &str, format: &str) -> String {
    let mut words: Vec<&str> = command.split_whitespace().collect();
    words.extend(["-o", format]);
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")))
        .args(words)
        .output()
        .unwrap();
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{command}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// Whether something begins as a number does and is none.
fn is_number_in_words(text: &str) -> bool {
    let text = text.trim_start_matches(['-', '−', '+', '<', '>', '≥', '≤', '~', '≈', '(', ' ']);
    let begins = text.starts_with(|c: char| c.is_ascii_digit() || c == '∞');
    begins && text.parse::<f64>().is_err()
}

/// By column, the cells that are numbers in words; and whether it has numbers.
fn columns(csv: &str) -> BTreeMap<String, Vec<String>> {
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let header = reader.headers().unwrap().clone();
    let mut columns: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for record in reader.records() {
        for (key, cell) in header.iter().zip(record.unwrap().iter()) {
            let cells = columns.entry(key.to_owned()).or_default();
            cells.push(cell.to_owned());
        }
    }
    columns
}

#[test]
fn no_cell_of_csv_is_a_number_in_words() {
    for command in COMMANDS {
        for (key, cells) in columns(&run(command, "csv")) {
            let is_formula = command.contains("--formula") && key != "stage";
            if is_formula || NAMES.contains(&key.as_str()) {
                continue;
            }
            let wrong: Vec<&String> = cells.iter().filter(|one| is_number_in_words(one)).collect();
            assert!(wrong.is_empty(), "{command}: {key}: {wrong:?}");
            // A column is one of numbers or one of names.
            let numbers = cells
                .iter()
                .filter(|cell| !cell.is_empty() && is_number(cell));
            let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
            let numbers = numbers.count();
            assert!(
                numbers == 0 || numbers == filled,
                "{command}: {key}: {cells:?}"
            );
        }
    }
}

fn is_number(text: &str) -> bool {
    text.is_empty() || text.parse::<f64>().is_ok()
}

/// The paths of texts that are numbers in words.
fn in_words(value: &Value, key: &str, found: &mut Vec<String>) {
    match value {
        Value::String(text) if is_number_in_words(text) || text.parse::<f64>().is_ok() => {
            found.push(format!("{key}: {text}"));
        }
        Value::Array(all) => all.iter().for_each(|one| in_words(one, key, found)),
        Value::Object(fields) => {
            for (key, field) in fields {
                if !NAMES.contains(&key.as_str()) || field.is_object() {
                    in_words(field, key, found);
                }
            }
        }
        _ => {}
    }
}

/// Numbers as they were printed stand beside their values.
#[test]
fn no_value_of_json_is_a_number_in_words() {
    for command in COMMANDS {
        let text = run(command, "json");
        if command.contains("--formula") {
            continue;
        }
        let mut found = Vec::new();
        in_words(&serde_json::from_str(&text).unwrap(), "", &mut found);
        let as_printed = ["published: ", "computed: ", "was: ", "without: ", "shown: "];
        let has_values = text.contains("_value\"");
        let is_printed = |text: &str| as_printed.iter().any(|field| text.starts_with(field));
        found.retain(|text| !(has_values && is_printed(text)));
        assert!(found.is_empty(), "{command}: {found:#?}");
    }
}

/// The tables of the report that ships, too.
#[test]
fn no_cell_of_a_report_is_a_number_in_words() {
    let report = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/e-att");
    for entry in std::fs::read_dir(report).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "csv")
            || path.ends_with("conventions.csv")
        {
            continue;
        }
        for (key, cells) in columns(&std::fs::read_to_string(&path).unwrap()) {
            if ["table", "price"].contains(&key.as_str()) {
                continue;
            }
            let wrong: Vec<&String> = cells.iter().filter(|one| is_number_in_words(one)).collect();
            assert!(wrong.is_empty(), "{}: {key}: {wrong:?}", path.display());
        }
    }
}

/// A range is two columns, and null where there is none.
#[test]
fn a_range_of_a_table_is_two_columns() {
    let csv = run("table show 45nm --columns format,primitive,pj", "csv");
    let mut lines = csv.lines();
    assert_eq!(lines.next(), Some("format,primitive,pj,pj_low,pj_high"));
    assert!(csv.contains("\nfp32,mul,3.7,,\n"), "{csv}");
    assert!(csv.contains("\nfp32,negate,0,0,0.9\n"), "{csv}");
    let json: Value = serde_json::from_str(&run(
        "table show 45nm --columns format,primitive,pj",
        "json",
    ))
    .unwrap();
    let rows = json.as_object().unwrap().values().next().unwrap();
    let entry = |primitive: &str| {
        let mut rows = rows.as_array().unwrap().iter();
        let found = rows.find(|row| row["format"] == "fp32" && row["primitive"] == primitive);
        found.unwrap().clone()
    };
    assert_eq!(entry("mul")["pj"], 3.7);
    assert_eq!(entry("mul")["pj_low"], Value::Null);
    assert_eq!(entry("negate")["pj_high"], 0.9);
}
