//! A graph for one new token, from that for all tokens.
//!
//! Axes that count the new token become 1, those that count kept tokens become
//! as many as there are. Where a tensor comes with what was kept of it, a state
//! holds the earlier tokens, and the new one is appended to it.

use std::collections::BTreeMap;
use std::sync::Arc;

use petgraph::graph::{DiGraph, EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use super::fixed::Fixed;
use super::labels::Labels;
use super::loops::Loops;
use super::tokens::{Count, Tokens};
use crate::graph::elementwise::Term;
use crate::graph::{
    AffineIndex, Axis, Edge, Einsum, Movement, Op, OpGraph, OpKind, Region, RegionId, Tensor,
};
use crate::source::{Diagnostic, Place};
use crate::symbolic::Expr;

/// Makes a graph that of one new token; `asked` is where that is asked for.
///
/// # Errors
/// A model that does not work token by token, or does not look at earlier ones.
pub(super) fn decode(
    graph: &mut OpGraph,
    count: &Count,
    axis: Option<usize>,
    asked: &Place,
) -> Result<(), Diagnostic> {
    let labels = Labels::find(graph, count, axis)?;
    if labels.kept.is_empty() && !graph.iter().any(|(_, op)| op.is_kept) {
        let message = format!(
            "`{}` cannot decode: no token looks at an earlier one",
            graph.model
        );
        return Err(Diagnostic::at(asked, message));
    }
    let fixed = Fixed::find(&labels);
    let mut decoding = Decoding {
        graph,
        count,
        fixed: &fixed,
        labels: &labels,
        ops: DiGraph::new(),
        placed: BTreeMap::new(),
        caches: BTreeMap::new(),
    };
    decoding.all()?;
    let output = graph.output.map(|output| decoding.placed(output));
    let mut regions = regions(graph, count, &labels.windows);
    for (new, old) in regions.iter_mut().zip(&graph.regions) {
        new.carries = old.carries.and_then(|at| decoding.placed.get(&at).copied());
        new.hands_on = old
            .hands_on
            .and_then(|at| decoding.placed.get(&at).copied());
    }
    let ops = decoding.ops;
    graph.ops = Arc::new(ops);
    graph.output = output;
    graph.regions = regions;
    Ok(())
}

struct Decoding<'g> {
    graph: &'g OpGraph,
    count: &'g Count,
    labels: &'g Labels<'g>,
    fixed: &'g Fixed,
    ops: DiGraph<Op, Edge>,
    /// Where each op of the old graph is in the new one.
    placed: BTreeMap<NodeIndex, NodeIndex>,
    /// What a tensor is with all that was kept of it, by how many tokens that
    /// makes.
    caches: BTreeMap<(NodeIndex, Expr), NodeIndex>,
}

impl Decoding<'_> {
    fn all(&mut self) -> Result<(), Diagnostic> {
        let graph = self.graph;
        for (at, op) in graph.iter() {
            if self.fixed.done.contains(&at) {
                if let Some(region) = self.fixed.states.get(&at) {
                    let state = self.ops.add_node(held(op, *region));
                    self.placed.insert(at, state);
                }
                continue;
            }
            let inputs: Vec<(NodeIndex, Edge)> = self
                .incoming(at)
                .into_iter()
                .map(|(edge, slot)| self.operand(at, edge, slot))
                .collect();
            let new = self.op(at, op)?;
            let placed = self.ops.add_node(new);
            self.placed.insert(at, placed);
            for (from, edge) in inputs {
                self.ops.add_edge(from, placed, edge);
            }
        }
        Ok(())
    }

    fn incoming(&self, at: NodeIndex) -> Vec<(EdgeIndex, usize)> {
        let edges = self
            .graph
            .ops
            .edges_directed(at, petgraph::Direction::Incoming);
        let mut edges: Vec<(EdgeIndex, usize)> =
            edges.map(|edge| (edge.id(), edge.weight().slot)).collect();
        edges.sort_by_key(|(_, slot)| *slot);
        edges
    }

    /// A tensor on its way into an op, with what was kept of it.
    fn operand(&mut self, at: NodeIndex, edge: EdgeIndex, slot: usize) -> (NodeIndex, Edge) {
        let ends = self.graph.ops.edge_endpoints(edge).unwrap_or_default();
        let (from, old) = (ends.0, &self.graph.ops[edge].tensor);
        let tensor = self.tensor(old, &self.labels.along(edge));
        let source = match self.labels.kept.get(&edge) {
            Some(count) => self.cache(from, at, count, &tensor),
            None => self.placed(from),
        };
        // Each round has a cache of its own.
        let carried = match self.labels.kept.contains_key(&edge) {
            true => Vec::new(),
            false => self.graph.ops[edge].carried.clone(),
        };
        (
            source,
            Edge {
                slot,
                tensor,
                carried,
            },
        )
    }

    fn placed(&self, old: NodeIndex) -> NodeIndex {
        self.placed.get(&old).copied().unwrap_or_default()
    }

    /// The result of an op behind what was kept of it.
    fn cache(
        &mut self,
        from: NodeIndex,
        reader: NodeIndex,
        count: &Expr,
        all: &Arc<Tensor>,
    ) -> NodeIndex {
        let key = (from, count.clone());
        if let Some(known) = self.caches.get(&key) {
            return *known;
        }
        let maker = &self.graph.ops[from];
        let earlier = Tokens::Kept(count - &Expr::one());
        let labels = self.labels.of(from).iter();
        let labels: Vec<Option<Tokens>> = labels
            .map(|tokens| match tokens {
                Some(Tokens::New) => Some(earlier.clone()),
                other => other.clone(),
            })
            .collect();
        let earlier = self.tensor(&maker.output, &labels);
        let region = self.region(from, reader);
        let mut state = held(maker, region);
        state.output = earlier.clone();
        let appended = Op {
            name: format!("{} appended", maker.name).into(),
            kind: OpKind::Move(Movement::Append),
            output: all.clone(),
            ..state.clone()
        };
        let new = self.tensor(&maker.output, self.labels.of(from));
        let state = self.ops.add_node(state);
        let appended = self.ops.add_node(appended);
        let maker = self.placed(from);
        for (slot, (from, tensor)) in [(state, earlier), (maker, new)].into_iter().enumerate() {
            let edge = Edge {
                slot,
                tensor,
                carried: Vec::new(),
            };
            self.ops.add_edge(from, appended, edge);
        }
        self.caches.insert(key, appended);
        appended
    }

    /// Where a cache stands: with its maker, unless each round of the reader's
    /// block has one of its own.
    fn region(&self, maker: NodeIndex, reader: NodeIndex) -> RegionId {
        let [maker, reader] = [maker, reader].map(|at| self.graph.ops[at].region);
        let [of_maker, of_reader] = [maker, reader].map(|at| self.graph.region(at).copies());
        match of_maker == of_reader {
            true => maker,
            false => reader,
        }
    }

    fn tensor(&self, old: &Tensor, labels: &[Option<Tokens>]) -> Arc<Tensor> {
        Arc::new(Tensor {
            shape: self.shape(&old.shape, labels).into(),
            ..old.clone()
        })
    }

    fn shape(&self, old: &[Expr], labels: &[Option<Tokens>]) -> Vec<Expr> {
        let labels = labels
            .iter()
            .map(Option::as_ref)
            .chain(std::iter::repeat(None));
        let axes = old.iter().zip(labels);
        axes.map(|(extent, tokens)| self.count.extent(extent, tokens))
            .collect()
    }

    /// An op for one new token.
    fn op(&self, at: NodeIndex, op: &Op) -> Result<Op, Diagnostic> {
        let mut new = op.clone();
        new.share = share(&op.share, self.count, &self.labels.windows);
        new.masked = Expr::zero();
        // Of a table every row is there, whatever is looked up.
        if op.kind != OpKind::Weight {
            let labels = self.labels.of(at);
            new.output = self.tensor(&op.output, labels);
            let is_lost = |(extent, tokens): (&Expr, &Option<Tokens>)| {
                tokens.is_none() && self.count.shows_in(extent)
            };
            if op.output.shape.iter().zip(labels).any(is_lost) {
                let message = format!("an axis of `{}` counts tokens, but not which", op.name);
                let help = "decoding follows axes of tokens from the inputs on; here it loses one";
                return Err(Diagnostic::at(&op.place, message).help(help));
            }
        }
        match &mut new.kind {
            OpKind::Einsum(einsum) => {
                let loops = Loops::of(self.graph, at);
                let einsum = Arc::make_mut(einsum);
                self.einsum(einsum, &self.labels.of_loops(at, &loops));
                self.fill_windows(at, einsum, &loops);
            }
            OpKind::Elementwise(elementwise) => {
                let elementwise = Arc::make_mut(elementwise);
                let inputs = self.incoming(at);
                let shapes = inputs.iter().map(|(edge, _)| {
                    let tensor = &self.graph.ops[*edge].tensor;
                    (
                        tensor.shape.clone(),
                        self.shape(&tensor.shape, &self.labels.along(*edge)),
                    )
                });
                let shapes: Vec<(Arc<[Expr]>, Vec<Expr>)> = shapes.collect();
                if let Some(formula) = &elementwise.formula {
                    let changed: Vec<&[Expr]> =
                        shapes.iter().map(|(_, new)| new.as_slice()).collect();
                    elementwise.formula = Some(Term::reshaped(formula, &changed).into());
                }
                if let Some((old, new)) = shapes.first() {
                    let [old, new]: [Expr; 2] =
                        [&**old, new.as_slice()].map(|shape| shape.iter().product());
                    for (_, steps) in &mut elementwise.steps {
                        let each = steps.divide(&old).unwrap_or_else(|| steps.clone());
                        *steps = &each * &new;
                    }
                }
            }
            _ => {}
        }
        Ok(new)
    }

    /// A window over kept tokens begins with the first of them, and no padding
    /// stands before it.
    fn fill_windows(&self, at: NodeIndex, einsum: &mut Einsum, loops: &Loops) {
        let edges = self.labels.edges(at);
        for window in loops
            .windows
            .iter()
            .filter(|window| window.causal.is_some())
        {
            let along = edges
                .get(window.operand)
                .map(|edge| self.labels.along(*edge));
            let is_kept =
                along.is_some_and(|axes| axes.get(window.axis).is_some_and(Option::is_some));
            let operand = einsum.operands.get_mut(window.operand).filter(|_| is_kept);
            if let Some(index) = operand.and_then(|operand| operand.0.get_mut(window.axis)) {
                index.offset = Expr::zero();
            }
        }
    }

    fn einsum(&self, einsum: &mut Einsum, of_loops: &[Option<Tokens>]) {
        for (axis, tokens) in einsum.axes.iter_mut().zip(of_loops) {
            axis.extent = self.count.extent(&axis.extent, tokens.as_ref());
        }
        let axes = &einsum.axes;
        let projections = einsum.operands.iter_mut().chain([&mut einsum.output]);
        for index in projections.flat_map(|projection| &mut projection.0) {
            split(index, axes);
        }
    }
}

/// A state that holds the result of an op.
fn held(maker: &Op, region: RegionId) -> Op {
    Op {
        name: format!("{} cache", maker.name).into(),
        kind: OpKind::State,
        region,
        share: Expr::one(),
        is_cached: false,
        is_kept: false,
        is_once_per_copy: true,
        ..maker.clone()
    }
}

/// The factors of an index that splits an axis, after the loops changed.
fn split(index: &mut AffineIndex, axes: &[Axis]) {
    // Windows do not slide over tokens, and stay.
    if index.terms.len() < 2 || !index.offset.is_zero() {
        return;
    }
    let is_plain = index
        .terms
        .last()
        .is_some_and(|(_, factor)| *factor == Expr::one());
    let mut below = Expr::one();
    for (at, factor) in index.terms.iter_mut().rev().filter(|_| is_plain) {
        factor.clone_from(&below);
        if let Some(axis) = axes.get(*at) {
            below = &below * &axis.extent;
        }
    }
}

/// A share of runs: that of a window is accounted for by how many tokens are
/// kept.
fn share(share: &Expr, count: &Count, windows: &[Expr]) -> Expr {
    match windows.contains(share) {
        true => Expr::one(),
        false => count.share(share),
    }
}

fn regions(graph: &OpGraph, count: &Count, windows: &[Expr]) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::with_capacity(graph.regions.len());
    for region in &graph.regions {
        let around = region
            .parent
            .and_then(|parent| Some((parent, regions.get(parent.index())?)));
        let share = share(&region.share, count, windows);
        let new = match around {
            Some(around) => {
                Region::within(
                    around,
                    region.name.clone(),
                    region.rounds.clone(),
                    // A new token sees all that came before.
                    (share, &Expr::zero()),
                )
            }
            None => region.clone(),
        };
        regions.push(new);
    }
    regions
}
