//! Icicles of where the energy goes, and of what two variants differ in.

use super::caveats::caveats_of_estimate;
use std::collections::HashMap;

use num_rational::BigRational;
use num_traits::Zero;

use super::confidence::rests_on;
use super::conventions::conventions_line;
use super::dims::dims_line;
use super::estimate::title;
use super::profile::energy_of;
use super::profile_change::change_title;
use super::stage_numbers::StageNumbers;
use crate::energy::{Estimate, Part};
use crate::number::to_f64;
use crate::profile::{Change, Node, NodeKind, Profile};
use crate::render::chart::{Icicle, IcicleBox, IcicleTone};
use crate::units::percent;

/// An estimate as boxes: the model, its layers, their stages and ops, and what
/// each op pays for. A stage has the colour that it has in stacked bars.
pub fn profile_icicle(estimate: &Estimate, profile: &Profile) -> Icicle {
    let root = &profile.root;
    let numbers = StageNumbers::of(std::iter::once(estimate));
    let shown = Shown {
        numbers: &numbers,
        root,
    };
    let (legend, left_out) = legend(estimate, &numbers, root);
    let mut caption: Vec<String> = left_out.into_iter().collect();
    caption.extend(caveats_of_estimate(estimate));
    caption.extend([rests_on(estimate), conventions_line(estimate)]);
    Icicle {
        title: format!("Where the energy goes: {}", title(estimate)),
        subtitle: dims_line(estimate),
        legend,
        root: shown.of(root, "", None),
        caption,
    }
}

/// More stages than there are fills do not stand in the legend.
const LEGEND: usize = 27;

/// The stages that take anything with their colours, in the order of the model;
/// where there are many, those that take most, and a line that says so.
fn legend(
    estimate: &Estimate,
    numbers: &StageNumbers<'_>,
    root: &Node,
) -> (Vec<(String, IcicleTone)>, Option<String>) {
    let mut energies: HashMap<&str, BigRational> = HashMap::new();
    add_stages(root, &mut energies);
    let stages = estimate.stages.iter().enumerate();
    let mut taking: Vec<(usize, &String, BigRational)> = stages
        .filter_map(|(index, stage)| {
            let energy = energies.remove(stage.as_str())?;
            (!energy.is_zero()).then_some((index, stage, energy))
        })
        .collect();
    let count = taking.len();
    taking.sort_by(|(_, _, a), (_, _, b)| b.cmp(a));
    taking.truncate(LEGEND);
    taking.sort_by_key(|(index, _, _)| *index);
    let left_out = (count > LEGEND).then(|| {
        format!("In the legend: the {LEGEND} of {count} stages that take most; colours come again.")
    });
    let entry = |(_, stage, _): (usize, &String, BigRational)| {
        let index = numbers.get(stage);
        (stage.clone(), IcicleTone::Segment { index, lighter: 0 })
    };
    (taking.into_iter().map(entry).collect(), left_out)
}

/// The energy of every stage, in all layers together.
fn add_stages<'n>(node: &'n Node, energies: &mut HashMap<&'n str, BigRational>) {
    for child in &node.children {
        match child.kind {
            NodeKind::Stage => *energies.entry(&child.name).or_default() += &child.picojoules,
            _ => add_stages(child, energies),
        }
    }
}

struct Shown<'p> {
    numbers: &'p StageNumbers<'p>,
    root: &'p Node,
}

impl Shown<'_> {
    /// A node as a box; `around` is the path of what it stands in, `stage` the
    /// number of its stage.
    fn of(&self, node: &Node, around: &str, stage: Option<usize>) -> IcicleBox {
        let stage = match node.kind {
            NodeKind::Stage => Some(self.numbers.get(&node.name)),
            _ => stage,
        };
        let lighter = match node.kind {
            NodeKind::Model | NodeKind::Layer | NodeKind::Stage => 0,
            NodeKind::Op => 1,
            NodeKind::Item(Part::Arithmetic) => 2,
            NodeKind::Item(Part::Movement | Part::Static) => 3,
        };
        let tone = match stage {
            Some(index) => IcicleTone::Segment { index, lighter },
            None => IcicleTone::Neutral,
        };
        let path = joined(around, &node.name);
        let energy = energy_of(&node.picojoules);
        let share = percent(node.share_of(self.root), 2);
        let children = node.children.iter();
        IcicleBox {
            label: node.name.clone(),
            note: match node.kind {
                NodeKind::Model => energy.to_string(),
                _ => percent(node.share_of(self.root), 1),
            },
            detail: format!("{path}: {energy}, {share}"),
            size: to_f64(&node.picojoules),
            tone,
            children: children.map(|child| self.of(child, &path, stage)).collect(),
        }
    }
}

/// The difference of two variants as boxes, each as wide as all that is saved and
/// added in it.
pub fn change_icicle(estimates: [&Estimate; 2], change: &Change) -> Icicle {
    let [before, after] = estimates;
    let (saved, added) = (energy_of(&change.saved), energy_of(&change.added));
    Icicle {
        title: change_title(estimates),
        subtitle: Some(format!(
            "{} {}, {} {}; saved {saved}, added {added}",
            before.variant,
            energy_or_dash(change.before.as_ref()),
            after.variant,
            energy_or_dash(change.after.as_ref()),
        )),
        legend: vec![
            ("saved".to_owned(), IcicleTone::Change(-1.0)),
            ("added".to_owned(), IcicleTone::Change(1.0)),
            ("as much saved as added".to_owned(), IcicleTone::Change(0.0)),
        ],
        root: change_box(change, ""),
        caption: vec![
            "Each box is as wide as all that is saved and added in it; the paler, the more the two make up for each other. What does not differ has no width.".to_owned(),
            conventions_line(before),
        ],
    }
}

fn change_box(change: &Change, around: &str) -> IcicleBox {
    let path = joined(around, &change.name);
    let size = to_f64(&(&change.saved + &change.added));
    let difference = change.difference();
    let energy = energy_of(&difference);
    let sign = if energy.picojoules() > 0.0 { "+" } else { "" };
    let net = match size > 0.0 {
        true => energy.picojoules() / size,
        false => 0.0,
    };
    let note = format!("{sign}{energy}").replace('-', "−");
    IcicleBox {
        label: change.name.clone(),
        detail: format!(
            "{path}: {} before, {} after, {note}",
            energy_or_dash(change.before.as_ref()),
            energy_or_dash(change.after.as_ref())
        ),
        note,
        size,
        tone: IcicleTone::Change(net),
        children: (change.children.iter())
            .map(|child| change_box(child, &path))
            .collect(),
    }
}

/// An energy; a dash for what is not there.
fn energy_or_dash(picojoules: Option<&BigRational>) -> String {
    picojoules.map_or_else(|| "—".to_owned(), |known| energy_of(known).to_string())
}

/// A path with one name more.
fn joined(around: &str, name: &str) -> String {
    match around {
        "" => name.to_owned(),
        around => format!("{around} › {name}"),
    }
}
