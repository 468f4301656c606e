//! Terms of an expression that are staircases in one argument.

use super::expr::{Atom, Call, Expr, Monomial};
use super::steps::Steps;
use crate::number::to_f64;

/// A product of functions that all have the same argument open and are staircases
/// in it, and of other factors.
pub(super) struct Staircase<'e> {
    pub(super) argument: &'e Expr,
    pub(super) steps: Steps,
    /// The other factors, none of which divides: prices, for one.
    pub(super) others: Vec<(&'e Atom, i32)>,
}

impl<'e> Staircase<'e> {
    /// What a term is as a staircase, if it is one.
    pub(super) fn of(monomial: &'e Monomial, coefficient: f64) -> Option<Staircase<'e>> {
        let mut product: Option<(&Expr, Steps)> = None;
        let mut others = Vec::new();
        for (atom, exponent) in monomial.factors() {
            if *exponent < 1 {
                return None;
            }
            let Some((argument, steps)) = of_atom(atom) else {
                others.push((atom, *exponent));
                continue;
            };
            for _ in 0..*exponent {
                product = Some(match product {
                    None => (argument, steps.clone()),
                    Some((same, all)) if same == argument => {
                        (argument, all.with(&steps, |a, b| a * b))
                    }
                    Some(_) => return None,
                });
            }
        }
        let (argument, steps) = product?;
        Some(Staircase {
            argument,
            steps: steps.scale(coefficient),
            others,
        })
    }

    /// Whether the two differ in their steps alone, so that these add up.
    pub(super) fn is_beside(&self, other: &Staircase<'_>) -> bool {
        self.argument == other.argument && self.others == other.others
    }

    pub(super) fn add(&mut self, other: &Staircase<'_>) {
        self.steps = self.steps.with(&other.steps, |a, b| a + b);
    }
}

/// A function of one open argument, in which it is a staircase.
fn of_atom(atom: &Atom) -> Option<(&Expr, Steps)> {
    let Atom::Call(call) = atom else {
        return None;
    };
    let known = known(call);
    let mut open = known.iter().zip(&call.arguments);
    let (_, argument) = open.find(|(known, _)| known.is_none())?;
    if open.any(|(known, _)| known.is_none()) {
        return None;
    }
    Some((argument, call.function.steps(&known)?))
}

/// The values of the arguments that are known.
pub(super) fn known(call: &Call) -> Vec<Option<f64>> {
    let values = call.arguments.iter().map(Expr::as_constant);
    values.map(|value| value.as_ref().map(to_f64)).collect()
}
