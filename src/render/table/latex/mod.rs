//! LaTeX, for a paper: floating tables with `booktabs` rules.
//!
//! The output needs `\usepackage{booktabs,tabularx}` and UTF-8 input, nothing else.
//! A table stands in one column of a two-column page where it can, wrapping its
//! words, and over the whole page where it must; one that is longer than a page goes
//! on in a second float of the same number. Text is in `\footnotesize`, 8 points in
//! most papers. Every character that TeX would interpret is escaped, and the signs our
//! own numbers use (µ, ×, superscripts, thin spaces) become commands that every
//! engine and font has.

mod cell;
mod escape;
mod layout;
mod measure;

use self::cell::in_print;
use self::escape::{caption, escape, escape_breakable, slug};
use self::layout::{Layout, Placed, Span, header_lines, row_lines};
use super::{Align, Cell, RowKind, Table};

/// The height of a line in `\footnotesize`, in points.
const LINE: f64 = 9.5;

/// The height of a line of a caption.
const CAPTION_LINE: f64 = 12.0;

/// What a rule between rows takes.
const RULE: f64 = 6.5;

/// What the rules around a header and the space below a tabular take, in points.
const RULES: f64 = 24.0;

/// The height of a float beside its caption, in points: a page of most papers less a
/// margin.
const HEIGHT: f64 = 505.0;

/// Writes `table` as LaTeX, to be called `label`.
pub fn write(table: &Table, label: &str) -> String {
    let layout = Layout::of(table);
    let notes = table.notes.iter();
    let notes: Vec<Block> = notes.map(|note| Block::note(note, layout.span)).collect();
    let below: f64 = notes.iter().map(|note| note.height).sum();
    let mut blocks = Vec::new();
    for (at, part) in layout.parts.iter().enumerate() {
        let is_last = at + 1 == layout.parts.len();
        blocks.extend(tabulars(table, part, if is_last { below } else { 0.0 }));
    }
    blocks.extend(notes);
    let above = table.title.as_ref().map_or(0, |title| {
        let title = format!("Table 10: {title} (continued)");
        measure::lines(&title, layout.span.width() * measure::SIZE).len()
    });
    let above = above as f64 * CAPTION_LINE;
    let mut out = String::from("% In the preamble: \\usepackage{booktabs,tabularx}\n");
    for (at, blocks) in floats(blocks, HEIGHT - above).iter().enumerate() {
        out += &float(table, label, (layout.span, at), blocks);
    }
    out
}

/// The label of `table`: its title in short.
pub fn label(table: &Table) -> String {
    let slug = table.title.as_deref().map(slug).unwrap_or_default();
    match slug.is_empty() {
        true => "table".to_owned(),
        false => slug,
    }
}

/// What is not broken over two floats.
struct Block {
    text: String,
    /// In points.
    height: f64,
}

impl Block {
    fn note(note: &str, span: Span) -> Block {
        let lines = measure::lines(note, span.width()).len() as f64;
        Block {
            text: format!(
                "\n  \\smallskip\n  {{\\raggedright {}\\par}}\n",
                escape_breakable(note)
            ),
            height: lines * LINE + 3.0,
        }
    }
}

/// The blocks in as many floats as they take; at least one.
fn floats(blocks: Vec<Block>, room: f64) -> Vec<Vec<Block>> {
    let mut floats = vec![Vec::new()];
    let mut filled = 0.0;
    for block in blocks {
        if filled > 0.0 && filled + block.height > room {
            floats.push(Vec::new());
            filled = 0.0;
        }
        filled += block.height;
        if let Some(last) = floats.last_mut() {
            last.push(block);
        }
    }
    floats
}

/// One float; those after the first go on under the same number.
fn float(table: &Table, label: &str, (span, at): (Span, usize), blocks: &[Block]) -> String {
    let name = match span {
        Span::Column => "table",
        Span::Page => "table*",
    };
    let mut out = match at {
        0 => String::new(),
        _ => "\n".to_owned(),
    };
    out += &format!("\\begin{{{name}}}\n  \\centering\\sloppy\n");
    let title = table.title.as_deref().map(caption);
    match (title, at) {
        (Some(title), 0) => {
            out += &format!("  \\caption{{{title}}}\n  \\label{{tab:{label}}}\n");
        }
        (Some(title), _) => {
            out +=
                &format!("  \\addtocounter{{table}}{{-1}}\n  \\caption{{{title} (continued)}}\n");
        }
        (None, _) => {}
    }
    out += "  \\footnotesize\n  \\setlength{\\tabcolsep}{4pt}\n";
    for block in blocks {
        out += &block.text;
    }
    out + &format!("\\end{{{name}}}\n")
}

/// The rows below each other, in as many pieces as there are pages, the last of which
/// leaves room for what stands `below`; nothing without columns.
fn tabulars(table: &Table, part: &[Placed], below: f64) -> Vec<Block> {
    if part.is_empty() {
        return Vec::new();
    }
    let header = header_lines(table, part) as f64 * LINE + RULES;
    let heights: Vec<f64> = (0..table.rows.len())
        .map(|row| row_lines(table, row, part) as f64 * LINE + rule_above(table, row))
        .collect();
    // Pieces of about the same height.
    let rows: f64 = heights.iter().sum();
    let pieces = ((rows + below) / (HEIGHT - header - 40.0)).ceil().max(1.0);
    let each = ((rows + below) / pieces).min(rows);
    let mut blocks = Vec::new();
    let (mut start, mut filled) = (0, 0.0);
    for (at, height) in heights.iter().enumerate() {
        if filled > 0.0 && filled + height > each + LINE {
            blocks.push(tabular(table, part, (start..at, header + filled)));
            (start, filled) = (at, 0.0);
        }
        filled += height;
    }
    let rest = start..heights.len();
    blocks.push(tabular(table, part, (rest, header + filled)));
    blocks
}

/// The height of the rule that is between a row and the one before it, if one is.
fn rule_above(table: &Table, row: usize) -> f64 {
    let kind = |row: usize| table.rows.get(row).map(|row| row.kind);
    match row
        .checked_sub(1)
        .is_some_and(|before| kind(before) != kind(row))
    {
        true => RULE,
        false => 0.0,
    }
}

/// Some of the rows, so high with their header.
fn tabular(table: &Table, part: &[Placed], (rows, height): (std::ops::Range<usize>, f64)) -> Block {
    let spec = spec(table, part);
    let (begin, end) = match part.iter().any(|column| column.wraps) {
        true => (
            format!("\\begin{{tabularx}}{{\\linewidth}}{{{spec}}}"),
            "\\end{tabularx}",
        ),
        false => (format!("\\begin{{tabular}}{{{spec}}}"), "\\end{tabular}"),
    };
    let mut out = format!("\n  \\smallskip\n  {begin}\n    \\toprule\n");
    out += &line(part.iter().map(|column| header(table, column)));
    let mut above = RowKind::Plain;
    for (at, row) in table
        .rows
        .iter()
        .enumerate()
        .take(rows.end)
        .skip(rows.start)
    {
        if at == rows.start || row.kind != above {
            out += "    \\midrule\n";
        }
        above = row.kind;
        let cells = part.iter();
        out += &line(cells.map(|column| cell(row.cell(column.index), column.wraps)));
    }
    out += &format!("    \\bottomrule\n  {end}\n");
    Block { text: out, height }
}

/// The columns as `tabular` and `tabularx` take them: those that wrap share what the
/// others leave, as `\hsize` says.
fn spec(table: &Table, part: &[Placed]) -> String {
    let wrapping = || part.iter().filter(|column| column.wraps);
    let count = wrapping().count() as f64;
    let sum: f64 = wrapping().map(|column| column.width).sum();
    let columns: Vec<String> = part
        .iter()
        .map(|column| {
            let align = table.columns.get(column.index).map(|column| column.align);
            match (column.wraps, align) {
                (false, Some(Align::Right)) => "r".to_owned(),
                (false, _) => "l".to_owned(),
                (true, align) => {
                    let side = match align {
                        Some(Align::Right) => "\\raggedleft",
                        _ => "\\raggedright",
                    };
                    let share = column.width * count / sum;
                    let share = match count > 1.0 {
                        true => format!("\\hsize={share:.2}\\hsize\\linewidth=\\hsize"),
                        false => String::new(),
                    };
                    format!(">{{{share}{side}\\arraybackslash\\hspace{{0pt}}}}X")
                }
            }
        })
        .collect();
    format!("@{{}}{}@{{}}", columns.concat())
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("    {} \\\\\n", cells.join(" & "))
}

/// A header, in as many lines as its column is narrow.
fn header(table: &Table, placed: &Placed) -> String {
    let Some(column) = table.columns.get(placed.index) else {
        return String::new();
    };
    let lines = measure::lines(&column.name, placed.width);
    let side = match column.align {
        Align::Left => 'l',
        Align::Right => 'r',
    };
    match lines.as_slice() {
        [one] => escape(one),
        several => {
            let lines: Vec<String> = several.iter().map(|line| escape(line)).collect();
            format!(
                "\\begin{{tabular}}[b]{{@{{}}{side}@{{}}}}{}\\end{{tabular}}",
                lines.join("\\\\")
            )
        }
    }
}

/// A cell, escaped.
fn cell(cell: &Cell, wraps: bool) -> String {
    match cell {
        Cell::Formula { latex, .. } if wraps => {
            // Brackets of their size hold together what is between them.
            let flat = latex.replace(r"\left\l", r"\l").replace(r"\right\r", r"\r");
            format!("${}$", flat.replace(r"\,", r"\,\allowbreak "))
        }
        Cell::Formula { latex, .. } => format!("${latex}$"),
        cell if wraps => escape_breakable(&in_print(cell)),
        cell => escape(&in_print(cell)),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Row;
    use super::super::tests::{column, energy, example};
    use super::*;

    #[test]
    fn a_table_as_a_paper_prints_it() {
        assert_eq!(
            write(&example(), "energy"),
            r"% In the preamble: \usepackage{booktabs,tabularx}
\begin{table}
  \centering\sloppy
  \caption{Energy by stage}
  \label{tab:energy}
  \footnotesize
  \setlength{\tabcolsep}{4pt}

  \smallskip
  \begin{tabular}{@{}lrrrr@{}}
    \toprule
    Stage & Operations & Energy & Share & Gain \\
    \midrule
    q-proj & 8\,388\,608 & 30.50\,$\mu$J & 75.00\,\% & 2.85$\times$ \\
    softmax & 65\,536 & 950.0\,pJ & 25.00\,\% &  \\
    \midrule
    total & 8\,454\,144 & 30.50\,$\mu$J & 100.00\,\% &  \\
    \bottomrule
  \end{tabular}

  \smallskip
  {\raggedright 45nm, fp32.\par}
\end{table}
"
        );
    }

    #[test]
    fn a_negative_number_has_a_minus_and_a_word_a_hyphen() {
        assert_eq!(cell(&energy(-5e12), false), r"$-$5.000\,J");
        assert_eq!(cell(&Cell::Share(-0.25), false), r"$-$25.00\,\%");
        assert_eq!(cell(&Cell::Text("q-proj".into()), false), "q-proj");
    }

    #[test]
    fn rules_surround_a_total_in_the_middle() {
        let mut table = example();
        table.rows.swap(1, 2);
        let rules = write(&table, "").matches("\\midrule").count();
        // Under the header, above the total, below the total.
        assert_eq!(rules, 3);
        table.rows.clear();
        assert!(!write(&table, "").contains("\\midrule"));
    }

    #[test]
    fn an_empty_table_is_an_empty_float() {
        let text = write(&Table::default(), "");
        assert!(text.ends_with("\\end{table}\n"), "{text}");
        assert!(!text.contains("tabular}"), "{text}");
    }

    #[test]
    fn columns_of_words_share_what_is_left() {
        let text = "a name of words that is longer than its column".to_owned();
        let row = Row {
            cells: vec![Cell::Text(text.clone()), Cell::Text(text)],
            kind: RowKind::Plain,
        };
        let table = Table {
            columns: vec![column("A", "a", Align::Left), column("B", "b", Align::Left)],
            rows: vec![row],
            ..Table::default()
        };
        let wraps =
            r">{\hsize=1.00\hsize\linewidth=\hsize\raggedright\arraybackslash\hspace{0pt}}X";
        let begin = format!("\\begin{{tabularx}}{{\\linewidth}}{{@{{}}{wraps}{wraps}@{{}}}}");
        let written = write(&table, "");
        assert!(written.contains(&begin), "{written}");
    }

    #[test]
    fn a_long_table_goes_on_under_the_same_number() {
        let mut table = example();
        let row = table.rows[0].clone();
        table.rows = vec![row; 100];
        let text = write(&table, "long");
        // 100 lines of 9.5 points are two pages of 510, less headers.
        assert_eq!(text.matches("\\begin{table}").count(), 3);
        assert_eq!(text.matches("\\addtocounter{table}{-1}").count(), 2);
        assert_eq!(text.matches("\\label{").count(), 1);
        assert_eq!(text.matches("q-proj").count(), 100);
    }
}
