//! Files written by hand: what they say, and what is said of broken ones.

#![allow(clippy::unwrap_used, clippy::panic)]

mod broken;
mod encode;
mod graphs;
mod tensors;

use super::{Malformed, read};
use crate::import::onnx::proto::{AttributeValue, Model, Payload};

fn ok(bytes: &[u8]) -> Model {
    read(&bytes).unwrap()
}

fn error(bytes: &[u8]) -> Malformed {
    read(&bytes).unwrap_err()
}

/// Where the elements of the only initializer are.
fn payload(bytes: &[u8]) -> Payload {
    ok(bytes).graph.initializers.remove(0).payload
}

/// The value of the only attribute of the only node.
fn attribute(bytes: &[u8]) -> AttributeValue {
    ok(bytes).graph.nodes.remove(0).attributes.remove(0).value
}
