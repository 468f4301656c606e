//! The accesses of a graph as they are found, and the tensors behind them.
//!
//! A level is read where data goes down towards the datapath and written where
//! it comes back. What a level hands down is written into the level below, and
//! what it takes is read there.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::hash::Hash;
use std::rc::Rc;
use std::sync::Arc;

use petgraph::graph::NodeIndex;

use super::function::Searches;
use super::setting::{Direction, Role, Spikes};
use super::sizes::Sizes;
use super::width::bits;
use crate::format::Format;
use crate::graph::{Edge, Movement as Moved, Op, OpGraph, OpKind, Pass, RegionId, Tensor};
use crate::hash::{FastMap, FastSet};
use crate::symbolic::Expr;

/// The accesses of one op of one kind.
#[derive(Debug, Clone, PartialEq)]
pub struct Access {
    /// The op.
    pub op: NodeIndex,
    /// Which level is read or written, from the nearest one on.
    pub level: usize,
    /// What moves.
    pub role: Role,
    /// Which way.
    pub direction: Direction,
    /// How many bits, repeats included.
    pub bits: Expr,
}

/// The accesses of a graph, as far as they are found.
pub(super) struct Finder<'a> {
    pub(super) graph: &'a OpGraph,
    pub(super) format: Format,
    pub(super) capacities: &'a [Option<Expr>],
    pub(super) sizes: Sizes<'a>,
    pub(super) searches: Arc<Searches>,
    pub(super) spikes: Spikes,
    pub(super) accesses: Vec<Access>,
    /// What went between each level and the one below.
    pub(super) crossed: Vec<(usize, Expr)>,
    /// Of ops that are a part of one pass: how much of what they move by
    /// themselves is moved, level by level.
    pub(super) kept: BTreeMap<NodeIndex, Arc<Vec<Expr>>>,
    /// The bits of all that each op touches by itself, where tiles ask for it.
    pub(super) touched: Arc<Vec<Expr>>,
    /// The ops whose results the model gives, as they are or in another shape.
    pub(super) given: Arc<FastSet<NodeIndex>>,
    pub(super) shared: Rc<RefCell<Shared>>,
    pub(super) bound: Expr,
}

/// What is the same for all readers of a tensor, each of whom asks for it: a
/// network that was unrolled reads its weights thousands of times.
#[derive(Default)]
pub(super) struct Shared {
    /// Of the result of an op, of some rounds: whether it stays on the die.
    pub(super) rooms: FastMap<(NodeIndex, Rounds), Expr>,
    /// Of an input or a weight, in a pass: which op reads all of it first, and
    /// whether it stays on the die for the others.
    pub(super) firsts: FastMap<(NodeIndex, Pass), (Option<NodeIndex>, Expr)>,
    /// The blocks that hand a result on.
    pub(super) handing_on: FastMap<NodeIndex, Vec<RegionId>>,
}

/// Which rounds a result is of: those that hand it on to the next round of a
/// block, or the last one of all blocks that do.
pub(super) type Rounds = Option<RegionId>;

/// Where a tensor comes from that an op reads.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Origin {
    /// The op that makes it, behind all that only moves it.
    pub(super) source: NodeIndex,
    /// In which share of the reader's runs it is from there.
    pub(super) share: Expr,
    /// The block of which an earlier round made it, if one did.
    pub(super) handed_on: Rounds,
}

/// A tensor as an op reads it.
pub(super) struct Read {
    /// Where it comes from, behind what only moves it.
    pub(super) origins: Vec<Origin>,
    pub(super) role: Role,
    /// Bits of one element.
    pub(super) width: Expr,
    pub(super) elements: Expr,
    pub(super) shape: Vec<Expr>,
    /// Whether its zeros are skipped.
    pub(super) skips: bool,
    /// The share of it that is not there twice: of weights that tokens choose
    /// those of different experts.
    pub(super) distinct: Expr,
    /// Whether its elements are events: the addresses of its ones.
    pub(super) is_event: bool,
}

impl Read {
    /// In which share of its runs an operand comes from an op.
    pub(super) fn share_from(&self, source: NodeIndex) -> Expr {
        let same = self.origins.iter().filter(|origin| origin.source == source);
        same.map(|origin| &origin.share).sum()
    }

    pub(super) fn bits(&self) -> Expr {
        &self.elements * &self.width
    }
}

impl Finder<'_> {
    /// What is known of `key`, or is found now.
    pub(super) fn once<K: Eq + Hash, V: Clone>(
        &self,
        known: impl Fn(&mut Shared) -> &mut FastMap<K, V>,
        key: K,
        find: impl FnOnce() -> V,
    ) -> V {
        if let Some(found) = known(&mut self.shared.borrow_mut()).get(&key) {
            return found.clone();
        }
        let found = find();
        known(&mut self.shared.borrow_mut()).insert(key, found.clone());
        found
    }

    pub(super) fn farthest(&self) -> usize {
        self.capacities.len().saturating_sub(1)
    }

    /// The largest level on the die, if there is one, with its capacity.
    pub(super) fn on_die(&self) -> Option<(usize, &Expr)> {
        let level = self.farthest().checked_sub(1)?;
        Some((level, self.capacities.get(level)?.as_ref()?))
    }

    pub(super) fn add(
        &mut self,
        op: NodeIndex,
        level: usize,
        (role, direction): (Role, Direction),
        bits: Expr,
    ) {
        if bits.is_zero() {
            return;
        }
        let access = Access {
            op,
            level,
            role,
            direction,
            bits,
        };
        self.accesses.push(access);
    }

    /// What crosses from `level` down to the level below.
    pub(super) fn down(&mut self, op: NodeIndex, level: usize, role: Role, bits: &Expr) {
        self.crossed.push((level, bits.clone()));
        self.add(op, level, (role, Direction::Read), bits.clone());
        if let Some(below) = level.checked_sub(1) {
            self.add(op, below, (role, Direction::Write), bits.clone());
        }
    }

    /// What crosses from the level below up to `level`.
    pub(super) fn up(&mut self, op: NodeIndex, level: usize, role: Role, bits: &Expr) {
        self.crossed.push((level, bits.clone()));
        self.add(op, level, (role, Direction::Write), bits.clone());
        if let Some(below) = level.checked_sub(1) {
            self.add(op, below, (role, Direction::Read), bits.clone());
        }
    }

    pub(super) fn runs(&self, op: &Op) -> Expr {
        self.sizes.bind(&self.graph.runs(op))
    }

    pub(super) fn width(&self, op: &Op) -> Expr {
        self.width_read(op, &op.output)
    }

    /// Bits of an element that is read of what `source` gives or is: a weight is
    /// as wide as it lies in memory, in whatever shape it is read.
    fn width_read(&self, source: &Op, tensor: &Tensor) -> Expr {
        match &source.output.stored_bits {
            Some(stored) if source.is_stored() => Expr::constant(stored.bits.clone()),
            // A weight that is only moved is as wide as it lies there.
            _ if source.is_stored() => {
                width_of(tensor, source.output.stored_in.unwrap_or(self.format))
            }
            _ => width_of(tensor, self.format),
        }
    }

    /// Bits of a sum of an op that is on its way.
    pub(super) fn partial(&self, op: &Op) -> Expr {
        let format = op.computed_in.unwrap_or(self.format);
        Expr::whole(format.accumulator.bits().into())
    }

    /// When an op runs.
    pub(super) fn pass(&self, at: NodeIndex) -> Pass {
        self.graph.ops()[at].pass
    }

    /// What an op shows in another shape or order, if that is all it does.
    pub(super) fn shown(&self, at: NodeIndex) -> Option<(NodeIndex, &Edge)> {
        if !self.is_view(at) {
            return None;
        }
        let inputs = self.graph.inputs(at).into_iter();
        // What is chosen stands behind the choice.
        match self.looks_up(at) {
            true => inputs.last(),
            false => inputs.into_iter().next(),
        }
    }

    /// Whether an op only shows a tensor in another shape or order.
    pub(super) fn is_view(&self, at: NodeIndex) -> bool {
        let op = &self.graph.ops()[at];
        match &op.kind {
            // What the next step finds is written where that looks for it.
            _ if op.is_kept => false,
            OpKind::Move(Moved::Gather) => self.chosen(at).is_some(),
            OpKind::Move(moved) => matches!(moved, Moved::Reshape | Moved::Index),
            OpKind::Einsum(einsum) => einsum.only_moves(),
            _ => false,
        }
    }

    /// The ops whose results the model gives, whole, behind all that only shows them.
    pub(super) fn find_given(&self) -> FastSet<NodeIndex> {
        let mut given = FastSet::default();
        let mut open = Vec::from_iter(self.graph.output());
        while let Some(at) = open.pop() {
            let shows_parts = matches!(self.graph.ops()[at].kind, OpKind::Move(Moved::Index));
            if given.insert(at) && self.is_view(at) && !shows_parts && !self.looks_up(at) {
                open.extend(self.graph.inputs(at).iter().map(|(from, _)| from));
            }
        }
        given
    }

    /// Whether what an op makes in some rounds is given to whoever runs the model.
    pub(super) fn leaves(&self, at: NodeIndex, rounds: Rounds) -> bool {
        rounds.is_none() && self.given.contains(&at)
    }

    /// Whether an op takes rows of a table.
    pub(super) fn looks_up(&self, at: NodeIndex) -> bool {
        matches!(self.graph.ops()[at].kind, OpKind::Move(Moved::Gather))
    }

    pub(super) fn reads(&self, at: NodeIndex) -> Vec<Read> {
        let inputs = self.graph.inputs(at).into_iter();
        let reads = inputs.map(|(from, edge)| {
            let origins = self.origins(from, edge);
            let first = origins.last().map_or(from, |first| first.source);
            let op = &self.graph.ops()[first];
            let chosen = self.chosen(from);
            let distinct = chosen.and_then(|chosen| chosen.distinct.divide(&chosen.taken));
            let is_event = !op.is_stored() && self.has_events(&edge.tensor);
            let (elements, width) = match is_event {
                true => self.events(&edge.tensor),
                false => (
                    self.sizes.bind(&edge.tensor.elements()),
                    self.width_read(op, &edge.tensor),
                ),
            };
            let few = edge.tensor.domain.has_zero_among_few();
            Read {
                origins,
                distinct: distinct.unwrap_or_else(Expr::one),
                skips: few && edge.tensor.density.is_some(),
                role: role(op),
                width,
                elements,
                is_event,
                shape: edge
                    .tensor
                    .shape
                    .iter()
                    .map(|extent| self.sizes.bind(extent))
                    .collect(),
            }
        });
        reads.collect()
    }

    /// Bits of the rows that an op takes of a table, as wide as they lie there.
    pub(super) fn found_bits(&self, at: NodeIndex) -> Expr {
        let op = &self.graph.ops()[at];
        match self.reads(at).pop() {
            Some(table) => &self.sizes.bind(&op.output.elements()) * &table.width,
            None => self.result_bits(op),
        }
    }

    pub(super) fn result_bits(&self, op: &Op) -> Expr {
        if !op.is_stored() && self.has_events(&op.output) {
            let (elements, width) = self.events(&op.output);
            return &elements * &width;
        }
        &self.sizes.bind(&op.output.elements()) * &self.width(op)
    }
}

fn width_of(tensor: &Tensor, format: Format) -> Expr {
    Expr::whole(i64::try_from(bits(tensor, format)).unwrap_or(i64::MAX))
}

/// What the result of an op is.
pub(super) fn role_of_result(op: &Op) -> Role {
    match op.pass {
        Pass::Update => Role::Weight,
        Pass::Forward if op.is_kept => Role::State,
        _ => Role::Activation,
    }
}

pub(super) fn role(op: &Op) -> Role {
    match &op.kind {
        OpKind::State | OpKind::Move(Moved::Append) => Role::State,
        _ if op.is_stored() => Role::Weight,
        _ => Role::Activation,
    }
}
