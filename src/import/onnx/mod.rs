//! ONNX graphs.
//!
//! | file | what it does |
//! |---|---|
//! | `proto` | the messages of a file, as types |
//! | `wire` | a file read, without its large tensors |
//! | `read` | operators to nodes: names, shapes, what is known before |
//! | `fuse` | the same network in the same nodes, whoever exported it |
//! | `stage` | which part of a network a node is |
//! | `layers` | what follows upon itself |
//! | `write` | the model file |

mod element;
mod extent;
pub mod external;
mod fuse;
mod layers;
mod net;
mod numeric;
pub mod proto;
mod read;
pub mod scan;
mod stage;
#[cfg(test)]
mod tests;
mod weights;
pub mod wire;
mod write;

pub use self::read::Look;
pub use self::weights::Values;

use self::read::QUANTISATION;
use super::Imported;
use crate::source::{Diagnostic, Problems};

/// The model file of a graph that stands in `file`; `look` tells what is known
/// of the values of its weights.
///
/// # Errors
/// Names that nothing makes, cycles, shapes that do not fit, extents that no
/// tensor has.
pub fn import<'m>(
    model: &'m proto::Model,
    file: &str,
    look: &'m mut Look<'m>,
) -> Result<Imported, Problems> {
    let mut reader = read::read(model, file, look)?;
    let other = fuse::fuse(&mut reader.net);
    if other > 0 {
        reader.note(&format!(
            "{other} softmax not recognised as attention: counted, but in no scope"
        ));
    }
    if reader.net.nodes.is_empty() {
        let message = format!("{file}: the graph computes nothing");
        return Err(Diagnostic::new(message).into());
    }
    stage::name(&mut reader.net);
    if let Some(format) = write::other_format(&reader.net) {
        reader.note(&format!(
            "the graph computes in {format}; `--format` chooses what it is priced in"
        ));
    }
    let repeats = layers::find(&reader.net);
    let text = write::write(&reader.net, &repeats, file);
    Ok(Imported {
        text,
        notes: reader.notes.into_keys().collect(),
    })
}

/// The operators that are read, for the documentation: domain, name, and as
/// what each is counted.
pub fn operators() -> impl Iterator<Item = (&'static str, &'static str, &'static str)> {
    let all = read::table::OPERATORS.iter();
    all.map(|operator| (operator.domain, operator.name, operator.counted))
}
