//! What both pictures show: boxes with words, groups of boxes, arrows.

use std::collections::BTreeMap;

use petgraph::graph::NodeIndex;

use super::stages::Stages;
use super::work::Work;
use crate::graph::op::OWN_WEIGHT;
use crate::graph::{Einsum, Op, OpGraph, OpKind, RegionId, Tensor};
use crate::number;
use crate::symbolic::{Expr, Notation, Printer};

/// Longer lines of a label are broken.
const LINE: usize = 36;
/// What is left of a line longer than this is cut.
const MOST: usize = 400;

/// A picture before it is written in some notation.
pub(super) struct Diagram {
    /// Model and variant.
    pub(super) title: String,
    pub(super) nodes: Vec<Node>,
    pub(super) edges: Vec<Edge>,
    /// The groups; the first one is the diagram itself.
    pub(super) groups: Vec<Group>,
}

/// A box.
pub(super) struct Node {
    /// The index of the op in the graph.
    pub(super) id: usize,
    pub(super) title: String,
    /// Smaller lines under the title.
    pub(super) lines: Vec<String>,
    pub(super) work: Work,
}

/// An arrow from box to box, by their place in the diagram.
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) label: String,
}

/// A frame around boxes and other frames.
pub(super) struct Group {
    pub(super) title: String,
    /// A stage rather than a block.
    pub(super) is_stage: bool,
    pub(super) items: Vec<Item>,
}

/// What stands in a group: a box or another group, by their place in the diagram.
#[derive(Clone, Copy)]
pub(super) enum Item {
    Node(usize),
    Group(usize),
}

/// A tensor in words: its shape, the format it is fixed to, its values where
/// they are not any numbers.
pub(super) fn shown(tensor: &Tensor, printer: &Printer) -> String {
    let shape: Vec<String> = tensor.shape.iter().map(|e| printer.print(e)).collect();
    let mut text = format!("[{}]", shape.join(", "));
    if let Some(format) = tensor.stored_in {
        text.push_str(&format!(" {format}"));
    }
    if let Some(stored) = &tensor.stored_bits {
        let bits = crate::number::plain(&stored.bits);
        text.push_str(&format!(" {bits} bits"));
    }
    if tensor.domain != crate::domain::Domain::Real {
        text.push_str(&format!(" {}", tensor.domain));
    }
    text
}

/// A printer that writes the symbols of `graph` in their order.
pub(super) fn printer(graph: &OpGraph) -> Printer {
    let symbols = graph.symbols().iter().map(|info| info.symbol.clone());
    Printer::new(Notation::Text, symbols)
}

impl Diagram {
    pub(super) fn of(graph: &OpGraph) -> Diagram {
        let title = if graph.variant == graph.model {
            graph.model.clone()
        } else {
            format!("{} · {}", graph.model, graph.variant)
        };
        let mut maker = Maker {
            graph,
            printer: printer(graph),
            diagram: Diagram {
                title,
                nodes: Vec::new(),
                edges: Vec::new(),
                groups: vec![Group {
                    title: String::new(),
                    is_stage: false,
                    items: Vec::new(),
                }],
            },
            drawn: BTreeMap::new(),
            regions: BTreeMap::from([(RegionId::ROOT, 0)]),
        };
        maker.make();
        maker.diagram
    }

    /// The kinds of work in the picture.
    pub(super) fn works(&self) -> Vec<Work> {
        let occurs = |work: &Work| self.nodes.iter().any(|node| node.work == *work);
        Work::ALL.into_iter().filter(occurs).collect()
    }
}

struct Maker<'g> {
    graph: &'g OpGraph,
    printer: Printer,
    diagram: Diagram,
    /// The box of each op.
    drawn: BTreeMap<NodeIndex, usize>,
    /// The group of each block instance.
    regions: BTreeMap<RegionId, usize>,
}

impl Maker<'_> {
    fn make(&mut self) {
        let stages = Stages::of(self.graph);
        let mut frames: BTreeMap<NodeIndex, usize> = BTreeMap::new();
        for (at, op) in self.graph.iter() {
            if op.is_stored() {
                continue;
            }
            let region = match stages.single.contains(&op.region) {
                true => self.parent(op.region, &stages),
                false => self.region(op.region, &stages),
            };
            let parent = match stages.frame(at) {
                None => region,
                Some(first) => match frames.get(&first) {
                    Some(group) => *group,
                    None => {
                        let group = self.group(op.stage.to_string(), true, region);
                        frames.insert(first, group);
                        group
                    }
                },
            };
            let single = stages.single.contains(&op.region);
            let framed =
                stages.frame(at).is_some() || (stages.alone.contains_key(&op.region) && !single);
            let mut node = self.node(at, op, framed);
            let block = &self.graph.region(op.region).name;
            if single && **block != *op.name {
                node.title = format!("{block}/{}", op.name);
            }
            let place = self.diagram.nodes.len();
            self.diagram.nodes.push(node);
            self.diagram.groups[parent].items.push(Item::Node(place));
            self.drawn.insert(at, place);
        }
        for (at, _) in self.graph.iter() {
            let Some(to) = self.drawn.get(&at) else {
                continue;
            };
            for (from, edge) in self.graph.inputs(at) {
                if let Some(from) = self.drawn.get(&from) {
                    self.diagram.edges.push(Edge {
                        from: *from,
                        to: *to,
                        label: shown(&edge.tensor, &self.printer),
                    });
                }
            }
        }
    }

    fn group(&mut self, title: String, is_stage: bool, parent: usize) -> usize {
        let place = self.diagram.groups.len();
        self.diagram.groups.push(Group {
            title,
            is_stage,
            items: Vec::new(),
        });
        self.diagram.groups[parent].items.push(Item::Group(place));
        place
    }

    /// The group of a block instance, put into that of its caller when its
    /// first op comes.
    fn region(&mut self, id: RegionId, stages: &Stages) -> usize {
        if let Some(group) = self.regions.get(&id) {
            return *group;
        }
        let region = self.graph.region(id);
        let parent = self.parent(id, stages);
        let mut title = region.name.clone();
        if let Some(stage) = stages.alone.get(&id)
            && *stage != region.name
        {
            title.push_str(&format!(" · {stage}"));
        }
        title.push_str(&self.repeats(&region.rounds));
        let group = self.group(title, false, parent);
        self.regions.insert(id, group);
        group
    }

    fn parent(&mut self, id: RegionId, stages: &Stages) -> usize {
        match self.graph.region(id).parent {
            Some(parent) => self.region(parent, stages),
            None => 0,
        }
    }

    /// ` ×layers (12)`, or nothing for a block that stands there once.
    fn repeats(&self, repeat: &Expr) -> String {
        if *repeat == Expr::one() {
            return String::new();
        }
        let formula = self.printer.print(repeat);
        match repeat.evaluate(&self.graph.values()) {
            Ok(value) if repeat.as_constant().is_none() => {
                format!(" ×{} ({})", bracketed(&formula), number::plain(&value))
            }
            _ => format!(" ×{}", bracketed(&formula)),
        }
    }

    fn node(&self, at: NodeIndex, op: &Op, framed: bool) -> Node {
        let mut lines = Vec::new();
        if !framed && op.stage != op.name && op.computes() {
            lines.push(op.stage.to_string());
        }
        match &op.kind {
            OpKind::Input | OpKind::State => lines.push(shown(&op.output, &self.printer)),
            OpKind::Weight | OpKind::Constant => {}
            OpKind::Einsum(einsum) => {
                lines.extend(notation(&einsum.text));
                lines.extend(self.doing(einsum));
            }
            OpKind::Elementwise(elementwise) => lines.extend(broken(&elementwise.text)),
            OpKind::Move(movement) => lines.push(movement.name().to_owned()),
            OpKind::Unsupported(operator) => lines.push(format!("{operator}: unknown, left out")),
        }
        // A bias is named with what is done.
        for (source, edge) in self.graph.operands(at) {
            lines.extend(self.stored(&self.graph.ops()[source], op, &edge.tensor));
        }
        lines.extend(self.own_share(op));
        Node {
            id: at.index(),
            title: op.name.to_string(),
            lines,
            work: Work::of(&op.kind),
        }
    }

    /// `weight [d, e]`, with its name where it has one.
    fn stored(&self, weight: &Op, of: &Op, tensor: &Tensor) -> Option<String> {
        let what = match weight.kind {
            OpKind::Weight => "weight",
            OpKind::Constant => "constant",
            _ => return None,
        };
        let name = match weight.name.strip_suffix(OWN_WEIGHT) {
            Some(name) if *name == *of.name => String::new(),
            _ => format!(" {}", weight.name),
        };
        Some(format!("{what}{name} {}", shown(tensor, &self.printer)))
    }

    /// `select, add`: what an einsum does with pairs and with sums.
    fn doing(&self, einsum: &Einsum) -> Option<String> {
        let mut words = Vec::new();
        if einsum.operands.len() == 2 {
            words.push(einsum.map.name());
        }
        if einsum.has_reduction() {
            words.push(einsum.reduce.name());
        }
        if !einsum.bias.is_none() && !einsum.bias.is_start {
            words.push("bias");
        }
        (!words.is_empty()).then(|| words.join(", "))
    }

    /// `× share`, where an op runs more or less often than its rounds say.
    fn own_share(&self, op: &Op) -> Option<String> {
        let mut share = op.share.clone();
        let mut at = Some(op.region);
        while let Some(id) = at {
            let region = self.graph.region(id);
            share = &share * &region.share;
            at = region.parent;
        }
        (share != Expr::one()).then(|| format!("× {}", self.printer.print(&share)))
    }
}

/// `(2·n + 1)` for a sum, `n` as it is.
fn bracketed(formula: &str) -> String {
    if formula.contains(' ') {
        format!("({formula})")
    } else {
        formula.to_owned()
    }
}

/// Index notation on one line, or on two where it is long: operands, result.
fn notation(text: &str) -> Vec<String> {
    match text.split_once("->") {
        Some((operands, result)) if text.chars().count() > LINE => {
            let mut lines = broken(operands);
            lines.extend(broken(&format!("→ {result}")));
            lines
        }
        Some((operands, result)) => broken(&format!("{operands} → {result}")),
        None => broken(text),
    }
}

/// A text in lines of readable length, broken between words.
fn broken(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let cut: String = text.chars().take(MOST).collect();
    for word in cut.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() < LINE => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if cut.len() < text.len()
        && let Some(line) = lines.last_mut()
    {
        line.push_str(" …");
    }
    lines
}
