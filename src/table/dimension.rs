//! Whether a formula of a table comes out in a unit of energy.
//!
//! `mul * mul` of 4 pJ is 16 pJ², which is no price; written in femtojoules the
//! same table would give 16 000 000 fJ², and neither is more right. So every
//! part of a formula has a dimension, a power of energy, and what an entry
//! costs must be an energy: `mul * mul / add` is one, `add / mul` a plain ratio.
//!
//! A number without a unit is a factor where it multiplies or divides. Where it
//! stands beside an energy (`2 * add + 1`, `max(add, 0.1)`, a formula that is
//! nothing but a number) it is an energy in the unit of the file. Then the same
//! table in another unit, its energies converted, gives the same joules.

use num_traits::ToPrimitive;

use crate::formula::{Ast, AstNode, BinaryOp, Formula};
use crate::source::{Diagnostic, Place};
use crate::symbolic::{self, Expr};

/// What a part of a formula is measured in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dimension {
    /// A number without a unit: a factor, or an energy in the unit of the file.
    Number,
    /// A power of energy: 1 is an energy, 0 a ratio of energies.
    Energy(i64),
}

/// Checks that `formula` can be worked out and gives an energy.
///
/// # Errors
/// A formula that has no value whatever its entries cost, one that is no
/// energy, or a sum, a minimum or a rounding that depends on the unit; each at
/// the part of the formula where it stands.
pub(super) fn check_is_energy(formula: &Formula) -> Result<(), Diagnostic> {
    if let AstNode::Number(_) | AstNode::Name(_) = formula.ast.node {
        return Ok(());
    }
    // What names stand for is checked where they are resolved.
    symbolic::build(formula, &mut |name, _| Ok(Expr::symbol(name)))?;
    match (Check { formula }).part(&formula.ast)? {
        Dimension::Number | Dimension::Energy(1) => Ok(()),
        other => {
            let message = format!(
                "the price `{}` is {}, not an energy",
                formula.text.trim(),
                other.words()
            );
            Err(Diagnostic::at(&formula.place, message).help(WHY))
        }
    }
}

const WHY: &str = "in another unit the same formula would give another energy: multiply and divide \
                   entries so that one remains, as in `mul * mul / add`";

impl Dimension {
    fn words(self) -> String {
        match self {
            Dimension::Number => "a number".to_owned(),
            Dimension::Energy(0) => "a ratio of energies".to_owned(),
            Dimension::Energy(1) => "an energy".to_owned(),
            Dimension::Energy(2) => "an energy squared".to_owned(),
            Dimension::Energy(-1) => "one over an energy".to_owned(),
            Dimension::Energy(power) => format!("an energy to the power of {power}"),
        }
    }

    fn times(self, other: Dimension) -> Dimension {
        match (self, other) {
            (Dimension::Number, other) | (other, Dimension::Number) => other,
            (Dimension::Energy(a), Dimension::Energy(b)) => Dimension::Energy(a.saturating_add(b)),
        }
    }

    fn power(self, exponent: i64) -> Dimension {
        match self {
            Dimension::Number => Dimension::Number,
            Dimension::Energy(power) => Dimension::Energy(power.saturating_mul(exponent)),
        }
    }
}

struct Check<'f> {
    formula: &'f Formula,
}

impl Check<'_> {
    fn part(&self, part: &Ast) -> Result<Dimension, Diagnostic> {
        match &part.node {
            AstNode::Number(_) => Ok(Dimension::Number),
            AstNode::Name(_) => Ok(Dimension::Energy(1)),
            AstNode::Negate(inner) => self.part(inner),
            AstNode::Binary(op, left, right) => self.binary(*op, left, right),
            AstNode::Call(name, arguments) => self.call(name, arguments),
        }
    }

    fn binary(&self, op: BinaryOp, left: &Ast, right: &Ast) -> Result<Dimension, Diagnostic> {
        let (a, b) = (self.part(left)?, self.part(right)?);
        match op {
            BinaryOp::Add | BinaryOp::Sub | BinaryOp::Compare => self.alike((left, a), (right, b)),
            BinaryOp::Mul => Ok(a.times(b)),
            BinaryOp::Div => Ok(a.times(b.power(-1))),
            BinaryOp::Pow => Ok(a.power(self.exponent(right))),
        }
    }

    fn call(&self, name: &str, arguments: &[Ast]) -> Result<Dimension, Diagnostic> {
        match arguments {
            [left, right] => self.alike((left, self.part(left)?), (right, self.part(right)?)),
            [only] => match self.part(only)? {
                plain @ (Dimension::Number | Dimension::Energy(0)) => Ok(plain),
                other => {
                    let message = format!(
                        "`{name}` of {} depends on the unit: `{}` in pJ is not what it is in fJ",
                        other.words(),
                        self.text(only),
                    );
                    Err(Diagnostic::at(&self.place(only), message)
                        .help("round a number or a ratio of energies: `floor(mul / add) * add`"))
                }
            },
            // No function takes other numbers of values.
            _ => Ok(Dimension::Number),
        }
    }

    /// The dimension of two parts that are added, subtracted or compared.
    fn alike(
        &self,
        (left, a): (&Ast, Dimension),
        (right, b): (&Ast, Dimension),
    ) -> Result<Dimension, Diagnostic> {
        match (a, b) {
            (a, b) if a == b => Ok(a),
            // A number takes the unit of the file, or none.
            (Dimension::Number, other @ Dimension::Energy(0 | 1))
            | (other @ Dimension::Energy(0 | 1), Dimension::Number) => Ok(other),
            (a, b) => {
                let message = format!(
                    "`{}` is {} and `{}` {}",
                    self.text(left),
                    a.words(),
                    self.text(right),
                    b.words()
                );
                Err(Diagnostic::at(&self.place(right), message)
                    .and(&self.place(left), "the other")
                    .help("what is added or compared is measured in one unit"))
            }
        }
    }

    /// An exponent is a whole number, or the formula could not be built.
    fn exponent(&self, part: &Ast) -> i64 {
        let exponent = Formula {
            ast: part.clone(),
            ..self.formula.clone()
        };
        symbolic::build(&exponent, &mut |name, _| Ok(Expr::symbol(name)))
            .ok()
            .and_then(|value| value.as_constant()?.numer().to_i64())
            .unwrap_or(1)
    }

    fn place(&self, part: &Ast) -> Place {
        self.formula.place_of(part)
    }

    /// A part as it is written.
    fn text(&self, part: &Ast) -> &str {
        self.formula.text.get(part.span.clone()).unwrap_or_default()
    }
}
