//! Weights that are chosen anew for every token, as those of experts are.
//!
//! A token chooses k of E matrices. Tokens that choose the same one share it:
//! of independent, even choices so many different ones are expected,
//!
//! ```text
//! E · (1 − (1 − k/E)^tokens)
//! ```
//!
//! and as many are read from a memory beyond the datapath, if the tokens of an
//! expert are computed together.

use petgraph::graph::NodeIndex;

use super::distinct::distinct;
use super::finder::Finder;
use crate::graph::{Movement as Moved, OpKind, Pass};
use crate::symbolic::Expr;

/// Matrices that are chosen.
pub(super) struct Chosen {
    /// How many different ones are expected.
    pub(super) distinct: Expr,
    /// How many there are.
    pub(super) all: Expr,
    /// How many are chosen, each as often as it is.
    pub(super) taken: Expr,
}

impl Finder<'_> {
    /// What an op chooses: matrices of weights that go into products. A row of
    /// a table is no matrix, and is looked up.
    pub(super) fn chosen(&self, at: NodeIndex) -> Option<Chosen> {
        let op = &self.graph.ops()[at];
        let inputs = self.graph.inputs(at);
        let [(choice, chosen), (table, rows)] = inputs.as_slice() else {
            return None;
        };
        let is_chosen = op.kind == OpKind::Move(Moved::Gather)
            && rows.tensor.shape.len() >= 3
            && self.graph.ops()[*table].is_stored();
        if !is_chosen || !self.feeds_products(at) {
            return None;
        }
        let bind = |expr: &Expr| self.sizes.bind(expr);
        let all = bind(rows.tensor.shape.first()?);
        let taken = bind(&chosen.tensor.elements());
        let each = bind(&self.choices(*choice));
        let tokens = taken.divide(&each)?;
        Some(Chosen {
            distinct: distinct(all.clone(), each, tokens),
            all,
            taken,
        })
    }

    /// The choice itself is read where it is made use of.
    pub(super) fn read_choice(&mut self, at: NodeIndex, levels: usize) {
        let Some(choice) = self.reads(at).into_iter().next() else {
            return;
        };
        let bits = &choice.bits() * &self.runs(&self.graph.ops()[at]);
        let arrivals = self.arrivals(at, &choice, None);
        for level in 0..levels {
            self.bring(at, level, &arrivals, &bits);
        }
    }

    /// Whether all readers of a result are products of it with something else.
    fn feeds_products(&self, at: NodeIndex) -> bool {
        let readers = self.graph.ops().neighbors(at);
        let is_product = |reader: NodeIndex| {
            let op = &self.graph.ops()[reader];
            matches!(&op.kind, OpKind::Einsum(einsum) if einsum.operands.len() == 2)
        };
        readers.clone().count() > 0 && readers.into_iter().all(is_product)
    }

    /// How many one token chooses: the axes that the choice has beside those of
    /// what it is made from.
    fn choices(&self, choice: NodeIndex) -> Expr {
        let mut at = choice;
        loop {
            let op = &self.graph.ops()[at];
            match &op.kind {
                OpKind::Einsum(einsum) if einsum.has_reduction() => {
                    let of_operands = |axis: &usize| {
                        let indices = einsum.operands.iter().flat_map(|operand| &operand.0);
                        let mut loops = indices.flat_map(|index| &index.terms);
                        loops.any(|(at, _)| at == axis)
                    };
                    let axes = einsum.axes.iter().enumerate();
                    let own = axes.filter(|(at, axis)| !axis.is_reduced && !of_operands(at));
                    return own.map(|(_, axis)| &axis.extent).product();
                }
                OpKind::Elementwise(_) | OpKind::Move(_) | OpKind::Einsum(_) => {}
                _ => return Expr::one(),
            }
            match self.graph.inputs(at).first() {
                Some((from, _)) => at = *from,
                None => return Expr::one(),
            }
        }
    }

    /// Which share of a weight is read at all: of experts those that are chosen
    /// by any token.
    pub(super) fn share_read(&self, weight: NodeIndex) -> Expr {
        let readers = self.graph.ops().neighbors(weight);
        let readers = readers.filter(|reader| self.pass(*reader) != Pass::Update);
        let shares: Option<Vec<Expr>> = readers
            .map(|reader| {
                let chosen = self.chosen(reader)?;
                chosen.distinct.divide(&chosen.all)
            })
            .collect();
        let share = shares.and_then(|shares| shares.into_iter().next());
        share.unwrap_or_else(Expr::one)
    }
}
