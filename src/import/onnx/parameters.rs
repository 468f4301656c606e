//! The parameters of a network: what the file holds and training changes, each
//! tensor once, however often and in whichever form it is used.
//!
//! The model file counts a weight where it is written. So every place where a
//! constant is read asks for its elements among the tensors of the file that it
//! was computed from, until these are used up: a table that two products share
//! is counted at the first. Where none are left, a plain constant is written.
//! What is left at the end, of tables that were sliced or matrices multiplied
//! before, is counted apart.

use num_traits::ToPrimitive;

use super::layers::Repeat;
use super::net::{
    Binary, Block, KnownValue, Making, Net, NetNode, NodeId, Origin, Product, ProductAxis,
    TensorId, Work,
};
use crate::hash::{FastMap, FastSet};
use crate::symbolic::Expr;

/// How many tensors are followed to where they come from, in all.
const MAX_STEPS: usize = 2_000_000;
/// A number that hides a score from a softmax is below this.
const HIDDEN: f64 = -1e4;

/// Where parameters are counted.
#[derive(Debug, Default)]
pub(super) struct Parameters {
    /// Constants that are weights, each at the node that reads it.
    counted: FastSet<(NodeId, TensorId)>,
    /// Normalisations whose gain and shift are their own.
    own_norms: FastSet<NodeId>,
    /// Parameters that no node reads as they are.
    pub(super) apart: u64,
    /// How many normalisations have a gain or shift that another one has, too.
    pub(super) shared_norms: usize,
}

impl Parameters {
    /// Whether a constant that a node reads counts as a weight there.
    pub(super) fn counts(&self, node: NodeId, tensor: TensorId) -> bool {
        self.counted.contains(&(node, tensor))
    }

    /// Whether the gain and shift of a normalisation count as its weights.
    pub(super) fn has_own_norm(&self, node: NodeId) -> bool {
        self.own_norms.contains(&node)
    }
}

/// Where the parameters of `net` are counted. A node that repeats stands for
/// all of its rounds.
pub(super) fn find(net: &Net, repeats: &[Repeat]) -> Parameters {
    let mut ledger = Ledger::of(net);
    let mut parameters = Parameters::default();
    let mut repeats = repeats.iter().peekable();
    let mut seen = FastSet::default();
    let mut at = 0;
    while at < net.nodes.len() {
        match repeats.next_if(|repeat| repeat.start == at) {
            Some(repeat) => {
                let mut within = FastSet::default();
                for node in repeat.start..repeat.start + repeat.period {
                    let rounds: Vec<NodeId> = (0..repeat.count)
                        .map(|round| node + round * repeat.period)
                        .collect();
                    ledger.node(&rounds, &mut within, &mut parameters);
                }
                at = repeat.end();
            }
            None => {
                ledger.node(&[at], &mut seen, &mut parameters);
                at += 1;
            }
        }
    }
    parameters.apart += ledger.rest();
    parameters
}

/// Elements that a place asks for: how many, and of what.
struct Claim {
    elements: u64,
    of: Vec<TensorId>,
    /// Whether a weight stands there whatever the file says of it.
    weight: bool,
}

/// What is left of the tensors of the file.
struct Ledger<'n> {
    net: &'n Net,
    left: FastMap<TensorId, u64>,
    steps: usize,
}

impl<'n> Ledger<'n> {
    fn of(net: &'n Net) -> Ledger<'n> {
        let stored = net.tensors.iter().enumerate();
        let stored = stored
            .filter(|(_, tensor)| tensor.origin.is_some_and(|origin| origin != Origin::Buffer));
        let masks = masks(net);
        let stored = stored.filter(|(id, _)| !masks.contains(id));
        let left = stored.filter_map(|(id, _)| Some((id, elements(net, id)?)));
        Ledger {
            net,
            left: left.collect(),
            steps: MAX_STEPS,
        }
    }

    /// What the rounds of one node ask for, all or none of them.
    fn node(
        &mut self,
        rounds: &[NodeId],
        seen: &mut FastSet<TensorId>,
        parameters: &mut Parameters,
    ) {
        let (net, first) = (self.net, rounds[0]);
        let node = &net.nodes[first];
        let constant = |at: &usize| net.tensors[node.inputs[*at]].constant;
        match &node.work {
            Work::Product(_) | Work::Gather => {
                let most = if node.work == Work::Gather { 1 } else { 2 };
                let weights: Vec<usize> =
                    (0..node.inputs.len().min(most)).filter(constant).collect();
                let claims = |at: &NodeId| product_claims(net, &net.nodes[*at], &weights);
                if self.take(rounds.iter().flat_map(claims).collect()) {
                    let weights = weights.iter().map(|at| (first, node.inputs[*at]));
                    parameters.counted.extend(weights);
                    return;
                }
                // Where the bias has other numbers than the model file counts.
                let own = |at: &NodeId| weight_claims(net, &net.nodes[*at], &weights);
                let claims: Vec<Claim> = rounds.iter().flat_map(own).collect();
                let elements: u64 = claims.iter().map(|claim| claim.elements).sum();
                if self.take(claims) {
                    parameters.apart += elements;
                }
            }
            Work::Block(Block::LayerNorm { .. } | Block::RmsNorm { .. }) => {
                let claims = |at: &NodeId| {
                    let own = net.nodes[*at].inputs.iter().skip(1);
                    own.map(|input| whole(net, *input, true))
                        .collect::<Vec<_>>()
                };
                if !(1..node.inputs.len()).all(|at| constant(&at)) {
                    return;
                }
                if self.take(rounds.iter().flat_map(claims).collect()) {
                    parameters.own_norms.insert(first);
                } else {
                    parameters.shared_norms += rounds.len();
                }
            }
            _ => {
                for at in (0..node.inputs.len()).filter(constant) {
                    let input = node.inputs[at];
                    let written = net.tensors[input].stored && !is_number(net, input);
                    if !written || !seen.insert(input) {
                        continue;
                    }
                    let of = |round: &NodeId| whole(net, net.nodes[*round].inputs[at], false);
                    if self.take(rounds.iter().map(of).collect()) {
                        parameters.counted.insert((first, input));
                    }
                }
            }
        }
    }

    /// Takes what all claims ask for, or nothing.
    fn take(&mut self, claims: Vec<Claim>) -> bool {
        let mut taken: Vec<(TensorId, u64)> = Vec::new();
        for claim in claims {
            let sources = self.sources(&claim.of);
            let fits = |id: &TensorId| {
                let may = claim.weight || is_learnt(self.net, *id);
                may && self
                    .left
                    .get(id)
                    .is_some_and(|left| *left >= claim.elements)
            };
            let found = sources
                .into_iter()
                .filter(fits)
                .max_by_key(|id| self.left[id]);
            let left = found.and_then(|id| Some((id, self.left.get_mut(&id)?)));
            let Some((id, left)) = left else {
                // As it was.
                for (id, elements) in taken {
                    *self.left.entry(id).or_default() += elements;
                }
                return false;
            };
            *left -= claim.elements;
            taken.push((id, claim.elements));
        }
        true
    }

    /// The tensors of the file that constants come from.
    fn sources(&mut self, constants: &[TensorId]) -> Vec<TensorId> {
        let mut open = constants.to_vec();
        let mut seen: FastSet<TensorId> = open.iter().copied().collect();
        let mut sources = Vec::new();
        while let Some(id) = open.pop() {
            if self.steps == 0 {
                break;
            }
            self.steps -= 1;
            if self.left.contains_key(&id) {
                sources.push(id);
            }
            let parts = self.net.tensors[id].made_of.iter();
            open.extend(parts.copied().filter(|part| seen.insert(*part)));
        }
        sources
    }

    /// What is left of parameters that the network is computed from.
    fn rest(self) -> u64 {
        let net = self.net;
        // Whether each tensor was met, and by products, sums and moves alone.
        let mut met: FastMap<TensorId, bool> = FastMap::default();
        let mut open: Vec<(TensorId, bool)> = Vec::new();
        for node in &net.nodes {
            let constants = node.inputs.iter().chain(&node.folded);
            open.extend(constants.map(|id| (*id, true)));
        }
        while let Some((id, linear)) = open.pop() {
            match met.get(&id) {
                Some(before) if *before || !linear => continue,
                _ => met.insert(id, linear),
            };
            let tensor = &net.tensors[id];
            let kept = linear && tensor.making != Making::Other;
            open.extend(tensor.made_of.iter().map(|part| {
                // The weights of what was computed of learnt queries alone,
                // whatever was done with the product.
                let weight = tensor.making == Making::Product && is_matrix(net, *part);
                (*part, kept || weight)
            }));
        }
        let counted = met.iter().filter(|(id, linear)| {
            let said = net.tensors[**id].origin == Some(Origin::Parameter);
            said || **linear && net.tensors[**id].stored && is_learnt(net, **id)
        });
        counted.filter_map(|(id, _)| self.left.get(id)).sum()
    }
}

/// What a product or a table asks for: its weights, and its bias.
fn product_claims(net: &Net, node: &NetNode, weights: &[usize]) -> Vec<Claim> {
    let mut claims = weight_claims(net, node, weights);
    let Work::Product(product) = &node.work else {
        return claims;
    };
    let bias = (weights.iter()).map(|at| bias_elements(net, node, product, *at));
    let bias: Option<u64> = bias.sum();
    if product.bias && !node.folded.is_empty() && !weights.is_empty() {
        claims.push(Claim {
            elements: bias.unwrap_or(u64::MAX),
            of: node.folded.clone(),
            weight: true,
        });
    }
    claims
}

/// What its weights ask for.
fn weight_claims(net: &Net, node: &NetNode, weights: &[usize]) -> Vec<Claim> {
    let of = |at: &usize| whole(net, node.inputs[*at], true);
    weights.iter().map(of).collect()
}

/// All elements of a constant.
fn whole(net: &Net, tensor: TensorId, weight: bool) -> Claim {
    Claim {
        elements: elements(net, tensor).unwrap_or(u64::MAX),
        of: vec![tensor],
        weight,
    }
}

/// How many numbers the model file counts for a bias: one for every index of
/// the result that comes from the weight.
fn bias_elements(net: &Net, node: &NetNode, product: &Product, weight: usize) -> Option<u64> {
    let shape = net.tensors[node.inputs[weight]].shape.as_ref()?;
    let kept = |index: u16| {
        product.result.iter().any(|axis| match axis {
            ProductAxis::Index(own) => *own == index,
            ProductAxis::Split(outer, inner) => *outer == index || *inner == index,
            ProductAxis::One | ProductAxis::Window { .. } => false,
        })
    };
    let given = |index: u16| {
        let mut given = product.given_extents.iter();
        given
            .find(|(axis, _)| *axis == index)
            .and_then(|(_, extent)| number(extent))
    };
    let mut all = 1u64;
    for (axis, extent) in product.operands.get(weight)?.iter().zip(shape) {
        let extent = number(extent)?;
        let own = match axis {
            ProductAxis::Index(index) if kept(*index) => extent,
            ProductAxis::Split(outer, inner) => {
                let outer_extent = given(*outer)?;
                let inner_extent = extent.checked_div(outer_extent)?;
                let part = |index: u16, extent: u64| if kept(index) { extent } else { 1 };
                part(*outer, outer_extent) * part(*inner, inner_extent)
            }
            _ => 1,
        };
        all = all.checked_mul(own)?;
    }
    Some(all)
}

/// Whether training changes a tensor of the file that is no weight of a
/// product: not one number, a state of zeros, a mask, or what the file says is
/// none.
fn is_learnt(net: &Net, id: TensorId) -> bool {
    let tensor = &net.tensors[id];
    match tensor.origin {
        Some(Origin::Parameter) => true,
        Some(Origin::Unsaid | Origin::Computed) => {
            let values = match &tensor.value {
                Some(KnownValue::Real(values)) => values.as_slice(),
                _ => &[],
            };
            let zero = !values.is_empty() && values.iter().all(|value| *value == 0.0);
            let mask = values.iter().any(|value| *value <= HIDDEN);
            elements(net, id) != Some(1) && !zero && !mask
        }
        _ => false,
    }
}

/// Whether a tensor has two extents at least, beside those of 1.
fn is_matrix(net: &Net, id: TensorId) -> bool {
    let shape = net.tensors[id].shape.as_deref().unwrap_or(&[]);
    shape
        .iter()
        .filter(|extent| **extent != Expr::one())
        .count()
        > 1
}

/// Constants that are added to scores before a softmax, alike for all heads:
/// masks, unless the file says that they are learnt.
fn masks(net: &Net) -> FastSet<TensorId> {
    let makers = net.makers();
    let softmax = net
        .nodes
        .iter()
        .filter(|node| node.work == Work::Block(Block::Softmax));
    let mut masks = FastSet::default();
    for node in softmax {
        // Windows that were joined for the mask are taken apart again.
        let mut sums = makers[node.inputs[0]].map(|at| &net.nodes[at]);
        while let Some(moved) = sums.filter(|sums| sums.work == Work::Move) {
            sums = makers[moved.inputs[0]].map(|at| &net.nodes[at]);
        }
        let Some(sums) = sums.filter(|sums| sums.work == Work::Binary(Binary::Add)) else {
            continue;
        };
        let rank = net.tensors[sums.output].shape.as_ref().map_or(0, Vec::len);
        let mask = |id: &&TensorId| {
            let tensor = &net.tensors[**id];
            let shape = tensor.shape.as_deref().unwrap_or(&[]);
            let heads = shape.len().checked_sub(3).map(|at| &shape[at]);
            let alike = heads.is_none_or(|heads| *heads == Expr::one());
            // Scores of one matrix alone are of no heads.
            let unsaid = matches!(tensor.origin, Some(Origin::Unsaid | Origin::Computed));
            alike && rank > 2 && shape.len() > 1 && unsaid
        };
        masks.extend(sums.inputs.iter().filter(mask));
    }
    masks
}

/// Whether a constant is written as a number where it is read.
fn is_number(net: &Net, id: TensorId) -> bool {
    let shape = net.tensors[id].shape.as_deref().unwrap_or(&[]);
    let single = shape.iter().all(|extent| *extent == Expr::one());
    shape.is_empty() || single && net.scalar(id).is_some()
}

fn elements(net: &Net, id: TensorId) -> Option<u64> {
    let shape = net.tensors[id].shape.as_ref()?;
    shape
        .iter()
        .try_fold(1u64, |all, extent| all.checked_mul(number(extent)?))
}

fn number(extent: &Expr) -> Option<u64> {
    let extent = extent.as_constant()?;
    extent
        .is_integer()
        .then(|| extent.to_integer().to_u64())
        .flatten()
}
