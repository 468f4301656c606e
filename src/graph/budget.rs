//! How much work it is to multiply a formula out, found before it is done.
//!
//! A line such as `(a + b + c)^32` has more terms than can be held, and sums
//! that are kept apart within sums take time that is exponential in how deep
//! they nest. So every formula is first followed by the number of its terms
//! alone.

use num_traits::{Signed, ToPrimitive};

use crate::formula::{Ast, AstNode, BinaryOp, Formula};
use crate::source::Diagnostic;
use crate::symbolic::{MAX_EXPONENT, MAX_TERMS};

/// How much work may go into formulas, in products and sums of two terms.
const MAX_WORK: u64 = 2_000_000;
/// How deep sums may be kept apart within sums.
const MAX_NESTED: u32 = 2;

/// So much more for every op of the model: plain shapes are no work.
const WORK_PER_OP: u64 = 20;

/// The work that has gone into formulas so far, in terms, and how deep the
/// deepest of them nests sums.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Budget {
    terms: u64,
    nested: u32,
    /// How many terms beyond [`MAX_WORK`] there may be.
    extra: u64,
}

impl Budget {
    /// No work yet, on a model of so many ops.
    pub(super) fn of_ops(ops: usize) -> Budget {
        Budget {
            extra: (ops as u64).saturating_mul(WORK_PER_OP),
            ..Budget::default()
        }
    }

    /// Counts the work of building `formula`, where a name stands for so many
    /// terms as `terms` says, and refuses what would take too long.
    pub(super) fn charge(
        &mut self,
        formula: &Formula,
        terms: &dyn Fn(&str) -> usize,
    ) -> Result<(), Diagnostic> {
        self.part(&formula.ast, terms);
        if self.terms <= MAX_WORK.saturating_add(self.extra) && self.nested <= MAX_NESTED {
            return Ok(());
        }
        Err(Diagnostic::at(
            &formula.place,
            "the formulas of this model multiply out to more terms than can be worked with",
        )
        .help("powers and products of long sums grow fast; give them as plain numbers"))
    }

    /// How large a part may become, with its work counted.
    fn part(&mut self, part: &Ast, terms: &dyn Fn(&str) -> usize) -> Size {
        let size = match &part.node {
            AstNode::Number(_) => Size::ONE,
            AstNode::Name(name) => Size {
                terms: terms(name) as u64,
                ..Size::ONE
            },
            AstNode::Negate(inner) => self.part(inner, terms),
            AstNode::Call(_, arguments) => {
                let sizes = arguments.iter().map(|argument| self.part(argument, terms));
                let nested = sizes.map(|size| size.nested).max().unwrap_or(0);
                Size { terms: 1, nested }
            }
            AstNode::Binary(op, left, right) => {
                let (a, b) = (self.part(left, terms), self.part(right, terms));
                match op {
                    BinaryOp::Mul | BinaryOp::Div => a.times(b),
                    BinaryOp::Pow => {
                        let times = match &right.node {
                            AstNode::Number(times) => times.abs().to_integer().to_u64(),
                            _ => None,
                        };
                        let most = MAX_EXPONENT.unsigned_abs().into();
                        let times: u64 = times.unwrap_or(most).min(most);
                        (0..times).fold(Size::ONE, |power, _| {
                            self.terms = self.terms.saturating_add(power.terms);
                            power.times(a)
                        })
                    }
                    BinaryOp::Add | BinaryOp::Sub | BinaryOp::Compare => Size {
                        terms: a.terms.saturating_add(b.terms),
                        nested: a.nested.max(b.nested),
                    },
                }
            }
        };
        self.terms = self.terms.saturating_add(size.terms);
        self.nested = self.nested.max(size.nested);
        size
    }
}

/// How large an expression may be.
#[derive(Clone, Copy)]
struct Size {
    terms: u64,
    /// How deep sums are kept apart within sums. To compare such a sum takes
    /// time that is exponential in this.
    nested: u32,
}

impl Size {
    const ONE: Size = Size {
        terms: 1,
        nested: 0,
    };

    fn times(self, other: Size) -> Size {
        let terms = self.terms.saturating_mul(other.terms);
        let nested = self.nested.max(other.nested);
        if terms > MAX_TERMS as u64 {
            Size {
                terms: 1,
                nested: nested + 1,
            }
        } else {
            Size { terms, nested }
        }
    }
}
