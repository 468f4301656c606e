//! Projections for several of queries, keys and values at once.

use super::edits::Edits;
use super::find::{Attention, PROJECTIONS, Path};
use crate::import::onnx::net::{Making, Net, NetNode, NodeId, ProductAxis, Work};
use crate::symbolic::Expr;

/// Takes projections for several of queries, keys and values apart.
pub(super) fn split(attention: &Attention, net: &mut Net, edits: &mut Edits) {
    for paths in attention.streams() {
        split_one(paths, net, edits);
    }
}

fn split_one(paths: &[Path; 3], net: &mut Net, edits: &mut Edits) {
    let projections: Vec<Option<NodeId>> = paths.iter().map(|(_, at)| *at).collect();
    for at in projections.iter().flatten() {
        let mine: Vec<usize> = (0..3)
            .filter(|part| projections[*part] == Some(*at))
            .collect();
        if mine.len() < 2 || edits.after.contains_key(at) {
            continue;
        }
        let widths: Option<Vec<Expr>> = mine
            .iter()
            .map(|part| width_of(net, &paths[*part].0, *at))
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

/// The axes of a projection along which its columns lie: of its result and of
/// its weight.
struct Columns {
    result: usize,
    weight: usize,
}

/// The columns of the product at `at`: of the axes of its weight the one that
/// the result has and the other operand has not.
fn columns_of(net: &Net, at: NodeId) -> Option<Columns> {
    let Work::Product(product) = &net.nodes[at].work else {
        return None;
    };
    let [x, weight] = &product.operands[..] else {
        return None;
    };
    let own = |axis: &ProductAxis| {
        matches!(axis, ProductAxis::Index(_)) && product.result.contains(axis) && !x.contains(axis)
    };
    let mut columns = (0..weight.len()).filter(|column| own(&weight[*column]));
    let column = columns.next().filter(|_| columns.next().is_none())?;
    let mut along = product.result.iter();
    Some(Columns {
        result: along.position(|axis| *axis == weight[column])?,
        weight: column,
    })
}

/// How many columns of a projection go along `path`.
fn width_of(net: &Net, path: &[NodeId], projection: NodeId) -> Option<Expr> {
    let made = net.nodes[projection].output;
    let all = net.elements(made)?;
    let along = columns_of(net, projection)?.result;
    let width = net.tensors[made].shape.as_ref()?.get(along)?;
    let parts = path
        .iter()
        .rev()
        .map(|at| net.elements(net.nodes[*at].output));
    for part in parts {
        let part = part?;
        if part != all {
            return (width * &part).divide(&all);
        }
    }
    None
}

/// The products that a projection is made of, and the move that joins them.
fn parts_of(net: &mut Net, at: NodeId, widths: &[Expr], mine: &[usize]) -> Option<Vec<NetNode>> {
    let node = net.nodes[at].clone();
    let columns = columns_of(net, at)?;
    let total = widths.iter().fold(Expr::zero(), |sum, width| &sum + width);
    let shape = net.tensors[node.output].shape.clone()?;
    if shape.get(columns.result) != Some(&total) {
        return None;
    }
    let (x, weight) = (*node.inputs.first()?, *node.inputs.get(1)?);
    let mut parts = Vec::new();
    let mut made = Vec::new();
    for (width, part) in widths.iter().zip(mine) {
        let mut own = net.tensors[weight].clone();
        *own.shape.as_mut()?.get_mut(columns.weight)? = width.clone();
        own.value = None;
        own.origin = None;
        own.made_of = vec![weight];
        own.making = Making::Linear;
        net.tensors.push(own);
        let own = net.tensors.len() - 1;
        let mut result = net.tensors[node.output].clone();
        *result.shape.as_mut()?.get_mut(columns.result)? = width.clone();
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
