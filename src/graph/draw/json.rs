//! JSON, with every op and every tensor of the graph.

use num_rational::BigRational;
use serde::Serialize;

use super::diagram::printer;
use crate::graph::{Op, OpGraph, OpKind, Tensor};
use crate::number;
use crate::symbolic::{Expr, Printer};

/// The graph in JSON: `model`, `variant`, `symbols` with their values,
/// `nodes`, `edges` (by the ids of nodes), `regions` (the instances of
/// blocks, the model itself first) and `scopes`. Extents and counts are
/// formulas over the symbols, as text.
pub fn json(graph: &OpGraph) -> String {
    let document = document(graph);
    // Strings, numbers and lists always have a form in JSON.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

#[derive(Serialize)]
struct Document<'g> {
    model: &'g str,
    variant: &'g str,
    symbols: Vec<Symbol<'g>>,
    nodes: Vec<Node<'g>>,
    edges: Vec<Edge>,
    regions: Vec<Region<'g>>,
    scopes: Vec<Scope<'g>>,
}

#[derive(Serialize)]
struct Symbol<'g> {
    name: &'g str,
    value: serde_json::Value,
}

#[derive(Serialize)]
struct Node<'g> {
    id: usize,
    name: &'g str,
    path: Vec<&'g str>,
    region: usize,
    stage: &'g str,
    kind: &'static str,
    /// The notation or formula.
    what: Option<&'g str>,
    map: Option<&'static str>,
    reduce: Option<&'static str>,
    times: String,
    #[serde(flatten)]
    output: Shape,
}

#[derive(Serialize)]
struct Edge {
    from: usize,
    to: usize,
    slot: usize,
    #[serde(flatten)]
    tensor: Shape,
}

#[derive(Serialize)]
struct Shape {
    shape: Vec<String>,
    format: Option<String>,
    domain: String,
    density: Option<String>,
}

#[derive(Serialize)]
struct Region<'g> {
    id: usize,
    name: &'g str,
    parent: Option<usize>,
    repeat: String,
}

#[derive(Serialize)]
struct Scope<'g> {
    name: &'g str,
    stages: &'g [String],
}

fn document(graph: &OpGraph) -> Document<'_> {
    let printer = printer(graph);
    let symbols = graph.symbols().iter().map(|info| Symbol {
        name: info.symbol.name(),
        value: value(&info.value),
    });
    let mut nodes = Vec::new();
    let mut edges = Vec::new();
    for (at, op) in graph.iter() {
        nodes.push(node(graph, at.index(), op, &printer));
        for (from, edge) in graph.inputs(at) {
            edges.push(Edge {
                from: from.index(),
                to: at.index(),
                slot: edge.slot,
                tensor: shape(&edge.tensor, &printer),
            });
        }
    }
    let regions = graph.regions().map(|(id, region)| Region {
        id: id.index(),
        name: &region.name,
        parent: region.parent.map(|parent| parent.index()),
        repeat: printer.print(&region.rounds),
    });
    let scopes = graph.scopes().iter().map(|scope| Scope {
        name: &scope.name,
        stages: &scope.stages,
    });
    Document {
        model: &graph.model,
        variant: &graph.variant,
        symbols: symbols.collect(),
        nodes,
        edges,
        regions: regions.collect(),
        scopes: scopes.collect(),
    }
}

fn node<'g>(graph: &'g OpGraph, id: usize, op: &'g Op, printer: &Printer) -> Node<'g> {
    let (kind, what, einsum) = match &op.kind {
        OpKind::Input => ("input", None, None),
        OpKind::Weight => ("weight", None, None),
        OpKind::Constant => ("constant", None, None),
        OpKind::State => ("state", None, None),
        OpKind::Einsum(einsum) => ("einsum", Some(einsum.text.as_str()), Some(&**einsum)),
        OpKind::Elementwise(elementwise) => ("elementwise", Some(elementwise.text.as_str()), None),
        OpKind::Move(movement) => ("move", Some(movement.name()), None),
        OpKind::Unsupported(operator) => ("uncounted", Some(operator.as_str()), None),
    };
    Node {
        id,
        name: &op.name,
        path: graph.path(op.region),
        region: op.region.index(),
        stage: &op.stage,
        kind,
        what,
        // One operand alone is mapped by nothing.
        map: einsum
            .filter(|einsum| einsum.operands.len() == 2)
            .map(|einsum| einsum.map.name()),
        reduce: einsum
            .filter(|einsum| einsum.has_reduction())
            .map(|einsum| einsum.reduce.name()),
        times: printer.print(&graph.runs(op)),
        output: Shape {
            format: op.computed_in.map(|format| format.to_string()),
            ..shape(&op.output, printer)
        },
    }
}

fn shape(tensor: &Tensor, printer: &Printer) -> Shape {
    let text = |expr: &Expr| printer.print(expr);
    Shape {
        shape: tensor.shape.iter().map(text).collect(),
        format: tensor.stored_in.map(|format| format.to_string()),
        domain: tensor.domain.to_string(),
        density: tensor.density.as_ref().map(text),
    }
}

/// A number with all its digits; a fraction without an end as text.
fn value(value: &BigRational) -> serde_json::Value {
    let text = number::plain(value);
    match text.parse::<serde_json::Number>() {
        Ok(number) => number.into(),
        Err(_) => text.into(),
    }
}
