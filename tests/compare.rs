//! Variants side by side: none of them is left out, and where they fill one scope with
//! different stages, the result says so.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;

use common::program::{picojoule, printed, refused};
use serde_json::Value;

/// A product of `x` with weights that are so many columns wide, and a softmax of it;
/// `scope` holds the stages given.
fn model(name: &str, columns: usize, scope: &str) -> String {
    format!(
        "name = '{name}'\ninputs = {{ x = '4 8' }}\nscopes = {{ part = [{scope}] }}\n\
         [[op]]\nname = 'y'\nstage = 'product'\neinsum = 'n d, d e -> n e'\n\
         inputs = ['x', {{ weight = '8 {columns}' }}]\n\
         [[op]]\nname = 'z'\nstage = 'softmax'\nblock = 'softmax'\ninputs = ['y']\n"
    )
}

/// So many models, the first of which has its softmax in the scope and the others
/// beside it.
fn models(folder: &Path, count: usize) -> Vec<String> {
    let files = (0..count).map(|at| {
        let scope = match at {
            0 => "'product', 'softmax'",
            _ => "'product'",
        };
        let file = format!("./m{at}.toml");
        let text = model(&format!("m{at}"), at + 1, scope);
        std::fs::write(folder.join(&file), text).unwrap();
        file
    });
    files.collect()
}

fn compared(folder: &Path, files: &[String], options: &str) -> String {
    let mut arguments: Vec<&str> = vec!["compare"];
    arguments.extend(files.iter().map(String::as_str));
    arguments.extend("--table 45nm --format fp32".split(' '));
    arguments.extend(options.split_whitespace());
    printed(folder, &arguments)
}

/// Every product takes 4 · 8 · columns multiplications and as many additions: at
/// 3.7 + 0.9 pJ 147.2 pJ for each column.
fn product(columns: usize) -> f64 {
    147.2 * columns as f64
}

#[test]
fn three_and_five_variants_stand_in_every_format() {
    for count in [3, 5] {
        let folder = tempfile::tempdir().unwrap();
        let files = models(folder.path(), count);
        let csv = compared(folder.path(), &files, "--scope part -o csv");
        let mut lines = csv.lines();
        let header: Vec<&str> = lines.next().unwrap().split(',').collect();
        let row: Vec<&str> = lines.next().unwrap().split(',').collect();
        assert_eq!(header.len(), row.len());
        for at in 1..count {
            let column = |key: String| header.iter().position(|one| *one == key).unwrap();
            let energy: f64 = row[column(format!("m{at}_pj"))].parse().unwrap();
            assert!((energy - product(at + 1)).abs() < 1e-9, "{energy}");
            assert!(row[column(format!("m{at}_saving"))].parse::<f64>().is_ok());
        }
        for format in ["text", "markdown", "latex"] {
            for rows in ["--scope part", "--by stage", "--by stage --scope part"] {
                let text = compared(folder.path(), &files, &format!("{rows} -o {format}"));
                // The headers: in LaTeX of all parts of a table that is wider than a page.
                let headers = text.lines().filter(|line| match format {
                    "latex" => line.starts_with("    ") && line.contains(" & saved"),
                    _ => line.contains("m0") && line.contains("m1"),
                });
                let header: String = headers.collect();
                for at in 0..count {
                    assert!(
                        header.contains(&format!("m{at}")),
                        "{format} {rows}: {text}"
                    );
                }
                // One saving beside every variant but the baseline.
                let savings = header.matches("saved").count();
                assert_eq!(savings, count - 1, "{format} {rows}: {text}");
            }
        }
        let json = compared(folder.path(), &files, "-o json");
        let json: Value = serde_json::from_str(&json).unwrap();
        let rows = json["rows"].as_array().unwrap();
        assert_eq!(rows.len(), 2 * count, "{rows:#?}");
        let svg = folder.path().join("plot.svg");
        compared(folder.path(), &files, "--scope part --plot plot.svg");
        let svg = std::fs::read_to_string(svg).unwrap();
        for at in 0..count {
            assert!(svg.contains(&format!("m{at}")), "m{at}");
        }
    }
}

/// On a terminal of 40 columns, too.
#[test]
fn narrow_tables_keep_all_variants() {
    use picojoule::render::table::{Align, Cell, Column, Row, RowKind, Table, TableFormat, write};
    let columns = (0..5).map(|at| Column {
        name: format!("variant-{at}"),
        key: format!("v{at}_pj"),
        align: Align::Right,
    });
    let cells = (0..5).map(|at| Cell::Number(f64::from(at) + 0.5));
    let table = Table {
        columns: columns.collect(),
        rows: vec![Row {
            cells: cells.collect(),
            kind: RowKind::Plain,
        }],
        ..Table::default()
    };
    for width in [0, 20, 40, 80] {
        let text = write(&table, TableFormat::Text, width);
        for at in 0..5 {
            assert!(text.contains(&format!("variant-{at}")), "{width}: {text}");
            assert!(text.contains(&format!("{at}.500")), "{width}: {text}");
        }
    }
}

#[test]
fn a_scope_that_holds_other_stages_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let files = models(folder.path(), 3);
    let note =
        "Not the same stages in scope part: softmax in m0, while m1, m2 have it outside of it.";
    for format in ["text", "markdown", "latex"] {
        let text = compared(folder.path(), &files, &format!("--scope part -o {format}"));
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(note), "{format}: {text}");
    }
    let json = compared(folder.path(), &files, "--scope part -o json");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json["scopes"]["part"]["m0"],
        serde_json::json!(["product", "softmax"])
    );
    assert_eq!(json["scopes"]["part"]["m1"], serde_json::json!(["product"]));
    let difference = &json["scope_differences"][0];
    assert_eq!(difference["stage"], "softmax");
    assert_eq!(difference["inside"], serde_json::json!(["m0"]));
    assert_eq!(difference["outside"], serde_json::json!(["m1", "m2"]));
    assert_eq!(difference["lacking"], serde_json::json!([]));
}

/// A stage that others lack is not one that they leave outside; scopes that differ in
/// the same share a line; where nothing differs, nothing is said.
#[test]
fn a_stage_that_others_lack_is_said_to_be_in_one_alone() {
    let folder = tempfile::tempdir().unwrap();
    let text = printed(folder.path(), &["compare", "attention", "--table", "45nm"]);
    assert!(
        text.contains(
            "Not the same stages in scopes alignment, attention, attention-full: binarise only in e-att."
        ),
        "{text}"
    );
    let same = ["compare", "attention", "--variants", "vanilla,l1"];
    assert!(!printed(folder.path(), &same).contains("Not the same stages"));
}

#[test]
fn the_stages_of_a_scope_are_listed_and_add_up() {
    let folder = tempfile::tempdir().unwrap();
    let files = models(folder.path(), 3);
    let csv = compared(folder.path(), &files, "--scope part --by stage -o csv");
    let rows: Vec<Vec<&str>> = csv.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0][..5], ["scope", "table", "format", "stage", "m0_pj"]);
    // Of m1 and m2 the softmax is not in the scope: not 0, but nothing.
    let softmax = rows.iter().find(|row| row[3] == "softmax").unwrap();
    assert!(softmax[4].parse::<f64>().unwrap() > 0.0);
    assert_eq!(softmax[5..], ["", "", "", ""]);
    assert_eq!(rows.len(), 3, "{csv}");
    let text = compared(folder.path(), &files, "--scope part --by stage");
    let total = text.lines().find(|line| line.contains("total")).unwrap();
    // 2 · 147.2 pJ and 3 · 147.2 pJ.
    assert!(
        total.contains("294.4 pJ") && total.contains("441.6 pJ"),
        "{text}"
    );
}

/// Every result has a plot: the first in the file that was named, the others beside
/// it.
#[test]
fn what_moves_each_of_three_variants_is_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["sensitivity", "attention", "--plot", "tornado.svg"];
    let output = picojoule(folder.path(), &arguments);
    assert!(output.status.success());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("wrote tornado-l1.svg"), "{told}");
    let svg = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(svg("tornado.svg").contains("e-att against vanilla"));
    assert!(svg("tornado-l1.svg").contains("l1 against vanilla"));
}

#[test]
fn columns_are_chosen_and_ordered() {
    let folder = tempfile::tempdir().unwrap();
    let compare = |columns: &str, format: &str| {
        let of = [
            "compare",
            "attention",
            "--table",
            "45nm",
            "--format",
            "fp32",
        ];
        let chosen = ["--scope", "attention", "--columns", columns, "-o", format];
        printed(folder.path(), &[of, chosen].concat())
    };
    let csv = compare("l1_saving,Scope,vanilla", "csv");
    assert_eq!(csv.lines().next(), Some("l1_saving,scope,vanilla_pj"));
    let markdown = compare("scope,l1_saving,e-att_saving", "markdown");
    assert!(
        markdown.contains("| Scope | l1 saving | e-att saving |"),
        "{markdown}"
    );
    // The table of confidences has none of these columns.
    assert!(!markdown.contains("confidence"), "{markdown}");
    let latex = compare("scope,e-att", "latex");
    assert!(latex.contains("\n    Scope & e-att \\\\\n"), "{latex}");
    assert!(
        latex.contains("\n    attention & 32.44\\,$\\mu$J \\\\\n"),
        "{latex}"
    );
    let text = compare("scope,e-att", "text");
    assert!(text.contains("Scope         e-att"), "{text}");
}

#[test]
fn a_column_that_there_is_not_is_refused_with_those_that_there_are() {
    let folder = tempfile::tempdir().unwrap();
    let told = refused(
        folder.path(),
        &["compare", "attention", "--columns", "scop"],
    );
    assert!(told.contains("error: no column `scop`"), "{told}");
    assert!(told.contains("did you mean `scope`?"), "{told}");
    assert!(
        told.contains("columns: scope, table, format, vanilla_pj"),
        "{told}"
    );
    let both = ["table", "show", "45nm", "--columns", "primitive,level"];
    assert!(refused(folder.path(), &both).contains("no table has all of the columns"));
    let json = ["compare", "attention", "--columns", "scope", "-o", "json"];
    assert!(refused(folder.path(), &json).contains("JSON has all fields"));
    let rows = "sweep attention --over n=1..4 -o csv --columns n,attention_vanilla_pj";
    let rows: Vec<&str> = rows.split(' ').collect();
    let csv = printed(folder.path(), &rows);
    assert_eq!(csv.lines().next(), Some("n,attention_vanilla_pj"));
    assert_eq!(csv.lines().count(), 5);
}
