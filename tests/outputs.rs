//! What a run writes: nothing over what it read, nothing twice under one name, and
//! no numbers that are none.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(dead_code)]

#[path = "common/program.rs"]
mod program;

use program::{printed, refused};

const MODEL: &str = "\
name = 'mine'
inputs = { x = 'n d' }
[dims]
n = 4
d = 8
[[op]]
name = 'product'
einsum = 'n d, d e -> n e'
inputs = ['x', { weight = 'd d' }]
";

const CONFIG: &str = r#"{"model_type": "llama", "hidden_size": 16, "intermediate_size": 32,
 "num_hidden_layers": 1, "num_attention_heads": 2, "vocab_size": 32}"#;

#[test]
fn nothing_takes_the_place_of_a_model_that_was_read() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("mine.toml"), MODEL).unwrap();
    std::fs::write(here.join("config.json"), CONFIG).unwrap();
    for typed in [
        ["explore", "./mine.toml", "-o", "mine.toml"],
        ["import", "config.json", "-o", "config.json"],
    ] {
        let message = refused(here, &typed);
        assert!(message.contains("would take the place of"), "{message}");
    }
    let kept = |name: &str| std::fs::read_to_string(here.join(name)).unwrap();
    assert_eq!(kept("mine.toml"), MODEL);
    assert_eq!(kept("config.json"), CONFIG);
}

#[test]
fn two_sections_of_one_kind_have_files_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let section = |scope: &str| {
        format!("[[section]]\ntitle = '{scope}'\nshow = 'stages'\nscope = '{scope}'\n")
    };
    let report = format!(
        "name = 'twice'\ntitle = 'Twice'\nmodel = 'attention'\nvariants = ['vanilla', 'e-att']\n\
         [[price]]\ntable = '45nm'\nformat = 'fp32'\n{}{}",
        section("attention"),
        section("alignment")
    );
    std::fs::write(here.join("twice.toml"), report).unwrap();
    printed(here, &["report", "twice.toml"]);
    let read = |name: &str| std::fs::read_to_string(here.join("twice").join(name)).unwrap();
    // The table is one of all stages; the alignment has no product with values.
    assert_eq!(read("stages.csv"), read("stages-2.csv"));
    assert!(read("stages.svg").contains("context"));
    assert!(!read("stages-2.svg").contains("context"));
    for kind in ["tex", "svg", "pdf", "png"] {
        let [first, second] = ["stages", "stages-2"]
            .map(|name| std::fs::read(here.join(format!("twice/{name}.{kind}"))).unwrap());
        assert_ne!(first, second, "{kind}");
    }
    let page = read("README.md");
    assert!(
        page.contains("(stages.svg)") && page.contains("(stages-2.svg)"),
        "{page}"
    );
}

/// A price beyond what a double holds would be infinite, and every share of it none.
#[test]
fn no_price_is_larger_than_any_machine_takes() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let message = refused(
        here,
        &["estimate", "attention", "--set", "45nm.fp32.mul=1e400"],
    );
    assert!(message.contains("at most 10¹⁵"), "{message}");
    let table = "name = 'mine'\nextends = '45nm'\n\
                 [fp32]\nmul = { pj = 1e16, confidence = 'assumed', why = 'a test' }\n";
    std::fs::write(here.join("mine.toml"), table).unwrap();
    let message = refused(here, &["estimate", "attention", "--table", "./mine.toml"]);
    assert!(message.contains("mine.toml:4:"), "{message}");
    assert!(message.contains("more than 10¹⁵"), "{message}");
}

/// 10¹³ cubed has 130 bits, more than traffic is counted in.
#[test]
fn a_product_that_is_too_large_to_tile_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let message = refused(
        folder.path(),
        &[
            "estimate",
            "attention",
            "--set",
            "n=1e13",
            "--set",
            "d=1e13",
            "--movement",
            "tiled",
        ],
    );
    assert!(message.contains("too large to be tiled"), "{message}");
}

#[test]
fn a_report_that_cannot_be_written_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::create_dir_all(here.join("out/README.md")).unwrap();
    let message = refused(here, &["report", "e-att", "--out", "out"]);
    assert!(
        message.contains("out/README.md`: it is a folder"),
        "{message}"
    );
    assert_eq!(std::fs::read_dir(here.join("out")).unwrap().count(), 1);
}

/// As in most programs, `-` is standard output, and no file.
#[test]
fn a_dash_is_standard_output() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::write(here.join("config.json"), CONFIG).unwrap();
    let model = printed(here, &["import", "config.json", "-o", "-"]);
    assert!(model.contains("name ="), "{model}");
    let scaled = ["table", "scale", "45nm", "--law", "cv2", "--voltage", "0.7"];
    let table = printed(here, &[&scaled[..], &["-o", "-"]].concat());
    assert!(table.contains("extends = \"45nm\""), "{table}");
    assert!(!here.join("-").exists());
}

/// At the width of one column a name goes on in another line of the legend.
#[test]
fn no_name_is_cut_short_in_one_column() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    let report = std::fs::read_to_string(root.join("reports/e-att.toml")).unwrap();
    let narrow = report.replace("width = \"174mm\"", "width = \"84mm\"");
    assert_ne!(report, narrow);
    std::fs::write(here.join("e-att.toml"), narrow).unwrap();
    printed(here, &["report", "e-att.toml", "--out", "out"]);
    let mut pictures = 0;
    for entry in std::fs::read_dir(here.join("out")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|kind| kind == "svg") {
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.contains("width=\"84mm\""), "{}", path.display());
            assert!(!text.contains('…'), "{}", path.display());
            pictures += 1;
        }
    }
    assert!(pictures > 5, "{pictures}");
}
