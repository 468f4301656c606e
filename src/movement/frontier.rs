//! Traffic as a function of the capacity: a staircase.
//!
//! What a sweep over capacities asks a million times is worked out once: of
//! all plans that are worth a look, those that no other beats with less room.

use super::matrix::{Crossing, Matrix, Plan, Widths, preferred};
use super::steps::Tiles;

/// Products with more plans than this are solved anew at each capacity.
const MAX_PLANS: usize = 1 << 20;

/// The best plan for every capacity.
#[derive(Debug, Clone, PartialEq)]
pub struct Frontier {
    /// From how many bits on which plan is the best, and what crosses then; in
    /// rising order.
    steps: Vec<(u128, Plan, Crossing)>,
}

impl Frontier {
    /// The staircase of a product; nothing where there are too many plans.
    pub fn of(matrix: Matrix, widths: Widths, tiles: Tiles) -> Option<Frontier> {
        let mut plans: Vec<(u128, (u128, Plan), Crossing)> = Vec::new();
        for plan in matrix.all_plans(tiles) {
            if plans.len() == MAX_PLANS {
                return None;
            }
            let crossing = matrix.crossing(widths, plan);
            let cost = (crossing.total(), plan);
            plans.push((Matrix::need(widths, plan), cost, crossing));
        }
        // Of two that need as much the better stands first.
        plans.sort_by(|a, b| (a.0.cmp(&b.0)).then_with(|| preferred(&a.1, &b.1)));
        let mut steps: Vec<(u128, Plan, Crossing)> = Vec::new();
        let mut best: Option<(u128, Plan)> = None;
        for (need, cost, crossing) in plans {
            if best.is_some_and(|best| preferred(&best, &cost).is_le()) {
                continue;
            }
            best = Some(cost);
            steps.push((need, cost.1, crossing));
        }
        Some(Frontier { steps })
    }

    /// From which capacity on how much of one part crosses, in rising order.
    pub(super) fn part(&self, part: impl Fn(&Crossing) -> u128) -> Vec<(f64, f64)> {
        let steps = self.steps.iter();
        steps
            .map(|(need, _, crossing)| (*need as f64, part(crossing) as f64))
            .collect()
    }

    /// The best plan for a buffer of `capacity` bits, and what crosses.
    pub fn at(&self, capacity: u128) -> Option<(Plan, Crossing)> {
        let at = self
            .steps
            .partition_point(|(need, ..)| *need <= capacity)
            .checked_sub(1)?;
        let (_, plan, crossing) = self.steps.get(at)?;
        Some((*plan, *crossing))
    }
}
