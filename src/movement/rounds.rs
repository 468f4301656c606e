//! What a repeated block hands from one round to the next.
//!
//! A repeated block stands in the graph once, whatever reads its first input is
//! drawn as a reader of what the first round gets, and what reads its result as
//! a reader of what all rounds give. Told apart, an op in it reads what came in
//! in the first round and what the round before gave in all others; and what a
//! round gives is read by the next one, but for the last round's.

use std::collections::BTreeSet;

use petgraph::Direction as Edges;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::finder::{Finder, Origin, Read, Rounds, role};
use super::setting::Role;
use crate::graph::{Edge, RegionId};
use crate::symbolic::Expr;

/// Ops behind which a tensor is looked for in earlier rounds; only of a model
/// that hands through what it never changes there are more.
const MOST_ORIGINS: usize = 64;

/// What comes to an op of one of its operands.
pub(super) struct Arrival {
    pub(super) role: Role,
    /// The share of all that is read.
    pub(super) share: Expr,
    /// The share that comes from the farthest level.
    pub(super) from_far: Expr,
}

impl Arrival {
    /// How much of what is read crosses to a level and from there.
    pub(super) fn crosses(&self, is_farthest: bool) -> &Expr {
        match is_farthest {
            true => &self.from_far,
            false => &self.share,
        }
    }
}

impl Finder<'_> {
    /// Where the tensor comes from that `at` takes along an edge.
    pub(super) fn origins(&self, from: NodeIndex, edge: &Edge) -> Vec<Origin> {
        let mut origins = Vec::new();
        let whole = Origin {
            source: from,
            share: Expr::one(),
            handed_on: None,
        };
        self.follow(whole, edge.carried(), &mut Vec::new(), &mut origins);
        origins
    }

    /// Follows a tensor back to where it is made: round by round, and behind
    /// all that only moves it.
    fn follow(
        &self,
        mut seen: Origin,
        carried: &[RegionId],
        passed: &mut Vec<RegionId>,
        found: &mut Vec<Origin>,
    ) {
        for region in carried.iter().rev() {
            let handed = self.graph.region(*region).hands_on();
            let Some(source) = handed.filter(|_| found.len() < MOST_ORIGINS) else {
                continue;
            };
            if passed.contains(region) {
                continue;
            }
            let later = self.sizes.bind(&self.graph.later_rounds(*region));
            let earlier = Origin {
                source,
                share: &seen.share * &later,
                handed_on: Some(*region),
            };
            passed.push(*region);
            self.follow(earlier, &[], passed, found);
            passed.pop();
            seen.share = &seen.share * &(&Expr::one() - &later);
        }
        match self.shown(seen.source) {
            Some((from, edge)) => {
                seen.source = from;
                self.follow(seen, edge.carried(), passed, found);
            }
            None => found.push(seen),
        }
    }

    /// In which shares of its runs a result is made for which rounds, as seen
    /// from a block: of the blocks that this one does not stand in the last
    /// round is meant.
    pub(super) fn made_for(&self, source: NodeIndex, seen_from: RegionId) -> Vec<(Expr, Rounds)> {
        let mut all = Vec::new();
        let mut rest = Expr::one();
        for region in self.handing_on(source) {
            if self.graph.is_within(seen_from, region) {
                let earlier = self.sizes.bind(&self.graph.later_rounds(region));
                all.push((&rest * &earlier, Some(region)));
                rest = &rest * &(&Expr::one() - &earlier);
            }
        }
        all.push((rest, None));
        all
    }

    /// The blocks, innermost first, that hand a result on from round to round.
    fn handing_on(&self, source: NodeIndex) -> Vec<RegionId> {
        let mut regions = self.graph.regions();
        match regions.all(|(_, region)| region.hands_on().is_none()) {
            true => Vec::new(),
            false => self.once(
                |shared| &mut shared.handing_on,
                source,
                || self.find_handing_on(source),
            ),
        }
    }

    fn find_handing_on(&self, source: NodeIndex) -> Vec<RegionId> {
        let mut shown = BTreeSet::from([source]);
        let mut open = vec![source];
        while let Some(at) = open.pop() {
            for edge in self.graph.ops().edges_directed(at, Edges::Outgoing) {
                let reader = edge.target();
                if self.hands_through(reader, edge.weight()) && shown.insert(reader) {
                    open.push(reader);
                }
            }
        }
        let regions = self.graph.regions();
        let handing = regions.filter(|(_, region)| {
            let result = region.hands_on();
            result.is_some_and(|result| shown.contains(&result))
        });
        let mut handing: Vec<RegionId> = handing.map(|(id, _)| id).collect();
        handing.sort_by_key(|region| std::cmp::Reverse(self.graph.path(*region).len()));
        handing
    }

    /// Whether an op only shows what comes to it along an edge.
    fn hands_through(&self, reader: NodeIndex, edge: &Edge) -> bool {
        // What chooses is read itself, unlike what is chosen.
        let chooses = self.looks_up(reader) && edge.slot == 0;
        self.is_view(reader) && !chooses
    }

    /// The ops that read the result of an op, behind all that only moves it, of
    /// whichever round it is.
    pub(super) fn readers(&self, at: NodeIndex) -> BTreeSet<NodeIndex> {
        let mut readers = self.readers_in(at, None);
        for region in self.handing_on(at) {
            readers.extend(self.readers_in(at, Some(region)));
        }
        readers
    }

    /// The same of some rounds.
    pub(super) fn readers_in(&self, at: NodeIndex, rounds: Rounds) -> BTreeSet<NodeIndex> {
        let mut readers = BTreeSet::new();
        let mut shown = BTreeSet::from([at]);
        let mut open = vec![at];
        while let Some(at) = open.pop() {
            for (reader, edge) in self.leaving(at, rounds) {
                match self.hands_through(reader, edge) {
                    true if shown.insert(reader) => open.push(reader),
                    true => {}
                    false => {
                        readers.insert(reader);
                    }
                }
            }
        }
        readers
    }

    /// Where a tensor goes: what one round gives to the next does not leave the
    /// block.
    fn leaving(&self, at: NodeIndex, rounds: Rounds) -> Vec<(NodeIndex, &Edge)> {
        let edges = |at| {
            let edges = self.graph.ops().edges_directed(at, Edges::Outgoing);
            edges.map(|edge| (edge.target(), edge.weight()))
        };
        let handed = rounds.filter(|region| self.graph.region(*region).hands_on() == Some(at));
        let Some(region) = handed else {
            return edges(at).collect();
        };
        let stays = |(reader, _): &(NodeIndex, &Edge)| {
            self.graph
                .is_within(self.graph.ops()[*reader].region, region)
        };
        let mut all: Vec<(NodeIndex, &Edge)> = edges(at).filter(stays).collect();
        if let Some(first) = self.graph.region(region).carries() {
            all.extend(edges(first).filter(|(_, edge)| edge.carried().contains(&region)));
        }
        all
    }

    /// What comes to `at` as one of its operands. What is another operand too
    /// came as that.
    pub(super) fn arrivals(
        &self,
        at: NodeIndex,
        read: &Read,
        other: Option<&Read>,
    ) -> Vec<Arrival> {
        let mut arrivals: Vec<Arrival> = Vec::new();
        for origin in &read.origins {
            let op = &self.graph.ops()[origin.source];
            let mut is_there = self.is_there(origin, at);
            let twice = other
                .filter(|_| !op.computes())
                .map(|other| other.share_from(origin.source));
            if let Some(twice) = twice.filter(|share| !share.is_zero()) {
                let room = self.share_room(&BTreeSet::from([at]));
                is_there = match self.is_below(&twice, &origin.share) {
                    true => {
                        let twice = twice.divide(&origin.share).unwrap_or_default();
                        &is_there + &(&twice * &(&room - &is_there))
                    }
                    false => room,
                };
            }
            let from_far = &origin.share * &(&Expr::one() - &is_there);
            let role = role(op);
            match arrivals.iter_mut().find(|known| known.role == role) {
                Some(known) => {
                    known.share += &origin.share;
                    known.from_far += &from_far;
                }
                None => arrivals.push(Arrival {
                    role,
                    share: origin.share.clone(),
                    from_far,
                }),
            }
        }
        arrivals
    }

    /// Whether a number is below another at the values of the graph.
    pub(super) fn is_below(&self, a: &Expr, b: &Expr) -> bool {
        let values = self.graph.values();
        let [a, b] = [a, b].map(|number| number.evaluate(&values));
        a.is_ok_and(|a| b.is_ok_and(|b| a < b))
    }
}

/// The share of what is read that comes from the farthest level.
pub(super) fn from_far(arrivals: &[Arrival]) -> Expr {
    arrivals.iter().map(|arrival| &arrival.from_far).sum()
}
