//! Sequences of tensors, followed where it is known how long they are and
//! which of their tensors is meant.

use super::call::Call;
use super::concat::{join, slices, stack, taken_apart};
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::{axis_at, number};
use crate::import::onnx::net::{KnownValue, TensorId};
use crate::import::onnx::proto::ElementType;
use crate::symbolic::Expr;

/// Longer sequences are not followed.
const MAX_LENGTH: i64 = 1 << 12;

/// `SplitToSequence`: parts of one element, of as many as a number says, or of
/// as many as a list says.
pub(crate) fn split(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let shape = builder.shape(x)?;
    let axis = call.axis(0, shape.len())?;
    let extent = number(&shape[axis])?;
    let lengths = match call.optional(1) {
        None if call.int_or("keepdims", 1) == 0 => {
            chunks(extent, 1)?;
            let parts = slices(builder, x, axis, extent)?;
            return Ok(vec![builder.sequence(parts)]);
        }
        None => chunks(extent, 1)?,
        Some(split) if builder.shape(split)?.is_empty() => match builder.numbers(split)?[..] {
            [length] => chunks(extent, length)?,
            _ => return Err(ImportError::Invalid("`split` is no number".to_owned())),
        },
        Some(split) => builder.numbers(split)?,
    };
    let lengths = lengths.into_iter().map(Expr::whole).collect();
    let parts = taken_apart(builder, x, axis, lengths)?;
    Ok(vec![builder.sequence(parts)])
}

/// An extent in parts of one length; the last is what is left.
fn chunks(extent: i64, length: i64) -> Result<Vec<i64>, ImportError> {
    if length < 1 || extent / length > MAX_LENGTH {
        return Err(ImportError::Invalid(format!("parts of {length} elements")));
    }
    let starts = (0..extent).step_by(usize::try_from(length).unwrap_or(usize::MAX));
    Ok(starts.map(|start| length.min(extent - start)).collect())
}

/// The tensors of a sequence.
fn parts(builder: &NetBuilder, call: &Call<'_>) -> Result<Vec<TensorId>, ImportError> {
    let unknown = || ImportError::Unsupported("what its sequence holds is not known".to_owned());
    let parts = builder.parts(call.input(0)?).ok_or_else(unknown)?;
    Ok(parts.to_vec())
}

/// The place that an input tells, up to `last`; the end where there is none.
fn place(
    builder: &NetBuilder,
    at: Option<TensorId>,
    length: usize,
    last: usize,
) -> Result<usize, ImportError> {
    let Some(at) = at else { return Ok(last) };
    let at = builder.numbers(at)?;
    let at = at.first().copied().unwrap_or(0);
    let from_end = if at < 0 {
        at.saturating_add(length as i64)
    } else {
        at
    };
    let place = usize::try_from(from_end).ok().filter(|at| *at <= last);
    place.ok_or_else(|| ImportError::Invalid(format!("no tensor {at} among {length}")))
}

/// `SequenceConstruct`
pub(crate) fn construct(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    Ok(vec![builder.sequence(call.all())])
}

/// `SequenceEmpty`
pub(crate) fn empty(builder: &mut NetBuilder, _: &Call<'_>) -> Results {
    Ok(vec![builder.sequence(Vec::new())])
}

/// `SequenceInsert`
pub(crate) fn insert(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let mut parts = parts(builder, call)?;
    let at = place(builder, call.optional(2), parts.len(), parts.len())?;
    parts.insert(at, call.input(1)?);
    Ok(vec![builder.sequence(parts)])
}

/// `SequenceErase`
pub(crate) fn erase(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let mut parts = parts(builder, call)?;
    let last = parts.len().checked_sub(1);
    let last = last.ok_or_else(|| ImportError::Invalid("its sequence is empty".to_owned()))?;
    parts.remove(place(builder, call.optional(1), parts.len(), last)?);
    Ok(vec![builder.sequence(parts)])
}

/// `SequenceAt`
pub(crate) fn at(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let parts = parts(builder, call)?;
    let last = parts.len().checked_sub(1);
    let last = last.ok_or_else(|| ImportError::Invalid("its sequence is empty".to_owned()))?;
    let at = place(builder, Some(call.input(1)?), parts.len(), last)?;
    Ok(vec![parts[at]])
}

/// `SequenceLength`
pub(crate) fn length(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let length = parts(builder, call)?.len() as i64;
    Ok(vec![builder.known(
        KnownValue::ints(&[length]),
        vec![],
        ElementType::Int64,
    )])
}

/// `ConcatFromSequence`
pub(crate) fn joined(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let parts = parts(builder, call)?;
    let first = parts.first().copied();
    let first = first.ok_or_else(|| ImportError::Invalid("its sequence is empty".to_owned()))?;
    let rank = builder.shape(first)?.len();
    let new = call.int_or("new_axis", 0) != 0;
    let axis = axis_at(call.int_or("axis", 0), rank + usize::from(new))?;
    let all = match new {
        true => stack(builder, &parts, axis)?,
        false => join(builder, &parts, axis)?,
    };
    Ok(vec![all])
}

/// `OptionalHasElement`: whether there is an input; one of the graph is taken
/// to be given.
pub(crate) fn is_given(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    if call.optional(0).is_some() {
        builder.note("an optional input is taken to be given");
    }
    let given = KnownValue::ints(&[i64::from(call.optional(0).is_some())]);
    Ok(vec![builder.known(given, vec![], ElementType::Bool)])
}

/// `Optional`, `OptionalGetElement`: what it is given.
pub(crate) fn given(_: &mut NetBuilder, call: &Call<'_>) -> Results {
    let missing = || ImportError::Unsupported("there is nothing in it".to_owned());
    Ok(vec![call.optional(0).ok_or_else(missing)?])
}
