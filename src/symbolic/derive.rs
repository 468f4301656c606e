//! Derivatives, exact and symbolic.

use num_rational::BigRational;

use super::expr::{Atom, Expr};
use super::symbol::Symbol;
use crate::number::whole;

impl Expr {
    /// The partial derivative by `symbol`.
    ///
    /// A floor is constant almost everywhere and counts as such. At the edge
    /// where two arguments of a maximum meet there is no derivative; elsewhere
    /// it is that of the larger one, which only values can tell: the caller
    /// gets the derivative of the first where `first_is_larger` says so.
    /// `None` where that cannot be told, and for a function of the symbol.
    pub fn derivative(
        &self,
        symbol: &Symbol,
        first_is_larger: &dyn Fn(&Expr, &Expr) -> Option<bool>,
    ) -> Option<Expr> {
        let mut sum = Expr::zero();
        for (monomial, coefficient) in self.terms() {
            for (atom, exponent) in monomial.factors() {
                let inner = atom.derivative(symbol, first_is_larger)?;
                if inner.is_zero() {
                    continue;
                }
                // (c·a^k·rest)' by a is k times itself over a.
                let factor: BigRational = whole(*exponent);
                let term = Expr::from_term(monomial, coefficient).scale(&factor);
                let lowered = term.divide(&Expr::from_atom(atom.clone()))?;
                sum += &(&lowered * &inner);
            }
        }
        Some(sum)
    }
}

impl Atom {
    fn derivative(
        &self,
        symbol: &Symbol,
        first_is_larger: &dyn Fn(&Expr, &Expr) -> Option<bool>,
    ) -> Option<Expr> {
        match self {
            Atom::Symbol(own) if own == symbol => Some(Expr::one()),
            Atom::Symbol(_) | Atom::Floor(_) => Some(Expr::zero()),
            Atom::Group(inner) => inner.derivative(symbol, first_is_larger),
            // Nobody knows how a function moves with its arguments.
            Atom::Call(call) => {
                let rests = |argument: &Expr| argument.symbols().contains(symbol);
                (!call.arguments.iter().any(rests)).then(Expr::zero)
            }
            Atom::Max(pair) => {
                let (first, second) = (&pair.0, &pair.1);
                let relevant = |side: &Expr| side.symbols().contains(symbol);
                if !relevant(first) && !relevant(second) {
                    return Some(Expr::zero());
                }
                let larger = if first_is_larger(first, second)? {
                    first
                } else {
                    second
                };
                larger.derivative(symbol, first_is_larger)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn by(expr: &Expr, name: &str) -> Expr {
        expr.derivative(&Symbol::new(name), &|_, _| None).unwrap()
    }

    #[test]
    fn powers_come_down() {
        let (n, d, h) = (Expr::symbol("n"), Expr::symbol("d"), Expr::symbol("h"));
        let count = (&(&n * &d) * &d).divide(&h).unwrap();
        assert_eq!(
            by(&count, "d"),
            (&n * &d).scale(&whole(2)).divide(&h).unwrap()
        );
        assert_eq!(by(&count, "n"), (&d * &d).divide(&h).unwrap());
        let squared = h.power(2).unwrap();
        assert_eq!(
            by(&count, "h"),
            -(&(&n * &d) * &d).divide(&squared).unwrap()
        );
        assert_eq!(by(&count, "m"), Expr::zero());
    }

    #[test]
    fn quotients_by_sums_follow_the_chain_rule() {
        // (1 / (a + b))' by a is −1 / (a + b)².
        let sum = &Expr::symbol("a") + &Expr::symbol("b");
        let quotient = Expr::one().divide(&sum).unwrap();
        let expected = -Expr::one().divide(&sum).unwrap().divide(&sum).unwrap();
        assert_eq!(by(&quotient, "a"), expected);
    }

    #[test]
    fn the_larger_side_of_a_maximum_counts() {
        let (a, b) = (Expr::symbol("a"), Expr::symbol("b"));
        let larger = a.scale(&whole(3)).larger(&b);
        let slope = larger.derivative(&Symbol::new("a"), &|first, _| Some(*first != b));
        assert_eq!(slope.unwrap(), Expr::whole(3));
        assert_eq!(larger.derivative(&Symbol::new("a"), &|_, _| None), None);
    }
}
