//! The accesses of a graph: which op moves how many bits through which level.
//!
//! A level is read where data goes down towards the datapath and written where
//! it comes back. What a level hands down is written into the level below, and
//! what it takes is read there; the datapath itself holds one element of each
//! operand and one sum.

use std::collections::BTreeSet;

use petgraph::Direction as Edges;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::contraction::Contraction;
use super::function::{Part, Searches, bound, fits};
use super::setting::{Direction, Movement, Role};
use super::width::bits;
use crate::format::Format;
use crate::graph::{Einsum, Movement as Moved, Op, OpGraph, OpKind};
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

/// All that moves.
#[derive(Debug, Clone, PartialEq)]
pub struct Traffic {
    /// By op, in the order of the graph.
    pub accesses: Vec<Access>,
    /// The least bits that any schedule moves to and from the farthest level;
    /// only for tiles.
    pub lower_bound: Option<Expr>,
}

/// Between which levels data moves, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Hierarchy {
    /// How data moves.
    pub movement: Movement,
    /// The capacity of each level in bits, nearest first; the farthest one
    /// holds everything, whatever is said of it.
    pub capacities: Vec<Option<Expr>>,
}

/// Finds what moves in `graph` where what it leaves open is in `format`.
/// `bind` puts values in the place of the symbols that have one.
pub fn traffic(
    graph: &OpGraph,
    format: Format,
    hierarchy: &Hierarchy,
    bind: &dyn Fn(&Expr) -> Expr,
) -> Traffic {
    let tiles = hierarchy.movement.tiles();
    let mut found = Finder {
        graph,
        format,
        capacities: &hierarchy.capacities,
        bind,
        searches: Searches::new(tiles.unwrap_or_default()),
        accesses: Vec::new(),
        bound: Expr::zero(),
    };
    for (at, op) in graph.iter() {
        match hierarchy.movement {
            Movement::NoReuse => found.no_reuse(at, op),
            Movement::Compulsory => found.compulsory(at, op),
            Movement::Tiled(_) => found.tiled(at, op),
        }
    }
    Traffic {
        accesses: found.accesses,
        lower_bound: tiles.map(|_| found.bound),
    }
}

/// Room for every tile, in bits.
const ROOM: i64 = 1 << 50;

struct Finder<'a> {
    graph: &'a OpGraph,
    format: Format,
    capacities: &'a [Option<Expr>],
    bind: &'a dyn Fn(&Expr) -> Expr,
    searches: std::sync::Arc<Searches>,
    accesses: Vec<Access>,
    bound: Expr,
}

/// A tensor as an op reads it.
struct Read {
    /// Where it comes from, behind what only moves it.
    source: NodeIndex,
    role: Role,
    /// Bits of one element.
    width: Expr,
    elements: Expr,
    shape: Vec<Expr>,
    /// Whether its zeros are skipped.
    skips: bool,
}

impl Read {
    fn bits(&self) -> Expr {
        &self.elements * &self.width
    }
}

impl Finder<'_> {
    fn farthest(&self) -> usize {
        self.capacities.len().saturating_sub(1)
    }

    /// The largest level on the die, if there is one, with its capacity.
    fn on_die(&self) -> Option<(usize, &Expr)> {
        let level = self.farthest().checked_sub(1)?;
        Some((level, self.capacities.get(level)?.as_ref()?))
    }

    fn add(
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
    fn down(&mut self, op: NodeIndex, level: usize, role: Role, bits: &Expr) {
        self.add(op, level, (role, Direction::Read), bits.clone());
        if let Some(below) = level.checked_sub(1) {
            self.add(op, below, (role, Direction::Write), bits.clone());
        }
    }

    /// What crosses from the level below up to `level`.
    fn up(&mut self, op: NodeIndex, level: usize, role: Role, bits: &Expr) {
        self.add(op, level, (role, Direction::Write), bits.clone());
        if let Some(below) = level.checked_sub(1) {
            self.add(op, below, (role, Direction::Read), bits.clone());
        }
    }

    fn runs(&self, op: &Op) -> Expr {
        (self.bind)(&self.graph.runs(op))
    }

    fn width(&self, op: &Op) -> Expr {
        Expr::whole(i64::try_from(bits(&op.output, self.format)).unwrap_or(i64::MAX))
    }

    /// The op whose result a tensor is, behind all that only moves it.
    fn source(&self, mut at: NodeIndex) -> NodeIndex {
        while self.is_view(&self.graph.ops()[at]) {
            match self.graph.inputs(at).first() {
                Some((from, _)) => at = *from,
                None => break,
            }
        }
        at
    }

    /// Whether an op only shows a tensor in another shape or order.
    fn is_view(&self, op: &Op) -> bool {
        match &op.kind {
            OpKind::Move(moved) => matches!(moved, Moved::Reshape | Moved::Index),
            OpKind::Einsum(einsum) => einsum.only_moves(),
            _ => false,
        }
    }

    /// Whether an op takes rows of a table.
    fn looks_up(&self, at: NodeIndex) -> bool {
        matches!(self.graph.ops()[at].kind, OpKind::Move(Moved::Gather))
    }

    fn reads(&self, at: NodeIndex) -> Vec<Read> {
        let inputs = self.graph.inputs(at).into_iter();
        let reads = inputs.map(|(from, edge)| {
            let source = self.source(from);
            let op = &self.graph.ops()[source];
            let width = bits(&edge.tensor, self.format);
            let few = edge.tensor.domain.has_zero_among_few();
            Read {
                source,
                skips: few && edge.tensor.density.is_some(),
                role: role(op),
                width: Expr::whole(i64::try_from(width).unwrap_or(i64::MAX)),
                elements: (self.bind)(&edge.tensor.elements()),
                shape: edge
                    .tensor
                    .shape
                    .iter()
                    .map(|extent| (self.bind)(extent))
                    .collect(),
            }
        });
        reads.collect()
    }

    /// The ops that read the result of an op, behind all that only moves it.
    fn readers(&self, at: NodeIndex) -> BTreeSet<NodeIndex> {
        let mut readers = BTreeSet::new();
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            for edge in self.graph.ops().edges_directed(at, Edges::Outgoing) {
                let reader = edge.target();
                match self.is_view(&self.graph.ops()[reader]) {
                    true => open.push(reader),
                    false => {
                        readers.insert(reader);
                    }
                }
            }
        }
        readers
    }

    fn result_bits(&self, op: &Op) -> Expr {
        &(self.bind)(&op.output.elements()) * &self.width(op)
    }

    /// Every operand of every operation, and every result.
    fn no_reuse(&mut self, at: NodeIndex, op: &Op) {
        if !op.computes() || self.is_view(op) {
            return;
        }
        let runs = self.runs(op);
        let reads = self.reads(at);
        let gathered = self.looks_up(at);
        let (space, taken) = match &op.kind {
            OpKind::Einsum(einsum) => {
                let space = (self.bind)(&einsum.iteration_space());
                let taken = &space * &(self.bind)(&einsum.density);
                (Some(space), Some(taken))
            }
            _ => (None, None),
        };
        let count = reads.len();
        for (slot, read) in reads.iter().enumerate() {
            let elements = match (&space, &taken, &op.kind) {
                // The bias of a sum is read once for each.
                (_, _, OpKind::Einsum(einsum)) if slot >= einsum.operands.len() => {
                    (self.bind)(&(&einsum.bias.switch * &einsum.outputs()))
                }
                // A zero must be read to be skipped.
                (Some(space), Some(_), _) if read.skips => space.clone(),
                (Some(_), Some(taken), _) => taken.clone(),
                _ if gathered && slot + 1 == count => (self.bind)(&op.output.elements()),
                _ => read.elements.clone(),
            };
            let bits = &(&elements * &read.width) * &runs;
            self.add(at, 0, (read.role, Direction::Read), bits);
        }
        let bits = &self.result_bits(op) * &runs;
        self.add(at, 0, (Role::Activation, Direction::Write), bits);
    }

    /// Every tensor once.
    fn compulsory(&mut self, at: NodeIndex, op: &Op) {
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
                let whole = (self.bind)(&op.output.elements());
                Some((level, fits(&whole * &self.width(op), capacity.clone())))
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

    /// Products tile by tile, and all else in streams.
    fn tiled(&mut self, at: NodeIndex, op: &Op) {
        if !op.computes() || self.is_view(op) {
            return;
        }
        let reads = self.reads(at);
        if let OpKind::Einsum(einsum) = &op.kind
            && let [a, b, ..] = reads.as_slice()
            && let Some(contraction) = Contraction::of(einsum, [&a.shape, &b.shape])
        {
            return self.product(at, einsum, &reads, &contraction);
        }
        self.stream(at, op, &reads);
    }

    /// 1 where what `at` reads of a source need not come from the farthest level,
    /// 0 elsewhere. The result of another op is there already where all that
    /// its maker and its readers touch has room on the die at once; an input or
    /// a weight where all that its readers touch has, and another reader was
    /// first.
    fn is_there(&self, source: NodeIndex, at: NodeIndex) -> Expr {
        let readers = self.readers(source);
        if self.graph.ops()[source].computes() {
            return self.stays(source);
        }
        // Who only looks a row up does not bring the rest.
        let looks_up = |at: &NodeIndex| self.looks_up(*at);
        let whole: Vec<NodeIndex> = readers.iter().copied().filter(|at| !looks_up(at)).collect();
        match whole.first() {
            Some(first) if *first != at && !looks_up(&at) => self.share_room(readers),
            _ => Expr::zero(),
        }
    }

    /// 1 where the result of an op stays on the die.
    fn stays(&self, source: NodeIndex) -> Expr {
        let mut all = self.readers(source);
        if all.is_empty() {
            return Expr::zero();
        }
        all.insert(source);
        self.share_room(all)
    }

    /// 1 where all that some ops touch, each by itself, has room on the die.
    fn share_room(&self, ops: BTreeSet<NodeIndex>) -> Expr {
        let Some((_, capacity)) = self.on_die() else {
            return Expr::zero();
        };
        let mut share = Expr::one();
        for at in ops {
            let mut bits = self.result_bits(&self.graph.ops()[at]);
            for read in self.reads(at) {
                bits += &read.bits();
            }
            share = &share * &fits(bits, capacity.clone());
        }
        share
    }

    /// How much of what crosses to and from a level does: nothing of what stays
    /// nearer.
    fn crosses(&self, level: usize, stays: &Expr) -> Expr {
        match level == self.farthest() {
            true => &Expr::one() - stays,
            false => Expr::one(),
        }
    }

    fn product(
        &mut self,
        at: NodeIndex,
        einsum: &Einsum,
        reads: &[Read],
        contraction: &Contraction,
    ) {
        let op = &self.graph.ops()[at];
        let (Some(first), Some(second)) =
            (reads.get(contraction.first), reads.get(contraction.second))
        else {
            return;
        };
        let runs = &self.runs(op) * &(self.bind)(&contraction.times);
        let partial = op.computed_in.unwrap_or(self.format).accumulator.bits();
        let widths = [
            first.width.clone(),
            second.width.clone(),
            Expr::whole(partial.into()),
            self.width(op),
        ];
        let extents: Vec<Expr> = contraction
            .extents
            .iter()
            .map(|extent| (self.bind)(extent))
            .collect();
        let [a, b, c] = contraction
            .elements
            .each_ref()
            .map(|elements| (self.bind)(elements));
        // Of an input only what its windows touch.
        let touched = contraction.has_windows().then(|| {
            let head = [Expr::whole(ROOM)]
                .into_iter()
                .chain(widths.iter().cloned());
            let arguments = head.chain(extents.iter().cloned()).collect();
            self.searches.part(Part::A, arguments)
        });
        let once = [
            touched.unwrap_or_else(|| &a * &first.width),
            &b * &second.width,
            &c * &self.width(op),
        ];
        let stays = [
            self.is_there(first.source, at),
            self.is_there(second.source, at),
            self.stays(at),
        ];
        let datapath = self.datapath(einsum, reads, contraction);
        for level in 0..self.capacities.len() {
            let below = level.checked_sub(1);
            let capacity = below.and_then(|below| self.capacities.get(below).cloned().flatten());
            let parts = match (capacity, below) {
                (Some(capacity), _) => {
                    let head = [capacity].into_iter().chain(widths.iter().cloned());
                    let arguments: Vec<Expr> = head.chain(extents.iter().cloned()).collect();
                    Part::ALL.map(|part| self.searches.part(part, arguments.clone()))
                }
                (None, Some(_)) => [once[0].clone(), once[1].clone(), Expr::zero()],
                (None, None) => datapath.clone(),
            };
            let [of_first, of_second, sums] = parts.map(|bits| &bits * &runs);
            let crossing = stays.each_ref().map(|stays| self.crosses(level, stays));
            self.down(at, level, first.role, &(&of_first * &crossing[0]));
            self.down(at, level, second.role, &(&of_second * &crossing[1]));
            let sums = &sums * &crossing[2];
            self.up(at, level, Role::Partial, &sums);
            self.down(at, level, Role::Partial, &sums);
            let result = &(&once[2] * &runs) * &crossing[2];
            self.up(at, level, Role::Activation, &result);
            if let Some(bias) = reads.get(einsum.operands.len()) {
                let bits = &bias.bits() * &self.runs(op);
                self.down(at, level, bias.role, &bits);
            }
        }
        self.add_bound(
            &runs,
            widths,
            extents,
            &once,
            &stays,
            contraction.has_windows(),
        );
    }

    /// What the datapath takes from the nearest level: both operands of every
    /// product that is not skipped. A sum stays in its accumulator until it is
    /// done.
    fn datapath(&self, einsum: &Einsum, reads: &[Read], contraction: &Contraction) -> [Expr; 3] {
        let times = (self.bind)(&contraction.times);
        let space = (self.bind)(&einsum.iteration_space());
        let space = space.divide(&times).unwrap_or(space);
        let taken = &space * &(self.bind)(&einsum.density);
        let bits = |at: usize| {
            let read = reads.get(at);
            let elements = match read.is_some_and(|read| read.skips) {
                // A zero must be read to be skipped.
                true => &space,
                false => &taken,
            };
            read.map_or_else(Expr::zero, |read| elements * &read.width)
        };
        [
            bits(contraction.first),
            bits(contraction.second),
            Expr::zero(),
        ]
    }

    fn add_bound(
        &mut self,
        runs: &Expr,
        widths: [Expr; 4],
        extents: Vec<Expr>,
        once: &[Expr; 3],
        stays: &[Expr; 3],
        has_windows: bool,
    ) {
        let below = self.farthest().checked_sub(1);
        let below = below.and_then(|below| self.capacities.get(below).cloned().flatten());
        let all: Expr = once.iter().sum();
        let least = match below {
            Some(capacity) if !has_windows => {
                let head = [capacity].into_iter().chain(widths);
                bound(head.chain(extents).collect())
            }
            _ => all,
        };
        // What stays on the die need not move at all.
        let mut staying = Expr::zero();
        for (bits, stays) in once.iter().zip(stays) {
            staying += &(bits * stays);
        }
        self.bound += &(&(&least - &staying) * runs);
    }

    /// What is done element by element: operands come once, results go once,
    /// and what one such op gives to the next does not move.
    fn stream(&mut self, at: NodeIndex, op: &Op, reads: &[Read]) {
        let runs = self.runs(op);
        let gathered = self.looks_up(at);
        let far = self.farthest();
        let mut seen: BTreeSet<NodeIndex> = BTreeSet::new();
        for (slot, read) in reads.iter().enumerate() {
            let is_table = gathered && slot + 1 == reads.len();
            if !seen.insert(read.source) || self.streams(read.source, at) {
                continue;
            }
            let bits = match is_table {
                true => &self.result_bits(op) * &runs,
                false => &read.bits() * &runs,
            };
            let stays = self.is_there(read.source, at);
            for level in 0..=far {
                let crossing = &bits * &self.crosses(level, &stays);
                self.down(at, level, read.role, &crossing);
                if level == far {
                    self.bound += &crossing;
                }
            }
        }
        let readers = self.readers(at);
        if !readers.is_empty() && readers.iter().all(|reader| self.streams(at, *reader)) {
            return;
        }
        let bits = &self.result_bits(op) * &runs;
        let stays = self.stays(at);
        for level in 0..=far {
            let crossing = &bits * &self.crosses(level, &stays);
            self.up(at, level, Role::Activation, &crossing);
            if level == far {
                self.bound += &crossing;
            }
        }
    }

    /// Whether the result of one op is handed to another element by element.
    fn streams(&self, from: NodeIndex, to: NodeIndex) -> bool {
        let [from, to] = [from, to].map(|at| &self.graph.ops()[at]);
        let streams = |op: &Op| match &op.kind {
            OpKind::Elementwise(_) => true,
            OpKind::Einsum(einsum) => einsum.operands.len() < 2,
            _ => false,
        };
        streams(from) && streams(to) && self.graph.runs(from) == self.graph.runs(to)
    }
}

fn role(op: &Op) -> Role {
    match op.is_stored() {
        true => Role::Weight,
        false => Role::Activation,
    }
}
