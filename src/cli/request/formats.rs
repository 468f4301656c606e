//! Formats that tables lack.

use crate::cli::arg_source::ArgSource;
use crate::cli::loading::shipped_tables;
use crate::format::{Format, NumberFormat};
use crate::source::{Diagnostic, Problems};
use crate::table::EnergyTable;

/// The part of `format` that `table` lacks, if it does.
pub(super) fn lacking(table: &EnergyTable, format: Format) -> Option<NumberFormat> {
    [format.operand, format.accumulator]
        .into_iter()
        .find(|number| !table.formats().any(|known| known == *number))
}

/// The mistake for a table that lacks `number`.
pub(super) fn lacks(
    table: &EnergyTable,
    number: NumberFormat,
    mistake: impl Fn(String) -> Diagnostic,
) -> Diagnostic {
    let known: Vec<String> = table.formats().map(|known| known.to_string()).collect();
    let message = format!("table `{}` has no format {number}", table.name());
    mistake(message).known(&number.to_string(), known.iter().map(String::as_str))
}

/// Tells of formats that a table lacks; where `each` is not asked for, of
/// those that no table has. Formats that could not be read are told of before.
pub(super) fn check_formats(
    (texts, flag): (&[String], &str),
    tables: &[EnergyTable],
    each: bool,
    problems: &mut Problems,
) {
    // Only read where no table at hand has a format.
    let shipped = std::cell::LazyCell::new(|| shipped_tables().unwrap_or_default());
    for text in texts {
        let Ok(format) = text.parse::<Format>() else {
            continue;
        };
        let place = ArgSource::new(flag, text).whole();
        let lack = |all: &[EnergyTable]| all.iter().all(|table| lacking(table, format).is_some());
        if !each && lack(tables) && lack(&shipped) {
            let known: Vec<String> = (tables.iter().chain(shipped.iter()))
                .flat_map(EnergyTable::formats)
                .map(|f| f.to_string())
                .collect();
            problems.push(
                Diagnostic::at(&place, format!("no table has {format}"))
                    .known(text, known.iter().map(String::as_str)),
            );
        }
        for table in tables.iter().filter(|_| each) {
            if let Some(number) = lacking(table, format) {
                let mistake = |message: String| Diagnostic::at(&place, message);
                problems.push(lacks(table, number, mistake));
            }
        }
    }
}
