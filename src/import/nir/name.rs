//! Names for a model file, as like those of the NIR file as formulas allow.

use std::collections::{BTreeMap, BTreeSet};

use crate::formula::is_name;

/// The longest name that is taken over.
const LONGEST: usize = 48;

/// Names that nodes cannot have: those of functions, and of the model's own
/// numbers.
const TAKEN: [&str; 24] = [
    "abs", "exp", "log", "sqrt", "tanh", "erf", "sign", "round", "max", "min", "clip", "where",
    "floor", "ceil", "not", "or", "xor", "and", "true", "false", "steps", "rho", "T", "inf",
];

/// Names, each given once.
pub(super) struct Names {
    used: BTreeSet<String>,
    /// How often a name was wished for.
    wished: BTreeMap<String, usize>,
}

impl Names {
    pub(super) fn new() -> Names {
        Names {
            used: TAKEN.into_iter().map(str::to_owned).collect(),
            wished: BTreeMap::new(),
        }
    }

    /// A name like `label`, which that of a `kind` precedes where it would
    /// begin with a digit.
    pub(super) fn fresh(&mut self, label: &str, kind: &str) -> String {
        let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '_' };
        let mut name: String = label.chars().take(LONGEST).map(plain).collect();
        if !is_name(&name) {
            name = format!("{kind}_{name}");
        }
        let count = self.wished.entry(name.clone()).or_default();
        loop {
            *count += 1;
            let wish = match *count {
                1 => name.clone(),
                count => format!("{name}_{count}"),
            };
            if self.used.insert(wish.clone()) {
                return wish;
            }
        }
    }
}
