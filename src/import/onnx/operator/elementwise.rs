//! Functions of each element.

use super::call::Call;
use crate::domain::Domain;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::Results;
use crate::import::onnx::infer::bounds::truncate;
use crate::import::onnx::infer::extent::{floor, number};
use crate::import::onnx::net::{Binary, Block, KnownValue, TensorId, Unary, Work};
use crate::import::onnx::proto::ElementType;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// What becomes of a constant whose elements are known, element by element.
fn changed(
    builder: &mut NetBuilder,
    tensor: TensorId,
    change: fn(&Expr) -> Expr,
) -> Option<TensorId> {
    let values = builder.exprs(tensor)?.iter().map(change).collect();
    let shape = builder.shape(tensor).ok()?;
    let element = builder.element(tensor);
    Some(builder.known(KnownValue::Whole(values), shape, element))
}

/// What two constants whose elements are known give, element by element.
fn paired(
    builder: &NetBuilder,
    x: TensorId,
    y: TensorId,
    combine: impl Fn(&Expr, &Expr) -> Option<Expr>,
) -> Option<KnownValue> {
    let shape = builder.broadcast(&[x, y]).ok()?;
    let (xs, ys) = (builder.spread(x, &shape)?, builder.spread(y, &shape)?);
    let pairs = xs.iter().zip(&ys).map(|(x, y)| combine(x, y));
    pairs.collect::<Option<_>>().map(KnownValue::Whole)
}

/// A function of one tensor.
pub(crate) fn unary_of(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
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
        "Floor" => Unary::Floor,
        "Ceil" => Unary::Ceil,
        // Round
        _ => Unary::Round,
    };
    let result = builder.unary(unary, call.input(0)?)?;
    if unary == Unary::Relu {
        builder.says_never_negative(result);
    }
    Ok(vec![result])
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
    let name = call.node.op_type.as_str();
    let element = match name.starts_with("Bitwise") {
        true => builder.element(call.input(0)?),
        false => ElementType::Bool,
    };
    let value = match inputs.as_slice() {
        [x] => builder.exprs(*x).and_then(|values| {
            let negated = values.iter().map(|value| match name {
                "Not" => Some(&Expr::one() - &truth(value)),
                _ => Some(Expr::whole(!number(value).ok()?)),
            });
            negated.collect::<Option<_>>().map(KnownValue::Whole)
        }),
        [x, y] => paired(builder, *x, *y, |x, y| logical(name, x, y)),
        _ => None,
    };
    let shape = builder.broadcast(&inputs)?;
    let is_bool = |x: &TensorId| builder.element(*x) == ElementType::Bool;
    let computed = |x: &TensorId| !builder.is_constant(*x);
    let result = match (name, inputs.as_slice()) {
        // A product, of which more is known: at most the smaller share is true.
        ("And", [x, y]) if inputs.iter().all(|x| is_bool(x) && computed(x)) => {
            return Ok(vec![builder.binary(Binary::Mul, *x, *y)?]);
        }
        ("Not", [x]) => builder.compute(Work::Unary(Unary::Not), &[*x], shape, element)?,
        ("Or", [x, y]) => builder.binary(Binary::Or, *x, *y)?,
        ("Xor", [x, y]) => builder.binary(Binary::Xor, *x, *y)?,
        _ => {
            let one = [(Primitive::And, Expr::one())];
            builder.per_element(&one, &inputs, shape, element)?
        }
    };
    builder.reveal(result, value);
    Ok(vec![result])
}

/// A logical function of two numbers, or of their bits.
fn logical(name: &str, x: &Expr, y: &Expr) -> Option<Expr> {
    let bits = |of: fn(i64, i64) -> i64| Some(Expr::whole(of(number(x).ok()?, number(y).ok()?)));
    let truths = |of: fn(bool, bool) -> bool| {
        let holds = of(!truth(x).is_zero(), !truth(y).is_zero());
        Some(if holds { Expr::one() } else { Expr::zero() })
    };
    match name {
        "And" => truths(|x, y| x && y),
        "Or" => truths(|x, y| x || y),
        "Xor" => truths(|x, y| x != y),
        "BitwiseAnd" => bits(|x, y| x & y),
        "BitwiseOr" => bits(|x, y| x | y),
        "BitwiseXor" => bits(|x, y| x ^ y),
        _ => None,
    }
}

/// `BitShift`
pub(crate) fn shift(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let inputs = [call.input(0)?, call.input(1)?];
    let to_left = call.text("direction") == Some("LEFT");
    let value = paired(builder, inputs[0], inputs[1], |x, by| {
        let by = u32::try_from(number(by).ok()?).ok().filter(|by| *by < 63)?;
        let factor = Expr::whole(1 << by);
        match to_left {
            true => Some(x * &factor),
            false => Some(floor(&x.divide(&factor)?)),
        }
    });
    let shape = builder.broadcast(&inputs)?;
    let one = [(Primitive::Shift, Expr::one())];
    let element = builder.element(inputs[0]);
    let result = builder.per_element(&one, &inputs, shape, element)?;
    builder.reveal(result, value);
    Ok(vec![result])
}

/// `BitCast`: the same bits as another type.
pub(crate) fn reinterpreted(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let shape = builder.shape(x)?;
    let result = builder.moved(&[x], shape)?;
    let to = i32::try_from(call.int_or("to", 0)).unwrap_or(0);
    let made = builder.tensor_mut(result);
    made.element = ElementType::from_number(to);
    made.domain = Domain::Real;
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
        element if element.is_whole() => changed(builder, x, truncate),
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

/// What is left of a division: with the sign of what is divided, or with that
/// of the divisor.
fn remainder(x: &Expr, y: &Expr, keeps_sign: bool) -> Option<Expr> {
    let quotient = x.divide(y)?;
    let whole = match keeps_sign {
        true => truncate(&quotient),
        false => floor(&quotient),
    };
    Some(x - &(y * &whole))
}

/// `Clip`: bounds as attributes, or as inputs in later versions. A bound that
/// is no number before the network runs is compared with as any tensor is.
pub(crate) fn clip(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let mut numbers = [f64::NEG_INFINITY, f64::INFINITY];
    let mut others = [None, None];
    for (at, name) in ["min", "max"].into_iter().enumerate() {
        let given = call.optional(at + 1);
        match (
            call.float(name),
            given.and_then(|bound| builder.scalar(bound)),
        ) {
            (Some(number), _) | (None, Some(number)) => numbers[at] = number,
            (None, None) => others[at] = given,
        }
    }
    let shape = builder.shape(x)?;
    let element = builder.element(x);
    let [low, high] = numbers;
    let mut result = x;
    if low.is_finite() || high.is_finite() || others == [None, None] {
        result = builder.compute(Work::Clip(low, high), &[x], shape, element)?;
        if element.is_whole() && low.is_finite() && high.is_finite() {
            // A signed type keeps its sign, unless bits are left.
            let signed = matches!(element, ElementType::Int8 | ElementType::Int16);
            let low = if signed && high > 1.0 {
                low.min(-1.0)
            } else {
                low
            };
            builder.bounded(result, low, high);
        }
    }
    for (binary, bound) in [Binary::Max, Binary::Min].into_iter().zip(others) {
        if let Some(bound) = bound {
            result = builder.binary(binary, result, bound)?;
        }
    }
    Ok(vec![result])
}

/// `Where`
pub(crate) fn select(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let mut inputs = [call.input(0)?, call.input(1)?, call.input(2)?];
    let shape = builder.broadcast(&inputs)?;
    let element = builder.element(inputs[1]);
    let values = [inputs[1], inputs[2]].map(|input| builder.uniform(input));
    if values == [Some(1.0), Some(0.0)] && builder.shape(inputs[0])? == shape {
        // The condition itself.
        let bits = Work::Unary(Unary::Cast);
        return Ok(vec![builder.compute(bits, &inputs[..1], shape, element)?]);
    }
    // A tensor of one value is that value: no weight, whoever wrote it out.
    for (input, value) in inputs[1..].iter_mut().zip(values) {
        if let (Some(value), false) = (value, element.is_whole()) {
            *input = builder.known(KnownValue::Real(vec![value]), vec![], element);
        }
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
        // x · sigmoid(α·x), as the quick GELU is with α = 1.702.
        "Swish" if call.float("alpha").is_some_and(|alpha| alpha != 1.0) => Block::QuickGelu,
        "Swish" => Block::Silu,
        "HardSwish" => Block::HardSwish,
        "HardSigmoid" => Block::HardSigmoid,
        "Softplus" => Block::Softplus,
        "Mish" => Block::Mish,
        // LeakyRelu
        _ => Block::LeakyRelu,
    };
    Ok(vec![builder.block(block, &[call.input(0)?])?])
}

/// `SwiGLU`: a·sigmoid(α·a)·b.
pub(crate) fn gated(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let block = match call.float("alpha") {
        Some(alpha) if alpha != 1.0 => Block::QuickGelu,
        _ => Block::Silu,
    };
    let gate = builder.block(block, &[call.input(0)?])?;
    Ok(vec![builder.binary(Binary::Mul, gate, call.input(1)?)?])
}

/// `Elu`, `Celu`, `Selu`: the block `elu`, and what is multiplied or divided by
/// other numbers than 1: α·(exp(x) − 1), α·(exp(x / α) − 1) below 0; with a γ
/// on both sides.
pub(crate) fn exponential(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let name = call.node.op_type.as_str();
    let (alpha, gamma) = match name {
        "Selu" => (1.673_263_2, 1.050_701),
        _ => (1.0, 1.0),
    };
    let other = |number: f64| i64::from(number != 1.0);
    let alpha = other(call.float("alpha").unwrap_or(alpha));
    let gamma = match name {
        "Selu" => other(call.float("gamma").unwrap_or(gamma)),
        _ => 0,
    };
    let result = builder.block(Block::Elu, &[call.input(0)?])?;
    let divided = if name == "Celu" { alpha } else { 0 };
    let counts = [(Primitive::Div, divided), (Primitive::Mul, alpha + gamma)];
    let counts: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 0).collect();
    if counts.is_empty() {
        return Ok(vec![result]);
    }
    Ok(vec![builder.per_element_of(result, &counts)?])
}

/// Operators that are so many primitives for each element.
pub(crate) fn counted(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    use Primitive::{Add, Compare, Div, Mul, Round, Select, Sub};
    let x = call.input(0)?;
    let counts: &[(Primitive, i64)] = match call.node.op_type.as_str() {
        "PRelu" => &[(Compare, 1), (Mul, 1), (Select, 1)],
        "ThresholdedRelu" => &[(Compare, 1), (Select, 1)],
        "Shrink" => &[(Compare, 2), (Sub, 1), (Select, 1)],
        "Softsign" => &[(Primitive::Abs, 1), (Add, 1), (Div, 1)],
        // Mod: x − y·floor(x / y)
        _ => &[(Div, 1), (Round, 1), (Mul, 1), (Sub, 1)],
    };
    let result = match call.optional(1).filter(|_| call.node.op_type == "Mod") {
        Some(other) => {
            let shape = builder.broadcast(&[x, other])?;
            let counts: Vec<_> = (counts.iter())
                .map(|(p, n)| (*p, Expr::whole(*n)))
                .collect();
            let keeps_sign = call.int_or("fmod", 0) != 0;
            let value = paired(builder, x, other, |x, y| remainder(x, y, keeps_sign));
            let result = builder.per_element(&counts, &[x, other], shape, builder.element(x))?;
            builder.reveal(result, value);
            result
        }
        None => builder.per_element_of(x, counts)?,
    };
    // The slopes of PRelu.
    if call.node.op_type == "PRelu" {
        builder.stands_for(result, &[call.optional(1)]);
    }
    Ok(vec![result])
}
