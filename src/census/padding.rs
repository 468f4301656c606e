//! Which index combinations of an einsum read no padding.
//!
//! A window `(2*y + ky - 3)` reads beyond an input of n rows wherever it is
//! below 0 or at n and above. Of the places y, those between
//! ⌈(3 − ky)/2⌉ and ⌊(n − 1 + 3 − ky)/2⌋ read the input, whichever ky is; so
//! one axis of a window is counted by its two ends, and the others, which are
//! short, index by index. What holds of rows holds of columns, and the counts
//! of the two multiply. All of it is exact for symbols too.

use std::collections::BTreeSet;

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use crate::graph::{AffineIndex, Einsum};
use crate::number::whole;
use crate::symbolic::{Expr, Symbol};

/// Windows of more indices than this are not counted index by index.
const MAX_TAPS: usize = 1024;
/// The same for windows over symbols, where every index is a term.
const MAX_SYMBOLIC_TAPS: usize = 64;

/// How many index combinations read no padding in any operand; `shapes` are
/// those of the operands. Nothing where that cannot be told: two windows over
/// one axis, or one of which only a symbol says how long it is or how far it
/// steps.
pub(super) fn outside_padding(
    einsum: &Einsum,
    shapes: &[&[Expr]],
    emptiable: &BTreeSet<Symbol>,
) -> Option<Expr> {
    let mut windowed: BTreeSet<usize> = BTreeSet::new();
    let mut count = Expr::one();
    for (projection, shape) in einsum.operands.iter().zip(shapes) {
        for (index, extent) in projection.0.iter().zip(*shape) {
            if is_inside(einsum, index, extent) {
                continue;
            }
            for (axis, _) in &index.terms {
                if !windowed.insert(*axis) {
                    return None;
                }
            }
            count = &count * &within(einsum, index, extent, emptiable)?;
        }
    }
    let others = (einsum.axes.iter().enumerate()).filter(|(at, _)| !windowed.contains(at));
    Some(&count * &others.map(|(_, axis)| &axis.extent).product::<Expr>())
}

/// Whether an index stays inside for certain.
fn is_inside(einsum: &Einsum, index: &AffineIndex, extent: &Expr) -> bool {
    let mut last = index.offset.clone();
    for (axis, factor) in &index.terms {
        let Some(axis) = einsum.axes.get(*axis) else {
            return false;
        };
        last += &(factor * &(&axis.extent - &Expr::one()));
        if is_below_zero(factor) != Some(false) {
            // Factors of an axis that is split are extents, and so positive.
            let splits = index.offset.is_zero() && factor.as_constant().is_none();
            if !splits {
                return false;
            }
        }
    }
    let room = &(extent - &last) - &Expr::one();
    is_below_zero(&index.offset) == Some(false) && is_below_zero(&room) == Some(false)
}

/// Whether a number is below 0; nothing for a symbol.
fn is_below_zero(expr: &Expr) -> Option<bool> {
    Some(expr.as_constant()?.is_negative())
}

/// Whether a number is whole, as that of a symbol is.
fn may_be_whole(expr: &Expr) -> bool {
    expr.as_constant().is_none_or(|value| value.is_integer())
}

/// How many combinations of the axes of one index are inside `extent`.
fn within(
    einsum: &Einsum,
    index: &AffineIndex,
    extent: &Expr,
    emptiable: &BTreeSet<Symbol>,
) -> Option<Expr> {
    let mut numbers = (index.terms.iter().map(|(_, factor)| factor)).chain([&index.offset, extent]);
    if !numbers.all(may_be_whole) {
        return None;
    }
    let ends = by_its_ends(einsum, index)?;
    let (axis, factor) = index.terms.get(ends)?;
    let places = &einsum.axes.get(*axis)?.extent;
    let mut step = factor.as_constant()?;
    let mut offset = index.offset.clone();
    if step.is_negative() {
        // Seen from its other end the axis rises.
        offset += &(places - &Expr::one()).scale(&step);
        step = -step;
    }
    let line = Line {
        places,
        step,
        extent,
        is_symbolic: [places, extent, &offset]
            .into_iter()
            .any(|expr| expr.as_constant().is_none()),
        is_never_empty: !places.is_zero() && places.symbols().is_disjoint(emptiable),
    };
    let mut shifts = vec![offset];
    for (at, (axis, factor)) in index.terms.iter().enumerate() {
        if at != ends {
            let taps = taps(&einsum.axes.get(*axis)?.extent)?;
            shifts = shifted(&shifts, factor, taps, line.most_taps())?;
        }
    }
    Some(line.inside(&shifts))
}

/// Which term of an index is counted by its ends: one with a number as its
/// step, and the longest, a symbol before all numbers.
fn by_its_ends(einsum: &Einsum, index: &AffineIndex) -> Option<usize> {
    let is_step = |factor: &Expr| {
        let step = factor.as_constant();
        step.is_some_and(|step| step.is_integer() && !step.is_zero())
    };
    let length = |axis: usize| {
        einsum
            .axes
            .get(axis)
            .and_then(|axis| axis.extent.as_constant())
    };
    let steps = index.terms.iter().enumerate();
    let steps = steps.filter(|(_, (_, factor))| is_step(factor));
    let longest = steps.max_by_key(|(_, (axis, _))| match length(*axis) {
        None => (true, BigRational::zero()),
        Some(length) => (false, length),
    });
    longest.map(|(at, _)| at)
}

/// How many indices a short axis has.
fn taps(extent: &Expr) -> Option<usize> {
    let taps = extent.as_constant().filter(BigRational::is_integer)?;
    usize::try_from(taps.to_integer())
        .ok()
        .filter(|taps| *taps <= MAX_TAPS)
}

/// Every shift, moved on by every index of one more axis.
fn shifted(shifts: &[Expr], factor: &Expr, taps: usize, most: usize) -> Option<Vec<Expr>> {
    if shifts.len().saturating_mul(taps) > most {
        return None;
    }
    let moved = (0..taps).flat_map(|tap| {
        let by = factor.scale(&whole(tap));
        shifts.iter().map(move |shift| shift + &by)
    });
    Some(moved.collect())
}

/// The axis of a window that is counted by its ends.
struct Line<'e> {
    /// How many indices it has.
    places: &'e Expr,
    /// How far each moves the window.
    step: BigRational,
    /// How long the input is.
    extent: &'e Expr,
    is_symbolic: bool,
    is_never_empty: bool,
}

impl Line<'_> {
    fn most_taps(&self) -> usize {
        match self.is_symbolic {
            true => MAX_SYMBOLIC_TAPS,
            false => MAX_TAPS,
        }
    }

    /// How many places read the input, over all shifts.
    fn inside(&self, shifts: &[Expr]) -> Expr {
        let mut sum = Expr::zero();
        // The largest shift by which every place still ends inside.
        let mut ends_inside: Option<&Expr> = None;
        for shift in shifts.iter().rev() {
            let is_less = |full: &&Expr| is_below_zero(&(*full - shift)) == Some(false);
            let end = &self.floor(&(&(self.extent - shift) - &Expr::one())) + &Expr::one();
            let is_full = ends_inside.is_some_and(|full| is_less(&full))
                || is_below_zero(&(&end - self.places)) == Some(false);
            if is_full {
                ends_inside = Some(shift);
                sum += self.places;
            } else {
                sum += &self.end(&end);
            }
            sum += &-self.start(&-self.floor(shift));
        }
        sum
    }

    fn floor(&self, distance: &Expr) -> Expr {
        match self.step.is_one() {
            // Sizes are whole.
            true => distance.clone(),
            false => distance.scale(&self.step.recip()).floor(),
        }
    }

    /// The first place behind the input, from 0 to all of them, where it is
    /// not behind all of them for certain.
    fn end(&self, end: &Expr) -> Expr {
        let one_less = (&(end - self.places) + &Expr::one()).as_constant();
        if self.is_never_empty && one_less.is_some_and(|by| !by.is_negative()) {
            return end.clone();
        }
        end.smaller(self.places).larger(&Expr::zero())
    }

    /// The first place inside the input, from 0 to all of them.
    fn start(&self, start: &Expr) -> Expr {
        match start.as_constant() {
            Some(start) if !start.is_positive() => Expr::zero(),
            Some(start) if start.is_one() && self.is_never_empty => Expr::one(),
            Some(_) => start.smaller(self.places),
            None => start.smaller(self.places).larger(&Expr::zero()),
        }
    }
}
