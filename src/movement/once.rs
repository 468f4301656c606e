//! Movement of every tensor once: weights from the farthest level, activations
//! to and from the farthest one on the die that holds them.

use std::collections::BTreeSet;

use petgraph::graph::NodeIndex;

use super::finder::{Finder, role, role_of_result};
use super::setting::{Direction, Role};
use crate::graph::{Op, OpKind, Pass};
use crate::symbolic::Expr;

impl Finder<'_> {
    /// Every tensor once.
    pub(super) fn compulsory(&mut self, at: NodeIndex, op: &Op) {
        if op.computes() && self.is_view(at) {
            return;
        }
        let far = self.farthest();
        if op.appends() {
            return self.append(at, op, far);
        }
        let runs = self.runs(op);
        let bits = &self.result_bits(op) * &runs;
        if !op.computes() {
            return self.stored_once(at, op, self.readers(at), &bits);
        }
        if op.pass == Pass::Update {
            self.add(at, far, (Role::Weight, Direction::Write), bits);
            return self.write_states(at, op, far);
        }
        for (share, rounds) in self.made_for(at, op.region) {
            let readers = self.readers_in(at, rounds);
            let leaves = self.leaves(at, rounds);
            self.computed_once(at, (op, leaves), readers, &(&bits * &share));
        }
    }

    /// A result: written once, and read once in every pass that needs it.
    fn computed_once(
        &mut self,
        at: NodeIndex,
        (op, leaves): (&Op, bool),
        readers: BTreeSet<NodeIndex>,
        bits: &Expr,
    ) {
        let far = self.farthest();
        let (own, others): (Vec<NodeIndex>, Vec<NodeIndex>) = readers
            .into_iter()
            .partition(|reader| self.pass(*reader) == op.pass);
        let stays = match (self.on_die(), own.first()) {
            (Some((level, capacity)), Some(_)) => {
                let whole = self.result_bits(op);
                Some((level, self.sizes.fits(whole, capacity.clone())))
            }
            _ => None,
        };
        let share = stays
            .as_ref()
            .map_or_else(Expr::zero, |(_, share)| share.clone());
        let beyond = bits * &(&Expr::one() - &share);
        // What is needed after its pass, in the next step, or by whoever runs the model
        // has to be kept until then.
        let written = match others.is_empty() && !op.is_kept && !leaves {
            true => beyond.clone(),
            false => bits.clone(),
        };
        let role = role_of_result(op);
        let mut accesses = vec![(at, (role, Direction::Write), written)];
        let read = (Role::Activation, Direction::Read);
        accesses.extend(own.first().map(|own| (*own, read, beyond)));
        for (op, (role, direction), bits_beyond) in accesses {
            self.add(op, far, (role, direction), bits_beyond);
            if let Some((level, share)) = &stays {
                self.add(op, *level, (Role::Activation, direction), bits * share);
            }
        }
        for reader in self.first_of_passes(others) {
            let access = (Role::Activation, Direction::Read);
            self.add(reader, far, access, bits.clone());
        }
    }

    /// What no op makes: once for every pass that reads it.
    fn stored_once(&mut self, at: NodeIndex, op: &Op, readers: BTreeSet<NodeIndex>, bits: &Expr) {
        let far = self.farthest();
        // Of what is only looked up no more is read than what is found.
        let looked_up = |reader: &NodeIndex| op.is_stored() && self.looks_up(*reader);
        let (lookups, others): (Vec<NodeIndex>, Vec<NodeIndex>) =
            readers.into_iter().partition(looked_up);
        for reader in self.first_of_passes(others) {
            let bits = match (&op.kind, self.pass(reader)) {
                // Every step reads what the one before it left.
                (OpKind::State, _) if !op.is_once_per_copy => {
                    &self.result_bits(op) * &self.runs(&self.graph.ops()[reader])
                }
                (_, Pass::Update) => bits.clone(),
                _ => bits * &self.share_read(at),
            };
            self.add(reader, far, (role(op), Direction::Read), bits);
        }
        for lookup in lookups {
            let found = &self.graph.ops()[lookup];
            let bits = &self.found_bits(lookup) * &self.runs(found);
            self.add(lookup, far, (role(op), Direction::Read), bits);
        }
    }

    /// The first reader of each pass.
    fn first_of_passes(&self, readers: Vec<NodeIndex>) -> Vec<NodeIndex> {
        let mut first: Vec<NodeIndex> = Vec::new();
        for reader in readers {
            if first
                .iter()
                .all(|known| self.pass(*known) != self.pass(reader))
            {
                first.push(reader);
            }
        }
        first
    }
}
