//! Claims on whole numbers: of heads, of tokens, of layers.
//!
//! Roots say where to look; which whole numbers lie on which side, and which
//! of them the model accepts, is found here.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::axis::{ThresholdAxis, WholeSteps};
use super::conditions::Conditions;
use super::polynomial::Laurent;
use super::signs::Signs;
use super::solution::{Crossing, Holds, MAX_TRIED, Solution, Span, Unsolved};
use crate::number::whole;

/// Points of a grid, by their numbers, at all of which the claim holds, or at
/// none.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub(super) first: u64,
    pub(super) last: u64,
    pub(super) holds: bool,
}

/// Where f ≥ 0 for the whole numbers of a grid that the model accepts.
pub(super) fn over_whole(
    laurent: &Laurent,
    axis: &ThresholdAxis,
    grid: WholeSteps,
) -> Result<Solution, Unsolved> {
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
    let tries = Acceptance::new(axis, grid, all);
    whole_solution(
        merged(tries.trimmed(&pieces)?),
        &signs,
        grid,
        laurent.polynomial.is_zero(),
        tries.refused(),
    )
}

/// Which points of a grid the model accepts.
enum Acceptance<'a> {
    /// All of them.
    All,
    /// Those so marked.
    Known(Vec<bool>),
    /// More points than could be tried; those in question are.
    Asked(Conditions<'a>, WholeSteps),
}

impl Acceptance<'_> {
    fn new(axis: &ThresholdAxis, grid: WholeSteps, all: bool) -> Acceptance<'_> {
        if all {
            return Acceptance::All;
        }
        let conditions = Conditions::of(axis);
        if grid.len() > MAX_TRIED {
            return Acceptance::Asked(conditions, grid);
        }
        let points = (0..grid.len()).into_par_iter();
        Acceptance::Known(points.map(|at| conditions.admit(grid.point(at))).collect())
    }

    /// How many points are refused, where that is known.
    fn refused(&self) -> Option<u64> {
        match self {
            Acceptance::All => Some(0),
            Acceptance::Known(points) => Some(points.iter().filter(|yes| !**yes).count() as u64),
            Acceptance::Asked(..) => None,
        }
    }

    fn admits(&self, index: u64) -> bool {
        match self {
            Acceptance::All => true,
            Acceptance::Known(points) => {
                let at = usize::try_from(index).ok().and_then(|at| points.get(at));
                at.copied().unwrap_or(false)
            }
            Acceptance::Asked(conditions, grid) => conditions.admit(grid.point(index)),
        }
    }

    /// The pieces from the first to the last point that the model accepts, for
    /// those that have any.
    fn trimmed(&self, pieces: &[Piece]) -> Result<Vec<Piece>, Unsolved> {
        let mut accepted = Vec::new();
        let within = usize::try_from(MAX_TRIED).unwrap_or(usize::MAX);
        for piece in pieces {
            let length = piece.last - piece.first + 1;
            let points = piece.first..=piece.last;
            let first = points.clone().take(within).find(|at| self.admits(*at));
            let last = points.rev().take(within).find(|at| self.admits(*at));
            match (first, last) {
                (Some(first), Some(last)) => accepted.push(Piece {
                    first,
                    last,
                    ..*piece
                }),
                (None, None) if length <= MAX_TRIED => {}
                _ => return Err(Unsolved::TooSparse(length)),
            }
        }
        Ok(accepted)
    }
}

/// Neighbours of one kind joined.
pub(super) fn merged(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut merged: Vec<Piece> = Vec::new();
    for piece in pieces {
        match merged.last_mut() {
            Some(last) if last.holds == piece.holds => last.last = piece.last,
            _ => merged.push(piece),
        }
    }
    merged
}

/// Crossings and spans from the pieces between them.
pub(super) fn whole_solution(
    pieces: Vec<Piece>,
    signs: &Signs,
    grid: WholeSteps,
    identical: bool,
    refused: Option<u64>,
) -> Result<Solution, Unsolved> {
    if pieces.is_empty() {
        return Err(Unsolved::AllRefused);
    }
    let mut crossings: Vec<Crossing> = Vec::new();
    let mut used: BTreeSet<usize> = BTreeSet::new();
    for pair in pieces.windows(2) {
        let (before, after) = (grid.point(pair[0].last), grid.point(pair[1].first));
        let mut between = signs.roots.iter().enumerate().filter(|(at, root)| {
            !used.contains(at) && root.high >= whole(before) && root.low <= whole(after)
        });
        let root = between.next().map(|(at, root)| {
            used.insert(at);
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
        if !used.contains(&at) {
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
