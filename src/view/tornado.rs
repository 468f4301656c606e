//! Which bars show what moves a result.

use super::sensitivity::result;
use crate::number::{is_decimal, plain, to_f64};
use crate::render::chart::{Tornado, TornadoBar, ValueKind};
use crate::uncertainty::{AnalysisResult, Input, InputKind};
use crate::units::{Energy, significant};

/// Bars beyond this many say little and are left out.
const MAX_BARS: usize = 12;

/// How far each input of `finding` alone moves it: an entry within its own
/// range, a dim by 10 % either way.
pub fn reaches(finding: &AnalysisResult) -> Tornado {
    let mut moved: Vec<_> = finding.inputs.iter().collect();
    moved.sort_by_key(|input| std::cmp::Reverse(input.reach()));
    let bars = moved.into_iter().filter_map(|moved| {
        let (low, high) = (moved.at_low.as_ref()?, moved.at_high.as_ref()?);
        let differs = *low != finding.value || *high != finding.value;
        differs.then(|| TornadoBar {
            label: format!(
                "{} = {}",
                moved.input.symbol.name(),
                shown(&moved.input, &moved.input.value)
            ),
            low: to_f64(low),
            high: to_f64(high),
            low_label: shown(&moved.input, &moved.input.low),
            high_label: shown(&moved.input, &moved.input.high),
            note: Some(moved.input.kind.name().to_owned()),
        })
    });
    let (measure, what) = match finding.baseline {
        Some(_) => (ValueKind::Share, "saving"),
        None => (ValueKind::Energy, "energy"),
    };
    Tornado {
        title: format!("What moves the {what}: {}", result(finding)),
        subtitle: Some(format!(
            "{}, {}, {}",
            finding.scope, finding.table, finding.format
        )),
        baseline: to_f64(&finding.value),
        value: measure,
        bars: bars.take(MAX_BARS).collect(),
        x_label: match measure {
            ValueKind::Share => "energy saved".to_owned(),
            ValueKind::Energy => "energy".to_owned(),
        },
        caption: vec!["Each input alone: an entry within its range, a dim ± 10 %.".to_owned()],
    }
}

fn shown(input: &Input, value: &num_rational::BigRational) -> String {
    match input.kind {
        InputKind::Entry => Energy::from_picojoules(to_f64(value)).to_string(),
        InputKind::Dim if value.is_integer() => plain(value),
        InputKind::Device | InputKind::Dim => short(value),
    }
}

/// A number as a reader would type it, or four digits of it.
fn short(value: &num_rational::BigRational) -> String {
    let all = plain(value);
    match is_decimal(value) && all.len() <= 7 {
        true => all,
        false => significant(to_f64(value), 4),
    }
}
