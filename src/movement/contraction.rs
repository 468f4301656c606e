//! What an einsum of two operands is to a buffer: a product of matrices, or a
//! convolution, so many times.
//!
//! An axis of both operands and of the result only repeats the product; one of
//! an operand and the result is a row or a column; one of both operands alone
//! is summed over. So query heads that share their keys are rows of one
//! product, and their keys are loaded once.

use crate::graph::{AffineIndex, Axis, Einsum, Projection};
use crate::symbolic::Expr;

/// A product of two tensors, as its tiles see it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Contraction {
    /// How often the whole thing is done with other operands.
    pub(super) times: Expr,
    /// The operand in the place of the first: the one with windows, if there
    /// are any.
    pub(super) first: usize,
    /// The operand in the place of the second.
    pub(super) second: usize,
    /// (m, k, n), or batch, channels, filters and six numbers an axis.
    pub(super) extents: Vec<Expr>,
    /// Elements of the first operand, of the second and of the result, without
    /// the repetition: what moves if everything moves once.
    pub(super) elements: [Expr; 3],
    /// Of the elements of each operand that tiles go over those that are there: a
    /// stride of a convolution that is turned round skips the rest, and windows
    /// that are larger than what they slide over have most in common.
    pub(super) present: [Expr; 2],
}

impl Contraction {
    /// Whether windows overlap, so that a search stands for the closed form.
    pub(super) fn has_windows(&self) -> bool {
        self.extents.len() > 3
    }

    /// Whether tiles have elements in common, so that no bound in closed form is
    /// known but that all moves once.
    pub(super) fn overlaps(&self) -> bool {
        self.has_windows() || self.present.iter().any(|share| *share != Expr::one())
    }

    /// Reads an einsum whose operands and result have the shapes given; nothing
    /// where it has not two operands.
    pub(super) fn of(
        einsum: &Einsum,
        shapes: [&[Expr]; 2],
        result: &[Expr],
        is_below: &dyn Fn(&Expr, &Expr) -> bool,
    ) -> Option<Contraction> {
        let [a, b] = einsum.operands.as_slice() else {
            return None;
        };
        for (at, one, other) in [(0, a, b), (1, b, a)] {
            if let Some((windows, present)) = turned_windows(einsum, one, other, result) {
                let turned = convolution(einsum, (at, one, other), &windows);
                let [first, second, result] = turned.elements;
                return Some(Contraction {
                    elements: [&first * &present, second, result],
                    present: [present, Expr::one()],
                    ..turned
                });
            }
        }
        let windowed = [(0, a, b), (1, b, a)]
            .into_iter()
            .find_map(|(at, one, other)| {
                let windows = windows(einsum, one, other, shapes.get(at)?)?;
                // Of a weight's gradient the places are the taps.
                let slide = |window: &Window| !is_below(&window.numbers[0], &window.numbers[1]);
                let all_slide = !windows.is_empty() && windows.iter().all(slide);
                all_slide.then_some((at, one, other, windows))
            });
        Some(match windowed {
            Some((at, one, other, windows)) => convolution(einsum, (at, one, other), &windows),
            None => matrix(einsum, [a, b], shapes),
        })
    }
}

/// An axis along which a window slides: those of its outputs and of its taps,
/// by their places, and the six numbers of a search.
struct Window {
    outputs: usize,
    taps: usize,
    numbers: [Expr; 6],
}

/// Where an axis of an iteration space occurs.
struct Places {
    first: bool,
    second: bool,
}

fn occurs(projection: &Projection, axis: usize) -> bool {
    let mut terms = projection.0.iter().flat_map(|index| &index.terms);
    terms.any(|(own, _)| *own == axis)
}

fn matrix(einsum: &Einsum, [a, b]: [&Projection; 2], shapes: [&[Expr]; 2]) -> Contraction {
    let mut all = Extents::default();
    for (at, axis) in einsum.axes.iter().enumerate() {
        all.add(axis, places(a, b, at));
    }
    let Extents {
        times,
        rows,
        summed,
        columns,
    } = all;
    let present = [present(einsum, a, shapes[0]), present(einsum, b, shapes[1])];
    let elements = [
        &(&rows * &summed) * &present[0],
        &(&summed * &columns) * &present[1],
        &rows * &columns,
    ];
    Contraction {
        times,
        first: 0,
        second: 1,
        extents: vec![rows, summed, columns],
        elements,
        present,
    }
}

/// Of the elements that the loops of an operand go over those that it has.
fn present(einsum: &Einsum, operand: &Projection, shape: &[Expr]) -> Expr {
    let mut present = Expr::one();
    for (index, extent) in operand.0.iter().zip(shape) {
        if is_split(index, &einsum.axes) {
            continue;
        }
        let loops = index
            .terms
            .iter()
            .filter_map(|(at, _)| einsum.axes.get(*at));
        let all: Expr = loops.map(|axis| &axis.extent).product();
        if let Some(share) = extent.divide(&all) {
            present = &present * &share;
        }
    }
    present
}

fn places(first: &Projection, second: &Projection, axis: usize) -> Places {
    Places {
        first: occurs(first, axis),
        second: occurs(second, axis),
    }
}

/// The axes of a product by what they are to it.
struct Extents {
    times: Expr,
    rows: Expr,
    summed: Expr,
    columns: Expr,
}

impl Default for Extents {
    fn default() -> Extents {
        let [times, rows, summed, columns] = [(); 4].map(|()| Expr::one());
        Extents {
            times,
            rows,
            summed,
            columns,
        }
    }
}

impl Extents {
    fn add(&mut self, axis: &Axis, places: Places) {
        let kind = match (places.first, places.second, axis.is_reduced) {
            (_, _, true) => &mut self.summed,
            (true, true, false) => &mut self.times,
            (false, true, false) => &mut self.columns,
            (_, false, false) => &mut self.rows,
        };
        *kind = &*kind * &axis.extent;
    }
}

/// The windows of `one`, an operand beside `other`; nothing where it has
/// indices of another kind.
fn windows(
    einsum: &Einsum,
    one: &Projection,
    other: &Projection,
    shape: &[Expr],
) -> Option<Vec<Window>> {
    let mut windows = Vec::new();
    for (index, input) in one.0.iter().zip(shape) {
        if index.terms.len() < 2 || is_split(index, &einsum.axes) {
            continue;
        }
        let [x, y] = index.terms.as_slice() else {
            return None;
        };
        let is_reduced = |at: usize| einsum.axes.get(at).map(|axis| axis.is_reduced);
        let ((outputs, stride), (taps, dilation)) = match (is_reduced(x.0)?, is_reduced(y.0)?) {
            (false, true) => (x, y),
            (true, false) => (y, x),
            _ => return None,
        };
        if occurs(other, *outputs) || !occurs(other, *taps) {
            return None;
        }
        let extent = |at: usize| einsum.axes.get(at).map(|axis| axis.extent.clone());
        windows.push(Window {
            outputs: *outputs,
            taps: *taps,
            numbers: [
                extent(*outputs)?,
                extent(*taps)?,
                stride.clone(),
                dilation.clone(),
                -index.offset.clone(),
                input.clone(),
            ],
        });
    }
    Some(windows)
}

/// The windows of a convolution that is turned round, whose result is read at
/// `s*y + d*k - p`: at every place of it the sum over the taps, as those of a
/// convolution with a stride of 1 over the first operand with s − 1 places put
/// between its elements. With them the share of places that have an element;
/// nothing where the result has no windows, or of another kind.
fn turned_windows(
    einsum: &Einsum,
    one: &Projection,
    other: &Projection,
    result: &[Expr],
) -> Option<(Vec<Window>, Expr)> {
    let mut windows = Vec::new();
    let mut present = Expr::one();
    for (index, places) in einsum.output.0.iter().zip(result) {
        if index.terms.len() < 2 || is_split(index, &einsum.axes) {
            continue;
        }
        let [x, y] = index.terms.as_slice() else {
            return None;
        };
        let is_of = |(at, _): &(usize, Expr)| occurs(one, *at) && !occurs(other, *at);
        let ((outputs, stride), (taps, dilation)) = match (is_of(x), is_of(y)) {
            (true, false) => (x, y),
            (false, true) => (y, x),
            _ => return None,
        };
        let extent = |at: usize| einsum.axes.get(at).map(|axis| axis.extent.clone());
        let (elements, count) = (extent(*outputs)?, extent(*taps)?);
        let between = &(stride * &(&elements - &Expr::one())) + &Expr::one();
        let reach = dilation * &(&count - &Expr::one());
        let padding = (&reach + &index.offset).larger(&Expr::zero());
        present = &present * &elements.divide(&between)?;
        windows.push(Window {
            outputs: *outputs,
            taps: *taps,
            numbers: [
                places.clone(),
                count,
                Expr::one(),
                dilation.clone(),
                padding,
                between,
            ],
        });
    }
    (!windows.is_empty()).then_some((windows, present))
}

/// Whether an index only splits an axis, as `(h k)` does: its values do not
/// overlap.
fn is_split(index: &AffineIndex, axes: &[Axis]) -> bool {
    let mut below = Expr::one();
    let ascending = index.terms.iter().rev().all(|(axis, factor)| {
        let fits = *factor == below;
        if let Some(axis) = axes.get(*axis) {
            below = &below * &axis.extent;
        }
        fits
    });
    ascending && index.offset.is_zero()
}

fn convolution(
    einsum: &Einsum,
    (at, one, other): (usize, &Projection, &Projection),
    windows: &[Window],
) -> Contraction {
    let mut all = Extents::default();
    for (at, axis) in einsum.axes.iter().enumerate() {
        let slides = |window: &Window| window.outputs == at || window.taps == at;
        if !windows.iter().any(slides) {
            all.add(axis, places(one, other, at));
        }
    }
    let Extents {
        times,
        rows,
        summed,
        columns,
    } = all;
    let product = |number: usize| -> Expr {
        let numbers = windows
            .iter()
            .filter_map(|window| window.numbers.get(number));
        numbers.product()
    };
    let (outputs, taps, inputs) = (product(0), product(1), product(5));
    let elements = [
        &(&rows * &summed) * &inputs,
        &(&summed * &columns) * &taps,
        &(&rows * &columns) * &outputs,
    ];
    let mut extents = vec![rows, summed, columns];
    extents.extend(windows.iter().flat_map(|window| window.numbers.clone()));
    Contraction {
        times,
        first: at,
        second: 1 - at,
        extents,
        elements,
        present: [Expr::one(), Expr::one()],
    }
}
