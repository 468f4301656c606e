//! Which columns wrap, and whether a table goes over one column of a page or over
//! both.
//!
//! A table that fits a column of a two-column page as it is stands there. One that
//! does not gives way in its words, unless these would become towers; then it goes
//! over the whole page. What is too wide even for that stands in parts, one below
//! the other, each of which begins with the same words.

use std::collections::BTreeSet;

use super::super::{Cell, Table};
use super::cell::in_print;
use super::measure::{lines, longest_piece, width};

/// The narrowest column of the usual two-column styles, in points: 77 mm.
const COLUMN: f64 = 219.0;

/// The narrowest page, in points: 158 mm.
const PAGE: f64 = 450.0;

/// Between two columns of a table, in points: twice `\tabcolsep`.
pub(super) const GAP: f64 = 8.0;

/// No cell is taken to be wider than this before it wraps.
const WIDEST: f64 = 900.0;

/// A column of numbers that is wider than this breaks them.
const WIDEST_NUMBER: f64 = 160.0;

/// Where a table stands.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Layout {
    pub(super) span: Span,
    /// What stands one below the other.
    pub(super) parts: Vec<Vec<Placed>>,
}

/// Over what a table goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Span {
    /// One column of a page.
    Column,
    /// All of them.
    Page,
}

impl Span {
    /// Its width, in points.
    pub(super) fn width(self) -> f64 {
        match self {
            Span::Column => COLUMN,
            Span::Page => PAGE,
        }
    }
}

/// A column of a table in its place.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    /// Which column of the table it is.
    pub(super) index: usize,
    /// Its width, in points.
    pub(super) width: f64,
    /// Whether its cells wrap.
    pub(super) wraps: bool,
}

impl Layout {
    pub(super) fn of(table: &Table) -> Layout {
        let columns: Vec<Need> = (0..table.columns.len())
            .map(|index| Need::of(table, index))
            .collect();
        let all: Vec<&Need> = columns.iter().collect();
        if let Some(placed) = fit(&all, COLUMN)
            && is_readable(table, &placed)
        {
            return Layout {
                span: Span::Column,
                parts: vec![placed],
            };
        }
        Layout {
            span: Span::Page,
            parts: over_page(table, &columns),
        }
    }
}

/// How much room a column wants.
struct Need {
    index: usize,
    /// The widest cell.
    body: f64,
    /// A cell that says something, on average.
    mean: f64,
    /// All of it on one line, its header too.
    ideal: f64,
    /// The longest piece that cannot be broken.
    least: f64,
    /// Whether its cells may wrap.
    is_breakable: bool,
}

impl Need {
    fn of(table: &Table, index: usize) -> Need {
        let header = table.columns.get(index).map_or("", |column| &column.name);
        let (mut body, mut piece, mut is_words) = (0.0_f64, 0.0_f64, false);
        let (mut sum, mut said) = (1.0, 1.0);
        for row in &table.rows {
            let cell = row.cell(index);
            let text = in_print(cell);
            body = body.max(width(&text)).min(WIDEST);
            if !text.is_empty() {
                sum += width(&text).min(WIDEST);
                said += 1.0;
            }
            piece = piece.max(longest_piece(&text));
            is_words |= matches!(cell, Cell::Text(_) | Cell::Formula { .. });
        }
        let is_breakable = is_words || body > WIDEST_NUMBER;
        let least = match is_breakable {
            true => piece,
            false => body,
        };
        Need {
            index,
            body,
            mean: sum / said,
            ideal: body.max(width(header)).min(WIDEST),
            least: least.max(longest_piece(header)),
            is_breakable,
        }
    }

    fn placed(&self, width: f64) -> Placed {
        Placed {
            index: self.index,
            width,
            wraps: self.is_breakable && width < self.body,
        }
    }
}

/// The columns beside each other within `room`. First gives way what is the widest
/// for what stands in it, so that cells come to have about as many lines.
fn fit(columns: &[&Need], room: f64) -> Option<Vec<Placed>> {
    let gaps = GAP * columns.len().saturating_sub(1) as f64;
    let least: f64 = columns.iter().map(|column| column.least).sum();
    if least + gaps > room {
        return None;
    }
    let mut widths: Vec<f64> = columns.iter().map(|column| column.ideal).collect();
    while widths.iter().sum::<f64>() + gaps > room {
        let shrinkable = columns.iter().zip(&mut widths);
        let shrinkable = shrinkable.filter(|(column, width)| **width > column.least);
        let slack = |(column, width): &(&&Need, &mut f64)| **width / column.mean;
        let (column, width) = shrinkable.max_by(|a, b| slack(a).total_cmp(&slack(b)))?;
        *width = (*width - 1.0).max(column.least);
    }
    let placed = columns.iter().zip(widths);
    Some(placed.map(|(column, width)| column.placed(width)).collect())
}

/// Whether rows stay rows: not much higher than they are where nothing wraps.
fn is_readable(table: &Table, placed: &[Placed]) -> bool {
    let rows = table.rows.len();
    let lines: usize = (0..rows).map(|row| row_lines(table, row, placed)).sum();
    lines <= 2 * rows + 2 && header_lines(table, placed) <= 3
}

/// All columns over a page, in as many parts as it takes.
fn over_page(table: &Table, columns: &[Need]) -> Vec<Vec<Placed>> {
    let all: Vec<&Need> = columns.iter().collect();
    if let Some(placed) = fit(&all, PAGE) {
        return vec![placed];
    }
    let mut keys: Vec<&Need> = columns.iter().take(keys(table, columns)).collect();
    while keys.iter().map(|key| key.least + GAP).sum::<f64>() > PAGE / 2.0 {
        keys.pop();
    }
    let rest: Vec<&Need> = columns.iter().skip(keys.len()).collect();
    for parts in 1..=rest.len() {
        let chunks = rest.chunks(rest.len().div_ceil(parts));
        let fitted: Option<Vec<Vec<Placed>>> = chunks
            .map(|chunk| fit(&[keys.as_slice(), chunk].concat(), PAGE))
            .collect();
        if let Some(parts) = fitted {
            return parts;
        }
    }
    // Something in it cannot be broken and is wider than any page.
    let all = columns.iter().map(|column| column.placed(column.least));
    vec![all.collect()]
}

/// So many of the words at the left tell the rows apart, or are all there are.
fn keys(table: &Table, columns: &[Need]) -> usize {
    let leading = columns.iter().take_while(|column| column.is_breakable);
    let leading = leading.count().min(columns.len().saturating_sub(1));
    let tells_apart = |count: &usize| {
        let mut seen = BTreeSet::new();
        let mut rows = table.rows.iter();
        rows.all(|row| {
            let key: Vec<String> = (0..*count).map(|at| row.cell(at).human()).collect();
            seen.insert(key)
        })
    };
    (1..leading).find(tells_apart).unwrap_or(leading)
}

/// So many lines has a row.
pub(super) fn row_lines(table: &Table, row: usize, placed: &[Placed]) -> usize {
    let Some(row) = table.rows.get(row) else {
        return 0;
    };
    let wrapping = placed.iter().filter(|column| column.wraps);
    let of_cells =
        wrapping.map(|column| lines(&in_print(row.cell(column.index)), column.width).len());
    of_cells.max().unwrap_or(1)
}

/// So many lines has the header.
pub(super) fn header_lines(table: &Table, placed: &[Placed]) -> usize {
    let of_columns = placed.iter().filter_map(|column| {
        let name = &table.columns.get(column.index)?.name;
        Some(lines(name, column.width).len())
    });
    of_columns.max().unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::{column, count, example};
    use super::super::super::{Align, Row, RowKind};
    use super::*;

    fn words(rows: usize, text: &str, numbers: usize) -> Table {
        let mut columns = vec![column("Words", "words", Align::Left)];
        columns.extend((0..numbers).map(|_| column("Number", "n", Align::Right)));
        let cells = [Cell::Text(text.into())].into_iter();
        let cells: Vec<Cell> = cells
            .chain((0..numbers).map(|_| count(123_456_789, 1)))
            .collect();
        let row = Row {
            cells,
            kind: RowKind::Plain,
        };
        Table {
            columns,
            rows: vec![row; rows],
            ..Table::default()
        }
    }

    #[test]
    fn a_small_table_stands_in_a_column_as_it_is() {
        let layout = Layout::of(&example());
        assert_eq!(layout.span, Span::Column);
        assert!(layout.parts[0].iter().all(|column| !column.wraps));
    }

    #[test]
    fn words_wrap_before_a_table_goes_over_the_page() {
        // Some 45 characters of about 4 points, beside 47 points of digits.
        let layout = Layout::of(&words(
            3,
            "a name of words that is longer than its column",
            2,
        ));
        assert_eq!(layout.span, Span::Column);
        let wraps: Vec<bool> = layout.parts[0].iter().map(|column| column.wraps).collect();
        assert_eq!(wraps, [true, false, false]);
        let sentence = "a sentence of many words, ".repeat(8);
        assert_eq!(Layout::of(&words(3, &sentence, 2)).span, Span::Page);
    }

    #[test]
    fn what_is_wider_than_a_page_stands_in_parts_that_begin_alike() {
        let layout = Layout::of(&words(1, "name", 20));
        assert_eq!(layout.span, Span::Page);
        assert!(layout.parts.len() > 1);
        let mut shown: Vec<usize> = Vec::new();
        for part in &layout.parts {
            assert_eq!(part[0].index, 0);
            shown.extend(part[1..].iter().map(|column| column.index));
            let own: f64 = part.iter().map(|column| column.width).sum();
            assert!(own + GAP * (part.len() - 1) as f64 <= PAGE);
        }
        assert_eq!(shown, (1..=20).collect::<Vec<_>>());
    }
}
