//! The value of a formula of numbers, by machine words.
//!
//! Nearly all prices of a table are products of a few short numbers. Such a formula
//! need not become an expression to have a value.

use crate::formula::{Ast, AstNode, BinaryOp};
use crate::number::Fraction;

/// The value of a formula where `number` gives those of its names; `None` where that
/// takes more than machine words, or more than sums, products and quotients, and where
/// something is wrong: [`build`](super::build()) then says what.
pub(crate) fn constant(
    part: &Ast,
    number: &mut dyn FnMut(&str) -> Option<Fraction>,
) -> Option<Fraction> {
    let value = match &part.node {
        AstNode::Number(value) => Fraction::of(value),
        AstNode::Name(name) => number(name)?,
        AstNode::Negate(inner) => constant(inner, number)?.negated(),
        AstNode::Binary(op, left, right) => {
            let (a, b) = (constant(left, number)?, constant(right, number)?);
            match op {
                BinaryOp::Add => a.plus(b),
                BinaryOp::Sub => a.plus(b.negated()),
                BinaryOp::Mul => a.times(b),
                BinaryOp::Div if !b.is_zero() => a.times(b.power(-1)),
                BinaryOp::Div | BinaryOp::Pow | BinaryOp::Compare => return None,
            }
        }
        AstNode::Call(..) => return None,
    };
    value.is_small().then_some(value)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::formula::Formula;
    use crate::number::whole;
    use crate::source::{Place, Problems, Source};
    use crate::symbolic::{Expr, build};

    /// Where there is a value it is that of the expression.
    #[test]
    fn values_are_those_of_expressions() {
        for (text, is_known) in [
            ("7.1 * x", true),
            ("-(x + 1) / 3 - 2.5", true),
            ("x / (x - 4)", false),
            ("x ^ 2", false),
            ("max(x, 1)", false),
            ("x * 1e30 * 1e30", false),
            ("y", false),
        ] {
            let place = Place::whole(&Source::new("f", text));
            let formula = Formula::read(text, &place, &mut Problems::new()).unwrap();
            let mut four = |name: &str| (name == "x").then(|| Fraction::of(&whole(4)));
            let value = constant(&formula.ast, &mut four).map(Fraction::into_rational);
            assert_eq!(value.is_some(), is_known, "{text}");
            if let Some(value) = value {
                let built = build(&formula, &mut |_, _| Ok(Expr::whole(4))).unwrap();
                assert_eq!(Some(value), built.as_constant(), "{text}");
            }
        }
    }
}
