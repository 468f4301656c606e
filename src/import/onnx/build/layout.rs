//! Elements moved, none computed.

use super::builder::NetBuilder;
use crate::import::onnx::error::ImportError;
use crate::import::onnx::net::{TensorId, Work};
use crate::import::onnx::proto::ElementType;
use crate::symbolic::Expr;

impl NetBuilder {
    /// The elements of `inputs` in another shape.
    pub(crate) fn moved(
        &mut self,
        inputs: &[TensorId],
        shape: Vec<Expr>,
    ) -> Result<TensorId, ImportError> {
        let first = inputs.first().copied();
        let element = first.map_or(ElementType::Float, |first| self.element(first));
        let result = self.compute(Work::Move, inputs, shape, element)?;
        Ok(result)
    }

    /// The same where the elements stay in order.
    pub(crate) fn reshaped(
        &mut self,
        x: TensorId,
        shape: Vec<Expr>,
    ) -> Result<TensorId, ImportError> {
        let value = self.value(x).cloned();
        let before = self.shape(x)?;
        let kept = kept_in_order(&before, &shape);
        let result = self.moved(&[x], shape)?;
        self.tensor_mut(result).value = value;
        self.keeps_axes(result, kept);
        Ok(result)
    }

    /// The axes of a tensor in another order.
    pub(crate) fn reordered(
        &mut self,
        x: TensorId,
        shape: Vec<Expr>,
        order: &[usize],
    ) -> Result<TensorId, ImportError> {
        let result = self.moved(&[x], shape)?;
        self.keeps_axes(result, order.iter().copied().map(Some).collect());
        Ok(result)
    }

    /// Says of each axis of a moved tensor which axis it was before.
    pub(crate) fn keeps_axes(&mut self, moved: TensorId, axes: Vec<Option<usize>>) {
        self.keeps_scale(moved, &axes);
        self.kept_axes().insert(moved, axes);
    }

    /// Says that a constant tells earlier tokens from later ones.
    pub(crate) fn tells_order(&mut self, constant: TensorId) {
        self.orders().insert(constant);
    }

    /// The elements of `x` at `places`, where they are known.
    pub(crate) fn picked(&mut self, result: TensorId, x: TensorId, places: &[usize]) {
        let value = self.value(x);
        let value = value.and_then(|value| value.pick(places));
        if self.is_constant(result) {
            self.tensor_mut(result).value = value;
        }
    }
}

/// Of each axis after a reshape which one it was before: one of the same extent
/// behind as many elements.
fn kept_in_order(before: &[Expr], after: &[Expr]) -> Vec<Option<usize>> {
    let offsets = |shape: &[Expr]| -> Vec<Expr> {
        let all = shape.iter().scan(Expr::one(), |all, extent| {
            let offset = all.clone();
            *all = &*all * extent;
            Some(offset)
        });
        all.collect()
    };
    let (one, from, to) = (Expr::one(), offsets(before), offsets(after));
    let axis = |at: usize| {
        let same = |from_at: &usize| before[*from_at] == after[at] && from[*from_at] == to[at];
        let alone = after[at] != one;
        (0..before.len()).find(|from_at| alone && same(from_at))
    };
    (0..after.len()).map(axis).collect()
}
