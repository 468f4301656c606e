//! A finished report: a page of text, tables and figures, as files.

use crate::render::plot::{ChartError, Svg};
use crate::render::table::{Table, TableFormat, write};

/// A report, ready to be written.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// What it is made of, in order.
    pub blocks: Vec<Block>,
}

/// A part of a page.
#[derive(Debug, Clone)]
pub enum Block {
    /// A heading of this level.
    Heading(usize, String),
    /// A paragraph of Markdown.
    Text(String),
    /// What must be said wherever a number of the page is shown.
    Caveat(String),
    /// A table, and the name of the CSV file that holds it too, if any.
    Table(Table, Option<String>),
    /// A figure, the name of its files, and what it shows in words.
    Figure(Svg, String, String),
}

/// A file of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFile {
    /// Its name within the folder of the page.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

impl Page {
    /// The files of the report: the page itself, `README.md`, and the CSV, SVG,
    /// PDF and PNG files that it points to.
    ///
    /// # Errors
    /// A figure whose SVG cannot be drawn as a PNG, such as one that is too
    /// large.
    pub fn files(&self) -> Result<Vec<PageFile>, ChartError> {
        let mut files = Vec::new();
        let mut page = String::new();
        for block in &self.blocks {
            match block {
                Block::Heading(level, text) => {
                    page.push_str(&format!("{} {text}", "#".repeat(*level)));
                }
                Block::Text(text) | Block::Caveat(text) => page.push_str(text),
                Block::Table(table, csv) => {
                    page.push_str(write(table, TableFormat::Markdown, 0).trim_end());
                    if let Some(name) = csv {
                        let file = format!("{name}.csv");
                        page.push_str(&format!("\n\n[{file}]({file})"));
                        files.push(PageFile {
                            bytes: write(table, TableFormat::Csv, 0).into_bytes(),
                            name: file,
                        });
                    }
                }
                Block::Figure(svg, name, words) => {
                    let links =
                        ["svg", "pdf", "png"].map(|kind| format!("[{name}.{kind}]({name}.{kind})"));
                    page.push_str(&format!("![{words}]({name}.svg)\n\n{}", links.join(" · ")));
                    files.push(PageFile {
                        name: format!("{name}.svg"),
                        bytes: svg.as_str().as_bytes().to_vec(),
                    });
                    files.push(PageFile {
                        name: format!("{name}.pdf"),
                        bytes: svg.pdf()?,
                    });
                    files.push(PageFile {
                        name: format!("{name}.png"),
                        bytes: svg.png()?,
                    });
                }
            }
            page.push_str("\n\n");
        }
        files.push(PageFile {
            name: "README.md".to_owned(),
            bytes: format!("{}\n", page.trim_end()).into_bytes(),
        });
        Ok(files)
    }

    /// The tables of the page, and its caveats, as a terminal shows them.
    pub fn text(&self, width: usize) -> String {
        let mut parts = Vec::new();
        for block in &self.blocks {
            match block {
                Block::Heading(_, text) | Block::Caveat(text) => parts.push(text.clone()),
                Block::Table(table, _) => {
                    parts.push(write(table, TableFormat::Text, width).trim_end().to_owned())
                }
                Block::Text(_) | Block::Figure(..) => {}
            }
        }
        parts.join("\n\n")
    }
}
