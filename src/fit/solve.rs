//! Non-negative least squares.
//!
//! The c ≥ 0 that makes ‖A·c − b‖ least is a quadratic program, which Clarabel
//! solves. It is an interior-point method: what belongs at 0 comes out as
//! something like 1e-9. So it says which coefficients are at 0; the others are
//! then those of plain least squares, by singular values.

use clarabel::algebra::{CscMatrix, MatrixMathMut};
use clarabel::solver::SupportedConeT::NonnegativeConeT;
use clarabel::solver::{DefaultSettingsBuilder, DefaultSolver, IPSolver, SolverStatus};
use nalgebra::{DMatrix, DVector};

use super::student::t95;

/// A coefficient whose whole column explains less than this share of what is
/// to be explained is at 0.
const NOTHING: f64 = 1e-6;

/// One coefficient that was found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimated {
    /// Its value; 0 where any other that is allowed fits worse.
    pub value: f64,
    /// Between which bounds it lies 95 times out of 100, not below 0; nothing
    /// where there are no more runs than coefficients.
    pub interval: Option<(f64, f64)>,
}

/// The non-negative coefficients of the columns of `matrix` that come nearest
/// to `target`. The columns must not hang together. Nothing where the solver
/// gives up.
pub(super) fn non_negative(matrix: &DMatrix<f64>, target: &DVector<f64>) -> Option<Vec<Estimated>> {
    let norms: Vec<f64> = matrix.column_iter().map(|column| column.norm()).collect();
    let mut scaled = matrix.clone();
    for (mut column, norm) in scaled.column_iter_mut().zip(&norms) {
        column /= *norm;
    }
    let size = target.norm();
    let rough = quadratic_program(&scaled, &(target / size))?;
    let is_free: Vec<bool> = rough.iter().map(|value| *value > NOTHING).collect();
    let (free, values) = refined(&scaled, target, is_free)?;
    let half_widths = half_widths(&scaled, target, &free);
    let all = values.iter().enumerate().map(|(at, value)| {
        let half = half_widths.as_ref().and_then(|all| all.get(at)).copied();
        let norm = norms.get(at).copied().unwrap_or(1.0);
        // One at 0 would lie below if it could; what bounds it from above is
        // its interval in the fit without the condition.
        let interval = half.map(|(middle, half)| {
            let (low, high) = (middle - half, (middle + half).max(0.0));
            (low.max(0.0) / norm, high / norm)
        });
        Estimated {
            value: value / norm,
            interval,
        }
    });
    Some(all.collect())
}

/// Clarabel: ½·xᵀPx + qᵀx is least, and −x + s = 0 with s ≥ 0.
fn quadratic_program(matrix: &DMatrix<f64>, target: &DVector<f64>) -> Option<Vec<f64>> {
    let size = matrix.ncols();
    let square = matrix.transpose() * matrix;
    let upper: Vec<Vec<f64>> = (0..size)
        .map(|row| {
            let entry = |column: usize| match column >= row {
                true => square.get((row, column)).copied().unwrap_or(0.0),
                false => 0.0,
            };
            (0..size).map(entry).collect()
        })
        .collect();
    let linear = -(matrix.transpose() * target);
    let mut sign = CscMatrix::identity(size);
    sign.negate();
    let settings = DefaultSettingsBuilder::default()
        .verbose(false)
        .tol_gap_abs(1e-12)
        .tol_gap_rel(1e-12)
        .tol_feas(1e-12)
        .build()
        .ok()?;
    let bound = vec![0.0; size];
    let solver = DefaultSolver::new(
        &CscMatrix::from(&upper),
        linear.as_slice(),
        &sign,
        &bound,
        &[NonnegativeConeT(size)],
        settings,
    );
    let mut solver = solver.ok()?;
    solver.solve();
    let is_solved = matches!(
        solver.solution.status,
        SolverStatus::Solved | SolverStatus::AlmostSolved
    );
    is_solved.then(|| solver.solution.x.clone())
}

/// The free coefficients by least squares, the others at 0. One that comes out
/// below 0 by rounding is not free after all.
fn refined(
    matrix: &DMatrix<f64>,
    target: &DVector<f64>,
    mut is_free: Vec<bool>,
) -> Option<(Vec<usize>, Vec<f64>)> {
    loop {
        let free: Vec<usize> = (0..is_free.len())
            .filter(|at| is_free.get(*at) == Some(&true))
            .collect();
        let mut values = vec![0.0; is_free.len()];
        if free.is_empty() {
            return Some((free, values));
        }
        let own = matrix.select_columns(&free);
        let solved = own.svd(true, true).solve(target, f64::EPSILON).ok()?;
        let lowest = free.iter().zip(solved.iter());
        let lowest = lowest.min_by(|(_, a), (_, b)| a.total_cmp(b));
        if let Some((at, value)) = lowest
            && *value < 0.0
        {
            if let Some(is_free) = is_free.get_mut(*at) {
                *is_free = false;
            }
            continue;
        }
        for (at, value) in free.iter().zip(solved.iter()) {
            if let Some(own) = values.get_mut(*at) {
                *own = *value;
            }
        }
        return Some((free, values));
    }
}

/// For each coefficient the middle and half the width of its 95 % interval.
/// Those of free ones come from the fit of these alone; those at 0 from the fit
/// of all without the condition that they are not below 0.
fn half_widths(
    matrix: &DMatrix<f64>,
    target: &DVector<f64>,
    free: &[usize],
) -> Option<Vec<(f64, f64)>> {
    let all: Vec<usize> = (0..matrix.ncols()).collect();
    let mut intervals = unconstrained(matrix, target, &all)?;
    if let Some(own) = unconstrained(matrix, target, free) {
        for (at, interval) in free.iter().zip(own) {
            if let Some(known) = intervals.get_mut(*at) {
                *known = interval;
            }
        }
    }
    Some(intervals)
}

/// Least squares over some columns: each coefficient with t·√(s²·(AᵀA)⁻¹).
fn unconstrained(
    matrix: &DMatrix<f64>,
    target: &DVector<f64>,
    columns: &[usize],
) -> Option<Vec<(f64, f64)>> {
    let degrees = matrix.nrows().checked_sub(columns.len())?;
    if degrees == 0 || columns.is_empty() {
        return None;
    }
    let own = matrix.select_columns(columns);
    let values = own
        .clone()
        .svd(true, true)
        .solve(target, f64::EPSILON)
        .ok()?;
    let residual = (&own * &values - target).norm_squared() / degrees as f64;
    let covariance = (own.transpose() * &own).try_inverse()? * residual;
    let t = t95(degrees);
    let half = covariance
        .diagonal()
        .map(|variance| t * variance.max(0.0).sqrt());
    Some(values.iter().copied().zip(half.iter().copied()).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn values(matrix: &DMatrix<f64>, target: &[f64]) -> Vec<f64> {
        let found = non_negative(matrix, &DVector::from_column_slice(target)).unwrap();
        found.iter().map(|one| one.value).collect()
    }

    #[test]
    fn a_line_by_hand() {
        // y = c0 + c1·x through (0, 1), (1, 3), (2, 4): Σx = 3, Σx² = 5, Σy = 8,
        // Σxy = 11, so c1 = (3·11 − 3·8)/(3·5 − 9) = 3/2, c0 = (8 − 4.5)/3 = 7/6.
        let matrix = DMatrix::from_row_slice(3, 2, &[1.0, 0.0, 1.0, 1.0, 1.0, 2.0]);
        let target = DVector::from_column_slice(&[1.0, 3.0, 4.0]);
        let found = non_negative(&matrix, &target).unwrap();
        assert!((found[0].value - 7.0 / 6.0).abs() < 1e-12);
        assert!((found[1].value - 1.5).abs() < 1e-12);
        // Residuals −1/6, 1/3, −1/6: s² = 1/6 with one degree of freedom. The
        // variance of c1 is s²·3/6 = 1/12; t is 12.706.
        let (low, high) = found[1].interval.unwrap();
        assert_eq!(low, 0.0);
        assert!(
            (high - (1.5 + 12.7062 / 12.0_f64.sqrt())).abs() < 1e-4,
            "{high}"
        );
    }

    #[test]
    fn what_would_lie_below_0_is_at_0() {
        // Falling: without the condition c1 is −1; with it c1 = 0 and c0 the mean.
        let matrix = DMatrix::from_row_slice(3, 2, &[1.0, 0.0, 1.0, 1.0, 1.0, 2.0]);
        let found = values(&matrix, &[3.0, 2.0, 1.0]);
        assert!((found[0] - 2.0).abs() < 1e-12);
        assert_eq!(found[1], 0.0);
    }

    #[test]
    fn columns_of_any_size_are_fitted() {
        // 1e15 operations of 1e-12 J and 1e3 seconds of 5 W, exactly.
        let matrix = DMatrix::from_row_slice(3, 2, &[1e15, 1e3, 2e15, 1e3, 1e15, 3e3]);
        let found = values(&matrix, &[6e3, 7e3, 16e3]);
        assert!((found[0] / 1e-12 - 1.0).abs() < 1e-9);
        assert!((found[1] / 5.0 - 1.0).abs() < 1e-9);
    }
}
