//! What is worked out in one column, or in two.

use std::sync::Arc;

use crate::symbolic::bounded::Bounded;
use crate::symbolic::compile::{Compiled, Factor};
use crate::symbolic::steps::Steps;

/// The place of a node; those that it needs stand before it.
pub(super) type Id = usize;

/// A term of a sum: a coefficient, and what stands above and below the bar.
#[derive(Debug, Clone)]
pub(super) struct SumTerm {
    pub(super) coefficient: f64,
    pub(super) above: Option<Id>,
    pub(super) below: Option<Id>,
}

/// A column and how it follows from others.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// The variable of this place.
    Variable(usize),
    Power(Id, i32),
    Product(Id, Id),
    Larger(Id, Id),
    Steps(Id, Arc<(Steps, Compiled)>),
    /// What only the factor itself can find, point by point.
    Call(Factor),
    /// The value of an expression.
    Sum {
        terms: Vec<SumTerm>,
        /// For points at which too much cancels.
        by: Compiled,
    },
    /// The value where it is a whole number that doubles hold.
    Whole(Id),
    /// Whole numbers times products of such, added up.
    WholeSum(Vec<(f64, Option<Id>)>),
    /// A quotient of whole numbers where it is one itself.
    WholeQuotient(Id, Id),
    Floor {
        /// What stands above and below the bar, if it can be whole.
        whole: Option<(Id, Id)>,
        interval: Id,
        /// For points that neither decides.
        by: Arc<Compiled>,
    },
    /// Two columns from here on: an interval's middle and how far it is off.
    Bounded(Id),
    BoundedSum(Vec<(Bounded, Vec<(Id, i32)>)>),
    BoundedQuotient(Id, Id),
    BoundedLarger(Id, Id),
    /// The ends of an interval.
    Ends {
        whole: Option<(Id, Id)>,
        interval: Id,
    },
}

impl Node {
    /// How many columns it takes.
    pub(super) fn width(&self) -> usize {
        match self {
            Node::Bounded(_)
            | Node::BoundedSum(_)
            | Node::BoundedQuotient(..)
            | Node::BoundedLarger(..)
            | Node::Ends { .. } => 2,
            _ => 1,
        }
    }

    /// Calls `see` with each node that it needs at all points; intervals are
    /// needed only where whole numbers do not decide.
    pub(super) fn needs(&self, mut see: impl FnMut(Id)) {
        match self {
            Node::Variable(_) | Node::Call(_) => {}
            Node::Power(a, _) | Node::Steps(a, _) | Node::Whole(a) | Node::Bounded(a) => see(*a),
            Node::Product(a, b)
            | Node::Larger(a, b)
            | Node::WholeQuotient(a, b)
            | Node::BoundedQuotient(a, b)
            | Node::BoundedLarger(a, b) => {
                see(*a);
                see(*b);
            }
            Node::Sum { terms, .. } => {
                let ids = terms.iter().flat_map(|term| [term.above, term.below]);
                ids.flatten().for_each(see);
            }
            Node::WholeSum(terms) => terms.iter().filter_map(|(_, id)| *id).for_each(see),
            Node::BoundedSum(terms) => {
                let factors = terms.iter().flat_map(|(_, factors)| factors);
                factors.for_each(|(id, _)| see(*id));
            }
            Node::Floor {
                whole, interval, ..
            }
            | Node::Ends { whole, interval } => match whole {
                Some((above, below)) => {
                    see(*above);
                    see(*below);
                }
                None => see(*interval),
            },
        }
    }
}
