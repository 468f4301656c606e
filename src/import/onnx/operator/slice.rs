//! `Slice`: a stretch of some axes, its bounds kept within them.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::{axis_at, ceil, extents, number};
use crate::import::onnx::infer::index::{strides, walk};
use crate::number::whole;
use crate::symbolic::Expr;

/// `Slice`
pub(crate) fn slice(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let mut shape = builder.shape(x)?;
    let (starts, ends, axes, steps) = bounds(builder, call)?;
    let own = extents(&shape).map(|own| strides(&own));
    let mut along = own.clone().unwrap_or_default();
    let mut first = own.as_ref().map(|_| 0);
    for (at, (start, end)) in starts.iter().zip(&ends).enumerate() {
        let axis = axes.as_ref().map_or(Ok(at as i64), |axes| {
            axes.get(at)
                .copied()
                .ok_or_else(|| ImportError::Invalid("too few axes".to_owned()))
        })?;
        let axis = axis_at(axis, shape.len())?;
        let step = steps
            .as_ref()
            .and_then(|steps| steps.get(at))
            .copied()
            .unwrap_or(1);
        if step == 0 {
            return Err(ImportError::Invalid("a step of 0".to_owned()));
        }
        let extent = shape[axis].clone();
        let (start, end) = (clamp(start, &extent, step), clamp(end, &extent, step));
        let span = if step > 0 {
            &end - &start
        } else {
            &start - &end
        };
        shape[axis] = ceil(&span.scale(&(whole(1) / whole(step.unsigned_abs()))));
        if shape[axis]
            .as_constant()
            .is_some_and(|extent| extent < whole(0))
        {
            shape[axis] = Expr::zero();
        }
        first = match (first, own.as_ref(), number(&start)) {
            (Some(first), Some(own), Ok(start)) => Some(first + start.saturating_mul(own[axis])),
            _ => None,
        };
        if let Some(along) = along.get_mut(axis) {
            *along = along.saturating_mul(step);
        }
    }
    let places = first.and_then(|first| walk(&extents(&shape)?, first, &along));
    let result = builder.moved(&[x], shape)?;
    if let Some(places) = places {
        builder.picked(result, x, &places);
    }
    Ok(vec![result])
}

type Bounds = (Vec<Expr>, Vec<Expr>, Option<Vec<i64>>, Option<Vec<i64>>);

fn bounds(builder: &NetBuilder, call: &Call<'_>) -> Result<Bounds, ImportError> {
    if let (Some(starts), Some(ends)) = (call.ints("starts"), call.ints("ends")) {
        let exprs = |values: &[i64]| values.iter().map(|v| Expr::whole(*v)).collect();
        return Ok((
            exprs(starts),
            exprs(ends),
            call.ints("axes").map(<[i64]>::to_vec),
            None,
        ));
    }
    let starts = builder.whole(call.input(1)?)?;
    let ends = builder.whole(call.input(2)?)?;
    let axes = call
        .optional(3)
        .map(|axes| builder.numbers(axes))
        .transpose()?;
    let steps = call
        .optional(4)
        .map(|steps| builder.numbers(steps))
        .transpose()?;
    Ok((starts, ends, axes, steps))
}

/// A bound of a slice within the extent. A bound that is a formula itself is
/// taken to lie within.
fn clamp(bound: &Expr, extent: &Expr, step: i64) -> Expr {
    let Some(value) = bound.as_constant() else {
        return bound.clone();
    };
    let last = extent - &Expr::one();
    let (low, high) = match step > 0 {
        true => (Expr::zero(), extent),
        false => (Expr::whole(-1), &last),
    };
    let beyond = whole(i64::from(i32::MAX));
    if value >= beyond {
        return high.clone();
    }
    if value <= -beyond {
        return low;
    }
    let placed = if value < whole(0) {
        extent + bound
    } else {
        bound.clone()
    };
    // An axis of unknown extent has at least one element.
    let near = value >= whole(-1) && value <= whole(1) && step > 0;
    if near && extent.as_constant().is_none() {
        return placed;
    }
    placed.larger(&low).smaller(high)
}
