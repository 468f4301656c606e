//! Graphs of tens of thousands of nodes: what the import writes is read, by an
//! estimate of the graph as by one of the file that `import -o` writes.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn number(out: &mut Vec<u8>, field: u64, value: u64) {
    varint(out, field << 3);
    varint(out, value);
}

fn bytes(out: &mut Vec<u8>, field: u64, value: impl AsRef<[u8]>) {
    let value = value.as_ref();
    varint(out, field << 3 | 2);
    varint(out, value.len() as u64);
    out.extend(value);
}

/// A graph under construction: a chain whose last tensor is `last`, of 4 rows.
struct Chain {
    graph: Vec<u8>,
    last: String,
    width: u64,
    macs: u64,
    parameters: u64,
    random: u64,
}

impl Chain {
    fn new(width: u64) -> Chain {
        let mut chain = Chain {
            graph: Vec::new(),
            last: "x".to_owned(),
            width,
            macs: 0,
            parameters: 0,
            random: 1,
        };
        bytes(&mut chain.graph, 2, "large");
        let mut shape = Vec::new();
        for extent in [4, width] {
            let mut dim = Vec::new();
            number(&mut dim, 1, extent);
            bytes(&mut shape, 1, dim);
        }
        let (mut tensor, mut kind, mut info) = (Vec::new(), Vec::new(), Vec::new());
        number(&mut tensor, 1, 1);
        bytes(&mut tensor, 2, shape);
        bytes(&mut kind, 1, tensor);
        bytes(&mut info, 1, "x");
        bytes(&mut info, 2, kind);
        bytes(&mut chain.graph, 11, info);
        chain
    }

    /// One of `many`, from Knuth's linear congruence.
    fn random(&mut self, many: u64) -> u64 {
        let factor = 6_364_136_223_846_793_005;
        self.random = self.random.wrapping_mul(factor).wrapping_add(1);
        (self.random >> 33) % many
    }

    fn node(&mut self, operator: &str, weight: Option<&str>) {
        let made = format!("{}{operator}", self.graph.len());
        let mut node = Vec::new();
        for input in [Some(self.last.as_str()), weight].into_iter().flatten() {
            bytes(&mut node, 1, input);
        }
        bytes(&mut node, 2, &made);
        bytes(&mut node, 4, operator);
        bytes(&mut self.graph, 1, node);
        self.last = made;
    }

    /// A matrix product: 4 rows of as many columns as before, to `width`.
    fn product(&mut self, width: u64) {
        let name = format!("w{}", self.graph.len());
        let mut tensor = Vec::new();
        number(&mut tensor, 1, self.width);
        number(&mut tensor, 1, width);
        number(&mut tensor, 2, 1);
        bytes(&mut tensor, 8, &name);
        let one = 1f32.to_le_bytes();
        bytes(&mut tensor, 9, one.repeat((self.width * width) as usize));
        bytes(&mut self.graph, 5, tensor);
        self.node("MatMul", Some(&name));
        self.macs += 4 * self.width * width;
        self.parameters += self.width * width;
        self.width = width;
    }

    fn write(&self, path: &Path) {
        let (mut graph, mut info) = (self.graph.clone(), Vec::new());
        bytes(&mut info, 1, &self.last);
        bytes(&mut graph, 12, info);
        let (mut opset, mut model) = (Vec::new(), Vec::new());
        number(&mut opset, 2, 18);
        number(&mut model, 1, 9);
        bytes(&mut model, 7, graph);
        bytes(&mut model, 8, opset);
        std::fs::write(path, model).unwrap();
    }
}

fn picojoule(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(arguments)
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{errors}");
    output.stdout
}

fn estimate(path: &Path) -> Value {
    let path = path.to_str().unwrap();
    serde_json::from_slice(&picojoule(&["estimate", path, "--output", "json"])).unwrap()
}

/// The text of its import; the same comes out of the graph and of that text.
fn reads_back(chain: &Chain) -> String {
    let folder = tempfile::tempdir().unwrap();
    let graph = folder.path().join("large.onnx");
    let written = folder.path().join("large.toml");
    chain.write(&graph);
    picojoule(&[
        "import",
        graph.to_str().unwrap(),
        "-o",
        written.to_str().unwrap(),
    ]);
    let (of_graph, of_text) = (estimate(&graph), estimate(&written));
    for key in ["macs", "parameters", "total_pj", "stages"] {
        assert_eq!(of_graph[key], of_text[key], "{key}");
    }
    assert!(!of_graph["total_pj"].is_null());
    assert_eq!(of_graph["macs"], chain.macs);
    assert_eq!(of_graph["parameters"], chain.parameters);
    std::fs::read_to_string(written).unwrap()
}

/// 20 000 nodes of which nothing repeats: a product and a comparison in turn,
/// each product to one of nine widths.
#[test]
fn a_chain_of_twenty_thousand_nodes() {
    let mut chain = Chain::new(4);
    for _ in 0..10_000 {
        let width = 4 + chain.random(9);
        chain.product(width);
        chain.node("Relu", None);
    }
    let text = reads_back(&chain);
    assert!(text.matches("[[op]]").count() > 10_000);
}

/// 2 000 blocks, each of other activations than all others and called twice:
/// the two runs of a block are 14 nodes, and a product before them tells the
/// blocks apart.
#[test]
fn two_thousand_blocks() {
    let mut chain = Chain::new(4);
    let kinds = ["Relu", "Sigmoid", "Tanh", "Exp"];
    for block in 1..=2_000_usize {
        chain.product(3 + (block % 5) as u64);
        for _ in 0..2 {
            chain.product(chain.width);
            for at in 0..6 {
                chain.node(kinds[block >> (2 * at) & 3], None);
            }
        }
    }
    let text = reads_back(&chain);
    // One of them does the same six times over.
    assert_eq!(text.matches("[[block]]").count(), 1_999);
    assert_eq!(text.matches("repeat = 2").count(), 1_999);
}
