//! ONNX graphs, against counts by other programs and by hand.
//!
//! `tests/onnx/expected.csv` holds two counts of every fixture that agree: one
//! taken while PyTorch ran the network (or by hand, for graphs made by hand),
//! one from the shapes of a run of the exported file.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/onnx")
}

fn run(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(arguments)
        .current_dir(folder())
        .output()
        .unwrap()
}

/// The estimate of a fixture as JSON.
fn estimate(file: &str, binds: &str, more: &[&str]) -> Value {
    let mut arguments = vec!["estimate", file, "--output", "json"];
    for bind in binds.split(';').filter(|bind| !bind.is_empty()) {
        arguments.extend(["--set", bind]);
    }
    arguments.extend(more);
    let output = run(&arguments);
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{file}: {error}");
    serde_json::from_slice(&output.stdout).unwrap()
}

struct Row {
    file: String,
    binds: String,
    macs: u64,
}

fn rows() -> Vec<Row> {
    let text = fs::read_to_string(folder().join("expected.csv")).unwrap();
    let rows = text.lines().skip(1).map(|line| {
        let mut fields = line.splitn(4, ',');
        Row {
            file: fields.next().unwrap().to_owned(),
            binds: fields.next().unwrap().to_owned(),
            macs: fields.next().unwrap().parse().unwrap(),
        }
    });
    rows.collect()
}

/// Fixtures whose multiply–accumulates picojoule counts as something else, or
/// lists as left out; each with what it counts instead.
fn apart() -> BTreeMap<&'static str, u64> {
    let mut apart = BTreeMap::new();
    // 2·b·n·d·d/f = 2·2·16·64·16 products of these choose rows by bits:
    // 360 448 − 65 536.
    for file in [
        "eatt_dyn18",
        "eatt_dyn18_sym",
        "eatt_ts17",
        "eatt_ts17_sym",
        "eatt_ts13",
        "eatt_where_dyn18",
        "eatt_where_ts17",
        "eatt_cdist_ts17",
    ] {
        apart.insert(file, 294_912);
    }
    // Signs by signs are xnor, bits by bits are and.
    for file in [
        "xnor_torch_dyn18",
        "xnor_torch_ts17",
        "xnor_torch_where_dyn18",
        "xnor_torch_where_ts17",
        "xnor_sign",
        "xnor_where",
        "xnor_cast",
        "and_bits",
    ] {
        apart.insert(file, 0);
    }
    // Weights that the graph rounds and clips to −1..1 multiply nothing; the
    // other exporter computed them before.
    apart.insert("bitffn_ts17", 0);
    // Rows of one 1 choose, they multiply nothing: of 2·16·(64·64 + 8·16) the
    // first part is left.
    apart.insert("indices", 131_072);
    // Weights that the graph rounds, then clips to −1, 0 and 1, multiply
    // nothing. The other exporter rounds them before it writes them, which only
    // a scan shows.
    apart.insert("bitffn_ts17", 0);
    // Listed as left out: what is known only while the graph runs.
    for file in ["if_input", "loop_input"] {
        apart.insert(file, 0);
    }
    // One of the two products stands behind an operator of which nothing is
    // known, not even the shape of its result.
    apart.insert("opaque", 262_144);
    apart
}

#[test]
fn multiply_accumulates_are_those_of_two_other_counts() {
    let apart = apart();
    for row in rows() {
        let found = estimate(&row.file, &row.binds, &[]);
        let name = row.file.trim_end_matches(".onnx");
        let expected = apart.get(name).copied().unwrap_or(row.macs);
        assert_eq!(found["macs"].as_u64(), Some(expected), "{}", row.file);
    }
}

#[test]
fn what_is_left_out_is_listed_and_refused_where_that_is_asked() {
    for (file, operator) in [
        ("if_input.onnx", "If"),
        ("loop_input.onnx", "Loop"),
        ("opaque.onnx", "com.acme.FooBar"),
    ] {
        let found = estimate(file, "", &[]);
        let left_out = found["left_out"].to_string();
        assert!(left_out.contains(operator), "{file}: {left_out}");
        let refused = run(&["estimate", file, "--strict"]);
        assert_eq!(refused.status.code(), Some(2), "{file}");
        assert!(
            String::from_utf8_lossy(&refused.stderr).contains(operator),
            "{file}"
        );
    }
    let whole = estimate("enc_dyn18.onnx", "", &["--strict"]);
    assert!(whole["left_out"].as_array().is_none_or(Vec::is_empty));
}

/// What each stage does: primitives by format. Stages that do nothing are
/// left out.
fn stages(file: &str, binds: &str) -> BTreeMap<String, Value> {
    let found = estimate(file, binds, &[]);
    let stages = found["stages"].as_array().unwrap().iter();
    stages
        .filter(|stage| {
            stage["counts"]
                .as_object()
                .is_some_and(|counts| !counts.is_empty())
        })
        .map(|stage| {
            (
                stage["stage"].as_str().unwrap().to_owned(),
                stage["counts"].clone(),
            )
        })
        .collect()
}

/// The same network, exported by different programs, fused or not, does the
/// same in every stage.
#[test]
fn every_export_of_a_network_does_the_same_in_every_stage() {
    let rows = rows();
    let groups: [&[&str]; 10] = [
        &[
            "enc_dyn18",
            "enc_dyn18_sym",
            "enc_dyn20",
            "enc_ts17",
            "enc_ts17_sym",
            "enc_ts14",
            "enc_ts13",
            "enc_ts13_sym",
            "enc_sdpa_dyn18",
            "enc_sdpa_dyn23",
            "enc_sdpa_ts17",
            "enc_bfloat_dyn18",
            "enc_ort_dyn18",
            "enc_ort_ts17",
            "enc_session_ts17",
            "enc_att23",
            "enc_att23_sym",
            "enc_att23_4d",
            "enc_att23_scale",
            "enc_ms_attention",
            "enc_ms_mha",
            "enc_ms_matmul",
        ],
        &[
            "dec_dyn18",
            "dec_dyn18_sym",
            "dec_dyn20",
            "dec_ts17",
            "dec_ts14",
            "dec_sdpa_dyn18",
            "dec_sdpa_dyn23",
            "dec_sdpa_ts17",
            "dec_session_ts17_sym",
            "dec_att23",
        ],
        &[
            "gpt2_dyn18",
            "gpt2_dyn18_sym",
            "gpt2_ts17",
            "gpt2_ts13",
            "gpt2_ort_ts17_sym",
        ],
        &[
            "llama_dyn18",
            "llama_dyn18_sym",
            "llama_ts17",
            "llama_ts17_sym",
            "llama_sdpa_dyn18",
            "llama_sdpa_dyn23",
            "llama_sdpa_ts17",
            "llama_ort_dyn18",
            "llama_session_dyn18",
        ],
        &["llama_layer23", "llama_layer_ms"],
        &["t5_dyn18", "t5_dyn18_sym", "t5_ts17", "t5_ts17_sym"],
        &["whisper_dyn18", "whisper_ts17", "whisper_ts17_sym"],
        &[
            "resnet_dyn18",
            "resnet_dyn18_sym",
            "resnet_ts17",
            "resnet_ts13",
            "resnet_bn_ts17",
            "resnet_session_dyn18",
        ],
        &[
            "mobile_dyn18",
            "mobile_ts17",
            "mobile_ts13",
            "mobile_session_ts17",
        ],
        &[
            "eatt_dyn18",
            "eatt_dyn18_sym",
            "eatt_ts17",
            "eatt_ts13",
            "eatt_where_dyn18",
            "eatt_where_ts17",
        ],
    ];
    for group in groups {
        let of = |name: &str| {
            let file = format!("{name}.onnx");
            let row = rows.iter().find(|row| row.file == file).unwrap();
            stages(&file, &row.binds)
        };
        let first = of(group[0]);
        for name in &group[1..] {
            assert_eq!(of(name), first, "{name} against {}", group[0]);
        }
    }
}

/// A hand count of the encoder layer: b = 2, n = 16, d = 64, h = 4, ffn = 128.
#[test]
fn the_stages_of_an_encoder_layer_are_those_of_a_hand_count() {
    let found = stages("enc_ts13.onnx", "");
    let count = |stage: &str, what: &str| found[stage][what].as_u64();
    // b·n·d·d for each projection.
    for stage in ["q-proj", "k-proj", "v-proj", "out-proj"] {
        assert_eq!(count(stage, "mul.fp32"), Some(2 * 16 * 64 * 64), "{stage}");
        assert_eq!(count(stage, "add.fp32"), Some(2 * 16 * 64 * 64), "{stage}");
    }
    // b·n·n·d for scores and context.
    for stage in ["score", "context"] {
        assert_eq!(count(stage, "mul.fp32"), Some(2 * 16 * 16 * 64), "{stage}");
    }
    // One multiplication, and one exponential, for each of b·h·n·n scores.
    assert_eq!(count("scale", "mul.fp32"), Some(2 * 4 * 16 * 16));
    assert_eq!(count("softmax", "exp.fp32"), Some(2 * 4 * 16 * 16));
    assert_eq!(count("ffn-up", "mul.fp32"), Some(2 * 16 * 64 * 128));
    assert_eq!(count("ffn-down", "mul.fp32"), Some(2 * 16 * 128 * 64));
    assert_eq!(count("ffn-act", "erf.fp32"), Some(2 * 16 * 128));
    // Two residual sums of b·n·d; two normalisations of b·n rows.
    assert_eq!(count("residual", "add.fp32"), Some(2 * 2 * 16 * 64));
    assert_eq!(count("norm", "sqrt.fp32"), Some(2 * 2 * 16));
}

/// E-Att, b = 2, n = 16, d = 64, h = 4, f = 4: r = 16 columns of q and k.
#[test]
fn e_att_is_recognised_without_a_word_of_toml() {
    let whole = stages("eatt_dyn18.onnx", "");
    // b·n·d bits; b·n·d·r selections for each of q and k.
    assert_eq!(whole["binarise"]["compare.fp32"], 2 * 16 * 64);
    for stage in ["q-proj", "k-proj"] {
        assert_eq!(whole[stage]["select.fp32"], 2 * 16 * 64 * 16, "{stage}");
        assert_eq!(whole[stage].get("mul.fp32"), None, "{stage}");
    }
    // b·n·n·r differences in size: h heads of r/h columns.
    for what in ["sub.fp32", "abs.fp32", "add.fp32"] {
        assert_eq!(whole["score"][what], 2 * 16 * 16 * 16, "{what}");
    }
    // Half of the bits set: half of the rows are added.
    let half = stages("eatt_dyn18.onnx", "rho=0.5");
    assert_eq!(half["q-proj"]["add.fp32"], 2 * 16 * 64 * 16 / 2);
    let compared = run(&[
        "compare",
        "vanilla_dyn18.onnx",
        "eatt_dyn18.onnx",
        "--set",
        "rho=0.5",
        "--table",
        "45nm",
        "--format",
        "fp32",
        "--free",
        "compare,select,abs",
        "--scope",
        "alignment",
        "--output",
        "csv",
    ]);
    // At 45 nm a multiplication takes 3.7 pJ, an addition or subtraction 0.9 pJ.
    // Vanilla: 2·b·n·d² + b·n²·d = 294 912 of both, at 4.6 pJ: 1 356 595.2 pJ.
    // E-Att: half of 2·b·n·d·r = 65 536 additions, and a subtraction and an
    // addition for each of b·n²·r = 8 192 differences: (32 768 + 16 384) · 0.9
    // = 44 236.8 pJ, which saves 1 − 44 236.8 / 1 356 595.2 = 96.739 %.
    let text = String::from_utf8(compared.stdout).unwrap();
    let rows: Vec<&str> = text.lines().collect();
    let [_, row] = rows[..] else {
        panic!("{text}");
    };
    let (figures, saving) = row.rsplit_once(',').unwrap();
    assert_eq!(figures, "alignment,45nm,fp32,1356595.2,44236.8");
    let saving: f64 = saving.parse().unwrap();
    assert!((saving - (1.0 - 44_236.8 / 1_356_595.2)).abs() < 1e-12);
}

/// Weights of few values, known by looking at them.
#[test]
fn weights_that_are_looked_at_turn_products_into_what_they_are() {
    let counts = |file: &str, more: &[&str]| {
        let found = estimate(file, "batch=2", more);
        found["stages"][0]["counts"].clone()
    };
    let products = 2 * 64 * 64;
    let plain = counts("ternary.onnx", &[]);
    assert_eq!(plain["mul.fp32"], products);
    for (file, primitive) in [
        ("ternary.onnx", "select.fp32"),
        ("bits.onnx", "select.fp32"),
        ("signs.onnx", "negate.fp32"),
        ("powers.onnx", "shift.fp32"),
    ] {
        let found = counts(file, &["--scan-weights"]);
        assert_eq!(found[primitive], products, "{file}: {found}");
        assert_eq!(found.get("mul.fp32"), None, "{file}: {found}");
    }
    // One number times ternary weights: one multiplication for each sum.
    let scaled = counts("ternary_scaled.onnx", &["--scan-weights"]);
    assert_eq!(scaled["mul.fp32"], 2 * 64);
    let real = counts("real.onnx", &["--scan-weights"]);
    assert_eq!(real["mul.fp32"], products);
    // A weight beyond the limit is not looked at, and that is said.
    let small = run(&[
        "estimate",
        "ternary.onnx",
        "--set",
        "batch=2",
        "--scan-weights",
        "--weight-scan-limit",
        "1KiB",
    ]);
    assert!(String::from_utf8_lossy(&small.stderr).contains("--weight-scan-limit"));
    assert!(String::from_utf8_lossy(&small.stdout).contains("mul"));
}

#[test]
fn a_product_of_two_signs_is_xnor_and_popcount() {
    for file in ["xnor_sign.onnx", "xnor_where.onnx", "xnor_torch_ts17.onnx"] {
        let all = stages(file, "");
        let of = |what: &str| {
            let all = all.values().filter_map(|stage| {
                let counts = stage.as_object().unwrap().iter();
                counts
                    .filter(|(name, _)| name.starts_with(what))
                    .find_map(|(_, n)| n.as_u64())
            });
            all.sum::<u64>()
        };
        assert_eq!(of("xnor."), 131_072, "{file}: {all:?}");
        assert_eq!(of("popcount."), 131_072, "{file}: {all:?}");
    }
}

/// What `import` writes gives the numbers of the file that it was made from.
#[test]
fn an_imported_model_file_gives_the_same_numbers() {
    let folder = tempfile::tempdir().unwrap();
    for row in rows() {
        let path = folder.path().join(row.file.replace(".onnx", ".toml"));
        let path = path.to_str().unwrap();
        let mut arguments = vec!["import", &row.file, "-o", path];
        // How often this one runs is known only for a given length.
        if row.file == "loop_shape.onnx" {
            arguments.extend(["--set", &row.binds]);
        }
        let written = run(&arguments);
        let error = String::from_utf8_lossy(&written.stderr);
        assert!(written.status.success(), "{}: {error}", row.file);
        let mut of_file = estimate(&row.file, &row.binds, &[]);
        let mut of_toml = estimate(path, &row.binds, &[]);
        for found in [&mut of_file, &mut of_toml] {
            found.as_object_mut().unwrap().remove("source");
        }
        assert_eq!(of_file, of_toml, "{}", row.file);
    }
}

#[test]
fn a_dim_without_a_value_is_named() {
    let output = run(&["estimate", "enc_dyn18_sym.onnx", "--set", "batch=2"]);
    assert_eq!(output.status.code(), Some(2));
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(
        error.contains("`seq`") && error.contains("--set seq="),
        "{error}"
    );
}

/// Layers that follow upon themselves are one block of the model file.
#[test]
fn two_layers_of_a_graph_are_one_block() {
    for file in [
        "bert_dyn18.onnx",
        "gpt2_ts17.onnx",
        "llama_dyn18.onnx",
        "vit_ts17.onnx",
    ] {
        let text = String::from_utf8(run(&["import", file]).stdout).unwrap();
        assert_eq!(text.matches("[[block]]").count(), 1, "{file}");
        assert!(text.contains("repeat = 2"), "{file}");
    }
}

/// Broken files: one message each, or a reading that survives; never a panic.
#[test]
fn broken_files_are_refused_with_a_message() {
    let mut refused = 0;
    let mut entries: Vec<PathBuf> = fs::read_dir(folder().join("bad"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    entries.sort();
    for path in entries {
        if path.extension().is_none_or(|extension| extension != "onnx") {
            continue;
        }
        let output = run(&["estimate", path.to_str().unwrap(), "--scan-weights"]);
        let error = String::from_utf8_lossy(&output.stderr);
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(!error.contains("panicked"), "{name}: {error}");
        match output.status.code() {
            Some(0) => {}
            Some(2) => {
                refused += 1;
                assert!(error.starts_with("error: "), "{name}: {error}");
                assert!(output.stdout.is_empty(), "{name}");
            }
            code => panic!("{name}: {code:?}: {error}"),
        }
    }
    assert!(refused > 50, "{refused} refused");
}

/// What must be refused, and what the message must name.
#[test]
fn messages_name_what_is_wrong() {
    for (file, words) in [
        ("empty", "empty"),
        ("png", "no ONNX"),
        ("cycle", "reads, by way of others, what it makes itself"),
        ("matmul_k", "cannot be multiplied"),
        ("duplicate_output", "two nodes make"),
        ("function_recursive", "calls itself"),
        ("dims_2_63", "elements"),
        ("dims_negative", "elements"),
        ("raw_10gb", "goes beyond the end of the file"),
        ("weight_missing", "which nothing makes"),
        ("truncated", "end"),
    ] {
        let path = format!("bad/{file}.onnx");
        let error = String::from_utf8(run(&["estimate", &path]).stderr).unwrap();
        assert!(error.contains(words), "{file}: {error}");
    }
}

/// The table of operators in the documentation is that of the code; with
/// `UPDATE_DOCS` set it is written.
#[test]
fn the_operators_of_the_documentation_are_those_of_the_code() {
    let mut table = String::from("| operator | counted as |\n|---|---|\n");
    let mut rows: Vec<(String, &str)> = Vec::new();
    for (domain, name, counted) in picojoule::import::onnx::operators() {
        let name = match domain {
            "" => format!("`{name}`"),
            domain => format!("`{domain}.{name}`"),
        };
        match rows.last_mut() {
            Some((names, last)) if *last == counted => {
                names.push_str(", ");
                names.push_str(&name);
            }
            _ => rows.push((name, counted)),
        }
    }
    for (names, counted) in rows {
        table.push_str(&format!("| {names} | {counted} |\n"));
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/onnx.md");
    let page = fs::read_to_string(&path).unwrap();
    let (before, rest) = page.split_once("<!-- operators -->\n").unwrap();
    let (found, after) = rest.split_once("<!-- end of operators -->").unwrap();
    if std::env::var_os("UPDATE_DOCS").is_some() {
        let page = format!("{before}<!-- operators -->\n{table}<!-- end of operators -->{after}");
        fs::write(&path, page).unwrap();
        return;
    }
    assert_eq!(found, table, "run the tests with UPDATE_DOCS=1");
}
