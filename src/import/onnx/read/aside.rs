//! What is known of branches and bodies of which only data tells whether they
//! run.

use crate::import::onnx::net::TensorId;
use crate::import::onnx::proto::ElementType;
use crate::symbolic::Expr;

/// The shape and the elements of a result, where its shape is known.
type ResultType = Option<(Vec<Expr>, ElementType)>;

/// What was read and taken back.
pub(super) struct Aside {
    /// How many products it sums.
    pub(super) products: Expr,
    pub(super) results: Vec<ResultType>,
}

impl Aside {
    /// What its results are that those of another are, too.
    pub(super) fn results_as(&self, other: &Aside) -> Vec<ResultType> {
        let pairs = self.results.iter().zip(&other.results);
        pairs
            .map(|(own, other)| own.clone().filter(|_| own == other))
            .collect()
    }
}

/// What is known of the operator that is left out next.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    /// Constants that its graphs read: parameters, whether or not they run.
    pub(super) weights: Vec<TensorId>,
    /// What its results are, whatever runs.
    pub(super) results: Vec<ResultType>,
}
