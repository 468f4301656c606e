//! Warnings as a table.

use crate::claims::{Fault, Warning, sentence};
use crate::render::table::{Align, Cell, Column, Row, RowKind, Table};

/// One row for each warning; one that several variants or claims have in the
/// same words is told once.
pub fn audit_table(warnings: &[Warning]) -> Table {
    let column = |name: &str, key: &str, align| Column {
        name: name.to_owned(),
        key: key.to_owned(),
        align,
    };
    let rows = merged(warnings).into_iter().map(|told| {
        let cells = [
            told.fault.name().to_owned(),
            told.of(),
            sentence(&told.about, &told.parts),
            numbers(told.was),
            numbers(told.becomes),
        ];
        Row {
            cells: cells.map(Cell::Text).to_vec(),
            kind: RowKind::Plain,
        }
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
        notes: Vec::new(),
    }
}

/// A warning of one or several claims or variants.
#[derive(PartialEq)]
struct Told {
    fault: Fault,
    claims: Vec<String>,
    variants: Vec<String>,
    about: String,
    parts: Vec<String>,
    was: Vec<String>,
    becomes: Vec<String>,
}

impl Told {
    /// What it is of: `e-att, l1: attention, 45nm fp32 / 45nm int8`.
    fn of(&self) -> String {
        let mut text = match self.variants.is_empty() {
            true => String::new(),
            false => format!("{}: ", self.variants.join(", ")),
        };
        let mut before = "";
        for (at, claim) in self.claims.iter().enumerate() {
            let (head, rest) = claim.split_once(", ").unwrap_or(("", claim));
            match at {
                0 => text.push_str(claim),
                _ if head == before && !head.is_empty() => text.push_str(&format!(" / {rest}")),
                _ => text.push_str(&format!("; {claim}")),
            }
            before = head;
        }
        text
    }
}

/// The warnings with those of the same in one: of several variants about the
/// same number, then of several numbers in the same words. In the order of the
/// faults.
fn merged(warnings: &[Warning]) -> Vec<Told> {
    let mut variants: Vec<Told> = Vec::new();
    for warning in warnings {
        let same = variants.iter_mut().find(|told| {
            warning.variant.is_some()
                && told.fault == warning.fault
                && told.about == warning.about
                && told.claims.contains(&warning.claim)
        });
        match same {
            Some(told) => {
                told.variants.extend(warning.variant.clone());
                for part in &warning.parts {
                    if !told.parts.contains(part) {
                        told.parts.push(part.clone());
                    }
                }
                told.was.push(warning.was.clone());
                told.becomes.push(warning.becomes.clone());
            }
            None => variants.push(Told {
                fault: warning.fault,
                claims: vec![warning.claim.clone()],
                variants: warning.variant.iter().cloned().collect(),
                about: warning.about.clone(),
                parts: warning.parts.clone(),
                was: vec![warning.was.clone()],
                becomes: vec![warning.becomes.clone()],
            }),
        }
    }
    let mut all: Vec<Told> = Vec::new();
    for mut told in variants {
        // Each number with the variant that it is of.
        if told.variants.len() > 1 {
            for numbers in [&mut told.was, &mut told.becomes] {
                let named = told.variants.iter().zip(numbers.iter());
                let named = named.map(|(variant, number)| format!("{variant} {number}"));
                *numbers = vec![named.collect::<Vec<_>>().join(", ")];
            }
        }
        let same = all.iter_mut().find(|other| {
            (&other.fault, &other.about, &other.parts, &other.variants)
                == (&told.fault, &told.about, &told.parts, &told.variants)
        });
        match same {
            Some(other) => {
                other.claims.extend(told.claims);
                other.was.extend(told.was);
                other.becomes.extend(told.becomes);
            }
            None => all.push(told),
        }
    }
    all.sort_by_key(|told| told.fault);
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
