//! The context of an evaluation: a formula as it stands, or changed in places,
//! as an audit asks.

use super::computed::{Plain, Prices};
use super::quantity::Quantity;
use crate::formula::Ast;

/// How a formula is evaluated: as it stands, or changed for an audit.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    /// What is priced how.
    pub(super) prices: &'a dyn Prices,
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
    pub(super) const PLAIN: Context<'static> = Context::all(&Plain);

    /// Other prices everywhere.
    pub(super) const fn all(prices: &'a dyn Prices) -> Context<'a> {
        Context {
            prices,
            within: None,
            replaced: &[],
        }
    }

    /// The prices that count here.
    pub(super) fn active(&self) -> &'a dyn Prices {
        match self.within {
            None => self.prices,
            Some(_) => &Plain,
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
