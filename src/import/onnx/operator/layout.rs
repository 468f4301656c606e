//! Elements that keep their values in another shape, or in another order.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::{axis_at, broadcast, extents, shown};
use crate::import::onnx::infer::index::{broadcast_places, indices, place_of, strides, walk};
use crate::import::onnx::net::KnownValue;
use crate::number::whole;
use crate::symbolic::Expr;

/// `Identity`, `Dropout` as it is applied, and others that change nothing.
pub(crate) fn identity(_: &mut NetBuilder, call: &Call<'_>) -> Results {
    Ok(vec![call.input(0)?; call.results()])
}

/// `Reshape`
pub(crate) fn reshape(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let input = builder.shape(x)?;
    let wanted = match call.ints("shape") {
        Some(shape) => shape.iter().map(|extent| Expr::whole(*extent)).collect(),
        None => builder.whole(call.input(1)?)?,
    };
    let literal = call.int_or("allowzero", 0) != 0;
    let mut shape = Vec::with_capacity(wanted.len());
    let mut open = None;
    for (at, extent) in wanted.into_iter().enumerate() {
        let rest = extent == Expr::whole(-1);
        if rest && open.replace(at).is_some() {
            return Err(ImportError::Invalid(
                "two axes of the shape are −1".to_owned(),
            ));
        }
        shape.push(if rest {
            Expr::one()
        } else if extent.is_zero() && !literal {
            input.get(at).cloned().ok_or_else(|| {
                ImportError::Invalid(format!(
                    "axis {at} is to stay, but the input has {}",
                    shown(&input)
                ))
            })?
        } else {
            extent
        });
    }
    let all: Expr = input.iter().product();
    let given: Expr = shape.iter().product();
    if let Some(at) = open {
        shape[at] = all
            .divide(&given)
            .ok_or_else(|| ImportError::Invalid("an empty shape".to_owned()))?;
    } else if given != all && given.as_constant().is_some() && all.as_constant().is_some() {
        let message = format!("{} cannot become {}", shown(&input), shown(&shape));
        return Err(ImportError::Invalid(message));
    }
    Ok(vec![builder.reshaped(x, shape)?])
}

/// `Flatten`
pub(crate) fn flatten(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let input = builder.shape(x)?;
    let axis = call.int_or("axis", 1);
    let at = if axis == input.len() as i64 {
        input.len()
    } else {
        axis_at(axis, input.len())?
    };
    let shape = vec![input[..at].iter().product(), input[at..].iter().product()];
    Ok(vec![builder.reshaped(x, shape)?])
}

/// `Squeeze`
pub(crate) fn squeeze(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let input = builder.shape(x)?;
    let gone: Vec<usize> = match call.list(builder, "axes", 1)? {
        Some(axes) => (axes.into_iter())
            .map(|axis| axis_at(axis, input.len()))
            .collect::<Result<_, _>>()?,
        None => (0..input.len())
            .filter(|at| input[*at] == Expr::one())
            .collect(),
    };
    let kept = input
        .into_iter()
        .enumerate()
        .filter(|(at, _)| !gone.contains(at));
    let shape = kept.map(|(_, extent)| extent).collect();
    Ok(vec![builder.reshaped(x, shape)?])
}

/// `Unsqueeze`
pub(crate) fn unsqueeze(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let mut input = builder.shape(x)?.into_iter();
    let axes = call.list(builder, "axes", 1)?.unwrap_or_default();
    let rank = input.len() + axes.len();
    let new: Vec<usize> = (axes.into_iter())
        .map(|axis| axis_at(axis, rank))
        .collect::<Result<_, _>>()?;
    let shape = (0..rank)
        .map(|at| {
            if new.contains(&at) {
                None
            } else {
                input.next()
            }
        })
        .map(|extent| extent.unwrap_or_else(Expr::one))
        .collect();
    Ok(vec![builder.reshaped(x, shape)?])
}

/// `Transpose`
pub(crate) fn transpose(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let input = builder.shape(x)?;
    let order: Vec<usize> = match call.ints("perm") {
        Some(order) => (order.iter())
            .map(|axis| axis_at(*axis, input.len()))
            .collect::<Result<_, _>>()?,
        None => (0..input.len()).rev().collect(),
    };
    let mut seen = order.clone();
    seen.sort_unstable();
    if seen != (0..input.len()).collect::<Vec<_>>() {
        return Err(ImportError::Invalid(format!(
            "`perm` does not fit {} axes",
            input.len()
        )));
    }
    let shape: Vec<Expr> = order.iter().map(|at| input[*at].clone()).collect();
    let strides = extents(&input).map(|own| strides(&own));
    let steps = strides.map(|strides| order.iter().map(|at| strides[*at]).collect::<Vec<_>>());
    let places = steps.and_then(|steps| walk(&extents(&shape)?, 0, &steps));
    let result = builder.reordered(x, shape, &order)?;
    if let Some(places) = places {
        builder.picked(result, x, &places);
    }
    Ok(vec![result])
}

/// `Expand`
pub(crate) fn expand(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let wanted = builder.whole(call.input(1)?)?;
    let shape = broadcast(&builder.shape(x)?, &wanted).map_err(ImportError::Invalid)?;
    let own = extents(&builder.shape(x)?);
    let target = extents(&shape);
    let result = builder.moved(&[x], shape)?;
    if let (Some(own), Some(target)) = (own, target)
        && let Some(places) = broadcast_places(&own, &target)
    {
        builder.picked(result, x, &places);
    }
    Ok(vec![result])
}

/// `Tile`
pub(crate) fn tile(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let repeats = builder.whole(call.input(1)?)?;
    let input = builder.shape(x)?;
    if repeats.len() != input.len() {
        return Err(ImportError::Invalid(
            "one number of repeats for each axis is needed".to_owned(),
        ));
    }
    let shape: Vec<Expr> = input
        .iter()
        .zip(&repeats)
        .map(|(extent, repeat)| extent * repeat)
        .collect();
    let places = extents(&input).and_then(|own| {
        let place = |index: Vec<i64>| {
            let within: Vec<i64> = index.iter().zip(&own).map(|(at, own)| at % own).collect();
            place_of(&within, &own)
        };
        let all = indices(&extents(&shape)?)?;
        all.into_iter().map(place).collect::<Option<Vec<_>>>()
    });
    let result = builder.moved(&[x], shape)?;
    if let Some(places) = places {
        builder.picked(result, x, &places);
    }
    Ok(vec![result])
}

/// `DepthToSpace`, `SpaceToDepth`
pub(crate) fn space(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let [batch, depth, rows, columns] = builder.shape_of_rank::<4>(x)?;
    let size = call.int_or("blocksize", 1);
    if !(1..=1 << 20).contains(&size) {
        return Err(ImportError::Invalid(format!("`blocksize` is {size}")));
    }
    let (area, side) = (whole(size) * whole(size), whole(size));
    let shape = if call.node.op_type == "DepthToSpace" {
        vec![
            batch,
            depth.scale(&(whole(1) / area)),
            rows.scale(&side),
            columns.scale(&side),
        ]
    } else {
        let part = whole(1) / side;
        vec![
            batch,
            depth.scale(&area),
            rows.scale(&part),
            columns.scale(&part),
        ]
    };
    Ok(vec![builder.moved(&[x], shape)?])
}

/// `Trilu`: one triangle of the last two axes, zeros in the other.
pub(crate) fn triangle(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let shape = builder.shape(x)?;
    let offset = match call.optional(1) {
        Some(offset) => builder.numbers(offset).ok(),
        None => Some(vec![0]),
    };
    let offset = offset.and_then(|offset| offset.first().copied());
    let upper = call.int_or("upper", 1) != 0;
    let kept = |index: &[i64]| match (index, offset) {
        ([.., row, column], Some(offset)) => {
            let above = column - row;
            Some(if upper {
                above >= offset
            } else {
                above <= offset
            })
        }
        _ => None,
    };
    let value = builder.exprs(x).and_then(|values| {
        let places = indices(&extents(&shape)?)?;
        let pairs = places.iter().zip(values);
        let made =
            pairs.map(|(index, value)| Some(if kept(index)? { value } else { Expr::zero() }));
        made.collect::<Option<_>>().map(KnownValue::Whole)
    });
    let result = builder.moved(&[x], shape)?;
    builder.tells_order(result);
    builder.reveal(result, value);
    Ok(vec![result])
}

/// `ReverseSequence`: the shape stays.
pub(crate) fn same(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let shape = builder.shape(x)?;
    Ok(vec![builder.moved(&[x], shape)?])
}
