//! Recurrent layers, all steps of a sequence at once: what one step does,
//! times the steps.

use super::call::Call;
use super::quantised::by_range;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::{Binary, Product, ProductAxis, TensorId, Work};
use crate::import::onnx::proto::ElementType;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// `RNN`, `GRU`, `LSTM`: input (steps, batch, width), or (batch, steps, width)
/// where `layout` is 1, weights (directions, gates · hidden, width) and
/// (directions, gates · hidden, hidden).
pub(crate) fn recurrent(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    layer(builder, call, false)
}

/// `DynamicQuantizeLSTM`: weights of whole numbers, (directions, width, gates ·
/// hidden) and (directions, hidden, gates · hidden); input and state become
/// such by their range.
pub(crate) fn quantised(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    layer(builder, call, true)
}

fn layer(builder: &mut NetBuilder, call: &Call<'_>, of_numbers: bool) -> Results {
    use Primitive::{Add, Div, Exp, Mul, Sub, Tanh};
    let x = call.input(0)?;
    let [mut steps, mut batch, _] = builder.shape_of_rank::<3>(x)?;
    let batch_first = call.int_or("layout", 0) == 1;
    if batch_first {
        std::mem::swap(&mut steps, &mut batch);
    }
    let (own, back) = (call.input(1)?, call.input(2)?);
    let [directions, mut gates, width] = builder.shape_of_rank::<3>(own)?;
    let [_, other, mut hidden] = builder.shape_of_rank::<3>(back)?;
    if of_numbers {
        (gates, hidden) = (width, other);
    }
    let functions = call.texts("activations").unwrap_or(&[]);
    let relu = functions.iter().any(|name| name == "Relu");
    let plain = ["Sigmoid", "Tanh", "Relu"];
    let other = functions.iter().any(|name| !plain.contains(&name.as_str()));
    if other || (relu && call.node.op_type != "RNN") || call.float("clip").is_some() {
        builder.note("activations and bounds of recurrent layers are counted as if by default");
    }
    // A sigmoid is 1 / (1 + exp(−x)); each sum of the two products is one
    // addition for each gate.
    let counts: &[(Primitive, i64)] = match call.node.op_type.as_str() {
        "LSTM" | "DynamicQuantizeLSTM" => {
            &[(Add, 4 + 3 + 1), (Exp, 3), (Div, 3), (Tanh, 2), (Mul, 3)]
        }
        "GRU" => &[
            (Add, 3 + 2 + 1),
            (Exp, 2),
            (Div, 2),
            (Tanh, 1),
            (Mul, 3),
            (Sub, 1),
        ],
        _ if relu => &[(Add, 1), (Primitive::Compare, 1)],
        // RNN
        _ => &[(Add, 1), (Tanh, 1)],
    };
    let rows = vec![
        steps.clone(),
        batch.clone(),
        directions.clone(),
        gates.clone(),
    ];
    let (s, b, i, d, g) = (
        ProductAxis::Index(0),
        ProductAxis::Index(1),
        ProductAxis::Index(2),
        ProductAxis::Index(3),
        ProductAxis::Index(4),
    );
    let element = builder.element(x);
    let weight = match of_numbers {
        true => vec![d.clone(), i.clone(), g.clone()],
        false => vec![d.clone(), g.clone(), i.clone()],
    };
    let result = vec![s.clone(), b.clone(), d.clone(), g.clone()];
    let of_input = match batch_first {
        true => vec![b.clone(), s.clone(), i.clone()],
        false => vec![s.clone(), b.clone(), i.clone()],
    };
    let of_input = vec![of_input, weight.clone()];
    let inputs = Product::multiplied(of_input, result.clone(), vec![]);
    let inputs = Gates {
        product: inputs,
        rows: rows.clone(),
        of_numbers,
    }
    .of(builder, x, own)?;
    let inputs = match call.optional(3) {
        Some(bias) if !builder.is_constant(bias) => {
            let bias = summed_bias(builder, bias, &directions, &gates)?;
            builder.binary(Binary::Add, inputs, bias)?
        }
        bias => builder.with_bias(inputs, bias)?,
    };
    let inputs = if of_numbers {
        builder.scaled(inputs)?
    } else {
        inputs
    };
    let states = vec![
        steps.clone(),
        batch.clone(),
        directions.clone(),
        hidden.clone(),
    ];
    let state = builder.moved(&[inputs], states.clone())?;
    let of_state = vec![vec![s, b, d, i], weight];
    let returned = Product::multiplied(of_state, result, vec![]);
    let returned = Gates {
        product: returned,
        rows,
        of_numbers,
    }
    .of(builder, state, back)?;
    let returned = if of_numbers {
        builder.scaled(returned)?
    } else {
        returned
    };
    let mut counts: Vec<_> = (counts.iter())
        .map(|(p, n)| (*p, Expr::whole(*n)))
        .collect();
    let mut parts = vec![inputs, returned];
    if let Some(peepholes) = call
        .optional(7)
        .filter(|_| call.node.op_type.ends_with("LSTM"))
    {
        // The cell times a weight for each of three gates, added to them.
        let [_, gates] = builder.shape_of_rank::<2>(peepholes)?;
        let mut seen = states.clone();
        seen[3] = gates;
        let cells = builder.moved(&[inputs], seen)?;
        parts.push(builder.binary(Binary::Mul, cells, peepholes)?);
        for (_, count) in counts.iter_mut().filter(|(step, _)| *step == Add) {
            *count = &*count + &Expr::whole(3);
        }
    }
    if call.optional(4).is_some() {
        builder.note("recurrent layers are counted with all steps, whatever lengths are given");
    }
    let made = builder.per_element(&counts, &parts, states, element)?;
    // The states before the first step.
    builder.stands_for(made, &[call.optional(5), call.optional(6)]);
    let (all, last) = match batch_first {
        true => (
            vec![batch.clone(), steps, directions.clone(), hidden.clone()],
            vec![batch, directions, hidden],
        ),
        false => (
            vec![steps, directions.clone(), batch.clone(), hidden.clone()],
            vec![directions, batch, hidden],
        ),
    };
    let all = builder.moved(&[made], all)?;
    let last = builder.moved(&[made], last)?;
    Ok(vec![all, last, last])
}

/// The sums of all gates.
struct Gates {
    product: Product,
    rows: Vec<Expr>,
    /// Whether whole numbers are multiplied.
    of_numbers: bool,
}

impl Gates {
    fn of(
        self,
        builder: &mut NetBuilder,
        x: TensorId,
        weight: TensorId,
    ) -> Result<TensorId, ImportError> {
        let product = Work::Product(self.product);
        if !self.of_numbers {
            let element = builder.element(x);
            return builder.compute(product, &[x, weight], self.rows, element);
        }
        let [numbers, _, _] = by_range(builder, x)?;
        let sums = builder.compute(product, &[numbers, weight], self.rows, ElementType::Int32)?;
        builder.of_numbers(sums, numbers, weight);
        Ok(sums)
    }
}

/// The biases of the input and of the state, which are computed: their sum for
/// each gate, added to every step.
fn summed_bias(
    builder: &mut NetBuilder,
    bias: TensorId,
    directions: &Expr,
    gates: &Expr,
) -> Result<TensorId, ImportError> {
    let half = vec![directions.clone(), gates.clone()];
    let of_input = builder.moved(&[bias], half.clone())?;
    let of_state = builder.moved(&[bias], half)?;
    builder.binary(Binary::Add, of_input, of_state)
}
