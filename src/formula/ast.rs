//! A formula as a tree, with the place of every part.

use std::ops::Range;

use num_rational::BigRational;

/// A part of a formula and its bytes in the formula's text.
#[derive(Debug, Clone, PartialEq)]
pub struct Ast {
    /// A number, a name, or an operation on other parts.
    pub node: AstNode,
    /// Its bytes in the text of the formula.
    pub span: Range<usize>,
}

/// What a part of a formula can be.
#[derive(Debug, Clone, PartialEq)]
pub enum AstNode {
    /// A decimal number, exact.
    Number(BigRational),
    /// A name, dotted parts included (`int8.add`).
    Name(String),
    /// `-x`.
    Negate(Box<Ast>),
    /// An operator between two operands.
    Binary(BinaryOp, Box<Ast>, Box<Ast>),
    /// `f(x, …)`.
    Call(String, Vec<Ast>),
}

/// The operators between two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `^`
    Pow,
    /// `<`, `<=`, `>`, `>=` or `==`: 1 where it holds, 0 elsewhere.
    Compare,
}

impl Ast {
    /// Calls `see` on this part and all parts in it.
    pub fn visit(&self, see: &mut impl FnMut(&Ast)) {
        see(self);
        match &self.node {
            AstNode::Number(_) | AstNode::Name(_) => {}
            AstNode::Negate(inner) => inner.visit(see),
            AstNode::Binary(_, left, right) => {
                left.visit(see);
                right.visit(see);
            }
            AstNode::Call(_, arguments) => arguments.iter().for_each(|part| part.visit(see)),
        }
    }
}
