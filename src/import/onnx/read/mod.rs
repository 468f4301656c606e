//! From the nodes of a file to a [`Net`]: names resolved, functions and
//! branches put in place, each operator read by the function that the table
//! names.
//!
//! | file | what it does |
//! |---|---|
//! | `table` | which operator is read by which function |
//! | `graph` | graphs, functions and nodes, one after the other |
//! | `told` | what the file tells of tensors beside the nodes that make them |
//! | `names` | which tensor a name stands for, and where |
//! | `origin` | where the tensors of a file come from, as PyTorch's exporter says |
//! | `order` | an order in which each node reads only what was made before |
//! | `aside` | what is known of branches and bodies on data |
//! | `capture` | what the graphs within a node read from around it |
//! | `control` | operators that read graphs or tensors of the file themselves |
//! | `mapped` | graphs run for each tensor of a sequence |
//! | `flex` | attention whose scores go through graphs of the file |

mod aside;
mod capture;
mod control;
mod flex;
mod graph;
mod mapped;
mod names;
mod order;
mod origin;
pub(super) mod table;
mod told;

use std::collections::BTreeMap;

use self::graph::GraphReader;
use super::net::Net;
use super::proto::Model;
use super::weights::WeightProbe;
use crate::import::imported::Given;
use crate::source::Diagnostic;

/// Reads the graph of `model`, which stands in `file`; `probe` tells the values
/// of its weights. The net, and what the reader of an estimate should know,
/// with how often.
///
/// # Errors
/// Names that nothing makes, cycles, shapes that do not fit, extents that no
/// tensor has.
pub(super) fn read<'m>(
    model: &'m Model,
    file: &str,
    given: &'m Given,
    probe: &'m mut WeightProbe<'m>,
) -> Result<(Net, BTreeMap<String, usize>), Diagnostic> {
    GraphReader::new(model, given, probe, table::find)
        .read(&model.graph)
        .map_err(|message| Diagnostic::new(format!("{file}: {message}")))
}
