//! The phase of a graph: what it computes of a model that is used in a certain
//! way, found from what it computes of all tokens at once.
//!
//! It assumes that the values of all tensors are known, which the pass over the
//! domains leaves: what is kept of a tensor has its values.
//!
//! | file | what it does |
//! |---|---|
//! | `tokens` | what an axis counts when one token is decoded after others |
//! | `loops` | how the axes of an op's operands run into those of its result |
//! | `labels` | which axes count the new token, and which all that are kept |
//! | `train` | the graph with its backward ops and the update of its weights |
//! | `kept` | where a tensor is kept on its way, and what is given for all tokens |
//! | `fixed` | what no new token changes |
//! | `decode` | the graph for one new token, with what is kept of the earlier ones |

mod decode;
mod fixed;
mod kept;
mod labels;
mod loops;
mod tokens;
mod train;

use self::decode::decode;
use self::tokens::Count;
use self::train::train;
use super::{OpGraph, OpKind};
use crate::model::{CONTEXT, Model, Phase, TokenAxis};
use crate::source::{Diagnostic, Place, Problems};
use crate::symbolic::Expr;

/// Makes `graph` that of the model's phase. `numbers` are the model's dims and
/// parameters.
///
/// # Errors
/// A model that cannot be used so.
pub(super) fn apply(
    graph: &mut OpGraph,
    model: &Model,
    numbers: &dyn Fn(&str) -> Option<Expr>,
) -> Result<(), Problems> {
    graph.phase = model.phase();
    match (model.phase(), &model.root.tokens) {
        (Phase::Prefill, _) | (Phase::Decode, None) => Ok(()),
        (Phase::Train(training), _) => {
            if train(graph, training) > 0 {
                return Ok(());
            }
            let message = format!("`{}` has no weights that could be trained", graph.model);
            let start = Place::new(&model.root.source, 0..0);
            Err(Diagnostic::at(&start, message).into())
        }
        (Phase::Decode, Some(counted)) => {
            let (tokens, axis) = match &counted.value {
                TokenAxis::Dim(name) => (numbers(name), None),
                TokenAxis::Axis(at) => (axis(graph, *at), Some(*at)),
            };
            let (Some(tokens), Some(context)) = (tokens, numbers(CONTEXT)) else {
                return Ok(());
            };
            let count = Count::new(tokens, context);
            Ok(decode(graph, &count, axis, &counted.place)?)
        }
    }
}

/// How long an axis of the inputs is.
fn axis(graph: &OpGraph, at: usize) -> Option<Expr> {
    let inputs = graph.iter().filter(|(_, op)| op.kind == OpKind::Input);
    let mut axes = inputs.filter_map(|(_, input)| input.output.shape.get(at));
    axes.next().cloned()
}
