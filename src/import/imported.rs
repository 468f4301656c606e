//! What an importer is given, and what it gives.

use std::collections::{BTreeMap, BTreeSet};

use num_rational::BigRational;
use num_traits::Signed;

use crate::formula::{AstNode, Formula};
use crate::number::whole;
use crate::source::Outline;

/// Larger numbers are no size of a graph, and told of where they are set.
const MAX_SIZE: i64 = 1_000_000_000_000;

/// Sizes that were set, by the names that the imported file or its model file
/// has for its dims: whole numbers, or formulas over other dims.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Given {
    sizes: BTreeMap<String, Formula>,
    /// What was set to something that is no size.
    others: BTreeSet<String>,
    /// What is set later, to several numbers one after the other.
    open: BTreeSet<String>,
    /// Whether a file says how many values are not 0.
    has_densities: bool,
}

impl Given {
    /// Nothing is set.
    pub fn new() -> Given {
        Given::default()
    }

    /// What of these settings can be a size. What is none is told where it is
    /// set on the model.
    pub fn of<'s>(settings: impl IntoIterator<Item = (String, &'s Formula)>) -> Given {
        let mut given = Given::new();
        for (name, formula) in settings {
            match is_size(formula) {
                true => given.set(&name, formula.clone()),
                false => {
                    given.others.insert(name);
                }
            }
        }
        given
    }

    /// Whether something is set by this name, be it a size or not.
    pub fn names(&self, name: &str) -> bool {
        self.sizes.contains_key(name) || self.others.contains(name)
    }

    /// Whether someone chooses what this name stands for, be it now or later.
    pub fn chooses(&self, name: &str) -> bool {
        self.names(name) || self.open.contains(name)
    }

    /// The same, beside a file of densities.
    #[must_use]
    pub fn with_densities(mut self) -> Given {
        self.has_densities = true;
        self
    }

    /// Whether a file of densities stands beside it.
    pub fn has_densities(&self) -> bool {
        self.has_densities
    }

    /// What a dim is set to.
    pub fn get(&self, name: &str) -> Option<&Formula> {
        self.sizes.get(name)
    }

    /// Sets a dim to a number.
    pub fn set(&mut self, name: &str, formula: Formula) {
        self.sizes.insert(name.to_owned(), formula);
    }

    /// Leaves a dim open.
    pub fn leave_open(&mut self, name: &str) {
        self.sizes.remove(name);
        self.others.remove(name);
        self.open.insert(name.to_owned());
    }

    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        self.sizes.is_empty()
    }

    /// The dims and what they are set to.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Formula)> {
        self.sizes.iter().map(|(name, set)| (name.as_str(), set))
    }

    /// Whether a number can be the size of an axis.
    pub fn is_size(value: &BigRational) -> bool {
        value.is_integer() && !value.is_negative() && *value <= whole(MAX_SIZE)
    }
}

/// Whether a formula may be a size: only a plain number can be told not to be.
fn is_size(formula: &Formula) -> bool {
    let mut plain = &formula.ast;
    let mut below = false;
    while let AstNode::Negate(inner) = &plain.node {
        plain = inner;
        below = !below;
    }
    match &plain.node {
        AstNode::Number(value) if below => Given::is_size(&-value),
        AstNode::Number(value) => Given::is_size(value),
        _ => true,
    }
}

/// A model file made from another file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The text of the model file.
    pub text: String,
    /// What stands where in it, where that is known: of what may be large, so that
    /// it need not be read back.
    pub outline: Option<Outline>,
    /// What the reader of an estimate should know of how it came about.
    pub notes: Vec<String>,
}
