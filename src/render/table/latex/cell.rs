//! What stands in a cell in print.

use super::super::Cell;

/// What stands in a cell, before it is escaped: between a number and its unit a thin
/// space.
pub(super) fn in_print(cell: &Cell) -> String {
    let text = cell.human();
    match cell {
        Cell::Energy(_)
        | Cell::Seconds(_)
        | Cell::Share(_)
        | Cell::Factor(_)
        | Cell::Number(_)
        | Cell::Count(_)
        | Cell::Limit { .. } => text.replace(' ', "\u{202f}").replace('-', "−"),
        Cell::Ranged { .. } => text.replace('-', "−"),
        Cell::Formula { .. } => text.chars().map(letter).collect(),
        Cell::Empty | Cell::NotCounted | Cell::Text(_) | Cell::Worded { .. } => text,
    }
}

/// A character of a formula; a letter that is neither Latin nor Greek stands there as
/// its number.
fn letter(c: char) -> String {
    let is_greek = ('\u{370}'..'\u{400}').contains(&c) || c == 'µ';
    match c.is_alphabetic() && !c.is_ascii() && !is_greek {
        true => format!("U{:04X}", u32::from(c)),
        false => c.to_string(),
    }
}
