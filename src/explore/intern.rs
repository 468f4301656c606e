//! Each of many things once, by its number.

use std::collections::HashMap;
use std::hash::Hash;

/// Things in the order in which they were first met.
#[derive(Debug)]
pub(super) struct Interned<T> {
    numbers: HashMap<T, u32>,
    all: Vec<T>,
}

impl<T> Default for Interned<T> {
    fn default() -> Interned<T> {
        Interned {
            numbers: HashMap::new(),
            all: Vec::new(),
        }
    }
}

impl<T: Clone + Eq + Hash> Interned<T> {
    /// The number of a thing, known or new.
    pub(super) fn number(&mut self, thing: T) -> u32 {
        if let Some(known) = self.numbers.get(&thing) {
            return *known;
        }
        // A page of as many things would be gigabytes long, and is never written.
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        self.all.push(thing.clone());
        self.numbers.insert(thing, number);
        number
    }

    /// All of them, by number.
    pub(super) fn all(&self) -> &[T] {
        &self.all
    }
}
