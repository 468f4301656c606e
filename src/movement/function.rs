//! The traffic of tiles as functions of extents, widths and the capacity.
//!
//! One search gives several numbers: bits of either operand, of partial sums.
//! Each is a function of its own in the expressions that traffic is made of,
//! and all ask one [`Searches`], which remembers what it found.

use std::sync::{Arc, Mutex};

use num_rational::BigRational;
use num_traits::{One, Signed, ToPrimitive, Zero};

use super::frontier::Frontier;
use super::matrix::{Crossing, Matrix, Plan, Widths};
use super::steps::Tiles;
use super::window::{Convolution, WindowAxis};
use crate::hash::FastMap;
use crate::number::{self, whole};
use crate::symbolic::{EvalError, Expr, Function, Prepared, Steps};

/// Extents above this are no extents of tiles.
const MAX_EXTENT: u64 = 1 << 50;
/// So many results are remembered.
const MAX_KNOWN: usize = 1 << 12;

/// One of the numbers that a search for tiles gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Part {
    /// Bits of the first operand that are read.
    A,
    /// Of the second.
    B,
    /// Of sums on their way that are written, and as many read.
    Partial,
}

impl Part {
    pub(super) const ALL: [Part; 3] = [Part::A, Part::B, Part::Partial];

    fn of(self, crossing: &Crossing) -> u128 {
        match self {
            Part::A => crossing.a,
            Part::B => crossing.b,
            Part::Partial => crossing.partial,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Part::A => "first",
            Part::B => "second",
            Part::Partial => "partial",
        }
    }
}

/// Searches for tiles, and what they found.
#[derive(Debug)]
pub(super) struct Searches {
    tiles: Tiles,
    known: Mutex<FastMap<Vec<u64>, Option<Crossing>>>,
    frontiers: Mutex<FastMap<Vec<u64>, Option<Arc<Frontier>>>>,
}

impl Searches {
    pub(super) fn new(tiles: Tiles) -> Arc<Searches> {
        Arc::new(Searches {
            tiles,
            known: Mutex::default(),
            frontiers: Mutex::default(),
        })
    }

    /// One part of what crosses, as a function of `arguments`, in a unit of which
    /// so many make a bit.
    pub(super) fn part(
        self: &Arc<Searches>,
        part: Part,
        per_bit: u64,
        arguments: Vec<Expr>,
    ) -> Expr {
        let name = match self.tiles {
            Tiles::Any => format!("tiles.{}", part.name()),
            Tiles::Divisors => format!("divisors.{}", part.name()),
        };
        let function = TileTraffic {
            name,
            part,
            per_bit,
            searches: Arc::clone(self),
        };
        Expr::call(Arc::new(function), arguments)
    }

    /// Which tiles there are.
    pub(super) fn tiles(&self) -> Tiles {
        self.tiles
    }

    /// What crosses at every capacity of a product with these widths and extents;
    /// nothing for a convolution, or where there are too many plans.
    fn frontier(&self, arguments: &[u64]) -> Option<Arc<Frontier>> {
        let [a, b, partial, result, m, k, n] = *<&[u64; 7]>::try_from(arguments).ok()?;
        let mut frontiers = self.frontiers.lock().ok()?;
        if let Some(found) = frontiers.get(arguments) {
            return found.clone();
        }
        let widths = Widths {
            a,
            b,
            partial,
            result,
        };
        let matrix = Matrix { m, k, n };
        let countable = matrix.is_countable() && m > 0 && k > 0 && n > 0;
        let found = countable.then(|| Frontier::of(matrix, widths, self.tiles));
        let found = found.flatten().map(Arc::new);
        frontiers.insert(arguments.to_vec(), found.clone());
        found
    }

    fn search(&self, arguments: &[u64]) -> Option<Crossing> {
        let Ok(mut known) = self.known.lock() else {
            return search(arguments, self.tiles);
        };
        if let Some(found) = known.get(arguments) {
            return *found;
        }
        let found = search(arguments, self.tiles);
        if known.len() >= MAX_KNOWN {
            known.clear();
        }
        known.insert(arguments.to_vec(), found);
        found
    }
}

/// The arguments of a search: the capacity in bits, then the widths, then the
/// extents of a product (m, k, n) or of a convolution (batch, channels, filters
/// and six numbers for every axis).
const HEAD: usize = 5;

fn search(arguments: &[u64], tiles: Tiles) -> Option<Crossing> {
    let (head, extents) = arguments.split_at_checked(HEAD)?;
    let [capacity, a, b, partial, result] = *<&[u64; HEAD]>::try_from(head).ok()?;
    let (widths, capacity) = (
        Widths {
            a,
            b,
            partial,
            result,
        },
        u128::from(capacity),
    );
    if extents.contains(&0) && extents.len() == 3 {
        return Some(Crossing::default());
    }
    match extents {
        [m, k, n] => {
            let (m, k, n) = (*m, *k, *n);
            let matrix = Matrix { m, k, n };
            matrix.is_countable().then_some(())?;
            let plan = matrix.best(widths, capacity, tiles)?;
            Some(matrix.crossing(widths, plan))
        }
        [batch, channels, filters, axes @ ..] => {
            let axes: Vec<WindowAxis> = axes.chunks(6).filter_map(window_axis).collect();
            let convolution = Convolution {
                batch: *batch,
                channels: *channels,
                filters: *filters,
                axes,
            };
            if convolution.is_empty() {
                return Some(Crossing::default());
            }
            let (_, crossing) = convolution.best(widths, capacity, tiles)?;
            Some(crossing)
        }
        _ => None,
    }
}

/// The best plan of a product of matrices for the arguments of a search; nothing
/// for a convolution, or where no tile fits.
pub(super) fn plan(arguments: &[BigRational], tiles: Tiles) -> Option<Plan> {
    let numbers: Option<Vec<u64>> = arguments.iter().map(extent).collect();
    let [capacity, a, b, partial, result, m, k, n] =
        *<&[u64; 8]>::try_from(numbers?.as_slice()).ok()?;
    let widths = Widths {
        a,
        b,
        partial,
        result,
    };
    let matrix = Matrix { m, k, n };
    matrix.is_countable().then_some(())?;
    matrix.best(widths, u128::from(capacity), tiles)
}

fn window_axis(numbers: &[u64]) -> Option<WindowAxis> {
    let [outputs, taps, stride, dilation, padding, input] = *<&[u64; 6]>::try_from(numbers).ok()?;
    Some(WindowAxis {
        outputs,
        taps,
        stride,
        dilation,
        padding,
        input,
    })
}

/// One part of what crosses.
#[derive(Debug)]
struct TileTraffic {
    name: String,
    part: Part,
    /// How many units make a bit.
    per_bit: u64,
    searches: Arc<Searches>,
}

impl Function for TileTraffic {
    fn name(&self) -> &str {
        &self.name
    }

    fn evaluate(&self, arguments: &[BigRational]) -> Result<BigRational, EvalError> {
        if let Some(between) = Between::of(arguments) {
            let low = self.evaluate(&between.low)?;
            let high = self.evaluate(&between.high)?;
            return Ok(&low + (&high - &low) * between.share);
        }
        let whole_numbers: Option<Vec<u64>> = arguments.iter().map(extent).collect();
        let whole_numbers = whole_numbers.ok_or_else(|| {
            EvalError::NoValue("an extent of a tile is no whole number".to_owned())
        })?;
        let crossing = self.searches.search(&whole_numbers);
        let crossing =
            crossing.ok_or_else(|| EvalError::NoValue(too_small(&whole_numbers, self.per_bit)))?;
        Ok(whole(self.part.of(&crossing)))
    }

    /// Of a product that stays the same the staircase over all capacities.
    fn steps(&self, known: &[Option<f64>]) -> Option<Steps> {
        let (capacity, rest) = known.split_first()?;
        let rest: Option<Vec<u64>> = rest.iter().map(|value| of_double((*value)?)).collect();
        let frontier = self
            .searches
            .frontier(&rest?)
            .filter(|_| capacity.is_none())?;
        Some(Steps::new(frontier.part(|crossing| self.part.of(crossing))))
    }

    fn prepare(&self, known: &[Option<f64>]) -> Prepared {
        let part = self.part;
        if let Some(steps) = self.steps(known) {
            return Box::new(move |arguments| {
                arguments
                    .first()
                    .map_or(f64::NAN, |capacity| steps.at(*capacity))
            });
        }
        let tiles = self.searches.tiles;
        let at = move |arguments: &mut dyn Iterator<Item = f64>| {
            let numbers: Option<Vec<u64>> = arguments.map(of_double).collect();
            let crossing = numbers.and_then(|numbers| search(&numbers, tiles));
            crossing.map_or(f64::NAN, |crossing| part.of(&crossing) as f64)
        };
        Box::new(move |arguments| {
            let fractions = arguments.iter().map(|value| value.fract());
            let share = fractions.into_iter().find(|share| *share != 0.0);
            let low = at(&mut arguments.iter().map(|value| value.floor()));
            match share {
                None => low,
                Some(share) => {
                    let high = at(&mut arguments.iter().map(|value| value.ceil()));
                    low + (high - low) * share
                }
            }
        })
    }
}

/// Why no tile fits: what is there, and what one of the smallest takes.
fn too_small(arguments: &[u64], per_bit: u64) -> String {
    if let Some([m, k, n]) = arguments.get(HEAD..) {
        let (m, k, n) = (*m, *k, *n);
        if !(Matrix { m, k, n }).is_countable() {
            return format!("a product of {m} × {k} by {k} × {n} is too large to be tiled");
        }
    }
    let [capacity, a, b, sum] = [0, 1, 2, 3].map(|at| arguments.get(at).copied().unwrap_or(0));
    let axes = arguments.get(HEAD + 3..).unwrap_or(&[]).chunks(6);
    let taps = axes.filter_map(|axis| axis.get(1));
    let taps = taps.fold(1_u64, |all, taps| all.saturating_mul(*taps));
    let [a, b] = [a, b].map(|bits| bits.saturating_mul(taps));
    let need = a.saturating_add(b).saturating_add(sum);
    let in_bits = |units: u64| number::plain(&(whole(units) / whole(per_bit)));
    let [capacity, a, b, sum, need] = [capacity, a, b, sum, need].map(in_bits);
    let element = if taps == 1 { "an element" } else { "a window" };
    format!(
        "it holds {capacity} bits, of which {element} of one operand takes {a}, of the other \
         {b}, and a sum {sum}: {need} in all"
    )
}

/// Arguments that are not all whole, as what a sensitivity asks for is not: the
/// whole ones on either side, between which the value is interpolated.
struct Between {
    low: Vec<BigRational>,
    high: Vec<BigRational>,
    /// How far it is from the low ones to the high ones.
    share: BigRational,
}

impl Between {
    fn of(arguments: &[BigRational]) -> Option<Between> {
        let first = arguments.iter().find(|value| !value.is_integer())?;
        Some(Between {
            low: arguments.iter().map(BigRational::floor).collect(),
            high: arguments.iter().map(BigRational::ceil).collect(),
            share: first.fract(),
        })
    }
}

pub(super) fn extent(value: &BigRational) -> Option<u64> {
    let whole = value.is_integer().then(|| value.numer().to_u64())?;
    whole.filter(|extent| *extent <= MAX_EXTENT)
}

fn of_double(value: f64) -> Option<u64> {
    let is_extent = value >= 0.0 && value <= MAX_EXTENT as f64 && value.fract() == 0.0;
    is_extent.then_some(value as u64)
}

/// 1 where a tensor of so many bits fits into so many, 0 elsewhere.
pub(super) fn fits(bits: Expr, capacity: Expr) -> Expr {
    Expr::call(Arc::new(Fits), vec![bits, capacity])
}

#[derive(Debug)]
struct Fits;

impl Function for Fits {
    fn name(&self) -> &str {
        "fits"
    }

    fn evaluate(&self, arguments: &[BigRational]) -> Result<BigRational, EvalError> {
        let [bits, capacity] = arguments else {
            return Err(EvalError::NoValue("`fits` takes two numbers".to_owned()));
        };
        Ok(if bits <= capacity {
            BigRational::one()
        } else {
            BigRational::zero()
        })
    }

    fn steps(&self, known: &[Option<f64>]) -> Option<Steps> {
        match known {
            [Some(bits), None] => Some(Steps::new(vec![(0.0, 0.0), (*bits, 1.0)])),
            _ => None,
        }
    }

    fn prepare(&self, _: &[Option<f64>]) -> Prepared {
        Box::new(|arguments| match arguments {
            [bits, capacity] if bits <= capacity => 1.0,
            [_, capacity] if !capacity.is_nan() => 0.0,
            _ => f64::NAN,
        })
    }
}

/// The least bits that any schedule moves: see [`super::lower_bound`]. The
/// arguments are those of a product of matrices.
pub(super) fn bound(arguments: Vec<Expr>) -> Expr {
    Expr::call(Arc::new(Bound), arguments)
}

#[derive(Debug)]
struct Bound;

impl Bound {
    fn value(arguments: &[f64]) -> Option<f64> {
        let numbers: Option<Vec<u64>> = arguments.iter().map(|value| of_double(*value)).collect();
        let [capacity, a, b, partial, result, m, k, n] =
            *<&[u64; 8]>::try_from(numbers?.as_slice()).ok()?;
        let widths = Widths {
            a,
            b,
            partial,
            result,
        };
        let matrix = Matrix { m, k, n };
        Some(super::lower_bound(matrix, widths, u128::from(capacity)).floor())
    }
}

impl Function for Bound {
    fn name(&self) -> &str {
        "bound"
    }

    fn evaluate(&self, arguments: &[BigRational]) -> Result<BigRational, EvalError> {
        let doubles: Vec<f64> = arguments.iter().map(number::to_f64).collect();
        let value = Bound::value(&doubles).and_then(BigRational::from_float);
        let value = value.filter(|value| !value.is_negative());
        value.ok_or_else(|| EvalError::NoValue("an extent is no whole number".to_owned()))
    }

    fn prepare(&self, _: &[Option<f64>]) -> Prepared {
        Box::new(|arguments| Bound::value(arguments).unwrap_or(f64::NAN))
    }
}
