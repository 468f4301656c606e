//! The shapes within an elementwise formula.
//!
//! Shapes are laid over each other from the last axis on; an axis of 1
//! stretches. A formula that is resolved here can be followed without mistakes
//! for any values of its operands.

use std::sync::Arc;

use super::shape::shown_shape;
use crate::domain::Domain;
use crate::formula::{Ast, AstNode, Formula};
use crate::graph::elementwise::{Function, Operand, Term, TermNode, binary, call, negate};
use crate::graph::names::Names;
use crate::source::{Diagnostic, one_of};
use crate::symbolic::Expr;

/// Functions that mathematics has and no table of hardware prices.
const UNPRICED: [&str; 13] = [
    "sin", "cos", "tan", "asin", "acos", "atan", "sinh", "cosh", "asinh", "acosh", "atanh", "mod",
    "cbrt",
];

/// Resolves `formula` over the tensors given by name, slot and shape; other
/// names are numbers.
pub(in crate::graph) fn resolve(
    formula: &Formula,
    tensors: &[(&str, usize, &Arc<[Expr]>)],
    names: &Names,
) -> Result<Term, Box<Diagnostic>> {
    let resolver = Resolver {
        formula,
        tensors,
        names,
    };
    Ok(resolver.term(&formula.ast)?.0)
}

/// A part of the formula, and what is known of the numbers in it.
type Resolved = Result<(Term, Operand), Box<Diagnostic>>;

struct Resolver<'a> {
    formula: &'a Formula,
    tensors: &'a [(&'a str, usize, &'a Arc<[Expr]>)],
    names: &'a Names,
}

impl Resolver<'_> {
    fn mistake(&self, part: &Ast, message: impl Into<String>) -> Box<Diagnostic> {
        Box::new(Diagnostic::at(&self.formula.place_of(part), message))
    }

    fn term(&self, ast: &Ast) -> Resolved {
        match &ast.node {
            AstNode::Number(value) => Ok(number(Expr::constant(value.clone()))),
            AstNode::Name(name) => self.name(name, ast),
            AstNode::Negate(inner) => {
                let (inner, operand) = self.term(inner)?;
                let result = negate(&operand).result;
                let term = Term {
                    shape: Arc::clone(&inner.shape),
                    node: TermNode::Negate(Box::new(inner)),
                };
                Ok((term, result))
            }
            AstNode::Binary(op, left, right) => {
                let (a, first) = self.term(left)?;
                let (b, second) = self.term(right)?;
                let shape = self.broadcast(&a.shape, &b.shape, ast)?;
                let transfer = binary(*op, &first, &second);
                let result = transfer.map_err(|message| self.mistake(right, message))?;
                let node = TermNode::Binary(*op, Box::new(a), Box::new(b));
                Ok((Term { shape, node }, result.result))
            }
            AstNode::Call(name, arguments) => self.call(name, arguments, ast),
        }
    }

    fn name(&self, name: &str, ast: &Ast) -> Resolved {
        if let Some((_, slot, shape)) = self.tensors.iter().find(|(known, ..)| *known == name) {
            let term = Term {
                shape: Arc::clone(shape),
                node: TermNode::Operand(*slot),
            };
            return Ok((term, Operand::tensor(Domain::Real)));
        }
        match self.names.get(name) {
            Some(value) => Ok(number(value.clone())),
            None => {
                let known = self.tensors.iter().map(|(known, ..)| *known);
                Err(Box::new(
                    (*self.mistake(ast, format!("unknown name `{name}`")))
                        .known(name, known.chain(self.names.known())),
                ))
            }
        }
    }

    fn call(&self, name: &str, arguments: &[Ast], ast: &Ast) -> Resolved {
        let Some((function, wanted)) = Function::named(name) else {
            let mistake = *self.mistake(ast, format!("unknown function `{name}`"));
            return Err(Box::new(match UNPRICED.contains(&name) {
                // No slip for another one.
                true => mistake
                    .help(format!("known: {}", one_of(Function::names())))
                    .help(format!(
                        "what no table prices is an op with `uncounted = \"{name}\"`"
                    )),
                false => mistake.known(name, Function::names()),
            }));
        };
        if arguments.len() != wanted {
            let message = format!("`{name}` takes {wanted} values, not {}", arguments.len());
            return Err(self.mistake(ast, message));
        }
        let mut terms = Vec::with_capacity(arguments.len());
        let mut operands = Vec::with_capacity(arguments.len());
        for argument in arguments {
            let (term, operand) = self.term(argument)?;
            terms.push(term);
            operands.push(operand);
        }
        let mut shape: Arc<[Expr]> = Arc::from([]);
        for term in &terms {
            shape = self.broadcast(&shape, &term.shape, ast)?;
        }
        let result = call(function, &operands).result;
        let node = TermNode::Call(function, terms);
        Ok((Term { shape, node }, result))
    }

    /// The shape of two laid over each other; one of them itself where it is
    /// that, so that a long formula holds few shapes.
    fn broadcast(
        &self,
        a: &Arc<[Expr]>,
        b: &Arc<[Expr]>,
        ast: &Ast,
    ) -> Result<Arc<[Expr]>, Box<Diagnostic>> {
        if a == b || b.is_empty() {
            return Ok(Arc::clone(a));
        }
        let rank = a.len().max(b.len());
        let one = Expr::one();
        let axis = |shape: &[Expr], at: usize| {
            let own = (at + shape.len()).checked_sub(rank);
            own.and_then(|own| shape.get(own)).unwrap_or(&one).clone()
        };
        let mut shape = Vec::with_capacity(rank);
        for at in 0..rank {
            let (left, right) = (axis(a, at), axis(b, at));
            shape.push(if left == right || right == one {
                left
            } else if left == one {
                right
            } else {
                let message = format!(
                    "shapes {} and {} do not fit together",
                    shown_shape(a),
                    shown_shape(b)
                );
                return Err(Box::new(self.mistake(ast, message).help(
                    "axes are matched from the last one on, and an axis of 1 fits any other",
                )));
            });
        }
        Ok(match shape {
            shape if shape == **a => Arc::clone(a),
            shape if shape == **b => Arc::clone(b),
            shape => Arc::from(shape),
        })
    }
}

fn number(value: Expr) -> (Term, Operand) {
    let operand = Operand::number(&value);
    let term = Term {
        shape: Arc::from([]),
        node: TermNode::Number(value),
    };
    (term, operand)
}
