//! Losses, as a graph that was exported for training computes them.

use super::call::Call;
use super::norm::over_last;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::{Binary, Block, FoldKind, TensorId, Unary};
use crate::primitive::Primitive;

/// `NegativeLogLikelihoodLoss`: the entry of each target, its sign changed.
pub(crate) fn negative_log_likelihood(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    Ok(vec![likelihood(builder, call, x)?])
}

/// `SoftmaxCrossEntropyLoss`: the same of the logarithms of a softmax.
pub(crate) fn cross_entropy(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let logarithms = over_last(builder, Block::LogSoftmax, x, &[], 1, false)?;
    Ok(vec![likelihood(builder, call, logarithms)?, logarithms])
}

/// The entries of the targets, negated, weighed by class, gathered over all.
fn likelihood(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    x: TensorId,
) -> Result<TensorId, ImportError> {
    let target = call.input(1)?;
    let shape = builder.shape(target)?;
    let chosen = builder.moved(&[x, target], shape.clone())?;
    let mut loss = builder.unary(Unary::Negate, chosen)?;
    let mut weights = None;
    if let Some(classes) = call.optional(2) {
        // How much a class counts is not learnt.
        builder.tensor_mut(classes).origin = None;
        let of_targets = builder.moved(&[classes, target], shape.clone())?;
        loss = builder.binary(Binary::Mul, loss, of_targets)?;
        weights = Some(of_targets);
    }
    if call.int("ignore_index").is_some() {
        let counts = [(Primitive::Compare, 1), (Primitive::Select, 1)];
        loss = builder.per_element_of(loss, &counts)?;
    }
    let all = vec![true; shape.len()];
    match (call.text("reduction").unwrap_or("mean"), weights) {
        ("none", _) => Ok(loss),
        ("sum", _) => builder.fold(FoldKind::Sum, loss, all, false),
        (_, None) => builder.fold(FoldKind::Mean, loss, all, false),
        (_, Some(weights)) => {
            let sum = builder.fold(FoldKind::Sum, loss, all.clone(), false)?;
            let weight = builder.fold(FoldKind::Sum, weights, all, false)?;
            builder.binary(Binary::Div, sum, weight)
        }
    }
}
