//! Where a claim begins and ends to hold.
//!
//! A [`Claim`] holds where f = (1 − s)·E_b − E_v ≥ 0. Where f is a Laurent
//! polynomial xᵏ·p(x) in the symbol in question, its sign for x > 0 is that of
//! p, and can only change at a root of p; [`roots`] finds all of them. Between
//! two neighbouring roots one value tells the sign of all.
//!
//! For whole numbers the roots only say where to look. The last number at
//! which the claim holds and the first at which it does not are whole numbers
//! that the model accepts (8 heads divide 512 columns, 7 do not), found by
//! walking away from the root, and f is evaluated exactly at each number so
//! close to a root that the root is not known well enough.
//!
//! Where the symbol stands in a floor, a maximum or a divisor of several
//! terms, f is no polynomial. Up to 10⁶ whole numbers are then simply tried.

use std::collections::BTreeSet;
use std::fmt;

use num_rational::BigRational;
use num_traits::Signed;
use rayon::prelude::*;

use super::axis::{Axis, Grid, Range};
use super::claim::Claim;
use super::polynomial::{Laurent, Polynomial};
use super::sturm::{Root, roots};
use crate::number::whole;
use crate::symbolic::{EvalError, Expr, Values};

/// At most so many whole numbers are tried one by one.
pub const MAX_TRIED: u64 = 1_000_000;

/// Where a claim holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Solution {
    /// Where f passes or touches 0, in order.
    pub crossings: Vec<Crossing>,
    /// Where the claim holds, in order; all that is between neighbouring
    /// spans is where it does not, or what the model refuses.
    pub holds: Vec<Span>,
    /// Whether f is 0 throughout.
    pub identical: bool,
    /// How many numbers of the range the model refuses; nothing where there
    /// are too many to try, or where the range is not one of whole numbers.
    pub refused: Option<u64>,
}

/// A value at which f passes or touches 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// The root; nothing where whole numbers were tried one by one.
    pub root: Option<Root>,
    /// On which side of it the claim holds.
    pub side: Holds,
    /// For whole numbers, where the claim holds on one side only: the last one
    /// before and the first one after the change that the model accepts.
    pub neighbours: Option<(u64, u64)>,
}

impl Crossing {
    /// For whole numbers, those next to the change: where the claim holds, and
    /// where it does not.
    pub fn holds_and_fails(&self) -> Option<(u64, u64)> {
        let (before, after) = self.neighbours?;
        match self.side {
            Holds::Below => Some((before, after)),
            Holds::Above => Some((after, before)),
            Holds::Around | Holds::Only => None,
        }
    }
}

/// On which side of a root a claim holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Up to the root.
    Below,
    /// From the root on.
    Above,
    /// On both sides: f touches 0 from above.
    Around,
    /// At the root only.
    Only,
}

/// Consecutive values, both ends included unless `open`.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// The first value.
    pub from: BigRational,
    /// The last; there is none where nothing ends it.
    pub to: Option<BigRational>,
    /// Whether `from` itself has no value: 0, where something is divided by
    /// it or nothing is left to compare.
    pub open: bool,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Unsolved {
    /// The symbol stands in a floor, a maximum or a divisor, and the range is
    /// not one of whole numbers.
    NoPolynomial,
    /// Likewise, and there are more whole numbers than could be tried.
    TooMany(u64),
    /// The model refuses the whole range.
    AllRefused,
    /// An energy has no value.
    NoValue(EvalError),
}

impl fmt::Display for Unsolved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const WHERE: &str = "it stands in a floor, a maximum or a divisor of several terms, \
                             where only whole numbers can be tried, one by one";
        match self {
            Unsolved::NoPolynomial => f.write_str(WHERE),
            Unsolved::TooMany(count) => {
                write!(f, "{WHERE}; {count} are more than {MAX_TRIED}")
            }
            Unsolved::AllRefused => f.write_str("the model accepts no value of the range"),
            Unsolved::NoValue(error) => write!(f, "an energy has no value: {error}"),
        }
    }
}

impl std::error::Error for Unsolved {}

/// Where `claim` holds, for the values of `axis` in `range`.
///
/// # Errors
/// See [`Unsolved`].
pub fn solve(claim: &Claim, axis: &Axis, range: &Range) -> Result<Solution, Unsolved> {
    let difference = claim.difference();
    let laurent = Laurent::of(&difference, claim.symbol());
    match (range, laurent) {
        (Range::Real { from, to }, Some(laurent)) => {
            Ok(over_reals(&laurent, claim, from, to.as_ref()))
        }
        (Range::Real { .. }, None) => Err(Unsolved::NoPolynomial),
        (Range::Whole(grid), Some(laurent)) => over_whole(&laurent, axis, *grid),
        (Range::Whole(grid), None) if grid.len() <= MAX_TRIED => {
            tried(&difference, claim, axis, *grid)
        }
        (Range::Whole(grid), None) => Err(Unsolved::TooMany(grid.len())),
    }
}

/// The signs of a polynomial over an interval: its roots, and the sign in
/// each gap before, between and after them. A root at an end of the interval
/// has a gap on its other side too; only below 0 there is none.
struct Signs {
    roots: Vec<Root>,
    gaps: Vec<Option<i8>>,
}

impl Signs {
    fn new(polynomial: &Polynomial, from: &BigRational, to: Option<&BigRational>) -> Signs {
        let roots = roots(polynomial, from, to);
        let between = |a: &BigRational, b: &BigRational| polynomial.sign_at(&((a + b) / whole(2)));
        let mut gaps = Vec::with_capacity(roots.len() + 1);
        gaps.push(match roots.first() {
            Some(first) if first.high == *from => below(polynomial, from),
            Some(first) => Some(between(from, &first.low)),
            None => None,
        });
        for pair in roots.windows(2) {
            gaps.push(Some(between(&pair[0].high, &pair[1].low)));
        }
        gaps.push(Some(match (roots.last(), to) {
            (_, None) => polynomial.sign_at_infinity(),
            (Some(last), Some(to)) if last.low == *to => above(polynomial, to),
            (last, Some(to)) => between(last.map_or(from, |root| &root.high), to),
        }));
        if roots.is_empty() {
            gaps.remove(0);
        }
        Signs { roots, gaps }
    }

    /// Whether the claim holds in the gap before the root of this number.
    fn before(&self, root: usize) -> Option<bool> {
        (*self.gaps.get(root)?).map(|sign| sign >= 0)
    }

    fn side(&self, root: usize) -> Holds {
        let (before, after) = (self.before(root), self.before(root + 1));
        match (before, after) {
            (Some(true), Some(true)) => Holds::Around,
            (Some(true), _) => Holds::Below,
            (_, Some(true)) => Holds::Above,
            _ => Holds::Only,
        }
    }
}

/// The sign just below the root `at`; there is nothing below 0.
fn below(polynomial: &Polynomial, at: &BigRational) -> Option<i8> {
    let zero = whole(0);
    if !at.is_positive() {
        return None;
    }
    let lower = roots(polynomial, &zero, Some(at));
    let previous = lower.iter().rev().find(|root| root.high < *at);
    let start = previous.map_or(&zero, |root| &root.high);
    Some(polynomial.sign_at(&((start + at) / whole(2))))
}

/// The sign just above the root `at`.
fn above(polynomial: &Polynomial, at: &BigRational) -> i8 {
    let higher = roots(polynomial, at, None);
    match higher.iter().find(|root| root.low > *at) {
        Some(next) => polynomial.sign_at(&((at + &next.low) / whole(2))),
        None => polynomial.sign_at_infinity(),
    }
}

fn over_reals(
    laurent: &Laurent,
    claim: &Claim,
    from: &BigRational,
    to: Option<&BigRational>,
) -> Solution {
    // At 0 something may be divided by 0, or both cost nothing; else a factor
    // xᵏ of f means that 0 is a root.
    let open = !from.is_positive() && !matches!(claim.saving_at(from), Ok(Some(_)));
    let signs = if !from.is_positive() && !open && laurent.shift > 0 {
        Signs::new(&laurent.polynomial.shifted(1), from, to)
    } else {
        Signs::new(&laurent.polynomial, from, to)
    };
    let mut holds: Vec<Span> = Vec::new();
    let mut current: Option<Span> = None;
    if signs.before(0) == Some(true) {
        current = Some(Span {
            from: from.clone(),
            to: None,
            open,
        });
    }
    for (at, root) in signs.roots.iter().enumerate() {
        let after = signs.before(at + 1) == Some(true);
        match (current.take(), after) {
            (Some(span), true) => current = Some(span),
            (Some(span), false) => holds.push(Span {
                to: Some(root.low.clone()),
                ..span
            }),
            (None, true) => {
                current = Some(Span {
                    from: root.high.clone(),
                    to: None,
                    open: false,
                });
            }
            (None, false) => holds.push(Span {
                from: root.value(),
                to: Some(root.value()),
                open: false,
            }),
        }
    }
    if let Some(span) = current {
        holds.push(Span {
            to: to.cloned(),
            ..span
        });
    }
    let crossing = |(at, root): (usize, &Root)| Crossing {
        root: Some(root.clone()),
        side: signs.side(at),
        neighbours: None,
    };
    Solution {
        crossings: signs.roots.iter().enumerate().map(crossing).collect(),
        holds,
        identical: laurent.polynomial.is_zero(),
        refused: None,
    }
}

/// Points of a grid, by their numbers, at all of which the claim holds, or at
/// none.
#[derive(Debug, Clone, Copy)]
struct Piece {
    first: u64,
    last: u64,
    holds: bool,
}

fn over_whole(laurent: &Laurent, axis: &Axis, grid: Grid) -> Result<Solution, Unsolved> {
    let (from, to) = (whole(grid.from), whole(grid.last()));
    let signs = Signs::new(&laurent.polynomial, &from, Some(&to));
    let mut pieces: Vec<Piece> = Vec::new();
    // So many points have been dealt with.
    let mut done = 0;
    let mut run = |first: u64, end: u64, holds: bool| {
        if first < end {
            let last = end - 1;
            pieces.push(Piece { first, last, holds });
        }
    };
    for (at, root) in signs.roots.iter().enumerate() {
        let gap = grid.below(&root.low, !root.is_exact()).max(done);
        run(done, gap, signs.before(at) == Some(true));
        // What lies within the little that is not known of the root.
        let end = grid.below(&root.high, root.is_exact()).max(gap);
        for index in gap..end {
            let sign = laurent.polynomial.sign_at(&whole(grid.point(index)));
            run(index, index + 1, sign >= 0);
        }
        done = end;
    }
    let last = signs.before(signs.roots.len());
    run(
        done,
        grid.len(),
        last.unwrap_or(laurent.polynomial.is_zero()),
    );
    let all = axis.admits_all(&from, &to);
    let accepted = if all {
        pieces
    } else {
        trimmed(&pieces, axis, grid)?
    };
    let refused = if all {
        Some(0)
    } else {
        (grid.len() <= MAX_TRIED).then(|| {
            let points = (0..grid.len()).into_par_iter();
            points
                .filter(|at| !axis.admits(&whole(grid.point(*at))))
                .count() as u64
        })
    };
    whole_solution(
        merged(accepted),
        &signs,
        grid,
        laurent.polynomial.is_zero(),
        refused,
    )
}

/// The pieces from the first to the last point that the model accepts, for
/// those that have any.
fn trimmed(pieces: &[Piece], axis: &Axis, grid: Grid) -> Result<Vec<Piece>, Unsolved> {
    let admits = |index: &u64| axis.admits(&whole(grid.point(*index)));
    let mut accepted = Vec::new();
    for piece in pieces {
        let length = piece.last - piece.first + 1;
        let within = usize::try_from(MAX_TRIED).unwrap_or(usize::MAX);
        let first = (piece.first..=piece.last).take(within).find(admits);
        let last = (piece.first..=piece.last).rev().take(within).find(admits);
        match (first, last) {
            (Some(first), Some(last)) => accepted.push(Piece {
                first,
                last,
                ..*piece
            }),
            (None, None) if length <= MAX_TRIED => {}
            _ => return Err(Unsolved::TooMany(length)),
        }
    }
    Ok(accepted)
}

fn merged(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut merged: Vec<Piece> = Vec::new();
    for piece in pieces {
        match merged.last_mut() {
            Some(last) if last.holds == piece.holds => last.last = piece.last,
            _ => merged.push(piece),
        }
    }
    merged
}

fn whole_solution(
    pieces: Vec<Piece>,
    signs: &Signs,
    grid: Grid,
    identical: bool,
    refused: Option<u64>,
) -> Result<Solution, Unsolved> {
    if pieces.is_empty() {
        return Err(Unsolved::AllRefused);
    }
    let mut crossings: Vec<Crossing> = Vec::new();
    let mut told: BTreeSet<usize> = BTreeSet::new();
    for pair in pieces.windows(2) {
        let (before, after) = (grid.point(pair[0].last), grid.point(pair[1].first));
        let mut between = signs.roots.iter().enumerate().filter(|(at, root)| {
            !told.contains(at) && root.high >= whole(before) && root.low <= whole(after)
        });
        let root = between.next().map(|(at, root)| {
            told.insert(at);
            root.clone()
        });
        crossings.push(Crossing {
            root,
            side: if pair[0].holds {
                Holds::Below
            } else {
                Holds::Above
            },
            neighbours: Some((before, after)),
        });
    }
    for (at, root) in signs.roots.iter().enumerate() {
        if !told.contains(&at) {
            crossings.push(Crossing {
                root: Some(root.clone()),
                side: signs.side(at),
                neighbours: None,
            });
        }
    }
    crossings.sort_by_key(|crossing| match (&crossing.root, crossing.neighbours) {
        (Some(root), _) => root.value(),
        (None, Some((before, _))) => whole(before),
        (None, None) => whole(0),
    });
    let holds = pieces.iter().filter(|piece| piece.holds).map(|piece| Span {
        from: whole(grid.point(piece.first)),
        to: Some(whole(grid.point(piece.last))),
        open: false,
    });
    Ok(Solution {
        crossings,
        holds: holds.collect(),
        identical,
        refused,
    })
}

/// Every point of the grid, one by one.
fn tried(difference: &Expr, claim: &Claim, axis: &Axis, grid: Grid) -> Result<Solution, Unsolved> {
    let at = |index: u64| {
        let x = whole(grid.point(index));
        if !axis.admits(&x) {
            return Ok(None);
        }
        let mut values = Values::default();
        values.set(claim.symbol().clone(), x);
        difference
            .evaluate(&values)
            .map(|value| Some((index, value)))
            .map_err(Unsolved::NoValue)
    };
    let points: Vec<Option<(u64, BigRational)>> = (0..grid.len())
        .into_par_iter()
        .map(at)
        .collect::<Result<_, _>>()?;
    let refused = points.iter().filter(|point| point.is_none()).count() as u64;
    let identical = points.iter().flatten().all(|(_, value)| *value == whole(0));
    let pieces = points.iter().flatten().map(|(index, value)| Piece {
        first: *index,
        last: *index,
        holds: !value.is_negative(),
    });
    let none = Signs {
        roots: Vec::new(),
        gaps: Vec::new(),
    };
    whole_solution(
        merged(pieces.collect()),
        &none,
        grid,
        identical,
        Some(refused),
    )
}
