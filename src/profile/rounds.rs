//! Layers that repeat, and how their rounds are called one by one.
//!
//! A graph has a block of 12 alike rounds once, and every count of it is that of
//! all 12. A round of its own has a twelfth of each, exactly.

use std::collections::HashMap;

use num_rational::BigRational;
use num_traits::ToPrimitive;

use crate::energy::Counted;
use crate::graph::RegionId;

/// So many rounds are told apart; repeats beyond them stay together.
pub const MAX_ROUNDS: u64 = 4096;

/// Whether the rounds of a layer that repeats are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeats {
    /// A layer of 12 rounds is one layer: `encoder (×12)`.
    Together,
    /// It is 12 layers: `encoder.0` to `encoder.11`.
    Apart,
}

/// The rounds of a layer that repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rounds {
    /// The layer as the names of its ops begin.
    pub(super) prefix: String,
    /// What stands before the number of a round.
    stem: String,
    /// The number of the first.
    first: u64,
    /// How many there are.
    pub(super) count: u64,
    /// Whether they are told apart where that is asked for.
    pub(super) is_told_apart: bool,
}

impl Rounds {
    /// The names of the rounds.
    pub(super) fn names(&self) -> impl Iterator<Item = String> {
        let numbers = self.first..self.first.saturating_add(self.count);
        numbers.map(|number| format!("{}.{number}", self.stem))
    }

    /// The part of a number that falls to one round.
    pub(super) fn part(&self, of_all: &BigRational) -> BigRational {
        of_all / BigRational::from_integer(self.count.into())
    }
}

/// The layers of a graph that have several rounds, by their names in estimates.
pub(super) fn rounds(counted: &Counted) -> HashMap<String, Rounds> {
    let values = counted.graph.values();
    let mut left = MAX_ROUNDS;
    let mut all = HashMap::new();
    for (id, region) in counted.graph.regions() {
        if region.parent != Some(RegionId::ROOT) {
            continue;
        }
        let rounds = region.rounds.evaluate(&values).ok();
        let Some(count) = rounds.filter(BigRational::is_integer) else {
            continue;
        };
        let count = count.to_u64().unwrap_or(u64::MAX);
        if count < 2 {
            continue;
        }
        let (stem, first) = numbered(&region.name, count);
        let is_told_apart = count <= left;
        if is_told_apart {
            left -= count;
        }
        let rounds = Rounds {
            prefix: region.name.clone(),
            stem: stem.to_owned(),
            first,
            count,
            is_told_apart,
        };
        all.insert(counted.layer_in(id), rounds);
    }
    all
}

/// The name before the number of a round, and the number of the first: of
/// `layers.3..11`, which are the rounds of `layers` from the fourth on, or of a
/// whole block.
fn numbered(name: &str, count: u64) -> (&str, u64) {
    let later = || {
        let (stem, numbers) = name.rsplit_once('.')?;
        let stem = stem.strip_suffix('.')?;
        let (stem, first) = stem.rsplit_once('.')?;
        let (first, last): (u64, u64) = (first.parse().ok()?, numbers.parse().ok()?);
        (last.checked_sub(first)?.checked_add(1)? == count).then_some((stem, first))
    };
    later().unwrap_or((name, 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_rounds_go_on_where_the_first_ones_end() {
        assert_eq!(numbered("layers.3..11", 9), ("layers", 3));
        assert_eq!(numbered("a.b.1..2", 2), ("a.b", 1));
        assert_eq!(numbered("encoder", 12), ("encoder", 0));
        // A name that only looks like rounds.
        assert_eq!(numbered("layers.3..11", 8), ("layers.3..11", 0));
        assert_eq!(numbered("v1.5", 12), ("v1.5", 0));
    }
}
