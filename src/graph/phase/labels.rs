//! Which axes of a graph count the new token, and which all that are kept.
//!
//! The axes of the inputs count the new token, and so does what is made of
//! them. Two such axes meet in a score, that of queries and that of keys; what
//! weighs values by scores brings all keys together with the new value. There
//! the earlier keys and values are needed, and the tensor that they were is
//! kept: [`Labels::kept`] holds the edges behind which it is taken with all
//! that was kept before.

use std::collections::{BTreeMap, BTreeSet};

use petgraph::Direction;
use petgraph::graph::{EdgeIndex, NodeIndex};
use petgraph::visit::EdgeRef;

use super::loops::Loops;
use super::tokens::{Count, Tokens};
use crate::graph::{OpGraph, OpKind};
use crate::source::Diagnostic;
use crate::symbolic::Expr;

/// What each axis of a tensor counts; nothing where it counts no tokens.
type Axes = Vec<Option<Tokens>>;

/// The labels of a graph.
pub(super) struct Labels<'g> {
    pub(super) graph: &'g OpGraph,
    count: &'g Count,
    /// The axis of the inputs that counts tokens, where dims are numbers.
    axis: Option<usize>,
    /// For the result of every op.
    pub(super) axes: Vec<Axes>,
    /// The edges along which a tensor comes with what was kept of it, and how
    /// many tokens that makes.
    pub(super) kept: BTreeMap<EdgeIndex, Expr>,
    /// The edges along which only the new token comes of a tensor that is given
    /// for all of them, as positions are that are counted from a mask.
    pub(super) taken: BTreeSet<EdgeIndex>,
    /// Inputs that are given for all tokens, as a mask is.
    pub(super) whole: BTreeSet<NodeIndex>,
    /// Shares of scores that say how many tokens are seen, and are accounted
    /// for by that.
    pub(super) windows: Vec<Expr>,
}

/// Why labels were not found.
pub(super) enum Stopped {
    /// An input is given for all tokens, which changes what follows from it.
    Again,
    Mistake(Box<Diagnostic>),
}

impl<'g> Labels<'g> {
    /// Finds them.
    ///
    /// # Errors
    /// An op that does not work token by token.
    pub(super) fn find(
        graph: &'g OpGraph,
        count: &'g Count,
        axis: Option<usize>,
    ) -> Result<Labels<'g>, Diagnostic> {
        let mut labels = Labels {
            graph,
            count,
            axis,
            axes: Vec::new(),
            kept: BTreeMap::new(),
            taken: BTreeSet::new(),
            whole: BTreeSet::new(),
            windows: Vec::new(),
        };
        loop {
            match labels.forward() {
                Ok(()) => break,
                Err(Stopped::Again) => {}
                Err(Stopped::Mistake(mistake)) => return Err(*mistake),
            }
        }
        labels.backward();
        Ok(labels)
    }

    /// The labels of the result of an op.
    pub(super) fn of(&self, at: NodeIndex) -> &[Option<Tokens>] {
        self.axes.get(at.index()).map_or(&[], Vec::as_slice)
    }

    /// The labels of a tensor as it comes along an edge.
    pub(super) fn along(&self, edge: EdgeIndex) -> Axes {
        let Some((from, _)) = self.graph.ops.edge_endpoints(edge) else {
            return Vec::new();
        };
        let axes = self.of(from).iter().cloned();
        if self.taken.contains(&edge) {
            return axes.map(|axis| axis.map(|_| Tokens::New)).collect();
        }
        match self.kept.get(&edge) {
            None => axes.collect(),
            Some(count) => axes
                .map(|axis| match axis {
                    Some(Tokens::New) => Some(Tokens::Kept(count.clone())),
                    other => other,
                })
                .collect(),
        }
    }

    /// From the inputs to the results.
    fn forward(&mut self) -> Result<(), Stopped> {
        self.axes.clear();
        self.kept.clear();
        self.taken.clear();
        self.windows.clear();
        for (at, op) in self.graph.iter() {
            let axes = match op.kind {
                OpKind::Input => self.input(at),
                OpKind::Weight | OpKind::Constant | OpKind::State => {
                    vec![None; op.output.shape.len()]
                }
                _ => self.op(at)?,
            };
            self.axes.push(axes);
            if op.is_cached {
                let all = self.count.all();
                for edge in self.graph.ops.edges_directed(at, Direction::Outgoing) {
                    self.kept.insert(edge.id(), all.clone());
                }
            }
        }
        Ok(())
    }

    fn input(&self, at: NodeIndex) -> Axes {
        let shape = self.graph.ops[at].output.shape.iter();
        let all = Tokens::Kept(self.count.all());
        let counts = |(at, extent): (usize, &Expr)| {
            let counts = match self.axis {
                None => self.count.is_in(extent),
                Some(axis) => axis == at && extent == self.count.in_file(),
            };
            counts.then_some(Tokens::New)
        };
        let mut axes: Axes = shape.enumerate().map(counts).collect();
        let mut counting: Vec<&mut Option<Tokens>> =
            axes.iter_mut().filter(|axis| axis.is_some()).collect();
        if self.whole.contains(&at) {
            counting
                .into_iter()
                .for_each(|axis| *axis = Some(all.clone()));
        } else if let [_, .., keys] = counting.as_mut_slice() {
            // A row for every token, as distances from it to all are given.
            **keys = Some(all);
        }
        axes
    }

    /// The labels of the result of an op, after what has to be kept for it is.
    fn op(&mut self, at: NodeIndex) -> Result<Axes, Stopped> {
        let loops = Loops::of(self.graph, at);
        let edges = self.edges(at);
        self.keep_windows(&loops, &edges);
        self.keep_values(at, &loops, &edges)?;
        self.keep_keys(at, &loops, &edges)?;
        self.check(at, &loops, &edges)?;
        Ok(self.result(&loops, &edges))
    }

    /// The edges into an op, by operand.
    pub(super) fn edges(&self, at: NodeIndex) -> Vec<EdgeIndex> {
        let edges = self.graph.ops.edges_directed(at, Direction::Incoming);
        let mut edges: Vec<(usize, EdgeIndex)> =
            edges.map(|edge| (edge.weight().slot, edge.id())).collect();
        edges.sort_unstable();
        edges.into_iter().map(|(_, edge)| edge).collect()
    }

    /// What each operand says of every loop.
    fn said(&self, loops: &Loops, edges: &[EdgeIndex]) -> Vec<Axes> {
        let operands = edges.iter().zip(&loops.operands).enumerate();
        operands
            .map(|(operand, (edge, axes))| {
                let mut said = vec![None; loops.extents.len()];
                let along = self.along(*edge).into_iter().zip(axes);
                for (axis, (tokens, through)) in along.enumerate() {
                    // A window over kept tokens is computed for the new one.
                    if let Some((place, _)) = loops.causal(operand, axis) {
                        if let Some(said) = said.get_mut(*place)
                            && tokens.is_some()
                        {
                            *said = Some(Tokens::New);
                        }
                        continue;
                    }
                    if let Some(at) = self.counting(loops, through, &said)
                        && let Some(said) = said.get_mut(at)
                        && tokens.is_some()
                    {
                        *said = tokens;
                    }
                }
                said
            })
            .collect()
    }

    /// Of several loops through an axis that counts tokens the one that does.
    fn counting(&self, loops: &Loops, through: &[usize], said: &Axes) -> Option<usize> {
        let counts = |at: &&usize| {
            let extent = loops.extents.get(**at);
            extent.is_some_and(|extent| self.count.is_in(extent))
                && said.get(**at).is_some_and(Option::is_none)
        };
        match through {
            [only] => Some(*only),
            several => several.iter().find(counts).copied(),
        }
    }

    /// Where a new token meets those that were kept, it is taken with them.
    fn keep_values(
        &mut self,
        at: NodeIndex,
        loops: &Loops,
        edges: &[EdgeIndex],
    ) -> Result<(), Stopped> {
        let said = self.said(loops, edges);
        for axis in 0..loops.extents.len() {
            let of_axis = || {
                said.iter()
                    .map(|said| said.get(axis).and_then(Option::as_ref))
            };
            let kept = of_axis().find_map(|tokens| match tokens {
                Some(Tokens::Kept(count)) => Some(count.clone()),
                _ => None,
            });
            let Some(count) = kept else { continue };
            let with = |new: bool| {
                let pairs = edges.iter().zip(of_axis());
                let found = pairs.filter(move |(_, tokens)| {
                    tokens.is_some_and(|tokens| (*tokens == Tokens::New) == new)
                });
                found.map(|(edge, _)| *edge).collect::<Vec<EdgeIndex>>()
            };
            let (new, all) = (with(true), with(false));
            if new.is_empty() {
                continue;
            }
            if all.iter().all(|edge| self.is_given(*edge)) {
                for edge in all {
                    self.take(edge);
                }
                continue;
            }
            for edge in new {
                self.give_whole(at, edge)?;
                self.keep(edge, &count);
            }
        }
        Ok(())
    }

    /// Where two axes count the new token, the last one in the result is that of
    /// the keys.
    fn keep_keys(
        &mut self,
        at: NodeIndex,
        loops: &Loops,
        edges: &[EdgeIndex],
    ) -> Result<(), Stopped> {
        let said = self.said(loops, edges);
        let is_new = |axis: &usize| {
            let says = |said: &Axes| said.get(*axis) == Some(&Some(Tokens::New));
            said.iter().any(says)
        };
        let order: Vec<usize> = loops.output.iter().flatten().copied().collect();
        let new: Vec<usize> = order.into_iter().filter(is_new).collect();
        let [first, .., keys] = new.as_slice() else {
            return Ok(());
        };
        let op = &self.graph.ops[at];
        let count = match self.count.shows_in(&op.share) {
            true => {
                self.windows.push(op.share.clone());
                self.count.seen(&op.share)
            }
            false => self.count.all(),
        };
        for (edge, said) in edges.iter().zip(&said) {
            let has = |axis: &usize| said.get(*axis) == Some(&Some(Tokens::New));
            match (has(keys), has(first)) {
                (true, true) => {
                    let message = format!(
                        "`{}` takes a tensor with two axes of tokens, neither of which is known \
                         to be that of the keys",
                        op.name
                    );
                    return Err(mistake(op, message));
                }
                (true, false) => self.keep(*edge, &count),
                _ => {}
            }
        }
        Ok(())
    }

    /// Whether an op works on each token by itself, but for scores and what they
    /// weigh.
    fn check(&self, at: NodeIndex, loops: &Loops, edges: &[EdgeIndex]) -> Result<(), Stopped> {
        let op = &self.graph.ops[at];
        for window in loops
            .windows
            .iter()
            .filter(|window| window.causal.is_none())
        {
            let along = edges.get(window.operand).map(|edge| self.along(*edge));
            if along.is_some_and(|axes| axes.get(window.axis).is_some_and(Option::is_some)) {
                let message = format!("`{}` slides a window over tokens", op.name);
                return Err(mistake(op, message));
            }
        }
        for said in self.said(loops, edges) {
            let sums = |(tokens, reduced): (&Option<Tokens>, &bool)| {
                *reduced && *tokens == Some(Tokens::New)
            };
            if said.iter().zip(&loops.reduced).any(sums) {
                let message = format!("`{}` reduces over tokens", op.name);
                return Err(mistake(op, message));
            }
        }
        if matches!(op.kind, OpKind::Move(crate::graph::Movement::Concat))
            && let Some(edge) = edges
                .iter()
                .find(|edge| self.grows(&op.output.shape, **edge))
        {
            let (from, _) = self.graph.ops.edge_endpoints(*edge).unwrap_or_default();
            let message = format!(
                "`{}` lays other tokens before or behind those of `{}`",
                op.name, self.graph.ops[from].name
            );
            return Err(mistake(op, message));
        }
        Ok(())
    }

    /// Whether an axis of tokens is longer in a result than in an operand.
    fn grows(&self, output: &[Expr], edge: EdgeIndex) -> bool {
        let Some(tensor) = self.graph.ops.edge_weight(edge) else {
            return false;
        };
        let axes = tensor.tensor.shape.iter().zip(output);
        (axes.zip(self.along(edge))).any(|((own, all), tokens)| tokens.is_some() && own != all)
    }

    /// The labels of the result of an op.
    pub(super) fn result(&self, loops: &Loops, edges: &[EdgeIndex]) -> Axes {
        let said = self.said(loops, edges);
        let of_loop = |at: &usize| {
            let mut said = said.iter().filter_map(|said| said.get(*at)?.clone());
            said.next()
        };
        let output = loops.output.iter();
        output
            .map(|through| through.iter().find_map(of_loop))
            .collect()
    }

    /// What each loop of an op counts.
    pub(super) fn of_loops(&self, at: NodeIndex, loops: &Loops) -> Axes {
        let said = self.said(loops, &self.edges(at));
        let mut of_loops: Axes = (0..loops.extents.len())
            .map(|at| said.iter().find_map(|said| said.get(at)?.clone()))
            .collect();
        for (through, tokens) in loops.output.iter().zip(self.of(at)) {
            let counting = self.counting(loops, through, &of_loops);
            if let Some(of_loop) = counting.and_then(|at| of_loops.get_mut(at))
                && of_loop.is_none()
            {
                of_loop.clone_from(tokens);
            }
        }
        of_loops
    }

    /// From the results back to what is there before any token: masks, tables of
    /// positions.
    fn backward(&mut self) {
        let all: Vec<NodeIndex> = self.graph.ops.node_indices().collect();
        for at in all.into_iter().rev() {
            let loops = Loops::of(self.graph, at);
            let of_loops = self.of_loops(at, &loops);
            for (edge, axes) in self.edges(at).into_iter().zip(&loops.operands) {
                let Some((from, _)) = self.graph.ops.edge_endpoints(edge) else {
                    continue;
                };
                if self.graph.ops[from].kind == OpKind::Weight {
                    continue;
                }
                let shape = &self.graph.ops[from].output.shape;
                let Some(own) = self.axes.get_mut(from.index()) else {
                    continue;
                };
                for ((own, extent), through) in own.iter_mut().zip(&**shape).zip(axes) {
                    if own.is_none() && self.count.is_in(extent) {
                        *own = through.iter().find_map(|at| of_loops.get(*at)?.clone());
                    }
                }
            }
        }
    }
}

fn mistake(op: &crate::graph::Op, message: String) -> Stopped {
    let mistake = Diagnostic::at(
        &op.place,
        format!("{message}, so it cannot decode one by one"),
    );
    Stopped::Mistake(Box::new(mistake))
}
