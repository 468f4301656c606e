//! The fields of one node, each checked where it is taken.

use super::hdf5::{Budget, Data, Group};
use super::node::Shape;
use crate::import::Given;
use crate::number::whole;
use crate::source::{Diagnostic, Problems};

/// A node of the file, as its fields are taken.
pub(super) struct Fields<'f> {
    group: &'f Group,
    /// Where it stands in the file: `/node/nodes/fc1`.
    pub(super) path: String,
    pub(super) budget: &'f Budget,
}

impl<'f> Fields<'f> {
    pub(super) fn new(group: &'f Group, path: &str, budget: &'f Budget) -> Fields<'f> {
        Fields {
            group,
            path: path.to_owned(),
            budget,
        }
    }

    /// A mistake in this node.
    pub(super) fn mistake(&self, message: &str) -> Diagnostic {
        Diagnostic::new(format!("`{}`: {message}", self.path))
    }

    /// A mistake in one of its fields.
    fn wrong(&self, name: &str, message: &str) -> Problems {
        Diagnostic::new(format!("`{}/{name}`: {message}", self.path)).into()
    }

    pub(super) fn group(&self, name: &str) -> Option<&'f Group> {
        self.group.group(name)
    }

    pub(super) fn data(&self, name: &str) -> Option<&'f Data> {
        self.group.data(name)
    }

    fn require(&self, name: &str) -> Result<&'f Data, Problems> {
        self.data(name).ok_or_else(|| {
            self.wrong(name, "there is no such field")
                .help(&self.known())
        })
    }

    fn known(&self) -> String {
        let names: Vec<&str> = self
            .group
            .entries
            .keys()
            .map(String::as_str)
            .take(20)
            .collect();
        format!("there are `{}`", names.join("`, `"))
    }

    /// A single text.
    pub(super) fn text(&self, name: &str) -> Result<String, Problems> {
        let texts = self.require(name)?.texts(self.budget);
        match texts.map_err(|error| self.wrong(name, &error))?.as_slice() {
            [text] => Ok(text.clone()),
            texts => Err(self.wrong(name, &format!("expected a text, found {}", texts.len()))),
        }
    }

    /// The shape of a parameter, of which the values are not read.
    pub(super) fn shape_of(&self, name: &str) -> Result<Shape, Problems> {
        let shape = self.require(name)?.shape().to_vec();
        self.checked(name, shape)
    }

    /// A shape that stands in a field.
    pub(super) fn shape(&self, name: &str) -> Result<Shape, Problems> {
        let extents = self.counts(name)?;
        self.checked(name, extents)
    }

    /// The extents of a tensor: at least 1, and not more than any machine has.
    fn checked(&self, name: &str, shape: Shape) -> Result<Shape, Problems> {
        let all = shape
            .iter()
            .try_fold(1_u64, |all, extent| all.checked_mul(*extent));
        let fits = |all: &u64| *all > 0 && Given::is_size(&whole(*all));
        match all.filter(fits) {
            Some(_) => Ok(shape),
            None => Err(self.wrong(name, &format!("no tensor has the shape {shape:?}"))),
        }
    }

    /// Whole numbers, none below 0: one, or one for each axis.
    pub(super) fn counts(&self, name: &str) -> Result<Vec<u64>, Problems> {
        let wholes = self.wholes(name)?;
        let counts = wholes.iter().map(|number| u64::try_from(*number));
        let counts: Result<Vec<u64>, _> = counts.collect();
        counts.map_err(|_| self.wrong(name, &format!("{wholes:?} holds a number below 0")))
    }

    pub(super) fn wholes(&self, name: &str) -> Result<Vec<i64>, Problems> {
        let data = self.require(name)?;
        if data.shape().iter().product::<u64>() > 16 {
            let message = format!("expected few numbers, found a shape of {:?}", data.shape());
            return Err(self.wrong(name, &message));
        }
        data.wholes(self.budget)
            .map_err(|error| self.wrong(name, &error))
    }

    /// A whole number for each of so many axes, at least `least`: one that
    /// stands alone is that of all.
    pub(super) fn along(&self, name: &str, axes: usize, least: u64) -> Result<Shape, Problems> {
        let counts = self.counts(name)?;
        if let Some(small) = counts
            .iter()
            .find(|count| **count < least || !is_size(**count))
        {
            return Err(self.wrong(name, &format!("it cannot be {small}")));
        }
        match counts.as_slice() {
            [one] => Ok(vec![*one; axes]),
            counts if counts.len() == axes => Ok(counts.to_vec()),
            counts => {
                let message = format!("expected {axes} numbers, found {counts:?}");
                Err(self.wrong(name, &message))
            }
        }
    }

    /// A single whole number.
    pub(super) fn whole(&self, name: &str) -> Result<i64, Problems> {
        match self.wholes(name)?.as_slice() {
            [one] => Ok(*one),
            others => Err(self.wrong(name, &format!("expected one number, found {others:?}"))),
        }
    }

    /// Whether any number of a field is other than 0, or they are too many to
    /// be looked at.
    pub(super) fn is_nonzero(&self, name: &str) -> bool {
        let numbers = self.data(name).map(|data| data.numbers(self.budget));
        numbers.is_some_and(|read| !read.is_ok_and(|all| all.iter().all(|number| number.is_zero())))
    }
}

fn is_size(count: u64) -> bool {
    Given::is_size(&whole(count))
}
