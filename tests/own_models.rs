//! Model files that users wrote, as the command reads them: keys under former
//! names, and formulas that read as they were written.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/mod.rs"]
mod common;

use std::path::PathBuf;
use std::process::Command;

/// A folder with these files.
fn folder(name: &str, files: &[(&str, &str)]) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    for (name, text) in files {
        std::fs::write(folder.join(name), text).unwrap();
    }
    folder
}

/// Exit code, standard output, standard error of a command run in `folder`.
fn run(folder: &PathBuf, arguments: &[&str]) -> (i32, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(arguments)
        .current_dir(folder)
        .env("NO_COLOR", "1")
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let code = output.status.code().unwrap();
    (code, text(output.stdout), text(output.stderr))
}

/// A model with keys by these names, and a block of its own file.
fn model(fractional: &str, per_element: &str, index: &str, reshape: &str) -> String {
    format!(
        "name = \"m\"\n\
         inputs = {{ x = \"n d\" }}\n\
         dims = {{ n = 4, d = 6 }}\n\
         params = {{ part = \"n / 3\" }}\n\
         {fractional} = [\"part\"]\n\
         [[op]]\nname = \"first\"\n{index} = \"n d -> d\"\ninputs = [\"x\"]\n\
         [[op]]\nname = \"pairs\"\n{reshape} = \"(d / 2) 2\"\ninputs = [\"first\"]\n\
         [[op]]\nname = \"scaled\"\n{per_element} = {{ mul = 1 }}\ninputs = [\"pairs\"]\n\
         [[op]]\nname = \"again\"\n{per_element} = {{ add = 2 }}\ninputs = [\"scaled\"]\n\
         [[op]]\nname = \"called\"\nblock = \"./b.toml\"\ninputs = [\"again\"]\n"
    )
}

fn block(per_element: &str) -> String {
    format!(
        "name = \"b\"\ninputs = {{ y = \"...\" }}\n\
         [[op]]\nname = \"o\"\n{per_element} = {{ sub = 1 }}\ninputs = [\"y\"]\n"
    )
}

#[test]
fn keys_under_former_names_are_read_and_noted_once_per_file() {
    let old = (model("uneven", "each", "take", "move"), block("each"));
    let new = (
        model("fractional", "per_element", "index", "reshape"),
        block("per_element"),
    );
    let old = folder("former_keys", &[("m.toml", &old.0), ("b.toml", &old.1)]);
    let new = folder("new_keys", &[("m.toml", &new.0), ("b.toml", &new.1)]);
    let arguments = ["estimate", "m.toml", "--by", "op"];
    let (code, expected, error) = run(&new, &arguments);
    assert_eq!((code, error.as_str()), (0, ""));
    // 6 elements: one multiplication, two additions, one subtraction of each.
    // On 45nm, fp32: 6 · (3.7 + 2 · 0.9 + 0.9) = 38.4 pJ.
    assert!(expected.contains("38.4"), "{expected}");
    let (code, found, error) = run(&old, &arguments);
    assert_eq!((code, found), (0, expected));
    let notes: Vec<&str> = error.lines().collect();
    assert_eq!(
        notes,
        [
            "note: m.toml:5:1: the key `uneven` is called `fractional` now",
            "note: m.toml:8:1: the key `take` is called `index` now",
            "note: m.toml:12:1: the key `move` is called `reshape` now",
            "note: m.toml:16:1: the key `each` is called `per_element` now (here and in one more place)",
            "note: ./b.toml:5:1: the key `each` is called `per_element` now",
        ]
    );
}

#[test]
fn a_mistake_beside_a_former_name_is_told_in_the_words_of_the_file() {
    let text = "name = \"m\"\ninputs = { x = \"n\" }\ndims = { n = 4 }\n\
                [[op]]\nname = \"o\"\nmove = \"n\"\nmap = \"mul\"\ninputs = [\"x\"]\n\
                [[op]]\nname = \"both\"\nmove = \"n\"\nreshape = \"n\"\ninputs = [\"x\"]\n";
    let folder = folder("former_mistakes", &[("m.toml", text)]);
    let (code, out, error) = run(&folder, &["estimate", "m.toml"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(
        error.contains("`map` means nothing beside `move`"),
        "{error}"
    );
    assert!(error.contains("m.toml:7:7"), "{error}");
    assert!(
        error.contains("`move` is the former name of `reshape`, which is here too"),
        "{error}"
    );
    assert!(error.contains("m.toml:11:1"), "{error}");
    assert!(!error.contains("note:"), "{error}");
}

#[test]
fn nothing_that_is_imported_has_a_former_name() {
    let folder = folder("imported_keys", &[]);
    let mut all = String::new();
    for file in [
        "onnx/movement.onnx",
        "onnx/reductions.onnx",
        "onnx/norms.onnx",
        "onnx/enc_att23.onnx",
        "onnx/opaque.onnx",
        "huggingface/bert-base.json",
        "huggingface/bart-base.json",
        "huggingface/vit-base-patch16-224.json",
    ] {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join("tests")
            .join(file);
        let (code, text, error) = run(&folder, &["import", path.to_str().unwrap()]);
        assert_eq!(code, 0, "{error}");
        let source = picojoule::source::Source::new("m.toml", text.as_str());
        let model = picojoule::model::Model::read(&source, &common::Blocks::shipped()).unwrap();
        assert_eq!(model.renamed.iter().next(), None, "{file}");
        all += &text;
    }
    for key in ["per_element", "index", "reshape"] {
        assert!(all.contains(&format!("\n{key} = ")), "{key}");
    }
}

#[test]
fn nothing_that_ships_has_a_former_name() {
    use picojoule::catalog::{Kind, find, names};
    for kind in [Kind::Model, Kind::Block] {
        for name in names(kind) {
            let source = find(kind, name).unwrap();
            for key in ["uneven", "each", "take", "move"] {
                let has = |line: &str| line.trim_start().starts_with(&format!("{key} ="));
                assert!(!source.text().lines().any(has), "{name}: {key}");
            }
        }
    }
}

/// Attention where each of n queries sees the nearest w keys, all of them where
/// there are fewer.
const WINDOWED: &str = r#"
name = "windowed"
inputs = { x = "b n d" }
dims = { b = 1, n = 128, d = 64, w = 32 }
[[op]]
name = "near"
reshape = "b (min(w, n)) d"
inputs = ["x"]
[[op]]
name = "score"
einsum = "b n d, b m d -> b n m"
inputs = ["x", "near"]
"#;

#[test]
fn a_window_is_a_minimum_in_text_and_in_latex() {
    let folder = folder("windowed", &[("m.toml", WINDOWED)]);
    let formulas = |output| {
        let arguments = [
            "estimate",
            "m.toml",
            "--table",
            "45nm",
            "--formula",
            "--output",
            output,
        ];
        let (code, out, error) = run(&folder, &arguments);
        assert_eq!((code, error.as_str()), (0, ""));
        out
    };
    // b·n·m products of d pairs with m = min(w, n); 3.7 pJ for a multiplication
    // and 0.9 for an addition.
    let text = formulas("text");
    assert!(
        text.contains("score  mul.fp32   b·n·d·min(n, w)\n"),
        "{text}"
    );
    assert!(
        text.contains("score  add.fp32   b·n·d·min(n, w)\n"),
        "{text}"
    );
    assert!(text.contains("score  4.6·b·n·d·min(n, w)\n"), "{text}");
    let latex = formulas("latex");
    assert!(latex.contains(r"$b\,n\,d\,\min(n, w)$"), "{latex}");
}
