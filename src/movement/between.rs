//! What lies between the scores of an attention and what they weigh: ops that
//! work element by element or row by row, and views that move nothing.
//!
//! A view may join axes, split them, or put them in another order, but for the
//! last one: along that a softmax goes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use petgraph::graph::NodeIndex;

use super::finder::Finder;
use crate::graph::{AffineIndex, Einsum, Op, OpKind, Projection};
use crate::symbolic::Expr;

/// No attention does more to its scores; a long chain of ops behind which many products
/// stand would be walked along for each of them.
const MOST_BETWEEN: usize = 256;

/// For each axis of a tensor which axes of the scores run through it.
type Axes = Vec<Vec<usize>>;

impl Finder<'_> {
    /// The product behind what goes element by element or row by row, with all
    /// between.
    pub(super) fn score_behind(
        &self,
        last: NodeIndex,
        shape: &[Expr],
        between: &mut BTreeSet<NodeIndex>,
    ) -> Option<NodeIndex> {
        let mut score = None;
        let mut open: Vec<(NodeIndex, Arc<[Expr]>)> = vec![(last, shape.into())];
        while let Some((at, shape)) = open.pop() {
            let op = &self.graph.ops()[at];
            if is_product(op) && op.output.shape == shape {
                if score.is_some_and(|known| known != at) {
                    return None;
                }
                score = Some(at);
            } else if let Some(before) = self.shape_before(at, &shape)
                && between.insert(at)
            {
                if between.len() > MOST_BETWEEN {
                    return None;
                }
                let inputs = self.graph.inputs(at).into_iter();
                open.extend(inputs.map(|(from, _)| (from, before.clone())));
            }
        }
        let score = score?;
        // Of what was met only what comes from the scores is a part of it.
        let mut from_score = BTreeSet::from([score]);
        for at in between.iter() {
            let inputs = self.graph.inputs(*at);
            if inputs.iter().any(|(from, _)| from_score.contains(from)) {
                from_score.insert(*at);
            }
        }
        from_score.remove(&score);
        *between = from_score;
        Some(score)
    }

    /// The shape of the scores before an op that gives scores of a shape, or
    /// something for each of their rows; nothing for any other op.
    fn shape_before(&self, at: NodeIndex, shape: &[Expr]) -> Option<Arc<[Expr]>> {
        let op = &self.graph.ops()[at];
        let is_whole = *op.output.shape == *shape;
        if self.is_view(at) {
            let (_, edge) = self.shown(at)?;
            let all = edge.tensor.elements() == op.output.elements();
            return (is_whole && all).then(|| edge.tensor.shape.clone());
        }
        let is_between = match &op.kind {
            OpKind::Elementwise(_) => is_whole,
            OpKind::Einsum(einsum) => {
                let row = shape.split_last().map(|(_, row)| row);
                let is_row = row.is_some_and(|row| *op.output.shape == *row);
                (is_whole && !einsum.has_reduction()) || (is_row && einsum.operands.len() == 1)
            }
            _ => false,
        };
        is_between.then(|| shape.into())
    }

    /// Whether an op may need all of a row at once: it adds up, or it is not
    /// known which of its operand's elements one of its result takes.
    pub(super) fn takes_rows(&self, at: NodeIndex) -> bool {
        match &self.graph.ops()[at].kind {
            _ if self.is_view(at) => false,
            OpKind::Elementwise(elementwise) => !elementwise.has_formula(),
            OpKind::Einsum(einsum) => einsum.has_reduction(),
            _ => true,
        }
    }

    /// Where the axes of the scores are in the result of `last`, behind all
    /// between; nothing where a view moves their last one.
    pub(super) fn axes_of_scores(
        &self,
        score: NodeIndex,
        between: &BTreeSet<NodeIndex>,
        last: NodeIndex,
    ) -> Option<Axes> {
        let extents = &self.graph.ops()[score].output.shape;
        let whole: Axes = (0..extents.len()).map(|axis| vec![axis]).collect();
        let mut known = BTreeMap::from([(score, whole)]);
        for at in between.iter().copied() {
            let op = &self.graph.ops()[at];
            let inputs = self.graph.inputs(at);
            let axes = match self.is_view(at) {
                true => {
                    let (from, _) = self.shown(at)?;
                    let before = known.get(&from)?;
                    let behind = seen_through(op, before, extents)?;
                    (behind.last() == before.last()).then_some(behind)
                }
                false => {
                    let mut whole = inputs.iter().filter(|(from, edge)| {
                        edge.tensor.shape == op.output.shape && known.contains_key(from)
                    });
                    whole.next().and_then(|(from, _)| known.get(from).cloned())
                }
            };
            match axes {
                Some(axes) => known.insert(at, axes),
                // Something for each row.
                None if !self.is_view(at) => None,
                None => return None,
            };
        }
        known.remove(&last)
    }
}

fn is_product(op: &Op) -> bool {
    matches!(&op.kind, OpKind::Einsum(einsum) if einsum.operands.len() == 2 && einsum.has_reduction())
}

/// Where the axes of the scores are behind a view.
fn seen_through(op: &Op, before: &Axes, extents: &[Expr]) -> Option<Axes> {
    let OpKind::Einsum(einsum) = &op.kind else {
        let flat = before.iter().flatten().copied().collect();
        return regrouped(flat, extents, &op.output.shape);
    };
    // Which axes of the scores each loop runs through.
    let mut loops: Axes = vec![Vec::new(); einsum.axes.len()];
    for (index, own) in einsum.operands.first()?.0.iter().zip(before) {
        let terms = loops_of(index);
        let sizes = terms
            .iter()
            .map(|at| Some(einsum.axes.get(*at)?.extent.clone()));
        let sizes: Vec<Expr> = sizes.collect::<Option<_>>()?;
        for (at, part) in terms
            .into_iter()
            .zip(regrouped(own.clone(), extents, &sizes)?)
        {
            *loops.get_mut(at)? = part;
        }
    }
    let output = einsum.output.0.iter();
    output
        .map(|index| {
            let parts = loops_of(index).into_iter().map(|at| loops.get(at).cloned());
            Some(parts.collect::<Option<Vec<_>>>()?.concat())
        })
        .collect()
}

/// Axes in their order, in groups that have so many elements each.
fn regrouped(axes: Vec<usize>, extents: &[Expr], sizes: &[Expr]) -> Option<Axes> {
    let mut rest = axes.into_iter();
    let mut groups = Vec::with_capacity(sizes.len());
    for size in sizes {
        let mut group = Vec::new();
        let mut elements = Expr::one();
        while elements != *size {
            let axis = rest.next()?;
            elements = &elements * extents.get(axis)?;
            group.push(axis);
        }
        groups.push(group);
    }
    // What is left of it has one element.
    let is_one = |axis: usize| extents.get(axis) == Some(&Expr::one());
    rest.all(is_one).then_some(groups)
}

fn loops_of(index: &AffineIndex) -> Vec<usize> {
    index.terms.iter().map(|(axis, _)| *axis).collect()
}

/// Which operand of the score has the axis that the context sums over: the one
/// alone whose axes stand where the sum's do. `scores` is how the context takes
/// the scores, and `axes` where their axes are then.
pub(super) fn keys_operand(
    score: &Einsum,
    scores: &Projection,
    context: &Einsum,
    axes: &Axes,
) -> Option<usize> {
    let is_summed = |at: &usize| context.axes.get(*at).is_some_and(|axis| axis.is_reduced);
    // The last axis is the one that a softmax goes along.
    let last = scores.0.last()?;
    if last.terms.is_empty() || !loops_of(last).iter().all(is_summed) {
        return None;
    }
    let mut summed = Vec::new();
    for (index, own) in scores.0.iter().zip(axes) {
        let is_empty = index.terms.is_empty();
        if !is_empty && loops_of(index).iter().all(is_summed) {
            let own = own.iter().filter_map(|axis| score.output.0.get(*axis));
            summed.extend(own.flat_map(loops_of));
        } else if loops_of(index).iter().any(is_summed) {
            return None;
        }
    }
    let has = |operand: &Projection, axis: usize| {
        let mut loops = operand.0.iter().flat_map(loops_of);
        loops.any(|own| own == axis)
    };
    let [first, second] = score.operands.as_slice() else {
        return None;
    };
    let only = |one: &Projection, other: &Projection| {
        let is_own = |axis: &usize| has(one, *axis) && !has(other, *axis);
        !summed.is_empty() && summed.iter().all(is_own)
    };
    match (only(first, second), only(second, first)) {
        (true, _) => Some(0),
        (_, true) => Some(1),
        _ => None,
    }
}
