//! `SequenceMap`: a graph of the file, once for each tensor of a sequence.

use super::control::body_of;
use super::graph::GraphReader;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::TensorId;
use crate::import::onnx::operator::call::Call;

/// The body runs as often as the first sequence has tensors, each time with the
/// next one of every sequence, and with every other input as it is.
pub(super) fn map<'m>(reader: &mut GraphReader<'m>, call: &Call<'m>) -> Results {
    let body = body_of(call)?;
    let unknown = || ImportError::Unsupported("what its sequence holds is not known".to_owned());
    let inputs = call.all();
    let first = call.input(0)?;
    let turns = reader.builder.parts(first).ok_or_else(unknown)?.len();
    let mut columns = vec![Vec::new(); call.results()];
    reader.enter(body)?;
    for turn in 0..turns {
        let parts = inputs
            .iter()
            .map(|input| match reader.builder.parts(*input) {
                Some(parts) => parts.get(turn).copied(),
                None => Some(*input),
            });
        let too_short = || ImportError::Invalid("its sequences are not alike".to_owned());
        let parts: Option<Vec<TensorId>> = parts.collect();
        let results = reader.turn(body, &parts.ok_or_else(too_short)?)?;
        for (column, result) in columns.iter_mut().zip(results) {
            column.push(result);
        }
    }
    reader.leave();
    Ok((columns.into_iter())
        .map(|column| reader.builder.sequence(column))
        .collect())
}
