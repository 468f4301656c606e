//! Warnings as a table.

use std::collections::BTreeMap;

use super::cells::{column, row, words};
use crate::claims::{Corrected, Fault, Subject, UnitValue, Warning};
use crate::model::Phase;
use crate::render::table::{Align, Cell, Table};

/// One row for each warning; one that several variants or claims have in the
/// same words stands once. `phases` are those of estimates of more than a forward
/// pass.
pub fn audit_table(warnings: &[Warning], phases: &BTreeMap<String, Phase>) -> Table {
    let rows = merged(warnings).into_iter().map(|merged| {
        row(vec![
            words(merged.fault.kind().to_string()),
            words(merged.of()),
            words(merged.fault.to_string()),
            words(numbers(merged.was)),
            words(numbers(merged.corrected)),
        ])
    });
    Table {
        title: None,
        columns: vec![
            column("Warning", "warning", Align::Left),
            column("Of", "of", Align::Left),
            column("Why", "why", Align::Left),
            column("As it stands", "was", Align::Right),
            column("Without", "without", Align::Right),
        ],
        rows: rows.collect(),
        notes: phases_line(phases).into_iter().collect(),
    }
}

/// The same for programs: a row for each warning, and for each table where single
/// tables give other numbers; numbers at full precision, each row in one unit.
pub fn audit_data(warnings: &[Warning]) -> Table {
    let mut rows = Vec::new();
    for warning in warnings {
        let each: Vec<(&str, Option<&UnitValue>)> = match &warning.corrected {
            Corrected::Number(number) => vec![("", number.as_ref().ok())],
            Corrected::EachTable(tables) => (tables.iter())
                .map(|(table, number)| (table.as_str(), number.as_ref().ok()))
                .collect(),
            Corrected::NoBase => vec![("", None)],
        };
        for (table, without) in each {
            rows.push(row(vec![
                words(warning.fault.kind().to_string()),
                words(warning.subject.to_string()),
                words(warning.variant.clone().unwrap_or_default()),
                words(warning.fault.to_string()),
                Cell::Count(warning.was.value.clone()),
                without.map_or(Cell::NotCounted, |one| Cell::Count(one.value.clone())),
                words(warning.was.unit.clone()),
                words(table),
            ]));
        }
    }
    let column = |key: &str, align| column(key, key, align);
    Table {
        title: None,
        columns: vec![
            column("warning", Align::Left),
            column("of", Align::Left),
            column("variant", Align::Left),
            column("why", Align::Left),
            column("was", Align::Right),
            column("without", Align::Right),
            column("unit", Align::Left),
            column("by_table", Align::Left),
        ],
        rows,
        notes: Vec::new(),
    }
}

fn phases_line(phases: &BTreeMap<String, Phase>) -> Option<String> {
    let of = phases
        .iter()
        .map(|(name, phase)| format!("`{name}`: {phase}"));
    let of: Vec<String> = of.collect();
    (!of.is_empty()).then(|| format!("Phases: {}.", of.join("; ")))
}

/// A warning of one or several claims or variants.
struct Merged {
    fault: Fault,
    subjects: Vec<Subject>,
    variants: Vec<String>,
    was: Vec<String>,
    corrected: Vec<String>,
}

impl Merged {
    fn one(warning: &Warning) -> Merged {
        Merged {
            fault: warning.fault.clone(),
            subjects: vec![warning.subject.clone()],
            variants: warning.variant.iter().cloned().collect(),
            was: vec![warning.was.text.clone()],
            corrected: vec![warning.corrected.to_string()],
        }
    }

    /// What it is of: `e-att, l1: attention, 45nm fp32 / 45nm int8`.
    fn of(&self) -> String {
        let mut text = match self.variants.is_empty() {
            true => String::new(),
            false => format!("{}: ", self.variants.join(", ")),
        };
        let mut before = None;
        for (at, subject) in self.subjects.iter().enumerate() {
            let target = match subject {
                Subject::Target { target, .. } => Some(target),
                Subject::Claim(_) | Subject::Estimate(_) => None,
            };
            match subject {
                Subject::Target { price, .. } if target == before => {
                    text.push_str(&format!(" / {price}"));
                }
                _ if at == 0 => text.push_str(&subject.to_string()),
                _ => text.push_str(&format!("; {subject}")),
            }
            before = target;
        }
        text
    }

    /// Each number with the variant that it is of, where there are several.
    fn name_numbers(&mut self) {
        if self.variants.len() < 2 {
            return;
        }
        for numbers in [&mut self.was, &mut self.corrected] {
            let named = self.variants.iter().zip(numbers.iter());
            let named = named.map(|(variant, number)| format!("{variant} {number}"));
            *numbers = vec![named.collect::<Vec<_>>().join(", ")];
        }
    }
}

/// The warnings with those of the same in one: of several variants about the
/// same number, then of several numbers in the same words. In the order of the
/// faults.
fn merged(warnings: &[Warning]) -> Vec<Merged> {
    let mut all: Vec<Merged> = Vec::new();
    for mut merged in over_variants(warnings) {
        merged.name_numbers();
        let same = all
            .iter_mut()
            .find(|other| (&other.fault, &other.variants) == (&merged.fault, &merged.variants));
        match same {
            Some(other) => {
                other.subjects.extend(merged.subjects);
                other.was.extend(merged.was);
                other.corrected.extend(merged.corrected);
            }
            None => all.push(merged),
        }
    }
    all.sort_by_key(|merged| merged.fault.kind());
    all
}

/// The warnings with those in one that several variants of a report have about
/// the same number.
fn over_variants(warnings: &[Warning]) -> Vec<Merged> {
    let mut all: Vec<Merged> = Vec::new();
    for warning in warnings {
        let same = all.iter_mut().position(|merged| {
            warning.variant.is_some()
                && merged.subjects.contains(&warning.subject)
                && merged.fault.absorb(&warning.fault)
        });
        match same.and_then(|at| all.get_mut(at)) {
            Some(merged) => {
                merged.variants.extend(warning.variant.clone());
                merged.was.push(warning.was.text.clone());
                merged.corrected.push(warning.corrected.to_string());
            }
            None => all.push(Merged::one(warning)),
        }
    }
    all
}

/// The numbers of several claims; one that all of them share once.
fn numbers(mut all: Vec<String>) -> String {
    if let Some(first) = all.first().cloned()
        && all.iter().all(|other| *other == first)
    {
        all.truncate(1);
    }
    all.join(" / ")
}
