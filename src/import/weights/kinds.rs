//! The tensors of a file by the stages that take them: how many numbers there
//! are, and how many bits these take.
//!
//! Layers of a model are one block that repeats, so a kind of weights has the
//! mean over its layers: what all of them take together is exact. Parts of a stage
//! that are read apart, and stored in other bits, are kinds of their own.

use std::collections::{BTreeMap, BTreeSet};

use num_rational::BigRational;
use num_traits::{ToPrimitive, Zero};

use super::part::{Part, place};
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
    /// Its gains and biases, and all else, by what is read apart.
    sides: [BTreeMap<Part, Side>; 2],
}

#[derive(Default)]
struct Side {
    bits: BigRational,
    numbers: u64,
    /// The bits and numbers of each stack of layers.
    places: BTreeMap<String, (BigRational, u64)>,
    types: BTreeMap<&'static str, u64>,
    names: BTreeSet<String>,
}

/// The kinds of weights, and the tensors that no stage takes.
pub(super) struct Kinds {
    pub(super) kinds: Vec<StoredKind>,
    pub(super) others: Vec<String>,
    /// The stages where what may not be read equally often has the mean of its
    /// bits.
    pub(super) mixed: BTreeSet<String>,
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
        let side = side.entry(Part::of(&tensor.name)).or_default();
        side.take(Side::of(tensor, &role));
    }
    let mut mixed = BTreeSet::new();
    let kinds = groups.into_iter().flat_map(|group| group.kinds(&mut mixed));
    Kinds {
        kinds: kinds.collect(),
        others: others.into_iter().collect(),
        mixed,
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
            for (part, side) in other {
                own.entry(part).or_default().take(side);
            }
        }
    }

    fn kinds(self, mixed: &mut BTreeSet<String>) -> Vec<StoredKind> {
        let stages: Vec<&str> = self.stages.into_iter().collect();
        let has_numbers = |side: &BTreeMap<Part, Side>| side.values().any(|s| s.numbers > 0);
        let both = self.sides.iter().all(has_numbers);
        let mut kinds = Vec::new();
        for (side, vectors) in self.sides.into_iter().zip([true, false]) {
            let parts = apart(side, &stages);
            let is_one = parts.len() == 1;
            for (part, side) in parts.into_iter().filter(|(_, side)| side.numbers > 0) {
                if side.is_mixed() {
                    mixed.insert(stages.join("`, `"));
                }
                kinds.push(StoredKind {
                    stages: stages.clone(),
                    ops: if is_one {
                        Vec::new()
                    } else {
                        part.ops(&stages)
                    },
                    vectors: both.then_some(vectors),
                    bits: &side.bits / whole(side.numbers),
                    numbers: side.numbers,
                    tensors: listed(&side.names),
                    types: side.types(),
                });
            }
        }
        kinds
    }
}

/// The parts that ops of some stages take apart: all in one where they have the
/// same bits.
fn apart(parts: BTreeMap<Part, Side>, stages: &[&'static str]) -> BTreeMap<Part, Side> {
    let mut known: BTreeMap<Part, Side> = BTreeMap::new();
    for (part, side) in parts {
        // Without ops, or numbers, of its own it goes with all else.
        let is_known = side.numbers > 0 && !part.ops(stages).is_empty();
        let part = if is_known { part } else { Part::Rest };
        known.entry(part).or_default().take(side);
    }
    let mut all = known.values().map(Side::mean);
    let first = all.next();
    if all.all(|mean| Some(mean) == first) {
        let mut one = Side::default();
        known.into_values().for_each(|side| one.take(side));
        return BTreeMap::from([(Part::Rest, one)]);
    }
    known
}

impl Side {
    fn of(tensor: &StoredTensor, role: &Role) -> Side {
        let place = place(&tensor.name).map(|place| (place, (tensor.bits(), role.numbers)));
        Side {
            bits: tensor.bits(),
            numbers: role.numbers,
            places: place.into_iter().collect(),
            types: BTreeMap::from([(tensor.kind, tensor.bytes)]),
            names: BTreeSet::from([pattern(&tensor.name)]),
        }
    }

    fn take(&mut self, other: Side) {
        self.bits += other.bits;
        self.numbers = self.numbers.saturating_add(other.numbers);
        self.names.extend(other.names);
        for (kind, bytes) in other.types {
            *self.types.entry(kind).or_default() += bytes;
        }
        for (place, (bits, numbers)) in other.places {
            let own = self.places.entry(place).or_default();
            own.0 += bits;
            own.1 = own.1.saturating_add(numbers);
        }
    }

    /// The bits of a number.
    fn mean(&self) -> Option<BigRational> {
        (self.numbers > 0).then(|| &self.bits / whole(self.numbers))
    }

    /// Whether places that may not be read equally often have other bits.
    fn is_mixed(&self) -> bool {
        let places = self.places.values().filter(|(_, numbers)| *numbers > 0);
        let mut means = places.map(|(bits, numbers)| bits / whole(*numbers));
        let first = means.next();
        means.any(|mean| Some(mean) != first)
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    fn tensor(name: &str, kind: &'static str, bytes: u64) -> StoredTensor {
        StoredTensor {
            name: name.to_owned(),
            shape: vec![8, 8],
            elements: 64,
            kind,
            bytes,
        }
    }

    fn of(tensors: &[StoredTensor], stages: Stages) -> Kinds {
        sorted(tensors.iter().map(|tensor| {
            let role = Role {
                stages,
                is_vector: false,
                numbers: tensor.elements,
            };
            (tensor, Some(role))
        }))
    }

    /// 64 numbers of 16 bits and 64 of 32 are 24 bits in the mean; nobody knows
    /// from the stage which of them an op reads.
    #[test]
    fn stacks_that_are_stored_otherwise_are_told() {
        let encoder = tensor("model.encoder.layers.0.self_attn.q_proj.weight", "f16", 128);
        let decoder = |kind, bytes| {
            let name = "model.decoder.layers.0.self_attn.q_proj.weight";
            tensor(name, kind, bytes)
        };
        let found = of(&[encoder.clone(), decoder("f32", 256)], &["q-proj"]);
        assert_eq!(found.kinds.len(), 1);
        assert_eq!(found.kinds[0].bits, whole(24));
        assert_eq!(found.mixed, BTreeSet::from(["q-proj".to_owned()]));
        let alike = of(&[encoder, decoder("f16", 128)], &["q-proj"]);
        assert!(alike.mixed.is_empty());
    }

    /// Experts of a stage for which no op is known to choose them.
    #[test]
    fn experts_that_no_op_takes_apart_are_told() {
        let chosen = tensor("model.layers.0.mlp.experts.0.x.weight", "fp8", 64);
        let shared = tensor("model.layers.0.mlp.shared_expert.x.weight", "f16", 128);
        let both = [chosen, shared];
        let found = of(&both, &["in-proj"]);
        assert_eq!((found.kinds.len(), found.mixed.len()), (1, 1));
        let found = of(&both, &["ffn-up"]);
        assert_eq!((found.kinds.len(), found.mixed.len()), (2, 0));
    }
}
