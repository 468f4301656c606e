//! A model as a page to play with: every count and every price as an expression
//! that the page evaluates by itself.
//!
//! The page holds no formula that was written for it. What the binary sums,
//! counts as [`Expr`](crate::symbolic::Expr), is written down as it is: symbols,
//! atoms, products, sums, each once. The page's script walks over these lists,
//! for every position of a slider again. What changes the graph (a phase, a
//! format, how data moves) is not a number but a choice, and each choice has its
//! own lists of the same products.
//!
//! | file | what it knows |
//! |---|---|
//! | `intern` | each of many things once, by its number |
//! | `program` | expressions as lists of numbers |
//! | `subject` | what a page is of: graphs, tables, formats, movements |
//! | `fold` | which ops stand in one row, where there are many |
//! | `graphs` | the ops of a variant in a phase, with their counts |
//! | `traffic` | what these move, by format and by movement |
//! | `prices` | what a count costs on a table, and on which entries that rests |
//! | `write` | all of it as one file |

mod fold;
mod graphs;
mod intern;
mod prices;
mod program;
mod subject;
mod traffic;
mod write;

pub use self::program::NoProgram;
pub use self::subject::{ExploredPhase, ExploredTable, Subject};
pub use self::write::{MAX_BYTES, page};
