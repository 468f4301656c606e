//! What is known of the sizes of a graph, and so what its traffic is written in.

use std::sync::Arc;

use super::function::{Part, Searches, fits, plan};
use super::matrix::Stationary;
use crate::symbolic::{Bindings, Expr};

/// What is known of the sizes of a graph.
#[derive(Debug, Clone, Copy)]
pub enum Sizes<'a> {
    /// Their values: traffic is numbers.
    Known(&'a Bindings),
    /// Nothing: traffic is in the dims, and how tiles move is a function of
    /// them.
    Open,
    /// Their values, by which tiles are chosen: traffic is in the dims, in closed
    /// form for as long as these tiles are kept.
    Planned(&'a Bindings),
}

impl Sizes<'_> {
    /// An expression in what is not known.
    pub(super) fn bind(&self, expr: &Expr) -> Expr {
        match self {
            Sizes::Known(values) => expr.bind(&[], values).unwrap_or_else(|_| expr.clone()),
            Sizes::Open | Sizes::Planned(_) => expr.clone(),
        }
    }

    /// 1 where so many bits fit into so many, 0 elsewhere.
    pub(super) fn fits(&self, bits: Expr, capacity: Expr) -> Expr {
        self.now(fits(bits, capacity))
    }

    /// What crosses of either operand, and of sums on their way, by the best
    /// tiles for `arguments`: the capacity, four widths and the extents, in a unit
    /// of which so many make a bit.
    pub(super) fn crossing(
        &self,
        searches: &Arc<Searches>,
        per_bit: u64,
        arguments: &[Expr],
    ) -> [Expr; 3] {
        if let Some(closed) = self.closed(searches, arguments) {
            return closed;
        }
        Part::ALL.map(|part| self.now(searches.part(part, per_bit, arguments.to_vec())))
    }

    /// The value of a step where tiles are chosen already.
    pub(super) fn now(&self, expr: Expr) -> Expr {
        match self {
            Sizes::Planned(values) => expr.evaluate(values).map(Expr::constant).unwrap_or(expr),
            Sizes::Known(_) | Sizes::Open => expr,
        }
    }

    /// The closed form of a product of matrices with the tiles chosen.
    fn closed(&self, searches: &Searches, arguments: &[Expr]) -> Option<[Expr; 3]> {
        let Sizes::Planned(values) = self else {
            return None;
        };
        let [_, a, b, partial, _, m, k, n] = arguments else {
            return None;
        };
        let known: Vec<_> = (arguments.iter())
            .map(|argument| argument.evaluate(values))
            .collect::<Result<_, _>>()
            .ok()?;
        let plan = plan(&known, searches.tiles())?;
        let (rows, columns) = match plan.stays {
            Stationary::Output => (m, n),
            Stationary::Input => (m, k),
            Stationary::Weight => (k, n),
        };
        let tiles = |extent: &Expr, size: u64| {
            let size = Expr::whole(i64::try_from(size).unwrap_or(i64::MAX));
            extent.divide(&size).map(|tiles| tiles.ceil())
        };
        let (down, across) = (tiles(rows, plan.rows)?, tiles(columns, plan.columns)?);
        let once = Expr::one();
        let (of_a, of_b, visits) = match plan.stays {
            Stationary::Output => (&across, &down, &once),
            Stationary::Input => (&once, &down, &across),
            Stationary::Weight => (&across, &once, &down),
        };
        Some([
            &(&(m * k) * a) * of_a,
            &(&(k * n) * b) * of_b,
            &(&(m * n) * partial) * &(visits - &once),
        ])
    }
}
