//! Coefficients fitted to runs, and how well they predict runs that they were
//! not fitted to.

use nalgebra::{DMatrix, DVector};

use super::coefficient::Coefficient;
use super::errors::Pair;
use super::open::Features;
use super::rank::independent;
use super::solve::{Estimated, non_negative};
use crate::source::Diagnostic;

/// Which errors a fit makes small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weighting {
    /// Those in proportion to what was measured: a small run counts as much as
    /// a large one.
    Relative,
    /// Those in joules.
    Absolute,
}

/// What was found of one coefficient.
#[derive(Debug, Clone, PartialEq)]
pub enum Fitted {
    /// A value.
    Value(Estimated),
    /// Nothing: in all runs it goes with these, which have its part.
    Together(Vec<usize>),
    /// Nothing: no run asks for it.
    Unused,
}

/// A fit.
#[derive(Debug, Clone, PartialEq)]
pub struct Calibration {
    /// What was found of each coefficient.
    pub fitted: Vec<Fitted>,
}

impl Fitted {
    /// What stands for a coefficient before it is fitted.
    pub fn unknown() -> Fitted {
        Fitted::Value(Estimated {
            value: 0.0,
            interval: None,
        })
    }

    /// The value that predictions take.
    pub fn value(&self) -> f64 {
        match self {
            Fitted::Value(estimated) => estimated.value,
            Fitted::Together(_) | Fitted::Unused => 0.0,
        }
    }

    /// Whether it is at 0, since any other that is allowed fits worse.
    pub fn is_at_bound(&self) -> bool {
        matches!(self, Fitted::Value(estimated) if estimated.value == 0.0)
    }
}

impl Calibration {
    /// Fits coefficients to what was measured, in joules above 0.
    ///
    /// # Errors
    /// There are fewer runs than coefficients, nothing to fit, or the solver
    /// gives up.
    pub fn fit(
        features: &[Features],
        measured: &[f64],
        weighting: Weighting,
    ) -> Result<Calibration, Diagnostic> {
        let count = features.first().map_or(0, |row| row.columns.len());
        if features.len() < count {
            let runs = match features.len() {
                1 => "1 run is".to_owned(),
                runs => format!("{runs} runs are"),
            };
            let message = format!("{runs} too few to fit {count} coefficients");
            let help = "measure more, or fit less: `--fit` names what is fitted";
            return Err(Diagnostic::new(message).help(help));
        }
        let weight = |joules: f64| match weighting {
            Weighting::Relative => 1.0 / joules,
            Weighting::Absolute => 1.0,
        };
        let rows = features.iter().zip(measured);
        let cells = rows.clone().flat_map(|(row, joules)| {
            let weight = weight(*joules);
            row.columns.iter().map(move |cell| cell * weight)
        });
        let cells: Vec<f64> = cells.collect();
        let matrix = DMatrix::from_row_slice(features.len(), count, &cells);
        let target = rows.map(|(row, joules)| (joules - row.offset) * weight(*joules));
        let target = DVector::from_iterator(features.len(), target);
        Ok(Calibration {
            fitted: solved(&matrix, &target)?,
        })
    }

    /// The values that predictions take.
    pub fn values(&self) -> Vec<f64> {
        self.fitted.iter().map(Fitted::value).collect()
    }

    /// What it says of runs, beside what was measured.
    pub fn pairs(&self, features: &[Features], measured: &[f64]) -> Vec<Pair> {
        let values = self.values();
        let pair = |(row, joules): (&Features, &f64)| Pair {
            measured: *joules,
            predicted: row.joules(&values),
        };
        features.iter().zip(measured).map(pair).collect()
    }
}

fn solved(matrix: &DMatrix<f64>, target: &DVector<f64>) -> Result<Vec<Fitted>, Diagnostic> {
    let (kept, dependent) = independent(matrix);
    if kept.is_empty() {
        let message = "no run asks for anything of what is to be fitted";
        return Err(Diagnostic::new(message).help("`--fit` names what is fitted"));
    }
    let found = non_negative(&matrix.select_columns(&kept), target)
        .ok_or_else(|| Diagnostic::new("the fit did not converge: the runs are too uneven"))?;
    let mut fitted = vec![Fitted::Unused; matrix.ncols()];
    for (at, estimated) in kept.iter().zip(found) {
        if let Some(own) = fitted.get_mut(*at) {
            *own = Fitted::Value(estimated);
        }
    }
    for one in dependent {
        if let Some(own) = fitted.get_mut(one.column)
            && !one.of.is_empty()
        {
            *own = Fitted::Together(one.of);
        }
    }
    Ok(fitted)
}

/// Predictions of every group of runs by what is fitted to the others.
/// `groups` says of each run to which it belongs.
///
/// # Errors
/// As of [`Calibration::fit`], with the group that was left out.
pub fn leave_out(
    features: &[Features],
    measured: &[f64],
    groups: &[&str],
    weighting: Weighting,
) -> Result<Vec<Pair>, Diagnostic> {
    let mut pairs = vec![None; features.len()];
    let mut done: Vec<&str> = Vec::new();
    for group in groups {
        if done.contains(group) {
            continue;
        }
        done.push(group);
        let is_out = |at: &usize| groups.get(*at) == Some(group);
        let (out, kept): (Vec<usize>, Vec<usize>) = (0..features.len()).partition(is_out);
        let rows = |of: &[usize]| -> (Vec<Features>, Vec<f64>) {
            let rows = of
                .iter()
                .filter_map(|at| features.get(*at).zip(measured.get(*at)));
            rows.map(|(row, joules)| (row.clone(), *joules)).unzip()
        };
        let (others, joules) = rows(&kept);
        let fit = Calibration::fit(&others, &joules, weighting);
        let fit = fit.map_err(|mistake| mistake.help(format!("`{group}` is left out")))?;
        let (own, joules) = rows(&out);
        for (at, pair) in out.iter().zip(fit.pairs(&own, &joules)) {
            if let Some(place) = pairs.get_mut(*at) {
                *place = Some(pair);
            }
        }
    }
    Ok(pairs.into_iter().flatten().collect())
}

/// The coefficients in words: `mac.int8 and dram`.
pub fn names(coefficients: &[Coefficient], of: &[usize]) -> String {
    let names = of.iter().filter_map(|at| coefficients.get(*at));
    let names: Vec<String> = names.map(|one| format!("`{one}`")).collect();
    match names.split_last() {
        Some((last, first)) if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        _ => names.concat(),
    }
}
