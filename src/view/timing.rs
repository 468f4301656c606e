//! Time and static energy in words, and what else an energy leaves out.

use crate::energy::{Bound, CostModel, Estimate, StaticSetting, Timing, has_static};
use crate::number::{plain, to_f64};
use crate::units::{Energy, seconds};

/// The convention of static energy; nothing where the table says nothing of it
/// and nobody asks.
pub(super) fn static_words(estimate: &Estimate) -> Option<String> {
    let counted = match (&estimate.settings.statics, &estimate.timing) {
        (StaticSetting::Absent, _) => return None,
        (StaticSetting::LeftOut, _) | (_, None) => return Some("— (not counted)".to_owned()),
        (StaticSetting::Counted, Some(timing)) => timing,
    };
    Some(match counted.unknown(&estimate.table) {
        Some(why) => format!("— ({why})"),
        None => power_words(counted),
    })
}

/// `72.5 W × time, the larger of arithmetic and hbm3; 0.5 mJ each run`.
fn power_words(timing: &Timing) -> String {
    let mut words = Vec::new();
    if let Some(power) = &timing.power {
        let mut bounds = vec!["arithmetic".to_owned()];
        bounds.extend(timing.bandwidths.iter().cloned());
        let time = match bounds.as_slice() {
            [_] => "time of arithmetic alone".to_owned(),
            _ => format!("time, op by op the longest of {}", bounds.join(", ")),
        };
        words.push(format!("{} W × {time}", plain(&power.value)));
    }
    if let Some(launch) = &timing.launch {
        let time = seconds(to_f64(&launch.value));
        words.push(format!("{time} a launch"));
    }
    if let Some(inference) = timing.of_inference() {
        let energy = Energy::from_picojoules(to_f64(&inference));
        words.push(format!("{energy} each run"));
    }
    words.join(", ")
}

/// `Time: 1.25 ms at the peaks of the table: 1 ms in ops that wait for
/// arithmetic, 0.25 ms for hbm3.`; nothing where time is not counted.
pub(super) fn time_notes(estimate: &Estimate) -> Vec<String> {
    let Some(timing) = &estimate.timing else {
        return Vec::new();
    };
    let total = match (timing.seconds(|_| true), &timing.ops) {
        (Some(total), _) => total,
        (None, Err(missing)) => return vec![format!("Time: —, as {}.", missing.words())],
        (None, Ok(_)) => return Vec::new(),
    };
    let name = |bound: Bound| match (bound, &estimate.moved) {
        (Bound::Level(level), Some(moved)) => moved.memory.level_name(level),
        _ => "arithmetic".to_owned(),
    };
    let parts = timing.by_bound().into_iter().map(|(bound, time)| {
        let time = seconds(to_f64(&time));
        format!("{time} in ops that wait for {}", name(bound))
    });
    let parts: Vec<String> = parts.collect();
    let total = seconds(to_f64(&total));
    let parts = match parts.is_empty() {
        true => String::new(),
        false => format!(": {}", parts.join(", ")),
    };
    vec![format!("Time at the peaks of the table: {total}{parts}.")]
}

/// What the energies leave out, each line once: what has no price, and static
/// energy where the table says something of it or it was asked for.
pub(super) fn left_out_energies<'e>(
    estimates: impl IntoIterator<Item = &'e Estimate>,
) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for estimate in estimates {
        let table = &estimate.table;
        let arithmetic = (!estimate.prices_operations()).then(|| no_operations(table));
        let moved = estimate.moved.as_ref().map(|moved| moved.unpriced());
        let moved = moved.filter(|levels| !levels.is_empty());
        let moved = moved.map(|levels| no_accesses(table, &levels));
        let statics = match (estimate.settings.statics, &estimate.timing) {
            (StaticSetting::LeftOut, _) => Some(not_asked(table)),
            (_, Some(timing)) => timing
                .unknown(table)
                .map(|why| format!("Left out: static energy, as {why}.")),
            (_, None) => None,
        };
        for line in [arithmetic, moved, statics].into_iter().flatten() {
            if !lines.contains(&line) {
                lines.push(line);
            }
        }
    }
    lines
}

/// The same of what is priced by a table, before anything is.
pub fn left_out_by(model: &CostModel<'_>) -> Vec<String> {
    let table = model.table.name();
    let arithmetic = model.leaves_out_arithmetic().then(|| no_operations(table));
    let levels = model.memory.iter().flat_map(|memory| &memory.levels);
    let unpriced = levels.filter(|level| level.price.is_none());
    let unpriced: Vec<String> = unpriced.map(|level| level.name()).collect();
    let moved = (!unpriced.is_empty()).then(|| no_accesses(table, &unpriced));
    let is_left_out = !model.static_energy && has_static(model.table);
    let statics = is_left_out.then(|| not_asked(table));
    [arithmetic, moved, statics].into_iter().flatten().collect()
}

fn no_operations(table: &str) -> String {
    format!("Left out: the energy of arithmetic, as table `{table}` prices no operation.")
}

fn no_accesses(table: &str, levels: &[String]) -> String {
    let levels = levels.join(", ");
    format!(
        "Left out: the energy of what moves through {levels}, as table `{table}` has no price for it."
    )
}

fn not_asked(table: &str) -> String {
    format!("Left out: static energy, of which table `{table}` says how much (`--static`).")
}
