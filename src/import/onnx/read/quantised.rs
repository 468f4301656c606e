//! Whole numbers for fractions: quantisation, in all the forms in which
//! exporters write it.
//!
//! `DequantizeLinear` before a product and `QuantizeLinear` after it mean what
//! `QLinearMatMul` says in one node: a product of whole numbers, one
//! multiplication for each sum that brings it to scale, rounding and bounds.
//! Corrections for zero points are part of the bias, as runtimes have it.

use super::{Call, Outcome, Reader, Trouble};
use crate::import::onnx::net::{Binary, FoldKind, TensorId, Unary, Value, Work};
use crate::import::onnx::proto::ElementType;
use crate::symbolic::Expr;

/// The stage of what turns fractions to whole numbers and back.
pub(in crate::import::onnx) const STAGE: &str = "quantise";
/// The format of products of whole numbers.
const WHOLE: &str = "int8/int32";

impl Reader<'_> {
    /// The operands of a product: the whole numbers that both stand for, if
    /// both do.
    pub(super) fn factors(&self, a: TensorId, b: TensorId) -> Factors {
        let of = |tensor: TensorId| self.dequantised.get(&tensor).copied();
        match (of(a), of(b)) {
            (Some(a), Some(b)) => Factors { a, b, whole: true },
            _ => Factors { a, b, whole: false },
        }
    }

    /// A product of such operands with its bias, brought to scale.
    pub(super) fn finished(
        &mut self,
        product: TensorId,
        bias: Option<TensorId>,
        factors: &Factors,
    ) -> Result<TensorId, Trouble> {
        if !factors.whole {
            return self.with_bias(product, bias);
        }
        self.of_whole(product);
        let sums = self.with_bias(product, bias)?;
        self.scaled(sums)
    }

    /// Says that a product is one of whole numbers.
    pub(super) fn of_whole(&mut self, product: TensorId) {
        if let Some(node) = self.last(product) {
            node.format = Some(WHOLE);
        }
        self.net.tensors[product].element = ElementType::Int32;
    }

    /// Sums of whole numbers brought to the scale of fractions.
    pub(super) fn scaled(&mut self, sums: TensorId) -> Result<TensorId, Trouble> {
        let scale = self.scale();
        let shape = self.shape(sums)?;
        let scaled = self.compute(
            Work::Binary(Binary::Mul),
            &[sums, scale],
            shape,
            ElementType::Float,
        )?;
        self.as_quantisation(scaled);
        Ok(scaled)
    }

    /// A scale of which only that it is one number matters.
    fn scale(&mut self) -> TensorId {
        let id = self.tensor("scale", Some(vec![]), ElementType::Float);
        self.net.tensors[id].constant = true;
        id
    }

    /// One step of turning fractions to whole numbers, or back.
    fn step(
        &mut self,
        work: Work,
        inputs: &[TensorId],
        element: ElementType,
    ) -> Result<TensorId, Trouble> {
        let first = inputs.first().copied().unwrap_or_default();
        let shape = self.shape(first)?;
        let made = self.compute(work, inputs, shape, element)?;
        self.as_quantisation(made);
        Ok(made)
    }

    /// Fractions to whole numbers.
    fn quantised(
        &mut self,
        x: TensorId,
        zero: Option<TensorId>,
        element: ElementType,
    ) -> Result<TensorId, Trouble> {
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

    /// Names the stage of the node that was made last.
    fn as_quantisation(&mut self, made: TensorId) {
        if let Some(node) = self.last(made) {
            node.stage = Some(STAGE);
        }
    }

    fn is_zero(&self, zero: TensorId) -> bool {
        match &self.net.tensors[zero].value {
            Some(Value::Whole(values)) => values.iter().all(Expr::is_zero),
            Some(Value::Real(values)) => values.iter().all(|value| *value == 0.0),
            None => false,
        }
    }

    /// Whole numbers to fractions; a product takes the whole numbers instead.
    fn dequantise(&mut self, x: TensorId, zero: Option<TensorId>) -> Result<TensorId, Trouble> {
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
        Ok(result)
    }
}

/// What a product multiplies.
pub(super) struct Factors {
    pub(super) a: TensorId,
    pub(super) b: TensorId,
    /// Whether these are whole numbers that stand for fractions.
    pub(super) whole: bool,
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

/// `QuantizeLinear`
pub(super) fn quantise(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let zero = call.optional(2);
    let element = match (zero, call.int("output_dtype")) {
        (Some(zero), _) => reader.element(zero),
        (None, Some(number)) if number != 0 => {
            ElementType::from_number(i32::try_from(number).unwrap_or(0))
        }
        _ => ElementType::Uint8,
    };
    Ok(vec![reader.quantised(call.input(0)?, zero, element)?])
}

/// `DequantizeLinear`
pub(super) fn dequantise(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    Ok(vec![reader.dequantise(call.input(0)?, call.optional(2))?])
}

/// `DynamicQuantizeLinear`: the largest and smallest element give the scale.
pub(super) fn dynamic(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let (float, small) = (ElementType::Float, ElementType::Uint8);
    let all = vec![true; reader.shape(x)?.len()];
    let high = reader.fold(FoldKind::Max, x, all.clone(), false)?;
    reader.as_quantisation(high);
    let low = reader.fold(FoldKind::Min, x, all, false)?;
    reader.as_quantisation(low);
    let range = reader.step(Work::Binary(Binary::Sub), &[high, low], float)?;
    let part = reader.scale();
    let scale = reader.step(Work::Binary(Binary::Mul), &[range, part], float)?;
    let zero = reader.step(Work::Binary(Binary::Div), &[low, scale], float)?;
    let zero = reader.step(Work::Unary(Unary::Round), &[zero], small)?;
    let scaled = reader.step(Work::Binary(Binary::Div), &[x, scale], float)?;
    let rounded = reader.step(Work::Unary(Unary::Round), &[scaled], float)?;
    let moved = reader.step(Work::Binary(Binary::Add), &[rounded, zero], float)?;
    let result = reader.step(Work::Clip(0.0, 255.0), &[moved], small)?;
    Ok(vec![result, scale, zero])
}

/// `MatMulInteger`
pub(super) fn matmul_integer(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let result = reader.matmul(call.input(0)?, call.input(1)?, ElementType::Int32)?;
    reader.of_whole(result);
    Ok(vec![result])
}

/// `ConvInteger`
pub(super) fn conv_integer(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let result = reader.convolve(call, call.input(0)?, call.input(1)?, ElementType::Int32)?;
    reader.of_whole(result);
    Ok(vec![result])
}

/// `QLinearMatMul`: A, its scale and zero, B, its scale and zero, the scale
/// and zero of the result.
pub(super) fn qlinear_matmul(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let sums = reader.matmul(call.input(0)?, call.input(3)?, ElementType::Int32)?;
    reader.of_whole(sums);
    Ok(vec![requantised(reader, sums, call.optional(7))?])
}

/// `QLinearConv`: the same, with a bias of whole numbers at the end.
pub(super) fn qlinear_conv(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let sums = reader.convolve(call, call.input(0)?, call.input(3)?, ElementType::Int32)?;
    reader.of_whole(sums);
    let sums = reader.with_bias(sums, call.optional(8))?;
    Ok(vec![requantised(reader, sums, call.optional(7))?])
}

/// Sums of whole numbers to whole numbers of few bits: one multiplication by
/// the ratio of the scales.
fn requantised(
    reader: &mut Reader<'_>,
    sums: TensorId,
    zero: Option<TensorId>,
) -> Result<TensorId, Trouble> {
    let element = zero.map_or(ElementType::Int8, |zero| reader.element(zero));
    // `quantised` multiplies by a scale, which is that ratio.
    let shape = reader.shape(sums)?;
    let fractions = reader.compute(Work::Unary(Unary::Cast), &[sums], shape, ElementType::Float)?;
    reader.quantised(fractions, zero, element)
}

/// `QLinearAdd`, `QLinearMul` and others between whole numbers: to fractions
/// and back.
pub(super) fn qlinear_binary(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let a = reader.dequantise(call.input(0)?, call.optional(2))?;
    let b = reader.dequantise(call.input(3)?, call.optional(5))?;
    let binary = if call.node.op_type == "QLinearMul" {
        Binary::Mul
    } else {
        Binary::Add
    };
    let result = reader.binary(binary, a, b)?;
    let zero = call.optional(7);
    let element = zero.map_or(ElementType::Uint8, |zero| reader.element(zero));
    Ok(vec![reader.quantised(result, zero, element)?])
}

/// `QGemm`: A, its scale and zero, B, its scale and zero, a bias, the scale
/// and zero of the result, which is a fraction without them.
pub(super) fn qgemm(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let sums = super::linear::product_of(reader, call, call.input(0)?, call.input(3)?)?;
    reader.of_whole(sums);
    let sums = reader.with_bias(sums, call.optional(6))?;
    Ok(vec![match call.optional(7) {
        Some(_) => requantised(reader, sums, call.optional(8))?,
        None => reader.scaled(sums)?,
    }])
}

/// Functions of one tensor of whole numbers: to fractions and back.
pub(super) fn qlinear_unary(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    use crate::import::onnx::net::Block;
    let x = reader.dequantise(call.input(0)?, call.optional(2))?;
    let result = match call.node.op_type.as_str() {
        "QLinearSoftmax" => reader.block(Block::Softmax, &[x])?,
        "QLinearLeakyRelu" => reader.block(Block::LeakyRelu, &[x])?,
        "QLinearSigmoid" => reader.unary(Unary::Sigmoid, x)?,
        // QLinearGlobalAveragePool
        _ => {
            let rank = reader.shape(x)?.len();
            let reduced = (0..rank).map(|at| at >= 2).collect();
            reader.fold(FoldKind::Mean, x, reduced, true)?
        }
    };
    let zero = call.optional(4);
    let element = zero.map_or(ElementType::Uint8, |zero| reader.element(zero));
    Ok(vec![reader.quantised(result, zero, element)?])
}

/// `QLinearConcat`: the scale and zero of the result, then tensors each with
/// theirs.
pub(super) fn qlinear_concat(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let tensors: Vec<TensorId> = call.all().into_iter().skip(2).step_by(3).collect();
    let first = tensors.first().copied();
    let first = first.ok_or_else(|| Trouble::Wrong("it has no input".to_owned()))?;
    let mut shape = reader.shape(first)?;
    let axis = super::reduce::axis_at(call.int_or("axis", 0), shape.len())?;
    for tensor in &tensors[1..] {
        let other = reader.shape(*tensor)?;
        let length = other.get(axis).cloned().unwrap_or_else(Expr::one);
        shape[axis] = &shape[axis] + &length;
    }
    Ok(vec![reader.moved(&tensors, shape)?])
}

/// `MatMulNBits`: weights of few bits, unpacked on the way.
pub(super) fn nbits(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let a = call.input(0)?;
    let (k, n) = (call.int_or("K", 0), call.int_or("N", 0));
    if k < 1 || n < 1 {
        return Err(Trouble::Wrong("`K` and `N` must be at least 1".to_owned()));
    }
    let bits = call.int_or("bits", 4);
    reader.note(&format!(
        "weights of {bits} bits multiply in the format of the estimate; unpacking them is left out"
    ));
    let weight = reader.tensor(
        "",
        Some(vec![Expr::whole(k), Expr::whole(n)]),
        reader.element(a),
    );
    reader.net.tensors[weight].constant = true;
    let element = reader.element(a);
    Ok(vec![reader.matmul(a, weight, element)?])
}
