//! A finished report: a page of text, tables and figures, as files.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use crate::render::plot::{Canvas, ChartError, Svg};
use crate::render::table::{Table, TableFormat, write, write_latex};

/// A report, ready to be written.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// What the report is called: its tables are labelled after it.
    pub name: String,
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
    /// A table, and the files that hold it too.
    Table(Table, TableFiles),
    /// A figure, the name of its files, and what it shows in words.
    Figure(Svg, String, String),
}

/// The files of a table: one for programs and one for papers.
#[derive(Debug, Clone)]
pub struct TableFiles {
    /// What both are called, without their extensions.
    pub name: String,
    /// What the table shows, where no page is around it.
    pub caption: String,
    /// The table as programs want it, where that is another one.
    pub data: Option<Table>,
}

impl TableFiles {
    /// Files of the table itself.
    pub fn new(name: impl Into<String>, caption: impl Into<String>) -> TableFiles {
        TableFiles {
            name: name.into(),
            caption: caption.into(),
            data: None,
        }
    }

    /// The same with another table for programs.
    pub fn with_data(self, data: Table) -> TableFiles {
        TableFiles {
            data: Some(data),
            ..self
        }
    }

    fn of(&self, table: &Table, report: &str) -> [PageFile; 2] {
        let captioned = Table {
            title: Some(self.caption.clone()),
            ..table.clone()
        };
        let data = self.data.as_ref().unwrap_or(table);
        let file = |extension: &str, text: String| PageFile {
            name: format!("{}.{extension}", self.name),
            bytes: text.into_bytes(),
        };
        [
            file("csv", write(data, TableFormat::Csv, 0)),
            file(
                "tex",
                write_latex(&captioned, &format!("{report}-{}", self.name)),
            ),
        ]
    }
}

/// A file of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageFile {
    /// Its name within the folder of the page.
    pub name: String,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// A file of a page, or a picture that some of its files will hold: to draw it takes
/// longer than all else.
enum Draft<'p> {
    Written(PageFile),
    Drawn(String, &'p Svg),
}

impl Draft<'_> {
    fn files(self, canvases: &Canvases) -> Result<Vec<PageFile>, ChartError> {
        let (name, svg) = match self {
            Draft::Written(file) => return Ok(vec![file]),
            Draft::Drawn(name, svg) => (name, svg),
        };
        let file = |kind: &str, bytes: Vec<u8>| PageFile {
            name: format!("{name}.{kind}"),
            bytes,
        };
        let [pdf, png] = canvases.lend(|canvas| svg.pdf_and_png(canvas))?;
        let text = svg.as_str().as_bytes().to_vec();
        Ok(vec![file("svg", text), file("pdf", pdf), file("png", png)])
    }
}

/// The canvases that no picture is drawn on now: as many are made as are needed at once.
#[derive(Default)]
struct Canvases(Mutex<Vec<Canvas>>);

impl Canvases {
    fn lend<T>(&self, draw: impl FnOnce(&mut Canvas) -> T) -> T {
        let free = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let mut canvas = free().pop().unwrap_or_default();
        let drawn = draw(&mut canvas);
        free().push(canvas);
        drawn
    }
}

/// The names of files so far.
#[derive(Default)]
struct Names(BTreeSet<String>);

impl Names {
    /// A name for a file of this kind: a second section of one kind has files of its
    /// own, `stages-2`.
    fn fresh(&mut self, name: &str, kind: &str) -> String {
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        let mut all = std::iter::once(name.to_owned()).chain(numbered);
        let fresh = all.find(|name| self.0.insert(format!("{name}.{kind}")));
        fresh.unwrap_or_else(|| name.to_owned())
    }
}

impl Page {
    /// The files of the report: the page itself, `README.md`, and the CSV, LaTeX, SVG,
    /// PDF and PNG files that it points to.
    ///
    /// # Errors
    /// A figure whose SVG cannot be drawn as a PNG, such as one that is too
    /// large.
    pub fn files(&self) -> Result<Vec<PageFile>, ChartError> {
        let mut files: Vec<Draft<'_>> = Vec::new();
        let mut page = String::new();
        let mut names = Names::default();
        for block in &self.blocks {
            match block {
                Block::Heading(level, text) => {
                    page.push_str(&format!("{} {text}", "#".repeat(*level)));
                }
                Block::Text(text) | Block::Caveat(text) => page.push_str(text),
                Block::Table(table, own) => {
                    page.push_str(write(table, TableFormat::Markdown, 0).trim_end());
                    let own = TableFiles {
                        name: names.fresh(&own.name, "csv"),
                        ..own.clone()
                    };
                    let name = &own.name;
                    page.push_str(&format!(
                        "\n\n[{name}.csv]({name}.csv) · [{name}.tex]({name}.tex)"
                    ));
                    files.extend(own.of(table, &self.name).map(Draft::Written));
                }
                Block::Figure(svg, name, words) => {
                    let name = names.fresh(name, "svg");
                    let links =
                        ["svg", "pdf", "png"].map(|kind| format!("[{name}.{kind}]({name}.{kind})"));
                    page.push_str(&format!("![{words}]({name}.svg)\n\n{}", links.join(" · ")));
                    files.push(Draft::Drawn(name, svg));
                }
            }
            page.push_str("\n\n");
        }
        files.push(Draft::Written(PageFile {
            name: "README.md".to_owned(),
            bytes: format!("{}\n", page.trim_end()).into_bytes(),
        }));
        let canvases = Canvases::default();
        let files: Vec<Result<Vec<PageFile>, ChartError>> = (files.into_par_iter().with_max_len(1))
            .map(|draft| draft.files(&canvases))
            .collect();
        let files: Result<Vec<Vec<PageFile>>, ChartError> = files.into_iter().collect();
        Ok(files?.into_iter().flatten().collect())
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
