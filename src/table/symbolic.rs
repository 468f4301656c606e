//! Prices as expressions: an entry that is derived follows the entries that
//! it is derived from.
//!
//! A what-if asks what happens when `fp32.mul` costs less. `exp = "4 * mul"`
//! must follow, so its price is not a number here but `4·45nm.fp32.mul`.

use super::EnergyTable;
use super::resolve::Key;
use super::rule::Reference;
use crate::format::NumberFormat;
use crate::primitive::Primitive;
use crate::symbolic::{Expr, build};

impl EnergyTable {
    /// The symbol for an entry: `45nm.fp32.mul`.
    pub fn symbol(&self, primitive: Primitive, format: NumberFormat) -> String {
        format!("{}.{format}.{primitive}", self.name())
    }

    /// The price of an entry in picojoules, as an expression in the entries
    /// that are given as numbers, each by its symbol; `None` where the table
    /// lacks the entry.
    ///
    /// Where every symbol has the value of its entry, the expression has the
    /// value of [`entry`](EnergyTable::entry).
    pub fn price(&self, primitive: Primitive, format: NumberFormat) -> Option<Expr> {
        // Tables are checked for entries that depend on themselves, so this
        // ends.
        self.entry(primitive, format)?;
        let key: Key = (format, primitive);
        let rule = (self.rules.own.get(&key)).or_else(|| self.rules.every.get(&primitive))?;
        let formula = match &rule.value {
            Some(formula) if !formula.names().is_empty() => formula,
            _ => return Some(Expr::symbol(&self.symbol(primitive, format))),
        };
        let built = build(formula, &mut |name, place| {
            let named = Reference::read(name, place)?;
            let price = self.price(named.primitive, named.format.unwrap_or(format));
            // Inside a formula all is in the unit of the file.
            Ok(price.unwrap_or_default().scale(&rule.unit.recip()))
        });
        built.ok().map(|price| price.scale(&rule.unit))
    }
}
