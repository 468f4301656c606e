//! Constants that are made of shapes: shapes themselves, ranges, fillings.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::{MAX_VALUES, ceil, extents, few, number};
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

/// `Range`
pub(crate) fn range(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let one = |at: usize| -> Result<Expr, ImportError> {
        let values = builder.whole(call.input(at)?)?;
        values
            .first()
            .cloned()
            .ok_or_else(|| ImportError::Invalid("an empty bound".to_owned()))
    };
    let (start, limit, step) = (one(0)?, one(1)?, number(&one(2)?)?);
    if step == 0 {
        return Err(ImportError::Invalid("a step of 0".to_owned()));
    }
    let count = ceil(&(&limit - &start).scale(&(whole(1) / whole(step))));
    let element = builder.element(call.input(0)?);
    let length = number(&count)
        .ok()
        .filter(|count| (0..=MAX_VALUES as i64).contains(count));
    if let (Some(length), Ok(first)) = (length, number(&start)) {
        let values = (0..length)
            .map(|at| Expr::whole(first + at * step))
            .collect();
        return Ok(vec![builder.known(
            KnownValue::Whole(values),
            vec![count],
            element,
        )]);
    }
    Ok(vec![builder.add_constant("", vec![count], element)])
}

/// `ConstantOfShape`, `EyeLike`
pub(crate) fn filled(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let shape = match call.node.op_type.as_str() {
        "ConstantOfShape" => builder.whole(call.input(0)?)?,
        // EyeLike
        _ => builder.shape(call.input(0)?)?,
    };
    let element = call
        .tensor("value")
        .map_or(ElementType::Float, |tensor| tensor.element);
    let given = match call.tensor("value").map(|tensor| &tensor.payload) {
        Some(Payload::Ints(values)) => values.first().copied(),
        Some(_) => None,
        None => Some(0),
    };
    let count = extents(&shape).and_then(|extents| few(&extents));
    let id = builder.add_constant("", shape, element);
    if let (Some(given), Some(count)) = (given, count)
        && call.node.op_type == "ConstantOfShape"
    {
        builder.tensor_mut(id).value = Some(KnownValue::Whole(vec![Expr::whole(given); count]));
    }
    Ok(vec![id])
}
