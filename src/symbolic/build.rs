//! Formula to expression.

use num_rational::BigRational;
use num_traits::ToPrimitive;

use super::expr::Expr;
use crate::formula::{Ast, AstNode, BinaryOp, Formula};
use crate::source::Diagnostic;

/// Larger exponents are refused: no count has them, and hostile input should
/// not fill the memory.
pub(crate) const MAX_EXPONENT: i32 = 32;
/// Expressions of more parts than this are refused: names that each stand for
/// two others double with every step.
const MAX_SIZE: usize = 2048;
/// Products of more factors than this are refused.
const MAX_DEGREE: u32 = 64;
/// Coefficients of more bits than this are refused, for the same reason.
const MAX_BITS: u64 = 4096;

/// Builds the expression that `formula` stands for. `lookup` gives the
/// expression that a name stands for, or the mistake of naming it.
///
/// # Errors
/// Gives the mistake with its place in the formula: what `lookup` refuses, an
/// unknown function, a comparison, a division by zero, an exponent that is no
/// whole number, or a result too large to hold.
pub fn build(
    formula: &Formula,
    lookup: &mut dyn FnMut(&str, &crate::source::Place) -> Result<Expr, Diagnostic>,
) -> Result<Expr, Diagnostic> {
    Builder { formula, lookup }.part(&formula.ast)
}

/// The bits of the longest number in it.
fn bits(value: &Expr) -> u64 {
    let longest = |c: &BigRational| c.numer().bits().max(c.denom().bits());
    value.terms().map(|(_, c)| longest(c)).max().unwrap_or(0)
}

struct Builder<'f> {
    formula: &'f Formula,
    lookup: &'f mut dyn FnMut(&str, &crate::source::Place) -> Result<Expr, Diagnostic>,
}

impl Builder<'_> {
    fn mistake(&self, part: &Ast, message: impl Into<String>) -> Diagnostic {
        Diagnostic::at(&self.formula.place_of(part), message)
    }

    fn part(&mut self, part: &Ast) -> Result<Expr, Diagnostic> {
        let value = match &part.node {
            AstNode::Number(value) => Expr::constant(value.clone()),
            AstNode::Name(name) => {
                let place = self.formula.place_of(part);
                (self.lookup)(name, &place)?
            }
            AstNode::Negate(inner) => -self.part(inner)?,
            AstNode::Binary(op, left, right) => self.binary(*op, left, right)?,
            AstNode::Call(name, arguments) => self.call(part, name, arguments)?,
        };
        if bits(&value) > MAX_BITS {
            return Err(self.mistake(part, "this number is too large"));
        }
        if !value.is_within(MAX_SIZE, MAX_DEGREE) {
            let message = "this stands for more than can be worked out";
            return Err(self.mistake(part, message).help(format!(
                "a formula, with all that it names put in, has at most {MAX_SIZE} parts \
                 and products of {MAX_DEGREE} factors"
            )));
        }
        Ok(value)
    }

    fn binary(&mut self, op: BinaryOp, left: &Ast, right: &Ast) -> Result<Expr, Diagnostic> {
        let a = self.part(left)?;
        let b = self.part(right)?;
        match op {
            BinaryOp::Add => Ok(&a + &b),
            BinaryOp::Sub => Ok(&a - &b),
            BinaryOp::Mul => Ok(&a * &b),
            BinaryOp::Div => a
                .divide(&b)
                .ok_or_else(|| self.mistake(right, "division by zero")),
            BinaryOp::Pow => {
                let exponent = b
                    .as_constant()
                    .filter(|value| value.is_integer())
                    .and_then(|value| value.numer().to_i32())
                    .filter(|value| value.abs() <= MAX_EXPONENT)
                    .ok_or_else(|| {
                        let message =
                            format!("an exponent must be a whole number from -{MAX_EXPONENT} to {MAX_EXPONENT}");
                        self.mistake(right, message)
                    })?;
                if bits(&a).saturating_mul(exponent.unsigned_abs().into()) > 2 * MAX_BITS {
                    return Err(self.mistake(left, "this number is too large for a power"));
                }
                a.power(exponent)
                    .ok_or_else(|| self.mistake(left, "division by zero"))
            }
            BinaryOp::Compare => Err(self.mistake(left, "a comparison has no place here")),
        }
    }

    fn call(&mut self, part: &Ast, name: &str, arguments: &[Ast]) -> Result<Expr, Diagnostic> {
        let mut values = Vec::with_capacity(arguments.len());
        for argument in arguments {
            values.push(self.part(argument)?);
        }
        match (name, values.as_slice()) {
            ("floor", [x]) => Ok(x.floor()),
            ("ceil", [x]) => Ok(x.ceil()),
            ("max", [a, b]) => Ok(a.larger(b)),
            ("min", [a, b]) => Ok(a.smaller(b)),
            ("floor" | "ceil", _) => Err(self.mistake(part, format!("`{name}` takes one value"))),
            ("max" | "min", _) => Err(self.mistake(part, format!("`{name}` takes two values"))),
            _ => Err(self
                .mistake(part, format!("unknown function `{name}`"))
                .known(name, ["floor", "ceil", "max", "min"])),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::source::{Place, Problems, Source};

    fn built(text: &str) -> Result<Expr, String> {
        let place = Place::whole(&Source::new("f", text));
        let formula = Formula::read(text, &place, &mut Problems::new()).unwrap();
        build(&formula, &mut |name, place| match name {
            "zero" => Ok(Expr::zero()),
            "missing" => Err(Diagnostic::at(place, "no `missing`")),
            _ => Ok(Expr::symbol(name)),
        })
        .map_err(|mistake| format!("{} at {}", mistake.message(), mistake.place().unwrap()))
    }

    #[test]
    fn formulas_become_polynomials() {
        assert_eq!(built("d / h * h").unwrap(), Expr::symbol("d"));
        assert_eq!(
            built("(a + b)^2 - a^2 - b^2").unwrap(),
            built("2*a*b").unwrap()
        );
        assert_eq!(built("min(2, 3) + ceil(7 / 2)").unwrap(), Expr::whole(6));
    }

    #[test]
    fn mistakes_point_at_the_part() {
        assert_eq!(built("d / zero").unwrap_err(), "division by zero at f:1:5");
        assert_eq!(built("d + missing").unwrap_err(), "no `missing` at f:1:5");
        assert!(built("d ^ h").unwrap_err().starts_with("an exponent must"));
        assert!(
            built("sqrt(d)")
                .unwrap_err()
                .starts_with("unknown function")
        );
        assert!(
            built("(((9^32)^32)^32)^32")
                .unwrap_err()
                .starts_with("this number is too large")
        );
    }
}
