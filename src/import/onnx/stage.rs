//! Which part of a network a node is, where attention has not told: the two
//! linear layers of a feed-forward network, embeddings, normalisations, sums
//! of what goes around a layer.

use super::net::{
    Binary, Net, NodeId, Product, ProductAxis, QUANTISE, Readers, TensorId, Unary, Work,
};
use crate::symbolic::Expr;

/// Paths are followed over at most so many nodes.
const MAX_STEPS: usize = 12;

/// Gives every node that does some work a stage.
pub(super) fn name(net: &mut Net) {
    let (makers, readers) = (net.makers(), net.readers());
    for at in 0..net.nodes.len() {
        if is_activation(&net.nodes[at].work)
            && let Some(found) = FeedForward::around(net, &makers, &readers, at)
        {
            found.name(net, at);
        }
    }
    name_masks(net, &readers);
    let attends = net.nodes.iter().any(|node| node.stage == Some("score"));
    let last = net
        .nodes
        .iter()
        .rposition(|node| matches!(node.work, Work::Product(_)));
    for at in 0..net.nodes.len() {
        if net.nodes[at].stage.is_none() {
            let before =
                |tensor: &TensorId| makers[*tensor].and_then(|maker| net.nodes[maker].stage);
            let stages: Vec<_> = net.nodes[at].inputs.iter().map(before).collect();
            net.nodes[at].stage = stage_of(net, at, &stages, attends, last == Some(at));
        }
    }
    // What moves on its way from an input belongs to who reads it.
    for at in (0..net.nodes.len()).rev() {
        if net.nodes[at].stage.is_none() {
            let next = readers[net.nodes[at].output]
                .first()
                .and_then(|next| net.nodes[*next].stage);
            net.nodes[at].stage = next;
        }
    }
}

/// What is computed for a mask alone is part of it: exporters make it of tokens
/// in more or fewer steps.
fn name_masks(net: &mut Net, readers: &Readers) {
    for at in (0..net.nodes.len()).rev() {
        let node = &net.nodes[at];
        let steps = matches!(
            node.work,
            Work::Unary(_) | Work::Binary(_) | Work::Where | Work::Clip(..) | Work::Move
        );
        let readers = &readers[node.output];
        let alone = (readers.iter()).all(|reader| net.nodes[*reader].stage == Some("mask"));
        if node.stage.is_none() && steps && !readers.is_empty() && alone {
            net.nodes[at].stage = Some("mask");
        }
    }
}

fn is_activation(work: &Work) -> bool {
    match work {
        Work::Block(block) => block.is_activation(),
        Work::Unary(Unary::Relu | Unary::Tanh | Unary::Sigmoid) => true,
        _ => false,
    }
}

/// The linear layers around an activation.
struct FeedForward {
    up: NodeId,
    /// The other layer that the activation is multiplied with, and where.
    gate: Option<(NodeId, NodeId)>,
    down: NodeId,
}

impl FeedForward {
    fn around(
        net: &Net,
        makers: &[Option<NodeId>],
        readers: &Readers,
        activation: NodeId,
    ) -> Option<FeedForward> {
        let up = linear_before(net, makers, net.nodes[activation].inputs[0])?;
        let mut tensor = net.nodes[activation].output;
        let mut gate = None;
        for _ in 0..MAX_STEPS {
            let [next] = readers[tensor][..] else {
                return None;
            };
            let node = &net.nodes[next];
            match &node.work {
                Work::Product(product) if is_linear(net, next, product) => {
                    return Some(FeedForward {
                        up,
                        gate,
                        down: next,
                    });
                }
                Work::Binary(Binary::Mul) if gate.is_none() => {
                    let other = node.inputs.iter().find(|input| **input != tensor)?;
                    gate = Some((linear_before(net, makers, *other)?, next));
                }
                _ if passes(net, next) => {}
                _ => return None,
            }
            tensor = node.output;
        }
        None
    }

    fn name(&self, net: &mut Net, activation: NodeId) {
        let mut name = |at: NodeId, stage: &'static str| {
            net.nodes[at].stage.get_or_insert(stage);
        };
        name(
            self.up,
            if self.gate.is_some() {
                "ffn-gate"
            } else {
                "ffn-up"
            },
        );
        name(activation, "ffn-act");
        name(self.down, "ffn-down");
        if let Some((other, product)) = self.gate {
            name(other, "ffn-up");
            name(product, "ffn-act");
        }
    }
}

/// The linear layer that makes a tensor, if little stands between.
fn linear_before(net: &Net, makers: &[Option<NodeId>], mut tensor: TensorId) -> Option<NodeId> {
    for _ in 0..MAX_STEPS {
        let at = makers[tensor]?;
        let node = &net.nodes[at];
        match &node.work {
            Work::Product(product) => return is_linear(net, at, product).then_some(at),
            // A bias stands behind sums that were brought to scale.
            Work::Binary(Binary::Add) => tensor = computed(net, &node.inputs)?,
            _ if passes(net, at) => tensor = *node.inputs.first()?,
            _ => return None,
        }
    }
    None
}

/// The one input that is computed.
fn computed(net: &Net, inputs: &[TensorId]) -> Option<TensorId> {
    let mut computed = (inputs.iter()).filter(|input| !net.tensors[**input].constant);
    computed
        .next()
        .copied()
        .filter(|_| computed.next().is_none())
}

/// Whether a node hands on what it reads: as it is, or in another format.
fn passes(net: &Net, at: NodeId) -> bool {
    let node = &net.nodes[at];
    matches!(node.work, Work::Move | Work::Unary(Unary::Cast)) || node.stage == Some(QUANTISE)
}

/// Whether a product has a weight, and no windows.
fn is_linear(net: &Net, at: NodeId, product: &Product) -> bool {
    let weight = net.nodes[at]
        .inputs
        .iter()
        .any(|input| net.tensors[*input].constant);
    weight && !has_windows(product)
}

fn has_windows(product: &Product) -> bool {
    let window = |axis: &ProductAxis| matches!(axis, ProductAxis::Window { .. });
    product.lays_down || product.operands.iter().flatten().any(window)
}

fn stage_of(
    net: &Net,
    at: NodeId,
    before: &[Option<&'static str>],
    attends: bool,
    last: bool,
) -> Option<&'static str> {
    let node = &net.nodes[at];
    let all_from = |stage: &str| {
        let mut computed = (node.inputs.iter().zip(before))
            .filter(|(input, _)| !net.tensors[**input].constant)
            .peekable();
        computed.peek().is_some() && computed.all(|(_, from)| *from == Some(stage))
    };
    Some(match &node.work {
        Work::Product(product) if has_windows(product) && attends => "patch-embed",
        Work::Product(product) if has_windows(product) => "conv",
        Work::Product(product) if !is_linear(net, at, product) => "product",
        Work::Product(_) if last => "head",
        Work::Product(_) => "linear",
        Work::Gather => "embed",
        Work::Block(block) if block.is_activation() => block.name(),
        Work::Block(block) => match block.name() {
            "layer-norm" | "rms-norm" => "norm",
            other => other,
        },
        Work::Unary(Unary::Relu) => "relu",
        Work::Unary(Unary::Round | Unary::Floor | Unary::Ceil) => "round",
        Work::Clip(..) => "clip",
        Work::Fold(fold) if is_pool(&fold.reduced) => "pool",
        Work::Fold(_) => "reduce",
        Work::Binary(Binary::Add) if all_from("embed") || all_from("patch-embed") => "embed",
        Work::Binary(Binary::Add) if is_residual(net, &node.inputs) => "residual",
        // What moves belongs to what makes it.
        Work::Move | Work::Unary(Unary::Cast) => return before.iter().copied().flatten().next(),
        Work::Unsupported(_) => "left-out",
        _ => "elementwise",
    })
}

/// Whether the axes behind the channels are reduced, and these are two or three.
fn is_pool(reduced: &[bool]) -> bool {
    reduced.len() >= 4 && reduced.iter().skip(2).all(|axis| *axis)
}

/// Whether two computed tensors of one shape are added.
fn is_residual(net: &Net, inputs: &[TensorId]) -> bool {
    let [a, b] = inputs else { return false };
    let (a, b) = (&net.tensors[*a], &net.tensors[*b]);
    let many = a
        .shape
        .as_ref()
        .is_some_and(|shape| shape.iter().any(|extent| *extent != Expr::one()));
    !a.constant && !b.constant && many && a.shape == b.shape
}
