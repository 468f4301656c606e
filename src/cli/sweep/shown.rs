//! What a picture of a sweep shows: lines or a map, what each is called, and what all
//! have in common, which is said once.

use super::plan::SweepPlan;
use crate::render::chart::{SeriesColour, SeriesStyle, Stroke};
use crate::sweep::Batch;

/// A line or a map: what tells it apart, how it looks, and its points in the order of
/// the axes.
pub(super) struct Shown {
    pub(super) label: String,
    pub(super) style: SeriesStyle,
    pub(super) points: Points,
}

/// Values of the axes, and what comes out there.
type Points = Vec<(Vec<f64>, f64)>;

/// The strokes of lines in one colour.
const STROKES: [Stroke; 4] = [
    Stroke::Solid,
    Stroke::Dashed,
    Stroke::Dotted,
    Stroke::LongDashed,
];

/// What a line is of: its variant, its scope, its table, and its format with switches.
type Words = [String; 4];

/// All that is shown, after what is common to all of it. Lines of a variant share a
/// colour and differ in their strokes; where there is one variant, each line has a
/// colour of its own.
pub(super) fn shown(plan: &SweepPlan, kept: &[(usize, Batch)]) -> (String, Vec<Shown>) {
    let mut all: Vec<(Words, Points)> = Vec::new();
    for (case, named) in plan.cases.iter().enumerate() {
        for (at, [variant, scope]) in outputs(plan) {
            let points = points(plan, kept, (case, at));
            let words = [
                variant,
                format!("scope {scope}"),
                named.table.clone(),
                named.words(plan),
            ];
            // Each value of an axis may have a graph of its own.
            match all.iter_mut().find(|(known, _)| *known == words) {
                Some((_, known)) => known.extend(points),
                None => all.push((words, points)),
            }
        }
    }
    all.retain(|(_, points)| !points.is_empty());
    let varies = |part: usize| {
        all.windows(2)
            .any(|pair| pair[0].0[part] != pair[1].0[part])
    };
    let varying = [0, 1, 2, 3].map(varies);
    let joined = |words: &Words, which: bool| {
        let parts = words.iter().zip(varying);
        let kept = parts.filter(|(_, varies)| *varies == which);
        let kept: Vec<&str> = kept.map(|(word, _)| word.as_str()).collect();
        kept.join(", ")
    };
    let common = all.first().map(|(words, _)| joined(words, false));
    let mut variants: Vec<String> = Vec::new();
    let mut of_variant: Vec<usize> = Vec::new();
    let count = all.len();
    let all = all
        .into_iter()
        .enumerate()
        .map(|(number, (words, points))| {
            let label = match joined(&words, true) {
                only if only.is_empty() => words.iter().take(1).cloned().collect(),
                label => label,
            };
            let [variant, ..] = words;
            let at = match variants.iter().position(|known| *known == variant) {
                Some(at) => at,
                None => {
                    variants.push(variant);
                    of_variant.push(0);
                    variants.len() - 1
                }
            };
            let before = of_variant.get_mut(at).map_or(0, |count| {
                *count += 1;
                *count - 1
            });
            let style = match varying[0] && count > 1 {
                true => SeriesStyle {
                    colour: SeriesColour::Line(at),
                    stroke: STROKES[before % STROKES.len()],
                },
                false => SeriesStyle {
                    colour: SeriesColour::Line(number),
                    stroke: Stroke::Solid,
                },
            };
            Shown {
                label,
                style,
                points,
            }
        });
    (common.unwrap_or_default(), all.collect())
}

/// The points of one output of one table and format.
fn points(plan: &SweepPlan, kept: &[(usize, Batch)], (case, at): (usize, usize)) -> Points {
    let mut points = Vec::new();
    for (_, batch) in kept.iter().filter(|(of, _)| *of == case) {
        let values = match plan.variants.len() > 1 {
            true => &batch.savings[at],
            false => &batch.outputs[at],
        };
        for (row, value) in values.iter().enumerate() {
            points.push((batch.axes.iter().map(|axis| axis[row]).collect(), *value));
        }
    }
    points
}

/// The outputs to plot, each with its variant and its scope.
fn outputs(plan: &SweepPlan) -> Vec<(usize, [String; 2])> {
    let variants = plan.variants.len();
    let mut outputs = Vec::new();
    for (scope, scope_name) in plan.scopes.iter().enumerate() {
        for (variant, name) in plan.variants.iter().enumerate() {
            if variants == 1 || variant > 0 {
                let names = [name.clone(), scope_name.clone()];
                outputs.push((scope * variants + variant, names));
            }
        }
    }
    outputs
}
