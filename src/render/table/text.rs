//! Aligned columns for a terminal.
//!
//! One rule under the header, one around each total, no boxes: the numbers are the
//! picture. A table that is too wide gives way in its words; numbers are never
//! broken, because half a number is another number.

use tabled::builder::Builder;
use tabled::settings::formatting::AlignmentStrategy;
use tabled::settings::object::{Columns, FirstRow, LastColumn};
use tabled::settings::style::HorizontalLine;
use tabled::settings::themes::Theme;
use tabled::settings::{Alignment, Padding, Style};
use unicode_width::UnicodeWidthStr;

use super::{Align, Cell, RowKind, Table};
use crate::render::wrap::{words, wrap};

/// Spaces between two columns.
const GAP: usize = 2;

/// Writes `table` for a terminal of `width` columns.
pub fn write(table: &Table, width: usize) -> String {
    let mut parts = Vec::new();
    if let Some(title) = &table.title {
        parts.push(filled(title, width));
    }
    if !table.columns.is_empty() {
        parts.push(body(table, width));
    }
    if !table.notes.is_empty() {
        let notes: Vec<String> = table.notes.iter().map(|note| filled(note, width)).collect();
        parts.push(notes.concat());
    }
    parts.join("\n")
}

fn filled(text: &str, width: usize) -> String {
    lines(text, width).join("\n") + "\n"
}

fn lines(text: &str, width: usize) -> Vec<String> {
    wrap(text, width as f64, |line| line.width() as f64)
}

fn body(table: &Table, width: usize) -> String {
    let widths = widths(table, width);
    let mut builder = Builder::new();
    let header = table.columns.iter().zip(&widths);
    builder.push_record(header.map(|(column, width)| lines(&column.name, *width).join("\n")));
    for row in &table.rows {
        builder.push_record(widths.iter().enumerate().map(|(index, width)| {
            let cell = row.cell(index);
            match cell {
                Cell::Text(text) | Cell::Formula { text, .. } => lines(text, *width).join("\n"),
                number => number.human(),
            }
        }));
    }
    let mut drawn = builder.build();
    drawn
        .with(theme(table))
        .with(Padding::new(0, GAP, 0, 0))
        .with(AlignmentStrategy::PerLine)
        .modify(LastColumn, Padding::zero())
        .modify(FirstRow, Alignment::bottom());
    for (index, column) in table.columns.iter().enumerate() {
        drawn.modify(
            Columns::one(index),
            match column.align {
                Align::Left => Alignment::left(),
                Align::Right => Alignment::right(),
            },
        );
    }
    let mut out = String::new();
    for line in drawn.to_string().lines() {
        out += line.trim_end_matches(' ');
        out.push('\n');
    }
    out
}

/// Rules below the header and wherever plain rows and totals meet.
fn theme(table: &Table) -> Theme {
    let mut theme = Theme::from_style(Style::empty());
    let rule = HorizontalLine::new('─');
    theme.insert_horizontal_line(1, rule);
    for (index, pair) in table.rows.windows(2).enumerate() {
        let meets_total = pair.iter().any(|row| row.kind == RowKind::Total);
        if meets_total && pair[0].kind != pair[1].kind {
            // The header is line 0, so between rows `index` and `index + 1`:
            theme.insert_horizontal_line(index + 2, rule);
        }
    }
    theme
}

/// How wide each column is: as wide as it likes if all fit into `width`; otherwise
/// the widest column gives way first, down to its longest word or number.
fn widths(table: &Table, width: usize) -> Vec<usize> {
    let count = table.columns.len();
    let mut ideal = vec![0; count];
    let mut least = vec![0; count];
    for (index, column) in table.columns.iter().enumerate() {
        let mut take = |text: &str, breakable: bool| {
            for line in lines(text, usize::MAX) {
                ideal[index] = ideal[index].max(line.width());
                let indent = line.len() - line.trim_start_matches(' ').len();
                let longest = match breakable {
                    true => words(&line).map(|word| indent + word.width()).max(),
                    false => Some(line.width()),
                };
                least[index] = least[index].max(longest.unwrap_or(0));
            }
        };
        take(&column.name, true);
        for row in &table.rows {
            let cell = row.cell(index);
            take(
                &cell.human(),
                matches!(cell, Cell::Text(_) | Cell::Formula { .. }),
            );
        }
    }
    let available = width.saturating_sub(GAP * count.saturating_sub(1));
    while ideal.iter().sum::<usize>() > available {
        let shrinkable = (0..count).filter(|&index| ideal[index] > least[index]);
        match shrinkable.max_by_key(|&index| ideal[index]) {
            Some(widest) => ideal[widest] -= 1,
            None => break,
        }
    }
    ideal
}

#[cfg(test)]
mod tests {
    use super::super::tests::{column, count, example};
    use super::super::{Row, Table};
    use super::*;

    /// The table, with visible thin spaces.
    fn text(table: &Table, width: usize) -> String {
        write(table, width).replace('\u{202f}', "'")
    }

    #[test]
    fn columns_rules_title_and_notes() {
        assert_eq!(
            text(&example(), 80),
            "\
Energy by stage

Stage    Operations    Energy     Share   Gain
──────────────────────────────────────────────
q-proj    8'388'608  30.50 µJ   75.00 %  2.85×
softmax      65'536  950.0 pJ   25.00 %
──────────────────────────────────────────────
total     8'454'144  30.50 µJ  100.00 %

45nm, fp32.
"
        );
    }

    #[test]
    fn a_total_in_the_middle_has_a_rule_on_both_sides() {
        let mut table = example();
        table.rows.swap(1, 2);
        let text = text(&table, 80);
        let rules: Vec<usize> = text
            .lines()
            .enumerate()
            .filter(|(_, line)| line.starts_with('─'))
            .map(|(index, _)| index)
            .collect();
        // Title, blank, header, rule, q-proj, rule, total, rule, softmax.
        assert_eq!(rules, [3, 5, 7]);
    }

    #[test]
    fn words_give_way_and_numbers_do_not() {
        let table = Table {
            columns: vec![
                column("Op", "op", Align::Left),
                column("Number of operations", "ops", Align::Right),
            ],
            rows: vec![Row {
                cells: vec![
                    Cell::Text("matrix product of query and key".into()),
                    count(123_456_789, 1),
                ],
                kind: RowKind::Plain,
            }],
            ..Table::default()
        };
        // 20 columns less the gap leave 18; the number takes 11, so the words have 7
        // left, and "product" is as long.
        assert_eq!(
            text(&table, 20),
            [
                "           Number of\n",
                "Op        operations\n",
                "────────────────────\n",
                "matrix   123'456'789\n",
                "product\n",
                "of\n",
                "query\n",
                "and key\n",
            ]
            .concat()
        );
    }

    #[test]
    fn wide_characters_count_twice_and_marks_not_at_all() {
        let row = |name: &str| Row {
            cells: vec![Cell::Text(name.into()), count(1, 1)],
            kind: RowKind::Plain,
        };
        let table = Table {
            columns: vec![
                column("Naïve", "name", Align::Left),
                column("n", "n", Align::Right),
            ],
            rows: vec![row("能量"), row("e\u{301}e"), row("µ²")],
            ..Table::default()
        };
        assert_eq!(
            text(&table, 80),
            "Naïve  n\n────────\n能量   1\ne\u{301}e     1\nµ²     1\n"
        );
    }

    #[test]
    fn an_empty_table_is_its_header() {
        let table = Table {
            rows: vec![],
            title: None,
            notes: vec![],
            columns: example().columns[..2].to_vec(),
        };
        assert_eq!(text(&table, 80), "Stage  Operations\n─────────────────\n");
        assert_eq!(text(&Table::default(), 80), "");
    }

    #[test]
    fn a_terminal_without_width_does_not_hang() {
        assert!(text(&example(), 0).contains("8'388'608"));
    }

    #[test]
    fn indentation_and_line_breaks_in_words_are_kept() {
        let table = Table {
            columns: vec![column("Op", "op", Align::Left)],
            rows: vec![Row {
                cells: vec![Cell::Text("  a\n  b".into())],
                kind: RowKind::Plain,
            }],
            ..Table::default()
        };
        assert_eq!(text(&table, 80), "Op\n───\n  a\n  b\n");
    }
}
