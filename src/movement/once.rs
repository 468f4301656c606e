//! Movement of every tensor once: weights from the farthest level, activations
//! to and from the farthest one on the die that holds them.

use petgraph::graph::NodeIndex;

use super::finder::{Finder, role};
use super::setting::{Direction, Role};
use crate::graph::Op;
use crate::symbolic::Expr;

impl Finder<'_> {
    /// Every tensor once.
    pub(super) fn compulsory(&mut self, at: NodeIndex, op: &Op) {
        if op.computes() && self.is_view(op) {
            return;
        }
        let far = self.farthest();
        let runs = self.runs(op);
        let readers = self.readers(at);
        let bits = &self.result_bits(op) * &runs;
        if !op.computes() {
            // Of what is only looked up no more is read than what is found.
            let looked_up = |reader: &NodeIndex| op.is_stored() && self.looks_up(*reader);
            let (lookups, others): (Vec<NodeIndex>, Vec<NodeIndex>) =
                readers.into_iter().partition(looked_up);
            if let Some(reader) = others.first() {
                self.add(*reader, far, (role(op), Direction::Read), bits);
            }
            for lookup in lookups {
                let found = &self.graph.ops()[lookup];
                let bits = &self.result_bits(found) * &self.runs(found);
                self.add(lookup, far, (role(op), Direction::Read), bits);
            }
            return;
        }
        let stays = match (self.on_die(), readers.first()) {
            (Some((level, capacity)), Some(_)) => {
                let whole = self.result_bits(op);
                Some((level, self.sizes.fits(whole, capacity.clone())))
            }
            _ => None,
        };
        let share = stays
            .as_ref()
            .map_or_else(Expr::zero, |(_, share)| share.clone());
        let beyond = &bits * &(&Expr::one() - &share);
        let directions = match readers.first() {
            Some(reader) => vec![(at, Direction::Write), (*reader, Direction::Read)],
            None => vec![(at, Direction::Write)],
        };
        for (op, direction) in directions {
            self.add(op, far, (Role::Activation, direction), beyond.clone());
            if let Some((level, share)) = &stays {
                self.add(op, *level, (Role::Activation, direction), &bits * share);
            }
        }
    }
}
