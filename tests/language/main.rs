//! The language of models, form by form, against counts worked out by hand.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod blocks;
mod broadcast;
mod linear;
mod ones;
mod powers;
mod rest;

use common::*;
use picojoule::energy::Counted;
use picojoule::primitive::Primitive;

/// A model of these inputs, dims and ops.
fn text(inputs: &str, dims: &str, ops: &str) -> String {
    format!("name = \"m\"\ninputs = {{ {inputs} }}\ndims = {{ {dims} }}\n{ops}")
}

/// One op `o` that applies `formula`.
fn applying(inputs: &str, dims: &str, formula: &str) -> Counted {
    let op = format!("[[op]]\nname = \"o\"\napply = \"{formula}\"\n");
    of(&text(inputs, dims, &op))
}

/// The model counted.
fn of(text: &str) -> Counted {
    counted(&model(text), "m", &set::<u8>(&[]))
}

/// Fails unless the model takes these primitives and no others.
#[track_caller]
fn assert_counts(found: &Counted, expected: &[(Primitive, i64)]) {
    assert_eq!(totals(found), counts(expected));
}

/// The shape of the result of the op `name`.
fn shape(found: &Counted, name: &str) -> String {
    let mut ops = found.graph.iter();
    let (_, op) = ops.find(|(_, op)| &*op.name == name).expect("an op");
    let axes: Vec<String> = op.output.shape.iter().map(ToString::to_string).collect();
    axes.join(" ")
}
