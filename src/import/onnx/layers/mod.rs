//! Layers: nodes that follow upon themselves, with weights of their own each
//! time.
//!
//! A run of nodes repeats if the next run does the same to tensors of the same
//! shapes, reads from the run before it one tensor only, always the same one,
//! and from elsewhere what all runs read alike.

mod cuts;

use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Range;

use foldhash::quality::RandomState;

use self::cuts::Cuts;
use super::net::{Net, NodeId, Readers, TensorId, Work};
use crate::hash::FastMap;

/// Longer runs are not looked for.
const MAX_PERIOD: usize = 4096;
/// For each node so many of the next that are alike are tried as the start of
/// the next run.
const MAX_TRIES: usize = 24;
/// How many nodes are compared in all.
const MAX_COMPARISONS: usize = 20_000_000;

/// Nodes that follow upon themselves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Repeat {
    /// The first node of the first run.
    pub(super) start: NodeId,
    /// How many nodes one run has.
    pub(super) period: usize,
    /// How many runs there are.
    pub(super) count: usize,
    /// What the first run reads where the others read the result of the run
    /// before.
    pub(super) first: TensorId,
    /// Which node of a run makes that result.
    pub(super) result: usize,
    /// What all runs read alike, apart from constants.
    pub(super) shared: Vec<TensorId>,
}

impl Repeat {
    /// The node behind the last run.
    pub(super) fn end(&self) -> NodeId {
        self.start + self.period * self.count
    }
}

/// All repeats, in order.
pub(super) fn find(net: &Net) -> Vec<Repeat> {
    let mut runs = Runs::of(net);
    let mut repeats: Vec<Repeat> = Vec::new();
    let mut budget = MAX_COMPARISONS;
    let mut at = 0;
    while at < net.nodes.len() {
        match runs.longest(at, &mut budget) {
            Some(repeat) => {
                at = repeat.end();
                repeats.push(repeat);
            }
            None => at += 1,
        }
    }
    repeats
}

/// What is compared of the nodes.
struct Runs<'n> {
    net: &'n Net,
    /// For each node a number for what it does; alike nodes have the same.
    signatures: Vec<usize>,
    /// For each node the next of the same signature.
    next: Vec<Option<NodeId>>,
    /// Sums of signatures, to compare long runs at once.
    sums: Vec<u64>,
    powers: Vec<u64>,
    /// For each period up to where nodes were found to do what so many later do.
    alike_up_to: Vec<NodeId>,
    /// For each period between which nodes none was found to begin a run.
    no_part: Vec<Range<NodeId>>,
    makers: Vec<Option<NodeId>>,
    cuts: Cuts,
    readers: Readers,
}

const BASE: u64 = 0x0001_0000_01b3;

impl<'n> Runs<'n> {
    fn of(net: &'n Net) -> Runs<'n> {
        let hashing = RandomState::default();
        let mut known: FastMap<u64, usize> = FastMap::default();
        let signatures: Vec<usize> = (net.nodes.iter().enumerate())
            .map(|(at, _)| {
                let fresh = known.len();
                *known.entry(signature(net, at, &hashing)).or_insert(fresh)
            })
            .collect();
        let mut next = vec![None; signatures.len()];
        let mut seen: FastMap<usize, NodeId> = FastMap::default();
        for at in (0..signatures.len()).rev() {
            next[at] = seen.insert(signatures[at], at);
        }
        let (mut sums, mut powers) = (vec![0u64], vec![1u64]);
        for (at, signature) in signatures.iter().enumerate() {
            sums.push(
                sums[at]
                    .wrapping_mul(BASE)
                    .wrapping_add(*signature as u64 + 1),
            );
            powers.push(powers[at].wrapping_mul(BASE));
        }
        let makers = net.makers();
        let readers = net.readers_and_outside();
        Runs {
            net,
            signatures,
            next,
            sums,
            powers,
            alike_up_to: vec![0; MAX_PERIOD + 1],
            no_part: vec![0..0; MAX_PERIOD + 1],
            cuts: Cuts::of(net, &makers, &readers),
            makers,
            readers,
        }
    }

    /// The repeat from `at` on that covers most nodes.
    fn longest(&mut self, at: NodeId, budget: &mut usize) -> Option<Repeat> {
        let mut candidates: Vec<(usize, usize, NodeId)> = Vec::new();
        let mut next = self.next[at];
        for _ in 0..MAX_TRIES {
            let Some(there) = next else { break };
            let period = there - at;
            if period > MAX_PERIOD {
                break;
            }
            if period > 1 && self.may_end(at, period) {
                let alike = self.alike(at, period);
                // The run may begin anywhere within: where one tensor passes on.
                let end = at + period.min((alike + 1).saturating_sub(period));
                if self.next_part(at, end, period, budget).is_some() {
                    candidates.push((period, alike, end));
                }
            }
            next = self.next[there];
        }
        let count = |period: usize, alike: usize| 1 + alike / period;
        candidates.sort_by_key(|(period, alike, _)| {
            (usize::MAX - period * count(*period, *alike), *period)
        });
        for (period, alike, end) in candidates {
            let mut from = at;
            while let Some(start) = self.next_part(from, end, period, budget) {
                let count = count(period, alike - (start - at));
                if let Some(repeat) = self.wired(start, period, count, budget) {
                    return Some(repeat);
                }
                from = start + 1;
            }
        }
        None
    }

    /// The first node from `from` to `end` at which a run of so many nodes may begin.
    fn next_part(
        &mut self,
        from: NodeId,
        end: NodeId,
        period: usize,
        budget: &mut usize,
    ) -> Option<NodeId> {
        let no_part = &mut self.no_part[period];
        if !no_part.contains(&from) {
            *no_part = from..from;
        }
        while no_part.end < end {
            let place = self.cuts.next(no_part.end + period, period);
            no_part.end = place.map_or(end, |place| end.min(place - period));
            if no_part.end < end {
                if self.cuts.may_part(no_part.end, period) {
                    return Some(no_part.end);
                }
                *budget = budget.checked_sub(1)?;
                no_part.end += 1;
            }
        }
        None
    }

    /// Whether a run of so many nodes that begins at `at`, or within so many behind it, may
    /// end at all.
    fn may_end(&self, at: NodeId, period: usize) -> bool {
        let place = self.cuts.next(at + period, period);
        place.is_some_and(|place| place < at + 2 * period)
    }

    /// How many nodes from `at` on do what as many do that come `period` later.
    fn alike(&mut self, at: NodeId, period: usize) -> usize {
        if self.alike_up_to[period] <= at {
            self.alike_up_to[period] = at + self.compared(at, at + period);
        }
        self.alike_up_to[period] - at
    }

    /// How many nodes from `at` on do what as many from `there` on do.
    fn compared(&self, at: NodeId, there: NodeId) -> usize {
        let sum = |from: usize, length: usize| {
            let before = self.sums[from].wrapping_mul(self.powers[length]);
            self.sums[from + length].wrapping_sub(before)
        };
        let same = |length: usize| sum(at, length) == sum(there, length);
        let most = self.signatures.len() - there;
        let mut step = 1;
        while step <= most && same(step) {
            step *= 2;
        }
        let (mut alike, mut beyond) = (step / 2, step.min(most + 1));
        while alike + 1 < beyond {
            let middle = alike.midpoint(beyond);
            if same(middle) {
                alike = middle;
            } else {
                beyond = middle;
            }
        }
        alike
    }

    /// The repeat, if the runs are wired alike.
    fn wired(
        &self,
        start: NodeId,
        period: usize,
        count: usize,
        budget: &mut usize,
    ) -> Option<Repeat> {
        // Of all runs but the last: where a later node reads each of them, one look
        // is enough.
        let end = start + period * count;
        self.closed(start..end - period, end, budget)?;
        let mut passed: Option<(TensorId, usize)> = None;
        let mut shared = Vec::new();
        for run in 1..count {
            let (from, here) = (start + (run - 1) * period, start + run * period);
            for within in 0..period {
                *budget = budget.checked_sub(1)?;
                let (node, model) = (
                    &self.net.nodes[here + within],
                    &self.net.nodes[start + within],
                );
                if self.signatures[here + within] != self.signatures[start + within] {
                    return None;
                }
                for (tensor, first) in node.inputs.iter().zip(&model.inputs) {
                    if self.net.tensors[*tensor].constant {
                        continue;
                    }
                    let maker = self.makers[*tensor];
                    let first_maker = self.makers[*first];
                    let before_all = first_maker.is_none_or(|maker| maker < start);
                    match maker {
                        Some(maker) if maker >= here => {
                            if first_maker != Some(maker - run * period) {
                                return None;
                            }
                        }
                        _ if tensor == first && before_all => {
                            if !shared.contains(tensor) {
                                shared.push(*tensor);
                            }
                        }
                        Some(maker) if maker >= from && before_all => {
                            let found = (*first, maker - from);
                            if *passed.get_or_insert(found) != found {
                                return None;
                            }
                        }
                        _ => return None,
                    }
                }
            }
            // What the second run does not read of the first no later one reads
            // of that before it, unless all read what comes in as such, too.
            passed?;
        }
        let (first, result) = passed?;
        // The first run may read what it gets twice: as such, and passed on.
        let alike = self.net.tensors[first].shape
            == self.net.tensors[self.net.nodes[start + result].output].shape;
        let repeat = Repeat {
            start,
            period,
            count,
            first,
            result,
            shared,
        };
        let last = end - period + result;
        self.closed(end - period..last, end, budget)?;
        self.closed(last + 1..end, end, budget)?;
        (alike && !repeat.shared.contains(&first)).then_some(repeat)
    }

    /// Nothing from `end` on reads what some nodes make.
    fn closed(&self, nodes: Range<NodeId>, end: NodeId, budget: &mut usize) -> Option<()> {
        for at in nodes {
            *budget = budget.checked_sub(1)?;
            let mut readers = self.readers[self.net.nodes[at].output].iter();
            if readers.any(|reader| *reader >= end) {
                return None;
            }
        }
        Some(())
    }
}

/// A number for what a node does, and to tensors of which shapes.
fn signature(net: &Net, at: NodeId, hashing: &RandomState) -> u64 {
    let node = &net.nodes[at];
    let mut hasher = hashing.build_hasher();
    hash_work(&node.work, &mut hasher);
    node.stage.hash(&mut hasher);
    node.format.hash(&mut hasher);
    let mut tensor = |id: TensorId| {
        let tensor = &net.tensors[id];
        tensor.shape.hash(&mut hasher);
        tensor.element.hash(&mut hasher);
        tensor.constant.hash(&mut hasher);
        if tensor.constant {
            tensor.domain.hash(&mut hasher);
            (tensor.density, tensor.scale, tensor.stored).hash(&mut hasher);
            net.scalar(id).map(f64::to_bits).hash(&mut hasher);
        }
    };
    tensor(node.output);
    node.inputs.iter().for_each(|input| tensor(*input));
    hasher.finish()
}

fn hash_work(work: &Work, hasher: &mut impl Hasher) {
    std::mem::discriminant(work).hash(hasher);
    match work {
        Work::Unary(unary) => unary.hash(hasher),
        Work::Binary(binary) => binary.hash(hasher),
        Work::Clip(low, high) => (low.to_bits(), high.to_bits()).hash(hasher),
        Work::PerElement(counts) => counts.hash(hasher),
        Work::Product(product) => product.hash(hasher),
        Work::Fold(fold) => fold.hash(hasher),
        Work::Block(block) => block.hash(hasher),
        Work::Unsupported(name) => name.hash(hasher),
        Work::Where | Work::Move | Work::Gather => {}
    }
}
