//! Tensors, and the edges that they flow along.

use std::sync::Arc;

use num_rational::BigRational;

use super::region::RegionId;
use crate::domain::Domain;
use crate::format::Format;
use crate::symbolic::Expr;

/// A tensor: what an op gives, or a weight is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tensor {
    /// The extent of each axis.
    pub shape: Arc<[Expr]>,
    /// The values it can hold.
    pub domain: Domain,
    /// The share of it that is not zero, where zeros are skipped.
    pub density: Option<Expr>,
    /// Whether no more than that share is not zero, maybe less.
    pub density_is_bound: bool,
    /// The format in which its values lie in memory, if the model fixes it;
    /// the format that an op computes in is [`Op::computed_in`].
    ///
    /// [`Op::computed_in`]: super::Op::computed_in
    pub stored_in: Option<Format>,
    /// The bits that each of its values takes in memory, where the model says so:
    /// of weights.
    pub stored_bits: Option<Box<StoredBits>>,
}

/// How many bits a number takes in memory, where a model says so.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct StoredBits {
    /// The bits, scales and offsets of blocks included.
    pub bits: BigRational,
    /// Which of the model's `[[stored]]` says so, if one does.
    pub kind: Option<usize>,
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
    /// The tensor, which its maker and all who read it share, and others that are
    /// equal.
    pub tensor: Arc<Tensor>,
    /// The repeated blocks, outermost first, as whose first input it comes: in
    /// their later rounds it is what the round before gave.
    pub(super) carried: Vec<RegionId>,
}

impl Edge {
    /// The repeated blocks, outermost first, as whose first input the tensor
    /// comes.
    pub fn carried(&self) -> &[RegionId] {
        &self.carried
    }
}

/// Which values a tensor holds, and how many of them are not zero.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ValueSet {
    pub(super) domain: Domain,
    /// The share that is not zero, where zeros are skipped.
    pub(super) density: Option<Expr>,
    /// Whether no more than that share is not zero, maybe less.
    pub(super) is_bound: bool,
}

/// The share of a tensor that is not zero.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Share {
    pub(super) most: Expr,
    /// Whether it may be less.
    pub(super) is_bound: bool,
}

/// Longer formulas are no density that is followed.
const MAX_TERMS: usize = 8;

impl Share {
    pub(super) fn exactly(share: Expr) -> Share {
        Share {
            most: share,
            is_bound: false,
        }
    }

    /// At most this.
    pub(super) fn at_most(most: Expr) -> Option<Share> {
        let is_short = most.terms().count() <= MAX_TERMS;
        is_short.then_some(Share {
            most,
            is_bound: true,
        })
    }

    /// Of what is not zero only where neither of two is.
    pub(super) fn of_both(a: Option<Share>, b: Option<Share>) -> Option<Share> {
        match (a, b) {
            (Some(a), Some(b)) => Share::at_most(smaller(&a.most, &b.most)),
            (Some(one), None) | (None, Some(one)) => Share::at_most(one.most),
            (None, None) => None,
        }
    }

    /// Of what is zero where all of so many are.
    pub(super) fn of_any(share: Option<Share>, among: &Expr) -> Option<Share> {
        let share = share?;
        match *among == Expr::one() {
            true => Some(share),
            false => Share::at_most(smaller(&Expr::one(), &(&share.most * among))),
        }
    }

    /// Of what is zero where both are.
    pub(super) fn of_either(a: Option<Share>, b: Option<Share>) -> Option<Share> {
        Share::at_most(smaller(&Expr::one(), &(&a?.most + &b?.most)))
    }
}

fn smaller(a: &Expr, b: &Expr) -> Expr {
    &(a + b) - &a.larger(b)
}

impl ValueSet {
    /// Bindings of this domain, no zero of which is skipped.
    pub(super) fn dense(domain: Domain) -> ValueSet {
        ValueSet {
            domain,
            density: None,
            is_bound: false,
        }
    }

    /// Values of this domain, of which a share is not zero. It is followed only
    /// for few values, 0 among them.
    pub(super) fn sparse(domain: Domain, share: Option<Share>) -> ValueSet {
        match share.filter(|_| domain.has_zero_among_few()) {
            Some(share) => ValueSet {
                domain,
                density: Some(share.most),
                is_bound: share.is_bound,
            },
            None => ValueSet::dense(domain),
        }
    }

    /// The share that is not zero, if it is known.
    pub(super) fn share(&self) -> Option<Share> {
        let most = self.density.clone()?;
        Some(Share {
            most,
            is_bound: self.is_bound,
        })
    }

    /// What holds of both: zeros are skipped only where both have as many.
    pub(super) fn join(&self, other: &ValueSet) -> ValueSet {
        let is_same = self.density == other.density;
        ValueSet {
            domain: self.domain.join(&other.domain),
            density: self.density.clone().filter(|_| is_same),
            is_bound: is_same && (self.is_bound || other.is_bound),
        }
    }
}
