//! Attention in one pass: how often its operands cross when scores do not.
//!
//! Scores are M×N; queries are M×K, keys K×N, values N×V, results M×V. A tile
//! of x·y scores stays, first as sums of products of queries and keys, of which
//! a line each streams past, then as what the values are weighed by: a line of
//! a value and a line of the results stream past. So
//!
//! ```text
//! MK·⌈N/y⌉ + (KN + NV)·⌈M/x⌉ + MV·(2·⌈N/y⌉ − 1)
//! ```
//!
//! elements cross, and the scores never do. Where something is done between
//! that takes a whole row of scores, as a softmax does, y is N.

use std::sync::Arc;

use num_rational::BigRational;
use num_traits::ToPrimitive;

use super::steps::{Tiles, steps};
use crate::number::whole;
use crate::symbolic::{EvalError, Expr, Function, Prepared};

/// Attention as its tiles see it: bits, but for the extents.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attention {
    /// Of the buffer.
    pub capacity: u64,
    /// Of one score.
    pub score: u64,
    /// Of what streams past a row of scores: a query, or a sum.
    pub beside_row: u64,
    /// Of what streams past a column: a key, or a value.
    pub beside_column: u64,
    /// Rows of scores.
    pub rows: u64,
    /// Columns of scores.
    pub columns: u64,
    /// All queries.
    pub queries: u64,
    /// All keys and values.
    pub keys_and_values: u64,
    /// All results as sums on their way.
    pub sums: u64,
    /// Whether a tile has whole rows.
    pub whole_rows: bool,
}

impl Attention {
    /// The least that crosses, and with how many tiles of rows and of columns;
    /// nothing where no tile fits.
    pub fn best(&self, tiles: Tiles) -> Option<(u128, [u64; 2])> {
        let [score, beside_row, beside_column] =
            [self.score, self.beside_row, self.beside_column].map(u128::from);
        let across = match self.whole_rows {
            true => vec![self.columns],
            false => steps(self.columns, tiles),
        };
        let fitting = steps(self.rows, tiles).into_iter().filter_map(|rows| {
            let x = u128::from(rows);
            let left = u128::from(self.capacity).checked_sub(x * beside_row)?;
            let most = left / (x * score + beside_column).max(1);
            let at = across.partition_point(|step| u128::from(*step) <= most);
            let columns = across.get(at.checked_sub(1)?)?;
            let counts = [
                self.rows.div_ceil(rows),
                self.columns.div_ceil((*columns).max(1)),
            ];
            Some((self.crossing(counts), counts))
        });
        fitting.min()
    }

    fn crossing(&self, [down, across]: [u64; 2]) -> u128 {
        let [down, across] = [down, across].map(u128::from);
        u128::from(self.queries) * across
            + u128::from(self.keys_and_values) * down
            + 2 * u128::from(self.sums) * across.saturating_sub(1)
    }

    fn of(arguments: &[u64]) -> Option<Attention> {
        let [
            capacity,
            score,
            beside_row,
            beside_column,
            rows,
            columns,
            queries,
            keys_and_values,
            sums,
            whole_rows,
        ] = *<&[u64; 10]>::try_from(arguments).ok()?;
        Some(Attention {
            capacity,
            score,
            beside_row,
            beside_column,
            rows,
            columns,
            queries,
            keys_and_values,
            sums,
            whole_rows: whole_rows != 0,
        })
    }
}

/// How many tiles of rows and of columns there are, as functions of the numbers
/// of an [`Attention`] in their order; 0 where no tile fits.
pub(super) fn counts(arguments: &[Expr], tiles: Tiles) -> [Expr; 2] {
    [false, true].map(|across| {
        let name = format!(
            "fused.{}.{}",
            tiles.name(),
            if across { "across" } else { "down" }
        );
        let function = Count {
            name,
            tiles,
            across,
        };
        Expr::call(Arc::new(function), arguments.to_vec())
    })
}

#[derive(Debug)]
struct Count {
    name: String,
    tiles: Tiles,
    across: bool,
}

impl Count {
    fn value(&self, numbers: Option<Vec<u64>>) -> Option<u64> {
        let attention = Attention::of(&numbers?)?;
        let found = attention.best(self.tiles);
        Some(found.map_or(
            0,
            |(_, [down, across])| if self.across { across } else { down },
        ))
    }
}

impl Function for Count {
    fn name(&self) -> &str {
        &self.name
    }

    fn evaluate(&self, arguments: &[BigRational]) -> Result<BigRational, EvalError> {
        let numbers = arguments
            .iter()
            .map(|value| value.floor().to_integer().to_u64());
        let value = self.value(numbers.collect());
        let message = || "a number of fused attention is too large".to_owned();
        value
            .map(whole)
            .ok_or_else(|| EvalError::NoValue(message()))
    }

    fn prepare(&self, _: &[Option<f64>]) -> Prepared {
        let (tiles, across) = (self.tiles, self.across);
        let count = Count {
            name: String::new(),
            tiles,
            across,
        };
        Box::new(move |arguments| {
            let numbers = arguments.iter().map(|value| {
                let exact = *value >= 0.0 && *value < (1_u64 << 53) as f64;
                exact.then_some(value.floor() as u64)
            });
            let value = count.value(numbers.collect());
            value.map_or(f64::NAN, |value| value as f64)
        })
    }
}
