//! What is done element by element: operands come once, results go once, and
//! what one such op gives to the next does not move.

use petgraph::graph::NodeIndex;

use super::finder::{Finder, Origin, Read, role, role_of_result};
use crate::graph::{Op, OpKind};
use crate::symbolic::Expr;

impl Finder<'_> {
    /// Operands come and the result goes, where a neighbour does not hand it
    /// over.
    pub(super) fn stream(&mut self, at: NodeIndex, op: &Op, reads: &[Read]) {
        let runs = self.runs(op);
        let gathered = self.looks_up(at);
        let far = self.farthest();
        let mut seen: Vec<(NodeIndex, Expr)> = Vec::new();
        for (slot, read) in reads.iter().enumerate() {
            let is_table = gathered && slot + 1 == reads.len();
            let bits = match is_table {
                true => &self.found_bits(at) * &runs,
                false => &read.bits() * &runs,
            };
            for origin in &read.origins {
                let Some(share) = self.not_yet(&mut seen, origin) else {
                    continue;
                };
                if self.streams(origin.source, at) {
                    continue;
                }
                let bits = &bits * &share;
                let role = role(&self.graph.ops()[origin.source]);
                let stays = self.is_there(origin, at);
                let is_inside = self.share_a_pass(origin.source, at);
                for level in 0..=far {
                    let mut crossing = &bits * &self.crosses(level, &stays);
                    if is_inside {
                        crossing = &crossing * &self.kept(at, level);
                    }
                    self.down(at, level, role, &crossing);
                    if level == far && !is_inside {
                        self.bound += &crossing;
                    }
                }
            }
        }
        self.stream_result(at, op);
        self.write_states_through(at, op);
    }

    /// The share of an origin that was not read as another operand.
    fn not_yet(&self, seen: &mut Vec<(NodeIndex, Expr)>, origin: &Origin) -> Option<Expr> {
        let known = seen.iter_mut().find(|(source, _)| *source == origin.source);
        let Some((_, known)) = known else {
            seen.push((origin.source, origin.share.clone()));
            return Some(origin.share.clone());
        };
        if !self.is_below(known, &origin.share) {
            return None;
        }
        let more = &origin.share - known;
        known.clone_from(&origin.share);
        Some(more)
    }

    /// A result goes out, unless all that read it take it element by element.
    fn stream_result(&mut self, at: NodeIndex, op: &Op) {
        let (mut written, mut beyond) = (Expr::zero(), Expr::zero());
        for (share, rounds) in self.made_for(at, op.region) {
            let readers = self.readers_in(at, rounds);
            let all_stream = readers.iter().all(|reader| self.streams(at, *reader));
            let is_kept = op.is_kept || self.leaves(at, rounds);
            if !readers.is_empty() && all_stream && !is_kept {
                continue;
            }
            // What is needed later has to be kept until then.
            let later = is_kept || readers.iter().any(|reader| self.pass(*reader) != op.pass);
            let stays = match later {
                true => Expr::zero(),
                false => self.room(at, rounds),
            };
            written += &share;
            beyond += &(&share * &(&Expr::one() - &stays));
        }
        let bits = &self.result_bits(op) * &self.runs(op);
        let far = self.farthest();
        for level in 0..=far {
            let share = if level == far { &beyond } else { &written };
            let crossing = &(&bits * share) * &self.kept(at, level);
            self.up(at, level, role_of_result(op), &crossing);
            if level == far && !self.is_fused(at) {
                self.bound += &crossing;
            }
        }
    }

    /// Whether what one op gives to another is handed over element by element.
    fn streams(&self, from: NodeIndex, to: NodeIndex) -> bool {
        let [from, to] = [from, to].map(|at| &self.graph.ops()[at]);
        let streams = |op: &Op| match &op.kind {
            OpKind::Elementwise(_) => true,
            OpKind::Einsum(einsum) => einsum.operands.len() < 2,
            _ => false,
        };
        streams(from)
            && streams(to)
            && from.pass == to.pass
            && self.graph.runs_each_round(from) == self.graph.runs_each_round(to)
    }
}
