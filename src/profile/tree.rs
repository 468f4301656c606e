//! The tree of one estimate.

use std::borrow::Cow;
use std::collections::HashMap;

use num_rational::BigRational;
use num_traits::Zero;

use super::rounds::{Repeats, Rounds, rounds};
use crate::energy::{Counted, Estimate, INFERENCE, Part, Sum};

/// An estimate as a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Profile {
    /// The model.
    pub root: Node,
    /// The layers whose rounds were to be told apart and are too many.
    pub kept_together: Vec<String>,
}

/// A part of the model, and what it costs.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// Its name, within that of the node around it.
    pub name: String,
    /// What it is.
    pub kind: NodeKind,
    /// The energy of all that it holds, in picojoules, exactly.
    pub picojoules: BigRational,
    /// What it holds, in the order of the graph.
    pub children: Vec<Node>,
}

/// What a node is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NodeKind {
    /// All of it.
    Model,
    /// An outermost block.
    Layer,
    /// A stage, in a layer or in the model itself.
    Stage,
    /// An op.
    Op,
    /// What an op pays for: a primitive in a format, a level of memory that is
    /// read or written, the power that is taken all the time.
    Item(Part),
}

/// One energy, and where it belongs.
struct Charge<'e> {
    layer: &'e str,
    stage: &'e str,
    op: &'e str,
    item: Cow<'e, str>,
    part: Part,
    picojoules: Cow<'e, BigRational>,
}

/// Puts what `estimate`, which was made of `counted`, says into a tree. What has
/// no price, or is not supported, is not in it.
pub fn profile(counted: &Counted, estimate: &Estimate, repeats: Repeats) -> Profile {
    let rounds = rounds(counted);
    let mut builder = Builder::new(&estimate.model);
    for charge in charges(estimate) {
        builder.add(&charge, rounds.get(charge.layer));
    }
    let mut root = builder.node(0);
    let mut kept_together = Vec::new();
    if repeats == Repeats::Apart {
        root.children = std::mem::take(&mut root.children)
            .into_iter()
            .flat_map(|node| match rounds.get(&node.name) {
                Some(rounds) if node.kind == NodeKind::Layer && rounds.is_told_apart => {
                    apart(&node, rounds)
                }
                Some(_) if node.kind == NodeKind::Layer => {
                    kept_together.push(node.name.clone());
                    vec![node]
                }
                _ => vec![node],
            })
            .collect();
    }
    Profile {
        root,
        kept_together,
    }
}

/// The rounds of a layer one by one.
fn apart(layer: &Node, rounds: &Rounds) -> Vec<Node> {
    let one = layer.map(&|picojoules| rounds.part(picojoules));
    let named = |name| Node {
        name,
        ..one.clone()
    };
    rounds.names().map(named).collect()
}

/// Everything in an estimate that has an energy.
fn charges(estimate: &Estimate) -> impl Iterator<Item = Charge<'_>> {
    let lines = estimate.lines.iter().filter_map(|line| {
        Some(Charge {
            layer: &line.layer,
            stage: &line.stage,
            op: &line.op,
            item: Cow::Owned(format!("{}.{}", line.primitive, line.format)),
            part: Part::Arithmetic,
            picojoules: Cow::Borrowed(line.picojoules.as_ref()?),
        })
    });
    let moved = estimate.moved.iter();
    let moved = moved.flat_map(|moved| moved.lines.iter().map(move |line| (moved, line)));
    let moved = moved.filter_map(|(moved, line)| {
        Some(Charge {
            layer: &line.layer,
            stage: &line.stage,
            op: &line.op,
            item: Cow::Owned(moved.name(line)),
            part: Part::Movement,
            picojoules: Cow::Borrowed(line.picojoules.as_ref()?),
        })
    });
    let timing = estimate.timing.as_ref();
    let timed = timing.and_then(|timing| timing.ops.as_ref().ok());
    let timed = timed.into_iter().flatten().filter_map(|op| {
        Some(Charge {
            layer: &op.layer,
            stage: &op.stage,
            op: &op.op,
            item: Cow::Borrowed("static power"),
            part: Part::Static,
            picojoules: Cow::Borrowed(op.picojoules.as_ref()?),
        })
    });
    let inference = timing.filter(|timing| timing.is_known());
    let inference = inference.and_then(|timing| timing.of_inference());
    let inference = inference.map(|picojoules| Charge {
        layer: INFERENCE,
        stage: INFERENCE,
        op: INFERENCE,
        item: Cow::Borrowed("each run"),
        part: Part::Static,
        picojoules: Cow::Owned(picojoules),
    });
    lines.chain(moved).chain(timed).chain(inference)
}

/// A tree that grows: nodes by their place, so that a name is found at once.
struct Builder {
    nodes: Vec<Growing>,
    index: HashMap<(usize, NodeKind, String), usize>,
}

struct Growing {
    name: String,
    kind: NodeKind,
    /// Of a leaf alone.
    own: Sum,
    children: Vec<usize>,
}

impl Growing {
    fn new(name: &str, kind: NodeKind) -> Growing {
        Growing {
            name: name.to_owned(),
            kind,
            own: Sum::default(),
            children: Vec::new(),
        }
    }
}

impl Builder {
    fn new(model: &str) -> Builder {
        Builder {
            nodes: vec![Growing::new(model, NodeKind::Model)],
            index: HashMap::new(),
        }
    }

    fn add(&mut self, charge: &Charge<'_>, rounds: Option<&Rounds>) {
        let mut at = 0;
        let mut op = charge.op;
        // An op of the model itself is in no layer.
        if charge.layer != charge.op {
            at = self.child(at, NodeKind::Layer, charge.layer);
            let layer = rounds.map_or(charge.layer, |rounds| &rounds.prefix);
            let inner = op.strip_prefix(layer);
            op = inner
                .and_then(|inner| inner.strip_prefix('/'))
                .unwrap_or(op);
        }
        at = self.child(at, NodeKind::Stage, charge.stage);
        at = self.child(at, NodeKind::Op, op);
        at = self.child(at, NodeKind::Item(charge.part), &charge.item);
        if let Some(node) = self.nodes.get_mut(at) {
            node.own.add(&charge.picojoules);
        }
    }

    fn child(&mut self, parent: usize, kind: NodeKind, name: &str) -> usize {
        let key = (parent, kind, name.to_owned());
        if let Some(known) = self.index.get(&key) {
            return *known;
        }
        let at = self.nodes.len();
        self.nodes.push(Growing::new(name, kind));
        if let Some(node) = self.nodes.get_mut(parent) {
            node.children.push(at);
        }
        self.index.insert(key, at);
        at
    }

    /// The node at a place, with all that it holds added up.
    fn node(&mut self, at: usize) -> Node {
        let growing = self.nodes.get_mut(at).map(|node| {
            let empty = Growing::new("", node.kind);
            std::mem::replace(node, empty)
        });
        let Growing {
            name,
            kind,
            mut own,
            children,
        } = growing.unwrap_or_else(|| Growing::new("", NodeKind::Model));
        let children: Vec<Node> = children.into_iter().map(|child| self.node(child)).collect();
        for child in &children {
            own.add(&child.picojoules);
        }
        Node {
            name,
            kind,
            picojoules: own.value(),
            children,
        }
    }
}

impl Node {
    /// The part of `self` in the energy of `whole`, as a double; 0 where there is
    /// no energy at all.
    pub fn share_of(&self, whole: &Node) -> f64 {
        match whole.picojoules.is_zero() {
            true => 0.0,
            false => crate::number::to_f64(&(&self.picojoules / &whole.picojoules)),
        }
    }

    /// The same tree with another energy at every node.
    fn map(&self, energy: &impl Fn(&BigRational) -> BigRational) -> Node {
        Node {
            name: self.name.clone(),
            kind: self.kind,
            picojoules: energy(&self.picojoules),
            children: self
                .children
                .iter()
                .map(|child| child.map(energy))
                .collect(),
        }
    }
}
