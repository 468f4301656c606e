//! The page of `picojoule explore`: what it says is what the program says, and it
//! does what its reader asks of it.

#![cfg(all(feature = "cli", unix))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "explore/browser.rs"]
mod browser;
mod common;
#[path = "explore/onnx.rs"]
mod onnx;
#[path = "explore/points.rs"]
mod points;
#[path = "explore/reader.rs"]
mod reader;

use std::path::{Path, PathBuf};

use browser::Browser;
use common::program::{picojoule, printed, refused};
use common::{model, shipped};
use points::{Point, Random};
use serde_json::Value;

/// Pages stay below this.
const MAX_BYTES: u64 = 1_000_000;

/// The page of what is typed, in a file.
fn page(folder: &Path, arguments: &[&str]) -> PathBuf {
    let path = folder.join("page.html");
    let all = [&["explore"], arguments, &["-o", "page.html"]].concat();
    assert_eq!(printed(folder, &all).trim(), "");
    path
}

/// What stands in a page for its script.
fn data(page: &str) -> Value {
    let start = page.find("id=\"data\">").unwrap() + "id=\"data\">".len();
    let end = start + page[start..].find("</script>").unwrap();
    serde_json::from_str(&page[start..end]).unwrap()
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-9 * a.abs().max(b.abs())
}

/// A model, how many of the points are of it, scopes that it has, and dims with their
/// values. Among them are loops, a choice of experts by every token, floors of sizes of
/// pictures, spikes, phases, and dims that belong to one variant.
type Explored = (
    &'static str,
    usize,
    &'static [&'static str],
    &'static [(&'static str, &'static str)],
);
const ATTENTION: &[&str] = &["model", "attention", "alignment"];
const MODELS: &[Explored] = &[
    (
        "attention",
        250,
        ATTENTION,
        &[
            ("b", "1"),
            ("n", "25"),
            ("d", "512"),
            ("h", "8"),
            ("rho", "0.5"),
        ],
    ),
    (
        "transformer-base",
        150,
        ATTENTION,
        &[
            ("n", "25"),
            ("m", "25"),
            ("d", "512"),
            ("layers", "6"),
            ("rho", "0.5"),
        ],
    ),
    (
        "gpt2",
        150,
        ATTENTION,
        &[("n", "1024"), ("d", "768"), ("h", "12"), ("layers", "12")],
    ),
    (
        "llama-3.1-8b",
        150,
        ATTENTION,
        &[
            ("n", "1024"),
            ("h", "32"),
            ("kv", "8"),
            ("layers", "32"),
            ("b", "1"),
        ],
    ),
    (
        "spiking-layer",
        150,
        &["model"],
        &[
            ("rho", "0.1"),
            ("c", "256"),
            ("rows", "14"),
            ("spiking.steps", "8"),
        ],
    ),
    (
        "mixtral",
        50,
        ATTENTION,
        &[("seq", "1024"), ("layers", "32"), ("batch", "1")],
    ),
    (
        "mobilenet-v2",
        50,
        &["model"],
        &[("img", "224"), ("b", "1"), ("classes", "1000")],
    ),
    (
        "bitnet",
        50,
        &["model", "linears"],
        &[("n", "512"), ("d", "4096"), ("layers", "32")],
    ),
];

/// A thousand points of eight models: every number of the page is that of
/// the program, and where one has none, the other has none.
#[test]
fn a_thousand_points_are_the_same_in_the_page_and_in_the_program() {
    let Some(mut browser) = Browser::start() else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let mut random = Random::new(14);
    let (mut compared, mut numbers) = (0, 0);
    for (name, count, scopes, dims) in MODELS {
        let (model, page) = match *name {
            "mixtral" => {
                // Of its experts every token chooses two.
                let config = concat!(
                    env!("CARGO_MANIFEST_DIR"),
                    "/tests/huggingface/mixtral-8x7b.json"
                );
                printed(folder.path(), &["import", config, "-o", "mixtral.toml"]);
                let text = std::fs::read_to_string(folder.path().join("mixtral.toml")).unwrap();
                (model(&text), page(folder.path(), &["mixtral.toml"]))
            }
            "gpt2" => {
                let phases = ["gpt2", "--phase", "prefill,decode,train"];
                (shipped("gpt2"), page(folder.path(), &phases))
            }
            name => (shipped(name), page(folder.path(), &[name])),
        };
        browser.open(&page, "");
        let mut points = Vec::new();
        for _ in 0..*count {
            let mut point = Point::random(&mut random, &model, dims, scopes, *name == "gpt2");
            let memory = point.memory_with(&mut random);
            points.push((point, memory));
        }
        let fragments: Vec<String> = points.iter().map(|(point, _)| point.fragment()).collect();
        let fragments = serde_json::to_string(&fragments).unwrap();
        let found = browser.run(&format!("{fragments}.map(window.picojoule.evaluate)"));
        for ((point, memory), found) in points.iter().zip(found.as_array().unwrap()) {
            for found in found.as_array().unwrap() {
                let variant = found["variant"].as_str().unwrap();
                let told = format!("{name} {variant} {}", point.fragment());
                match point.estimate(&model, variant, memory.as_ref()) {
                    None => assert!(found["missing"].is_string(), "{told}: {found}"),
                    Some((total, stages)) => {
                        assert!(found["missing"].is_null(), "{told}: {found}");
                        for key in ["picojoules", "summed"] {
                            let own = found[key].as_f64().unwrap();
                            assert!(close(own, total), "{told}: {key} {own}, not {total}");
                        }
                        for (stage, parts) in found["stages"].as_object().unwrap() {
                            let parts = parts.as_array().unwrap().iter();
                            let own: f64 = parts.map(|part| part.as_f64().unwrap()).sum();
                            // A stage outside of the scope is 0 here.
                            if own != 0.0 {
                                assert!(close(own, stages[stage]), "{told}: {stage} {own}");
                                numbers += 1;
                            }
                        }
                        numbers += 1;
                    }
                }
            }
            compared += 1;
        }
    }
    assert_eq!(compared, 1000);
    // Most points have a number, and most numbers are of stages.
    assert!(numbers > 10_000, "{numbers}");
    assert_eq!(browser.complaints, [""; 0]);
}

/// Models that ship, and a graph of a thousand nodes: one file each, without a place
/// from which more would have to be fetched, the same at every run.
#[test]
fn a_page_is_one_small_file() {
    let folder = tempfile::tempdir().unwrap();
    onnx::write(&folder.path().join("chain.onnx"), 1000, |_| {
        "out".to_owned()
    });
    for model in ["transformer-base", "gpt2", "chain.onnx"] {
        let path = page(folder.path(), &[model]);
        assert!(path.metadata().unwrap().len() < MAX_BYTES, "{model}");
        let text = std::fs::read_to_string(&path).unwrap();
        for outside in ["http://", "https://", "src=", "<link", "@import", "url("] {
            let markup = text.replace("http://www.w3.org/", "");
            assert!(!markup.contains(outside), "{model}: {outside}");
        }
        assert!(text.contains("default-src 'none'"));
        assert_eq!(
            printed(folder.path(), &["explore", model]).trim(),
            text.trim(),
            "{model}"
        );
        let data = data(&text);
        // 1 000 nodes, of which an activation of a sum may be one with it.
        if model == "chain.onnx" {
            assert!(data["graphs"][0]["ops"].as_array().unwrap().len() > 700);
        }
    }
}

/// Ten thousand nodes are more than a reader can look at: the ops of a stage are one
/// row, the page says so, and it still is small.
#[test]
fn a_large_graph_is_folded() {
    let folder = tempfile::tempdir().unwrap();
    onnx::write(&folder.path().join("chain.onnx"), 10_000, |at| {
        format!("node{at}")
    });
    let text = std::fs::read_to_string(page(folder.path(), &["chain.onnx"])).unwrap();
    assert!(text.len() < MAX_BYTES as usize);
    let data = data(&text);
    let ops = data["graphs"][0]["ops"].as_array().unwrap();
    let members = |op: &Value| op["m"].as_u64().unwrap_or(1);
    assert!(ops.len() < 3000);
    assert!(ops.iter().map(members).sum::<u64>() > 7000);
    let notes = data["notes"].to_string();
    assert!(notes.contains("are shown as one"), "{notes}");
}

/// What is wrong is told before a page is written.
#[test]
fn mistakes_leave_no_page() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, told) in [
        (
            &["gpt2", "--movement", "tiled"][..],
            "tiles are searched for",
        ),
        (&["gpt2", "--phase", "sleep"], "`sleep` is no phase"),
        (&["gpt2", "--phase", "decode,decode"], "given twice"),
        (
            &["gpt2", "--scope", "atention"],
            "did you mean `attention`?",
        ),
        (&["gpt2", "--table", "46nm"], "46nm"),
        (&["gpt2", "--set", "nn=4"], "unknown dim or parameter `nn`"),
        (&["gpt2", "--static"], "no static energy"),
        (
            &["gpt2", "--optimizer", "adam"],
            "it belongs to the phase `train`",
        ),
        (&["gpt2", "-o", "none/page.html"], "cannot write"),
    ] {
        let all = [&["explore"], arguments].concat();
        let errors = refused(folder.path(), &all);
        assert!(errors.contains(told), "{arguments:?}: {errors}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    let output = picojoule(folder.path(), &["explore", "gpt2", "-o", "-"]);
    assert!(output.stdout.starts_with(b"<!doctype html>"));
}
