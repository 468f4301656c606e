//! Tensors, and the edges that they flow along.

use crate::domain::Domain;
use crate::format::Format;
use crate::symbolic::Expr;

/// A tensor: what an op gives, or a weight is.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// The extent of each axis.
    pub shape: Vec<Expr>,
    /// The values it can hold.
    pub domain: Domain,
    /// The share of it that is not zero, where zeros are skipped.
    pub density: Option<Expr>,
    /// The format in which its values lie in memory, if the model fixes it;
    /// the format that an op computes in is [`Op::computed_in`].
    ///
    /// [`Op::computed_in`]: super::Op::computed_in
    pub stored_in: Option<Format>,
}

impl Tensor {
    /// How many elements it has.
    pub fn elements(&self) -> Expr {
        self.shape.iter().product()
    }
}

/// An edge: a tensor on its way into one operand of an op.
#[derive(Debug, Clone, PartialEq)]
pub struct Edge {
    /// Which operand, from 0. The bias of an einsum comes after its operands.
    pub slot: usize,
    /// The tensor.
    pub tensor: Tensor,
}

/// Which values a tensor holds, and how many of them are not zero.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ValueSet {
    pub(super) domain: Domain,
    /// The share that is not zero, where zeros are skipped.
    pub(super) density: Option<Expr>,
}

impl ValueSet {
    /// Bindings of this domain, no zero of which is skipped.
    pub(super) fn dense(domain: Domain) -> ValueSet {
        ValueSet {
            domain,
            density: None,
        }
    }

    /// What holds of both: zeros are skipped only where both have as many.
    pub(super) fn join(&self, other: &ValueSet) -> ValueSet {
        let is_same = self.density == other.density;
        ValueSet {
            domain: self.domain.join(&other.domain),
            density: self.density.clone().filter(|_| is_same),
        }
    }
}
