//! Constants of few values times numbers, where a sum can take the numbers.
//!
//! Weights of −1 and 1 times a number for each channel need no multiplication
//! but that of each sum by the number of its channel. Where a sum runs over
//! channels, or no sum is made, the values are what they are: any.

use crate::domain::Domain;
use crate::import::onnx::net::{Net, Product, ProductAxis, Scale, Work};
use crate::model::{Map, Reduce};

/// Forgets the few values of constants whose numbers no sum can take.
pub(super) fn settle(net: &mut Net) {
    let mut any = Vec::new();
    for node in &net.nodes {
        for (slot, input) in node.inputs.iter().enumerate() {
            let Some(scale) = net.tensors[*input].scale else {
                continue;
            };
            let taken = match &node.work {
                Work::Product(product) => takes(product, slot, scale),
                _ => false,
            };
            if !taken {
                any.push(*input);
            }
        }
    }
    for id in any {
        let tensor = &mut net.tensors[id];
        tensor.domain = Domain::Real;
        tensor.density = None;
        tensor.scale = None;
    }
}

/// Whether the sums of a product can take what an operand is multiplied by.
fn takes(product: &Product, slot: usize, scale: Scale) -> bool {
    if product.map != Map::Mul || product.reduce != Reduce::Add {
        return false;
    }
    let Scale::Along(axis) = scale else {
        return true;
    };
    let along = (product.operands.get(slot)).and_then(|axes| axes.get(axis));
    let kept = |index: &u16| {
        product.result.iter().any(|axis| match axis {
            ProductAxis::Index(own) => own == index,
            ProductAxis::Split(outer, inner) => outer == index || inner == index,
            _ => false,
        })
    };
    match along {
        Some(ProductAxis::Index(index)) => kept(index),
        Some(ProductAxis::Split(outer, inner)) => kept(outer) && kept(inner),
        _ => false,
    }
}
