//! Shapes and axes as messages show them.

use crate::symbolic::Expr;

/// Begins the labels of axes that `...` stands for; no user can write them.
pub(super) const ELLIPSIS: &str = "...";

/// `[b, n, d]`
pub(in crate::graph) fn shown_shape(shape: &[Expr]) -> String {
    let axes: Vec<String> = shape.iter().map(Expr::to_string).collect();
    format!("[{}]", axes.join(", "))
}

/// The label of the axis at this place, from 1, of those that `...` stands for.
pub(super) fn ellipsis_label(at: usize) -> String {
    format!("{ELLIPSIS}{at}")
}

/// What messages call an axis.
pub(super) fn axis_label(axis: &str) -> String {
    match axis.strip_prefix(ELLIPSIS) {
        Some(number) => format!("axis {number} of `...`"),
        None => format!("axis `{axis}`"),
    }
}

/// The labels of axes as written: `...` once for all that it stands for.
pub(super) fn axis_list<'a>(axes: impl Iterator<Item = &'a String>) -> Vec<&'a str> {
    let mut labels: Vec<&str> = axes
        .map(|axis| {
            if axis.starts_with(ELLIPSIS) {
                ELLIPSIS
            } else {
                axis
            }
        })
        .collect();
    labels.dedup();
    labels
}
