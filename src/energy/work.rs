//! What counters of the field count: MACs, ACs and synaptic operations.

use std::ops::AddAssign;

use num_rational::BigRational;
use num_traits::Zero;

use crate::census::{Products, TermKind};
use crate::number;
use crate::symbolic::{EvalError, Evaluation};

/// How many products are added up, and how.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Work {
    /// Multiply–accumulates, skipped zeros included.
    pub macs: BigRational,
    /// Multiply–accumulates of which neither factor is a skipped zero.
    pub effective_macs: BigRational,
    /// Accumulates: additions of terms that take no multiplication, without
    /// skipped zeros.
    pub acs: BigRational,
    /// Synaptic operations: whatever is added to a sum of products, or counted
    /// for one, without skipped zeros.
    pub synops: BigRational,
    /// The same with them: what dense hardware does.
    pub dense_synops: BigRational,
}

impl Work {
    /// The products of one op.
    pub(super) fn of<'e>(
        products: &'e Products,
        values: &mut Evaluation<'e>,
    ) -> Result<Work, EvalError> {
        let (all, nonzero) = (values.of(&products.all)?, values.of(&products.nonzero)?);
        let mut work = Work {
            synops: nonzero.clone(),
            dense_synops: all.clone(),
            ..Work::default()
        };
        match products.kind {
            TermKind::Mac => (work.macs, work.effective_macs) = (all, nonzero),
            TermKind::Ac => work.acs = nonzero,
            TermKind::Other => {}
        }
        Ok(work)
    }

    /// Each number of it as another one.
    pub fn map(&self, number: impl Fn(&BigRational) -> BigRational) -> Work {
        Work {
            macs: number(&self.macs),
            effective_macs: number(&self.effective_macs),
            acs: number(&self.acs),
            synops: number(&self.synops),
            dense_synops: number(&self.dense_synops),
        }
    }

    /// Whether nothing but multiply–accumulates are added up.
    pub fn is_macs_alone(&self) -> bool {
        self.macs == self.dense_synops
    }

    /// Whether no zero is skipped.
    pub fn is_dense(&self) -> bool {
        self.synops == self.dense_synops
    }

    /// Whether there are no products at all.
    pub fn is_none(&self) -> bool {
        self.dense_synops.is_zero()
    }
}

impl AddAssign<&Work> for Work {
    fn add_assign(&mut self, other: &Work) {
        for (sum, more) in [
            (&mut self.macs, &other.macs),
            (&mut self.effective_macs, &other.effective_macs),
            (&mut self.acs, &other.acs),
            (&mut self.synops, &other.synops),
            (&mut self.dense_synops, &other.dense_synops),
        ] {
            *sum = number::sum(sum, more);
        }
    }
}
