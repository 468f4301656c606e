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
}

impl Contraction {
    /// Whether windows overlap, so that a search stands for the closed form.
    pub(super) fn has_windows(&self) -> bool {
        self.extents.len() > 3
    }

    /// Reads an einsum whose operands have the shapes given; nothing where it
    /// has not two of them.
    pub(super) fn of(einsum: &Einsum, shapes: [&[Expr]; 2]) -> Option<Contraction> {
        let [a, b] = einsum.operands.as_slice() else {
            return None;
        };
        let windowed = [(0, a, b), (1, b, a)]
            .into_iter()
            .find_map(|(at, one, other)| {
                let windows = windows(einsum, one, other, shapes.get(at)?)?;
                (!windows.is_empty()).then_some((at, one, other, windows))
            });
        Some(match windowed {
            Some((at, one, other, windows)) => convolution(einsum, (at, one, other), &windows),
            None => matrix(einsum, a, b),
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

fn matrix(einsum: &Einsum, a: &Projection, b: &Projection) -> Contraction {
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
    let elements = [&rows * &summed, &summed * &columns, &rows * &columns];
    Contraction {
        times,
        first: 0,
        second: 1,
        extents: vec![rows, summed, columns],
        elements,
    }
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
    }
}
