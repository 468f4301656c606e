//! Layers: nodes that follow upon themselves, with weights of their own each
//! time.
//!
//! A run of nodes repeats if the next run does the same to tensors of the same
//! shapes, reads from the run before it one tensor only, always the same one,
//! and from elsewhere what all runs read alike.

use std::collections::HashMap;
use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::net::{Net, NodeId, TensorId};

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
    let runs = Runs::of(net);
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
    makers: Vec<Option<NodeId>>,
    readers: Vec<Vec<NodeId>>,
}

const BASE: u64 = 0x0001_0000_01b3;

impl<'n> Runs<'n> {
    fn of(net: &'n Net) -> Runs<'n> {
        let mut known: HashMap<u64, usize> = HashMap::new();
        let signatures: Vec<usize> = (net.nodes.iter().enumerate())
            .map(|(at, _)| {
                let fresh = known.len();
                *known.entry(signature(net, at)).or_insert(fresh)
            })
            .collect();
        let mut next = vec![None; signatures.len()];
        let mut seen: HashMap<usize, NodeId> = HashMap::new();
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
        let mut readers = net.readers();
        for output in &net.outputs {
            readers[*output].push(NodeId::MAX);
        }
        Runs {
            net,
            signatures,
            next,
            sums,
            powers,
            makers: net.makers(),
            readers,
        }
    }

    /// The repeat from `at` on that covers most nodes.
    fn longest(&self, at: NodeId, budget: &mut usize) -> Option<Repeat> {
        let mut candidates: Vec<(usize, usize)> = Vec::new();
        let mut next = self.next[at];
        for _ in 0..MAX_TRIES {
            let Some(there) = next else { break };
            let period = there - at;
            if period > MAX_PERIOD {
                break;
            }
            let alike = self.alike(at, there);
            if alike >= period && period > 1 {
                candidates.push((period, alike));
            }
            next = self.next[there];
        }
        let count = |period: usize, alike: usize| 1 + alike / period;
        candidates
            .sort_by_key(|(period, alike)| (usize::MAX - period * count(*period, *alike), *period));
        for (period, alike) in candidates {
            // The run may begin anywhere within: where one tensor passes on.
            for shift in 0..period {
                let count = count(period, alike - shift);
                if count > 1
                    && let Some(repeat) = self.wired(at + shift, period, count, budget)
                {
                    return Some(repeat);
                }
                if *budget == 0 {
                    return None;
                }
            }
        }
        None
    }

    /// How many nodes from `at` on do what as many from `there` on do.
    fn alike(&self, at: NodeId, there: NodeId) -> usize {
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
        (alike && !repeat.shared.contains(&first) && self.closed(&repeat)).then_some(repeat)
    }

    /// Whether nothing behind a repeat reads anything of it but its result.
    fn closed(&self, repeat: &Repeat) -> bool {
        let last = repeat.start + (repeat.count - 1) * repeat.period + repeat.result;
        (repeat.start..repeat.end()).all(|at| {
            let readers = &self.readers[self.net.nodes[at].output];
            at == last || readers.iter().all(|reader| *reader < repeat.end())
        })
    }
}

/// A number for what a node does, and to tensors of which shapes.
fn signature(net: &Net, at: NodeId) -> u64 {
    let node = &net.nodes[at];
    let mut hasher = DefaultHasher::new();
    // The names of axes and numbers in it are all that there is to a work.
    // To write into a hasher cannot fail.
    let _ = write!(Hashed(&mut hasher), "{:?}", node.work);
    hasher.write_u8(0xff);
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

/// Text that is hashed where it would be written.
struct Hashed<'h>(&'h mut DefaultHasher);

impl Write for Hashed<'_> {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        Hasher::write(self.0, text.as_bytes());
        Ok(())
    }
}
