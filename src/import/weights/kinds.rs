//! The tensors of a file by the stages that take them: how many numbers there
//! are, and how many bits these take.
//!
//! Layers of a model are one block that repeats, so a kind of weights has the
//! mean over its layers: what all of them take together is exact.

use std::collections::{BTreeMap, BTreeSet};

use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};

use super::role::Stages;
use super::tensor::StoredTensor;
use crate::import::stored::StoredKind;
use crate::number::whole;

/// So many names of tensors are listed.
const MOST_NAMED: usize = 6;

/// What a tensor is to a model.
pub(super) struct Role {
    pub(super) stages: Stages,
    /// Whether it is a gain or a bias.
    pub(super) is_vector: bool,
    /// How many numbers of the model it holds: none if these are scales.
    pub(super) numbers: u64,
}

/// Tensors of one set of stages.
#[derive(Default)]
struct Group {
    stages: BTreeSet<&'static str>,
    /// Its gains and biases, and all else.
    sides: [Side; 2],
}

#[derive(Default)]
struct Side {
    bits: BigRational,
    numbers: u64,
    types: BTreeMap<&'static str, u64>,
    names: BTreeSet<String>,
}

/// The kinds of weights, and the tensors that no stage takes.
pub(super) struct Kinds {
    pub(super) kinds: Vec<StoredKind>,
    pub(super) others: Vec<String>,
}

/// Sorts tensors by what they are.
pub(super) fn sorted<'t>(tensors: impl Iterator<Item = (&'t StoredTensor, Option<Role>)>) -> Kinds {
    let mut groups: Vec<Group> = Vec::new();
    let mut others = BTreeSet::new();
    for (tensor, role) in tensors {
        let Some(role) = role else {
            others.insert(pattern(&tensor.name));
            continue;
        };
        let group = group(&mut groups, role.stages);
        let [vectors, matrices] = &mut group.sides;
        let side = if role.is_vector { vectors } else { matrices };
        side.bits += tensor.bits();
        side.numbers = side.numbers.saturating_add(role.numbers);
        *side.types.entry(tensor.kind).or_default() += tensor.bytes;
        side.names.insert(pattern(&tensor.name));
    }
    let kinds = groups.into_iter().flat_map(Group::kinds);
    Kinds {
        kinds: kinds.collect(),
        others: others.into_iter().collect(),
    }
}

/// The group of some stages, with those that it has stages in common with.
fn group(groups: &mut Vec<Group>, stages: Stages) -> &mut Group {
    let meets = |group: &Group| stages.iter().any(|stage| group.stages.contains(stage));
    let first = groups.iter().position(meets).unwrap_or(groups.len());
    if first == groups.len() {
        groups.push(Group::default());
    }
    while let Some(next) = groups.iter().skip(first + 1).position(meets) {
        let other = groups.remove(first + 1 + next);
        if let Some(group) = groups.get_mut(first) {
            group.take(other);
        }
    }
    let group = &mut groups[first];
    group.stages.extend(stages);
    group
}

impl Group {
    fn take(&mut self, other: Group) {
        self.stages.extend(other.stages);
        for (own, other) in self.sides.iter_mut().zip(other.sides) {
            own.bits += other.bits;
            own.numbers = own.numbers.saturating_add(other.numbers);
            own.names.extend(other.names);
            for (kind, bytes) in other.types {
                *own.types.entry(kind).or_default() += bytes;
            }
        }
    }

    fn kinds(self) -> Vec<StoredKind> {
        let both = self.sides.iter().all(|side| side.numbers > 0);
        let stages: Vec<&str> = self.stages.into_iter().collect();
        let sides = self.sides.into_iter().zip([true, false]);
        let sides = sides.filter(|(side, _)| side.numbers > 0);
        let kinds = sides.map(|(side, vectors)| StoredKind {
            stages: stages.clone(),
            vectors: both.then_some(vectors),
            bits: &side.bits / whole(side.numbers),
            numbers: side.numbers,
            tensors: listed(&side.names),
            types: side.types(),
        });
        kinds.collect()
    }
}

impl Side {
    /// The types of its tensors, each with its share of the bytes.
    fn types(&self) -> String {
        let all: u64 = self.types.values().sum();
        let mut types: Vec<_> = self.types.iter().collect();
        types.sort_by_key(|(name, bytes)| (std::cmp::Reverse(**bytes), **name));
        let share = |bytes: &u64| whole(*bytes) * whole(100) / whole(all.max(1));
        let one = |(name, bytes): &(&&str, &u64)| match types.len() {
            1 => (**name).to_owned(),
            _ => {
                let share = share(bytes).to_f64().unwrap_or_default();
                format!("{name} {share:.1} %")
            }
        };
        let words: Vec<String> = types.iter().map(one).collect();
        words.join(", ")
    }
}

/// Names, as far as they are listed.
pub(super) fn listed(names: &BTreeSet<String>) -> String {
    let shown: Vec<&str> = names.iter().take(MOST_NAMED).map(String::as_str).collect();
    let mut list = shown.join(", ");
    if let Some(more @ 1..) = names.len().checked_sub(MOST_NAMED) {
        list.push_str(&format!(" and {more} more"));
    }
    list
}

/// A name with `*` for the numbers of layers and experts, and without what could
/// do harm in a model file.
fn pattern(name: &str) -> String {
    let part = |part: &str| match !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit()) {
        true => "*".to_owned(),
        false => {
            let plain = |c: &char| c.is_ascii_alphanumeric() || "-_".contains(*c);
            part.chars().filter(plain).take(60).collect()
        }
    };
    let parts: Vec<String> = name.split('.').take(12).map(part).collect();
    parts.join(".")
}

/// The mean bits of all numbers.
pub(super) fn mean(kinds: &[StoredKind]) -> Option<(u64, BigRational)> {
    let numbers: u64 = kinds.iter().map(|kind| kind.numbers).sum();
    let bits = kinds.iter().map(|kind| &kind.bits * whole(kind.numbers));
    let bits = bits.fold(BigRational::zero(), |sum, bits| sum + bits);
    (numbers > 0).then(|| (numbers, bits / whole(numbers)))
}
