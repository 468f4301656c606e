//! Counters of the field: picojoule's side of `docs/counters.md`, by hand.
//! `tests/counters.py` holds the same models against the counters themselves.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn folder() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// `macs`, `effective_macs`, `acs`, `synops`, `dense_synops` of a model.
fn counted(model: &str, options: &[&str]) -> [u64; 5] {
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder().join("tests/counters"))
        .args(["estimate", &format!("{model}.toml"), "--output", "json"])
        .args(options)
        .output()
        .unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{model}: {told}");
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    let fields = ["macs", "effective_macs", "acs", "synops", "dense_synops"];
    fields.map(|field| found[field].as_u64().unwrap())
}

// From 4 to 8 channels of 8·8, windows of 3·3: 8·4·9·64 = 18 432 products. Of
// the 8·3 pairs of a place and a tap along an axis 2 read padding, so that
// 8·4·22·22 = 15 488 read the input. A quarter of either: 4608, 3872. Biases:
// 8·64 = 512.

#[test]
fn with_padding() {
    let all = |model: &str| counted(model, &[]);
    // Selected, with a number for all or by sign, are ACs.
    assert_eq!(all("bits"), [0, 0, 4608, 4608, 18432]);
    assert_eq!(all("scaled"), [0, 0, 4608, 4608, 18432]);
    assert_eq!(all("ternary"), [0, 0, 4608, 4608, 18432]);
    // No sign is 0.
    assert_eq!(all("signs"), [0, 0, 18432, 18432, 18432]);
    // 0, 1 and 2 are shifts.
    assert_eq!(all("counts"), [0, 0, 0, 4608, 18432]);
    assert_eq!(all("real"), [18432, 18432, 0, 18432, 18432]);
}

#[test]
fn without_padding() {
    let inside = |model: &str| counted(model, &["--padding", "skipped"]);
    assert_eq!(inside("bits"), [0, 0, 3872, 3872, 15488]);
    assert_eq!(inside("scaled"), [0, 0, 3872, 3872, 15488]);
    assert_eq!(inside("ternary"), [0, 0, 3872, 3872, 15488]);
    assert_eq!(inside("signs"), [0, 0, 15488, 15488, 15488]);
    assert_eq!(inside("counts"), [0, 0, 0, 3872, 15488]);
    assert_eq!(inside("real"), [15488, 15488, 0, 15488, 15488]);
}

#[test]
fn with_biases() {
    let counted = |model: &str| counted(model, &["--bias", "counted"]);
    assert_eq!(counted("bits"), [0, 0, 4608 + 512, 4608 + 512, 18432 + 512]);
    assert_eq!(counted("signs"), [0, 0, 18944, 18944, 18944]);
    assert_eq!(counted("real"), [18944, 18944, 0, 18944, 18944]);
}

#[test]
fn the_page_has_what_the_counters_said() {
    let page = std::fs::read_to_string(folder().join("docs/counters.md")).unwrap();
    let table = page.split("<!-- table -->").nth(1).unwrap();
    let table = table.split("<!-- end of table -->").next().unwrap();
    let rows: Vec<Vec<&str>> = (table.lines())
        .filter(|line| line.contains(" 2."))
        .map(|line| line.split('|').map(str::trim).collect())
        .collect();
    assert_eq!(rows.len(), 22, "{table}");
    let models = ["bits", "scaled", "counts", "ternary", "signs", "real"];
    let inputs = [
        "{0, 1}",
        "{0, 0.5}",
        "{0, 1, 2}",
        "{−1, 0, 1}",
        "{−1, 1}",
        "any",
    ];
    let fields = ["macs", "effective_macs", "acs", "synops", "dense_synops"];
    for row in rows {
        let [_, input, _, _, theirs, convention, ours, difference, _] = row[..] else {
            panic!("{row:?}");
        };
        let model = models[inputs.iter().position(|known| *known == input).unwrap()];
        let quoted: Vec<&str> = convention.split('`').collect();
        let field = fields.iter().position(|known| *known == quoted[1]).unwrap();
        let options: Vec<&str> = quoted
            .get(3)
            .map_or(vec![], |text| text.split(' ').collect());
        assert_eq!(counted(model, &options)[field].to_string(), ours, "{row:?}");
        assert_eq!((ours, difference), (theirs, "0"), "{row:?}");
    }
}
