//! Movement tile by tile: products and convolutions with the best tiles for
//! every pair of levels, and all else in streams.
//!
//! The datapath itself holds one element of each operand and a sum. A tensor
//! that its maker and its readers find room for on the die does not leave it.

use std::collections::BTreeSet;

use petgraph::graph::NodeIndex;

use super::contraction::Contraction;
use super::finder::{Finder, Origin, Read, Rounds, role, role_of_result};
use super::function::bound;
use super::rounds::{Arrival, from_far};
use super::setting::Role;
use super::unit::Units;
use crate::graph::{Einsum, Op, OpKind, Pass, RegionId};
use crate::hash::FastSet;
use crate::number::whole;
use crate::symbolic::Expr;

/// Room for every tile, in bits.
const ROOM: u64 = 1 << 50;

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

    /// 1 where what `at` reads of a tensor need not come from the farthest level,
    /// 0 elsewhere. The result of another op is there already where all that
    /// its maker and its readers touch has room on the die at once; an input or
    /// a weight where all that its readers touch has, and another reader was
    /// first.
    pub(super) fn is_there(&self, origin: &Origin, at: NodeIndex) -> Expr {
        let source = origin.source;
        // A state lies where it was left.
        if role(&self.graph.ops()[source]) == Role::State {
            return Expr::zero();
        }
        if self.graph.ops()[source].computes() {
            return match (self.pass(source) == self.pass(at), origin.handed_on) {
                (true, Some(region)) => self.room(source, Some(region)),
                (true, None) => self.room_for(source, self.graph.ops()[at].region),
                (false, _) => Expr::zero(),
            };
        }
        let (first, room) = self.once(
            |shared| &mut shared.firsts,
            (source, self.pass(at)),
            || self.first_reader(source, self.pass(at)),
        );
        match first {
            Some(first) if first != at && !self.looks_up(at) => room,
            Some(_) => &self.after_the_first(at, origin) * &room,
            None => Expr::zero(),
        }
    }

    /// Which op of a pass is the first to read all of an input or a weight, and
    /// whether that stays on the die for the others.
    fn first_reader(&self, source: NodeIndex, pass: Pass) -> (Option<NodeIndex>, Expr) {
        let mut readers = self.readers(source);
        readers.retain(|reader| self.pass(*reader) == pass);
        // Who only looks a row up does not bring the rest.
        let first = readers.iter().find(|reader| !self.looks_up(**reader));
        (first.copied(), self.share_room(&readers))
    }

    /// The share of an op's runs on an input or a weight that are not the first
    /// one.
    fn after_the_first(&self, at: NodeIndex, origin: &Origin) -> Expr {
        let source = &self.graph.ops()[origin.source];
        let op = &self.graph.ops()[at];
        if source.is_stored() {
            let [all, each] = [op.region, source.region]
                .map(|region| self.sizes.bind(self.graph.region(region).copies()));
            let first = each.divide(&(&all * &origin.share));
            return &Expr::one() - &first.unwrap_or_else(Expr::one);
        }
        let once = Expr::one();
        let runs = (&self.runs(op) * &origin.share).larger(&once);
        let first = once.divide(&runs).unwrap_or_else(Expr::one);
        &once - &first
    }

    /// In which share of its runs the result of an op stays on the die. What is
    /// kept for the next step does not.
    pub(super) fn stays(&self, source: NodeIndex) -> Expr {
        if self.graph.ops()[source].is_kept {
            return Expr::zero();
        }
        let made_for = self.made_for(source, self.graph.ops()[source].region);
        let parts = made_for.into_iter().map(|(share, rounds)| {
            let mut readers = self.readers_in(source, rounds).into_iter();
            // What is needed after its pass has to be kept until then.
            let later = readers.any(|reader| self.pass(reader) != self.pass(source));
            match later || self.leaves(source, rounds) {
                true => Expr::zero(),
                false => &share * &self.room(source, rounds),
            }
        });
        parts.fold(Expr::zero(), |sum, part| &sum + &part)
    }

    /// In which share of the runs that an op in a block sees the result of
    /// another stays on the die for the readers of its pass.
    fn room_for(&self, source: NodeIndex, reader: RegionId) -> Expr {
        let made_for = self.made_for(source, reader).into_iter();
        let parts = made_for.map(|(share, rounds)| &share * &self.room(source, rounds));
        parts.fold(Expr::zero(), |sum, part| &sum + &part)
    }

    /// 1 where a result of some rounds stays on the die for the readers of its
    /// pass.
    pub(super) fn room(&self, source: NodeIndex, rounds: Rounds) -> Expr {
        let find = || {
            let mut all = self.readers_in(source, rounds);
            all.retain(|reader| self.pass(*reader) == self.pass(source));
            if all.is_empty() {
                return Expr::zero();
            }
            all.insert(source);
            self.share_room(&all)
        };
        self.once(|shared| &mut shared.rooms, (source, rounds), find)
    }

    /// 1 where all that some ops touch, each by itself, has room on the die.
    pub(super) fn share_room(&self, ops: &BTreeSet<NodeIndex>) -> Expr {
        let Some((_, capacity)) = self.on_die() else {
            return Expr::zero();
        };
        let touched = ops.iter().filter_map(|at| self.touched.get(at.index()));
        let mut seen = FastSet::default();
        let distinct = touched.filter(|bits| seen.insert(*bits));
        let fit = |bits: &Expr| self.sizes.fits(bits.clone(), capacity.clone());
        distinct
            .map(fit)
            .fold(Expr::one(), |all, fits| &all * &fits)
    }

    /// How much of a result crosses to and from a level: nothing of what stays
    /// nearer.
    pub(super) fn crosses(&self, level: usize, stays: &Expr) -> Expr {
        match level == self.farthest() {
            true => &Expr::one() - stays,
            false => Expr::one(),
        }
    }

    /// What an op takes down from a level of the bits it reads of an operand.
    pub(super) fn bring(&mut self, at: NodeIndex, level: usize, of: &[Arrival], bits: &Expr) {
        for arrival in of {
            let crossing = bits * arrival.crosses(level == self.farthest());
            self.down(at, level, arrival.role, &crossing);
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
        let units = Units::of(&widths);
        // Of an input only what its windows touch.
        let touched = contraction.has_windows().then(|| {
            let room = Expr::constant(whole(ROOM / units.per_bit()));
            let [touched, ..] = self.crossing(&units, &room, &extents);
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
        let arrivals = [
            self.arrivals(at, first, None),
            self.arrivals(at, second, Some(first)),
        ];
        let stays = self.stays(at);
        let datapath = self.datapath(einsum, reads, contraction);
        for level in 0..self.capacities.len() {
            let below = level.checked_sub(1);
            let capacity = below.and_then(|below| self.capacities.get(below).cloned().flatten());
            let capacity_below = capacity.clone();
            let parts = match (capacity, below) {
                (Some(capacity), _) => self.crossing(&units, &capacity, &extents),
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
            let own = &self.crosses(level, &stays) * &kept;
            let both = [(of_first, first), (of_second, second)].into_iter();
            for ((bits, read), arrivals) in both.zip(&arrivals) {
                let mut bits = &bits * &kept;
                if level > 0 {
                    bits = &bits * &read.distinct;
                }
                self.bring(at, level, arrivals, &bits);
            }
            let sums = &sums * &own;
            self.up(at, level, Role::Partial, &sums);
            self.down(at, level, Role::Partial, &sums);
            let result = &(&once[2] * &runs) * &own;
            self.up(at, level, role_of_result(op), &result);
            self.bias(at, einsum, reads, level);
        }
        if self.is_fused(at) {
            return;
        }
        let stays = [
            &Expr::one() - &(&from_far(&arrivals[0]) * &first.distinct),
            &Expr::one() - &(&from_far(&arrivals[1]) * &second.distinct),
            stays,
        ];
        self.add_bound(
            &runs,
            (&units, &extents),
            &once,
            &stays,
            contraction.overlaps(),
        );
    }

    /// What crosses of either operand and of sums on their way, in bits, by the
    /// best tiles for a buffer of `capacity` bits.
    fn crossing(&self, units: &Units, capacity: &Expr, extents: &[Expr]) -> [Expr; 3] {
        let arguments = units.arguments(capacity, extents);
        let per_bit = units.per_bit();
        units.in_bits(self.sizes.crossing(&self.searches, per_bit, &arguments))
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
        (units, extents): (&Units, &[Expr]),
        once: &[Expr; 3],
        stays: &[Expr; 3],
        has_windows: bool,
    ) {
        let below = self.farthest().checked_sub(1);
        let below = below.and_then(|below| self.capacities.get(below).cloned().flatten());
        let all: Expr = once.iter().sum();
        let least = match below {
            Some(capacity) if !has_windows && units.is_exact() => {
                let bound = bound(units.arguments(&capacity, extents));
                bound.scale(&whole(units.per_bit()).recip())
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
}
