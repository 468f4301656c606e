//! Functions recognised by what they compute.
//!
//! Exporters write an activation or a normalisation in many ways: a half
//! before or after, a division for a root, a power for a square. So the nodes
//! between one tensor and another are run on a row of numbers, and what comes
//! out is compared with what each block gives on the same row.

use std::sync::LazyLock;

use super::wiring::Wiring;
use crate::hash::FastSet;
use crate::import::onnx::infer::numeric;
use crate::import::onnx::net::{
    Binary, Block, FoldKind, Net, NetTensor, NodeId, TensorId, Unary, Work,
};
use crate::symbolic::Expr;

/// Nodes that compute one function together are at most so many.
const MAX_NODES: usize = 20;
/// Two functions are the same if they differ by no more than this; the two
/// kinds of GELU differ by ten times as much.
const TOLERANCE: f64 = 3e-5;
/// How much shorter than 1 a row of the variance 1 may be: by an ε of 0.1 that
/// is added to the variance of the row below.
const SHORTEST: f64 = 0.99;
/// The row on which functions are compared: on both sides of every bend.
const ROW: [f64; 8] = [-4.2, -2.1, -0.7, 0.3, 1.1, 2.6, 3.7, -1.4];

/// Replaces what is recognised by blocks.
pub(super) fn fuse(net: &mut Net) {
    let wiring = Wiring::of(net);
    let mut gone: FastSet<NodeId> = FastSet::default();
    // From the end, so that the whole is found before its parts.
    for at in (0..net.nodes.len()).rev() {
        if gone.contains(&at) || !is_last(&net.nodes[at].work) {
            continue;
        }
        if let Some(found) = find(net, &wiring, at) {
            gone.extend(&found.nodes);
            let gains = gains(net, at).to_vec();
            replace(net, &wiring, at, &found);
            if let Work::Block(Block::LayerNorm { gain, .. }) = &mut net.nodes[at].work {
                *gain = !gains.is_empty();
                net.nodes[at].inputs.extend(gains);
            }
        }
    }
}

/// Whether a function may end with this.
fn is_last(work: &Work) -> bool {
    use Binary::{Add, Div, Mul, Sub};
    matches!(
        work,
        Work::Binary(Add | Sub | Mul | Div)
            | Work::Unary(Unary::Log | Unary::Sigmoid)
            | Work::Where
            | Work::Block(Block::RmsNorm { .. })
    )
}

/// What a normalisation is multiplied by at the end, whatever it is of.
fn gains(net: &Net, at: NodeId) -> &[TensorId] {
    match net.nodes[at].work {
        Work::Block(Block::RmsNorm { .. }) => &net.nodes[at].inputs[1..],
        _ => &[],
    }
}

struct Match {
    block: Block,
    leaf: TensorId,
    /// The last one first.
    nodes: Vec<NodeId>,
    /// The axes of a row.
    row: Row,
}

/// Over which axes a function looks at once.
#[derive(PartialEq)]
enum Row {
    /// None, or the last.
    Last,
    /// These of all.
    Of(Vec<bool>),
}

/// Puts the block in the place of `last`. A row of other axes than the last is
/// moved there, and back.
fn replace(net: &mut Net, wiring: &Wiring, last: NodeId, found: &Match) {
    let work = Work::Block(found.block);
    let Row::Of(reduced) = &found.row else {
        net.nodes[last].work = work;
        net.nodes[last].inputs = vec![found.leaf];
        return;
    };
    let leaf = net.tensors[found.leaf].clone();
    let extents = leaf.shape.iter().flatten().zip(reduced);
    let of = |own: bool| extents.clone().filter(move |(_, reduced)| **reduced == own);
    let mut shape: Vec<Expr> = of(false).map(|(extent, _)| extent.clone()).collect();
    shape.push(of(true).map(|(extent, _)| extent).product());
    let mut inner: Vec<NodeId> = found
        .nodes
        .iter()
        .copied()
        .filter(|at| *at < last)
        .collect();
    inner.sort_unstable();
    let mut input = found.leaf;
    let places = inner.iter().rev().take(2).rev().copied();
    for (at, work) in places.zip([Work::Move, work]) {
        net.tensors.push(NetTensor {
            shape: Some(shape.clone()),
            ..net.tensors[net.nodes[last].output].clone()
        });
        let output = net.tensors.len() - 1;
        let node = &mut net.nodes[at];
        (node.work, node.inputs, node.output) = (work, vec![input], output);
        input = output;
    }
    net.nodes[last].work = Work::Move;
    net.nodes[last].inputs = vec![input];
    if matches!(found.block, Block::LayerNorm { .. } | Block::RmsNorm { .. }) {
        name_affine(net, wiring, last);
    }
}

/// Gives the gain and the shift behind a normalisation its stage.
fn name_affine(net: &mut Net, wiring: &Wiring, norm: NodeId) {
    let mut before = net.nodes[norm].output;
    for work in [Binary::Mul, Binary::Add] {
        let Some(next) = wiring.reader(before) else {
            return;
        };
        let node = &mut net.nodes[next];
        let constant = |input: &TensorId| net.tensors[*input].constant;
        if node.work == Work::Binary(work) && node.inputs.iter().any(constant) {
            node.stage = Some("norm");
            before = node.output;
        }
    }
}

/// The largest set of nodes ending in `last` that computes a known function of
/// one tensor.
fn find(net: &Net, wiring: &Wiring, last: NodeId) -> Option<Match> {
    let mut nodes = vec![last];
    let mut open: Vec<TensorId> = Vec::new();
    add_operands(&mut open, net, last);
    let mut best = None;
    while nodes.len() < MAX_NODES {
        if let (1, Some(leaf)) = (open.len(), open.first())
            && nodes.len() > 1
            && let Some(row) = row_of(net, &nodes, *leaf)
            && let Some(block) = block_of(net, &nodes, *leaf)
        {
            best = Some(Match {
                block,
                leaf: *leaf,
                nodes: nodes.clone(),
                row,
            });
        }
        // A node more closes one tensor at most.
        if open.len() > MAX_NODES - nodes.len() {
            break;
        }
        // What was made last is made of the others, if of anything.
        let made = |tensor: &TensorId| wiring.maker(*tensor);
        let Some(next) = open.iter().copied().max_by_key(|tensor| made(tensor)) else {
            break;
        };
        let Some(maker) = made(&next) else { break };
        let inside = wiring.readers[next]
            .iter()
            .all(|reader| nodes.contains(reader));
        if !inside || !is_inner(net, maker) {
            break;
        }
        open.retain(|tensor| *tensor != next);
        add_operands(&mut open, net, maker);
        nodes.push(maker);
    }
    best
}

/// Adds what a node reads that is not known before, each once.
fn add_operands(open: &mut Vec<TensorId>, net: &Net, node: NodeId) {
    for tensor in operands(net, node) {
        if !open.contains(&tensor) {
            open.push(tensor);
        }
    }
}

/// What a node reads that is not known before.
fn operands(net: &Net, node: NodeId) -> impl Iterator<Item = TensorId> {
    let gains = gains(net, node).len();
    let inputs = net.nodes[node].inputs.iter().rev().skip(gains).copied();
    inputs.filter(|input| net.scalar(*input).is_none())
}

/// Whether a node may stand within a function: it works on each element, or
/// on each row.
fn is_inner(net: &Net, at: NodeId) -> bool {
    let node = &net.nodes[at];
    match &node.work {
        Work::Unary(_) | Work::Binary(_) | Work::Clip(..) | Work::Where => true,
        Work::Block(Block::HardSigmoid | Block::Softplus) => true,
        Work::Fold(fold) => {
            let kept = net.tensors[node.output].shape.as_ref().map(Vec::len);
            kept == Some(fold.reduced.len()) && fold.reduced.contains(&true)
        }
        _ => false,
    }
}

/// The axes of a row, which are the same wherever nodes look at one.
fn row_of(net: &Net, nodes: &[NodeId], leaf: TensorId) -> Option<Row> {
    let works = nodes.iter().map(|at| &net.nodes[*at].work);
    let mut rows = works.filter_map(|work| match work {
        Work::Fold(fold) => Some(&fold.reduced),
        _ => None,
    });
    let Some(first) = rows.next() else {
        return Some(Row::Last);
    };
    if rows.any(|other| other != first) {
        return None;
    }
    if first.iter().rev().skip(1).all(|reduced| !reduced) {
        return Some(Row::Last);
    }
    // Moving a row takes that it is all there, and two nodes that do it.
    let last = net.nodes[*nodes.first()?].output;
    let whole =
        net.tensors[leaf].shape.is_some() && net.tensors[leaf].shape == net.tensors[last].shape;
    (whole && nodes.len() > 2).then(|| Row::Of(first.clone()))
}

/// A row, or one number for the whole of it.
#[derive(Clone, Copy)]
enum Run {
    Row([f64; 8]),
    One(f64),
}

impl Run {
    fn row(self) -> [f64; 8] {
        match self {
            Run::Row(row) => row,
            Run::One(value) => [value; 8],
        }
    }

    fn map(self, change: impl Fn(f64) -> f64) -> Run {
        match self {
            Run::Row(row) => Run::Row(row.map(change)),
            Run::One(value) => Run::One(change(value)),
        }
    }

    fn with(self, other: Run, combine: impl Fn(f64, f64) -> f64) -> Run {
        match (self, other) {
            (Run::One(a), Run::One(b)) => Run::One(combine(a, b)),
            (a, b) => {
                let (a, b) = (a.row(), b.row());
                Run::Row(std::array::from_fn(|at| combine(a[at], b[at])))
            }
        }
    }
}

/// The block that `nodes`, the last first, compute of `leaf`.
fn block_of(net: &Net, nodes: &[NodeId], leaf: TensorId) -> Option<Block> {
    let mut known: Vec<(TensorId, Run)> = vec![(leaf, Run::Row(ROW))];
    let mut order = nodes.to_vec();
    order.sort_unstable();
    for at in &order {
        let node = &net.nodes[*at];
        let of = |index: usize| -> Option<Run> {
            let input = *node.inputs.get(index)?;
            let run = known
                .iter()
                .find(|(tensor, _)| *tensor == input)
                .map(|(_, run)| *run);
            run.or_else(|| net.scalar(input).map(Run::One))
        };
        let run = match &node.work {
            Work::Unary(unary) => of(0)?.map(|x| numeric::unary(*unary, x)),
            Work::Binary(binary) => of(0)?.with(of(1)?, |x, y| numeric::binary(*binary, x, y)),
            Work::Clip(low, high) => of(0)?.map(|x| x.max(*low).min(*high)),
            Work::Block(Block::HardSigmoid) => of(0)?.map(hard_sigmoid),
            Work::Block(Block::Softplus) => of(0)?.map(softplus),
            Work::Block(Block::RmsNorm { .. }) => Run::Row(to_length(of(0)?.row())),
            Work::Where => {
                let (condition, x, y) = (of(0)?.row(), of(1)?.row(), of(2)?.row());
                Run::Row(std::array::from_fn(|at| {
                    if condition[at] != 0.0 { x[at] } else { y[at] }
                }))
            }
            Work::Fold(fold) => Run::One(folded(fold.kind, of(0)?.row())),
            _ => return None,
        };
        known.push((node.output, run));
    }
    let result = known.last()?.1;
    let Run::Row(result) = result else {
        return None;
    };
    let differ = |row: &[f64; 8]| {
        let pairs = row
            .iter()
            .zip(&result)
            .map(|(a, b)| (a - b).abs() / (1.0 + b.abs()));
        pairs.fold(0.0, f64::max)
    };
    // What is added to a variance makes a row a little shorter.
    let distance = |block: Block, row: &[f64; 8]| match block {
        Block::LayerNorm { .. } | Block::RmsNorm { .. } => {
            let length = result[0] / row[0];
            let added = SHORTEST..=1.0 + TOLERANCE;
            match added.contains(&length) {
                true => differ(&row.map(|x| x * length)),
                false => f64::INFINITY,
            }
        }
        _ => differ(row),
    };
    let near = (CANDIDATES.iter()).map(|(block, row)| (*block, distance(*block, row)));
    let (block, distance) = near.min_by(|a, b| a.1.total_cmp(&b.1))?;
    (distance <= TOLERANCE).then_some(block)
}

fn folded(kind: FoldKind, row: [f64; 8]) -> f64 {
    let sum = || row.iter().sum::<f64>();
    match kind {
        FoldKind::Sum => sum(),
        FoldKind::Mean => sum() / 8.0,
        FoldKind::Max => row.iter().copied().fold(f64::NEG_INFINITY, f64::max),
        FoldKind::Min => row.iter().copied().fold(f64::INFINITY, f64::min),
    }
}

/// A row divided by the root of the mean of its squares.
fn to_length(row: [f64; 8]) -> [f64; 8] {
    let squares = folded(FoldKind::Mean, row.map(|x| x * x));
    row.map(|x| x / (squares + 1e-6).sqrt())
}

fn hard_sigmoid(x: f64) -> f64 {
    ((x + 3.0) / 6.0).clamp(0.0, 1.0)
}

fn softplus(x: f64) -> f64 {
    x.exp().ln_1p()
}

/// What each block gives on the row.
static CANDIDATES: LazyLock<[(Block, [f64; 8]); 12]> = LazyLock::new(candidates);

fn candidates() -> [(Block, [f64; 8]); 12] {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    let mean = folded(FoldKind::Mean, ROW);
    let sum = folded(FoldKind::Sum, ROW.map(f64::exp));
    let root = std::f64::consts::FRAC_2_PI.sqrt();
    [
        (
            Block::Gelu,
            ROW.map(|x| x / 2.0 * (1.0 + numeric::erf(x / std::f64::consts::SQRT_2))),
        ),
        (
            Block::GeluTanh,
            ROW.map(|x| x / 2.0 * (1.0 + (root * (x + 0.044_715 * x * x * x)).tanh())),
        ),
        (Block::QuickGelu, ROW.map(|x| x * sigmoid(1.702 * x))),
        (Block::Silu, ROW.map(|x| x * sigmoid(x))),
        (Block::HardSwish, ROW.map(|x| x * hard_sigmoid(x))),
        (Block::HardSigmoid, ROW.map(hard_sigmoid)),
        (Block::Softplus, ROW.map(softplus)),
        (Block::Mish, ROW.map(|x| x * softplus(x).tanh())),
        (Block::Softmax, ROW.map(|x| x.exp() / sum)),
        (Block::LogSoftmax, ROW.map(|x| x - sum.ln())),
        (
            Block::LayerNorm {
                gain: false,
                shift: false,
            },
            to_length(ROW.map(|x| x - mean)),
        ),
        (Block::RmsNorm { gain: false }, to_length(ROW)),
    ]
}
