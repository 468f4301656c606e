//! The ledger as tables: published, computed, how far apart, and the verdict.

use num_rational::BigRational;
use num_traits::Zero;

use super::cells::{column, row, words};
use crate::claims::{Bound, Claim, Ledger, Verdict};
use crate::render::table::{Align, Cell, Table};

/// Every claim with its verdict.
pub fn claims_table(ledgers: &[Ledger]) -> Table {
    let mut rows = Vec::new();
    for ledger in ledgers {
        for (at, claim) in ledger.claims.iter().enumerate() {
            let name = match at {
                0 => ledger.file.name.value.as_str(),
                _ => "",
            };
            rows.push(row(vec![
                words(name),
                words(&claim.name),
                words(claim.published.text()),
                words(claim.published.same_digits(&claim.computed.value)),
                words(off(claim)),
                words(verdict(claim)),
            ]));
        }
    }
    Table {
        title: None,
        columns: vec![
            column("Publication", "publication", Align::Left),
            column("Claim", "claim", Align::Left),
            column("Published", "published", Align::Right),
            column("Computed", "computed", Align::Right),
            column("Off", "off", Align::Right),
            column("Verdict", "verdict", Align::Left),
        ],
        rows,
        notes: notes(ledgers),
    }
}

/// The same for programs: numbers at full precision, one unit to a row.
pub fn claims_data(ledgers: &[Ledger]) -> Table {
    let mut rows = Vec::new();
    for ledger in ledgers {
        for claim in &ledger.claims {
            let unit = &claim.published.unit;
            let off = BigRational::from(claim.published.off_by(&claim.computed.value));
            let conditions = match &claim.verdict {
                Verdict::HoldsIf(_, conditions) => conditions.join("; "),
                Verdict::Holds(_) | Verdict::Differs => String::new(),
            };
            rows.push(row(vec![
                words(&ledger.file.name.value),
                words(&claim.name),
                Cell::Count(claim.published.quantity().value / unit.scale()),
                Cell::Count(&claim.computed.value / unit.scale()),
                words(unit.to_string()),
                Cell::Count(off),
                words(claim.verdict.name()),
                words(conditions),
                words(&claim.formula),
            ]));
        }
    }
    let left = |key: &str| column(key, key, Align::Left);
    Table {
        title: None,
        columns: vec![
            left("publication"),
            left("claim"),
            left("published"),
            left("computed"),
            left("unit"),
            left("off"),
            left("verdict"),
            left("if"),
            left("formula"),
        ],
        rows,
        notes: Vec::new(),
    }
}

/// How far the computed number is off, in the last printed digit.
fn off(claim: &Claim) -> String {
    let off = claim.published.off_by(&claim.computed.value);
    match claim.published.bound {
        Bound::Is if off.is_zero() => "0".to_owned(),
        Bound::Is => format!("{off:+}").replace('-', "−"),
        Bound::Above | Bound::Below => String::new(),
    }
}

/// The verdict in words.
pub(super) fn verdict(claim: &Claim) -> String {
    let mut words = match &claim.verdict {
        Verdict::HoldsIf(_, conditions) => format!("holds if: {}", conditions.join(", ")),
        other => other.name().to_owned(),
    };
    if claim.verdict.is_within_input_rounding() {
        words = format!("{words} (within the rounding of its inputs)");
    }
    match claim.as_expected {
        true => words,
        false => format!("{words}, which the ledger does not expect"),
    }
}

fn notes(ledgers: &[Ledger]) -> Vec<String> {
    let claims = || ledgers.iter().flat_map(|ledger| &ledger.claims);
    let count = |name: &str| {
        claims()
            .filter(|claim| claim.verdict.name() == name)
            .count()
    };
    let mut notes = vec![format!(
        "{} published numbers: {} hold, {} hold if what is inferred holds, {} differ.",
        claims().count(),
        count("holds"),
        count("holds if"),
        count("differs")
    )];
    notes.push(
        "Off: in the last printed digit. Holds if: the printed digits come out with these \
         conventions, which neither the publication nor its code states."
            .to_owned(),
    );
    notes
}

/// What is known of each convention of one publication, and what it leaves out.
pub fn conventions_table(ledger: &Ledger) -> Table {
    let rows = ledger.file.conventions.iter().map(|one| {
        row(vec![
            words(one.about.to_string()),
            words(&one.value),
            words(one.known.to_string()),
        ])
    });
    let mut notes = Vec::new();
    if !ledger.file.leaves_out.is_empty() {
        notes.push(format!("Left out: {}.", ledger.file.leaves_out.join(", ")));
    }
    Table {
        title: Some(format!("{}: conventions", ledger.file.name.value)),
        columns: vec![
            column("Convention", "convention", Align::Left),
            column("Value", "value", Align::Left),
            column("Known", "known", Align::Left),
        ],
        rows: rows.collect(),
        notes,
    }
}

/// What comes out under other conditions, if a file asks for anything.
pub fn findings_table(ledger: &Ledger) -> Option<Table> {
    let rows = ledger.findings.iter().map(|finding| {
        row(vec![
            words(&finding.name),
            words(&finding.shown),
            words(&finding.formula),
        ])
    });
    let table = Table {
        title: Some(format!("{}: findings", ledger.file.name.value)),
        columns: vec![
            column("Finding", "finding", Align::Left),
            column("Value", "value", Align::Right),
            column("Formula", "formula", Align::Left),
        ],
        rows: rows.collect(),
        notes: Vec::new(),
    };
    (!ledger.findings.is_empty()).then_some(table)
}
