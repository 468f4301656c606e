//! Movement tile by tile: products and convolutions with the best tiles for
//! every pair of levels, and all else in streams.
//!
//! The datapath itself holds one element of each operand and a sum. A tensor
//! that its maker and its readers find room for on the die does not leave it.

use std::collections::BTreeSet;

use petgraph::graph::NodeIndex;

use super::contraction::Contraction;
use super::finder::{Finder, Read, role, role_of_result};
use super::function::bound;
use super::setting::Role;
use crate::graph::{Einsum, Op, OpKind, Pass};
use crate::symbolic::Expr;

/// Room for every tile, in bits.
const ROOM: i64 = 1 << 50;

impl Finder<'_> {
    /// Products tile by tile, and all else in streams.
    pub(super) fn tiled(&mut self, at: NodeIndex, op: &Op) {
        if !op.computes() || self.is_view(at) {
            if self.looks_up(at) {
                self.read_choice(at, self.capacities.len());
            }
            return;
        }
        if op.appends() {
            return self.append_through(at, op);
        }
        let reads = self.reads(at);
        if let OpKind::Einsum(einsum) = &op.kind
            && let [a, b, ..] = reads.as_slice()
            && let Some(contraction) = self.contraction(einsum, [&a.shape, &b.shape], op)
        {
            // Of two operands of events the first one leads.
            let leads = [contraction.first, contraction.second]
                .into_iter()
                .find(|slot| reads.get(*slot).is_some_and(|read| read.is_event));
            return match leads {
                Some(slot) => self.by_event(at, einsum, &reads, &contraction, [slot, 1 - slot]),
                None => self.product(at, einsum, &reads, &contraction),
            };
        }
        self.stream(at, op, &reads);
    }

    /// An einsum as tiles see it, at the values of the graph's dims.
    pub(super) fn contraction(
        &self,
        einsum: &Einsum,
        shapes: [&[Expr]; 2],
        op: &Op,
    ) -> Option<Contraction> {
        let result = op.output.shape.iter().map(|extent| self.sizes.bind(extent));
        let result: Vec<Expr> = result.collect();
        let values = self.graph.values();
        // Windows of a forward op slide, however few places they have.
        let is_below = |a: &Expr, b: &Expr| match (a.evaluate(&values), b.evaluate(&values)) {
            (Ok(a), Ok(b)) => op.pass != Pass::Forward && a < b,
            _ => false,
        };
        Contraction::of(einsum, shapes, &result, &is_below)
    }

    /// 1 where what `at` reads of a source need not come from the farthest level,
    /// 0 elsewhere. The result of another op is there already where all that
    /// its maker and its readers touch has room on the die at once; an input or
    /// a weight where all that its readers touch has, and another reader was
    /// first.
    pub(super) fn is_there(&self, source: NodeIndex, at: NodeIndex) -> Expr {
        let readers = self.readers(source);
        // A state lies where it was left.
        if role(&self.graph.ops()[source]) == Role::State {
            return Expr::zero();
        }
        let same_pass = |reader: &NodeIndex| self.pass(*reader) == self.pass(at);
        if self.graph.ops()[source].computes() {
            return match self.pass(source) == self.pass(at) {
                true => self.room(source),
                false => Expr::zero(),
            };
        }
        let readers: BTreeSet<NodeIndex> = readers.into_iter().filter(same_pass).collect();
        // Who only looks a row up does not bring the rest.
        let looks_up = |at: &NodeIndex| self.looks_up(*at);
        let whole: Vec<NodeIndex> = readers.iter().copied().filter(|at| !looks_up(at)).collect();
        match whole.first() {
            Some(first) if *first != at && !looks_up(&at) => self.share_room(readers),
            Some(_) if self.graph.ops()[source].kind == OpKind::Input => {
                &self.after_the_first(at) * &self.share_room(readers)
            }
            _ => Expr::zero(),
        }
    }

    /// [`Finder::is_there`] of a second operand: what is the first one too came
    /// as that.
    pub(super) fn second_is_there(&self, [first, second]: [NodeIndex; 2], at: NodeIndex) -> Expr {
        match first == second && !self.graph.ops()[first].computes() {
            true => self.share_room(BTreeSet::from([at])),
            false => self.is_there(second, at),
        }
    }

    /// The share of an op's runs that are not its first one.
    fn after_the_first(&self, at: NodeIndex) -> Expr {
        let once = Expr::one();
        let runs = self.runs(&self.graph.ops()[at]).larger(&once);
        let first = once.divide(&runs).unwrap_or_else(Expr::one);
        &once - &first
    }

    /// 1 where the result of an op stays on the die.
    pub(super) fn stays(&self, source: NodeIndex) -> Expr {
        let readers = self.readers(source);
        // What is needed after its pass has to be kept until then.
        let later = |reader: &NodeIndex| self.pass(*reader) != self.pass(source);
        match readers.iter().any(later) {
            true => Expr::zero(),
            false => self.room(source),
        }
    }

    /// 1 where the result of an op stays on the die for the readers of its pass.
    fn room(&self, source: NodeIndex) -> Expr {
        let mut all = self.readers(source);
        all.retain(|reader| self.pass(*reader) == self.pass(source));
        if all.is_empty() {
            return Expr::zero();
        }
        all.insert(source);
        self.share_room(all)
    }

    /// 1 where all that some ops touch, each by itself, has room on the die.
    pub(super) fn share_room(&self, ops: BTreeSet<NodeIndex>) -> Expr {
        let Some((_, capacity)) = self.on_die() else {
            return Expr::zero();
        };
        let mut share = Expr::one();
        for at in ops {
            share = &share * &self.sizes.fits(self.touched(at), capacity.clone());
        }
        share
    }

    /// How much of what crosses to and from a level does: nothing of what stays
    /// nearer.
    pub(super) fn crosses(&self, level: usize, stays: &Expr) -> Expr {
        match level == self.farthest() {
            true => &Expr::one() - stays,
            false => Expr::one(),
        }
    }

    pub(super) fn product(
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
        let runs = &self.runs(op) * &self.sizes.bind(&contraction.times);
        let widths = [
            first.width.clone(),
            second.width.clone(),
            self.partial(op),
            self.width(op),
        ];
        let extents: Vec<Expr> = contraction
            .extents
            .iter()
            .map(|extent| self.sizes.bind(extent))
            .collect();
        let [a, b, c] = contraction
            .elements
            .each_ref()
            .map(|elements| self.sizes.bind(elements));
        // Of an input only what its windows touch.
        let touched = contraction.has_windows().then(|| {
            let head = [Expr::whole(ROOM)]
                .into_iter()
                .chain(widths.iter().cloned());
            let arguments: Vec<Expr> = head.chain(extents.iter().cloned()).collect();
            let [touched, ..] = self.sizes.crossing(&self.searches, &arguments);
            &touched * &self.sizes.bind(&contraction.present[0])
        });
        let once = [
            touched.unwrap_or_else(|| &a * &first.width),
            &b * &second.width,
            match self.has_events(&op.output) {
                true => (self
                    .result_bits(op)
                    .divide(&self.sizes.bind(&contraction.times)))
                .unwrap_or_else(|| &c * &self.width(op)),
                false => &c * &self.width(op),
            },
        ];
        let stays = [
            self.is_there(first.source, at),
            self.second_is_there([first.source, second.source], at),
            self.stays(at),
        ];
        let datapath = self.datapath(einsum, reads, contraction);
        for level in 0..self.capacities.len() {
            let below = level.checked_sub(1);
            let capacity = below.and_then(|below| self.capacities.get(below).cloned().flatten());
            let capacity_below = capacity.clone();
            let parts = match (capacity, below) {
                (Some(capacity), _) => {
                    let head = [capacity].into_iter().chain(widths.iter().cloned());
                    let arguments: Vec<Expr> = head.chain(extents.iter().cloned()).collect();
                    self.sizes.crossing(&self.searches, &arguments)
                }
                (None, Some(_)) => [once[0].clone(), once[1].clone(), Expr::zero()],
                (None, None) => datapath.clone(),
            };
            let [mut of_first, mut of_second, sums] = parts.map(|bits| &bits * &runs);
            if level > 0 && capacity_below.is_some() {
                let [first, second] = &contraction.present;
                of_first = &of_first * &self.sizes.bind(first);
                of_second = &of_second * &self.sizes.bind(second);
            }
            let kept = self.kept(at, level);
            let mut crossing = stays
                .each_ref()
                .map(|stays| &self.crosses(level, stays) * &kept);
            if level > 0 {
                for (crossing, read) in crossing.iter_mut().zip([first, second]) {
                    *crossing = &*crossing * &read.distinct;
                }
            }
            self.down(at, level, first.role, &(&of_first * &crossing[0]));
            self.down(at, level, second.role, &(&of_second * &crossing[1]));
            let sums = &sums * &crossing[2];
            self.up(at, level, Role::Partial, &sums);
            self.down(at, level, Role::Partial, &sums);
            let result = &(&once[2] * &runs) * &crossing[2];
            self.up(at, level, Role::Activation, &result);
            self.bias(at, einsum, reads, level);
        }
        if self.is_fused(at) {
            return;
        }
        let stays = [
            &Expr::one() - &(&(&Expr::one() - &stays[0]) * &first.distinct),
            &Expr::one() - &(&(&Expr::one() - &stays[1]) * &second.distinct),
            stays[2].clone(),
        ];
        self.add_bound(
            &runs,
            widths,
            extents,
            &once,
            &stays,
            contraction.overlaps(),
        );
    }

    /// The bias of a product on its way down from `level`.
    pub(super) fn bias(&mut self, at: NodeIndex, einsum: &Einsum, reads: &[Read], level: usize) {
        if let Some(bias) = reads.get(einsum.operands.len()) {
            let bits = &bias.bits() * &self.runs(&self.graph.ops()[at]);
            self.down(at, level, bias.role, &bits);
        }
    }

    /// What the datapath takes from the nearest level: both operands of every
    /// product that is not skipped. A sum stays in its accumulator until it is
    /// done.
    pub(super) fn datapath(
        &self,
        einsum: &Einsum,
        reads: &[Read],
        contraction: &Contraction,
    ) -> [Expr; 3] {
        let times = self.sizes.bind(&contraction.times);
        let space = self.sizes.bind(&einsum.iteration_space());
        let space = space.divide(&times).unwrap_or(space);
        let taken = &space * &self.sizes.bind(&einsum.density);
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

    pub(super) fn add_bound(
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
    pub(super) fn stream(&mut self, at: NodeIndex, op: &Op, reads: &[Read]) {
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
            let is_inside = self.share_a_pass(read.source, at);
            for level in 0..=far {
                let mut crossing = &bits * &self.crosses(level, &stays);
                if is_inside {
                    crossing = &crossing * &self.kept(at, level);
                }
                self.down(at, level, read.role, &crossing);
                if level == far && !is_inside {
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
            let crossing = &(&bits * &self.crosses(level, &stays)) * &self.kept(at, level);
            self.up(at, level, role_of_result(op), &crossing);
            if level == far && !self.is_fused(at) {
                self.bound += &crossing;
            }
        }
        self.write_states_through(at, op);
    }

    /// Whether the result of one op is handed to another element by element.
    pub(super) fn streams(&self, from: NodeIndex, to: NodeIndex) -> bool {
        let [from, to] = [from, to].map(|at| &self.graph.ops()[at]);
        let streams = |op: &Op| match &op.kind {
            OpKind::Elementwise(_) => true,
            OpKind::Einsum(einsum) => einsum.operands.len() < 2,
            _ => false,
        };
        streams(from)
            && streams(to)
            && from.pass == to.pass
            && self.graph.runs(from) == self.graph.runs(to)
    }
}
