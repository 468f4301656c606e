//! Which tensors need a gradient: those that lead back to a weight. In the first
//! round of a repeated block fewer may than in the others.

use petgraph::graph::NodeIndex;

use crate::graph::{Movement, OpGraph, OpKind, RegionId};
use crate::symbolic::Expr;

/// The share of runs in which the result of each op needs a gradient.
pub(super) struct Needs {
    shares: Vec<Expr>,
}

impl Needs {
    pub(super) fn of(graph: &OpGraph) -> Needs {
        let mut needs = Needs { shares: Vec::new() };
        for (at, op) in graph.iter() {
            let share = match op.kind {
                OpKind::Weight => Expr::one(),
                OpKind::Input | OpKind::Constant | OpKind::State => Expr::zero(),
                _ => needs.of_operands(graph, at),
            };
            needs.shares.push(share);
        }
        needs
    }

    /// The share in which the result of an op needs one.
    pub(super) fn share(&self, at: NodeIndex) -> Expr {
        self.shares.get(at.index()).cloned().unwrap_or_default()
    }

    fn of_operands(&self, graph: &OpGraph, at: NodeIndex) -> Expr {
        let inputs = graph.inputs(at);
        let last = inputs.len().saturating_sub(1);
        let all = inputs.iter().enumerate().map(|(slot, (from, _))| {
            match is_choice(&graph.ops[at].kind, slot, last) {
                true => Expr::zero(),
                false => self.along(graph, *from, at),
            }
        });
        all.fold(Expr::zero(), more)
    }

    /// The share in which what `at` takes of `from` needs one: where that is
    /// handed from round to round, in all but the first at least.
    pub(super) fn along(&self, graph: &OpGraph, from: NodeIndex, at: NodeIndex) -> Expr {
        let own = self.share(from);
        match carrying(graph, from, at) {
            Some(region) => more(own, graph.later_rounds(region)),
            None => own,
        }
    }
}

/// Whether an operand only says which rows another has.
pub(super) fn is_choice(kind: &OpKind, slot: usize, last: usize) -> bool {
    *kind == OpKind::Move(Movement::Gather) && slot < last
}

/// The repeated block in which an op takes the first input of every round, if
/// `from` is what the first round gets.
pub(super) fn carrying(graph: &OpGraph, from: NodeIndex, at: NodeIndex) -> Option<RegionId> {
    let mut region = graph.ops[at].region;
    loop {
        let here = graph.region(region);
        if here.carries == Some(from) && here.rounds != Expr::one() {
            return Some(region);
        }
        region = here.parent?;
    }
}

/// The larger of two shares, of which one is 0, 1 or the other.
fn more(a: Expr, b: Expr) -> Expr {
    match a.is_zero() || b == Expr::one() {
        true => b,
        false => a,
    }
}
