//! Tables and pictures for notebooks.

use picojoule::render::table::{Align, Cell, Row, RowKind, Table};

/// A table with its title above and its notes below it. It has the colours of the page
/// that it stands on.
pub(crate) fn table(table: &Table) -> String {
    let mut html = String::from("<table>");
    if let Some(title) = &table.title {
        html += &format!(
            "<caption style=\"text-align:left;caption-side:top;white-space:nowrap\">{}</caption>",
            escaped(title)
        );
    }
    html += "<thead><tr>";
    for (at, column) in table.columns.iter().enumerate() {
        html += &cell("th", at, column.align, &column.name);
    }
    html += "</tr></thead><tbody>";
    for row in &table.rows {
        html += &line(table, row);
    }
    html += "</tbody></table>";
    for note in &table.notes {
        html += &format!(
            "<p style=\"margin:0;max-width:60em;font-size:smaller\">{}</p>",
            escaped(note)
        );
    }
    html
}

/// A picture. Its type is dark, so that it brings its own ground along.
pub(crate) fn picture(svg: &str) -> String {
    format!("<div style=\"background:white;width:fit-content\">{svg}</div>")
}

fn line(table: &Table, row: &Row) -> String {
    let tag = match row.kind {
        RowKind::Plain => "td",
        RowKind::Total => "th",
    };
    let columns = table.columns.iter().enumerate();
    let cells = columns.map(|(at, column)| {
        let text = row.cells.get(at).map(Cell::human).unwrap_or_default();
        cell(tag, at, column.align, &text)
    });
    format!("<tr>{}</tr>", cells.collect::<String>())
}

/// A cell of the column of this number. Names and numbers stay in one line.
fn cell(tag: &str, at: usize, align: Align, text: &str) -> String {
    let style = match align {
        Align::Right => "text-align:right;white-space:nowrap",
        Align::Left if at == 0 => "text-align:left;white-space:nowrap",
        Align::Left => "text-align:left",
    };
    let text = escaped(text);
    format!("<{tag} style=\"{style}\">{text}</{tag}>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
