//! ONNX graphs.
//!
//! A file goes through these rooms one after the other; each uses only those
//! above it.
//!
//! | room | what it does |
//! |---|---|
//! | `proto` | the messages of a file, as types |
//! | `wire` | a file read, without its large tensors |
//! | `weights` | the values of its large tensors, where they are asked for |
//! | `net` | what a graph computes, in few kinds of nodes |
//! | `error` | why an operator cannot be read |
//! | `infer` | what is known before the network runs: shapes, small tensors |
//! | `build` | a net under construction, and the steps that operators are made of |
//! | `operator` | operators to steps, one file for each family |
//! | `read` | graphs, functions and nodes to a net |
//! | `empty` | which dims may be 0 |
//! | `fuse` | the same network in the same nodes, whoever exported it |
//! | `causal` | whether no token sees a later one |
//! | `stage` | which part of a network a node is |
//! | `layers` | what follows upon itself |
//! | `parameters` | which constants training changes, each counted once |
//! | `write` | the model file |

mod build;
mod causal;
mod empty;
mod error;
mod fuse;
mod infer;
mod layers;
mod net;
mod operator;
mod parameters;
pub mod proto;
mod read;
mod stage;
#[cfg(test)]
mod tests;
mod weights;
pub mod wire;
mod write;

pub use self::weights::{Scale, WeightProbe, WeightValues, external, scan};

use super::imported::{Given, Imported};
use crate::source::{Diagnostic, Problems};

/// The model file of a graph that stands in `file`, with the dims that are
/// `given`; `probe` tells what is known
/// of the values of its weights.
///
/// # Errors
/// Names that nothing makes, cycles, shapes that do not fit, extents that no
/// tensor has.
pub fn import(
    model: proto::Model,
    file: &str,
    given: &Given,
    probe: &mut WeightProbe<'_>,
) -> Result<Imported, Problems> {
    let (mut net, mut notes) = read::read(&model, file, given, probe)?;
    empty::find(&mut net, &model, file, given);
    let lost = model.graph.nodes.iter().filter(|node| node.lost_bias);
    let lost = lost.count();
    // A large graph would fill the memory beside its net.
    drop(model);
    let mut note = |text: String| *notes.entry(text).or_default() += 1;
    let other = fuse::fuse(&mut net);
    if other > 0 {
        note(format!(
            "{other} softmax not recognised as attention: counted, but in no scope"
        ));
    }
    if net.nodes.is_empty() {
        give_back(&mut net);
    }
    if net.nodes.is_empty() {
        let message = format!("{file}: the graph computes nothing");
        return Err(Diagnostic::new(message).into());
    }
    stage::name(&mut net);
    if let Some(format) = write::other_format(&net) {
        note(format!(
            "the graph computes in {format}; `--format` chooses what it is priced in"
        ));
    }
    net.tokens = causal::tokens(&net);
    let repeats = layers::find(&net);
    let parameters = parameters::find(&net, &repeats);
    if parameters.shared_norms > 0 {
        note(format!(
            "{} normalisations share a gain or shift with others, which counts once: exporters \
             merge those that are equal, as in a network that was not trained",
            parameters.shared_norms
        ));
    }
    if lost > 0 {
        note(format!(
            "{lost} products lost a bias of zeros to the exporter, which no file holds and nothing \
             counts, as in a network that was not trained"
        ));
    }
    let written = write::write(&net, &repeats, &parameters, file);
    Ok(Imported {
        text: written.text,
        outline: Some(written.outline),
        notes: notes.into_keys().collect(),
    })
}

/// A graph that computes nothing gives what it was given, or constants: they
/// are moved.
fn give_back(net: &mut net::Net) {
    for output in net.outputs.clone() {
        let given = net.tensors[output].clone();
        net.tensors.push(net::NetTensor {
            constant: false,
            stored: false,
            value: None,
            ..given
        });
        let moved = net.tensors.len() - 1;
        net.nodes.push(net::NetNode {
            work: net::Work::Move,
            inputs: vec![output],
            output: moved,
            stage: None,
            folded: Vec::new(),
            format: None,
        });
    }
    net.outputs = net.nodes.iter().map(|node| node.output).collect();
}

/// The operators that are read, for the documentation: domain, name, and as
/// what each is counted.
pub fn operators() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let all = read::table::OPERATORS.iter();
    all.map(|operator| (operator.domain, operator.name, operator.counted))
}
