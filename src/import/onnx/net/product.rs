//! Sums of products and other reductions, in index notation.

use std::collections::BTreeMap;

use num_integer::Integer;

use crate::model::{Map, Reduce};
use crate::symbolic::Expr;

/// Sums of products in index notation.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Product {
    /// For each operand its axes.
    pub(crate) operands: Vec<Vec<ProductAxis>>,
    /// The axes of the result.
    pub(crate) result: Vec<ProductAxis>,
    /// The extents of axes that no operand tells.
    pub(crate) given_extents: Vec<(u16, Expr)>,
    pub(crate) map: Map,
    pub(crate) reduce: Reduce,
    /// Whether a bias is added to every sum.
    pub(crate) bias: bool,
    /// How many sums there are, where terms of several indices of the result
    /// are added up.
    pub(crate) sums: Option<Expr>,
    /// Whether windows are laid down, as by a transposed convolution.
    pub(crate) lays_down: bool,
}

/// What stands for one axis of an operand.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum ProductAxis {
    /// An index.
    Index(u16),
    /// An axis of extent 1.
    One,
    /// Two indices that split the axis.
    Split(u16, u16),
    /// A sliding window: `stride · place + dilation · within − padding`.
    Window {
        place: u16,
        stride: i64,
        within: u16,
        dilation: i64,
        padding: Expr,
    },
}

/// A reduction over axes of one tensor.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Fold {
    pub(crate) kind: FoldKind,
    /// For each axis of the input whether it is reduced.
    pub(crate) reduced: Vec<bool>,
}

/// How elements are gathered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum FoldKind {
    Sum,
    Mean,
    Max,
    Min,
}

impl Product {
    /// Operands that are multiplied and summed.
    pub(crate) fn multiplied(
        operands: Vec<Vec<ProductAxis>>,
        result: Vec<ProductAxis>,
        given_extents: Vec<(u16, Expr)>,
    ) -> Product {
        Product {
            operands,
            result,
            given_extents,
            map: Map::Mul,
            reduce: Reduce::Add,
            bias: false,
            sums: None,
            lays_down: false,
        }
    }

    /// How many products are summed, of operands of these shapes; none where
    /// nothing is summed.
    pub(crate) fn summed(&self, operands: &[&[Expr]], result: &[Expr]) -> Option<Expr> {
        let mut extents: BTreeMap<u16, Expr> = self.given_extents.iter().cloned().collect();
        let axes = (self.operands.iter().zip(operands.iter().copied()))
            .chain([(&self.result, result)])
            .flat_map(|(axes, shape)| axes.iter().zip(shape));
        let axes: Vec<(&ProductAxis, &Expr)> = axes.collect();
        for (axis, extent) in &axes {
            if let ProductAxis::Index(index) = axis {
                extents.entry(*index).or_insert_with(|| (*extent).clone());
            }
        }
        for (axis, extent) in &axes {
            let ProductAxis::Split(outer, inner) = axis else {
                continue;
            };
            for (known, other) in [(outer, inner), (inner, outer)] {
                if let Some(known) = extents.get(known).filter(|_| !extents.contains_key(other)) {
                    let other_extent = extent.divide(known)?;
                    extents.insert(*other, other_extent);
                }
            }
        }
        let kept: Vec<u16> = self.result.iter().flat_map(ProductAxis::indices).collect();
        let sums = self.operands.len() > 1 && extents.keys().any(|index| !kept.contains(index));
        sums.then(|| extents.values().product())
    }
}

impl Product {
    /// How many blocks of the terms of each sum have a number of their own to be
    /// multiplied by, where each operand has so many along its axes.
    pub(crate) fn blocks(&self, grids: &[Option<&[Expr]>; 2]) -> Expr {
        let kept: Vec<u16> = self.result.iter().flat_map(ProductAxis::indices).collect();
        let mut along: BTreeMap<u16, Expr> = BTreeMap::new();
        for (axes, grid) in self.operands.iter().zip(grids) {
            for (axis, count) in axes.iter().zip(grid.unwrap_or_default()) {
                let Some((index, count)) = self.summed_part(axis, count, &kept) else {
                    continue;
                };
                let other = along.remove(&index);
                let all = other.map_or(count.clone(), |other| common(&other, &count));
                along.insert(index, all);
            }
        }
        along.values().product()
    }

    /// The index of an axis that is summed over, and how many of `count` numbers
    /// along the axis are for one sum.
    fn summed_part(&self, axis: &ProductAxis, count: &Expr, kept: &[u16]) -> Option<(u16, Expr)> {
        let is_summed = |index: &u16| !kept.contains(index);
        match axis {
            // Of nothing there are no parts.
            _ if *count == Expr::one() || count.is_zero() => None,
            ProductAxis::Index(index) => is_summed(index).then(|| (*index, count.clone())),
            ProductAxis::Split(outer, inner) if is_summed(inner) => {
                let groups = self.given_extents.iter().find(|(index, _)| index == outer);
                let own = groups.and_then(|(_, groups)| count.divide(groups));
                Some((*inner, own.unwrap_or_else(|| count.clone())))
            }
            ProductAxis::Window { within, .. } if is_summed(within) => {
                Some((*within, count.clone()))
            }
            _ => None,
        }
    }
}

/// Into how many blocks something falls that is cut into so many, and so many.
fn common(a: &Expr, b: &Expr) -> Expr {
    match (a.as_constant(), b.as_constant()) {
        (Some(a), Some(b)) if a.is_integer() && b.is_integer() => {
            Expr::constant(a.to_integer().lcm(&b.to_integer()).into())
        }
        _ => a.larger(b),
    }
}

impl ProductAxis {
    fn indices(&self) -> Vec<u16> {
        match self {
            ProductAxis::Index(index) => vec![*index],
            ProductAxis::One => vec![],
            ProductAxis::Split(outer, inner) => vec![*outer, *inner],
            ProductAxis::Window { place, within, .. } => vec![*place, *within],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Product, ProductAxis};
    use crate::symbolic::Expr;

    #[test]
    fn sums_have_as_many_blocks_as_the_scales_along_them() {
        // n k, k m -> n m
        let [n, k, m] = [0, 1, 2].map(ProductAxis::Index);
        let operands = vec![vec![n.clone(), k.clone()], vec![k, m.clone()]];
        let product = Product::multiplied(operands, vec![n, m], Vec::new());
        let blocks = |a: Option<[i64; 2]>, b: Option<[i64; 2]>| {
            let [a, b] = [a, b].map(|grid| grid.map(|grid| grid.map(Expr::whole)));
            product.blocks(&[a.as_ref().map(|a| &a[..]), b.as_ref().map(|b| &b[..])])
        };
        assert_eq!(blocks(None, None), Expr::one());
        assert_eq!(blocks(None, Some([3, 5])), Expr::whole(3));
        // Halves and thirds fall into sixths.
        assert_eq!(blocks(Some([1, 2]), Some([3, 1])), Expr::whole(6));
        // A scale for each row, or for each column, is one for each sum.
        assert_eq!(blocks(Some([4, 1]), Some([1, 5])), Expr::one());
        assert_eq!(blocks(Some([1, 0]), None), Expr::one());
    }
}
