//! A page of Markdown, laid out for a terminal: headings underlined, paragraphs filled,
//! tables as tables, code as it is.

use super::links::plain;
use super::topics::Topic;
use crate::cli::output;
use crate::render::table::{Align, Table, TableFormat, write};
use crate::view::cells::{column, row, words};

/// How far code stands from the margin.
const INDENT: &str = "    ";

/// The page in lines of this width.
pub(super) fn lay_out(topic: &Topic, width: usize) -> String {
    let mut page = Page {
        name: topic.name,
        width,
        parts: Vec::new(),
    };
    let mut lines = topic.text.lines().peekable();
    while let Some(line) = lines.next() {
        if line.starts_with("```") {
            let code = lines.by_ref().take_while(|line| !line.starts_with("```"));
            page.code(code);
        } else if line.starts_with('|') {
            let mut table = vec![line];
            while let Some(line) = lines.next_if(|line| line.starts_with('|')) {
                table.push(line);
            }
            page.table(&table);
        } else if line.starts_with('#') {
            page.heading(line);
        } else if !line.trim().is_empty() && !line.starts_with("<!--") {
            page.paragraph(line);
        }
    }
    page.parts.join("\n\n")
}

struct Page<'p> {
    name: &'p str,
    width: usize,
    parts: Vec<String>,
}

impl Page<'_> {
    fn heading(&mut self, line: &str) {
        let text = line.trim_start_matches('#');
        let rule = match line.len() - text.len() {
            1 => "═",
            2 => "─",
            _ => "┄",
        };
        let text = plain(text.trim(), self.name);
        let length = text.chars().count();
        self.parts.push(format!("{text}\n{}", rule.repeat(length)));
    }

    /// A paragraph, or an item of a list: its lines behind the first stand below its
    /// first word.
    fn paragraph(&mut self, line: &str) {
        let text = plain(line, self.name);
        let Some(item) = text.strip_prefix("- ") else {
            self.parts.push(output::filled(&text, self.width));
            return;
        };
        let filled = output::filled(item, self.width.saturating_sub(2));
        let item = format!("- {}", filled.replace('\n', "\n  "));
        // Items of one list stand close.
        match self.parts.last_mut() {
            Some(last) if last.starts_with("- ") => {
                last.push('\n');
                last.push_str(&item);
            }
            _ => self.parts.push(item),
        }
    }

    fn code<'c>(&mut self, lines: impl Iterator<Item = &'c str>) {
        let lines = lines.map(|line| match line {
            "" => String::new(),
            line => format!("{INDENT}{line}"),
        });
        self.parts.push(lines.collect::<Vec<_>>().join("\n"));
    }

    /// The second line of a table only says how its columns are set.
    fn table(&mut self, lines: &[&str]) {
        let mut rows = lines.iter().map(|line| cells(line));
        let headings = rows.next().unwrap_or_default();
        let table = Table {
            columns: (headings.iter())
                .map(|heading| column(plain(heading, self.name), "", Align::Left))
                .collect(),
            rows: (rows.skip(1))
                .map(|cells| {
                    let cells = cells.iter().map(|cell| words(plain(cell, self.name)));
                    row(cells.collect())
                })
                .collect(),
            ..Table::default()
        };
        let text = write(&table, TableFormat::Text, self.width);
        self.parts.push(text.trim_end().to_owned());
    }
}

/// The cells of a line of a table; `\|` is no border.
fn cells(line: &str) -> Vec<String> {
    let line = line.replace("\\|", "\0");
    let line = line.trim().trim_start_matches('|').trim_end_matches('|');
    let cells = line.split('|');
    cells.map(|cell| cell.trim().replace('\0', "|")).collect()
}
