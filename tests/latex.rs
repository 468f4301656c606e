//! Tables as a paper takes them: no box stands out of a column or a page, whatever
//! they are called that stand in them.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::process::Command;

use common::latex::{assert_fits, is_there};

/// What a command writes as LaTeX.
fn latex(folder: &Path, command: &str) -> String {
    let words: Vec<&str> = command.split_whitespace().collect();
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder)
        .args(words)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    // 1 is the answer no, as of an audit.
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{command}: {errors}"
    );
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("\\begin{table"), "{command}: {text}");
    text
}

/// All of it on pages, a page for each command.
fn assert_all_fit(folder: &Path, commands: &[&str]) {
    let pages: Vec<String> = commands
        .iter()
        .map(|command| {
            // A label is of one table, not of one paper.
            let own = command.replace(|c: char| !c.is_ascii_alphanumeric(), "");
            latex(folder, command).replace("\\label{tab:", &format!("\\label{{tab:{own}-"))
        })
        .collect();
    assert_fits(folder, &pages.join("\n\\clearpage\n"));
}

/// Every table and every figure of the report that ships.
#[test]
fn the_shipped_report_fits_a_two_column_page() {
    if !is_there() {
        return;
    }
    let report = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/e-att");
    let folder = tempfile::tempdir().unwrap();
    let mut body = String::new();
    let mut counted = (0, 0);
    let mut names: Vec<String> = std::fs::read_dir(&report)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    for name in &names {
        let (stem, extension) = name.rsplit_once('.').unwrap();
        match extension {
            "tex" => {
                counted.0 += 1;
                body += &std::fs::read_to_string(report.join(name)).unwrap();
                body += &format!("\\ref{{tab:e-att-{stem}}}\n\\clearpage\n");
            }
            // The picture in print: a PDF where there is one.
            "svg" => {
                counted.1 += 1;
                let print = ["pdf", "png"].map(|extension| format!("{stem}.{extension}"));
                let print = print.iter().find(|print| names.contains(print)).unwrap();
                std::fs::copy(report.join(print), folder.path().join(print)).unwrap();
                body += &format!(
                    "\\begin{{figure}}\\includegraphics[width=\\columnwidth]{{{print}}}\
                     \\caption{{A figure}}\\end{{figure}}\n\\clearpage\n"
                );
            }
            _ => {}
        }
    }
    assert!(counted.0 >= 8 && counted.1 >= 9, "{counted:?}");
    assert_fits(folder.path(), &body);
}

/// Every table of the report has a file for papers beside that for programs, and the
/// page names both.
#[test]
fn every_table_of_the_report_is_named_with_both_its_files() {
    let report = Path::new(env!("CARGO_MANIFEST_DIR")).join("reports/e-att");
    let page = std::fs::read_to_string(report.join("README.md")).unwrap();
    let mut tables = 0;
    for entry in std::fs::read_dir(&report).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if let Some(stem) = name.strip_suffix(".csv") {
            tables += 1;
            let named = format!("[{stem}.csv]({stem}.csv) · [{stem}.tex]({stem}.tex)");
            assert!(page.contains(&named), "{named}");
            let tex = std::fs::read_to_string(report.join(format!("{stem}.tex"))).unwrap();
            assert!(tex.contains(&format!("\\label{{tab:e-att-{stem}}}")));
            let caption = tex
                .lines()
                .find(|line| line.contains("\\caption{"))
                .unwrap();
            assert!(!caption.contains('/'), "{caption}");
        }
    }
    let rules = page.lines().filter(|line| line.starts_with("| :---"));
    assert_eq!(tables, rules.count());
}

/// The outputs of every command that writes LaTeX.
#[test]
fn every_command_writes_tables_that_fit() {
    if !is_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    assert_all_fit(
        folder.path(),
        &[
            "estimate attention -o latex",
            "estimate bert-base --by layer --movement tiled -o latex",
            "estimate bert-base --by op --tables 45nm,7nm -o latex",
            "estimate bert-base --by primitive -o latex",
            "estimate attention --formula --movement tiled -o latex",
            "estimate resnet-50 --formula -o latex",
            "compare attention -o latex",
            "compare attention --columns scope,table,format,e-att,e-att_saving -o latex",
            "compare attention --by stage --scope attention --movement tiled -o latex",
            "compare bert-base gpt2 vit-b-16 resnet-50 alexnet -o latex",
            "sweep attention --over n=1..64 -o latex",
            "sensitivity attention --samples 100 -o latex",
            "crossover bert-base --between vanilla,l1 --over n -o latex",
            "require attention --over n=1..512 --saving 0.5 -o latex",
            "claims -o latex",
            "claims bitnet spikformer -o latex",
            "audit e-att -o latex",
            "audit double-count -o latex",
            "profile bert-base -o latex",
            "profile bert-base --by layer --movement tiled -o latex",
            "profile attention --diff vanilla,e-att -o latex",
            "table list -o latex",
            "table show 45nm -o latex",
            "table show h100 -o latex",
        ],
    );
}

/// Signs that TeX interprets or does not know.
const HOSTILE: &str = "a_b & 100% $x$ #1 {y} ~z ^w \\\\v µ×−½ 能 é <|> \u{202e}\u{200f} --q";

/// A model whose names are all of them, and a claim file and runs about it.
fn hostile(folder: &Path) {
    let long = "encoder.layer_12.attention.self.query_key_value_projection";
    let model = |name: &str, stages: &str| {
        format!(
            "name = \"{name}\"\ninputs = {{ x = \"n_tok λ\" }}\n\
             scopes = {{ \"{HOSTILE} scope\" = [{stages}] }}\n\
             dims = {{ n_tok = 4, \"λ\" = 8, \"é_1\" = 2 }}\n\
             [[op]]\nname = \"y {HOSTILE}\"\nstage = \"s {HOSTILE}\"\n\
             einsum = \"n d, d e -> n e\"\ninputs = [\"x\", {{ weight = \"λ λ\" }}]\n\
             [[op]]\nname = \"z {long}\"\nstage = \"{long}\"\n\
             einsum = \"n d, d e -> n e\"\n\
             inputs = [\"y {HOSTILE}\", {{ weight = \"λ 2*é_1*n_tok\" }}]\n"
        )
    };
    let both = format!("\"s {HOSTILE}\", \"{long}\"");
    for (file, name, stages) in [
        ("own.toml", format!("{HOSTILE} one"), both.clone()),
        ("two.toml", format!("{HOSTILE} two"), format!("\"{long}\"")),
        ("three.toml", format!("{HOSTILE} three"), both),
    ] {
        std::fs::write(folder.join(file), model(&name, &stages)).unwrap();
    }
    let claims = format!(
        "name = \"own_{HOSTILE}\"\ntitle = \"{HOSTILE}\"\n\
         source = {{ title = \"{HOSTILE}\", identifier = \"none\", at = \"table 1\" }}\n\
         [[claim]]\nname = \"{HOSTILE}\"\npublished = \"3.7 pJ/op\"\n\
         formula = \"45nm.fp32.mul\"\nexpect = \"holds\"\n"
    );
    std::fs::write(folder.join("claims.toml"), claims).unwrap();
    std::fs::write(
        folder.join("runs_a#1 & 2%.csv"),
        "model,joules,set\n./own.toml,0.001,\n./two.toml,0.002,n_tok=8\n",
    )
    .unwrap();
    std::fs::copy(
        folder.join("runs_a#1 & 2%.csv"),
        folder.join("runs_1&2.csv"),
    )
    .unwrap();
}

#[test]
fn whatever_things_are_called_their_tables_compile() {
    if !is_there() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    hostile(folder.path());
    assert_all_fit(
        folder.path(),
        &[
            "estimate ./own.toml -o latex",
            "estimate ./own.toml --by op -o latex",
            "estimate ./own.toml --formula --movement tiled -o latex",
            "compare ./own.toml ./two.toml ./three.toml -o latex",
            "compare ./own.toml ./two.toml ./three.toml --by stage -o latex",
            "sweep ./own.toml --over n_tok=1..8 -o latex",
            "sensitivity ./own.toml -o latex",
            "claims ./claims.toml -o latex",
            "profile ./own.toml --by layer -o latex",
            "profile ./own.toml -o latex",
            "validate ./runs_1&2.csv -o latex",
            "calibrate ./runs_1&2.csv --output latex",
        ],
    );
}

/// Numbers that follow from a seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        ((self.0 >> 33) as usize) % limit
    }

    /// Words of one character to forty.
    fn words(&mut self, most: usize) -> String {
        let signs: Vec<char> = "abcdefghijklmnopqrstuvwxyzMWQ0123456789_-./:%&#$^~{}é×"
            .chars()
            .collect();
        let words = (0..1 + self.below(most)).map(|_| {
            let most = if self.below(8) == 0 { 40 } else { 10 };
            let length = 1 + self.below(most);
            (0..length)
                .map(|_| signs[self.below(signs.len())])
                .collect()
        });
        words.collect::<Vec<String>>().join(" ")
    }
}

/// Tables of all shapes: many columns, long words, long sentences, large numbers.
#[test]
fn tables_of_any_shape_fit() {
    use picojoule::render::table::{Align, Cell, Column, Row, RowKind, Table, write_latex};
    if !is_there() {
        return;
    }
    let mut dice = Dice(7);
    let mut pages = String::new();
    for number in 0..60 {
        let kinds: Vec<usize> = (0..1 + dice.below(14)).map(|_| dice.below(6)).collect();
        let columns = kinds.iter().map(|kind| Column {
            name: dice.words(4),
            key: String::new(),
            align: if *kind < 2 { Align::Left } else { Align::Right },
        });
        let columns = columns.collect();
        let sentence = 1 + dice.below(30);
        let rows = (0..dice.below(90)).map(|_| {
            let cells = kinds.iter().map(|kind| match kind {
                0 => Cell::Text(dice.words(2)),
                1 => Cell::Text(dice.words(sentence)),
                2 => Cell::Share(dice.below(20_000) as f64 / 10_000.0 - 1.0),
                3 => Cell::Number(-10f64.powi(dice.below(40) as i32 - 20)),
                4 => Cell::Count(num(dice.below(40) as u32)),
                _ => Cell::Seconds(10f64.powi(dice.below(20) as i32 - 12)),
            });
            Row {
                cells: cells.collect(),
                kind: if dice.below(9) == 0 {
                    RowKind::Total
                } else {
                    RowKind::Plain
                },
            }
        });
        let table = Table {
            rows: rows.collect(),
            columns,
            title: Some(dice.words(60)),
            notes: (0..dice.below(4)).map(|_| dice.words(60)).collect(),
        };
        pages += &write_latex(&table, &format!("t{number}"));
        pages += "\n\\clearpage\n";
    }
    let folder = tempfile::tempdir().unwrap();
    assert_fits(folder.path(), &pages);
}

fn num(power: u32) -> num_rational::BigRational {
    num_rational::BigRational::from_integer(num_bigint::BigInt::from(7).pow(power))
}
