//! Functions of each element.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::{ceil, floor};
use crate::import::onnx::net::{Binary, Block, KnownValue, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// What becomes of a constant of whole numbers and formulas, element by
/// element.
fn changed(
    builder: &mut NetBuilder,
    tensor: TensorId,
    change: fn(&Expr) -> Expr,
) -> Option<TensorId> {
    let Some(KnownValue::Whole(values)) = builder.value(tensor) else {
        return None;
    };
    let values = values.iter().map(change).collect();
    let shape = builder.shape(tensor).ok()?;
    let element = builder.element(tensor);
    Some(builder.known(KnownValue::Whole(values), shape, element))
}

/// x − y·⌊x / y⌋ of constants.
fn remainder(builder: &mut NetBuilder, x: TensorId, y: TensorId) -> Option<TensorId> {
    let of = |tensor: TensorId| match builder.value(tensor) {
        Some(KnownValue::Whole(values)) => Some(values.clone()),
        _ => None,
    };
    let (xs, ys) = (of(x)?, of(y)?);
    let rest = |(x, y): (&Expr, &Expr)| Some(x - &(y * &floor(&x.divide(y)?)));
    let values = match (xs.len(), ys.len()) {
        (a, b) if a == b => xs.iter().zip(&ys).map(rest).collect::<Option<Vec<_>>>()?,
        (_, 1) => xs
            .iter()
            .map(|x| rest((x, ys.first()?)))
            .collect::<Option<Vec<_>>>()?,
        _ => return None,
    };
    let shape = builder.shape(x).ok()?;
    let element = builder.element(x);
    Some(builder.known(KnownValue::Whole(values), shape, element))
}

/// A function of one tensor.
pub(crate) fn unary_of(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let name = call.node.op_type.as_str();
    if let ("Floor" | "Ceil", Some(tensor)) = (name, call.optional(0)) {
        let round = if name == "Floor" { floor } else { ceil };
        if let Some(known) = changed(builder, tensor, round) {
            return Ok(vec![known]);
        }
    }
    let unary = match call.node.op_type.as_str() {
        "Abs" => Unary::Abs,
        "Neg" => Unary::Negate,
        "Exp" => Unary::Exp,
        "Log" => Unary::Log,
        "Sqrt" => Unary::Sqrt,
        "Tanh" => Unary::Tanh,
        "Erf" => Unary::Erf,
        "Sign" => {
            builder.note("`Sign` is taken to give −1 or 1: that an input is exactly 0 is left out");
            Unary::Sign
        }
        "Reciprocal" => Unary::Reciprocal,
        "Relu" => Unary::Relu,
        "Sigmoid" => Unary::Sigmoid,
        // Round, Floor, Ceil
        _ => Unary::Round,
    };
    Ok(vec![builder.unary(unary, call.input(0)?)?])
}

/// A function of two tensors.
pub(crate) fn binary_of(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let binary = match call.node.op_type.as_str() {
        "Add" => Binary::Add,
        "Sub" => Binary::Sub,
        "Mul" => Binary::Mul,
        "Div" => Binary::Div,
        "Pow" => Binary::Power,
        "Greater" => Binary::Greater,
        "GreaterOrEqual" => Binary::GreaterOrEqual,
        "Less" => Binary::Less,
        "LessOrEqual" => Binary::LessOrEqual,
        // Equal
        _ => Binary::Equal,
    };
    Ok(vec![builder.binary(
        binary,
        call.input(0)?,
        call.input(1)?,
    )?])
}

/// A function of any number of tensors, two at a time.
pub(crate) fn variadic(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let binary = match call.node.op_type.as_str() {
        "Max" => Binary::Max,
        "Min" => Binary::Min,
        // Sum, Mean
        _ => Binary::Add,
    };
    let inputs = call.all();
    let mut all = call.input(0)?;
    for input in inputs.iter().skip(1) {
        all = builder.binary(binary, all, *input)?;
    }
    if call.node.op_type == "Mean" {
        all = builder.binary_with(Binary::Mul, all, 1.0 / inputs.len() as f64)?;
    }
    Ok(vec![all])
}

/// Logic: one step for each bit.
pub(crate) fn logic(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let inputs = call.all();
    if let ("Not", [x]) = (call.node.op_type.as_str(), inputs.as_slice())
        && let Some(known) = changed(builder, *x, |value| &Expr::one() - &truth(value))
    {
        return Ok(vec![known]);
    }
    let shape = builder.broadcast(&inputs)?;
    let one = [(Primitive::And, Expr::one())];
    let result = builder.per_element(&one, &inputs, shape, ElementType::Bool)?;
    Ok(vec![result])
}

/// `IsNaN`, `IsInf`: one comparison.
pub(crate) fn is_nan(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let shape = builder.shape(x)?;
    let one = [(Primitive::Compare, Expr::one())];
    Ok(vec![builder.per_element(
        &one,
        &[x],
        shape,
        ElementType::Bool,
    )?])
}

/// `Cast`, `CastLike`: no arithmetic.
pub(crate) fn cast(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let element = match (call.int("to"), call.optional(1)) {
        (Some(to), _) => ElementType::from_number(i32::try_from(to).unwrap_or(0)),
        (None, Some(like)) => builder.element(like),
        (None, None) => builder.element(x),
    };
    let known = match element {
        ElementType::Bool => changed(builder, x, truth),
        element if element.is_whole() => changed(builder, x, floor),
        _ => None,
    };
    if let Some(known) = known {
        builder.tensor_mut(known).element = element;
        return Ok(vec![known]);
    }
    let shape = builder.shape(x)?;
    Ok(vec![builder.compute(
        Work::Unary(Unary::Cast),
        &[x],
        shape,
        element,
    )?])
}

/// Whether a number is not 0; what holds a dim is at least 1.
fn truth(value: &Expr) -> Expr {
    if value.is_zero() {
        Expr::zero()
    } else {
        Expr::one()
    }
}

/// Sines and their like: no table prices them. Of positions, which are known
/// before, they are computed once.
pub(crate) fn trig(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    if !builder.is_constant(x) {
        return Err(ImportError::Unsupported("no table prices it".to_owned()));
    }
    let shape = builder.shape(x)?;
    Ok(vec![builder.compute(
        Work::Move,
        &[x],
        shape,
        builder.element(x),
    )?])
}

/// `Clip`: bounds as attributes, or as inputs in later versions.
pub(crate) fn clip(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let bound = |builder: &NetBuilder, name: &str, at: usize| {
        let given = call.optional(at).and_then(|tensor| builder.scalar(tensor));
        call.float(name).or(given)
    };
    let low = bound(builder, "min", 1).unwrap_or(f64::NEG_INFINITY);
    let high = bound(builder, "max", 2).unwrap_or(f64::INFINITY);
    let shape = builder.shape(x)?;
    let element = builder.element(x);
    Ok(vec![builder.compute(
        Work::Clip(low, high),
        &[x],
        shape,
        element,
    )?])
}

/// `Where`
pub(crate) fn select(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let inputs = [call.input(0)?, call.input(1)?, call.input(2)?];
    let shape = builder.broadcast(&inputs)?;
    let element = builder.element(inputs[1]);
    let values = [inputs[1], inputs[2]].map(|input| builder.scalar(input));
    if values == [Some(1.0), Some(0.0)] && builder.shape(inputs[0])? == shape {
        // The condition itself.
        let bits = Work::Unary(Unary::Cast);
        return Ok(vec![builder.compute(bits, &inputs[..1], shape, element)?]);
    }
    Ok(vec![builder.compute(
        Work::Where,
        &inputs,
        shape,
        element,
    )?])
}

/// Activations that ship as blocks.
pub(crate) fn activation(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let block = match call.node.op_type.as_str() {
        "Gelu" if call.text("approximate") == Some("tanh") => Block::GeluTanh,
        "Gelu" => Block::Gelu,
        "FastGelu" => Block::GeluTanh,
        "QuickGelu" if call.float("alpha").is_some_and(|alpha| alpha == 1.0) => Block::Silu,
        "QuickGelu" => Block::QuickGelu,
        "Swish" => Block::Silu,
        "HardSwish" => Block::HardSwish,
        "HardSigmoid" => Block::HardSigmoid,
        "Softplus" => Block::Softplus,
        "Mish" => Block::Mish,
        "LeakyRelu" => Block::LeakyRelu,
        // Elu, Selu, Celu
        _ => Block::Elu,
    };
    Ok(vec![builder.block(block, &[call.input(0)?])?])
}

/// Operators that are so many primitives for each element.
pub(crate) fn counted(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    use Primitive::{Add, Compare, Div, Mul, Round, Select, Sub};
    let x = call.input(0)?;
    if let ("Mod", Some(y)) = (call.node.op_type.as_str(), call.optional(1))
        && let Some(known) = remainder(builder, x, y)
    {
        return Ok(vec![known]);
    }
    let counts: &[(Primitive, i64)] = match call.node.op_type.as_str() {
        "PRelu" => &[(Compare, 1), (Mul, 1), (Select, 1)],
        "ThresholdedRelu" => &[(Compare, 1), (Select, 1)],
        "Shrink" => &[(Compare, 2), (Sub, 1), (Select, 1)],
        "Softsign" => &[(Primitive::Abs, 1), (Add, 1), (Div, 1)],
        // Mod: x − y·floor(x / y)
        "Mod" => &[(Div, 1), (Round, 1), (Mul, 1), (Sub, 1)],
        // CumSum
        _ => &[(Add, 1)],
    };
    let result = match call.optional(1).filter(|_| call.node.op_type == "Mod") {
        Some(other) => {
            let shape = builder.broadcast(&[x, other])?;
            let counts: Vec<_> = (counts.iter())
                .map(|(p, n)| (*p, Expr::whole(*n)))
                .collect();
            builder.per_element(&counts, &[x, other], shape, builder.element(x))?
        }
        None => builder.per_element_of(x, counts)?,
    };
    Ok(vec![result])
}
