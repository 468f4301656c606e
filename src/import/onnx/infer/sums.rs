//! Sums, extremes and products of constants whose elements are known.

use super::bounds::{larger, smaller};
use super::extent::{MAX_VALUES, extents};
use super::index::{indices, place_of};
use crate::import::onnx::net::{Fold, FoldKind, KnownValue, Net, Product, ProductAxis, TensorId};
use crate::model::{Map, Reduce};
use crate::number::whole;
use crate::symbolic::Expr;

/// More products than this are not computed.
const MAX_PRODUCTS: i64 = MAX_VALUES as i64;

/// A reduction of known elements.
pub(crate) fn folded(fold: &Fold, x: TensorId, net: &Net) -> Option<KnownValue> {
    let own = extents(net.tensors[x].shape.as_ref()?)?;
    let values = net.tensors[x].value.as_ref()?.exprs()?;
    let kept: Vec<i64> = (own.iter().zip(&fold.reduced))
        .map(|(extent, reduced)| if *reduced { 1 } else { *extent })
        .collect();
    let mut parts: Vec<Vec<Expr>> = vec![Vec::new(); indices(&kept)?.len()];
    for (mut index, value) in indices(&own)?.into_iter().zip(values) {
        for (at, reduced) in fold.reduced.iter().enumerate() {
            if *reduced {
                index[at] = 0;
            }
        }
        parts.get_mut(place_of(&index, &kept)?)?.push(value);
    }
    let sum = |part: &[Expr]| part.iter().fold(Expr::zero(), |sum, value| &sum + value);
    let extreme =
        |part: Vec<Expr>, of: fn(&Expr, &Expr) -> Expr| part.into_iter().reduce(|a, b| of(&a, &b));
    let results = parts.into_iter().map(|part| match fold.kind {
        FoldKind::Sum => Some(sum(&part)),
        FoldKind::Mean if part.is_empty() => None,
        FoldKind::Mean => Some(sum(&part).scale(&(whole(1) / whole(part.len() as i64)))),
        FoldKind::Max => extreme(part, larger),
        FoldKind::Min => extreme(part, smaller),
    });
    results.collect::<Option<_>>().map(KnownValue::Whole)
}

/// Sums of products of known elements, without windows.
pub(crate) fn product(product: &Product, inputs: &[TensorId], net: &Net) -> Option<KnownValue> {
    if product.map != Map::Mul || product.reduce != Reduce::Add {
        return None;
    }
    let mut axes: Vec<u16> = Vec::new();
    let mut along: Vec<i64> = Vec::new();
    let mut operands = Vec::new();
    for (input, own) in inputs.iter().zip(&product.operands) {
        let tensor = net.tensors.get(*input)?;
        let shape = extents(tensor.shape.as_ref()?)?;
        for (axis, extent) in own.iter().zip(&shape) {
            match axis {
                ProductAxis::Index(axis) if !axes.contains(axis) => {
                    axes.push(*axis);
                    along.push(*extent);
                }
                ProductAxis::Index(_) | ProductAxis::One => {}
                ProductAxis::Split(..) | ProductAxis::Window { .. } => return None,
            }
        }
        operands.push((own, shape, tensor.value.as_ref()?.exprs()?));
    }
    let count = along
        .iter()
        .try_fold(1i64, |all, extent| all.checked_mul(*extent))?;
    if count > MAX_PRODUCTS {
        return None;
    }
    let index_of = |own: &[ProductAxis], index: &[i64]| -> Option<Vec<i64>> {
        let along = own.iter().map(|axis| match axis {
            ProductAxis::Index(axis) => {
                let at = axes.iter().position(|known| known == axis)?;
                index.get(at).copied()
            }
            _ => Some(0),
        });
        along.collect()
    };
    let shape = index_of(&product.result, &along)?;
    let mut sums = vec![Expr::zero(); indices(&shape)?.len()];
    let mut index = vec![0; along.len()];
    for _ in 0..count {
        let mut term = Expr::one();
        for (own, shape, values) in &operands {
            term = &term * values.get(place_of(&index_of(own, &index)?, shape)?)?;
        }
        *sums.get_mut(place_of(&index_of(&product.result, &index)?, &shape)?)? += &term;
        for at in (0..index.len()).rev() {
            index[at] += 1;
            if index[at] < along[at] {
                break;
            }
            index[at] = 0;
        }
    }
    Some(KnownValue::Whole(sums))
}
