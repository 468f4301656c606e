//! The numbers and formulas of one price: `pj = 0.9`, `is = "7.1 * mul"`,
//! `range = [0, "add"]`, and the unit that a file writes them in.

use num_rational::BigRational;

use super::entry::Word;
use crate::formula::Formula;
use crate::number;
use crate::source::{Datum, Diagnostic, Fields, Problems, Spanned, Value};

/// The unit of all numbers of one file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Femtojoule,
    Picojoule,
    Nanojoule,
}

impl Unit {
    const ALL: [Unit; 3] = [Unit::Femtojoule, Unit::Picojoule, Unit::Nanojoule];

    /// The field under which an entry gives a value in this unit.
    pub const fn field(self) -> &'static str {
        match self {
            Unit::Femtojoule => "fj",
            Unit::Picojoule => "pj",
            Unit::Nanojoule => "nj",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Unit::Femtojoule => "fJ",
            Unit::Picojoule => "pJ",
            Unit::Nanojoule => "nJ",
        }
    }

    pub fn picojoules(self) -> BigRational {
        match self {
            Unit::Femtojoule => number::whole(1000).recip(),
            Unit::Picojoule => number::whole(1),
            Unit::Nanojoule => number::whole(1000),
        }
    }
}

impl Word for Unit {
    const WHAT: &'static str = "unit of a table";
    const WORDS: &'static [(Unit, &'static str)] = &[
        (Unit::Femtojoule, Unit::Femtojoule.name()),
        (Unit::Picojoule, Unit::Picojoule.name()),
        (Unit::Nanojoule, Unit::Nanojoule.name()),
    ];
}

/// What an entry says of its value.
pub(super) enum Given {
    /// Nothing beside a range.
    RangeAlone,
    /// Nothing that could be read; the mistake is noted.
    Wrong,
    Number(Formula),
    Formula(Formula),
}

impl Given {
    /// The value under the field of `unit`, or the formula under `is`; a
    /// mistake where there are both, or neither and no range.
    pub fn read(what: &str, fields: &mut Fields<'_>, unit: Unit, problems: &mut Problems) -> Given {
        let mut mistake = |mistake| {
            problems.push(mistake);
            Given::Wrong
        };
        let formula = fields.take("is");
        let number = fields.take(unit.field());
        for other in Unit::ALL.into_iter().filter(|other| *other != unit) {
            let (field, right) = (other.field(), unit.field());
            if let Some(node) = fields.take(field) {
                let message = format!("`{field}` in a table whose unit is {}", unit.name());
                let help = format!(
                    "write `{right}`, or `unit = \"{}\"` at the top of the file",
                    other.name()
                );
                return mistake(Diagnostic::at(&node.place, message).help(help));
            }
        }
        match (number, formula) {
            (Some(number), None) => match number.number(problems) {
                Some(number) => Given::Number(Formula::number(number.value, &number.place)),
                None => Given::Wrong,
            },
            (None, Some(formula)) => match read_formula(formula, problems) {
                Some(formula) => Given::Formula(formula),
                None => Given::Wrong,
            },
            (Some(number), Some(formula)) => mistake(
                Diagnostic::at(
                    &formula.place,
                    format!("`{what}` has a number and a formula"),
                )
                .and(&number.place, "the number")
                .help(format!("keep one of `{}` and `is`", unit.field())),
            ),
            (None, None) if fields.take("range").is_some() => Given::RangeAlone,
            (None, None) => mistake(
                Diagnostic::at(fields.place(), format!("`{what}` has no price")).help(format!(
                    "give `{} = …`, `range = [least, most]`, or a formula: `is = \"4 * mul\"`",
                    unit.field()
                )),
            ),
        }
    }
}

/// The formula that a string must be.
pub(super) fn read_formula(node: &Datum, problems: &mut Problems) -> Option<Formula> {
    let text = node.text(problems)?;
    Formula::read(&text.value, &node.inside(), problems)
}

/// `[least, most]`, each a number or a formula.
pub(super) fn read_range(node: &Datum, problems: &mut Problems) -> Option<(Formula, Formula)> {
    let [low, high] = node.items(problems)? else {
        problems.push(
            Diagnostic::at(&node.place, "a range has two ends").help("write `[least, most]`"),
        );
        return None;
    };
    let mut end = |node: &Datum| match &node.value {
        Value::Text(_) => read_formula(node, problems),
        _ => node
            .number(problems)
            .map(|Spanned { value, place }| Formula::number(value, &place)),
    };
    let (low, high) = (end(low), end(high));
    Some((low?, high?))
}
