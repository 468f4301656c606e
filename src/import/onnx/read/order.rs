//! The order of the nodes of a graph.

use petgraph::algo::toposort;
use petgraph::graph::DiGraph;

use super::capture::captured;
use crate::hash::FastMap;
use crate::import::onnx::proto::Node;

/// The nodes in an order in which each reads only what was made before. Files
/// should hold them in such an order; not all do.
///
/// # Errors
/// Names that nothing makes, and nodes that wait for each other.
pub(super) fn order(nodes: &[Node], known: impl Fn(&str) -> bool) -> Result<Vec<usize>, String> {
    let mut makers: FastMap<&str, usize> = FastMap::default();
    makers.reserve(nodes.len());
    for (at, node) in nodes.iter().enumerate() {
        for output in node.outputs.iter().filter(|name| !name.is_empty()) {
            if makers.insert(output, at).is_some() {
                return Err(format!("two nodes make `{output}`"));
            }
        }
    }
    let mut sorted = true;
    for (at, node) in nodes.iter().enumerate() {
        for maker in captured(node)
            .into_iter()
            .filter_map(|name| makers.get(name))
        {
            sorted &= *maker < at;
        }
        for input in node.inputs.iter().filter(|name| !name.is_empty()) {
            match makers.get(input.as_str()) {
                Some(maker) => sorted &= *maker < at,
                None if known(input) => {}
                None => {
                    return Err(format!(
                        "node `{}` ({}) reads `{input}`, which nothing makes",
                        node.name, node.op_type
                    ));
                }
            }
        }
    }
    if sorted {
        return Ok((0..nodes.len()).collect());
    }
    let mut graph: DiGraph<usize, ()> = DiGraph::new();
    let at: Vec<_> = (0..nodes.len()).map(|at| graph.add_node(at)).collect();
    for (to, node) in nodes.iter().enumerate() {
        let read = (captured(node).into_iter()).chain(node.inputs.iter().map(String::as_str));
        for from in read.filter_map(|name| makers.get(name)) {
            graph.add_edge(at[*from], at[to], ());
        }
    }
    match toposort(&graph, None) {
        Ok(order) => Ok(order.into_iter().map(|node| graph[node]).collect()),
        Err(cycle) => {
            let node = &nodes[graph[cycle.node_id()]];
            Err(format!(
                "node `{}` ({}) reads, by way of others, what it makes itself",
                node.name, node.op_type
            ))
        }
    }
}
