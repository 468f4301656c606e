//! The context of an evaluation: a formula as it stands, or changed in places,
//! as an audit asks.

use std::cell::RefCell;

use super::computed::{Plain, Prices};
use super::quantity::Quantity;
use crate::formula::Ast;
use crate::hash::FastMap;

/// How a formula is evaluated: as it stands, or changed for an audit.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// What is priced how, if not as the tables say.
    pub(super) prices: Option<&'a dyn Prices>,
    /// Only within this estimate or quantity; everywhere if none.
    pub(super) within: Option<&'a str>,
    /// Parts of the formula that have another value.
    pub(super) replaced: &'a [Replaced],
}

/// Where a part of a formula stands: the names that lead to it, from the
/// outermost formula inwards, and the part itself. A quantity that is named
/// twice has its parts in two places.
pub(super) type Path = Vec<*const Ast>;

/// A part of a formula that counts as `value`.
pub(super) struct Replaced {
    pub(super) path: Path,
    pub(super) value: Quantity,
}

/// What is being evaluated: the quantities around a part, and where each was
/// named.
pub(super) type Open<'o> = Vec<(&'o str, *const Ast)>;

impl<'a> Context<'a> {
    /// As the tables say.
    pub(super) const PLAIN: Context<'static> = Context {
        prices: None,
        within: None,
        replaced: &[],
    };

    /// Other prices everywhere.
    pub(super) const fn all(prices: &'a dyn Prices) -> Context<'a> {
        Context {
            prices: Some(prices),
            ..Context::PLAIN
        }
    }

    /// Whether it is a formula as it stands.
    pub(super) fn is_plain(&self) -> bool {
        self.prices.is_none() && self.replaced.is_empty()
    }

    /// The prices that count here.
    pub(super) fn active(&self) -> &'a dyn Prices {
        match (self.within, self.prices) {
            (None, Some(prices)) => prices,
            _ => &Plain,
        }
    }

    /// What stands in the place of `part`.
    pub(super) fn in_place_of(&self, part: &Ast, open: &Open<'_>) -> Option<&'a Quantity> {
        let is_it = |one: &&Replaced| match one.path.split_last() {
            Some((last, names)) => {
                std::ptr::eq(*last, part)
                    && names.len() == open.len()
                    && names
                        .iter()
                        .zip(open)
                        .all(|(a, (_, b))| std::ptr::eq(*a, *b))
            }
            None => false,
        };
        self.replaced.iter().find(is_it).map(|one| &one.value)
    }

    /// The same inside of `name`.
    pub(super) fn inside(self, name: &str) -> Context<'a> {
        let within = self.within.filter(|within| *within != name);
        Context { within, ..self }
    }
}

/// What names stand for in formulas as they stand, each computed once.
#[derive(Default)]
pub(super) struct Values(RefCell<FastMap<String, Quantity>>);

impl Values {
    /// That of `name`, computed if need be.
    pub(super) fn of<E>(
        &self,
        name: &str,
        compute: impl FnOnce() -> Result<Quantity, E>,
    ) -> Result<Quantity, E> {
        if let Some(known) = self.0.borrow().get(name) {
            return Ok(known.clone());
        }
        let fresh = compute()?;
        self.0.borrow_mut().insert(name.to_owned(), fresh.clone());
        Ok(fresh)
    }
}
