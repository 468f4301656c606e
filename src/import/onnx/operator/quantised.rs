//! Whole numbers for fractions: quantisation, in all the forms in which
//! exporters write it.

use num_rational::BigRational;

use super::call::Call;
use super::conv::convolve;
use crate::import::onnx::build::{NetBuilder, Quantised};
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::axis_at;
use crate::import::onnx::net::{Binary, FoldKind, Origin, QUANTISE, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::number::whole;
use crate::symbolic::Expr;

/// `QuantizeLinear`
pub(crate) fn quantise(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let zero = call.optional(2);
    let element = match (zero, call.int("output_dtype")) {
        (Some(zero), _) => builder.element(zero),
        (None, Some(number)) if number != 0 => {
            ElementType::from_number(i32::try_from(number).unwrap_or(0))
        }
        _ => ElementType::Uint8,
    };
    let x = call.input(0)?;
    let zero = zero_for(builder, call, x)?;
    Ok(vec![builder.quantised(x, zero, element)?])
}

/// `DequantizeLinear`
pub(crate) fn dequantise(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let zero = zero_for(builder, call, x)?;
    let grid = grid_for(builder, call, x)?;
    Ok(vec![builder.dequantise(x, call.optional(1), zero, grid)?])
}

/// What stands for 0: one number, one for each index of an axis, or one for
/// each block along it.
fn zero_for(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    x: TensorId,
) -> Result<Option<TensorId>, ImportError> {
    let Some(zero) = call.optional(2) else {
        return Ok(None);
    };
    let (shape, own) = (builder.shape(x)?, builder.shape(zero)?);
    let zero = match own.as_slice() {
        [] => zero,
        [one] if *one == Expr::one() => zero,
        [along] => {
            let aligned = aligned(call, &shape, along)?;
            builder.reshaped(zero, aligned)?
        }
        own if own == shape => zero,
        _ => builder.moved(&[zero], shape)?,
    };
    Ok(Some(zero))
}

/// How many scales there are along each axis, where there is not one for all.
fn grid_for(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    x: TensorId,
) -> Result<Option<TensorId>, ImportError> {
    let Some(scale) = call.optional(1) else {
        return Ok(None);
    };
    let (shape, own) = (builder.shape(x)?, builder.shape(scale)?);
    let grid = match own.as_slice() {
        own if own.iter().all(|extent| *extent == Expr::one()) => return Ok(None),
        [along] => aligned(call, &shape, along)?,
        own if own.len() == shape.len() => own.to_vec(),
        _ => return Ok(None),
    };
    Ok(Some(builder.add_constant("", grid, ElementType::Float)))
}

/// The shape of so many numbers along the axis of a call.
fn aligned(call: &Call<'_>, shape: &[Expr], along: &Expr) -> Result<Vec<Expr>, ImportError> {
    let mut aligned = vec![Expr::one(); shape.len()];
    // A tensor of one axis has that alone, whatever the default is.
    let axis = match shape.len() {
        1 => 0,
        rank => call.axis(1, rank)?,
    };
    if let Some(extent) = aligned.get_mut(axis) {
        *extent = along.clone();
    }
    Ok(aligned)
}

/// `DynamicQuantizeLinear`: the largest and smallest element give the scale.
pub(crate) fn dynamic(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    Ok(by_range(builder, call.input(0)?)?.into())
}

/// The numbers that stand for `x`, their scale and what stands for 0, by the
/// largest and the smallest element.
pub(super) fn by_range(
    builder: &mut NetBuilder,
    x: TensorId,
) -> Result<[TensorId; 3], ImportError> {
    let (float, small) = (ElementType::Float, ElementType::Uint8);
    let all = vec![true; builder.shape(x)?.len()];
    let high = builder.fold(FoldKind::Max, x, all.clone(), false)?;
    builder.set_stage(high, QUANTISE);
    let low = builder.fold(FoldKind::Min, x, all, false)?;
    builder.set_stage(low, QUANTISE);
    let range = builder.step(Work::Binary(Binary::Sub), &[high, low], float)?;
    let part = builder.scale();
    let scale = builder.step(Work::Binary(Binary::Mul), &[range, part], float)?;
    let zero = builder.step(Work::Binary(Binary::Div), &[low, scale], float)?;
    let zero = builder.step(Work::Unary(Unary::Round), &[zero], small)?;
    let scaled = builder.step(Work::Binary(Binary::Div), &[x, scale], float)?;
    let rounded = builder.step(Work::Unary(Unary::Round), &[scaled], float)?;
    let moved = builder.step(Work::Binary(Binary::Add), &[rounded, zero], float)?;
    let result = builder.step(Work::Clip(0.0, 255.0), &[moved], small)?;
    Ok([result, scale, zero])
}

/// `MatMulInteger`
pub(crate) fn matmul_integer(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (a, b) = (call.input(0)?, call.input(1)?);
    let result = builder.matmul(a, b, ElementType::Int32)?;
    builder.of_numbers(result, a, b);
    Ok(vec![result])
}

/// `ConvInteger`
pub(crate) fn conv_integer(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, weight) = (call.input(0)?, call.input(1)?);
    let result = convolve(builder, call, x, weight, ElementType::Int32)?;
    builder.of_numbers(result, x, weight);
    Ok(vec![result])
}

/// `QLinearMatMul`: A, its scale and zero, B, its scale and zero, the scale
/// and zero of the result.
pub(crate) fn qlinear_matmul(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (a, b) = (call.input(0)?, call.input(3)?);
    let sums = builder.matmul(a, b, ElementType::Int32)?;
    builder.of_numbers(sums, a, b);
    Ok(vec![requantised(builder, sums, call.optional(7))?])
}

/// `QLinearConv`: the same, with a bias of whole numbers at the end.
pub(crate) fn qlinear_conv(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, weight) = (call.input(0)?, call.input(3)?);
    let sums = convolve(builder, call, x, weight, ElementType::Int32)?;
    builder.of_numbers(sums, x, weight);
    let sums = builder.with_channel_bias(sums, call.optional(8))?;
    Ok(vec![requantised(builder, sums, call.optional(7))?])
}

/// Sums of whole numbers to whole numbers of few bits: one multiplication by
/// the ratio of the scales.
fn requantised(
    builder: &mut NetBuilder,
    sums: TensorId,
    zero: Option<TensorId>,
) -> Result<TensorId, ImportError> {
    let element = zero.map_or(ElementType::Int8, |zero| builder.element(zero));
    // `quantised` multiplies by a scale, which is that ratio.
    let shape = builder.shape(sums)?;
    let fractions =
        builder.compute(Work::Unary(Unary::Cast), &[sums], shape, ElementType::Float)?;
    builder.quantised(fractions, zero, element)
}

/// `QLinearAdd`, `QLinearMul` and others between whole numbers: to fractions
/// and back.
pub(crate) fn qlinear_binary(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let a = builder.dequantise(call.input(0)?, call.optional(1), call.optional(2), None)?;
    let b = builder.dequantise(call.input(3)?, call.optional(4), call.optional(5), None)?;
    let binary = if call.node.op_type == "QLinearMul" {
        Binary::Mul
    } else {
        Binary::Add
    };
    let result = builder.binary(binary, a, b)?;
    let zero = call.optional(7);
    let element = zero.map_or(ElementType::Uint8, |zero| builder.element(zero));
    Ok(vec![builder.quantised(result, zero, element)?])
}

/// `QGemm`: A, its scale and zero, B, its scale and zero, a bias, the scale
/// and zero of the result, which is a fraction without them.
pub(crate) fn qgemm(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (a, b) = (call.input(0)?, call.input(3)?);
    let sums = super::linear::product_of(builder, call, a, b)?;
    builder.of_numbers(sums, a, b);
    let sums = builder.with_bias(sums, call.optional(6))?;
    Ok(vec![match call.optional(7) {
        Some(_) => requantised(builder, sums, call.optional(8))?,
        None => builder.scaled(sums)?,
    }])
}

/// Functions of one tensor of whole numbers: to fractions and back.
pub(crate) fn qlinear_unary(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    use crate::import::onnx::net::Block;
    let x = builder.dequantise(call.input(0)?, call.optional(1), call.optional(2), None)?;
    let result = match call.node.op_type.as_str() {
        "QLinearSoftmax" => builder.block(Block::Softmax, &[x])?,
        "QLinearLeakyRelu" => builder.block(Block::LeakyRelu, &[x])?,
        "QLinearSigmoid" => builder.unary(Unary::Sigmoid, x)?,
        // QLinearGlobalAveragePool
        _ => {
            let rank = builder.shape(x)?.len();
            let reduced = (0..rank).map(|at| at >= 2).collect();
            builder.fold(FoldKind::Mean, x, reduced, true)?
        }
    };
    let zero = call.optional(4);
    let element = zero.map_or(ElementType::Uint8, |zero| builder.element(zero));
    Ok(vec![builder.quantised(result, zero, element)?])
}

/// `QLinearConcat`: the scale and zero of the result, then tensors each with
/// theirs.
pub(crate) fn qlinear_concat(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let tensors: Vec<TensorId> = call.all().into_iter().skip(2).step_by(3).collect();
    let first = tensors.first().copied();
    let first = first.ok_or_else(|| ImportError::Invalid("it has no input".to_owned()))?;
    let mut shape = builder.shape(first)?;
    let axis = axis_at(call.int_or("axis", 0), shape.len())?;
    for tensor in &tensors[1..] {
        let other = builder.shape(*tensor)?;
        let length = other.get(axis).cloned().unwrap_or_else(Expr::one);
        shape[axis] = &shape[axis] + &length;
    }
    Ok(vec![builder.moved(&tensors, shape)?])
}

/// Operators that move elements; padding is 0.
const MOVES: [&str; 15] = [
    "Concat",
    "Resize",
    "Flatten",
    "Reshape",
    "Squeeze",
    "Unsqueeze",
    "Transpose",
    "Expand",
    "Tile",
    "Split",
    "Slice",
    "Gather",
    "Pad",
    "DepthToSpace",
    "SpaceToDepth",
];
/// Operators that choose among elements, and 0.
const CHOOSES: [&str; 3] = ["MaxPool", "GlobalMaxPool", "Relu"];

/// An operator, read by `read`. One that moves fractions, or chooses among
/// them, does so with the numbers that stand for them.
pub(crate) fn carried(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    read: fn(&mut NetBuilder, &Call<'_>) -> Results,
) -> Results {
    let name = call.node.op_type.as_str();
    let fractions = call.optional(0);
    let quantised = fractions.and_then(|x| builder.quantised_form(x));
    let Some(quantised) = quantised.filter(|_| matches!(call.node.domain.as_str(), "" | "ai.onnx"))
    else {
        return read(builder, call);
    };
    let mut numbers = vec![quantised.numbers];
    if name == "Concat" {
        let all = call.all().into_iter().map(|x| builder.quantised_form(x));
        let alike = all.map(|other| other.filter(|other| builder.is_same_scale(quantised, *other)));
        let Some(alike) = alike.collect::<Option<Vec<Quantised>>>() else {
            return read(builder, call);
        };
        numbers = alike.iter().map(|other| other.numbers).collect();
    }
    let on_numbers = call.with_inputs(&numbers);
    let grid = match quantised.grid {
        Some(grid) => carried_grid(builder, call, read, grid)?,
        None => None,
    };
    let of = |numbers: TensorId| Quantised {
        numbers,
        grid,
        ..quantised
    };
    if CHOOSES.contains(&name) {
        let mut results = read(builder, &on_numbers)?;
        if let Some(first) = results.first_mut() {
            let rectified = builder.is_never_negative(*first);
            *first = builder.fractions_of(of(*first))?;
            if rectified {
                builder.says_never_negative(*first);
            }
        }
        return Ok(results);
    }
    let results = read(builder, call)?;
    // Moves cost nothing: of these and those only what is read is left.
    if MOVES.contains(&name) && only_moves(builder, call) {
        let moved = read(builder, &on_numbers)?;
        for (fractions, numbers) in results.iter().zip(moved) {
            builder.stands_for_fractions(*fractions, of(numbers));
        }
    }
    Ok(results)
}

/// How many scales there are along each axis behind an operator, where that is
/// known.
fn carried_grid(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    read: fn(&mut NetBuilder, &Call<'_>) -> Results,
    grid: TensorId,
) -> Result<Option<TensorId>, ImportError> {
    match call.node.op_type.as_str() {
        "Pad" | "Resize" | "MaxPool" | "GlobalMaxPool" | "Relu" => Ok(Some(grid)),
        "Transpose" | "Unsqueeze" => {
            let moved = read(builder, &call.with_inputs(&[grid]))?;
            Ok(moved.first().copied())
        }
        _ => Ok(None),
    }
}

/// Whether nothing is computed, and nothing but 0 put beside the elements.
fn only_moves(builder: &NetBuilder, call: &Call<'_>) -> bool {
    match call.node.op_type.as_str() {
        "Pad" => {
            let value = call.optional(2).map(|value| builder.scalar(value));
            value.unwrap_or(Some(call.float("value").unwrap_or(0.0))) == Some(0.0)
        }
        "Resize" => call.text("mode").unwrap_or("nearest") == "nearest",
        _ => true,
    }
}

/// `MatMulNBits`, `MatMulBnb4`: weights of few bits, unpacked and brought to
/// scale on the way, which other forms of the same network do before it runs.
pub(crate) fn nbits(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let a = call.input(0)?;
    let (k, n) = (call.int_or("K", 0), call.int_or("N", 0));
    if k < 1 || n < 1 {
        return Err(ImportError::Invalid(
            "`K` and `N` must be at least 1".to_owned(),
        ));
    }
    let bits = call.int_or("bits", 4);
    note_few_bits(builder, bits);
    let in_memory = bits_in_memory(builder, call, (k, n), bits);
    let element = builder.element(a);
    let weight = builder.add_constant("", vec![Expr::whole(k), Expr::whole(n)], element);
    // Packed in the file, where its elements are other ones.
    let made = builder.tensor_mut(weight);
    made.origin = Some(Origin::Unsaid);
    made.bits = in_memory.map(Box::new);
    let product = builder.matmul(a, weight, element)?;
    Ok(vec![builder.with_bias(product, call.optional(5))?])
}

/// The bits that a number of a packed weight of `n` rows of `k` takes in memory.
fn bits_in_memory(
    builder: &NetBuilder,
    call: &Call<'_>,
    (k, n): (i64, i64),
    bits: i64,
) -> Option<BigRational> {
    let block = call.int_or("block_size", 32);
    if block < 1 || !(1..=8).contains(&bits) {
        return None;
    }
    let scale = scale_bits(builder, call, 2);
    if call.node.op_type == "MatMulBnb4" {
        // Blocks go on from row to row.
        let all = whole(k) * whole(n);
        let blocks = (&all / whole(block)).ceil();
        return Some(whole(4) + scale * blocks / all);
    }
    let blocks = (whole(k) / whole(block)).ceil();
    // The last block of a row is filled up; zero points are packed row by row.
    let zeros = match call.optional(3).map(|zeros| builder.element(zeros)) {
        None => whole(0),
        Some(ElementType::Uint8) => (&blocks * whole(bits) / whole(8)).ceil() * whole(8),
        Some(element) => &blocks * whole(element.bits().unwrap_or(0)),
    };
    Some((&blocks * (whole(block) * whole(bits) + scale) + zeros) / whole(k))
}

/// The bits of a scale that is among the inputs.
pub(super) fn scale_bits(builder: &NetBuilder, call: &Call<'_>, at: usize) -> BigRational {
    let scale = call.optional(at).map(|scale| builder.element(scale));
    whole(scale.and_then(ElementType::bits).unwrap_or(0))
}

/// Says what is left out of weights that lie packed.
pub(super) fn note_few_bits(builder: &mut NetBuilder, bits: i64) {
    builder.note(&format!(
        "weights of {bits} bits multiply in the format of the estimate, and move as they are packed, \
         scales included; unpacking them is left out, as all that depends on weights alone"
    ));
}
