//! Recurrent layers, all steps of a sequence at once: what one step does,
//! times the steps.

use super::linear::multiplied;
use super::{Call, Outcome, Reader, Trouble};
use crate::import::onnx::net::{Axis, TensorId, Work};
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// `RNN`, `GRU`, `LSTM`: input (steps, batch, width), weights (directions,
/// gates · hidden, width) and (directions, gates · hidden, hidden).
pub(super) fn recurrent(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    use Primitive::{Add, Div, Exp, Mul, Sub, Tanh};
    let x = call.input(0)?;
    let [steps, batch, _] = reader.shape_of_rank::<3>(x)?;
    let (own, back) = (call.input(1)?, call.input(2)?);
    let [directions, gates, _] = reader.shape_of_rank::<3>(own)?;
    let [_, _, hidden] = reader.shape_of_rank::<3>(back)?;
    let functions = call.texts("activations").unwrap_or(&[]);
    let relu = functions.iter().any(|name| name == "Relu");
    let plain = ["Sigmoid", "Tanh", "Relu"];
    let other = functions.iter().any(|name| !plain.contains(&name.as_str()));
    if other || (relu && call.node.op_type != "RNN") || call.float("clip").is_some() {
        reader.note("activations and bounds of recurrent layers are counted as if by default");
    }
    // A sigmoid is 1 / (1 + exp(−x)); each sum of the two products is one
    // addition for each gate.
    let counts: &[(Primitive, i64)] = match call.node.op_type.as_str() {
        "LSTM" => &[(Add, 4 + 3 + 1), (Exp, 3), (Div, 3), (Tanh, 2), (Mul, 3)],
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
    let rows = vec![steps.clone(), batch.clone(), directions.clone(), gates];
    let (s, b, i, d, g) = (
        Axis::Index(0),
        Axis::Index(1),
        Axis::Index(2),
        Axis::Index(3),
        Axis::Index(4),
    );
    let element = reader.element(x);
    let weight = vec![d.clone(), g.clone(), i.clone()];
    let result = vec![s.clone(), b.clone(), d.clone(), g.clone()];
    let of_input = vec![vec![s.clone(), b.clone(), i.clone()], weight.clone()];
    let inputs = multiplied(of_input, result.clone(), vec![]);
    let inputs = reader.compute(Work::Product(inputs), &[x, own], rows.clone(), element)?;
    let inputs = reader.with_bias(inputs, call.optional(3))?;
    let states = vec![
        steps.clone(),
        batch.clone(),
        directions.clone(),
        hidden.clone(),
    ];
    let state = reader.moved(&[inputs], states.clone())?;
    let of_state = vec![vec![s, b, d, i], weight];
    let returned = multiplied(of_state, result, vec![]);
    let returned = reader.compute(Work::Product(returned), &[state, back], rows, element)?;
    let counts: Vec<_> = (counts.iter())
        .map(|(p, n)| (*p, Expr::whole(*n)))
        .collect();
    let made = reader.each(&counts, &[inputs, returned], states, element)?;
    let shape = vec![steps, directions.clone(), batch.clone(), hidden.clone()];
    let all = reader.moved(&[made], shape)?;
    let last = reader.moved(&[made], vec![directions, batch, hidden])?;
    Ok(vec![all, last, last])
}

/// `Loop` and `Scan` run as often as their data says.
pub(super) fn repeated(_: &mut Reader<'_>, _: &Call<'_>) -> Result<Vec<TensorId>, Trouble> {
    Err(Trouble::Unknown(
        "how often it runs is known only while it runs".to_owned(),
    ))
}
