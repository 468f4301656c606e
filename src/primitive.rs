//! The primitives: what hardware does in one step and a table prices.

use std::fmt;
use std::str::FromStr;

/// One arithmetic step on one scalar (or on one bit, for the bitwise ones).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Primitive {
    /// Multiplication.
    Mul,
    /// Addition.
    Add,
    /// Subtraction.
    Sub,
    /// Change of sign.
    Negate,
    /// Absolute value.
    Abs,
    /// Comparison of two numbers; a maximum is one comparison.
    Compare,
    /// Choice of a value or zero by a bit, or of one of two values.
    Select,
    /// Multiplication by a power of two.
    Shift,
    /// Logical and of two bits.
    And,
    /// Equality of two bits.
    Xnor,
    /// Counting of one bit into a sum.
    Popcount,
    /// Rounding to a whole number.
    Round,
    /// Division.
    Div,
    /// Square root.
    Sqrt,
    /// Exponential.
    Exp,
    /// Logarithm.
    Log,
    /// Hyperbolic tangent.
    Tanh,
    /// Gauss error function.
    Erf,
    /// A multiplication and the addition of its result to a sum, as one step.
    /// No op asks for it: a table that prices nothing smaller has it.
    Mac,
}

impl Primitive {
    /// All primitives, in the order in which tables and reports list them.
    pub const ALL: [Primitive; 19] = [
        Primitive::Mul,
        Primitive::Add,
        Primitive::Sub,
        Primitive::Negate,
        Primitive::Abs,
        Primitive::Compare,
        Primitive::Select,
        Primitive::Shift,
        Primitive::And,
        Primitive::Xnor,
        Primitive::Popcount,
        Primitive::Round,
        Primitive::Div,
        Primitive::Sqrt,
        Primitive::Exp,
        Primitive::Log,
        Primitive::Tanh,
        Primitive::Erf,
        Primitive::Mac,
    ];

    /// Its name in models, tables and output.
    pub const fn name(self) -> &'static str {
        match self {
            Primitive::Mul => "mul",
            Primitive::Add => "add",
            Primitive::Sub => "sub",
            Primitive::Negate => "negate",
            Primitive::Abs => "abs",
            Primitive::Compare => "compare",
            Primitive::Select => "select",
            Primitive::Shift => "shift",
            Primitive::And => "and",
            Primitive::Xnor => "xnor",
            Primitive::Popcount => "popcount",
            Primitive::Round => "round",
            Primitive::Div => "div",
            Primitive::Sqrt => "sqrt",
            Primitive::Exp => "exp",
            Primitive::Log => "log",
            Primitive::Tanh => "tanh",
            Primitive::Erf => "erf",
            Primitive::Mac => "mac",
        }
    }

    /// The names of all primitives.
    pub fn names() -> impl Iterator<Item = &'static str> {
        Primitive::ALL.into_iter().map(Primitive::name)
    }
}

impl fmt::Display for Primitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that no primitive has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownPrimitive(pub String);

impl fmt::Display for UnknownPrimitive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown primitive `{}`", self.0)
    }
}

impl std::error::Error for UnknownPrimitive {}

impl FromStr for Primitive {
    type Err = UnknownPrimitive;

    fn from_str(text: &str) -> Result<Primitive, UnknownPrimitive> {
        Primitive::ALL
            .into_iter()
            .find(|primitive| primitive.name() == text)
            .ok_or_else(|| UnknownPrimitive(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_primitives_are_one_to_one() {
        for primitive in Primitive::ALL {
            assert_eq!(primitive.name().parse(), Ok(primitive));
        }
        assert_eq!(
            "mull".parse::<Primitive>(),
            Err(UnknownPrimitive("mull".to_owned()))
        );
    }
}
