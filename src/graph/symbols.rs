//! The symbols of a graph, and the names with numbers that a reader sees.

use num_rational::BigRational;

use super::budget::Budget;
use crate::hash::FastMap;
use crate::number;
use crate::source::Place;
use crate::symbolic::{Bindings, Expr, Symbol};

/// A dim or parameter that the graph's expressions are written in.
#[derive(Debug, Clone, PartialEq)]
pub struct SymbolInfo {
    /// The symbol.
    pub symbol: Symbol,
    /// Its value.
    pub value: BigRational,
    /// Where the value was written.
    pub place: Place,
}

/// The symbols of a graph as they are made.
#[derive(Debug, Default)]
pub(super) struct Symbols {
    pub(super) made: Vec<SymbolInfo>,
    /// Names with their values, for the reader; none for a name that means
    /// several things.
    shown: Vec<(String, Option<Expr>)>,
    /// The values of all symbols.
    pub(super) values: Bindings,
    /// The work that has gone into formulas.
    pub(super) budget: Budget,
    /// Where a symbol stands in `made`.
    index: FastMap<String, usize>,
    /// Where a name stands in `shown`.
    known: FastMap<String, usize>,
}

impl Symbols {
    /// No symbols yet, of a model of so many ops.
    pub(super) fn of_ops(ops: usize) -> Symbols {
        Symbols {
            budget: Budget::of_ops(ops),
            ..Symbols::default()
        }
    }

    /// The symbol for the parameter `name` of `module`, with this value. Two
    /// blocks may share a parameter; where their values differ the second one
    /// is told apart by the name of its block.
    pub(super) fn make(
        &mut self,
        name: &str,
        module: &str,
        value: &BigRational,
        place: &Place,
    ) -> Expr {
        let qualified = format!("{module}.{name}");
        for candidate in [name, &qualified] {
            let known = self.index.get(candidate).and_then(|at| self.made.get(*at));
            match known {
                Some(info) if info.value == *value => return Expr::symbol(candidate),
                Some(_) => continue,
                None => {
                    let symbol = Symbol::new(candidate);
                    self.values.set(symbol.clone(), value.clone());
                    self.index.insert(candidate.to_owned(), self.made.len());
                    self.made.push(SymbolInfo {
                        symbol,
                        value: value.clone(),
                        place: place.clone(),
                    });
                    self.show(candidate, Expr::symbol(candidate));
                    return Expr::symbol(candidate);
                }
            }
        }
        // The same block with two values of its own: numbers stay numbers.
        Expr::constant(value.clone())
    }

    /// Where the value of a symbol was written; nothing for a formula.
    pub(super) fn place_of(&self, value: &Expr) -> Option<&Place> {
        let symbols = value.symbols();
        let symbol = symbols.first()?;
        let at = self.index.get(symbol.name())?;
        let is_it = *value == Expr::symbol(symbol.name());
        self.made.get(*at).filter(|_| is_it).map(|info| &info.place)
    }

    /// Notes a name for the reader.
    pub(super) fn show(&mut self, name: &str, value: Expr) {
        match self.known.get(name) {
            None => {
                self.known.insert(name.to_owned(), self.shown.len());
                self.shown.push((name.to_owned(), Some(value)));
            }
            Some(at) if self.shown[*at].1.as_ref() != Some(&value) => self.shown[*at].1 = None,
            Some(_) => {}
        }
    }

    /// The names that mean one thing throughout, with their values.
    pub(super) fn shown(&self) -> Vec<(String, Expr)> {
        let shown = self.shown.iter();
        shown
            .filter_map(|(name, value)| Some((name.clone(), value.clone()?)))
            .collect()
    }
}

/// A number as messages show it: all digits, or a fraction with its value.
pub(super) fn shown(value: &BigRational) -> String {
    if number::is_decimal(value) {
        number::plain(value)
    } else {
        format!(
            "{} (about {})",
            number::plain(value),
            crate::units::significant(number::to_f64(value), 4)
        )
    }
}
