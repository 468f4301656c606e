//! Attention, found by its shape: a softmax of scores between two products,
//! and the projections that feed them.
//!
//! Exporters put the factor of the scores on the queries, on the keys, on both
//! or on the scores; here it is one multiplication of every score. A
//! projection for queries, keys and values at once is taken apart.

use std::collections::{BTreeMap, BTreeSet};

use super::Wiring;
use super::linear::scale_of;
use crate::import::onnx::QUANTISATION;
use crate::import::onnx::net::{
    Axis, Binary, Block, FoldKind, Net, Node, NodeId, TensorId, Unary, Work,
};
use crate::symbolic::Expr;

/// Paths are followed over at most so many nodes.
const MAX_STEPS: usize = 64;

/// Names the stages of every attention, and brings all to one form. How many
/// softmaxes of scores there are that are no attention of a known shape.
pub(super) fn fuse(net: &mut Net) -> usize {
    unguard(net);
    let wiring = Wiring::of(net);
    let mut edits = Edits::default();
    let mut other = 0;
    for at in 0..net.nodes.len() {
        if net.nodes[at].work != Work::Block(Block::Softmax) {
            continue;
        }
        match Attention::around(net, &wiring, at) {
            Some(found) => {
                found.name(net, &wiring);
                found.scale_once(net, &wiring, &mut edits);
                found.split(net, &mut edits);
            }
            // A softmax of one row for each input is that of a classifier.
            None => other += usize::from(rank_of(net, net.nodes[at].output) > 2),
        }
    }
    edits.apply(net);
    other
}

fn rank_of(net: &Net, tensor: TensorId) -> usize {
    net.tensors[tensor].shape.as_ref().map_or(0, Vec::len)
}

/// Some exporters guard a softmax against rows without any score: `where(x is
/// no number, 0, x)`. No network means that.
fn unguard(net: &mut Net) {
    let makers = net.makers();
    let mut stands_for = BTreeMap::new();
    for node in &net.nodes {
        if let (Work::Where, [test, _, x]) = (&node.work, node.inputs.as_slice()) {
            let test = makers[*test].map(|at| &net.nodes[at]);
            let guards = |test: &Node| is_test(test) && test.inputs.first() == Some(x);
            let softmax =
                makers[*x].is_some_and(|at| net.nodes[at].work == Work::Block(Block::Softmax));
            if softmax && test.is_some_and(guards) {
                stands_for.insert(node.output, *x);
            }
        }
    }
    for input in net.nodes.iter_mut().flat_map(|node| &mut node.inputs) {
        if let Some(x) = stands_for.get(input) {
            *input = *x;
        }
    }
    super::sweep(net);
}

/// The nodes of one attention.
struct Attention {
    softmax: NodeId,
    /// What makes the scores: a product, or the sum of distances.
    score: Vec<NodeId>,
    /// From the softmax up to the score, without either.
    above: Vec<NodeId>,
    /// From the softmax down to the context, without either.
    below: Vec<NodeId>,
    context: NodeId,
    /// From the score up to the projection of the queries, and that; likewise
    /// for keys and, from the context, for values.
    paths: [(Vec<NodeId>, Option<NodeId>); 3],
    /// From the context down to the projection of the output.
    output: Option<NodeId>,
}

/// The stages of the three projections.
const PROJECTIONS: [&str; 3] = ["q-proj", "k-proj", "v-proj"];

impl Attention {
    fn around(net: &Net, wiring: &Wiring, softmax: NodeId) -> Option<Attention> {
        let mut above = Vec::new();
        let scores = net.nodes[softmax].inputs[0];
        let score = score_of(net, wiring, scores, &mut above, &mut MAX_STEPS.clone())?;
        let (below, context, side) = context_of(
            net,
            wiring,
            net.nodes[softmax].output,
            &mut MAX_STEPS.clone(),
        )?;
        let first = score.last().copied()?;
        let [q, k] = net.nodes[first].inputs[..] else {
            return None;
        };
        let v = *net.nodes[context].inputs.get(1 - side)?;
        Some(Attention {
            softmax,
            score,
            above,
            below,
            paths: [q, k, v].map(|tensor| projection_of(net, wiring, tensor)),
            output: output_of(net, wiring, net.nodes[context].output),
            context,
        })
    }

    /// Names the stages.
    fn name(&self, net: &mut Net, wiring: &Wiring) {
        let mut name = |at: NodeId, stage: &'static str| {
            net.nodes[at].stage.get_or_insert(stage);
        };
        name(self.softmax, "softmax");
        name(self.context, "context");
        self.score.iter().for_each(|at| name(*at, "score"));
        self.output.iter().for_each(|at| name(*at, "out-proj"));
        for ((_, projection), stage) in self.paths.iter().zip(PROJECTIONS) {
            projection.iter().for_each(|at| name(*at, stage));
        }
        for at in &self.below {
            net.nodes[*at].stage.get_or_insert("softmax");
        }
        for at in &self.above {
            let scale =
                scale_of(net, *at).is_some() || net.nodes[*at].work == Work::Unary(Unary::Tanh);
            net.nodes[*at]
                .stage
                .get_or_insert(if scale { "scale" } else { "mask" });
        }
        for (path, projection) in &self.paths {
            for at in path {
                let scale = scale_of(net, *at).is_some();
                if net.nodes[*at].work == Work::Block(Block::Rotary) {
                    net.nodes[*at].stage.get_or_insert("rotary");
                }
                let norm = matches!(
                    net.nodes[*at].work,
                    Work::Block(Block::LayerNorm { .. } | Block::RmsNorm { .. })
                );
                match (scale, norm) {
                    (true, _) => net.nodes[*at].stage.get_or_insert("scale"),
                    (_, true) => net.nodes[*at].stage.get_or_insert("norm"),
                    _ => continue,
                };
            }
            if let Some(bits) = projection.and_then(|at| bits_before(net, wiring, at)) {
                net.nodes[bits].stage.get_or_insert("binarise");
            }
        }
    }

    /// Leaves one multiplication of the scores for all factors.
    fn scale_once(&self, net: &mut Net, wiring: &Wiring, edits: &mut Edits) {
        let is_scale = |at: &&NodeId| {
            net.nodes[**at].stage != Some(QUANTISATION) && scale_of(net, **at).is_some()
        };
        let capped = self
            .above
            .iter()
            .any(|at| net.nodes[*at].work == Work::Unary(Unary::Tanh));
        let on_scores = self.above.iter().filter(is_scale).count();
        let alone = |at: &&NodeId| wiring.reader(net.nodes[**at].output).is_some();
        let sides = self.paths[..2].iter().flat_map(|(path, _)| path);
        let before: Vec<NodeId> = sides.filter(is_scale).filter(alone).copied().collect();
        if before.is_empty() {
            return;
        }
        edits.gone.extend(&before);
        if on_scores > 0 && !capped {
            return;
        }
        // The factor of the queries moves behind the score.
        let Some(score) = self.score.first().copied() else {
            return;
        };
        let Some((_, factor)) = before.first().and_then(|at| scale_of(net, *at)) else {
            return;
        };
        let made = net.nodes[score].output;
        let mut unscaled = net.tensors[made].clone();
        unscaled.name.push_str("_unscaled");
        net.tensors.push(unscaled);
        let raw = net.tensors.len() - 1;
        net.nodes[score].output = raw;
        edits.after.entry(score).or_default().push(Node {
            work: Work::Binary(Binary::Mul),
            inputs: vec![raw, factor],
            output: made,
            stage: Some("scale"),
            format: None,
        });
    }

    /// Takes a projection for several of queries, keys and values apart.
    fn split(&self, net: &mut Net, edits: &mut Edits) {
        let projections: Vec<Option<NodeId>> = self.paths.iter().map(|(_, at)| *at).collect();
        for at in projections.iter().flatten() {
            let mine: Vec<usize> = (0..3)
                .filter(|part| projections[*part] == Some(*at))
                .collect();
            if mine.len() < 2 || edits.after.contains_key(at) {
                continue;
            }
            let widths: Option<Vec<Expr>> = mine
                .iter()
                .map(|part| width_of(net, &self.paths[*part].0, *at))
                .collect();
            let parts = widths.and_then(|widths| parts_of(net, *at, &widths, &mine));
            match parts {
                Some(parts) => {
                    edits.gone_for_good.insert(*at);
                    edits.after.insert(*at, parts);
                }
                None => net.nodes[*at].stage = Some("qkv-proj"),
            }
        }
    }
}

/// The nodes that make the scores, from the last to the first, noting those
/// on the way.
fn score_of(
    net: &Net,
    wiring: &Wiring,
    tensor: TensorId,
    above: &mut Vec<NodeId>,
    steps: &mut usize,
) -> Option<Vec<NodeId>> {
    *steps = steps.checked_sub(1)?;
    let at = wiring.maker(tensor)?;
    let node = &net.nodes[at];
    if node.inputs.is_empty() {
        return None;
    }
    match &node.work {
        Work::Product(_) => {
            let computed = node
                .inputs
                .iter()
                .all(|input| !net.tensors[*input].constant);
            return (computed && node.inputs.len() == 2).then(|| vec![at]);
        }
        Work::Fold(fold) if fold.kind == FoldKind::Sum => return distance_of(net, wiring, at),
        Work::Binary(_) | Work::Where | Work::Clip(..) | Work::Move | Work::Unary(_) => {}
        _ => return None,
    }
    let length = above.len();
    above.push(at);
    for input in &node.inputs {
        if let Some(found) = score_of(net, wiring, *input, above, steps) {
            return Some(found);
        }
        above.truncate(length + 1);
    }
    above.truncate(length);
    None
}

/// A sum of |q − k|: the sum, the absolute value, the difference.
fn distance_of(net: &Net, wiring: &Wiring, sum: NodeId) -> Option<Vec<NodeId>> {
    let size = wiring.maker(net.nodes[sum].inputs[0])?;
    let difference = wiring.maker(*net.nodes[size].inputs.first()?)?;
    let abs = net.nodes[size].work == Work::Unary(Unary::Abs);
    let sub = net.nodes[difference].work == Work::Binary(Binary::Sub);
    (abs && sub).then(|| vec![sum, size, difference])
}

/// From the softmax down to the product with the values, and which of its
/// operands the probabilities are. They may be read elsewhere too.
fn context_of(
    net: &Net,
    wiring: &Wiring,
    tensor: TensorId,
    steps: &mut usize,
) -> Option<(Vec<NodeId>, NodeId, usize)> {
    for at in &wiring.readers[tensor] {
        *steps = steps.checked_sub(1)?;
        if *at == NodeId::MAX {
            continue;
        }
        let node = &net.nodes[*at];
        match &node.work {
            Work::Product(_) => {
                let side = node.inputs.iter().position(|input| *input == tensor)?;
                let computed = (node.inputs.iter()).all(|input| !net.tensors[*input].constant);
                if computed && node.inputs.len() == 2 {
                    return Some((Vec::new(), *at, side));
                }
            }
            Work::Move
            | Work::Unary(Unary::Cast | Unary::Round)
            | Work::Clip(..)
            | Work::Where
            | Work::Binary(Binary::Mul | Binary::Add | Binary::Sub) => {
                if let Some((mut below, context, side)) =
                    context_of(net, wiring, node.output, steps)
                {
                    below.push(*at);
                    return Some((below, context, side));
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether a node only asks whether elements are numbers.
fn is_test(node: &Node) -> bool {
    use crate::primitive::Primitive;
    match &node.work {
        Work::Each(counts) => counts.iter().all(|(step, _)| *step == Primitive::Compare),
        _ => false,
    }
}

/// The nodes between a tensor and the projection that it comes from, the
/// nearest first.
fn projection_of(
    net: &Net,
    wiring: &Wiring,
    mut tensor: TensorId,
) -> (Vec<NodeId>, Option<NodeId>) {
    let mut path = Vec::new();
    for _ in 0..MAX_STEPS {
        let Some(at) = wiring.maker(tensor) else {
            break;
        };
        let node = &net.nodes[at];
        let next = match &node.work {
            Work::Product(_) => {
                let weight = node.inputs.iter().any(|input| net.tensors[*input].constant);
                return (path, weight.then_some(at));
            }
            Work::Block(Block::Rotary | Block::LayerNorm { .. } | Block::RmsNorm { .. })
            | Work::Unary(Unary::Cast | Unary::Round)
            | Work::Clip(..) => node.inputs.first().copied(),
            // Earlier keys stand before those of this call.
            Work::Move => node.inputs.last().copied(),
            Work::Binary(Binary::Mul | Binary::Div | Binary::Add | Binary::Sub) => {
                main_of(net, &node.inputs)
            }
            _ => None,
        };
        path.push(at);
        match next {
            Some(next) => tensor = next,
            None => break,
        }
    }
    (path, None)
}

/// The tensor that a step between two products works on: the only one that is
/// computed, or the only one of more than one number.
fn main_of(net: &Net, inputs: &[TensorId]) -> Option<TensorId> {
    let many = |tensor: &&TensorId| {
        let shape = net.tensors[**tensor].shape.as_ref();
        shape.is_some_and(|shape| shape.iter().any(|extent| *extent != Expr::one()))
    };
    let computed: Vec<TensorId> = (inputs.iter())
        .filter(|input| !net.tensors[**input].constant)
        .copied()
        .collect();
    match computed.as_slice() {
        [one] => Some(*one),
        several => {
            let mut large = several.iter().filter(many);
            large.next().copied().filter(|_| large.next().is_none())
        }
    }
}

/// The projection of the output: the next product with a weight, if the
/// context goes nowhere else.
fn output_of(net: &Net, wiring: &Wiring, mut tensor: TensorId) -> Option<NodeId> {
    for _ in 0..MAX_STEPS {
        let at = wiring.reader(tensor)?;
        let node = &net.nodes[at];
        match &node.work {
            Work::Product(_) => {
                let weight = node.inputs.iter().any(|input| net.tensors[*input].constant);
                return weight.then_some(at);
            }
            Work::Move
            | Work::Unary(_)
            | Work::Binary(Binary::Mul | Binary::Add | Binary::Sub)
            | Work::Clip(..) => {
                tensor = node.output;
            }
            Work::Block(Block::LayerNorm { .. } | Block::RmsNorm { .. }) => tensor = node.output,
            _ => return None,
        }
    }
    None
}

/// What makes bits of the input of a projection.
fn bits_before(net: &Net, wiring: &Wiring, projection: NodeId) -> Option<NodeId> {
    use Binary::{Greater, GreaterOrEqual, Less, LessOrEqual};
    let inputs = &net.nodes[projection].inputs;
    let mut tensor = *inputs.iter().find(|input| !net.tensors[**input].constant)?;
    for _ in 0..MAX_STEPS {
        let at = wiring.maker(tensor)?;
        let node = &net.nodes[at];
        match &node.work {
            Work::Binary(Greater | GreaterOrEqual | Less | LessOrEqual)
            | Work::Unary(Unary::Sign) => {
                return Some(at);
            }
            Work::Move | Work::Unary(Unary::Cast) | Work::Where => tensor = *node.inputs.first()?,
            _ => return None,
        }
    }
    None
}

/// How many columns of a projection go along `path`.
fn width_of(net: &Net, path: &[NodeId], projection: NodeId) -> Option<Expr> {
    let made = net.nodes[projection].output;
    let all = net.elements(made)?;
    let last = net.tensors[made].shape.as_ref()?.last()?.clone();
    let parts = path
        .iter()
        .rev()
        .map(|at| net.elements(net.nodes[*at].output));
    for part in parts {
        let part = part?;
        if part != all {
            return (&last * &part).divide(&all);
        }
    }
    None
}

/// The products that a projection is made of, and the move that joins them.
fn parts_of(net: &mut Net, at: NodeId, widths: &[Expr], mine: &[usize]) -> Option<Vec<Node>> {
    let node = net.nodes[at].clone();
    let Work::Product(product) = &node.work else {
        return None;
    };
    let Some(Axis::Index(along)) = product.result.last() else {
        return None;
    };
    let column = product
        .operands
        .get(1)?
        .iter()
        .position(|axis| *axis == Axis::Index(*along))?;
    let total = widths.iter().fold(Expr::zero(), |sum, width| &sum + width);
    let shape = net.tensors[node.output].shape.clone()?;
    if shape.last() != Some(&total) {
        return None;
    }
    let (x, weight) = (*node.inputs.first()?, *node.inputs.get(1)?);
    let mut parts = Vec::new();
    let mut made = Vec::new();
    for (width, part) in widths.iter().zip(mine) {
        let mut own = net.tensors[weight].clone();
        *own.shape.as_mut()?.get_mut(column)? = width.clone();
        own.value = None;
        net.tensors.push(own);
        let own = net.tensors.len() - 1;
        let mut result = net.tensors[node.output].clone();
        *result.shape.as_mut()?.last_mut()? = width.clone();
        result.name = format!("{}_{}", result.name, PROJECTIONS[*part].replace('-', "_"));
        net.tensors.push(result);
        let output = net.tensors.len() - 1;
        made.push(output);
        parts.push(Node {
            inputs: vec![x, own],
            output,
            stage: Some(PROJECTIONS[*part]),
            ..node.clone()
        });
    }
    parts.push(Node {
        work: Work::Move,
        inputs: made,
        output: node.output,
        stage: None,
        format: None,
    });
    Some(parts)
}

/// Changes to the nodes, made all at once.
#[derive(Default)]
struct Edits {
    /// Nodes that go; what read their result reads their input.
    gone: BTreeSet<NodeId>,
    /// Nodes that go with what follows them in their place.
    gone_for_good: BTreeSet<NodeId>,
    /// Nodes that come behind others.
    after: BTreeMap<NodeId, Vec<Node>>,
}

impl Edits {
    fn apply(mut self, net: &mut Net) {
        let mut stands_for: BTreeMap<TensorId, TensorId> = BTreeMap::new();
        for at in &self.gone {
            if let Some((x, _)) = scale_of(net, *at) {
                stands_for.insert(net.nodes[*at].output, x);
            }
        }
        let mut nodes = Vec::with_capacity(net.nodes.len());
        for (at, node) in std::mem::take(&mut net.nodes).into_iter().enumerate() {
            if !self.gone.contains(&at) && !self.gone_for_good.contains(&at) {
                nodes.push(node);
            }
            nodes.extend(self.after.remove(&at).unwrap_or_default());
        }
        for input in nodes.iter_mut().flat_map(|node| &mut node.inputs) {
            while let Some(before) = stands_for.get(input) {
                *input = *before;
            }
        }
        net.nodes = nodes;
    }
}
