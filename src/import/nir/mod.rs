//! NIR graphs: spiking networks, as the libraries that train them exchange
//! them.
//!
//! A file is HDF5: a graph of nodes with parameters, and edges between their
//! names. It describes neurons in continuous time and says neither how long a
//! step is nor how many there are; what is counted is one step of each node,
//! `steps` times. Weights are not read, only their shapes.
//!
//! | file | what it does |
//! |---|---|
//! | `hdf5` | the file as a tree of groups and datasets |
//! | `fields` | the fields of one node, each checked where it is taken |
//! | `node` | graphs and nodes, as types |
//! | `read` | the tree as a graph of nodes |
//! | `flat` | nested graphs put in place, edges mended |
//! | `fit` | what a node makes of a shape, or why it cannot take it |
//! | `shape` | what each node takes and gives, from the inputs on |
//! | `order` | which node comes first, and which edges lead back in time |
//! | `name` | names that formulas can use |
//! | `write` | the model file |

mod fields;
mod fit;
mod flat;
mod hdf5;
mod name;
mod node;
mod order;
mod read;
mod shape;
mod write;

use super::bytes::Bytes;
use super::imported::{Given, Imported};
use crate::source::{Diagnostic, Problems};

/// Names of nodes may be of any length.
const LONGEST_NOTE: usize = 400;

/// The model file of the NIR graph in these bytes, which `file` has. What is
/// `given` chooses what it need not be told that nobody said.
///
/// # Errors
/// What keeps it from being read, and what is wrong with the graph: nodes of
/// unknown types, edges to nodes that there are not, shapes that do not fit.
pub fn import(bytes: Box<dyn Bytes>, file: &str, given: &Given) -> Result<Imported, Problems> {
    let cannot = |error| Diagnostic::new(format!("cannot read `{file}`: {error}"));
    let tree = hdf5::read(bytes).map_err(cannot)?;
    graph(&tree, file, given).map_err(|problems| problems.within(file))
}

fn graph(tree: &hdf5::Group, file: &str, given: &Given) -> Result<Imported, Problems> {
    let (graph, version) = read::file(tree)?;
    let (mut flat, mut notes) = flat::flatten(graph)?;
    let shapes = shape::infer(&mut flat, &mut notes)?;
    let order = order::order(&flat);
    let about = match &version {
        Some(version) => format!("NIR graph, version {}", harmless(version)),
        None => "NIR graph".to_owned(),
    };
    let name = model_name(file);
    let written = write::write(&flat, &shapes, &order, (&name, &about));
    let Some(written) = written else {
        return Err(Diagnostic::new("the graph computes nothing").into());
    };
    notes.extend(unused(&flat));
    notes.extend(unsaid(&name, written.fires, given));
    Ok(Imported {
        text: written.text,
        outline: None,
        notes: notes
            .iter()
            .map(|note| note.chars().take(LONGEST_NOTE).collect())
            .collect(),
    })
}

/// What no file says, and nobody who reads it has.
fn unsaid(model: &str, fires: bool, given: &Given) -> Vec<String> {
    let chosen = |name: &str| given.chooses(name) || given.chooses(&format!("{model}.{name}"));
    let mut unsaid = Vec::new();
    if !chosen("steps") && !chosen("T") {
        unsaid.push(
            "a NIR file does not say how many steps there are: counted for one, unless `--set \
             steps=100` says otherwise"
                .to_owned(),
        );
    }
    if fires && !chosen("rho") && !given.has_densities() {
        unsaid.push(
            "a NIR file does not say how often neurons fire: each in every step, which is an \
             upper bound, unless `--densities` or `--set rho=0.1` says otherwise"
                .to_owned(),
        );
    }
    unsaid
}

/// Nodes that lead to nothing, which are counted all the same.
fn unused(flat: &flat::Flat) -> Vec<String> {
    let successors = flat.successors();
    let nodes = flat.nodes.iter().zip(&successors);
    let unused = nodes.filter(|(node, successors)| {
        successors.is_empty() && !matches!(node.work, flat::Work::Output(_))
    });
    unused
        .map(|(node, _)| {
            format!(
                "no edge leads from `{}`, which is counted all the same",
                node.label
            )
        })
        .collect()
}

/// The file's name without its ending.
fn model_name(file: &str) -> String {
    let last = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = last.rsplit_once('.').map_or(last, |(stem, _)| stem);
    match harmless(stem) {
        name if name.is_empty() => "nir".to_owned(),
        name => name,
    }
}

/// What of a text can stand in a model file.
fn harmless(text: &str) -> String {
    let plain = |c: &char| c.is_ascii_alphanumeric() || "-_.".contains(*c);
    text.chars().filter(plain).take(60).collect()
}
