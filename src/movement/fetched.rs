//! Movement without reuse: every operand of every operation, and every result.

use petgraph::graph::NodeIndex;

use super::finder::{Finder, role_of_result};
use super::setting::Direction;
use crate::graph::{Op, OpKind};

impl Finder<'_> {
    /// Every operand of every operation, and every result.
    pub(super) fn no_reuse(&mut self, at: NodeIndex, op: &Op) {
        if !op.computes() || self.is_view(at) {
            if self.looks_up(at) {
                self.read_choice(at, 1);
            }
            return;
        }
        let runs = self.runs(op);
        if op.appends() {
            if let Some(new) = self.reads(at).pop() {
                let bits = &new.bits() * &runs;
                self.add(at, 0, (new.role, Direction::Read), bits);
            }
            return self.append(at, op, 0);
        }
        let reads = self.reads(at);
        let gathered = self.looks_up(at);
        let (space, taken) = match &op.kind {
            OpKind::Einsum(einsum) => {
                let space = self.sizes.bind(&einsum.iteration_space());
                let taken = &space * &self.sizes.bind(&einsum.density);
                (Some(space), Some(taken))
            }
            _ => (None, None),
        };
        let count = reads.len();
        for (slot, read) in reads.iter().enumerate() {
            let elements = match (&space, &taken, &op.kind) {
                // The bias of a sum is read once for each.
                (_, _, OpKind::Einsum(einsum)) if slot >= einsum.operands.len() => {
                    self.sizes.bind(&(&einsum.bias.switch * &einsum.outputs()))
                }
                _ if read.is_event => read.elements.clone(),
                // A zero must be read to be skipped.
                (Some(space), Some(_), _) if read.skips => space.clone(),
                (Some(_), Some(taken), _) => taken.clone(),
                _ if gathered && slot + 1 == count => self.sizes.bind(&op.output.elements()),
                _ => read.elements.clone(),
            };
            let bits = &(&elements * &read.width) * &runs;
            self.add(at, 0, (read.role, Direction::Read), bits);
        }
        let bits = &self.result_bits(op) * &runs;
        self.add(at, 0, (role_of_result(op), Direction::Write), bits);
        self.write_states(at, op, 0);
    }
}
