//! How often a product of matrices crosses the edge of a buffer: a closed form.
//!
//! A is M×K, B is K×N and the result C is M×N; they lie beyond a buffer that
//! holds only parts of them, tiles, at a time. Every tile of an operand is
//! loaded whenever a loop around it steps. Every visit of a tile of C writes
//! it, and every visit but the first reads back what the one before left.
//!
//! The best that tiles can do keeps a tile of x·y of one of the three and lets
//! a line of each of the others stream past it:
//!
//! | stays | tile | operands and partial sums, in elements |
//! |---|---|---|
//! | C | x of M, y of N | MK·⌈N/y⌉ + KN·⌈M/x⌉ + MN |
//! | A | x of M, y of K | MK + KN·⌈M/x⌉ + MN·(2·⌈K/y⌉ − 1) |
//! | B | x of K, y of N | KN + MK·⌈N/y⌉ + MN·(2·⌈K/x⌉ − 1) |
//!
//! With the largest y that fits beside an x, only the x at which a number of
//! tiles changes need a look, about 2·√X of them. An exhaustive search over
//! all tile boxes and all orders of the loops finds nothing better (the test
//! runs it).

use std::cmp::Ordering;

use super::steps::{Tiles, steps};

/// The extents of a product of matrices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Matrix {
    /// Rows of A and of C.
    pub m: u64,
    /// Columns of A and rows of B: what is summed over.
    pub k: u64,
    /// Columns of B and of C.
    pub n: u64,
}

/// Bits of one element.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Widths {
    /// Of the first operand.
    pub a: u64,
    /// Of the second.
    pub b: u64,
    /// Of a sum on its way, which the accumulator holds.
    pub partial: u64,
    /// Of a sum that is done.
    pub result: u64,
}

/// Which tensor a buffer keeps a tile of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Stationary {
    /// The second operand: the weights of a layer.
    Weight,
    /// The first operand: the inputs of a layer.
    Input,
    /// The result.
    Output,
}

impl Stationary {
    /// In the order in which they are taken where they come to the same.
    pub const ALL: [Stationary; 3] = [Stationary::Weight, Stationary::Input, Stationary::Output];

    /// Its name in outputs.
    pub fn name(self) -> &'static str {
        match self {
            Stationary::Weight => "weight-stationary",
            Stationary::Input => "input-stationary",
            Stationary::Output => "output-stationary",
        }
    }
}

/// A tile of the tensor that stays: its rows and its columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Plan {
    /// Which tensor stays.
    pub stays: Stationary,
    /// How many rows of it a tile has.
    pub rows: u64,
    /// How many columns.
    pub columns: u64,
}

/// What crosses the edge of the buffer, in bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Crossing {
    /// The first operand, read.
    pub a: u128,
    /// The second, read.
    pub b: u128,
    /// Sums on their way, written; as many bits of them are read back.
    pub partial: u128,
    /// Sums that are done, written.
    pub result: u128,
}

impl Crossing {
    /// All bits that cross, in either direction.
    pub fn total(&self) -> u128 {
        let once = (self.a).saturating_add(self.b);
        let sums = self.partial.saturating_mul(2).saturating_add(self.result);
        once.saturating_add(sums)
    }
}

/// Extents whose product has more bits than this are not tiled: sums of bits
/// would not fit.
const MAX_BITS: u32 = 110;

impl Matrix {
    /// Whether its crossings fit into what they are counted in.
    pub fn is_countable(&self) -> bool {
        let bits = |extent: u64| u64::BITS - extent.leading_zeros();
        bits(self.m) + bits(self.k) + bits(self.n) <= MAX_BITS
    }

    /// Rows and columns of the tensor that stays.
    fn sides(&self, stays: Stationary) -> (u64, u64) {
        match stays {
            Stationary::Output => (self.m, self.n),
            Stationary::Input => (self.m, self.k),
            Stationary::Weight => (self.k, self.n),
        }
    }

    /// What crosses with a plan.
    pub fn crossing(&self, widths: Widths, plan: Plan) -> Crossing {
        let [m, k, n] = [self.m, self.k, self.n].map(u128::from);
        let (rows, columns) = self.sides(plan.stays);
        let down = u128::from(rows.div_ceil(plan.rows.max(1)));
        let across = u128::from(columns.div_ceil(plan.columns.max(1)));
        let (a, b, visits) = match plan.stays {
            Stationary::Output => (across, down, 1),
            Stationary::Input => (1, down, across),
            Stationary::Weight => (across, 1, down),
        };
        // What does not fit is as large as can be; whoever asks for it asks first
        // whether it fits.
        let times = |factors: [u128; 4]| factors.into_iter().fold(1, u128::saturating_mul);
        Crossing {
            a: times([m, k, a, u128::from(widths.a)]),
            b: times([k, n, b, u128::from(widths.b)]),
            partial: times([m, n, visits.saturating_sub(1), u128::from(widths.partial)]),
            result: times([m, n, 1, u128::from(widths.result)]),
        }
    }

    /// The plan with the least traffic through a buffer of `capacity` bits.
    /// Nothing where it does not hold an element of each tensor.
    pub fn best(&self, widths: Widths, capacity: u128, tiles: Tiles) -> Option<Plan> {
        let mut best: Option<(u128, Plan)> = None;
        for stays in Stationary::ALL {
            for plan in self.plans(stays, widths, capacity, tiles) {
                let total = self.crossing(widths, plan).total();
                if best.is_none_or(|(least, _)| total < least) {
                    best = Some((total, plan));
                }
            }
        }
        best.map(|(_, plan)| plan)
    }

    /// For each number of rows worth a look the most columns that fit.
    fn plans(
        &self,
        stays: Stationary,
        widths: Widths,
        capacity: u128,
        tiles: Tiles,
    ) -> impl Iterator<Item = Plan> {
        let (rows, columns) = self.sides(stays);
        let line = widths.lines(stays);
        let across = steps(columns, tiles);
        steps(rows, tiles).into_iter().map_while(move |rows| {
            let left = capacity.checked_sub(line.beside_row * u128::from(rows))?;
            let most = left / (line.element * u128::from(rows) + line.beside_column);
            let columns = match across.partition_point(|&step| u128::from(step) <= most) {
                0 => return None,
                at => *across.get(at - 1)?,
            };
            Some(Plan {
                stays,
                rows,
                columns,
            })
        })
    }

    /// How many bits a plan needs at the same time.
    pub fn need(widths: Widths, plan: Plan) -> u128 {
        let line = widths.lines(plan.stays);
        let (rows, columns) = (u128::from(plan.rows), u128::from(plan.columns));
        rows * columns * line.element + rows * line.beside_row + columns * line.beside_column
    }

    /// Every tile worth a look, of every tensor, in no order.
    pub(super) fn all_plans(&self, tiles: Tiles) -> impl Iterator<Item = Plan> {
        let matrix = *self;
        Stationary::ALL.into_iter().flat_map(move |stays| {
            let (rows, columns) = matrix.sides(stays);
            let across = steps(columns, tiles);
            steps(rows, tiles).into_iter().flat_map(move |rows| {
                let plan = move |columns| Plan {
                    stays,
                    rows,
                    columns,
                };
                across.clone().into_iter().map(plan)
            })
        })
    }
}

/// What a tile and the lines beside it take, in bits.
struct Lines {
    element: u128,
    beside_row: u128,
    beside_column: u128,
}

impl Widths {
    fn lines(self, stays: Stationary) -> Lines {
        let (element, beside_row, beside_column) = match stays {
            Stationary::Output => (self.partial, self.a, self.b),
            Stationary::Input => (self.a, self.partial, self.b),
            Stationary::Weight => (self.b, self.a, self.partial),
        };
        Lines {
            element: u128::from(element),
            beside_row: u128::from(beside_row),
            beside_column: u128::from(beside_column),
        }
    }
}

/// Which of two plans of a product is taken: the one with less traffic, then
/// in the order of [`Stationary::ALL`], then the one with fewer rows.
pub(super) fn preferred(a: &(u128, Plan), b: &(u128, Plan)) -> Ordering {
    let key = |(total, plan): &(u128, Plan)| (*total, plan.stays, plan.rows, plan.columns);
    key(a).cmp(&key(b))
}
