//! Projections for several of queries, keys and values at once.

use super::edits::Edits;
use super::find::{Attention, PROJECTIONS};
use crate::import::onnx::net::{Net, NetNode, NodeId, ProductAxis, Work};
use crate::symbolic::Expr;

/// Takes a projection for several of queries, keys and values apart.
pub(super) fn split(attention: &Attention, net: &mut Net, edits: &mut Edits) {
    let projections: Vec<Option<NodeId>> = attention.paths.iter().map(|(_, at)| *at).collect();
    for at in projections.iter().flatten() {
        let mine: Vec<usize> = (0..3)
            .filter(|part| projections[*part] == Some(*at))
            .collect();
        if mine.len() < 2 || edits.after.contains_key(at) {
            continue;
        }
        let widths: Option<Vec<Expr>> = mine
            .iter()
            .map(|part| width_of(net, &attention.paths[*part].0, *at))
            .collect();
        let parts = widths.and_then(|widths| parts_of(net, *at, &widths, &mine));
        match parts {
            Some(parts) => {
                edits.gone_for_good.insert(*at);
                edits.after.insert(*at, parts);
            }
            None => net.nodes[*at].stage = Some("qkv-proj"),
        }
    }
}

/// How many columns of a projection go along `path`.
fn width_of(net: &Net, path: &[NodeId], projection: NodeId) -> Option<Expr> {
    let made = net.nodes[projection].output;
    let all = net.elements(made)?;
    let last = net.tensors[made].shape.as_ref()?.last()?.clone();
    let parts = path
        .iter()
        .rev()
        .map(|at| net.elements(net.nodes[*at].output));
    for part in parts {
        let part = part?;
        if part != all {
            return (&last * &part).divide(&all);
        }
    }
    None
}

/// The products that a projection is made of, and the move that joins them.
fn parts_of(net: &mut Net, at: NodeId, widths: &[Expr], mine: &[usize]) -> Option<Vec<NetNode>> {
    let node = net.nodes[at].clone();
    let Work::Product(product) = &node.work else {
        return None;
    };
    let Some(ProductAxis::Index(along)) = product.result.last() else {
        return None;
    };
    let column = product
        .operands
        .get(1)?
        .iter()
        .position(|axis| *axis == ProductAxis::Index(*along))?;
    let total = widths.iter().fold(Expr::zero(), |sum, width| &sum + width);
    let shape = net.tensors[node.output].shape.clone()?;
    if shape.last() != Some(&total) {
        return None;
    }
    let (x, weight) = (*node.inputs.first()?, *node.inputs.get(1)?);
    let mut parts = Vec::new();
    let mut made = Vec::new();
    for (width, part) in widths.iter().zip(mine) {
        let mut own = net.tensors[weight].clone();
        *own.shape.as_mut()?.get_mut(column)? = width.clone();
        own.value = None;
        own.origin = None;
        own.made_of = vec![weight];
        own.made_linearly = true;
        net.tensors.push(own);
        let own = net.tensors.len() - 1;
        let mut result = net.tensors[node.output].clone();
        *result.shape.as_mut()?.last_mut()? = width.clone();
        result.name = format!("{}_{}", result.name, PROJECTIONS[*part].replace('-', "_"));
        net.tensors.push(result);
        let output = net.tensors.len() - 1;
        made.push(output);
        parts.push(NetNode {
            inputs: vec![x, own],
            output,
            stage: Some(PROJECTIONS[*part]),
            ..node.clone()
        });
    }
    parts.push(NetNode {
        work: Work::Move,
        inputs: made,
        output: node.output,
        stage: None,
        format: None,
        folded: Vec::new(),
    });
    Some(parts)
}
