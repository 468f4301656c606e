//! Elements selected by indices.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::bounds::{larger, smaller};
use crate::import::onnx::infer::extent::{axis_at, extents, number};
use crate::import::onnx::infer::index::{indices, place_of};
use crate::import::onnx::net::{KnownValue, Origin, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::number::whole;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// `Gather`: rows of an embedding, or a slice.
pub(crate) fn gather(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (data, indices) = (call.input(0)?, call.input(1)?);
    let (from, selected) = (builder.shape(data)?, builder.shape(indices)?);
    let axis = call.axis(0, from.len())?;
    let mut shape = from[..axis].to_vec();
    shape.extend(selected.iter().cloned());
    shape.extend(from[axis + 1..].iter().cloned());
    let table = builder.is_constant(data) && axis == 0 && from.len() == 2;
    if table && !builder.is_constant(indices) {
        let element = builder.element(data);
        return Ok(vec![builder.compute(
            Work::Gather,
            &[data, indices],
            shape,
            element,
        )?]);
    }
    let constant = builder.is_constant(indices);
    let inputs = if constant {
        vec![data]
    } else {
        vec![data, indices]
    };
    let places = picked_rows(builder, data, indices, axis, &shape);
    let result = builder.moved(&inputs, shape)?;
    if let Some(places) = places {
        builder.picked(result, data, &places);
    }
    Ok(vec![result])
}

/// Where the elements of a `Gather` stand in its data.
fn picked_rows(
    builder: &NetBuilder,
    data: TensorId,
    rows: TensorId,
    axis: usize,
    shape: &[Expr],
) -> Option<Vec<usize>> {
    builder.value(data)?;
    let own = extents(&builder.shape(data).ok()?)?;
    let of_rows = extents(&builder.shape(rows).ok()?)?;
    let rows = builder.numbers(rows).ok()?;
    let place = |index: Vec<i64>| {
        let (before, after) = index.split_at(axis);
        let (row, after) = after.split_at(of_rows.len());
        let row = *rows.get(place_of(row, &of_rows)?)?;
        place_of(&[before, &[from_end(row, own[axis])], after].concat(), &own)
    };
    indices(&extents(shape)?)?.into_iter().map(place).collect()
}

/// An index that may be counted from the end.
fn from_end(at: i64, extent: i64) -> i64 {
    if at < 0 {
        at.saturating_add(extent)
    } else {
        at
    }
}

/// `GatherBlockQuantized`: rows of numbers, brought to the scale of their
/// blocks. In bytes there are several numbers each.
pub(crate) fn of_blocks(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (data, rows) = (call.input(0)?, call.input(1)?);
    let (mut from, selected) = (builder.shape(data)?, builder.shape(rows)?);
    let axis = axis_at(call.int_or("gather_axis", 0), from.len())?;
    let element = builder.element(call.input(2)?);
    let bits = call.int_or("bits", 4);
    if let (ElementType::Uint8, 1 | 2 | 4, Some(packed)) =
        (builder.element(data), bits, from.last_mut())
    {
        *packed = packed.scale(&whole(8 / bits));
    }
    let table = builder.add_constant("", from.clone(), element);
    // Packed in the file, where its elements are other ones.
    builder.tensor_mut(table).origin = Some(Origin::Unsaid);
    let mut shape = from[..axis].to_vec();
    shape.extend(selected);
    shape.extend(from[axis + 1..].iter().cloned());
    let work = match axis == 0 && from.len() == 2 {
        true => Work::Gather,
        false => Work::Move,
    };
    let mut result = builder.compute(work, &[table, rows], shape, element)?;
    if call.optional(3).is_some() {
        result = builder.per_element_of(result, &[(Primitive::Sub, 1)])?;
    }
    Ok(vec![
        builder.per_element_of(result, &[(Primitive::Mul, 1)])?,
    ])
}

/// `GatherElements`: an element for each index.
pub(crate) fn elements(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (data, at) = (call.input(0)?, call.input(1)?);
    let shape = builder.shape(at)?;
    let axis = call.axis(0, builder.shape(data)?.len())?;
    let places = along_axis(builder, data, at, axis);
    moved_at(builder, data, at, shape, places)
}

/// For each of the indices along an axis the place that it stands for.
fn along_axis(
    builder: &NetBuilder,
    data: TensorId,
    at: TensorId,
    axis: usize,
) -> Option<Vec<usize>> {
    builder.value(data)?;
    let own = extents(&builder.shape(data).ok()?)?;
    let of_indices = extents(&builder.shape(at).ok()?)?;
    let values = builder.numbers(at).ok()?;
    let place = |(mut index, value): (Vec<i64>, i64)| {
        *index.get_mut(axis)? = from_end(value, own[axis]);
        place_of(&index, &own)
    };
    let pairs = indices(&of_indices)?.into_iter().zip(values);
    pairs.map(place).collect()
}

/// `GatherND`: a part of the data for each row of indices.
pub(crate) fn parts(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (data, at) = (call.input(0)?, call.input(1)?);
    let (from, of_indices) = (builder.shape(data)?, builder.shape(at)?);
    let depth = of_indices.last().map(number).transpose()?.unwrap_or(0);
    let batch = call.int_or("batch_dims", 0);
    let misfit = || ImportError::Invalid("the indices do not fit".to_owned());
    let skip = usize::try_from(depth.saturating_add(batch)).ok();
    let skip = skip.filter(|skip| *skip <= from.len()).ok_or_else(misfit)?;
    let batch = usize::try_from(batch).map_err(|_| misfit())?;
    let mut shape = of_indices[..of_indices.len().saturating_sub(1)].to_vec();
    shape.extend(from[skip..].iter().cloned());
    let places = tuple_places(builder, data, at, batch, &shape);
    moved_at(builder, data, at, shape, places)
}

/// Where the elements of `shape` stand that rows of indices tell, behind
/// `batch` axes that both tensors have.
fn tuple_places(
    builder: &NetBuilder,
    data: TensorId,
    at: TensorId,
    batch: usize,
    shape: &[Expr],
) -> Option<Vec<usize>> {
    builder.value(data)?;
    let own = extents(&builder.shape(data).ok()?)?;
    let of_indices = extents(&builder.shape(at).ok()?)?;
    let (depth, rows) = of_indices.split_last()?;
    let values = builder.numbers(at).ok()?;
    let place = |index: Vec<i64>| {
        if index.len() < rows.len() || rows.len() < batch {
            return None;
        }
        let (row, after) = index.split_at(rows.len());
        let first = place_of(row, rows)?.checked_mul(usize::try_from(*depth).ok()?)?;
        let tuple = values.get(first..first.checked_add(usize::try_from(*depth).ok()?)?)?;
        let axes = own.get(batch..)?.iter().zip(tuple);
        let tuple: Vec<i64> = axes.map(|(extent, at)| from_end(*at, *extent)).collect();
        place_of(&[&row[..batch], &tuple, after].concat(), &own)
    };
    indices(&extents(shape)?)?.into_iter().map(place).collect()
}

/// The elements of `data` at `places`, chosen by indices.
fn moved_at(
    builder: &mut NetBuilder,
    data: TensorId,
    at: TensorId,
    shape: Vec<Expr>,
    places: Option<Vec<usize>>,
) -> Results {
    let mut inputs = vec![data];
    if !builder.is_constant(at) {
        inputs.push(at);
    }
    let result = builder.moved(&inputs, shape)?;
    if let Some(places) = places {
        builder.picked(result, data, &places);
    }
    Ok(vec![result])
}

/// `ScatterElements`, `ScatterND`: the data with some elements replaced, or
/// combined with what is scattered, a step for each element of that.
pub(crate) fn scatter(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (data, at, updates) = (call.input(0)?, call.input(1)?, call.input(2)?);
    let shape = builder.shape(data)?;
    let step = match call.text("reduction") {
        None | Some("none") => None,
        Some("add") => Some(Primitive::Add),
        Some("mul") => Some(Primitive::Mul),
        Some("max" | "min") => Some(Primitive::Compare),
        Some(other) => {
            return Err(ImportError::Invalid(format!("`reduction` is {other}")));
        }
    };
    let places = match call.node.op_type.as_str() {
        "ScatterND" => tuple_places(builder, data, at, 0, &builder.shape(updates)?),
        _ => along_axis(builder, data, at, call.axis(0, shape.len())?),
    };
    let value = places.and_then(|places| {
        let combine = match call.text("reduction") {
            Some("add") => |old: &Expr, new: Expr| old + &new,
            Some("mul") => |old: &Expr, new: Expr| old * &new,
            Some("max") => |old: &Expr, new: Expr| larger(old, &new),
            Some("min") => |old: &Expr, new: Expr| smaller(old, &new),
            _ => |_: &Expr, new: Expr| new,
        };
        scattered_value(builder, data, updates, &places, combine)
    });
    let constant = builder.is_constant(at) && builder.is_constant(data);
    let mut scattered = updates;
    if let Some(step) = step {
        let of_updates = builder.shape(updates)?;
        let element = builder.element(updates);
        let inputs = match constant {
            true => vec![updates],
            false => vec![updates, data],
        };
        let one = [(step, Expr::one())];
        scattered = builder.per_element(&one, &inputs, of_updates, element)?;
    }
    let mut inputs = vec![data, scattered];
    if !builder.is_constant(at) {
        inputs.push(at);
    }
    let result = builder.moved(&inputs, shape)?;
    builder.reveal(result, value);
    Ok(vec![result])
}

/// What is known of the data with some of its elements combined with others.
fn scattered_value(
    builder: &NetBuilder,
    data: TensorId,
    updates: TensorId,
    places: &[usize],
    combine: fn(&Expr, Expr) -> Expr,
) -> Option<KnownValue> {
    let mut values = builder.exprs(data)?;
    for (place, update) in places.iter().zip(builder.exprs(updates)?) {
        let element = values.get_mut(*place)?;
        *element = combine(element, update);
    }
    Some(KnownValue::Whole(values))
}

/// `NonZero`: where the elements stand that are not 0, if they are known.
pub(crate) fn non_zero(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let unknown =
        || ImportError::Unsupported("how many there are is known only while it runs".to_owned());
    let own = extents(&builder.shape(x)?).ok_or_else(unknown)?;
    let values = builder.exprs(x).ok_or_else(unknown)?;
    let all = indices(&own).ok_or_else(unknown)?.into_iter().zip(values);
    let found: Vec<Vec<i64>> = all
        .filter(|(_, value)| !value.is_zero())
        .map(|(at, _)| at)
        .collect();
    let along = |axis: usize| found.iter().map(move |index| index[axis]);
    let places: Vec<i64> = (0..own.len()).flat_map(along).collect();
    let shape = [own.len(), found.len()].map(|extent| Expr::whole(extent as i64));
    let value = KnownValue::ints(&places);
    Ok(vec![builder.known(
        value,
        shape.to_vec(),
        ElementType::Int64,
    )])
}

/// `Compress`: what a list of truth values takes, if it is known.
pub(crate) fn compress(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, condition) = (call.input(0)?, builder.numbers(call.input(1)?)?);
    let mut from = builder.shape(x)?;
    let axis = match call.int("axis") {
        Some(axis) => axis_at(axis, from.len())?,
        None => {
            from = vec![from.iter().product()];
            0
        }
    };
    let taken = (0..).zip(&condition).filter(|(_, taken)| **taken != 0);
    let taken: Vec<i64> = taken.map(|(at, _)| at).collect();
    let count = Expr::whole(taken.len() as i64);
    let rows = KnownValue::ints(&taken);
    let rows = builder.known(rows, vec![count.clone()], ElementType::Int64);
    let flat = builder.reshaped(x, from.clone())?;
    from[axis] = count;
    let places = picked_rows(builder, flat, rows, axis, &from);
    moved_at(builder, flat, rows, from, places)
}

/// `OneHot`: a comparison for each element of the result.
pub(crate) fn one_hot(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let at = call.input(0)?;
    let mut shape = builder.shape(at)?;
    let axis = axis_at(call.int_or("axis", -1), shape.len() + 1)?;
    let depth = builder.whole(call.input(1)?);
    let depth = call.or_told(depth, |told| Some(vec![told.get(axis)?.clone()]))?;
    let depth = depth.first().cloned().unwrap_or_else(Expr::one);
    shape.insert(axis, depth.clone());
    let values = call.optional(2);
    let element = values.map_or(ElementType::Float, |values| builder.element(values));
    let choice = values.and_then(|values| builder.exprs(values));
    let value = choice.as_deref().and_then(|choice| {
        let [off, on] = choice else { return None };
        let (depth, places) = (number(&depth).ok()?, builder.numbers(at).ok()?);
        let of_indices = extents(&builder.shape(at).ok()?)?;
        let chosen = |mut index: Vec<i64>| {
            let along = index.remove(axis);
            let at = places.get(place_of(&index, &of_indices)?)?;
            Some(if from_end(*at, depth) == along {
                on.clone()
            } else {
                off.clone()
            })
        };
        let all = indices(&extents(&shape)?)?.into_iter().map(chosen);
        all.collect::<Option<_>>().map(KnownValue::Whole)
    });
    let counts = [(Primitive::Compare, Expr::one())];
    let bits = choice.is_none_or(|choice| choice == [Expr::zero(), Expr::one()]);
    let made = if bits { ElementType::Bool } else { element };
    let mut result = builder.per_element(&counts, &[at], shape.clone(), made)?;
    if bits && element != ElementType::Bool {
        result = builder.compute(Work::Unary(Unary::Cast), &[result], shape, element)?;
    }
    builder.reveal(result, value);
    Ok(vec![result])
}

/// `TensorScatter`: rows written into a buffer of keys or values.
pub(crate) fn cached(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let past = call.input(0)?;
    let shape = builder.shape(past)?;
    Ok(vec![builder.moved(&[past, call.input(1)?], shape)?])
}
