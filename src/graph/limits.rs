//! How large a model may grow while it is lowered.
//!
//! Model files come from anywhere. Ten blocks that call each other ten times
//! are ten billion ops, a hundred concatenations of a tensor with itself are an
//! extent of 2^100, and sums of sums fill any memory; none of it takes more
//! than a page to write. Every limit here is far above what a model of today
//! needs, and each gives a mistake with its place.

use num_traits::Signed;

use super::budget::Budget;
use crate::model::{AxisGroup, Module, OpDecl, OpForm, Signature};
use crate::number::{self, MAX_WHOLE, whole};
use crate::source::{Diagnostic, Place};
use crate::symbolic::{Atom, Bindings, Expr};

/// Blocks nested deeper than this are refused.
pub(super) const MAX_DEPTH: usize = 32;
/// Larger graphs are refused: what a short file may become, of blocks that call
/// blocks,
const FEW_OPS: usize = 50_000;
/// so many more for every op that is written, whose weights are nodes too,
const OPS_PER_OP: usize = 32;
/// and in all.
const MAX_OPS: usize = 400_000;
/// More calls of blocks and ops than this are refused, whether or not they
/// leave anything in the graph.
const MAX_STEPS: usize = 500_000;
/// A block may follow upon itself at most so often when unfolded.
pub(super) const MAX_UNFOLDED: u64 = 10_000;
/// Rounds of a repeated block that differ from those after them in their values
/// are told apart up to this many; values that never settle are then joined.
pub(super) const MAX_PEELED: u64 = 32;
/// How often the values of such rounds are joined before they count as any.
pub(super) const MAX_JOINS: usize = 4;
/// After so many mistakes no more are looked for.
pub(super) const MAX_PROBLEMS: usize = 100;
/// Tensors of more axes are refused.
pub(super) const MAX_AXES: usize = 64;
/// Notations that name more axes in all are refused.
const MAX_NOTATION: usize = 4096;
/// Ops of more inputs are refused, unless they only move them.
const MAX_OPERANDS: usize = 1024;
/// Formulas of more factors are refused.
const MAX_FACTORS: usize = 400;
/// Exponents above this are refused.
const MAX_EXPONENT: u32 = 1000;
/// Coefficients of more bits are refused.
const MAX_BITS: u64 = 4096;
/// Modules of more numbers are refused.
pub(super) const MAX_NUMBERS: usize = 10_000;
/// How many terms the extent of an axis has at most, as a rule.
const USUAL_TERMS: usize = 16;
/// Numbers that depend on each other in a longer chain are refused, where the
/// chain is not in the order of the file.
pub(super) const MAX_CHAIN: usize = 100;

/// The work that went into a model so far, and the ops that it has.
pub(super) struct Work {
    steps: usize,
    /// How many ops there are.
    pub(super) ops: usize,
    most_ops: usize,
}

impl Work {
    /// No work yet on the model of this file.
    pub(super) fn on(root: &Module) -> Work {
        let written = root.op_count().saturating_mul(OPS_PER_OP);
        Work {
            steps: 0,
            ops: 0,
            most_ops: FEW_OPS.saturating_add(written).min(MAX_OPS),
        }
    }

    pub(super) fn is_too_much(&self) -> bool {
        self.steps > MAX_STEPS || self.ops > self.most_ops
    }

    /// Counts work, and refuses what would take too much of it.
    pub(super) fn charge(&mut self, steps: usize, place: &Place) -> Result<(), Diagnostic> {
        self.steps = self.steps.saturating_add(steps);
        if !self.is_too_much() {
            return Ok(());
        }
        let most = self.most_ops;
        Err(Diagnostic::at(
            place,
            format!("the model is too large: over {most} ops once its blocks are in place"),
        )
        .help("a block that follows upon itself is called once, with `repeat`"))
    }
}

/// Refuses tensors of too many axes.
pub(super) fn axes(count: usize, of: &str, place: &Place) -> Result<(), Diagnostic> {
    if count <= MAX_AXES {
        return Ok(());
    }
    Err(Diagnostic::at(
        place,
        format!("`{of}` has {count} axes; a tensor has at most {MAX_AXES}"),
    ))
}

/// Refuses notations of too many axes, or of formulas that take too long.
pub(super) fn notation(
    signature: &Signature,
    of: &str,
    budget: &mut Budget,
) -> Result<(), Diagnostic> {
    let groups = || signature.inputs.iter().chain([&signature.output]);
    for operand in groups() {
        axes(operand.len(), of, &signature.place)?;
    }
    for group in groups().flatten() {
        if let AxisGroup::Affine(formula) = group {
            budget.charge(formula, &|_| USUAL_TERMS)?;
        }
    }
    let named = |group: &AxisGroup| match group {
        AxisGroup::Product(parts) => parts.len(),
        AxisGroup::Affine(_) | AxisGroup::One(_) | AxisGroup::Ellipsis(_) => 1,
    };
    let all: usize = groups().flatten().map(named).sum();
    let longest = groups().flatten().map(named).max().unwrap_or(0);
    axes(longest, of, &signature.place)?;
    if all <= MAX_NOTATION {
        return Ok(());
    }
    Err(Diagnostic::at(
        &signature.place,
        format!("the notation of `{of}` names {all} axes, more than {MAX_NOTATION}"),
    ))
}

/// Refuses ops of too many inputs.
pub(super) fn operands(op: &OpDecl) -> Result<(), Diagnostic> {
    let count = op.inputs.len();
    if count <= MAX_OPERANDS || matches!(op.form, OpForm::Reshape { .. }) {
        return Ok(());
    }
    let message = format!(
        "`{}` has {count} inputs; an op that computes has at most {MAX_OPERANDS}",
        op.name.value
    );
    Err(Diagnostic::at(&op.name.place, message))
}

/// Refuses an extent of the result of `op` that is too large, as a formula or
/// as a number.
pub(super) fn extent(
    extent: &Expr,
    op: &str,
    values: &Bindings,
    place: &Place,
) -> Result<(), Diagnostic> {
    formula(extent, &format!("the shape of `{op}`"), place)?;
    // What has no value is told where all conditions are checked.
    match extent.evaluate(values) {
        Ok(value) if value.abs() > whole(MAX_WHOLE) => Err(Diagnostic::at(
            place,
            format!(
                "an axis of the result of `{op}` is {}: longer than 10^15",
                number::plain(&value)
            ),
        )),
        _ => Ok(()),
    }
}

/// Whether an extent may be longer than every dim in it: `d/h` is not, `n + m`
/// and `2·n` may be.
pub(super) fn may_outgrow(extent: &Expr) -> bool {
    let mut terms = extent.terms();
    let (Some((product, coefficient)), None) = (terms.next(), terms.next()) else {
        return extent.as_constant().is_none();
    };
    let mut factors = product.factors().iter();
    let above = factors.clone().filter(|(_, exponent)| *exponent > 0);
    let exponents: i32 = above.map(|(_, exponent)| *exponent).sum();
    let plain = factors.all(|(atom, _)| matches!(atom, Atom::Symbol(_)));
    !(plain && exponents <= 1 && coefficient.abs() <= whole(1)) && extent.as_constant().is_none()
}

/// Refuses formulas that are too long to work with; `what` says whose it is.
pub(super) fn formula(expr: &Expr, what: &str, place: &Place) -> Result<(), Diagnostic> {
    let mut left = MAX_FACTORS;
    if fits(expr, &mut left) {
        return Ok(());
    }
    Err(Diagnostic::at(
        place,
        format!("the formula for {what} has grown too long, over {MAX_FACTORS} factors"),
    )
    .help("name fewer dims in it, or give it as a plain number"))
}

/// The product of `factors`, refused as soon as it is too long.
pub(super) fn product<'e>(
    factors: impl IntoIterator<Item = &'e Expr>,
    what: &str,
    place: &Place,
) -> Result<Expr, Diagnostic> {
    let mut product = Expr::one();
    for factor in factors {
        product = &product * factor;
        formula(&product, what, place)?;
    }
    Ok(product)
}

/// Whether what is `left` suffices for the factors of `expr`. It stops where
/// it does not, so that shared parts within parts cost nothing.
fn fits(expr: &Expr, left: &mut usize) -> bool {
    for (monomial, coefficient) in expr.terms() {
        let Some(rest) = left.checked_sub(1) else {
            return false;
        };
        *left = rest;
        if coefficient.numer().bits().max(coefficient.denom().bits()) > MAX_BITS {
            return false;
        }
        for (atom, exponent) in monomial.factors() {
            let Some(rest) = left.checked_sub(1) else {
                return false;
            };
            *left = rest;
            let inner = match atom {
                Atom::Symbol(_) => true,
                Atom::Group(inner) | Atom::Floor(inner) => fits(inner, left),
                Atom::Max(pair) => fits(&pair.0, left) && fits(&pair.1, left),
                Atom::Call(call) => call.arguments.iter().all(|inner| fits(inner, left)),
            };
            if !inner || exponent.unsigned_abs() > MAX_EXPONENT {
                return false;
            }
        }
    }
    true
}
