//! Whole numbers for fractions.
//!
//! `DequantizeLinear` before a product and `QuantizeLinear` after it mean what
//! `QLinearMatMul` says in one node: a product of whole numbers, one
//! multiplication for each sum that brings it to scale, rounding and bounds.
//! Corrections for zero points are part of the bias, as runtimes have it.

use super::builder::NetBuilder;
use crate::import::onnx::error::ImportError;
use crate::import::onnx::net::{Binary, KnownValue, QUANTISE, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::symbolic::Expr;

/// The format of products of whole numbers.
const WHOLE: &str = "int8/int32";

/// What a product multiplies.
pub(crate) struct Factors {
    pub(crate) a: TensorId,
    pub(crate) b: TensorId,
    /// Whether these are whole numbers that stand for fractions.
    pub(crate) whole: bool,
}

impl NetBuilder {
    /// The operands of a product: the whole numbers that both stand for, if
    /// both do.
    pub(crate) fn factors(&self, a: TensorId, b: TensorId) -> Factors {
        let of = |tensor: TensorId| self.dequantised.get(&tensor).copied();
        match (of(a), of(b)) {
            (Some(a), Some(b)) => Factors { a, b, whole: true },
            _ => Factors { a, b, whole: false },
        }
    }

    /// A product of such operands with its bias, brought to scale.
    pub(crate) fn finished(
        &mut self,
        product: TensorId,
        bias: Option<TensorId>,
        factors: &Factors,
    ) -> Result<TensorId, ImportError> {
        self.finished_with(product, factors, |net, product| {
            net.with_bias(product, bias)
        })
    }

    /// The same, its bias added by `biased`.
    pub(crate) fn finished_with(
        &mut self,
        product: TensorId,
        factors: &Factors,
        biased: impl FnOnce(&mut NetBuilder, TensorId) -> Result<TensorId, ImportError>,
    ) -> Result<TensorId, ImportError> {
        if !factors.whole {
            return biased(self, product);
        }
        self.of_whole(product);
        let sums = biased(self, product)?;
        self.scaled(sums)
    }

    /// Says that a product is one of whole numbers.
    pub(crate) fn of_whole(&mut self, product: TensorId) {
        if let Some(node) = self.last(product) {
            node.format = Some(WHOLE);
        }
        self.tensor_mut(product).element = ElementType::Int32;
    }

    /// Sums of whole numbers brought to the scale of fractions.
    pub(crate) fn scaled(&mut self, sums: TensorId) -> Result<TensorId, ImportError> {
        let scale = self.scale();
        let shape = self.shape(sums)?;
        let scaled = self.compute(
            Work::Binary(Binary::Mul),
            &[sums, scale],
            shape,
            ElementType::Float,
        )?;
        self.set_stage(scaled, QUANTISE);
        Ok(scaled)
    }

    /// A scale of which only that it is one number matters.
    pub(crate) fn scale(&mut self) -> TensorId {
        self.add_constant("scale", vec![], ElementType::Float)
    }

    /// One step of turning fractions to whole numbers, or back.
    pub(crate) fn step(
        &mut self,
        work: Work,
        inputs: &[TensorId],
        element: ElementType,
    ) -> Result<TensorId, ImportError> {
        let first = inputs.first().copied().unwrap_or_default();
        let shape = self.shape(first)?;
        let made = self.compute(work, inputs, shape, element)?;
        self.set_stage(made, QUANTISE);
        Ok(made)
    }

    /// Fractions to whole numbers.
    pub(crate) fn quantised(
        &mut self,
        x: TensorId,
        zero: Option<TensorId>,
        element: ElementType,
    ) -> Result<TensorId, ImportError> {
        let scale = self.scale();
        let scaled = self.step(Work::Binary(Binary::Mul), &[x, scale], ElementType::Float)?;
        let mut rounded = self.step(Work::Unary(Unary::Round), &[scaled], ElementType::Float)?;
        if let Some(zero) = zero.filter(|zero| !self.is_zero(*zero)) {
            rounded = self.step(
                Work::Binary(Binary::Add),
                &[rounded, zero],
                ElementType::Float,
            )?;
        }
        let (low, high) = bounds(element);
        self.step(Work::Clip(low, high), &[rounded], element)
    }

    fn is_zero(&self, zero: TensorId) -> bool {
        match self.value(zero) {
            Some(KnownValue::Whole(values)) => values.iter().all(Expr::is_zero),
            Some(KnownValue::Real(values)) => values.iter().all(|value| *value == 0.0),
            None => false,
        }
    }

    /// Whole numbers to fractions; a product takes the whole numbers instead.
    pub(crate) fn dequantise(
        &mut self,
        x: TensorId,
        zero: Option<TensorId>,
    ) -> Result<TensorId, ImportError> {
        let mut centred = x;
        if let Some(zero) = zero.filter(|zero| !self.is_zero(*zero)) {
            centred = self.step(Work::Binary(Binary::Sub), &[x, zero], ElementType::Float)?;
        }
        let scale = self.scale();
        let result = self.step(
            Work::Binary(Binary::Mul),
            &[centred, scale],
            ElementType::Float,
        )?;
        self.dequantised.insert(result, x);
        let weight = self.tensor_mut(x);
        weight.stored |= weight.origin.is_some();
        Ok(result)
    }
}

/// The smallest and the largest number of a type.
fn bounds(element: ElementType) -> (f64, f64) {
    match element {
        ElementType::Uint4 => (0.0, 15.0),
        ElementType::Int4 => (-8.0, 7.0),
        ElementType::Uint8 => (0.0, 255.0),
        ElementType::Uint16 => (0.0, 65535.0),
        ElementType::Int16 => (-32768.0, 32767.0),
        _ => (-128.0, 127.0),
    }
}
