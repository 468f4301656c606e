//! Straight-through estimates: `w + (q - w)` is q, whatever w is.
//!
//! Training writes it so that gradients reach w as if nothing had been rounded,
//! and what is exported keeps it. It is counted as it stands.

use crate::formula::BinaryOp;
use crate::graph::OpKind;
use crate::graph::elementwise::Term;
use crate::graph::lower::{Body, Item, LoweredOp, ValueId};

/// The tensor q of which `op` is the straight-through estimate `w + (q - w)`,
/// in one formula or with the difference in one before.
pub(super) fn estimated(op: &LoweredOp<'_>, body: &Body<'_>) -> Option<ValueId> {
    let term = formula(op)?;
    let of = |slot: usize| op.operands.get(slot).copied();
    if let Some(slot) = term.estimated() {
        return of(slot);
    }
    let (a, b) = term.operands_of(BinaryOp::Add)?;
    let straight = |difference: ValueId, whole: ValueId| {
        let ValueId::Item(at) = difference else {
            return None;
        };
        let Item::Op(before) = body.items.get(at)? else {
            return None;
        };
        let (minuend, subtrahend) = formula(before)?.operands_of(BinaryOp::Sub)?;
        let taken = before.operands.get(subtrahend).copied();
        (taken == Some(whole)).then(|| before.operands.get(minuend).copied())?
    };
    let (a, b) = (of(a)?, of(b)?);
    straight(a, b).or_else(|| straight(b, a))
}

fn formula<'l>(op: &'l LoweredOp<'_>) -> Option<&'l Term> {
    match &op.kind {
        OpKind::Elementwise(elementwise) => elementwise.formula.as_deref(),
        _ => None,
    }
}
