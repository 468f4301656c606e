//! Every combination of the values of axes of which each value has a graph of
//! its own.

use num_rational::BigRational;

use crate::cli::over::{Over, OverValues};
use crate::source::Diagnostic;
use crate::sweep::AxisValues;

/// Graphs are made anew for every combination; more of them are refused.
const MAX_GRAPHS: u64 = 1000;

/// The value of such an axis in one of its graphs.
#[derive(Debug, Clone)]
pub(super) struct Chosen {
    /// The axis, as typed.
    pub(super) axis: String,
    pub(super) value: BigRational,
}

/// The values of an axis one by one; nothing where it has none, or more than
/// 2^64.
pub(super) fn axis_values(over: &Over) -> Option<AxisValues> {
    Some(match over.values()? {
        OverValues::List(values) => AxisValues::List(values.clone()),
        OverValues::Range(range) => AxisValues::Steps {
            from: range.from.clone(),
            step: range.step(),
            count: range.count()?,
        },
    })
}

/// The first value of an axis.
pub(super) fn start(over: &Over) -> BigRational {
    axis_values(over).map_or_else(|| crate::number::whole(1), |values| values.exact(0))
}

/// The value that is chosen for an axis, if one is.
pub(super) fn chosen_for<'c>(over: &Over, chosen: &'c [Chosen]) -> Option<&'c BigRational> {
    let found = chosen.iter().find(|one| one.axis == over.typed.value)?;
    Some(&found.value)
}

/// Every combination of values of these axes, the last of which runs fastest.
///
/// # Errors
/// More of them than graphs are made.
pub(super) fn combinations(axes: &[&Over]) -> Result<Vec<Vec<Chosen>>, Diagnostic> {
    let count = |over: &Over| axis_values(over).map(|values| values.count());
    let all = axes
        .iter()
        .try_fold(1_u64, |all, over| all.checked_mul(count(over)?));
    if let Some(first) = axes.first()
        && all.is_none_or(|all| all > MAX_GRAPHS)
    {
        let names: Vec<&str> = axes.iter().map(|over| over.typed.value.as_str()).collect();
        let all = all.map_or("more than 2^64".to_owned(), |all| all.to_string());
        let s = if axes.len() == 1 { "s" } else { "" };
        let message = format!(
            "`{}` decide{s} which ops there are, and {all} values make as many graphs, \
             more than {MAX_GRAPHS}",
            names.join("` and `")
        );
        return Err(Diagnostic::at(first.place(), message)
            .help("sweep fewer of them: a list, or `FROM..TO:STEP`"));
    }
    let mut all = vec![Vec::new()];
    for over in axes {
        let with = |so_far: &Vec<Chosen>| {
            let values = axis_values(over).into_iter().flat_map(|values| {
                let count = values.count();
                (0..count).map(move |at| values.exact(at))
            });
            let longer = values.map(|value| {
                let axis = over.typed.value.clone();
                [so_far.as_slice(), &[Chosen { axis, value }]].concat()
            });
            longer.collect::<Vec<_>>()
        };
        all = all.iter().flat_map(with).collect();
    }
    Ok(all)
}

/// The same for axes that run together: the first values of all, the second of
/// all, and so on.
///
/// # Errors
/// As of [`combinations`]; axes that are not as long as each other.
pub(super) fn together(axes: &[&Over]) -> Result<Vec<Vec<Chosen>>, Diagnostic> {
    let (first, others) = match axes.split_first() {
        Some(parts) => parts,
        None => return Ok(vec![Vec::new()]),
    };
    let mut all = combinations(&[*first])?;
    for over in others {
        let own = combinations(&[*over])?;
        if own.len() != all.len() {
            let message = format!(
                "--zip runs all axes together, but they have {} and {} values",
                all.len(),
                own.len()
            );
            return Err(Diagnostic::at(over.place(), message));
        }
        for (chosen, own) in all.iter_mut().zip(own) {
            chosen.extend(own);
        }
    }
    Ok(all)
}
