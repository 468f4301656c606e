//! Which dims may be 0, as the length of an empty past.
//!
//! Shapes are inferred of dims that are at least 1: what is sliced or stretched
//! may be another at 0. So a dim that is joined with others is tried: the graph
//! is read once more with 0 in its place, and where the same nodes have the
//! shapes that the formulas say at 0, one model file serves for that, too.

use super::WeightValues;
use super::net::Net;
use super::proto::Model;
use super::read;
use crate::formula::Formula;
use crate::import::imported::Given;
use crate::number::whole;
use crate::source::{Place, Source};
use crate::symbolic::{Atom, Expr, Symbol};

/// So many dims are tried.
const MAX_TRIED: usize = 4;
/// Graphs of more nodes are read once.
const MAX_NODES: usize = 50_000;

/// Marks the dims that may be 0.
pub(super) fn find(net: &mut Net, model: &Model, file: &str, given: &Given) {
    if net.nodes.len() > MAX_NODES {
        return;
    }
    let open = |net: &Net, at: usize| net.dims[at].value.is_none() && is_joined(net, at);
    let tried: Vec<usize> = (0..net.dims.len())
        .filter(|at| open(net, *at))
        .take(MAX_TRIED)
        .collect();
    for at in tried {
        net.dims[at].may_be_empty = stays_at_zero(net, at, model, file, given);
    }
}

/// Whether the extent of some tensor is the dim and more.
fn is_joined(net: &Net, at: usize) -> bool {
    let name = &net.dims[at].name;
    let is_dim = |factors: &[(Atom, i32)]| match factors {
        [(Atom::Symbol(symbol), 1)] => symbol.name() == name,
        _ => false,
    };
    let shapes = net
        .tensors
        .iter()
        .filter_map(|tensor| tensor.shape.as_ref());
    let mut extents = shapes.flatten();
    extents.any(|extent| {
        let mut terms = extent.terms();
        terms.len() > 1 && terms.any(|(monomial, _)| is_dim(monomial.factors()))
    })
}

/// Whether the graph with 0 for a dim is the same, but for that dim.
fn stays_at_zero(net: &Net, at: usize, model: &Model, file: &str, given: &Given) -> bool {
    let dim = &net.dims[at];
    let place = Place::whole(&Source::new("dim", "0"));
    let mut with_zero = given.clone();
    with_zero.set(&dim.text, Formula::number(whole(0), &place));
    let mut any = |_: &_| WeightValues::any();
    let Ok((empty, _)) = read::read(model, file, &with_zero, &mut any) else {
        return false;
    };
    let zero = |symbol: &Symbol| (symbol.name() == dim.name).then(Expr::zero);
    let same_shape = |a: usize, b: usize| match (&net.tensors[a].shape, &empty.tensors[b].shape) {
        (Some(a), Some(b)) => {
            a.len() == b.len()
                && a.iter()
                    .zip(b)
                    .all(|(a, b)| a.substitute(&zero).as_ref() == Some(b))
        }
        (a, b) => a == b,
    };
    net.nodes.len() == empty.nodes.len()
        && (net.nodes.iter().zip(&empty.nodes)).all(|(a, b)| same_shape(a.output, b.output))
}
