//! Which dims an ONNX graph is imported anew for, at each of their values.
//!
//! A dim stays a symbol where that is possible: then one import serves for all
//! its values. Where shapes fit together, or a branch is chosen, only for
//! numbers, each value has an import of its own, as with `--set`.

use std::collections::BTreeSet;

use super::combinations::{Chosen, chosen_for, combinations, start, together};
use super::request::{Axes, Request};
use crate::cli::name::Name;
use crate::cli::over::Over;
use crate::number;
use crate::source::{Diagnostic, Problems};

/// The model with all that can stay a symbol left open, and the axes, as typed,
/// that it is imported anew for.
pub(super) fn first(axes: &Axes<'_>) -> Result<(Request, BTreeSet<String>), Problems> {
    let open = request(axes, &[], &BTreeSet::new());
    let dims: Vec<&Over> = (axes.overs.numbers.iter())
        .filter(|over| matches!(over.name, Name::Number(_)))
        .collect();
    let is_settled = match &open {
        Ok(open) => open.left_out() == 0,
        Err(_) => false,
    };
    if is_settled || dims.is_empty() || !axes.of_graph() {
        return open.map(|open| (open, BTreeSet::new()));
    }
    let mut anew: BTreeSet<String> = dims.iter().map(|over| over.typed.value.clone()).collect();
    let (chosen, mut found) = match admitted(axes, &dims, &anew, open.as_ref().err()) {
        Ok(admitted) => admitted,
        Err(wrong) => return open.or(Err(wrong)).map(|open| (open, BTreeSet::new())),
    };
    if let Ok(open) = open
        && open.left_out() <= found.left_out()
    {
        return Ok((open, BTreeSet::new()));
    }
    // Axes that run together are imported together.
    for over in dims.iter().filter(|_| !axes.args.zip) {
        let without: BTreeSet<String> = (anew.iter())
            .filter(|axis| **axis != over.typed.value)
            .cloned()
            .collect();
        if let Ok(open) = request(axes, &chosen, &without)
            && open.left_out() <= found.left_out()
        {
            (found, anew) = (open, without);
        }
    }
    Ok((found, anew))
}

/// The first combination of values at which the graph can be imported.
///
/// # Errors
/// What is wrong with the first of them where no other does, or where that is
/// what is wrong while all is `open`.
fn admitted(
    axes: &Axes<'_>,
    dims: &[&Over],
    anew: &BTreeSet<String>,
    open: Option<&Problems>,
) -> Result<(Vec<Chosen>, Request), Problems> {
    let all = match axes.args.zip {
        true => together(dims),
        false => combinations(dims),
    };
    // Too many combinations may be few once some dims are left open.
    let all = all.unwrap_or_else(|_| {
        let first = dims.iter().map(|over| Chosen {
            axis: over.typed.value.clone(),
            value: start(over),
        });
        vec![first.collect()]
    });
    let mut wrong: Option<Problems> = None;
    for chosen in all {
        match request(axes, &chosen, anew) {
            Ok(found) => return Ok((chosen, found)),
            Err(mistakes) if open.is_some_and(|open| are_alike(open, &mistakes)) => {
                return Err(open.cloned().unwrap_or(mistakes));
            }
            Err(mistakes) => wrong = wrong.or(Some(mistakes)),
        }
    }
    Err(wrong.unwrap_or_default())
}

/// Whether the same mistakes are told, wherever they stand.
fn are_alike(a: &Problems, b: &Problems) -> bool {
    a.iter()
        .map(Diagnostic::message)
        .eq(b.iter().map(Diagnostic::message))
}

/// The model at the chosen values of some axes, with all others left open: at
/// 1, or where that is no value of theirs, at their first.
pub(super) fn request(
    axes: &Axes<'_>,
    chosen: &[Chosen],
    anew: &BTreeSet<String>,
) -> Result<Request, Problems> {
    // A number stays a symbol if it is set to one; which one is nothing to a
    // sweep, but 1 is a size, a share and a switch that is on.
    let one = |over: &Over| {
        let found = chosen_for(over, chosen).cloned();
        found.unwrap_or_else(|| number::whole(1))
    };
    Request::new(axes, anew, &one).or_else(|wrong| {
        // Not a number of repeats of which later ones have densities.
        let first = |over: &Over| {
            let found = chosen_for(over, chosen).cloned();
            found.unwrap_or_else(|| start(over))
        };
        Request::new(axes, anew, &first).map_err(|_| wrong)
    })
}
