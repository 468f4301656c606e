//! Which bars show what moves a result.

use super::sensitivity::result;
use crate::number::{plain, to_f64};
use crate::units::{Energy, significant};
use crate::whatif::{Finding, Input, InputKind};

/// Bars beyond this many say little and are left out.
const MAX_BARS: usize = 12;

/// What the bars of a [`Reaches`] measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// A share saved.
    Share,
    /// An energy in picojoules.
    Energy,
}

/// The data of a tornado plot: how far each input alone moves one result.
#[derive(Debug, Clone, PartialEq)]
pub struct Reaches {
    /// What the plot shows.
    pub title: String,
    /// Where: scope, table, format.
    pub subtitle: String,
    /// The result with all inputs at their values.
    pub baseline: f64,
    /// What the result is.
    pub measure: Measure,
    /// The inputs, the longest bar first; those that move nothing are left out.
    pub bars: Vec<ReachBar>,
    /// What stands under the axis.
    pub x_label: String,
    /// What a reader must know.
    pub caption: String,
}

/// One input of a [`Reaches`].
#[derive(Debug, Clone, PartialEq)]
pub struct ReachBar {
    /// The input and its value.
    pub label: String,
    /// The result where the input is the least that it may be.
    pub low: f64,
    /// The result where it is the most.
    pub high: f64,
    /// The least that it may be, in words.
    pub low_label: String,
    /// The most.
    pub high_label: String,
    /// A remark: the kind of input.
    pub note: String,
}

/// How far each input of `finding` alone moves it: an entry within its own
/// range, a dim by 10 % either way.
pub fn reaches(finding: &Finding) -> Reaches {
    let mut moved: Vec<_> = finding.inputs.iter().collect();
    moved.sort_by_key(|input| std::cmp::Reverse(input.reach()));
    let bars = moved.into_iter().filter_map(|moved| {
        let (low, high) = (moved.at_low.as_ref()?, moved.at_high.as_ref()?);
        let differs = *low != finding.value || *high != finding.value;
        differs.then(|| ReachBar {
            label: format!(
                "{} = {}",
                moved.input.symbol.name(),
                shown(&moved.input, &moved.input.value)
            ),
            low: to_f64(low),
            high: to_f64(high),
            low_label: shown(&moved.input, &moved.input.low),
            high_label: shown(&moved.input, &moved.input.high),
            note: moved.input.kind.name().to_owned(),
        })
    });
    let (measure, what) = match finding.baseline {
        Some(_) => (Measure::Share, "saving"),
        None => (Measure::Energy, "energy"),
    };
    Reaches {
        title: format!("What moves the {what}: {}", result(finding)),
        subtitle: format!("{}, {}, {}", finding.scope, finding.table, finding.format),
        baseline: to_f64(&finding.value),
        measure,
        bars: bars.take(MAX_BARS).collect(),
        x_label: match measure {
            Measure::Share => "saved".to_owned(),
            Measure::Energy => "energy".to_owned(),
        },
        caption: "Each input alone: an entry within its range, a dim ± 10 %.".to_owned(),
    }
}

fn shown(input: &Input, value: &num_rational::BigRational) -> String {
    match input.kind {
        InputKind::Entry => Energy::from_picojoules(to_f64(value)).to_string(),
        InputKind::Dim if value.is_integer() => plain(value),
        InputKind::Dim => significant(to_f64(value), 4),
    }
}
