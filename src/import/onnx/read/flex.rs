//! `FlexAttention`: attention whose scores and weights go through graphs of the
//! file.

use super::graph::GraphReader;
use crate::import::onnx::build::Heads;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::{Block, TensorId};
use crate::import::onnx::operator::call::Call;

/// mod(softmax(mod(q·kᵀ · factor)))·v, of batch, heads, tokens, head dim.
pub(super) fn attention<'m>(reader: &mut GraphReader<'m>, call: &Call<'m>) -> Results {
    let heads = Heads {
        q: call.input(0)?,
        k: call.input(1)?,
        v: call.input(2)?,
        mask: None,
        causal: None,
        scaled: call.float("scale") != Some(1.0),
        capped: false,
        window: None,
    };
    let scores = reader.builder.scores(&heads)?;
    let scores = modified(reader, call, "score_mod", scores)?;
    let weights = reader.builder.block(Block::Softmax, &[scores])?;
    let weights = modified(reader, call, "prob_mod", weights)?;
    Ok(vec![reader.builder.read(weights, &heads)?])
}

/// What a graph of the node makes of `x`.
fn modified<'m>(
    reader: &mut GraphReader<'m>,
    call: &Call<'m>,
    name: &str,
    x: TensorId,
) -> Result<TensorId, ImportError> {
    let Some(graph) = call.graph(name) else {
        return Ok(x);
    };
    reader.enter(graph)?;
    let results = reader.turn(graph, &[x])?;
    reader.leave();
    let missing = || ImportError::Invalid(format!("its `{name}` gives nothing"));
    results.first().copied().ok_or_else(missing)
}
