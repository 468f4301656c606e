//! Nested graphs put in the place of the nodes that they are.
//!
//! What leads to a nested graph leads to its `Input`, and what leaves it comes
//! from its `Output`; both disappear. A node into which several edges lead
//! takes their sum.

use std::collections::{BTreeMap, BTreeSet};

use super::node::{Conv, Graph, Kind, Neuron, Pool, Shape};
use crate::source::{Diagnostic, Problems, did_you_mean};

/// The number of a node.
pub(super) type NodeId = usize;

/// One graph of nodes that are none.
#[derive(Debug, Default)]
pub(super) struct Flat {
    pub(super) nodes: Vec<FlatNode>,
}

#[derive(Debug)]
pub(super) struct FlatNode {
    /// Its name, behind those of the graphs around it: `lif1/lin`.
    pub(super) label: String,
    pub(super) work: Work,
    /// The nodes from which edges lead here.
    pub(super) inputs: Vec<NodeId>,
}

/// What a node computes of the sum of its inputs.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Work {
    Input(Shape),
    Output(Shape),
    Linear {
        weight: Shape,
        bias: bool,
    },
    Conv(Conv),
    Pool(Pool),
    Flatten {
        first: i64,
        last: i64,
    },
    Scale(Shape),
    Threshold(Shape),
    Delay(Shape),
    Neuron(Neuron),
    /// Nothing beside the sum: an `Input` or `Output` of a nested graph.
    Sum,
}

impl Flat {
    /// Where edges from each node lead.
    pub(super) fn successors(&self) -> Vec<Vec<NodeId>> {
        let mut successors = vec![Vec::new(); self.nodes.len()];
        for (to, node) in self.nodes.iter().enumerate() {
            for from in &node.inputs {
                if let Some(all) = successors.get_mut(*from) {
                    let all: &mut Vec<NodeId> = all;
                    all.push(to);
                }
            }
        }
        successors
    }
}

/// Puts nested graphs in place; with notes of what was mended.
pub(super) fn flatten(graph: Graph) -> Result<(Flat, Vec<String>), Problems> {
    let mut placing = Placing::default();
    placing.graph(graph, "");
    let Placing {
        mut flat,
        notes,
        mut problems,
    } = placing;
    for node in &flat.nodes {
        if matches!(node.work, Work::Input(_)) && !node.inputs.is_empty() {
            problems.push(Diagnostic::new(format!(
                "edges lead to the `Input` `{}`, which takes what comes from outside",
                node.label
            )));
        }
    }
    pass_on(&mut flat, &mut problems);
    problems.or((flat, notes))
}

#[derive(Default)]
struct Placing {
    flat: Flat,
    notes: Vec<String>,
    problems: Problems,
}

/// Where edges to a node lead, and where those from it begin.
#[derive(Default)]
struct Ports {
    into: Vec<NodeId>,
    out: Vec<NodeId>,
}

impl Placing {
    /// Places the nodes of a graph that is called by this path, and its edges.
    fn graph(&mut self, graph: Graph, path: &str) -> Ports {
        let mut all = Ports::default();
        let mut ports = BTreeMap::new();
        for node in graph.nodes {
            let label = match path {
                "" => node.name.clone(),
                path => format!("{path}/{}", node.name),
            };
            let is_nested = !path.is_empty();
            let (is_input, is_output) = match &node.kind {
                Kind::Input(_) => (true, false),
                Kind::Output(_) => (false, true),
                _ => (false, false),
            };
            let own = match node.kind {
                Kind::Graph(inner) => self.graph(inner, &label),
                kind => self.node(label, work(kind, is_nested)),
            };
            all.into.extend(own.into.iter().filter(|_| is_input));
            all.out.extend(own.out.iter().filter(|_| is_output));
            ports.insert(node.name, own);
        }
        for (from, to) in self.mended(&graph.edges, &ports, path) {
            self.edge(&ports, (&from, &to), path);
        }
        all
    }

    fn node(&mut self, label: String, work: Option<Work>) -> Ports {
        let Some(work) = work else {
            return Ports::default();
        };
        self.flat.nodes.push(FlatNode {
            label,
            work,
            inputs: Vec::new(),
        });
        let id = self.flat.nodes.len() - 1;
        Ports {
            into: vec![id],
            out: vec![id],
        }
    }

    /// The edges, each once, with names of nodes that there are. A name that
    /// no node has means the one node like it to which no edge leads.
    fn mended(
        &mut self,
        edges: &[(String, String)],
        ports: &BTreeMap<String, Ports>,
        path: &str,
    ) -> Vec<(String, String)> {
        let named: BTreeSet<&str> = edges
            .iter()
            .flat_map(|(from, to)| [from.as_str(), to.as_str()])
            .collect();
        let alone = || {
            let names = ports.keys().map(String::as_str);
            names.filter(|name| !named.contains(name))
        };
        let mut renamed: BTreeMap<&str, &str> = BTreeMap::new();
        for name in named.iter().filter(|name| !ports.contains_key(**name)) {
            let message = format!(
                "an edge of {} names `{name}`, which is no node",
                graph_name(path)
            );
            match did_you_mean(name, alone()) {
                Some(meant) => {
                    self.notes.push(format!(
                        "{message}: taken for `{meant}`, which no edge names"
                    ));
                    renamed.insert(*name, meant);
                }
                None => {
                    let mistake = Diagnostic::new(message);
                    let known = ports.keys().map(String::as_str);
                    self.problems.push(mistake.known(name, known));
                }
            }
        }
        let mut seen = BTreeSet::new();
        let mut kept = Vec::new();
        for (from, to) in edges {
            let meant = |name: &String| {
                let other = renamed.get(name.as_str());
                other.map_or_else(|| name.clone(), |other| (*other).to_owned())
            };
            let edge = (meant(from), meant(to));
            if !seen.insert(edge.clone()) {
                self.notes.push(format!(
                    "the edge from `{from}` to `{to}` of {} stands there twice: taken once",
                    graph_name(path)
                ));
            } else {
                kept.push(edge);
            }
        }
        kept
    }

    fn edge(&mut self, ports: &BTreeMap<String, Ports>, (from, to): (&str, &str), path: &str) {
        let (Some(source), Some(target)) = (ports.get(from), ports.get(to)) else {
            return;
        };
        let ends = [
            (&source.out, from, "from", "Output"),
            (&target.into, to, "to", "Input"),
        ];
        for (nodes, name, direction, port) in ends {
            if nodes.len() == 1 {
                continue;
            }
            let how_many = if nodes.is_empty() {
                "no"
            } else {
                "more than one"
            };
            self.problems.push(Diagnostic::new(format!(
                "an edge of {} leads {direction} the graph `{name}`, which has {how_many} `{port}`",
                graph_name(path)
            )));
        }
        if let ([from], [to]) = (source.out.as_slice(), target.into.as_slice())
            && let Some(node) = self.flat.nodes.get_mut(*to)
        {
            node.inputs.push(*from);
        }
    }
}

fn graph_name(path: &str) -> String {
    match path {
        "" => "the graph".to_owned(),
        path => format!("the graph `{path}`"),
    }
}

/// What a node computes; nothing of its own if it is a graph.
fn work(kind: Kind, is_nested: bool) -> Option<Work> {
    Some(match kind {
        Kind::Input(_) | Kind::Output(_) if is_nested => Work::Sum,
        Kind::Input(shape) => Work::Input(shape),
        Kind::Output(shape) => Work::Output(shape),
        Kind::Linear { weight, bias } => Work::Linear { weight, bias },
        Kind::Conv(conv) => Work::Conv(conv),
        Kind::Pool(pool) => Work::Pool(pool),
        Kind::Flatten { first, last } => Work::Flatten { first, last },
        Kind::Scale(shape) => Work::Scale(shape),
        Kind::Threshold(shape) => Work::Threshold(shape),
        Kind::Delay(shape) => Work::Delay(shape),
        Kind::Neuron(neuron) => Work::Neuron(neuron),
        Kind::Graph(_) => return None,
    })
}

/// Lets edges pass by outputs, and by the inputs of nested graphs, into which one
/// edge leads.
fn pass_on(flat: &mut Flat, problems: &mut Problems) {
    let passed: Vec<Option<NodeId>> = (flat.nodes.iter())
        .map(|node| match (&node.work, node.inputs.as_slice()) {
            (Work::Sum | Work::Output(_), [only]) => Some(*only),
            _ => None,
        })
        .collect();
    let next = |at: NodeId| passed.get(at).copied().flatten();
    let mut ends: Vec<NodeId> = Vec::with_capacity(passed.len());
    for start in 0..passed.len() {
        let mut at = start;
        // A way that is longer than there are nodes leads in a circle.
        let mut left = passed.len();
        while let Some(further) = next(at) {
            // What lies before was followed to its end.
            at = ends.get(further).copied().unwrap_or(further);
            left -= 1;
            if left == 0 {
                let label = flat.nodes.get(start).map_or("", |node| node.label.as_str());
                problems.push(Diagnostic::new(format!(
                    "edges lead in a circle through `{label}`, and nothing is computed there"
                )));
                return;
            }
        }
        ends.push(at);
    }
    for node in &mut flat.nodes {
        for input in &mut node.inputs {
            *input = ends.get(*input).copied().unwrap_or(*input);
        }
    }
    drop_passed(flat);
}

/// Leaves out the ports of nested graphs that were passed by.
fn drop_passed(flat: &mut Flat) {
    let is_kept = |node: &FlatNode| node.work != Work::Sum || node.inputs.len() != 1;
    let mut kept = 0;
    let numbers: Vec<NodeId> = (flat.nodes.iter())
        .map(|node| {
            let number = kept;
            kept += usize::from(is_kept(node));
            number
        })
        .collect();
    flat.nodes.retain(is_kept);
    for input in flat.nodes.iter_mut().flat_map(|node| &mut node.inputs) {
        *input = numbers.get(*input).copied().unwrap_or(*input);
    }
}
