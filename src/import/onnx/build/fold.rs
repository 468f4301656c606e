//! Reductions over axes.

use super::builder::NetBuilder;
use crate::import::onnx::error::ImportError;
use crate::import::onnx::net::{Fold, FoldKind, TensorId, Work};
use crate::symbolic::Expr;

impl NetBuilder {
    /// A reduction of `x`; the axes that are gone keep an extent of 1 where
    /// `keep` says so.
    pub(crate) fn fold(
        &mut self,
        kind: FoldKind,
        x: TensorId,
        reduced: Vec<bool>,
        keep: bool,
    ) -> Result<TensorId, ImportError> {
        let shape = folded_shape(&self.shape(x)?, &reduced, keep);
        let element = self.element(x);
        let work = Work::Fold(Fold { kind, reduced });
        self.compute(work, &[x], shape, element)
    }
}

/// What remains of a shape; the axes that are gone keep an extent of 1 where
/// `keep` says so.
pub(crate) fn folded_shape(shape: &[Expr], reduced: &[bool], keep: bool) -> Vec<Expr> {
    let pairs = shape.iter().zip(reduced);
    pairs
        .filter(|(_, reduced)| keep || !**reduced)
        .map(|(extent, reduced)| {
            if *reduced {
                Expr::one()
            } else {
                extent.clone()
            }
        })
        .collect()
}
