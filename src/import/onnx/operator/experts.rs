//! Mixtures of experts: `MoE`, and `QMoE` with weights of few bits. Every token
//! is computed by the experts with the highest scores; all are parameters.

use super::call::Call;
use super::quantised::{note_few_bits, scale_bits};
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::number;
use crate::import::onnx::net::{
    Binary, Block, FoldKind, Origin, Product, ProductAxis, TensorId, Unary, Work,
};
use crate::number::whole;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

const TOKEN: ProductAxis = ProductAxis::Index(0);
const EXPERT: ProductAxis = ProductAxis::Index(1);
const OUTPUT: ProductAxis = ProductAxis::Index(2);
const INPUT: ProductAxis = ProductAxis::Index(3);

/// The layers of all experts.
struct Experts {
    first: Layer,
    second: Layer,
    /// What the activation of the first is multiplied by.
    third: Option<Layer>,
}

/// A weight (experts, outputs, inputs), and its bias.
#[derive(Clone, Copy)]
struct Layer {
    weight: TensorId,
    bias: Option<TensorId>,
}

/// `MoE`
pub(crate) fn experts(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let layer = |at: usize| {
        let weight = call.optional(at)?;
        let bias = call.optional(at + 1);
        Some(Layer { weight, bias })
    };
    let missing = |at| ImportError::Invalid(format!("its input {at} is missing"));
    let experts = Experts {
        first: layer(2).ok_or_else(|| missing(2))?,
        second: layer(4).ok_or_else(|| missing(4))?,
        third: layer(6),
    };
    mixed(builder, call, &experts)
}

/// `QMoE`: weights of few bits, several to a byte, each with scales.
pub(crate) fn of_few_bits(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let bits = call.int_or("expert_weight_bits", 4);
    let packed = match bits {
        1 | 2 | 4 | 8 => 8 / bits,
        _ => {
            let message = format!("`expert_weight_bits` is {bits}");
            return Err(ImportError::Invalid(message));
        }
    };
    note_few_bits(builder, bits);
    let block = call.int_or("block_size", 0);
    let mut layer = |at: usize| -> Result<Layer, ImportError> {
        let [experts, outputs, inputs] = builder.shape_of_rank::<3>(call.input(at)?)?;
        let inputs = inputs.scale(&whole(packed));
        // A scale for each block of a row, or for the whole of it.
        let shared = match block {
            1.. => Some(whole(block)),
            _ => inputs.as_constant(),
        };
        let scale = scale_bits(builder, call, at + 1);
        let in_memory = shared.map(|shared| whole(bits) + scale / shared);
        let element = builder.element(call.input(0)?);
        let weight = builder.add_constant("", vec![experts, outputs, inputs], element);
        // Packed in the file, where its elements are other ones.
        let made = builder.tensor_mut(weight);
        made.stored = true;
        made.origin = Some(Origin::Unsaid);
        made.bits = in_memory.map(Box::new);
        let bias = call.optional(at + 2);
        Ok(Layer { weight, bias })
    };
    let experts = Experts {
        first: layer(2)?,
        second: layer(5)?,
        third: call.optional(8).map(|_| layer(8)).transpose()?,
    };
    mixed(builder, call, &experts)
}

/// The sum of what the chosen experts make of each token, by their shares.
fn mixed(builder: &mut NetBuilder, call: &Call<'_>, experts: &Experts) -> Results {
    let x = call.input(0)?;
    let given = builder.shape(x)?;
    let Some((width, rows)) = given.split_last() else {
        return Err(ImportError::Invalid("a matrix is needed".to_owned()));
    };
    let tokens: Expr = rows.iter().product();
    let chosen = call.int_or("k", 1);
    let [all, _, _] = builder.shape_of_rank::<3>(experts.first.weight)?;
    if chosen < 1 || number(&all).is_ok_and(|all| chosen > all) {
        let message = format!("{chosen} experts are chosen of {all}");
        return Err(ImportError::Invalid(message));
    }
    let shares = shares(builder, call, &tokens, chosen)?;
    let x = builder.moved(&[x], vec![tokens.clone(), width.clone()])?;
    let first = layer(builder, x, experts.first, chosen)?;
    let mut active = activated(builder, call, first, experts.third.is_some())?;
    if let Some(third) = experts.third {
        let factor = layer(builder, x, third, chosen)?;
        active = builder.binary(Binary::Mul, active, factor)?;
    }
    let second = layer(builder, active, experts.second, chosen)?;
    let weighed = builder.binary(Binary::Mul, second, shares)?;
    let sum = builder.fold(FoldKind::Sum, weighed, vec![false, true, false], false)?;
    Ok(vec![builder.moved(&[sum], given)?])
}

/// The scores of the chosen experts, (tokens, chosen, 1): a softmax over all,
/// the best, the best of the others and so on; made to sum to 1 where that is
/// asked for.
fn shares(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    tokens: &Expr,
    chosen: i64,
) -> Result<TensorId, ImportError> {
    let scores = builder.block(Block::Softmax, &[call.input(1)?])?;
    let looked = builder.per_element_of(scores, &[(Primitive::Compare, chosen)])?;
    let best = vec![tokens.clone(), Expr::whole(chosen), Expr::one()];
    let best = builder.moved(&[looked], best)?;
    if call.int_or("normalize_routing_weights", 0) == 0 {
        return Ok(best);
    }
    let sum = builder.fold(FoldKind::Sum, best, vec![false, true, false], true)?;
    builder.binary(Binary::Div, best, sum)
}

/// A layer of the chosen experts: of x (tokens, inputs), or (tokens, chosen,
/// inputs), as (tokens, chosen, outputs).
fn layer(
    builder: &mut NetBuilder,
    x: TensorId,
    of_all: Layer,
    chosen: i64,
) -> Result<TensorId, ImportError> {
    let own = builder.shape(x)?;
    let [_, mut outputs, mut inputs] = builder.shape_of_rank::<3>(of_all.weight)?;
    let (tokens, width) = match own.as_slice() {
        [tokens, .., width] => (tokens.clone(), width),
        _ => return Err(ImportError::Invalid("a matrix is needed".to_owned())),
    };
    // Older files have inputs before outputs.
    if inputs != *width && outputs == *width {
        (outputs, inputs) = (inputs, outputs);
    }
    if inputs != *width {
        let message = format!("rows of {width} for a weight of {inputs} inputs");
        return Err(ImportError::Invalid(message));
    }
    let count = Expr::whole(chosen);
    let weight = vec![count.clone(), outputs.clone(), inputs];
    let weight = builder.moved(&[of_all.weight], weight)?;
    let rows = match own.len() {
        2 => vec![TOKEN, INPUT],
        _ => vec![TOKEN, EXPERT, INPUT],
    };
    let operands = vec![rows, vec![EXPERT, OUTPUT, INPUT]];
    let product = Product::multiplied(operands, vec![TOKEN, EXPERT, OUTPUT], vec![]);
    let shape = vec![tokens, count.clone(), outputs.clone()];
    let element = builder.element(x);
    let sums = builder.compute(Work::Product(product), &[x, weight], shape, element)?;
    let bias = match of_all.bias {
        Some(bias) => Some(builder.moved(&[bias], vec![count, outputs])?),
        None => None,
    };
    builder.with_bias(sums, bias)
}

/// The activation. `swiglu` takes the first layer apart, a half of which is
/// the factor of the other, unless there is a third layer for that.
fn activated(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    x: TensorId,
    has_third: bool,
) -> Result<TensorId, ImportError> {
    match call.text("activation_type").unwrap_or("relu") {
        "relu" => builder.unary(Unary::Relu, x),
        "gelu" => builder.block(Block::Gelu, &[x]),
        "silu" => builder.block(Block::Silu, &[x]),
        "identity" => Ok(x),
        "swiglu" if has_third => gate(builder, call, x),
        "swiglu" => {
            let mut half = builder.shape(x)?;
            if let Some(width) = half.last_mut() {
                *width = width.scale(&(whole(1) / whole(2)));
            }
            let gated = builder.moved(&[x], half.clone())?;
            let mut factor = builder.moved(&[x], half)?;
            let gated = gate(builder, call, gated)?;
            if call.float("swiglu_limit").is_some_and(f64::is_finite) {
                factor = builder.per_element_of(factor, &[(Primitive::Compare, 2)])?;
            }
            if call
                .float("activation_beta")
                .is_some_and(|beta| beta != 0.0)
            {
                factor = builder.binary_with(Binary::Add, factor, 1.0)?;
            }
            builder.binary(Binary::Mul, gated, factor)
        }
        other => Err(ImportError::Unsupported(format!(
            "the activation `{other}`"
        ))),
    }
}

/// x·sigmoid(α·x), of x up to a limit where there is one.
fn gate(
    builder: &mut NetBuilder,
    call: &Call<'_>,
    mut x: TensorId,
) -> Result<TensorId, ImportError> {
    if call.float("swiglu_limit").is_some_and(f64::is_finite) {
        x = builder.per_element_of(x, &[(Primitive::Compare, 1)])?;
    }
    let other = call
        .float("activation_alpha")
        .is_some_and(|alpha| alpha != 1.0);
    let block = if other { Block::QuickGelu } else { Block::Silu };
    builder.block(block, &[x])
}
