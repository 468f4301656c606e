//! What is known of an operand of an elementwise formula while it is followed,
//! and what an operator does with operands.

use num_rational::BigRational;

use crate::domain::Domain;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// A tensor on its way through a formula, or a number that is computed once.
#[derive(Debug, Clone)]
pub(in crate::graph) struct Operand {
    pub(super) domain: Domain,
    /// Whether it is a number: nobody's hardware computes it anew for every
    /// element.
    pub(in crate::graph) is_number: bool,
}

impl Operand {
    /// A number.
    pub(in crate::graph) fn number(value: &Expr) -> Operand {
        Operand {
            domain: match value.as_constant() {
                Some(value) => Domain::of([value]),
                None => Domain::Real,
            },
            is_number: true,
        }
    }

    /// A tensor of this domain.
    pub(in crate::graph) fn tensor(domain: Domain) -> Operand {
        Operand {
            domain,
            is_number: false,
        }
    }

    /// What is made of operands of which all are numbers or not.
    pub(super) fn result(domain: Domain, is_number: bool) -> Operand {
        Operand { domain, is_number }
    }

    /// The values that it may have.
    pub(in crate::graph) fn into_domain(self) -> Domain {
        self.domain
    }

    /// Its value, if it is a number that is known.
    pub(in crate::graph) fn constant(&self) -> Option<&BigRational> {
        match &self.domain {
            Domain::Finite(values) if self.is_number => values.first(),
            _ => None,
        }
    }
}

/// What an operator or a function does with its operands.
#[derive(Debug, Clone)]
pub(in crate::graph) struct Transfer {
    /// The primitives for every element of the first operand.
    pub(super) on_base: Vec<Primitive>,
    /// The primitives for every element of the result.
    pub(super) on_result: Vec<Primitive>,
    /// What comes out.
    pub(in crate::graph) result: Operand,
}

impl Transfer {
    /// These primitives for every element of the result.
    pub(super) fn of(on_result: Vec<Primitive>, result: Operand) -> Transfer {
        Transfer {
            on_base: Vec::new(),
            on_result,
            result,
        }
    }
}
