//! The structure of pictures, by hand for one attention layer.
#![allow(clippy::unwrap_used, clippy::panic)]

use super::{dot, json, mermaid};
use crate::graph::tests::{lowered, shipped};
use crate::graph::{OpGraph, Unfold};

fn written(text: &str) -> OpGraph {
    lowered(text, &[])
}

/// Every arrow of a DOT text as (name of source, name of target, label).
fn arrows(text: &str) -> Vec<(String, String, String)> {
    let name = |id: &str| {
        let start = format!("  {id} [label=<<b>");
        let line = text.lines().find(|line| line.starts_with(&start)).unwrap();
        line[start.len()..].split("</b>").next().unwrap().to_owned()
    };
    text.lines()
        .filter_map(|line| {
            let (from, rest) = line.trim().split_once(" -> n")?;
            let (to, label) = rest.split_once(" [label=\" ")?;
            let label = label.trim_end_matches("\"];").to_owned();
            Some((name(from), name(&format!("n{to}")), label))
        })
        .collect()
}

fn arrow(from: &str, to: &str, label: &str) -> (String, String, String) {
    (from.to_owned(), to.to_owned(), label.to_owned())
}

#[test]
fn attention_has_every_op_and_every_edge_once() {
    let text = dot(&shipped("attention", "vanilla", Unfold::No));
    // x feeds the three projections; 25 queries meet 25 keys in each of the
    // heads, which do not share keys (groups of 1).
    let scores = "[b, h, 1, n, n]";
    let mut found = arrows(&text);
    found.sort();
    let mut expected = vec![
        arrow("x", "q", "[b, n, d]"),
        arrow("x", "k", "[b, n, d]"),
        arrow("x", "v", "[b, n, d]"),
        arrow("q", "score", "[b, n, d]"),
        arrow("k", "score", "[b, n, d]"),
        arrow("score", "scaled", scores),
        arrow("scaled", "probabilities", scores),
        arrow("probabilities", "context", scores),
        arrow("v", "context", "[b, n, d]"),
        arrow("context", "out", "[b, n, d]"),
    ];
    expected.sort();
    assert_eq!(found, expected);
    assert_eq!(text.matches("[label=<<b>").count(), 9, "{text}");
    // The four weights are in the labels of their ops.
    assert_eq!(text.matches(">weight [d, d]<").count(), 4, "{text}");
    // Two blocks: the attention, and in it what weighs the values.
    let frames: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| line.starts_with("label=\""))
        .map(|line| line.split('"').nth(1).unwrap())
        .collect();
    assert_eq!(frames, ["attention", "out"]);
}

#[test]
fn bits_show_on_the_edges_of_e_att() {
    let text = dot(&shipped("attention", "e-att", Unfold::No));
    let found = arrows(&text);
    // One op makes the bits for both: x and memory are the same tensor.
    assert!(found.contains(&arrow("bits", "q", "[b, n, d] {0, 1}")));
    assert!(found.contains(&arrow("bits", "k_rows", "[b, n, d] {0, 1}")));
    assert!(found.contains(&arrow("x", "v", "[b, n, d]")));
    assert_eq!(found.len(), 11);
    assert_eq!(text.matches(">select, add, bias<").count(), 2);
    assert_eq!(text.matches(">abs_diff, add<").count(), 1);
}

#[test]
fn mermaid_shows_what_dot_shows() {
    for variant in ["vanilla", "e-att"] {
        let graph = shipped("attention", variant, Unfold::No);
        let text = mermaid(&graph);
        assert_eq!(text.matches("-->|").count(), arrows(&dot(&graph)).len());
        assert_eq!(
            text.matches("[\"<b>").count(),
            9 + usize::from(variant == "e-att")
        );
        assert_eq!(text.matches("subgraph ").count(), 2);
        assert_eq!(text.lines().filter(|line| line.trim() == "end").count(), 2);
    }
}

#[test]
fn repeated_blocks_are_folded_unless_the_graph_is_unfolded() {
    let folded = dot(&shipped("bert-base", "vanilla", Unfold::No));
    assert_eq!(folded.matches("×layers (12)").count(), 1, "{folded}");
    let unfolded = dot(&shipped("bert-base", "vanilla", Unfold::Yes));
    assert_eq!(unfolded.matches("×layers").count(), 0);
    for layer in 0..12 {
        assert_eq!(
            unfolded
                .matches(&format!("label=\"encoder.{layer}\""))
                .count(),
            1
        );
    }
}

#[test]
fn ops_of_a_stage_that_feed_each_other_share_a_frame() {
    let text = mermaid(&written(
        r#"
name = "m"
inputs = { x = "n" }
dims = { n = 4 }
op = [
  { name = "a", stage = "first", apply = "x + 1" },
  { name = "b", stage = "first", apply = "a * 2" },
  { name = "c", stage = "second", apply = "b + 1" },
  { name = "d", stage = "first", apply = "c + 1" },
]
"#,
    ));
    let at = |part: &str| {
        text.find(part)
            .unwrap_or_else(|| panic!("{part} in {text}"))
    };
    let frame = at("subgraph g1[\"first\"]");
    let end = frame + text[frame..].find("end\n").unwrap();
    assert!(frame < at("<b>a</b>") && at("<b>b</b>") < end);
    // d is of the same stage but not beside them: it says so itself.
    assert!(at("<b>d</b><br/><small>first</small>") > end);
    assert_eq!(text.matches("subgraph").count(), 1);
}

/// A model whose every name is a trap.
fn traps() -> OpGraph {
    written(
        r##"
name = "a \"b\" <c> & 'd' \\ \u0001"
inputs = { x = "n" }
dims = { n = 4 }
[[op]]
name = "</b>\"]; --> `end` #quot; \\N *x*"
stage = "\"]"
per_element = { add = 1 }
inputs = ["x"]
"##,
    )
}

#[test]
fn no_name_breaks_out_of_its_label() {
    let graph = traps();
    let text = dot(&graph);
    assert!(
        text.contains("&lt;/b&gt;&quot;]; --&gt; `end` #quot; &#92;&#92;N *x*"),
        "{text}"
    );
    assert!(!text.contains('\u{1}'));
    let text = mermaid(&graph);
    let line = text
        .lines()
        .find(|line| line.trim().starts_with("n1["))
        .unwrap();
    assert_eq!(line.matches('"').count(), 2, "{line}");
    assert!(
        line.contains("#60;#47;b#62;") || line.contains("#60;/b#62;"),
        "{line}"
    );
    assert!(text.starts_with("---\ntitle: 'a \"b\" <c> & ''d'' \\  '\n---\nflowchart TD\n"));
}

#[test]
fn json_leaves_nothing_out() {
    let graph = shipped("attention", "e-att", Unfold::No);
    let text = json(&graph);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["model"], "attention");
    assert_eq!(value["variant"], "e-att");
    let nodes = value["nodes"].as_array().unwrap();
    let edges = value["edges"].as_array().unwrap();
    // An input, four weights and their biases, nine ops that compute.
    assert_eq!(nodes.len(), 18);
    assert_eq!(edges.len(), 11 + 4 + 4);
    let q = nodes.iter().find(|node| node["name"] == "q").unwrap();
    assert_eq!(q["path"][0], "attention");
    assert_eq!(q["stage"], "q-proj");
    assert_eq!(q["kind"], "einsum");
    assert_eq!(q["what"], "b n d, d r -> b n r");
    assert_eq!((&q["map"], &q["reduce"]), (&"select".into(), &"add".into()));
    assert_eq!(q["shape"], serde_json::json!(["b", "n", "d/h"]));
    let into_q: Vec<_> = edges.iter().filter(|edge| edge["to"] == q["id"]).collect();
    assert_eq!(into_q.len(), 3);
    assert_eq!(into_q[0]["slot"], 0);
    assert_eq!(into_q[0]["domain"], "{0, 1}");
    assert_eq!(into_q[0]["density"], "rho");
    assert_eq!(into_q[1]["shape"], serde_json::json!(["d", "d/h"]));
    assert_eq!(into_q[2]["shape"], serde_json::json!(["d/h"]));
    let d = value["symbols"].as_array().unwrap().iter();
    assert!(
        d.clone()
            .any(|symbol| symbol["name"] == "d" && symbol["value"] == 512)
    );
    assert_eq!(value["regions"][1]["parent"], 0);
    assert_eq!(value["scopes"][0]["name"], "alignment");
}

#[test]
fn the_same_graph_is_drawn_alike() {
    for (model, variant) in [("transformer-base", "e-att"), ("resnet-50", "batch-norm")] {
        let (one, two) = (
            shipped(model, variant, Unfold::No),
            shipped(model, variant, Unfold::No),
        );
        assert_eq!(dot(&one), dot(&two));
        assert_eq!(mermaid(&one), mermaid(&two));
        assert_eq!(json(&one), json(&two));
    }
}
