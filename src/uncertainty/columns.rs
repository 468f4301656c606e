//! Results at many draws at once.
//!
//! With all other symbols replaced by their values they are short expressions in the
//! entries that they rest on, a few of all that a table has. Each is worked out once at
//! a draw, though an energy is a result of its own and a part of every saving.

use std::collections::{BTreeSet, HashMap};

use super::sensitivity::{Function, Quantity};
use crate::simd::level;
use crate::symbolic::{
    BLOCK, Bindings, Block, BlockColumns, Compiled, Expr, Symbol, VariableColumn,
};

/// Quantities in entries alone.
#[derive(Default)]
pub(super) struct Bound {
    functions: Vec<Expr>,
    places: HashMap<Expr, usize>,
    quantities: Vec<Option<Parts>>,
}

/// Where the functions of a quantity stand.
#[derive(Clone, Copy)]
enum Parts {
    Energy(usize),
    Saving { baseline: usize, energy: usize },
}

impl Bound {
    /// Of `quantities`; one with a symbol without a value, or a divisor that is 0, has
    /// no values.
    pub(super) fn of(quantities: &[&Quantity], entries: &[Symbol]) -> Bound {
        let mut bound = Bound::default();
        for quantity in quantities {
            let mut place = |function: &Function| bound.place(function, entries);
            let parts = match quantity {
                Quantity::Energy(energy) => place(energy).map(Parts::Energy),
                Quantity::Saving { baseline, energy } => {
                    let places = place(baseline).zip(place(energy));
                    places.map(|(baseline, energy)| Parts::Saving { baseline, energy })
                }
            };
            bound.quantities.push(parts);
        }
        bound
    }

    fn place(&mut self, function: &Function, entries: &[Symbol]) -> Option<usize> {
        let expr = function.expr.bind(entries, &function.values).ok()?;
        let next = self.functions.len();
        let place = *self.places.entry(expr.clone()).or_insert(next);
        if place == next {
            self.functions.push(expr);
        }
        Some(place)
    }

    /// The entries that they rest on.
    pub(super) fn symbols(&self) -> BTreeSet<Symbol> {
        self.functions.iter().flat_map(Expr::symbols).collect()
    }

    /// The same, ready to be computed where `entries` are in columns.
    pub(super) fn over(&self, entries: &[Symbol]) -> Columns {
        // Bound, they have no symbol without a value: each can be compiled.
        let functions = self.functions.iter();
        let compiled: Vec<Compiled> = functions
            .filter_map(|expr| Compiled::new(expr, entries, &Bindings::default()).ok())
            .collect();
        Columns {
            block: Block::new(&compiled, []),
            quantities: self.quantities.clone(),
        }
    }
}

/// Quantities, ready to be computed in doubles.
pub(super) struct Columns {
    block: Block,
    quantities: Vec<Option<Parts>>,
}

impl Columns {
    /// The values of every quantity at `count` draws, of which `entries` are the
    /// columns. Where there is none it is not a number.
    pub(super) fn at(&self, entries: &[Vec<f64>], count: usize) -> Vec<Vec<f64>> {
        let mut all: Vec<Vec<f64>> = (self.quantities.iter())
            .map(|_| Vec::with_capacity(count))
            .collect();
        let mut columns = BlockColumns::default();
        for from in (0..count).step_by(BLOCK) {
            let to = count.min(from + BLOCK);
            let variables = entries.iter().filter_map(|column| column.get(from..to));
            let variables: Vec<VariableColumn<'_>> = variables.map(VariableColumn::Each).collect();
            self.block
                .work_out(level(), &variables, to - from, &mut columns);
            let of = |place: usize| self.block.values(place, &columns);
            for (parts, values) in self.quantities.iter().zip(&mut all) {
                match *parts {
                    None => values.resize(to, f64::NAN),
                    Some(Parts::Energy(energy)) => values.extend_from_slice(of(energy)),
                    Some(Parts::Saving { baseline, energy }) => {
                        let pairs = of(energy).iter().zip(of(baseline));
                        values.extend(pairs.map(|(energy, baseline)| 1.0 - energy / baseline));
                    }
                }
            }
        }
        all
    }
}
