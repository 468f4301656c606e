//! The command line.

use std::process::{Command, Output};

fn sensitivity(arguments: &str) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .arg("sensitivity")
        .args(arguments.split_whitespace())
        .output()
        .unwrap()
}

fn printed(arguments: &str) -> String {
    let output = sensitivity(arguments);
    let problems = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success() && problems.is_empty(),
        "{arguments}: {problems}"
    );
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn wrong_input_gives_one_message_and_exit_code_2() {
    for (arguments, message) in [
        ("attention --scope nope", "error: no scope `nope`"),
        ("attention --table nope", "error: no table `nope` ships"),
        (
            "attention --format fp31",
            "error: table `45nm` has no format fp31",
        ),
        (
            "attention --samples 0",
            "error: invalid value '0' for '--samples <N>'",
        ),
        (
            "attention --samples 4000000000",
            "error: invalid value '4000000000' for '--samples <N>'",
        ),
        (
            "attention --samples many",
            "error: invalid value 'many' for '--samples <N>'",
        ),
        (
            "attention --spread low",
            "error: --spread low: `low` sets no spread",
        ),
        (
            "attention --spread lo=1",
            "error: --spread lo=1: `lo` is no confidence",
        ),
        (
            "attention --spread low=-1",
            "error: --spread low=-1: `-1` is no spread",
        ),
        (
            "attention --variants nope",
            "error: `attention` has no variant `nope`",
        ),
        ("nope", "error: no model `nope` ships"),
    ] {
        let output = sensitivity(arguments);
        let problems = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{arguments}");
        assert!(output.stdout.is_empty(), "{arguments}");
        assert!(problems.starts_with(message), "{arguments}: {problems}");
        assert_eq!(
            problems.matches("error:").count(),
            1,
            "{arguments}: {problems}"
        );
    }
}

#[test]
fn the_assumed_spread_stands_beside_the_result() {
    let text = printed("attention --scope alignment --spread assumed=0.25");
    assert!(text.contains("assumed ±25 %"), "{text}");
    assert!(
        text.contains("What moves the saving of e-att against vanilla"),
        "{text}"
    );
    assert!(!text.contains("random draws"), "{text}");
    let text = printed("attention --scope alignment --samples 100 --seed 4");
    assert!(text.contains("of 100 random draws (seed 4)"), "{text}");
}

#[test]
fn one_variant_has_its_energy_ranked() {
    let text = printed("attention --variants vanilla --output markdown");
    assert!(
        text.contains("**What moves the energy of vanilla: attention-full on 45nm, fp32**"),
        "{text}"
    );
}

#[test]
fn json_has_every_result_with_its_inputs() {
    let text = printed("attention --scope alignment --variants vanilla,e-att -o json");
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["spread"]["medium"].to_string(), "0.1");
    assert!(json["samples"].is_null());
    let results = json["results"].as_array().unwrap();
    let of: Vec<&str> = results
        .iter()
        .map(|result| result["of"].as_str().unwrap())
        .collect();
    assert_eq!(of, ["energy_pj", "energy_pj", "saving"]);
    for result in results {
        let number = |name: &str| result[name].as_f64().unwrap();
        assert!(number("least") <= number("value") && number("value") <= number("most"));
        assert!(!result["inputs"].as_array().unwrap().is_empty());
    }
}

#[test]
fn csv_is_one_table() {
    let text = printed("attention --scope alignment -o csv --samples 10");
    let mut lines = text.lines();
    let fields = |line: &str| line.split(',').count();
    let header = lines.next().unwrap();
    assert!(header.starts_with("table,format,scope,variant,baseline,kind,name,value,"));
    let rows: Vec<&str> = lines.collect();
    assert!(rows.len() > 20);
    assert!(
        rows.iter().all(|row| fields(row) == fields(header)),
        "{text}"
    );
}

#[test]
fn latex_is_written() {
    let text = printed("attention --scope alignment -o latex");
    assert_eq!(text.matches("\\begin{table").count(), 3);
}
