//! What is kept of tokens: where along its way a tensor is, and which inputs
//! are given for all of them.

use std::collections::BTreeSet;

use petgraph::Direction;
use petgraph::graph::{EdgeIndex, NodeIndex};

use super::labels::{Labels, Stopped};
use super::loops::Loops;
use super::tokens::Tokens;
use crate::graph::{Movement, OpGraph, OpKind};
use crate::symbolic::Expr;

impl Labels<'_> {
    /// Keeps what comes along an edge: the smallest of the tensors that are
    /// only moved on the way, so that what heads share is kept once.
    pub(super) fn keep(&mut self, edge: EdgeIndex, count: &Expr) {
        let (best, behind) = self.smallest(edge, Labels::only_moved);
        self.kept.insert(best, count.clone());
        self.follow(behind);
    }

    /// Where a window ends at the new token, that is taken with as many earlier
    /// ones as the window looks back over, however few there are yet.
    pub(super) fn keep_windows(&mut self, loops: &Loops, edges: &[EdgeIndex]) {
        for window in &loops.windows {
            let Some((_, count)) = &window.causal else {
                continue;
            };
            let Some(edge) = edges.get(window.operand) else {
                continue;
            };
            if self.along(*edge).get(window.axis) != Some(&Some(Tokens::New)) {
                continue;
            }
            self.keep(*edge, count);
        }
    }

    /// Takes the new token alone of what comes along an edge: where it is the
    /// smallest before it is looked up.
    pub(super) fn take(&mut self, edge: EdgeIndex) {
        let (best, behind) = self.smallest(edge, Labels::only_moved_or_looked_up);
        self.taken.insert(best);
        self.follow(behind);
    }

    /// The edge with the smallest tensor on the way to one, as far as `before`
    /// leads, and the ops behind it in order.
    pub(super) fn smallest(
        &self,
        edge: EdgeIndex,
        before: impl Fn(&Self, EdgeIndex) -> Option<EdgeIndex>,
    ) -> (EdgeIndex, Vec<NodeIndex>) {
        let mut path = Vec::new();
        let mut at = edge;
        let mut best = (self.elements(edge), edge, 0);
        while let Some(earlier) = before(self, at) {
            if let Some((moved, _)) = self.graph.ops.edge_endpoints(at) {
                path.push(moved);
            }
            at = earlier;
            let elements = self.elements(at);
            if is_fewer(&elements, &best.0, self.graph) {
                best = (elements, at, path.len());
            }
        }
        path.truncate(best.2);
        path.reverse();
        (best.1, path)
    }

    /// Finds the labels of some ops anew.
    fn follow(&mut self, ops: Vec<NodeIndex>) {
        for at in ops {
            let axes = self.result(&Loops::of(self.graph, at), &self.edges(at));
            if let Some(known) = self.axes.get_mut(at.index()) {
                *known = axes;
            }
        }
    }

    /// Whether what comes along an edge counts all tokens only because inputs
    /// are given for all of them.
    pub(super) fn is_given(&self, edge: EdgeIndex) -> bool {
        let mut seen = BTreeSet::new();
        let mut open = vec![edge];
        while let Some(edge) = open.pop() {
            if self.kept.contains_key(&edge) {
                return false;
            }
            let Some((from, _)) = self.graph.ops.edge_endpoints(edge) else {
                continue;
            };
            let labels = self.along(edge);
            if labels.contains(&Some(Tokens::New)) {
                return false;
            }
            if labels.iter().any(Option::is_some) && seen.insert(from) {
                open.extend(self.edges(from));
            }
        }
        true
    }

    /// The edge into the op that an edge comes from, where that moves one tensor
    /// for one reader or looks up what it names.
    fn only_moved_or_looked_up(&self, edge: EdgeIndex) -> Option<EdgeIndex> {
        let (from, _) = self.graph.ops.edge_endpoints(edge)?;
        if self.graph.ops[from].kind == OpKind::Move(Movement::Gather) {
            let readers = self.graph.ops.edges_directed(from, Direction::Outgoing);
            return (readers.count() == 1).then(|| self.edges(from).first().copied())?;
        }
        self.only_moved(edge)
    }

    /// The edge into the op that an edge comes from, where that only moves one
    /// tensor for one reader.
    pub(super) fn only_moved(&self, edge: EdgeIndex) -> Option<EdgeIndex> {
        let (from, _) = self.graph.ops.edge_endpoints(edge)?;
        let op = &self.graph.ops[from];
        let readers = self.graph.ops.edges_directed(from, Direction::Outgoing);
        match self.edges(from).as_slice() {
            [only] if op.kind.only_moves() && readers.count() == 1 => Some(*only),
            _ => None,
        }
    }

    fn elements(&self, edge: EdgeIndex) -> Expr {
        let edge = self.graph.ops.edge_weight(edge);
        edge.map_or_else(Expr::one, |edge| edge.tensor.elements())
    }

    /// An input that follows from no weight, and meets all tokens, is a mask of
    /// all of them.
    pub(super) fn give_whole(&mut self, at: NodeIndex, edge: EdgeIndex) -> Result<(), Stopped> {
        if matches!(self.graph.ops[at].kind, OpKind::Einsum(_)) {
            return Ok(());
        }
        let mut inputs = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut open: Vec<NodeIndex> = Vec::new();
        open.extend(self.graph.ops.edge_endpoints(edge).map(|(from, _)| from));
        while let Some(from) = open.pop() {
            match self.graph.ops[from].kind {
                OpKind::Weight => return Ok(()),
                OpKind::Input => {
                    inputs.insert(from);
                }
                _ => {}
            }
            let before = self.graph.ops.neighbors_directed(from, Direction::Incoming);
            open.extend(before.filter(|before| seen.insert(*before)));
        }
        let known = self.whole.len();
        self.whole.extend(inputs);
        match self.whole.len() > known {
            true => Err(Stopped::Again),
            false => Ok(()),
        }
    }
}

/// Whether one number of elements is below another at the values of the graph.
fn is_fewer(one: &Expr, other: &Expr, graph: &OpGraph) -> bool {
    let values = graph.values();
    match (one.evaluate(&values), other.evaluate(&values)) {
        (Ok(one), Ok(other)) => one < other,
        _ => false,
    }
}
