//! The tensors of a file of weights, as its head lists them.

use std::collections::HashMap;

use num_rational::BigRational;

use crate::number::whole;

/// A tensor that a head lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredTensor {
    /// Its name.
    pub name: String,
    /// Its axes, the outermost first.
    pub shape: Vec<u64>,
    /// How many elements these come to.
    pub elements: u64,
    /// What its elements are stored in, as the file calls it: `q4_0`, `bf16`.
    pub kind: &'static str,
    /// The bytes that all of it takes.
    pub bytes: u64,
}

impl StoredTensor {
    /// The bits that all of it takes.
    pub(crate) fn bits(&self) -> BigRational {
        whole(self.bytes) * whole(8)
    }

    /// Whether all but one of its axes have one place.
    pub(crate) fn is_vector(&self) -> bool {
        self.shape.iter().filter(|extent| **extent != 1).count() < 2
    }
}

/// How many elements axes come to; nothing where that is beyond measure.
pub(super) fn elements(shape: &[u64]) -> Option<u64> {
    // An axis of no place does not excuse others that are too long.
    let all = shape
        .iter()
        .try_fold(1_u64, |all, extent| all.checked_mul((*extent).max(1)))?;
    Some(if shape.contains(&0) { 0 } else { all })
}

/// No model takes more bytes: of one bit each these would still be fewer numbers than
/// a model file can say.
const MOST_BYTES: u64 = 100_000_000_000_000;

/// Tensors, found by their names.
#[derive(Debug, Default)]
pub(super) struct Tensors {
    all: Vec<StoredTensor>,
    by_name: HashMap<String, usize>,
    bytes: u64,
}

impl Tensors {
    /// Adds one; `false` where there is one of this name.
    pub(super) fn add(&mut self, tensor: StoredTensor) -> bool {
        if self.by_name.contains_key(&tensor.name) {
            return false;
        }
        self.by_name.insert(tensor.name.clone(), self.all.len());
        self.bytes = self.bytes.saturating_add(tensor.bytes);
        self.all.push(tensor);
        true
    }

    /// That all together are larger than any model, where they are.
    pub(super) fn beyond_measure(&self) -> Option<String> {
        let bytes = self.bytes;
        (bytes > MOST_BYTES).then(|| {
            format!("its tensors take {bytes} bytes together, and {MOST_BYTES} is the most")
        })
    }

    pub(super) fn get(&self, name: &str) -> Option<&StoredTensor> {
        self.all.get(*self.by_name.get(name)?)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = &StoredTensor> {
        self.all.iter()
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn into_all(self) -> Vec<StoredTensor> {
        self.all
    }
}
