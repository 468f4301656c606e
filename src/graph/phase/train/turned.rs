//! Einsums turned round: the gradient of an operand of a product is the product
//! of the gradient of its result with the other operand, over the same
//! iteration space.

use crate::graph::{AffineIndex, Axis, Bias, Einsum, Projection};
use crate::model::{Map, Reduce};
use crate::symbolic::Expr;

/// The gradient of operand `of` of a product of two, from the gradient of its
/// result and the other operand, in this order.
pub(super) fn of_product(einsum: &Einsum, of: usize, shape: &[Expr]) -> Option<Einsum> {
    let [a, b] = einsum.operands.as_slice() else {
        return None;
    };
    let (own, other) = if of == 0 { (a, b) } else { (b, a) };
    let has = |at: usize| {
        let mut loops = own.0.iter().flat_map(|index| &index.terms);
        loops.any(|(own, _)| *own == at)
    };
    let axes = einsum.axes.iter().enumerate().map(|(at, axis)| Axis {
        is_reduced: !has(at),
        ..axis.clone()
    });
    let axes: Vec<Axis> = axes.collect();
    let operands = vec![einsum.output.clone(), other.clone()];
    let sums = has_windows(einsum, own, shape).then(|| shape.iter().product());
    Some(Einsum {
        sums,
        ..turned(axes, operands, own.clone())
    })
}

/// The sum of a tensor with these loops over those that the operand `own` of
/// another has not; nothing where it has all of them.
pub(super) fn sum(axes: &[Axis], from: &Projection, own: &Projection) -> Option<Einsum> {
    let has = |projection: &Projection, at: usize| {
        let mut loops = projection.0.iter().flat_map(|index| &index.terms);
        loops.any(|(own, _)| *own == at)
    };
    let loops: Vec<usize> = (0..axes.len()).filter(|at| has(from, *at)).collect();
    let kept: Vec<bool> = loops.iter().map(|at| has(own, *at)).collect();
    if kept.iter().all(|kept| *kept) {
        return None;
    }
    let place = |at: usize| loops.iter().position(|known| *known == at);
    let moved = |projection: &Projection| {
        let indices = projection.0.iter().map(|index| AffineIndex {
            terms: (index.terms.iter())
                .filter_map(|(at, factor)| Some((place(*at)?, factor.clone())))
                .collect(),
            offset: index.offset.clone(),
        });
        Projection(indices.collect())
    };
    let sum_axes = loops.iter().zip(&kept).filter_map(|(at, kept)| {
        let axis = axes.get(*at)?;
        Some(Axis {
            is_reduced: !kept,
            ..axis.clone()
        })
    });
    Some(turned(sum_axes.collect(), vec![moved(from)], moved(own)))
}

/// The loops of a result that an operand laid under it has not: its gradient is
/// the sum over them.
pub(super) fn unstretched(result: &[Expr], operand: &[Expr]) -> Option<Einsum> {
    let axes: Vec<Axis> = (result.iter().enumerate())
        .map(|(at, extent)| Axis {
            label: format!("a{at}"),
            extent: extent.clone(),
            is_reduced: false,
        })
        .collect();
    let all = (0..result.len()).map(AffineIndex::of_axis).collect();
    let lacking = result.len().checked_sub(operand.len())?;
    let own = operand.iter().enumerate().map(|(at, extent)| {
        let at = lacking + at;
        match result.get(at) == Some(extent) {
            true => AffineIndex::of_axis(at),
            false => AffineIndex {
                terms: Vec::new(),
                offset: Expr::zero(),
            },
        }
    });
    sum(&axes, &Projection(all), &Projection(own.collect()))
}

fn turned(axes: Vec<Axis>, operands: Vec<Projection>, output: Projection) -> Einsum {
    let notation = |projection: &Projection| {
        let axis = |index: &AffineIndex| {
            let loops = index.terms.iter().filter_map(|(at, _)| axes.get(*at));
            let names: Vec<&str> = loops.map(|axis| axis.label.as_str()).collect();
            match names.as_slice() {
                [one] => (*one).to_owned(),
                [] => "1".to_owned(),
                several => format!("({})", several.join(" ")),
            }
        };
        let all: Vec<String> = projection.0.iter().map(axis).collect();
        all.join(" ")
    };
    let given: Vec<String> = operands.iter().map(notation).collect();
    Einsum {
        text: format!("{} -> {}", given.join(", "), notation(&output)),
        axes,
        operands,
        output,
        map: Map::Mul,
        reduce: Reduce::Add,
        factor: None,
        bias: Bias {
            switch: Expr::zero(),
            projection: None,
            is_start: false,
        },
        sums: None,
        density: Expr::one(),
    }
}

/// Whether windows slide over an operand, which then has other elements than
/// its loops.
fn has_windows(einsum: &Einsum, own: &Projection, shape: &[Expr]) -> bool {
    own.0.iter().zip(shape).any(|(index, extent)| {
        let loops = index
            .terms
            .iter()
            .filter_map(|(at, _)| einsum.axes.get(*at));
        loops.map(|axis| &axis.extent).product::<Expr>() != *extent
    })
}
