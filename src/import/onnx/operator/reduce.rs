//! Reductions over axes.

use num_rational::BigRational;

use super::call::Call;
use crate::import::onnx::build::{NetBuilder, folded_shape};
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::{axis_at, extents};
use crate::import::onnx::infer::index::{indices, place_of};
use crate::import::onnx::net::{Binary, FoldKind, KnownValue, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// For each axis of `x` whether the operator reduces it.
fn reduced_axes(
    builder: &NetBuilder,
    call: &Call<'_>,
    x: TensorId,
) -> Result<Vec<bool>, ImportError> {
    let rank = builder.shape(x)?.len();
    let axes = match (call.ints("axes"), call.optional(1)) {
        (Some(axes), _) => axes.to_vec(),
        (None, Some(axes)) => builder.numbers(axes)?,
        (None, None) => Vec::new(),
    };
    if axes.is_empty() {
        let nothing = call.int_or("noop_with_empty_axes", 0) != 0;
        return Ok(vec![!nothing; rank]);
    }
    let mut reduced = vec![false; rank];
    for axis in axes {
        reduced[axis_at(axis, rank)?] = true;
    }
    Ok(reduced)
}

/// For each axis whether it is gone from the shape that the file tells.
fn told_axes(shape: &[Expr], told: &[Expr], keep: bool) -> Option<Vec<bool>> {
    if keep {
        let same = shape.len() == told.len();
        let pairs = shape.iter().zip(told);
        return same.then(|| pairs.map(|(before, after)| before != after).collect());
    }
    let mut left = told.iter().peekable();
    let gone = |extent: &Expr| left.next_if(|after| *after == extent).is_none();
    let reduced = shape.iter().map(gone).collect();
    left.next().is_none().then_some(reduced)
}

/// `ReduceSum` and its like.
pub(crate) fn reduce(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let keep = call.int_or("keepdims", 1) != 0;
    let shape = builder.shape(x)?;
    let reduced = reduced_axes(builder, call, x);
    let reduced = call.or_told(reduced, |told| told_axes(&shape, told, keep))?;
    let name = call.node.op_type.as_str();
    let result = match name {
        "ReduceMean" => builder.fold(FoldKind::Mean, x, reduced, keep)?,
        "ReduceMax" => builder.fold(FoldKind::Max, x, reduced, keep)?,
        "ReduceMin" => builder.fold(FoldKind::Min, x, reduced, keep)?,
        "ReduceL1" => {
            let size = builder.unary(Unary::Abs, x)?;
            builder.fold(FoldKind::Sum, size, reduced, keep)?
        }
        "ReduceL2" | "ReduceSumSquare" => {
            let square = builder.binary(Binary::Mul, x, x)?;
            let sum = builder.fold(FoldKind::Sum, square, reduced, keep)?;
            if name == "ReduceL2" {
                builder.unary(Unary::Sqrt, sum)?
            } else {
                sum
            }
        }
        "ReduceLogSum" => {
            let sum = builder.fold(FoldKind::Sum, x, reduced, keep)?;
            builder.unary(Unary::Log, sum)?
        }
        "ReduceLogSumExp" => {
            let most = builder.fold(FoldKind::Max, x, reduced.clone(), true)?;
            let shifted = builder.binary(Binary::Sub, x, most)?;
            let exponential = builder.unary(Unary::Exp, shifted)?;
            let sum = builder.fold(FoldKind::Sum, exponential, reduced.clone(), true)?;
            let log = builder.unary(Unary::Log, sum)?;
            let sum = builder.binary(Binary::Add, log, most)?;
            let shape = folded_shape(&builder.shape(x)?, &reduced, keep);
            builder.compute(Work::Move, &[sum], shape, builder.element(x))?
        }
        "ReduceProd" => {
            let shape = builder.shape(x)?;
            let gone = shape.iter().zip(&reduced).filter(|(_, reduced)| **reduced);
            let factors: Expr = gone.map(|(extent, _)| extent).product();
            let shape = folded_shape(&shape, &reduced, keep);
            let element = builder.element(x);
            let value = products(builder, x, &reduced);
            let result = builder.per_element(&[(Primitive::Mul, factors)], &[x], shape, element)?;
            builder.reveal(result, value);
            result
        }
        // ReduceSum
        _ => builder.fold(FoldKind::Sum, x, reduced, keep)?,
    };
    Ok(vec![result])
}

/// The products of known elements along axes.
fn products(builder: &NetBuilder, x: TensorId, reduced: &[bool]) -> Option<KnownValue> {
    let own = extents(&builder.shape(x).ok()?)?;
    let kept: Vec<i64> = (own.iter().zip(reduced))
        .map(|(extent, reduced)| if *reduced { 1 } else { *extent })
        .collect();
    let mut products = vec![Expr::one(); indices(&kept)?.len()];
    for (mut index, value) in indices(&own)?.into_iter().zip(builder.exprs(x)?) {
        for (at, _) in reduced.iter().enumerate().filter(|(_, reduced)| **reduced) {
            index[at] = 0;
        }
        let product = products.get_mut(place_of(&index, &kept)?)?;
        *product = &*product * &value;
    }
    Some(KnownValue::Whole(products))
}

/// Rows along an axis, each with the places of its elements.
fn rows(own: &[i64], axis: usize) -> Option<Vec<Vec<usize>>> {
    let mut first = own.to_vec();
    first[axis] = 1;
    let row = |index: Vec<i64>| {
        let along = (0..own[axis]).map(|at| {
            let mut index = index.clone();
            index[axis] = at;
            place_of(&index, own)
        });
        along.collect::<Option<Vec<_>>>()
    };
    indices(own)?;
    indices(&first)?.into_iter().map(row).collect()
}

/// `CumSum`: an addition for each element.
pub(crate) fn running_sum(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let value = running(builder, call, x);
    let result = builder.per_element_of(x, &[(Primitive::Add, 1)])?;
    builder.reveal(result, value);
    Ok(vec![result])
}

/// `CumProd`: a multiplication for each element.
pub(crate) fn running_product(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let result = builder.per_element_of(x, &[(Primitive::Mul, 1)])?;
    Ok(vec![result])
}

fn running(builder: &NetBuilder, call: &Call<'_>, x: TensorId) -> Option<KnownValue> {
    let own = extents(&builder.shape(x).ok()?)?;
    let axis = builder.numbers(call.optional(1)?).ok()?;
    let axis = axis_at(*axis.first()?, own.len()).ok()?;
    let values = builder.exprs(x)?;
    let mut sums = values.clone();
    for mut row in rows(&own, axis)? {
        if call.int_or("reverse", 0) != 0 {
            row.reverse();
        }
        let mut sum = Expr::zero();
        for place in row {
            let before = sum.clone();
            sum += values.get(place)?;
            let exclusive = call.int_or("exclusive", 0) != 0;
            *sums.get_mut(place)? = if exclusive { before } else { sum.clone() };
        }
    }
    Some(KnownValue::Whole(sums))
}

/// The order of the elements of each row that is known, the largest or the
/// smallest first; of equals the first, or the last.
fn ordered(
    builder: &NetBuilder,
    x: TensorId,
    axis: usize,
    largest: bool,
    last: bool,
) -> Option<Vec<Vec<(i64, usize)>>> {
    let own = extents(&builder.shape(x).ok()?)?;
    let values = builder.exprs(x)?;
    let values: Vec<BigRational> = (values.iter().map(Expr::as_constant)).collect::<Option<_>>()?;
    let mut all = Vec::new();
    for row in rows(&own, axis)? {
        let mut row: Vec<(i64, usize)> = (0..).zip(row).collect();
        if last {
            row.reverse();
        }
        row.sort_by(|(_, a), (_, b)| match largest {
            true => values[*b].cmp(&values[*a]),
            false => values[*a].cmp(&values[*b]),
        });
        all.push(row);
    }
    Some(all)
}

/// `ArgMax`, `ArgMin`: a comparison for each element.
pub(crate) fn arg(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let rank = builder.shape(x)?.len();
    let axis = axis_at(call.int_or("axis", 0), rank)?;
    let mut reduced = vec![false; rank];
    reduced[axis] = true;
    let keep = call.int_or("keepdims", 1) != 0;
    let largest = call.node.op_type == "ArgMax";
    let last = call.int_or("select_last_index", 0) != 0;
    let rows = ordered(builder, x, axis, largest, last);
    let found = builder.fold(FoldKind::Max, x, reduced, keep)?;
    builder.tensor_mut(found).element = ElementType::Int64;
    let places = rows.and_then(|rows| {
        let first = rows.iter().map(|row| row.first().map(|(at, _)| *at));
        first.collect::<Option<Vec<_>>>()
    });
    builder.reveal(found, places.as_deref().map(KnownValue::ints));
    Ok(vec![found])
}

/// `TopK`: k passes over the elements, a comparison each.
pub(crate) fn top(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let shape = builder.shape(x)?;
    let axis = axis_at(call.int_or("axis", -1), shape.len())?;
    let k = match (call.int("k"), call.optional(1)) {
        (Some(k), None) => Expr::whole(k),
        _ => {
            let k = builder.whole(call.input(1)?);
            let k = call.or_told(k, |told| Some(vec![told.get(axis)?.clone()]))?;
            match k.as_slice() {
                [k] => k.clone(),
                _ => return Err(ImportError::Invalid("`K` must be one number".to_owned())),
            }
        }
    };
    let mut selected = shape.clone();
    selected[axis] = k.clone();
    let element = builder.element(x);
    let rows = ordered(builder, x, axis, call.int_or("largest", 1) != 0, false);
    let of = |part: fn(&(i64, usize)) -> i64| {
        let (own, rows) = (extents(&selected)?, rows.as_ref()?);
        let mut counts = own.clone();
        counts[axis] = 1;
        let place = |mut index: Vec<i64>| {
            let at = usize::try_from(std::mem::take(&mut index[axis])).ok()?;
            rows.get(place_of(&index, &counts)?)?.get(at).map(part)
        };
        indices(&own)?
            .into_iter()
            .map(place)
            .collect::<Option<Vec<_>>>()
    };
    let (at, places) = (of(|(at, _)| *at), of(|(_, place)| *place as i64));
    let passed = builder.per_element(&[(Primitive::Compare, k)], &[x], shape, element)?;
    let values = builder.compute(Work::Move, &[passed], selected.clone(), element)?;
    let indices = builder.compute(Work::Move, &[passed], selected, ElementType::Int64)?;
    if let Some(places) = places {
        let places: Vec<usize> = places.into_iter().map(|place| place as usize).collect();
        builder.picked(values, x, &places);
    }
    builder.reveal(indices, at.as_deref().map(KnownValue::ints));
    Ok(vec![values, indices])
}
