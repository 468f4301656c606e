//! Runs that were measured: what ran, and how many joules it took.
//!
//! A file of runs is a CSV with a header. Columns have names and any order;
//! lines that begin with `#` are comments.
//!
//! ```text
//! # a board with a meter
//! model,set,device,millijoules,seconds
//! resnet-50,b=1 img=224,board-7,184.2,0.031
//! resnet-50,b=1 img=160,board-7,97.5,0.017
//! ```
//!
//! An energy has its unit in the name of its column, and is that of one
//! inference: one pass through the model as `set` says it. A model by its path
//! is found from the folder of the file, as everywhere.
//!
//! | file | what it knows |
//! |---|---|
//! | `cells` | the cells of a CSV, each with its place |
//! | `columns` | what a column is, by its name |
//! | `read` | rows as runs, with every mistake in them |
//! | `count` | what a run asks of the hardware |

mod cells;
mod columns;
mod count;
mod read;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::graph::Setting;
use crate::source::{Place, Problems, Source, Spanned};

pub use self::columns::is_label;
pub use self::count::{CountedRun, count};

/// The runs of one file.
#[derive(Debug, Clone, PartialEq)]
pub struct Runs {
    /// The file.
    pub source: Arc<Source>,
    /// The names of the columns that runs can be grouped by: `model`, and all
    /// that mean nothing to picojoule.
    pub labels: Vec<String>,
    /// The runs, in the order of the file.
    pub runs: Vec<Run>,
}

/// One run.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Where its energy stands.
    pub place: Place,
    /// The line of the file.
    pub line: usize,
    /// What ran, as on the command line.
    pub model: Spanned<String>,
    /// Its variant; the first one if none is named.
    pub variant: Option<Spanned<String>>,
    /// What it was used for; a prefill if nothing is said.
    pub phase: Option<Spanned<String>>,
    /// The number format of what the model leaves open.
    pub format: Option<Spanned<String>>,
    /// What is set on the model.
    pub set: Vec<Setting>,
    /// The energy of one inference in joules, above 0.
    pub joules: f64,
    /// How long one inference took, in seconds, above 0.
    pub seconds: Option<f64>,
    /// Its labels, one for each of [`Runs::labels`].
    pub labels: Vec<String>,
}

impl Runs {
    /// Which of the labels has this name.
    pub fn label(&self, name: &str) -> Option<usize> {
        self.labels.iter().position(|label| label == name)
    }

    /// The different values of a label, in the order in which they first stand.
    pub fn groups(&self, label: usize) -> Vec<&str> {
        let mut groups: Vec<&str> = Vec::new();
        for run in &self.runs {
            let value = run.label(label);
            if !groups.contains(&value) {
                groups.push(value);
            }
        }
        groups
    }
}

impl Run {
    /// Mistakes that were found elsewhere, at the place of this file that leads
    /// to them.
    pub fn at(&self, place: &Place, mistakes: &Problems) -> Problems {
        let mut problems = Problems::new();
        for mistake in mistakes.iter() {
            let elsewhere = mistake.place().filter(|own| own.source() != place.source());
            let is_here = mistake.place().is_some() && elsewhere.is_none();
            problems.push(match (is_here, elsewhere) {
                (true, _) => mistake.clone(),
                (false, None) => mistake.clone().labelled(place, ""),
                (false, Some(own)) => mistake.clone().labelled(place, "").and(own, ""),
            });
        }
        problems
    }

    /// The value of a label; empty where it has none.
    pub fn label(&self, label: usize) -> &str {
        self.labels.get(label).map_or("", String::as_str)
    }
}
