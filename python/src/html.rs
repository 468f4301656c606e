//! Tables for notebooks.

use picojoule::render::table::{Align, Cell, Row, RowKind, Table};

/// A table with its title above and its notes below it. It has the colours of the page
/// that it stands on.
pub(crate) fn table(table: &Table) -> String {
    let mut html = String::from("<table>");
    if let Some(title) = &table.title {
        html += &format!(
            "<caption style=\"text-align:left;caption-side:top\">{}</caption>",
            escaped(title)
        );
    }
    html += "<thead><tr>";
    for column in &table.columns {
        html += &cell("th", column.align, &column.name);
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

fn line(table: &Table, row: &Row) -> String {
    let tag = match row.kind {
        RowKind::Plain => "td",
        RowKind::Total => "th",
    };
    let columns = table.columns.iter().enumerate();
    let cells = columns.map(|(at, column)| {
        let text = row.cells.get(at).map(Cell::human).unwrap_or_default();
        cell(tag, column.align, &text)
    });
    format!("<tr>{}</tr>", cells.collect::<String>())
}

fn cell(tag: &str, align: Align, text: &str) -> String {
    let align = match align {
        Align::Left => "left",
        Align::Right => "right",
    };
    let text = escaped(text);
    format!("<{tag} style=\"text-align:{align}\">{text}</{tag}>")
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}
