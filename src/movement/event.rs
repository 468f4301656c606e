//! Spikes as events: the addresses of the ones instead of a bit for each.
//!
//! A product that takes events goes by them: each fetches the weights that it
//! meets, a row of a matrix, and adds them to the sums that they belong to. So
//! weights that meet no one are not fetched. Tiles there are only of the
//! columns: as many as there is room for sums, and for each of their tiles all
//! events come again. Where the weights fit beside them, none is fetched twice.

use std::sync::Arc;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};
use petgraph::graph::NodeIndex;

use super::contraction::Contraction;
use super::finder::{Finder, Read, role_of_result};
use super::rounds::from_far;
use super::setting::{Role, Spikes};
use super::steps::{Tiles, steps};
use crate::graph::{Einsum, Tensor};
use crate::number::{self, whole};
use crate::symbolic::{EvalError, Expr, Function, Prepared, Steps};

impl Finder<'_> {
    /// Whether a tensor that an op gives lies in memory as events: it holds
    /// zeros and ones, and how many ones there are is known.
    pub(super) fn has_events(&self, tensor: &Tensor) -> bool {
        self.spikes == Spikes::Events && tensor.domain.is_binary() && tensor.density.is_some()
    }

    /// How many ones a tensor of events has, and the bits of one's address.
    pub(super) fn events(&self, tensor: &Tensor) -> (Expr, Expr) {
        let positions = self.sizes.bind(&tensor.elements());
        let share = tensor.density.clone().unwrap_or_else(Expr::one);
        let address = Expr::call(Arc::new(Address), vec![positions.clone()]);
        (
            &positions * &self.sizes.bind(&share),
            self.sizes.now(address),
        )
    }

    /// A product of which `events` are one operand and `other` is the second.
    pub(super) fn by_event(
        &mut self,
        at: NodeIndex,
        einsum: &Einsum,
        reads: &[Read],
        contraction: &Contraction,
        [events, other]: [usize; 2],
    ) {
        let op = &self.graph.ops()[at];
        let (Some(events), Some(weights)) = (reads.get(events), reads.get(other)) else {
            return;
        };
        let runs = self.runs(op);
        let space = self.sizes.bind(&einsum.iteration_space());
        let taken = &space * &self.sizes.bind(&einsum.density);
        let fetched = &taken * &weights.width;
        let each_once = fetched.smaller(&weights.bits());
        let [head, column, columns] = self.room_by_event(at, contraction, events, (other, weights));
        let held = match other == contraction.first {
            true => &contraction.elements[0],
            false => &contraction.elements[1],
        };
        let held = &(&self.sizes.bind(held) * &weights.width) + &(&head + &column);
        let arrivals = [
            self.arrivals(at, events, None),
            self.arrivals(at, weights, Some(events)),
        ];
        let stays = self.stays(at);
        let results = self.result_bits(op);
        let sums = self.sizes.bind(&op.output.elements());
        let added = &(&taken.larger(&sums) - &sums) * &self.partial(op);
        for level in 0..self.capacities.len() {
            let below = level.checked_sub(1);
            let capacity = below.and_then(|below| self.capacities.get(below).cloned().flatten());
            let (passes, of_weights) = match (capacity, below) {
                (Some(capacity), _) => {
                    let fit = self.sizes.fits(held.clone(), capacity.clone());
                    let arguments = vec![capacity, head.clone(), column.clone(), columns.clone()];
                    let passes = self.sizes.now(Expr::call(Arc::new(Passes), arguments));
                    (passes, &fetched - &(&fit * &(&fetched - &each_once)))
                }
                (None, Some(_)) => (Expr::one(), each_once.clone()),
                (None, None) => (Expr::one(), fetched.clone()),
            };
            let of_events = &(&events.bits() * &passes) * &runs;
            self.bring(at, level, &arrivals[0], &of_events);
            self.bring(at, level, &arrivals[1], &(&of_weights * &runs));
            let written = &(&results * &runs) * &self.crosses(level, &stays);
            self.up(at, level, role_of_result(op), &written);
            if level == 0 {
                // Every event reads and writes the sums that it adds to.
                self.up(at, level, Role::Partial, &(&added * &runs));
                self.down(at, level, Role::Partial, &(&added * &runs));
            }
            self.bias(at, einsum, reads, level);
        }
        // Of the weights at least the share that one step's events meet.
        let share = fetched.divide(&space).unwrap_or_else(Expr::zero);
        let met = &share.divide(&weights.width).unwrap_or_else(Expr::zero) * &weights.bits();
        let least = [events.bits(), met, results];
        let mut bound = Expr::zero();
        let [of_events, of_weights] = arrivals.each_ref().map(|arrivals| from_far(arrivals));
        let shares = [of_events, of_weights, &Expr::one() - &stays];
        for (bits, share) in least.iter().zip(&shares) {
            bound += &(bits * share);
        }
        self.bound += &(&bound * &runs);
    }

    /// Bits of an event, bits that one column takes beside it, and columns: the
    /// sums that an event may add to, and the weights that it fetches. Where
    /// windows slide, these are the sums of as many lines as a window has.
    fn room_by_event(
        &self,
        at: NodeIndex,
        contraction: &Contraction,
        events: &Read,
        (other, weights): (usize, &Read),
    ) -> [Expr; 3] {
        let bind = |expr: &Expr| self.sizes.bind(expr);
        let axes: Vec<&[Expr]> = contraction
            .extents
            .get(3..)
            .unwrap_or(&[])
            .chunks(6)
            .collect();
        let number = |axis: &[Expr], number: usize| axis.get(number).map_or_else(Expr::one, bind);
        let is_first = other == contraction.second;
        let (mut sums, mut row) = (Expr::one(), Expr::one());
        for (place, axis) in axes.into_iter().enumerate() {
            let lines = usize::from(is_first && place == 0);
            sums = &sums * &number(axis, lines);
            if is_first {
                row = &row * &number(axis, 1);
            }
        }
        let columns = if is_first { 2 } else { 0 };
        let columns = contraction
            .extents
            .get(columns)
            .map_or_else(Expr::one, bind);
        let sums = &sums * &self.partial(&self.graph.ops()[at]);
        [
            events.width.clone(),
            &sums + &(&row * &weights.width),
            columns,
        ]
    }
}

/// How many bits tell so many positions apart.
#[derive(Debug)]
struct Address;

impl Address {
    fn bits(positions: &BigInt) -> u64 {
        let last = positions - BigInt::one();
        if last.is_positive() { last.bits() } else { 1 }
    }
}

impl Function for Address {
    fn name(&self) -> &str {
        "address"
    }

    fn evaluate(&self, arguments: &[BigRational]) -> Result<BigRational, EvalError> {
        match arguments {
            [positions] => Ok(whole(Address::bits(&positions.ceil().to_integer()))),
            _ => Err(EvalError::NoValue("`address` takes one number".to_owned())),
        }
    }

    fn prepare(&self, _: &[Option<f64>]) -> Prepared {
        Box::new(|arguments| match arguments {
            [positions] if *positions <= 2.0 => 1.0,
            [positions] => BigRational::from_float(positions.ceil())
                .map_or(f64::NAN, |value| Address::bits(value.numer()) as f64),
            _ => f64::NAN,
        })
    }
}

/// Into how many tiles columns are cut, so that one of them fits: of the
/// capacity, what is there beside the columns, what one column takes, columns.
#[derive(Debug)]
struct Passes;

impl Function for Passes {
    fn name(&self) -> &str {
        "passes"
    }

    fn evaluate(&self, arguments: &[BigRational]) -> Result<BigRational, EvalError> {
        let [capacity, head, column, columns] = arguments else {
            return Err(EvalError::NoValue("`passes` takes four numbers".to_owned()));
        };
        let need = head + column;
        if capacity < &need || !column.is_positive() {
            let [capacity, need] = [capacity.floor(), need.ceil()].map(|bits| number::plain(&bits));
            return Err(EvalError::NoValue(format!(
                "it holds {capacity} bits, and an event, its weights and their sums take {need}"
            )));
        }
        if columns.is_zero() {
            return Ok(BigRational::zero());
        }
        let fit = ((capacity - head) / column).floor();
        Ok((columns / fit).ceil())
    }

    fn steps(&self, known: &[Option<f64>]) -> Option<Steps> {
        let [None, Some(head), Some(column), Some(columns)] = known else {
            return None;
        };
        let extent = columns.to_u64().filter(|_| columns.fract() == 0.0)?;
        let sizes = steps(extent, Tiles::Any).into_iter();
        let points = sizes.map(|size| (head + column * size as f64, extent.div_ceil(size) as f64));
        Some(Steps::new(points.collect()))
    }

    fn prepare(&self, _: &[Option<f64>]) -> Prepared {
        Box::new(|arguments| match arguments {
            [capacity, head, column, columns] if capacity - head >= *column => {
                (columns / ((capacity - head) / column).floor()).ceil()
            }
            _ => f64::NAN,
        })
    }
}
