//! Constants that are made of shapes: shapes themselves, ranges, fillings.

use super::call::Call;
use crate::domain::Domain;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::bounds::larger;
use crate::import::onnx::infer::extent::{MAX_VALUES, ceil, extents, few, number};
use crate::import::onnx::infer::index::indices;
use crate::import::onnx::net::KnownValue;
use crate::import::onnx::proto::{ElementType, Payload};
use crate::number::whole;
use crate::symbolic::Expr;

/// `Shape`
pub(crate) fn shape(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let shape = builder.shape(call.input(0)?)?;
    let rank = shape.len() as i64;
    let within = |at: i64| (if at < 0 { at + rank } else { at }).clamp(0, rank) as usize;
    let (start, end) = (
        within(call.int_or("start", 0)),
        within(call.int_or("end", rank)),
    );
    let part: Vec<Expr> = shape[start..end.max(start)].to_vec();
    let length = Expr::whole(part.len() as i64);
    Ok(vec![builder.known(
        KnownValue::Whole(part),
        vec![length],
        ElementType::Int64,
    )])
}

/// `Size`
pub(crate) fn size(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let size: Expr = builder.shape(call.input(0)?)?.iter().product();
    Ok(vec![builder.known(
        KnownValue::Whole(vec![size]),
        vec![],
        ElementType::Int64,
    )])
}

/// `Range`: of whole numbers or fractions.
pub(crate) fn range(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let one = |at: usize| -> Result<Expr, ImportError> {
        let bound = call.input(at)?;
        let values = match builder.exprs(bound) {
            Some(values) => values,
            None => builder.whole(bound)?,
        };
        values
            .first()
            .cloned()
            .ok_or_else(|| ImportError::Invalid("an empty bound".to_owned()))
    };
    let (start, limit, step) = (one(0)?, one(1)?, one(2)?);
    let Some(steps) = (&limit - &start).divide(&step) else {
        return Err(ImportError::Invalid("a step of 0".to_owned()));
    };
    if step.as_constant().is_none() {
        return Err(ImportError::Unsupported(format!("a step of `{step}`")));
    }
    let count = larger(&ceil(&steps), &Expr::zero());
    let element = builder.element(call.input(0)?);
    let length = number(&count)
        .ok()
        .filter(|count| (0..=MAX_VALUES as i64).contains(count));
    if let (Some(length), Some(_)) = (length, start.as_constant()) {
        let values = (0..length)
            .map(|at| &start + &step.scale(&whole(at)))
            .collect();
        return Ok(vec![builder.known(
            KnownValue::Whole(values),
            vec![count],
            element,
        )]);
    }
    Ok(vec![builder.add_constant("", vec![count], element)])
}

/// `ConstantOfShape`
pub(crate) fn filled(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let shape = builder.whole(call.input(0)?)?;
    let tensor = call.tensor("value");
    let element = tensor.map_or(ElementType::Float, |tensor| tensor.element);
    let count = extents(&shape).and_then(|extents| few(&extents));
    let value = match tensor.map(|tensor| &tensor.payload) {
        Some(Payload::Ints(values)) => values.first().map(|value| KnownValue::ints(&[*value])),
        Some(Payload::Floats(values)) => values.first().map(|value| KnownValue::Real(vec![*value])),
        Some(_) => None,
        None => Some(KnownValue::ints(&[0])),
    };
    let id = builder.add_constant("", shape, element);
    let number = value.as_ref().and_then(KnownValue::single);
    if let Some(number) = number.and_then(num_rational::BigRational::from_float) {
        builder.tensor_mut(id).domain = Domain::of([number]);
    }
    let value = value
        .zip(count)
        .and_then(|(value, count)| value.pick(&vec![0; count]));
    builder.reveal(id, value);
    Ok(vec![id])
}

/// `EyeLike`: ones along a diagonal, zeros beside it.
pub(crate) fn eye(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let shape = builder.shape(x)?;
    let element = match call.int("dtype") {
        Some(number) => ElementType::from_number(i32::try_from(number).unwrap_or(0)),
        None => builder.element(x),
    };
    let offset = call.int_or("k", 0);
    let value = extents(&shape).and_then(|own| indices(&own)).map(|all| {
        let one = |index: &Vec<i64>| match index.as_slice() {
            [row, column] => i64::from(column.saturating_sub(*row) == offset),
            _ => 0,
        };
        KnownValue::ints(&all.iter().map(one).collect::<Vec<_>>())
    });
    let id = builder.add_constant("", shape, element);
    builder.tensor_mut(id).domain = Domain::binary();
    builder.reveal(id, value);
    Ok(vec![id])
}
