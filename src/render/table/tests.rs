//! A table that the tests of all writers share, and what every cell says.

#![allow(clippy::unwrap_used)]
use num_rational::BigRational;

use super::*;
use crate::units::Energy;

pub fn column(name: &str, key: &str, align: Align) -> Column {
    Column {
        name: name.into(),
        key: key.into(),
        align,
    }
}

pub fn count(numerator: i64, denominator: i64) -> Cell {
    Cell::Count(BigRational::new(numerator.into(), denominator.into()))
}

pub fn energy(picojoules: f64) -> Cell {
    Cell::Energy(Energy::from_picojoules(picojoules))
}

/// Two stages and their total, with every kind of cell.
pub fn example() -> Table {
    let row = |name: &str, ops, pj, share, factor, kind| Row {
        cells: vec![
            Cell::Text(name.into()),
            count(ops, 1),
            energy(pj),
            Cell::Share(share),
            factor,
        ],
        kind,
    };
    Table {
        title: Some("Energy by stage".into()),
        columns: vec![
            column("Stage", "stage", Align::Left),
            column("Operations", "ops", Align::Right),
            column("Energy", "energy", Align::Right),
            column("Share", "share", Align::Right),
            column("Gain", "gain", Align::Right),
        ],
        rows: vec![
            row(
                "q-proj",
                8_388_608,
                30.5e6,
                0.75,
                Cell::Factor(2.854),
                RowKind::Plain,
            ),
            row("softmax", 65_536, 950.0, 0.25, Cell::Empty, RowKind::Plain),
            row(
                "total",
                8_454_144,
                30_500_950.0,
                1.0,
                Cell::Empty,
                RowKind::Total,
            ),
        ],
        notes: vec!["45nm, fp32.".into()],
    }
}

#[test]
fn formats_are_found_by_the_name_a_user_types() {
    for format in TableFormat::ALL {
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    let error = "html".parse::<TableFormat>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "no table format is called 'html' (there are text, markdown, csv, latex)"
    );
}

#[test]
fn cells_read_as_a_person_would_write_them() {
    assert_eq!(Cell::Empty.human(), "");
    assert_eq!(count(8_388_608, 1).human(), "8\u{202f}388\u{202f}608");
    assert_eq!(energy(42_061_004.8).human(), "42.06 µJ");
    assert_eq!(Cell::Share(0.651).human(), "65.10 %");
    assert_eq!(Cell::Share(0.99999).human(), "99.999 %");
    assert_eq!(Cell::Factor(2.854).human(), "2.85×");
    assert_eq!(Cell::Number(-0.012346).human(), "-0.01235");
    assert_eq!(Cell::Number(-123_456.7).human(), "-123\u{202f}457");
    assert_eq!(Cell::Number(f64::INFINITY).human(), "inf");
}
