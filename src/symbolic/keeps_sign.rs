//! Sums in which nothing cancels.

use num_integer::Integer;
use num_traits::Signed;

use super::expr::{Atom, Expr};

/// The sign that the value has wherever the variables are at least 0 and no sum
/// of terms of both signs is met on the way: then no digits are lost.
fn sign(expr: &Expr) -> Option<Positive> {
    let mut signs = expr.terms().map(|(monomial, coefficient)| {
        let mut positive = coefficient.is_positive();
        for (atom, exponent) in monomial.factors() {
            let inner = match atom {
                Atom::Symbol(_) | Atom::Call(_) => Positive(true),
                // One is below 0 only where all inside is.
                Atom::Group(inner) | Atom::Floor(inner) => sign(inner)?,
                Atom::Max(pair) => match (sign(&pair.0)?, sign(&pair.1)?) {
                    (Positive(false), Positive(false)) => Positive(false),
                    _ => Positive(true),
                },
            };
            positive ^= !inner.0 && exponent.is_odd();
        }
        Some(Positive(positive))
    });
    let first = signs.next().unwrap_or(Some(Positive(true)))?;
    signs.all(|sign| sign == Some(first)).then_some(first)
}

/// Whether a value is at least 0, or at most.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Positive(bool);

impl Expr {
    /// Whether all terms have one sign wherever the symbols are at least 0, so
    /// that none cancels another.
    pub(crate) fn keeps_sign(&self) -> bool {
        sign(self).is_some()
    }
}
