//! Constants that are made of shapes: shapes themselves, ranges, fillings.

use super::constant::{MAX_VALUES, extents, few, number};
use super::{Call, Outcome, Reader, Trouble};
use crate::import::onnx::extent::ceil;
use crate::import::onnx::net::{TensorId, Value};
use crate::import::onnx::proto::{ElementType, Payload};
use crate::number::whole;
use crate::symbolic::Expr;

/// `Shape`
pub(super) fn shape(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let shape = reader.shape(call.input(0)?)?;
    let rank = shape.len() as i64;
    let within = |at: i64| (if at < 0 { at + rank } else { at }).clamp(0, rank) as usize;
    let (start, end) = (
        within(call.int_or("start", 0)),
        within(call.int_or("end", rank)),
    );
    let part: Vec<Expr> = shape[start..end.max(start)].to_vec();
    let length = Expr::whole(part.len() as i64);
    Ok(vec![reader.known(
        Value::Whole(part),
        vec![length],
        ElementType::Int64,
    )])
}

/// `Size`
pub(super) fn size(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let size: Expr = reader.shape(call.input(0)?)?.iter().product();
    Ok(vec![reader.known(
        Value::Whole(vec![size]),
        vec![],
        ElementType::Int64,
    )])
}

/// `Range`
pub(super) fn range(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let one = |at: usize| -> Result<Expr, Trouble> {
        let values = reader.whole(call.input(at)?)?;
        values
            .first()
            .cloned()
            .ok_or_else(|| Trouble::Wrong("an empty bound".to_owned()))
    };
    let (start, limit, step) = (one(0)?, one(1)?, number(&one(2)?)?);
    if step == 0 {
        return Err(Trouble::Wrong("a step of 0".to_owned()));
    }
    let count = ceil(&(&limit - &start).scale(&(whole(1) / whole(step))));
    let element = reader.element(call.input(0)?);
    let length = number(&count)
        .ok()
        .filter(|count| (0..=MAX_VALUES as i64).contains(count));
    if let (Some(length), Ok(first)) = (length, number(&start)) {
        let values = (0..length)
            .map(|at| Expr::whole(first + at * step))
            .collect();
        return Ok(vec![reader.known(
            Value::Whole(values),
            vec![count],
            element,
        )]);
    }
    Ok(vec![reader.moved_constant(count, element)])
}

impl Reader<'_> {
    /// A list of which only the length is known.
    fn moved_constant(&mut self, length: Expr, element: ElementType) -> TensorId {
        let id = self.tensor("", Some(vec![length]), element);
        self.net.tensors[id].constant = true;
        id
    }
}

/// `ConstantOfShape`, `EyeLike`
pub(super) fn filled(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let shape = match call.node.op_type.as_str() {
        "ConstantOfShape" => reader.whole(call.input(0)?)?,
        // EyeLike
        _ => reader.shape(call.input(0)?)?,
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
    let id = reader.tensor("", Some(shape), element);
    let made = &mut reader.net.tensors[id];
    made.constant = true;
    if let (Some(given), Some(count)) = (given, count)
        && call.node.op_type == "ConstantOfShape"
    {
        made.value = Some(Value::Whole(vec![Expr::whole(given); count]));
    }
    Ok(vec![id])
}
