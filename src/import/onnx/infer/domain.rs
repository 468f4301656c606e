//! Which values the results of constants hold.

use crate::domain::Domain;
use crate::import::onnx::net::{Binary, Net, TensorId, Unary, Work};
use crate::symbolic::Expr;

/// Which values the result of `work` on constants holds, and whether times one
/// number.
pub(crate) fn domain(work: &Work, inputs: &[TensorId], net: &Net) -> (Domain, bool) {
    let of = |at: usize| {
        inputs
            .get(at)
            .map_or(Domain::Real, |id| net.tensors[*id].domain.clone())
    };
    let scaled = inputs.iter().any(|id| net.tensors[*id].scaled);
    match work {
        Work::Unary(Unary::Sign) => (Domain::sign(), false),
        Work::Unary(Unary::Cast) | Work::Move | Work::Gather => (of(0), scaled),
        // Whole numbers between two bounds.
        Work::Clip(low, high) if of(0).is_whole() && !scaled => {
            let bound = num_rational::BigRational::from_float;
            let domain = match (bound(*low), bound(*high)) {
                (Some(low), Some(high)) => Domain::whole_between(&low, &high),
                _ => Domain::Integer,
            };
            (domain, false)
        }
        Work::Unary(Unary::Round | Unary::Floor | Unary::Ceil) => (Domain::Integer, false),
        Work::Binary(
            Binary::Greater
            | Binary::GreaterOrEqual
            | Binary::Less
            | Binary::LessOrEqual
            | Binary::Equal,
        ) => (Domain::binary(), false),
        // One number for all: the values are what they were, times it.
        Work::Binary(Binary::Mul | Binary::Div) => {
            let single = |at: usize| {
                let shape = inputs
                    .get(at)
                    .and_then(|id| net.tensors[*id].shape.as_ref());
                shape.is_some_and(|shape| shape.iter().all(|extent| *extent == Expr::one()))
            };
            match (of(0), of(1)) {
                (domain @ Domain::Finite(_), _) if single(1) => (domain, true),
                (_, domain @ Domain::Finite(_))
                    if single(0) && *work == Work::Binary(Binary::Mul) =>
                {
                    (domain, true)
                }
                _ => (Domain::Real, false),
            }
        }
        Work::Where => {
            let value = |at: usize| {
                let value = inputs.get(at).and_then(|id| net.scalar(*id));
                value.and_then(num_rational::BigRational::from_float)
            };
            match (value(1), value(2)) {
                (Some(x), Some(y)) => (Domain::of([x, y]), false),
                _ => (of(1).join(&of(2)), false),
            }
        }
        _ => (Domain::Real, false),
    }
}
