//! Maps and sets of many short keys, as the names of tensors are.
//!
//! Those of the standard library are proof against whoever picks keys that
//! collide, and pay for it with each key. These are seeded at random too, once
//! for each run, and take a fraction of the time. In which order they hold
//! their keys means nothing, and no result may follow from it.

use std::collections::{HashMap, HashSet};

/// A map from keys to values.
pub(crate) type FastMap<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// A set of keys.
pub(crate) type FastSet<K> = HashSet<K, foldhash::fast::RandomState>;
