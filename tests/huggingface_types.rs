//! Which types of Hugging Face configs are read, and what is said of the others.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use picojoule::import::huggingface::{families, import, suggested_by};
use picojoule::source::Source;

fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The version, and every type with its task and the fields that are known.
fn registered() -> (String, Vec<(String, String, String)>) {
    let text = fs::read_to_string(file("tests/huggingface/registered.csv")).unwrap();
    let mut lines = text.lines();
    let version = lines.next().unwrap().trim_start_matches("# ").to_owned();
    let row = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), 3, "{line}");
        (
            cells[0].to_owned(),
            cells[1].to_owned(),
            cells[2].to_owned(),
        )
    };
    (version, lines.skip(1).map(row).collect())
}

/// Names under equal words, as the rows of a table.
fn table(heads: [&str; 2], rows: Vec<(String, String)>) -> String {
    let mut grouped: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, words) in rows {
        grouped.entry(words).or_default().push(format!("`{name}`"));
    }
    let mut text = format!("| {} | {} |\n|---|---|\n", heads[0], heads[1]);
    for (words, names) in grouped {
        writeln!(text, "| {words} | {} |", names.join(", ")).unwrap();
    }
    text
}

/// What a refused type lacks: its task, and what its fields suggest.
fn missing(task: &str, fields: &str) -> String {
    let suggested = suggested_by(fields.split(' '));
    match suggested.is_empty() {
        true => format!("its layers; it {task}"),
        false => format!(
            "its layers; it {task}, and its fields look like {}",
            suggested.join(", ")
        ),
    }
}

fn page() -> String {
    let (version, all) = registered();
    let known = families();
    let words = |name: &str| {
        let found = known.iter().find(|(known, _)| *known == name);
        found.map(|(_, words)| words.clone())
    };
    let read: Vec<(String, String)> = all
        .iter()
        .filter_map(|(name, ..)| Some((name.clone(), words(name)?)))
        .collect();
    let refused: Vec<(String, String)> = all
        .iter()
        .filter(|(name, ..)| words(name).is_none())
        .map(|(name, task, fields)| (name.clone(), missing(task, fields)))
        .collect();
    let others: Vec<String> = known
        .iter()
        .filter(|(name, _)| !all.iter().any(|(known, ..)| known == name))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let mut page = format!(
        "{version} registers {} types, parts of models among them. {} are read, and {} are \
         refused.\n",
        all.len(),
        read.len(),
        refused.len()
    );
    if !others.is_empty() {
        let others = others.join(", ");
        writeln!(page, "\nBeside these are read: {others}.").unwrap();
    }
    let read = table(["read as", "types"], read);
    let refused = table(["refused: what is missing", "types"], refused);
    write!(page, "\n## Read\n\n{read}\n## Refused\n\n{refused}").unwrap();
    page
}

/// With `UPDATE_DOCS` set the page is written.
#[test]
fn the_types_of_the_documentation_are_those_of_the_code() {
    let path = file("docs/configs.md");
    let text = fs::read_to_string(&path).unwrap();
    let (before, rest) = text.split_once("<!-- types -->\n").unwrap();
    let (found, after) = rest.split_once("<!-- end of types -->").unwrap();
    let right = page();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let text = format!("{before}<!-- types -->\n{right}<!-- end of types -->{after}");
        fs::write(&path, text).unwrap();
        return;
    }
    assert_eq!(found, right, "run the tests with UPDATE_DOCS=1");
}

/// What is said of a config that cannot be imported.
fn refused(text: &str) -> String {
    import(&Source::new("config.json", text))
        .expect_err("an error")
        .render(false)
}

#[test]
fn the_types_that_the_page_refuses_are_those_that_are_not_known() {
    let known = families();
    for (name, ..) in registered().1 {
        let text = format!("{{ \"model_type\": \"{name}\" }}");
        let unknown = import(&Source::new("config.json", &*text))
            .err()
            .is_some_and(|problems| problems.render(false).contains("is not known here"));
        let listed = known.iter().any(|(known, _)| *known == name);
        assert_eq!(unknown, !listed, "{name}");
    }
}

#[test]
fn an_unknown_type_is_told_with_what_its_fields_look_like() {
    let message = refused(
        r#"{ "model_type": "lama4", "hidden_size": 8, "num_attention_heads": 4,
            "num_key_value_heads": 2, "num_local_experts": 8, "sliding_window": 16,
            "kv_lora_rank": null, "index_topk": 0, "qk_layernorm": false, "layer_types": [] }"#,
    );
    assert!(message.contains("the family `lama4` is not known here"));
    assert!(message.contains("did you mean `llama4`?"), "{message}");
    assert!(
        message.contains(
            "its fields look like: grouped-query attention (`num_key_value_heads`), experts \
             (`num_local_experts`), sliding windows (`sliding_window`)"
        ),
        "{message}"
    );
    for absent in ["latent", "indexer", "normed", "several kinds"] {
        let told = message.split_once("its fields").unwrap().1;
        let told = told.split_once("known: ").unwrap().0;
        assert!(!told.contains(absent), "{absent}: {message}");
    }
    // As many heads of keys as of queries are nothing to tell.
    let message =
        refused(r#"{ "model_type": "lama4", "num_attention_heads": 4, "num_key_value_heads": 4 }"#);
    assert!(!message.contains("its fields look like"), "{message}");
}
