//! What can be saved at all.
//!
//! With E_b = xᵃ·b(x) and E_v = xᶜ·v(x) the saving is 1 − xᵈ·v/b, d = c − a.
//! Towards 0 and towards infinity it tends to what the terms of the lowest and
//! of the highest exponent say. In between it is largest at an end of the range
//! or where its derivative is 0, which for x > 0 is where
//! d·v·b + x·(v′·b − v·b′) is: a polynomial, whose roots Sturm's theorem gives.

use num_rational::BigRational;
use num_traits::Zero;

use super::axis::Range;
use super::claim::Claim;
use super::polynomial::{Laurent, Polynomial};
use super::sturm::roots;
use crate::number::whole;

/// A value, or what lies beyond all values.
#[derive(Debug, Clone, PartialEq)]
pub enum Where {
    /// This value.
    At(BigRational),
    /// Ever smaller values above 0.
    TowardsZero,
    /// Ever larger values.
    TowardsInfinity,
}

/// What is saved at some value, or what the saving tends to.
#[derive(Debug, Clone, PartialEq)]
pub struct Bound {
    /// The value.
    pub at: Where,
    /// The share saved there; nothing where it falls without limit.
    pub saving: Option<BigRational>,
}

/// What is saved at the ends of a range, and at most.
#[derive(Debug, Clone, PartialEq)]
pub struct Bounds {
    /// At the lower end; at 0 the limit.
    pub lower: Bound,
    /// At the upper end, or the limit.
    pub upper: Bound,
    /// The most that is saved anywhere between the two ends, whether or not
    /// the model accepts the value.
    pub most: Bound,
}

/// What `claim` can save over `range`. For whole numbers it looks at the limit
/// towards 0 where the range begins at 1, and towards infinity where `open`
/// says that the range has no end of its own. `None` where an energy is no
/// Laurent polynomial, or where the baseline costs nothing.
pub fn bounds(claim: &Claim, range: &Range, open: bool) -> Option<Bounds> {
    let baseline = Laurent::of(claim.baseline(), claim.symbol())?;
    let energy = Laurent::of(claim.energy(), claim.symbol())?;
    if baseline.polynomial.is_zero() {
        return None;
    }
    let (from, to) = range.ends();
    let at = |x: &BigRational| {
        Some(Bound {
            saving: Some(claim.saving_at(x).ok()??),
            at: Where::At(x.clone()),
        })
    };
    let begins = match range {
        Range::Real { .. } => from.is_zero(),
        Range::Whole(_) => open,
    };
    let lower = match at(&from) {
        Some(bound) if !begins || bound.at == Where::At(whole(0)) => bound,
        _ => limit(&baseline, &energy, Where::TowardsZero),
    };
    let upper = match to
        .as_ref()
        .filter(|_| !(open && matches!(range, Range::Whole(_))))
    {
        Some(to) => at(to)?,
        None => limit(&baseline, &energy, Where::TowardsInfinity),
    };
    let (b, v) = (&baseline.polynomial, &energy.polynomial);
    let d = whole(i64::from(energy.shift) - i64::from(baseline.shift));
    let minus = whole(-1);
    let slope = v.times(b).scale(&d).plus(
        &v.derivative()
            .times(b)
            .plus(&v.times(&b.derivative()).scale(&minus))
            .shifted(1),
    );
    let end = match upper.at {
        Where::At(_) => to,
        _ => None,
    };
    let start = match lower.at {
        Where::At(_) => from,
        _ => whole(0),
    };
    // xᵏ is no root for x > 0.
    let zeros = slope
        .coefficients()
        .iter()
        .take_while(|c| c.is_zero())
        .count();
    let slope = Polynomial::new(slope.coefficients().iter().skip(zeros).cloned().collect());
    let inner = roots(&slope, &start, end.as_ref());
    let mut most = lower.clone();
    for bound in inner
        .iter()
        .filter_map(|root| at(&root.value()))
        .chain([upper.clone()])
    {
        if bound.saving > most.saving {
            most = bound;
        }
    }
    Some(Bounds { lower, upper, most })
}

/// What the saving tends to: 1 − v/b of the terms that outweigh all others.
fn limit(baseline: &Laurent, energy: &Laurent, at: Where) -> Bound {
    let (b, v) = (
        baseline.polynomial.coefficients(),
        energy.polynomial.coefficients(),
    );
    let towards_zero = at == Where::TowardsZero;
    let (leading_b, leading_v) = if towards_zero {
        (b.first(), v.first())
    } else {
        (b.last(), v.last())
    };
    let (exponent_b, exponent_v) = if towards_zero {
        (i64::from(baseline.shift), i64::from(energy.shift))
    } else {
        // Turned round, so that the larger one is the one that vanishes.
        (-baseline.top(), -energy.top())
    };
    let saving = match (leading_b, leading_v) {
        (Some(_), None) => Some(whole(1)),
        (Some(b), Some(v)) if exponent_b == exponent_v => Some(whole(1) - v / b),
        (Some(_), Some(_)) if exponent_v > exponent_b => Some(whole(1)),
        _ => None,
    };
    Bound { at, saving }
}
