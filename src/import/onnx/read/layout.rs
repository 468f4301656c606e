//! Elements moved, none computed.

use super::constant::{MAX_VALUES, extents, number};
use super::reduce::axis_at;
use super::{Call, Outcome, Reader, Trouble};
use crate::import::onnx::extent::{broadcast, ceil, shown};
use crate::import::onnx::net::{TensorId, Value, Work};
use crate::import::onnx::proto::ElementType;
use crate::number::whole;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

impl Reader<'_> {
    /// The elements of `inputs` in another shape.
    pub(super) fn moved(
        &mut self,
        inputs: &[TensorId],
        shape: Vec<Expr>,
    ) -> Result<TensorId, Trouble> {
        let first = inputs.first().copied();
        let element = first.map_or(ElementType::Float, |first| self.element(first));
        let result = self.compute(Work::Move, inputs, shape, element)?;
        Ok(result)
    }

    /// The same where the elements stay in order.
    fn reshaped(&mut self, x: TensorId, shape: Vec<Expr>) -> Result<TensorId, Trouble> {
        let value = self.net.tensors[x].value.clone();
        let result = self.moved(&[x], shape)?;
        self.net.tensors[result].value = value;
        Ok(result)
    }

    /// The elements of `x` at `places`, where they are known.
    pub(super) fn picked(&mut self, result: TensorId, x: TensorId, places: &[usize]) {
        let value = self.net.tensors[x].value.as_ref();
        let value = value.and_then(|value| value.pick(places));
        if self.net.tensors[result].constant {
            self.net.tensors[result].value = value;
        }
    }

    fn axis(&self, call: &Call<'_>, default: i64, rank: usize) -> Result<usize, Trouble> {
        axis_at(call.int_or("axis", default), rank)
    }
}

/// `Identity`, `Dropout` as it is applied, and others that change nothing.
pub(super) fn identity(_: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    Ok(vec![call.input(0)?; call.results()])
}

/// `Reshape`
pub(super) fn reshape(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let input = reader.shape(x)?;
    let wanted = match call.ints("shape") {
        Some(shape) => shape.iter().map(|extent| Expr::whole(*extent)).collect(),
        None => reader.whole(call.input(1)?)?,
    };
    let literal = call.int_or("allowzero", 0) != 0;
    let mut shape = Vec::with_capacity(wanted.len());
    let mut open = None;
    for (at, extent) in wanted.into_iter().enumerate() {
        let rest = extent == Expr::whole(-1);
        if rest && open.replace(at).is_some() {
            return Err(Trouble::Wrong("two axes of the shape are −1".to_owned()));
        }
        shape.push(if rest {
            Expr::one()
        } else if extent.is_zero() && !literal {
            input.get(at).cloned().ok_or_else(|| {
                Trouble::Wrong(format!(
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
            .ok_or_else(|| Trouble::Wrong("an empty shape".to_owned()))?;
    } else if given != all && given.as_constant().is_some() && all.as_constant().is_some() {
        let message = format!("{} cannot become {}", shown(&input), shown(&shape));
        return Err(Trouble::Wrong(message));
    }
    Ok(vec![reader.reshaped(x, shape)?])
}

/// `Flatten`
pub(super) fn flatten(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let input = reader.shape(x)?;
    let axis = call.int_or("axis", 1);
    let at = if axis == input.len() as i64 {
        input.len()
    } else {
        axis_at(axis, input.len())?
    };
    let shape = vec![input[..at].iter().product(), input[at..].iter().product()];
    Ok(vec![reader.reshaped(x, shape)?])
}

/// `Squeeze`
pub(super) fn squeeze(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let input = reader.shape(x)?;
    let gone: Vec<usize> = match reader.list(call, "axes", 1)? {
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
    Ok(vec![reader.reshaped(x, shape)?])
}

/// `Unsqueeze`
pub(super) fn unsqueeze(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let mut input = reader.shape(x)?.into_iter();
    let axes = reader.list(call, "axes", 1)?.unwrap_or_default();
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
    Ok(vec![reader.reshaped(x, shape)?])
}

/// `Transpose`
pub(super) fn transpose(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let input = reader.shape(x)?;
    let order: Vec<usize> = match call.ints("perm") {
        Some(order) => (order.iter())
            .map(|axis| axis_at(*axis, input.len()))
            .collect::<Result<_, _>>()?,
        None => (0..input.len()).rev().collect(),
    };
    let mut seen = order.clone();
    seen.sort_unstable();
    if seen != (0..input.len()).collect::<Vec<_>>() {
        return Err(Trouble::Wrong(format!(
            "`perm` does not fit {} axes",
            input.len()
        )));
    }
    let shape: Vec<Expr> = order.iter().map(|at| input[*at].clone()).collect();
    let strides = extents(&input).map(|own| strides(&own));
    let steps = strides.map(|strides| order.iter().map(|at| strides[*at]).collect::<Vec<_>>());
    let places = steps.and_then(|steps| walk(&extents(&shape)?, 0, &steps));
    let result = reader.moved(&[x], shape)?;
    if let Some(places) = places {
        reader.picked(result, x, &places);
    }
    Ok(vec![result])
}

/// How far apart neighbours are along each axis.
pub(super) fn strides(extents: &[i64]) -> Vec<i64> {
    let mut strides = vec![1i64; extents.len()];
    for at in (1..extents.len()).rev() {
        strides[at - 1] = strides[at].saturating_mul(extents[at]);
    }
    strides
}

/// The places of all elements of a shape, from `first` on with a step along
/// each axis; `None` where they are many.
pub(super) fn walk(extents: &[i64], first: i64, steps: &[i64]) -> Option<Vec<usize>> {
    let mut places = vec![first];
    for (extent, step) in extents.iter().zip(steps) {
        let all = (places.len() as i64).saturating_mul(*extent);
        if !(0..=MAX_VALUES as i64).contains(&all) {
            return None;
        }
        // Beyond all places if it is too far.
        let along =
            |place: i64| (0..*extent).map(move |at| place.saturating_add(at.saturating_mul(*step)));
        places = places.into_iter().flat_map(along).collect();
    }
    places
        .into_iter()
        .map(|place| usize::try_from(place).ok())
        .collect()
}

/// `Expand`
pub(super) fn expand(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let wanted = reader.whole(call.input(1)?)?;
    let shape = broadcast(&reader.shape(x)?, &wanted).map_err(Trouble::Wrong)?;
    let own = extents(&reader.shape(x)?);
    let target = extents(&shape);
    let result = reader.moved(&[x], shape)?;
    if let (Some(own), Some(target)) = (own, target)
        && let Some(places) = super::constant::broadcast_places(&own, &target)
    {
        reader.picked(result, x, &places);
    }
    Ok(vec![result])
}

/// `Tile`
pub(super) fn tile(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let repeats = reader.whole(call.input(1)?)?;
    let input = reader.shape(x)?;
    if repeats.len() != input.len() {
        return Err(Trouble::Wrong(
            "one number of repeats for each axis is needed".to_owned(),
        ));
    }
    let shape = input
        .iter()
        .zip(&repeats)
        .map(|(extent, repeat)| extent * repeat)
        .collect();
    Ok(vec![reader.moved(&[x], shape)?])
}

/// `Concat`
pub(super) fn concat(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let inputs = call.all();
    let mut shape = reader.shape(call.input(0)?)?;
    let axis = reader.axis(call, 0, shape.len())?;
    let mut length = Expr::zero();
    for input in &inputs {
        let other = reader.shape(*input)?;
        if other.len() != shape.len() {
            return Err(Trouble::Wrong(
                "its inputs have different numbers of axes".to_owned(),
            ));
        }
        length = &length + &other[axis];
    }
    shape[axis] = length;
    let flat = shape.len() == 1;
    let result = reader.moved(&inputs, shape)?;
    if flat {
        let value = joined(reader, &inputs);
        reader.net.tensors[result].value = value;
    }
    Ok(vec![result])
}

/// The elements of lists, one after the other.
fn joined(reader: &Reader<'_>, inputs: &[TensorId]) -> Option<Value> {
    let values: Vec<&Value> = (inputs.iter())
        .map(|input| reader.net.tensors[*input].value.as_ref())
        .collect::<Option<_>>()?;
    if values.iter().map(|value| value.len()).sum::<usize>() > MAX_VALUES {
        return None;
    }
    let mut all = Vec::new();
    for value in &values {
        match value {
            Value::Whole(values) => all.extend(values.iter().cloned()),
            Value::Real(_) => {
                let reals: Option<Vec<Vec<f64>>> = values.iter().map(|v| v.reals()).collect();
                return Some(Value::Real(reals?.concat()));
            }
        }
    }
    Some(Value::Whole(all))
}

/// `Split`
pub(super) fn split(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let input = reader.shape(x)?;
    let axis = reader.axis(call, 0, input.len())?;
    let parts = call.int("num_outputs").unwrap_or(call.results() as i64);
    let lengths: Vec<Expr> = match reader.list(call, "split", 1)? {
        Some(lengths) => lengths.into_iter().map(Expr::whole).collect(),
        None if (1..=1 << 20).contains(&parts) => {
            let each = ceil(&input[axis].scale(&(whole(1) / whole(parts))));
            let last = &input[axis] - &each.scale(&whole(parts - 1));
            let mut lengths = vec![each; parts as usize];
            lengths[parts as usize - 1] = last;
            lengths
        }
        None => return Err(Trouble::Wrong(format!("{parts} parts"))),
    };
    let mut results = Vec::new();
    let mut start = 0;
    for length in lengths {
        let mut shape = input.clone();
        shape[axis] = length.clone();
        let part = reader.moved(&[x], shape)?;
        if let (1, Ok(length)) = (input.len(), number(&length)) {
            let end = start + usize::try_from(length).unwrap_or(0).min(MAX_VALUES);
            let places: Vec<usize> = (start..end).collect();
            reader.picked(part, x, &places);
            start = end;
        }
        results.push(part);
    }
    Ok(results)
}

/// `Gather`: rows of an embedding, or a slice.
pub(super) fn gather(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let (data, indices) = (call.input(0)?, call.input(1)?);
    let (from, chosen) = (reader.shape(data)?, reader.shape(indices)?);
    let axis = reader.axis(call, 0, from.len())?;
    let mut shape = from[..axis].to_vec();
    shape.extend(chosen.iter().cloned());
    shape.extend(from[axis + 1..].iter().cloned());
    let table = reader.net.tensors[data].constant && axis == 0 && from.len() == 2;
    if table && !reader.net.tensors[indices].constant {
        let element = reader.element(data);
        return Ok(vec![reader.compute(
            Work::Gather,
            &[data, indices],
            shape,
            element,
        )?]);
    }
    let constant = reader.net.tensors[indices].constant;
    let inputs = if constant {
        vec![data]
    } else {
        vec![data, indices]
    };
    let result = reader.moved(&inputs, shape)?;
    if from.len() == 1
        && constant
        && let Ok(indices) = reader.numbers(indices)
    {
        let length = reader.net.tensors[data]
            .value
            .as_ref()
            .map_or(0, Value::len) as i64;
        let places = indices
            .iter()
            .map(|at| usize::try_from(if *at < 0 { at + length } else { *at }).ok());
        if let Some(places) = places.collect::<Option<Vec<usize>>>() {
            reader.picked(result, data, &places);
        }
    }
    Ok(vec![result])
}

/// `GatherElements`, `ScatterElements` and their like: elements chosen by
/// others.
pub(super) fn chosen(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let (data, indices) = (call.input(0)?, call.input(1)?);
    let shape = match call.node.op_type.as_str() {
        "GatherElements" => reader.shape(indices)?,
        "GatherND" => {
            let (from, at) = (reader.shape(data)?, reader.shape(indices)?);
            let depth = at.last().map(number).transpose()?.unwrap_or(0);
            let batch = call.int_or("batch_dims", 0);
            let skip = usize::try_from(depth + batch)
                .ok()
                .filter(|skip| *skip <= from.len());
            let skip = skip.ok_or_else(|| Trouble::Wrong("the indices do not fit".to_owned()))?;
            let mut shape = at[..at.len().saturating_sub(1)].to_vec();
            shape.extend(from[skip..].iter().cloned());
            shape
        }
        // Scatter: the data, with some elements replaced.
        _ => reader.shape(data)?,
    };
    let inputs = match (call.node.op_type.starts_with("Scatter"), call.optional(2)) {
        (true, Some(updates)) => vec![data, updates],
        _ => vec![data],
    };
    let mut inputs = inputs;
    if !reader.net.tensors[indices].constant {
        inputs.push(indices);
    }
    Ok(vec![reader.moved(&inputs, shape)?])
}

/// `Pad`
pub(super) fn pad(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let mut shape = reader.shape(x)?;
    let pads: Vec<Expr> = match call.ints("pads").or_else(|| call.ints("paddings")) {
        Some(pads) => pads.iter().map(|pad| Expr::whole(*pad)).collect(),
        None => reader.whole(call.input(1)?)?,
    };
    let axes: Vec<usize> = match call.optional(3) {
        Some(axes) => (reader.numbers(axes)?.into_iter())
            .map(|axis| axis_at(axis, shape.len()))
            .collect::<Result<_, _>>()?,
        None => (0..shape.len()).collect(),
    };
    if pads.len() != 2 * axes.len() {
        return Err(Trouble::Wrong(format!(
            "{} pads for {} axes",
            pads.len(),
            axes.len()
        )));
    }
    for (at, axis) in axes.iter().enumerate() {
        shape[*axis] = &(&shape[*axis] + &pads[at]) + &pads[at + axes.len()];
    }
    if !matches!(call.text("mode"), None | Some("constant")) {
        return Ok(vec![reader.moved(&[x], shape)?]);
    }
    // What is padded with is among the values of the result.
    let given = call.optional(2).and_then(|value| reader.net.scalar(value));
    let value = given.or(call.float("value")).unwrap_or(0.0);
    let element = reader.element(x);
    let padding = reader.known(Value::Real(vec![value]), vec![], element);
    reader.net.tensors[padding].name = "padding".to_owned();
    if let Some(value) = num_rational::BigRational::from_float(value) {
        reader.net.tensors[padding].domain = crate::domain::Domain::of([value]);
    }
    Ok(vec![reader.moved(&[x, padding], shape)?])
}

/// `DepthToSpace`, `SpaceToDepth`
pub(super) fn space(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let [batch, depth, rows, columns] = reader.shape_of_rank::<4>(x)?;
    let size = call.int_or("blocksize", 1);
    if !(1..=1 << 20).contains(&size) {
        return Err(Trouble::Wrong(format!("`blocksize` is {size}")));
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
    Ok(vec![reader.moved(&[x], shape)?])
}

/// `Trilu`, `ReverseSequence`: the shape stays.
pub(super) fn same(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let shape = reader.shape(x)?;
    Ok(vec![reader.moved(&[x], shape)?])
}

/// `OneHot`: a comparison for each element of the result.
pub(super) fn one_hot(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let indices = call.input(0)?;
    let mut shape = reader.shape(indices)?;
    let depth = reader.whole(call.input(1)?)?;
    let axis = call.int_or("axis", -1);
    let at = axis_at(axis, shape.len() + 1)?;
    shape.insert(at, depth.first().cloned().unwrap_or_else(Expr::one));
    let element = call
        .optional(2)
        .map_or(ElementType::Float, |values| reader.element(values));
    let counts = [(Primitive::Compare, Expr::one())];
    Ok(vec![reader.each(&counts, &[indices], shape, element)?])
}
