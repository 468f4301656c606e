//! Markdown pipe tables, for pages and pull requests.
//!
//! Title and notes are paragraphs around the table and totals are bold. Columns are
//! not padded: a page shows them aligned anyway, and one longer name would otherwise
//! touch every line of a diff.

use super::{Align, RowKind, Table};

/// Writes `table` as Markdown.
pub fn write(table: &Table) -> String {
    let mut parts = Vec::new();
    if let Some(title) = &table.title {
        parts.push(format!("**{}**\n", escape(title)));
    }
    if !table.columns.is_empty() {
        parts.push(body(table));
    }
    for note in &table.notes {
        parts.push(paragraph(note));
    }
    parts.join("\n")
}

fn body(table: &Table) -> String {
    let mut out = line(table.columns.iter().map(|column| escape(&column.name)));
    out += &line(table.columns.iter().map(|column| {
        String::from(match column.align {
            Align::Left => ":---",
            Align::Right => "---:",
        })
    }));
    for row in &table.rows {
        out += &line((0..table.columns.len()).map(|index| {
            let text = escape(&row.cell(index).human());
            match row.kind {
                RowKind::Total if !text.is_empty() => format!("**{text}**"),
                _ => text,
            }
        }));
    }
    out
}

fn line(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<String> = cells.collect();
    format!("| {} |\n", cells.join(" | "))
}

/// `text` with everything escaped that Markdown would interpret inside a line.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.trim().chars() {
        match c {
            '\n' => out += "<br>",
            '\\' | '|' | '*' | '_' | '`' | '<' | '[' | ']' | '~' => {
                out.push('\\');
                out.push(c);
            }
            '&' => out += "&amp;",
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A note as a paragraph, also where it begins like a heading, list or quotation.
fn paragraph(note: &str) -> String {
    let text = escape(note);
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    let at = match text[digits..].chars().next() {
        Some('.' | ')') if digits > 0 => digits,
        Some('#' | '>' | '+' | '-' | '=') if digits == 0 => 0,
        _ => return text + "\n",
    };
    format!("{}\\{}\n", &text[..at], &text[at..])
}

#[cfg(test)]
mod tests {
    use super::super::Cell;
    use super::super::tests::example;
    use super::*;

    #[test]
    fn a_table_with_title_total_and_note() {
        assert_eq!(
            write(&example()).replace('\u{202f}', "_"),
            "**Energy by stage**\n\
             \n\
             | Stage | Operations | Energy | Share | Gain |\n\
             | :--- | ---: | ---: | ---: | ---: |\n\
             | q-proj | 8_388_608 | 30.50 µJ | 75.00 % | 2.85× |\n\
             | softmax | 65_536 | 950.0 pJ | 25.00 % |  |\n\
             | **total** | **8_454_144** | **30.50 µJ** | **100.00 %** |  |\n\
             \n\
             45nm, fp32.\n"
        );
    }

    #[test]
    fn what_markdown_would_interpret_is_escaped() {
        assert_eq!(escape(r"a|b\c"), r"a\|b\\c");
        assert_eq!(escape("two\nlines"), "two<br>lines");
        assert_eq!(
            escape("*e_att* `x` <b> [1]"),
            r"\*e\_att\* \`x\` \<b> \[1\]"
        );
        assert_eq!(escape("R&D"), "R&amp;D");
        assert_eq!(escape("  µJ ² \t"), "µJ ²");
    }

    #[test]
    fn a_pipe_in_a_cell_does_not_make_a_column() {
        let mut table = example();
        table.rows[0].cells[0] = Cell::Text("|q|".into());
        assert!(write(&table).contains(r"| \|q\| | 8"));
    }

    #[test]
    fn a_note_is_a_paragraph_whatever_it_begins_with() {
        assert_eq!(paragraph("45nm, fp32."), "45nm, fp32.\n");
        assert_eq!(paragraph("1. first"), "1\\. first\n");
        assert_eq!(paragraph("# not a heading"), "\\# not a heading\n");
        assert_eq!(paragraph("- not a list"), "\\- not a list\n");
    }

    #[test]
    fn nothing_gives_nothing() {
        assert_eq!(write(&Table::default()), "");
    }
}
