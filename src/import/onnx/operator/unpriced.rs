//! Operators that no table prices: of what shape their results are, so that
//! what stands behind them is counted.

use super::call::Call;
use crate::domain::Domain;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::Work;
use crate::import::onnx::proto::ElementType;
use crate::symbolic::Expr;

/// Functions of each element: sines and their like, shifts, random numbers. Of
/// positions, which are known before, sines are computed once.
pub(crate) fn elementwise(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let inputs = call.all();
    let x = call.input(0)?;
    let shape = builder.broadcast(&inputs)?;
    let element = element_of(call, builder.element(x));
    let random = call.node.op_type.starts_with("Random") || call.node.op_type == "Bernoulli";
    if !random && inputs.iter().all(|input| builder.is_constant(*input)) {
        let result = builder.compute(Work::Move, &inputs, shape, element)?;
        builder.tensor_mut(result).domain = Domain::Real;
        return Ok(vec![result]);
    }
    Ok(vec![builder.unpriced(
        &call.operator(),
        inputs,
        shape,
        element,
    )?])
}

/// What its elements are: as the operator says, or as they were.
fn element_of(call: &Call<'_>, default: ElementType) -> ElementType {
    match call.int("dtype") {
        Some(number) => ElementType::from_number(i32::try_from(number).unwrap_or(0)),
        None => default,
    }
}

/// `RandomNormal`, `RandomUniform`: of the shape that they are told.
pub(crate) fn random(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let shape = call.ints("shape").unwrap_or(&[]);
    let shape = shape.iter().map(|extent| Expr::whole(*extent)).collect();
    let element = element_of(call, ElementType::Float);
    Ok(vec![builder.unpriced(
        &call.operator(),
        vec![],
        shape,
        element,
    )?])
}

/// `Det`: a number for each matrix.
pub(crate) fn determinant(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let mut shape = builder.shape(x)?;
    let rank = shape.len().checked_sub(2);
    shape.truncate(rank.ok_or_else(|| ImportError::Invalid("a matrix is needed".to_owned()))?);
    let element = builder.element(x);
    Ok(vec![builder.unpriced(
        &call.operator(),
        vec![x],
        shape,
        element,
    )?])
}

/// `MaxRoiPool`, `RoiAlign`: a small picture for each region.
pub(crate) fn regions(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let (x, regions) = (call.input(0)?, call.input(1)?);
    let [_, channels, _, _] = builder.shape_of_rank::<4>(x)?;
    let [count, _] = builder.shape_of_rank::<2>(regions)?;
    let (rows, columns) = match call.ints("pooled_shape") {
        Some([rows, columns]) => (*rows, *columns),
        _ => (
            call.int_or("output_height", 1),
            call.int_or("output_width", 1),
        ),
    };
    let shape = vec![count, channels, Expr::whole(rows), Expr::whole(columns)];
    let element = builder.element(x);
    Ok(vec![builder.unpriced(
        &call.operator(),
        call.all(),
        shape,
        element,
    )?])
}

/// `AffineGrid`: a place for each element of a picture of the size told.
pub(crate) fn grid(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let theta = call.input(0)?;
    let size = builder.whole(call.input(1)?).map(|size| {
        let axes = size.len().saturating_sub(2) as i64;
        let mut shape: Vec<Expr> = size.first().cloned().into_iter().collect();
        shape.extend(size.into_iter().skip(2));
        shape.push(Expr::whole(axes));
        shape
    });
    let shape = call.or_told(size, |told| Some(told.to_vec()))?;
    let element = builder.element(theta);
    Ok(vec![builder.unpriced(
        &call.operator(),
        vec![theta],
        shape,
        element,
    )?])
}
