//! Which columns say something that no others before them say.

use nalgebra::{DMatrix, DVector};

/// A column whose part that is not made of the others is smaller than this
/// share of it is taken to be made of them.
const TOLERANCE: f64 = 1e-7;
/// Columns with a smaller share in another are not named with it.
const SMALL_SHARE: f64 = 1e-6;

/// A column that cannot be told from others.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Dependent {
    /// The column.
    pub(super) column: usize,
    /// Those that it is made of; none where it is 0 throughout.
    pub(super) of: Vec<usize>,
}

/// The columns that stand for themselves, in order, and the others. A column is
/// held against those before it, so that the order says which of several that
/// hang together is kept.
pub(super) fn independent(matrix: &DMatrix<f64>) -> (Vec<usize>, Vec<Dependent>) {
    let (mut kept, mut dependent): (Vec<usize>, Vec<Dependent>) = (Vec::new(), Vec::new());
    for at in 0..matrix.ncols() {
        let column: DVector<f64> = matrix.column(at).into_owned();
        let norm = column.norm();
        if norm == 0.0 {
            dependent.push(Dependent {
                column: at,
                of: Vec::new(),
            });
            continue;
        }
        let column = column / norm;
        let others = normalized(matrix, &kept);
        match shares(&others, &column) {
            Some(shares) if (&others * &shares - &column).norm() <= TOLERANCE => {
                let of = kept.iter().zip(shares.iter());
                let of = of.filter(|(_, share)| share.abs() > SMALL_SHARE);
                dependent.push(Dependent {
                    column: at,
                    of: of.map(|(other, _)| *other).collect(),
                });
            }
            _ => kept.push(at),
        }
    }
    (kept, dependent)
}

/// Some of the columns, each of length 1.
fn normalized(matrix: &DMatrix<f64>, columns: &[usize]) -> DMatrix<f64> {
    let columns: Vec<DVector<f64>> = columns
        .iter()
        .map(|at| matrix.column(*at).normalize())
        .collect();
    match columns.is_empty() {
        true => DMatrix::zeros(matrix.nrows(), 0),
        false => DMatrix::from_columns(&columns),
    }
}

/// How much of each of `others` comes nearest to `column`; nothing where there
/// are none.
fn shares(others: &DMatrix<f64>, column: &DVector<f64>) -> Option<DVector<f64>> {
    if others.ncols() == 0 {
        return None;
    }
    let singular = others.clone().svd(true, true);
    singular.solve(column, f64::EPSILON).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_made_of_others_is_named_with_them() {
        // c = 2a + 3b, d is a of another length, e is nothing, f is its own.
        let matrix = DMatrix::from_row_slice(
            4,
            6,
            &[
                1.0, 0.0, 2.0, 1e12, 0.0, 1.0, //
                2.0, 1.0, 7.0, 2e12, 0.0, 1.0, //
                0.0, 1.0, 3.0, 0.0, 0.0, 2.0, //
                5.0, 2.0, 16.0, 5e12, 0.0, 1.0,
            ],
        );
        let (kept, dependent) = independent(&matrix);
        assert_eq!(kept, [0, 1, 5]);
        let named: Vec<_> = dependent
            .iter()
            .map(|one| (one.column, one.of.clone()))
            .collect();
        assert_eq!(named, [(2, vec![0, 1]), (3, vec![0]), (4, vec![])]);
    }

    #[test]
    fn columns_that_only_resemble_each_other_are_kept() {
        let matrix = DMatrix::from_row_slice(3, 2, &[1.0, 1.0, 2.0, 2.0001, 3.0, 3.0]);
        assert_eq!(independent(&matrix).0, [0, 1]);
    }
}
