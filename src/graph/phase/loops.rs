//! How the axes of an op's operands run into those of its result.
//!
//! Every op is seen as a nest of loops: those of an einsum are its axes, those
//! of all others the axes of the result. Of each axis of an operand it says
//! which loops run through it: none where it stretches, several where it is
//! split or joined with others.

use petgraph::graph::NodeIndex;

use crate::graph::{AffineIndex, Einsum, Movement, OpGraph, OpKind, Projection};
use crate::symbolic::Expr;

/// The loops of an op.
#[derive(Debug)]
pub(super) struct Loops {
    /// How often each runs.
    pub(super) extents: Vec<Expr>,
    /// Which of them the result lacks.
    pub(super) reduced: Vec<bool>,
    /// For each operand and each of its axes the loops that run through it.
    pub(super) operands: Vec<Vec<Vec<usize>>>,
    /// The same for the result.
    pub(super) output: Vec<Vec<usize>>,
    /// Axes of operands along which windows slide.
    pub(super) windows: Vec<Window>,
}

/// A window that slides along an axis of an operand.
#[derive(Debug)]
pub(super) struct Window {
    pub(super) operand: usize,
    pub(super) axis: usize,
    /// Where it ends at the place that it is computed for: the loop that counts
    /// these places, and how many of the operand it looks back over.
    pub(super) causal: Option<(usize, Expr)>,
}

impl Loops {
    /// The loop of the places for which a window along an axis of an operand is
    /// computed, and how far it looks back.
    pub(super) fn causal(&self, operand: usize, axis: usize) -> Option<&(usize, Expr)> {
        let mut windows = self.windows.iter();
        let found = windows.find(|window| (window.operand, window.axis) == (operand, axis));
        found?.causal.as_ref()
    }

    pub(super) fn of(graph: &OpGraph, at: NodeIndex) -> Loops {
        let op = &graph.ops()[at];
        let inputs = graph.inputs(at);
        let shapes = inputs.iter().map(|(_, edge)| &*edge.tensor.shape);
        let shapes: Vec<&[Expr]> = shapes.collect();
        let output = &*op.output.shape;
        match &op.kind {
            OpKind::Einsum(einsum) => of_einsum(einsum, shapes.len()),
            OpKind::Move(Movement::Gather) => {
                let last = shapes.len().saturating_sub(1);
                by_output(output, &shapes, |at, shape| match at == last {
                    true => from_the_end(shape, output),
                    false => in_order(shape, output),
                })
            }
            OpKind::Move(Movement::Index) => {
                by_output(output, &shapes, |_, shape| in_order(shape, output))
            }
            OpKind::Move(Movement::Reshape) if shapes.len() == 1 => {
                by_output(output, &shapes, |_, shape| {
                    let others = || match shape.len() > output.len() {
                        // A part of every index of some axes.
                        true => in_order(shape, output),
                        false => laid_over(shape, output),
                    };
                    regrouped(shape, output).unwrap_or_else(others)
                })
            }
            _ => by_output(output, &shapes, |_, shape| laid_over(shape, output)),
        }
    }
}

fn by_output(
    output: &[Expr],
    shapes: &[&[Expr]],
    axes: impl Fn(usize, &[Expr]) -> Vec<Vec<usize>>,
) -> Loops {
    Loops {
        extents: output.to_vec(),
        reduced: vec![false; output.len()],
        operands: (shapes.iter().enumerate())
            .map(|(at, shape)| axes(at, shape))
            .collect(),
        output: (0..output.len()).map(|at| vec![at]).collect(),
        windows: Vec::new(),
    }
}

fn of_einsum(einsum: &Einsum, inputs: usize) -> Loops {
    let axes = |projection: &Projection| -> Vec<Vec<usize>> {
        let indices = projection.0.iter();
        let loops = |index: &AffineIndex| index.terms.iter().map(|(at, _)| *at).collect();
        indices.map(loops).collect()
    };
    let bias = einsum.bias.projection.iter();
    let operands = einsum.operands.iter().chain(bias).take(inputs);
    let mut windows = Vec::new();
    for (operand, projection) in einsum.operands.iter().enumerate() {
        for (axis, index) in projection.0.iter().enumerate() {
            if !is_split(index, einsum) {
                windows.push(Window {
                    operand,
                    axis,
                    causal: causal(index, einsum),
                });
            }
        }
    }
    Loops {
        extents: (einsum.axes.iter())
            .map(|axis| axis.extent.clone())
            .collect(),
        reduced: einsum.axes.iter().map(|axis| axis.is_reduced).collect(),
        operands: operands.map(axes).collect(),
        output: axes(&einsum.output),
        windows,
    }
}

/// The loop of the places that a window is computed for, and how far it looks
/// back: `n + f·j − f·(J − 1)` over J taps ends at n, f·(J − 1) + 1 places after
/// its first.
fn causal(index: &AffineIndex, einsum: &Einsum) -> Option<(usize, Expr)> {
    let is_reduced = |at: usize| einsum.axes.get(at).is_some_and(|axis| axis.is_reduced);
    let (place, (tap, step)) = match index.terms.as_slice() {
        [place, tap] if !is_reduced(place.0) && is_reduced(tap.0) => (place, tap),
        [tap, place] if !is_reduced(place.0) && is_reduced(tap.0) => (place, tap),
        _ => return None,
    };
    let taps = &einsum.axes.get(*tap)?.extent;
    let back = step * &(taps - &Expr::one());
    let ends_here = place.1 == Expr::one() && index.offset == -back.clone();
    ends_here.then(|| (place.0, &back + &Expr::one()))
}

/// Whether an index runs through its axis once, split into loops or not.
fn is_split(index: &AffineIndex, einsum: &Einsum) -> bool {
    let mut below = Expr::one();
    let mut loops = index.terms.iter().rev();
    let ascending = loops.all(|(at, factor)| {
        let fits = *factor == below;
        if let Some(axis) = einsum.axes.get(*at) {
            below = &below * &axis.extent;
        }
        fits
    });
    ascending && index.offset.is_zero()
}

/// Laid over the result from the last axis on; an axis of 1 stretches.
fn laid_over(shape: &[Expr], output: &[Expr]) -> Vec<Vec<usize>> {
    let lacking = output.len().checked_sub(shape.len());
    let axis = |(at, extent): (usize, &Expr)| {
        let at = lacking.map(|lacking| lacking + at);
        let other = at.and_then(|at| Some((at, output.get(at)?)));
        match other {
            Some((at, other)) if other == extent || *extent != Expr::one() => vec![at],
            _ => Vec::new(),
        }
    };
    shape.iter().enumerate().map(axis).collect()
}

/// The first axes of the result of these extents, one after the other.
fn in_order(shape: &[Expr], output: &[Expr]) -> Vec<Vec<usize>> {
    let mut from = 0;
    let mut axes = Vec::with_capacity(shape.len());
    for extent in shape {
        let rest = output.iter().enumerate().skip(from);
        let found = rest.clone().find(|(_, other)| *other == extent);
        axes.push(found.map(|(at, _)| at).into_iter().collect());
        if let Some((at, _)) = found {
            from = at + 1;
        }
    }
    axes
}

/// The last ones, from the end on.
fn from_the_end(shape: &[Expr], output: &[Expr]) -> Vec<Vec<usize>> {
    let backwards = |extents: &[Expr]| extents.iter().rev().cloned().collect::<Vec<_>>();
    let mut axes = in_order(&backwards(shape), &backwards(output));
    for at in axes.iter_mut().flatten() {
        *at = output.len() - 1 - *at;
    }
    axes.reverse();
    axes
}

/// Axes joined and split: those of each group run through all of the group.
/// `None` where the elements are not those of before.
fn regrouped(shape: &[Expr], output: &[Expr]) -> Option<Vec<Vec<usize>>> {
    let mut axes = vec![Vec::new(); shape.len()];
    let (mut old, mut new) = (0, 0);
    while old < shape.len() || new < output.len() {
        let (mut old_end, mut new_end) = ((old + 1).min(shape.len()), (new + 1).min(output.len()));
        let size = |extents: &[Expr], from: usize, to: usize| -> Expr {
            extents.get(from..to).unwrap_or_default().iter().product()
        };
        // The shortest stretches of both with as many elements.
        while size(shape, old, old_end) != size(output, new, new_end) {
            let ends = (old_end..=shape.len())
                .flat_map(|old| (new_end..=output.len()).map(move |new| (old, new)));
            let mut ends: Vec<(usize, usize)> = ends.collect();
            ends.sort_by_key(|(old, new)| old + new);
            let fits =
                |(to, end): &(usize, usize)| size(shape, old, *to) == size(output, new, *end);
            (old_end, new_end) = ends.into_iter().find(fits)?;
        }
        for axis in axes.get_mut(old..old_end)? {
            *axis = (new..new_end).collect();
        }
        (old, new) = (old_end, new_end);
    }
    Some(axes)
}
