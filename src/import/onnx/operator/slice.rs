//! `Slice`: a stretch of some axes, its bounds kept within them.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::bounds::{clamp, is_non_negative, larger};
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
        let limits = Limits::of(&extent, step, builder.is_constant(x));
        let (start, end) = (
            limits.place(start, &Expr::zero()),
            limits.place(end, &limits.low),
        );
        let span = if step > 0 {
            &end - &start
        } else {
            &start - &end
        };
        let length = ceil(&span.scale(&(whole(1) / whole(step.unsigned_abs()))));
        shape[axis] = larger(&length, &Expr::zero());
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

/// Between what the bounds of a slice along one axis are kept.
struct Limits<'e> {
    extent: &'e Expr,
    /// What an end is not below.
    low: Expr,
    high: Expr,
    /// Whether bounds that are formulas are taken to lie within: a table that
    /// is shorter than what reads it would fit nothing.
    trusted: bool,
}

impl Limits<'_> {
    fn of(extent: &Expr, step: i64, table: bool) -> Limits<'_> {
        let last = extent - &Expr::one();
        let (low, high) = match step > 0 {
            true => (Expr::zero(), extent.clone()),
            false => (Expr::whole(-1), last),
        };
        Limits {
            extent,
            low,
            high,
            trusted: table && extent.as_constant().is_some(),
        }
    }

    fn place(&self, bound: &Expr, low: &Expr) -> Expr {
        let formula = bound.as_constant().is_none();
        if self.trusted && formula && is_non_negative(bound) {
            return bound.clone();
        }
        clamp(bound, self.extent, low, &self.high)
    }
}

/// `CenterCropPad`: so many elements around the middle of some axes, or these
/// with others on both sides.
pub(crate) fn centred(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let mut shape = builder.shape(x)?;
    let axes = match call.ints("axes") {
        Some(axes) => axes.to_vec(),
        None => (0..shape.len() as i64).collect(),
    };
    let rank = shape.len();
    let found = builder.whole(call.input(1)?).and_then(|extents| {
        for (axis, extent) in axes.iter().zip(extents) {
            shape[axis_at(*axis, rank)?] = extent;
        }
        Ok(shape)
    });
    let shape = call.or_told(found, |told| Some(told.to_vec()))?;
    Ok(vec![builder.moved(&[x], shape)?])
}
