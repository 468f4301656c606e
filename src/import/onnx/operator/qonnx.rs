//! QONNX: fractions brought to the grid of a few bits, in one operator that
//! gives fractions again. As behind `DequantizeLinear`, a product takes the
//! numbers instead.

use super::call::Call;
use crate::import::onnx::build::{Held, NetBuilder, Quantised};
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::{Binary, KnownValue, Product, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::model::{Map, Reduce};
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// How fractions are rounded, in any case of letters.
const ROUNDINGS: [&str; 9] = [
    "ROUND",
    "HALF_EVEN",
    "CEIL",
    "FLOOR",
    "UP",
    "DOWN",
    "HALF_UP",
    "HALF_DOWN",
    "ROUND_TO_ZERO",
];
/// No numbers are wider.
const MOST_BITS: f64 = 64.0;

/// `Quant`, `IntQuant`: x, scale, zero point, bit width.
pub(crate) fn quant(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, scale, zero) = (call.input(0)?, call.input(1)?, call.input(2)?);
    let bits = width(builder, call.input(3)?)?;
    rounding(call, "ROUND")?;
    let signed = call.int_or("signed", 1) != 0;
    if signed && bits == 1 {
        return bipolar_of(builder, x, scale);
    }
    let bounds = bounds(bits, signed, call.int_or("narrow", 0) != 0);
    let unscaled = is_one(builder, scale);
    let rounded = builder.rounded(x, Some(zero), unscaled)?;
    let numbers = builder.step(Work::Clip(bounds.0, bounds.1), &[rounded], grid(bits))?;
    fractions(builder, numbers, Some(scale), Some(zero), bits)
}

/// `BipolarQuant`: plus or minus the scale, plus for 0.
pub(crate) fn bipolar(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    bipolar_of(builder, call.input(0)?, call.input(1)?)
}

fn bipolar_of(builder: &mut NetBuilder, x: TensorId, scale: TensorId) -> Results {
    if builder.is_never_negative(x) {
        builder.note(
            "the sign of a Relu is taken, which is always 1: so a one-bit activation is exported \
             that means {0, 1}",
        );
    }
    let numbers = builder.step(Work::Unary(Unary::Sign), &[x], ElementType::Int8)?;
    fractions(builder, numbers, Some(scale), None, 1)
}

/// `Trunc`: x, scale, zero point, bit width before, and bit width; in its
/// second version x, scale, zero point, bit width before, scale and bit width.
/// The lowest bits go.
pub(crate) fn trunc(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, scale, zero) = (call.input(0)?, call.input(1)?, call.input(2)?);
    let before = width(builder, call.input(3)?)?;
    let second = call.optional(5);
    let bits = width(builder, second.map_or_else(|| call.input(4), Ok)?)?;
    let floors = rounding(call, "FLOOR")? == "FLOOR";
    let mut numbers = match builder.quantised_form(x) {
        Some(quantised) => quantised.numbers,
        None => {
            let unscaled = is_one(builder, scale);
            builder.rounded(x, Some(zero), unscaled)?
        }
    };
    let result_scale = if second.is_some() {
        call.input(4)?
    } else {
        scale
    };
    let shifts = match second {
        Some(_) => match (builder.scalar(scale), builder.scalar(result_scale)) {
            (Some(before), Some(after)) => before != after,
            _ => true,
        },
        None => bits != before,
    };
    if shifts {
        let mut counts = vec![(Primitive::Shift, 1)];
        // A shift rounds down.
        if !floors {
            counts.push((Primitive::Round, 1));
        }
        numbers = builder.per_element_of(numbers, &counts)?;
    }
    if second.is_some() {
        let signed = call.int_or("signed", 1) != 0;
        let (low, high) = bounds(bits, signed, call.int_or("narrow", 0) != 0);
        numbers = builder.step(Work::Clip(low, high), &[numbers], grid(bits))?;
    }
    fractions(builder, numbers, Some(result_scale), Some(zero), bits)
}

/// `MultiThreshold`: how many thresholds of its channel an element reaches,
/// times a scale, moved.
pub(crate) fn thresholds(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, thresholds) = (call.input(0)?, call.input(1)?);
    let [_, count] = builder.shape_of_rank::<2>(thresholds)?;
    let scale = call.float("out_scale").unwrap_or(1.0);
    let shift = call.float("out_bias").unwrap_or(0.0);
    let one = count == Expr::one();
    if one && scale == 2.0 && shift == -1.0 {
        let numbers = builder.step(Work::Unary(Unary::Sign), &[x], ElementType::Int8)?;
        builder.stands_for(numbers, &[Some(thresholds)]);
        return fractions(builder, numbers, None, None, 1);
    }
    let (shape, element) = (builder.shape(x)?, ElementType::Int8);
    let numbers = if one {
        let threshold = builder.add_constant("threshold", vec![], ElementType::Float);
        let reached = Work::Binary(Binary::GreaterOrEqual);
        builder.compute(reached, &[x, threshold], shape, ElementType::Bool)?
    } else {
        let counts = [
            (Primitive::Compare, count.clone()),
            (Primitive::Add, &count - &Expr::one()),
        ];
        builder.per_element(&counts, &[x], shape, element)?
    };
    builder.stands_for(numbers, &[Some(thresholds)]);
    let most = crate::import::onnx::infer::extent::number(&count)?;
    builder.bounded(numbers, 0.0, most as f64);
    let zero = (shift != 0.0).then(|| {
        let zero = KnownValue::Real(vec![-shift / scale]);
        builder.known(zero, vec![], ElementType::Float)
    });
    let quantised = Quantised {
        numbers,
        scale: None,
        zero,
        held: builder.held(numbers),
        unscaled: scale == 1.0,
        grid: None,
    };
    Ok(vec![builder.fractions_of(quantised)?])
}

/// `XnorPopcountMatMul`: of bits that stand for −1 and 1, how often two are
/// alike.
pub(crate) fn xnor(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (a, b) = (call.input(0)?, call.input(1)?);
    let result = builder.matmul(a, b, ElementType::Int32)?;
    if let Some(node) = builder.last(result)
        && let Work::Product(product) = &mut node.work
    {
        *product = Product {
            map: Map::Xnor,
            reduce: Reduce::Popcount,
            ..product.clone()
        };
    }
    Ok(vec![result])
}

/// The fractions that numbers of so many bits stand for; without a scale it is
/// 1.
fn fractions(
    builder: &mut NetBuilder,
    numbers: TensorId,
    scale: Option<TensorId>,
    zero: Option<TensorId>,
    bits: u16,
) -> Results {
    let quantised = Quantised {
        numbers,
        scale,
        zero,
        held: Held::Whole(bits),
        unscaled: scale.is_none_or(|scale| is_one(builder, scale)),
        grid: scales_along(builder, numbers, scale)?,
    };
    Ok(vec![builder.fractions_of(quantised)?])
}

/// How many scales there are along each axis of numbers, where there is not one
/// for all.
fn scales_along(
    builder: &mut NetBuilder,
    numbers: TensorId,
    scale: Option<TensorId>,
) -> Result<Option<TensorId>, ImportError> {
    let Some(scale) = scale else { return Ok(None) };
    let own = builder.shape(scale)?;
    let Some(missing) = builder.shape(numbers)?.len().checked_sub(own.len()) else {
        return Ok(None);
    };
    if own.iter().all(|extent| *extent == Expr::one()) {
        return Ok(None);
    }
    let mut grid = vec![Expr::one(); missing];
    grid.extend(own);
    Ok(Some(builder.add_constant("", grid, ElementType::Float)))
}

/// A bit width: one whole number, known before.
fn width(builder: &NetBuilder, tensor: TensorId) -> Result<u16, ImportError> {
    let widths = builder.value(tensor).and_then(KnownValue::reals);
    let unknown = || ImportError::Unsupported("a bit width known only while it runs".to_owned());
    let widths = widths
        .filter(|widths| !widths.is_empty())
        .ok_or_else(unknown)?;
    let bits = widths[0];
    if widths.iter().any(|other| *other != bits) {
        let message = "bit widths that differ between channels";
        return Err(ImportError::Unsupported(message.to_owned()));
    }
    if bits.fract() != 0.0 {
        return Err(ImportError::Invalid(format!(
            "a bit width of {bits}: no circuit multiplies numbers of a fraction of a bit; round \
             the width before the export"
        )));
    }
    if !(1.0..=MOST_BITS).contains(&bits) {
        return Err(ImportError::Invalid(format!(
            "a bit width of {bits}: not from 1 to {MOST_BITS}"
        )));
    }
    Ok(bits as u16)
}

/// The smallest and the largest number of so many bits; a narrow range has one
/// less.
fn bounds(bits: u16, signed: bool, narrow: bool) -> (f64, f64) {
    let less = if narrow { 1.0 } else { 0.0 };
    match signed {
        true => {
            let half = 2f64.powi(i32::from(bits) - 1);
            (less - half, half - 1.0)
        }
        false => (0.0, 2f64.powi(i32::from(bits)) - 1.0 - less),
    }
}

/// The type of numbers of so many bits.
fn grid(bits: u16) -> ElementType {
    match bits {
        ..=8 => ElementType::Int8,
        9..=16 => ElementType::Int16,
        17..=32 => ElementType::Int32,
        _ => ElementType::Int64,
    }
}

/// How fractions are rounded.
fn rounding(call: &Call<'_>, default: &str) -> Result<String, ImportError> {
    let given = call.text("rounding_mode").unwrap_or(default);
    let known = given.to_ascii_uppercase();
    if ROUNDINGS.contains(&known.as_str()) {
        return Ok(known);
    }
    Err(ImportError::Invalid(format!(
        "`rounding_mode` is {given:?}; there are {}",
        ROUNDINGS.join(", ")
    )))
}

/// Whether a scale is known to be 1.
fn is_one(builder: &NetBuilder, scale: TensorId) -> bool {
    let values = builder.value(scale).and_then(KnownValue::reals);
    values.is_some_and(|values| values.iter().all(|value| *value == 1.0))
}
