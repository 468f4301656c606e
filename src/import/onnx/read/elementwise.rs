//! Functions of each element.

use super::{Call, Outcome, Reader, Trouble};
use crate::import::onnx::extent::{broadcast, ceil, floor};
use crate::import::onnx::net::{Binary, Block, TensorId, Unary, Value, Work};
use crate::import::onnx::proto::ElementType;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

impl Reader<'_> {
    /// A function of one tensor, element by element.
    pub(super) fn unary(&mut self, unary: Unary, x: TensorId) -> Result<TensorId, Trouble> {
        let shape = self.shape(x)?;
        self.compute(Work::Unary(unary), &[x], shape, self.element(x))
    }

    /// A function of two tensors, broadcast against each other.
    pub(super) fn binary(
        &mut self,
        binary: Binary,
        x: TensorId,
        y: TensorId,
    ) -> Result<TensorId, Trouble> {
        let shape = self.broadcast(&[x, y])?;
        // What changes nothing is not computed.
        let second = self.net.scalar(y);
        let nothing = match binary {
            Binary::Mul | Binary::Div | Binary::Power => second == Some(1.0),
            Binary::Add | Binary::Sub => second == Some(0.0),
            _ => false,
        };
        if nothing && self.shape(x)? == shape {
            return Ok(x);
        }
        let element = match binary {
            Binary::Greater
            | Binary::GreaterOrEqual
            | Binary::Less
            | Binary::LessOrEqual
            | Binary::Equal => ElementType::Bool,
            _ => self.element(x),
        };
        self.compute(Work::Binary(binary), &[x, y], shape, element)
    }

    /// The same with a number.
    pub(super) fn binary_with(
        &mut self,
        binary: Binary,
        x: TensorId,
        number: f64,
    ) -> Result<TensorId, Trouble> {
        let number = self.known(Value::Real(vec![number]), vec![], self.element(x));
        self.binary(binary, x, number)
    }

    /// What becomes of a constant of whole numbers and formulas, element by
    /// element.
    fn changed(&mut self, tensor: TensorId, change: fn(&Expr) -> Expr) -> Option<TensorId> {
        let Some(Value::Whole(values)) = &self.net.tensors[tensor].value else {
            return None;
        };
        let values = values.iter().map(change).collect();
        let shape = self.shape(tensor).ok()?;
        let element = self.element(tensor);
        Some(self.known(Value::Whole(values), shape, element))
    }

    /// x − y·⌊x / y⌋ of constants.
    fn remainder(&mut self, x: TensorId, y: TensorId) -> Option<TensorId> {
        let of = |tensor: TensorId| match &self.net.tensors[tensor].value {
            Some(Value::Whole(values)) => Some(values.clone()),
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
        let shape = self.shape(x).ok()?;
        let element = self.element(x);
        Some(self.known(Value::Whole(values), shape, element))
    }

    /// A block that ships, which keeps the shape.
    pub(super) fn block(&mut self, block: Block, inputs: &[TensorId]) -> Result<TensorId, Trouble> {
        let first = inputs.first().copied();
        let first = first.ok_or_else(|| Trouble::Wrong("it has no input".to_owned()))?;
        let shape = self.shape(first)?;
        self.compute(Work::Block(block), inputs, shape, self.element(first))
    }

    /// So many primitives for each element of `shape`.
    pub(super) fn each(
        &mut self,
        counts: &[(Primitive, Expr)],
        inputs: &[TensorId],
        shape: Vec<Expr>,
        element: ElementType,
    ) -> Result<TensorId, Trouble> {
        self.compute(Work::Each(counts.to_vec()), inputs, shape, element)
    }

    /// So many primitives for each element of the input.
    pub(super) fn each_of(
        &mut self,
        x: TensorId,
        counts: &[(Primitive, i64)],
    ) -> Result<TensorId, Trouble> {
        let counts: Vec<_> = (counts.iter())
            .map(|(primitive, count)| (*primitive, Expr::whole(*count)))
            .collect();
        let shape = self.shape(x)?;
        self.each(&counts, &[x], shape, self.element(x))
    }

    pub(super) fn broadcast(&self, inputs: &[TensorId]) -> Result<Vec<Expr>, Trouble> {
        let mut shape = Vec::new();
        for input in inputs {
            shape = broadcast(&shape, &self.shape(*input)?).map_err(Trouble::Wrong)?;
        }
        Ok(shape)
    }
}

/// A function of one tensor.
pub(super) fn unary_of(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let name = call.node.op_type.as_str();
    if let ("Floor" | "Ceil", Some(tensor)) = (name, call.optional(0)) {
        let round = if name == "Floor" { floor } else { ceil };
        if let Some(known) = reader.changed(tensor, round) {
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
            reader.note("`Sign` is taken to give −1 or 1: that an input is exactly 0 is left out");
            Unary::Sign
        }
        "Reciprocal" => Unary::Reciprocal,
        "Relu" => Unary::Relu,
        "Sigmoid" => Unary::Sigmoid,
        // Round, Floor, Ceil
        _ => Unary::Round,
    };
    Ok(vec![reader.unary(unary, call.input(0)?)?])
}

/// A function of two tensors.
pub(super) fn binary_of(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
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
    Ok(vec![reader.binary(
        binary,
        call.input(0)?,
        call.input(1)?,
    )?])
}

/// A function of any number of tensors, two at a time.
pub(super) fn variadic(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let binary = match call.node.op_type.as_str() {
        "Max" => Binary::Max,
        "Min" => Binary::Min,
        // Sum, Mean
        _ => Binary::Add,
    };
    let inputs = call.all();
    let mut all = call.input(0)?;
    for input in inputs.iter().skip(1) {
        all = reader.binary(binary, all, *input)?;
    }
    if call.node.op_type == "Mean" {
        all = reader.binary_with(Binary::Mul, all, 1.0 / inputs.len() as f64)?;
    }
    Ok(vec![all])
}

/// Logic: one step for each bit.
pub(super) fn logic(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let inputs = call.all();
    if let ("Not", [x]) = (call.node.op_type.as_str(), inputs.as_slice())
        && let Some(known) = reader.changed(*x, |value| &Expr::one() - &truth(value))
    {
        return Ok(vec![known]);
    }
    let shape = reader.broadcast(&inputs)?;
    let one = [(Primitive::And, Expr::one())];
    let result = reader.each(&one, &inputs, shape, ElementType::Bool)?;
    Ok(vec![result])
}

/// `IsNaN`, `IsInf`: one comparison.
pub(super) fn is_odd(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let shape = reader.shape(x)?;
    let one = [(Primitive::Compare, Expr::one())];
    Ok(vec![reader.each(&one, &[x], shape, ElementType::Bool)?])
}

/// `Cast`, `CastLike`: no arithmetic.
pub(super) fn cast(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let element = match (call.int("to"), call.optional(1)) {
        (Some(to), _) => ElementType::from_number(i32::try_from(to).unwrap_or(0)),
        (None, Some(like)) => reader.element(like),
        (None, None) => reader.element(x),
    };
    let known = match element {
        ElementType::Bool => reader.changed(x, truth),
        element if element.is_whole() => reader.changed(x, floor),
        _ => None,
    };
    if let Some(known) = known {
        reader.net.tensors[known].element = element;
        return Ok(vec![known]);
    }
    let shape = reader.shape(x)?;
    Ok(vec![reader.compute(
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
pub(super) fn wave(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    if !reader.net.tensors[x].constant {
        return Err(Trouble::Unknown("no table prices it".to_owned()));
    }
    let shape = reader.shape(x)?;
    Ok(vec![reader.compute(
        Work::Move,
        &[x],
        shape,
        reader.element(x),
    )?])
}

/// `Clip`: bounds as attributes, or as inputs in later versions.
pub(super) fn clip(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let x = call.input(0)?;
    let bound = |reader: &Reader<'_>, name: &str, at: usize| {
        let given = call
            .optional(at)
            .and_then(|tensor| reader.net.scalar(tensor));
        call.float(name).or(given)
    };
    let low = bound(reader, "min", 1).unwrap_or(f64::NEG_INFINITY);
    let high = bound(reader, "max", 2).unwrap_or(f64::INFINITY);
    let shape = reader.shape(x)?;
    let element = reader.element(x);
    Ok(vec![reader.compute(
        Work::Clip(low, high),
        &[x],
        shape,
        element,
    )?])
}

/// `Where`
pub(super) fn select(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let inputs = [call.input(0)?, call.input(1)?, call.input(2)?];
    let shape = reader.broadcast(&inputs)?;
    let element = reader.element(inputs[1]);
    let values = [inputs[1], inputs[2]].map(|input| reader.net.scalar(input));
    if values == [Some(1.0), Some(0.0)] && reader.shape(inputs[0])? == shape {
        // The condition itself.
        let bits = Work::Unary(Unary::Cast);
        return Ok(vec![reader.compute(bits, &inputs[..1], shape, element)?]);
    }
    Ok(vec![reader.compute(
        Work::Where,
        &inputs,
        shape,
        element,
    )?])
}

/// Activations that ship as blocks.
pub(super) fn activation(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
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
    Ok(vec![reader.block(block, &[call.input(0)?])?])
}

/// Operators that are so many primitives for each element.
pub(super) fn counted(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    use Primitive::{Add, Compare, Div, Mul, Round, Select, Sub};
    let x = call.input(0)?;
    if let ("Mod", Some(y)) = (call.node.op_type.as_str(), call.optional(1))
        && let Some(known) = reader.remainder(x, y)
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
            let shape = reader.broadcast(&[x, other])?;
            let counts: Vec<_> = (counts.iter())
                .map(|(p, n)| (*p, Expr::whole(*n)))
                .collect();
            reader.each(&counts, &[x, other], shape, reader.element(x))?
        }
        None => reader.each_of(x, counts)?,
    };
    Ok(vec![result])
}
