//! What the graphs within a node read from around it.

use crate::hash::FastSet;
use crate::import::onnx::proto::{AttributeValue, Graph, Node};

/// The names that the graphs within a node read and do not make, in the order
/// in which they are read.
pub(super) fn captured(node: &Node) -> Vec<&str> {
    let mut names = Vec::new();
    for graph in graphs(node) {
        read_from_outside(graph, &mut names);
    }
    names
}

/// How many nodes a graph has, those of the graphs within them included; at
/// least 1.
pub(super) fn size(graph: &Graph) -> usize {
    let within = |node: &Node| 1 + graphs(node).map(size).sum::<usize>();
    graph.nodes.iter().map(within).sum::<usize>().max(1)
}

fn graphs(node: &Node) -> impl Iterator<Item = &Graph> {
    (node.attributes.iter()).filter_map(|attribute| match &attribute.value {
        AttributeValue::Graph(graph) => Some(&**graph),
        _ => None,
    })
}

fn read_from_outside<'g>(graph: &'g Graph, names: &mut Vec<&'g str>) {
    let inputs = graph.inputs.iter().map(|input| input.name.as_str());
    let stored = graph.initializers.iter().map(|tensor| tensor.name.as_str());
    let made = (graph.nodes.iter()).flat_map(|node| node.outputs.iter().map(String::as_str));
    let own: FastSet<&str> = inputs.chain(stored).chain(made).collect();
    let mut found = Vec::new();
    for node in &graph.nodes {
        found.extend(node.inputs.iter().map(String::as_str));
        for inner in graphs(node) {
            read_from_outside(inner, &mut found);
        }
    }
    found.extend(graph.outputs.iter().map(|output| output.name.as_str()));
    for name in found {
        if !name.is_empty() && !own.contains(name) && !names.contains(&name) {
            names.push(name);
        }
    }
}

/// Whether a body gives what it was given, as some exporters have it carry
/// weights: its result at `result` is its input at `input`.
pub(super) fn hands_on(body: &Graph, input: usize, result: usize) -> bool {
    let (Some(input), Some(result)) = (body.inputs.get(input), body.outputs.get(result)) else {
        return false;
    };
    let mut name = &result.name;
    // As many steps as there are nodes, in whichever order these stand.
    for _ in 0..=body.nodes.len() {
        if *name == input.name {
            return true;
        }
        let makes = |node: &&Node| node.op_type == "Identity" && node.outputs.contains(name);
        match body
            .nodes
            .iter()
            .find(makes)
            .map(|node| node.inputs.as_slice())
        {
            Some([before]) => name = before,
            _ => return false,
        }
    }
    false
}
