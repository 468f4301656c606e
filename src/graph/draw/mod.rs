//! The graph as a picture: DOT for Graphviz, Mermaid for pages that render it,
//! JSON for programs.
//!
//! The two pictures are written from one `Diagram`, so that they show the same
//! boxes with the same words. Each is a pure function from the graph to text,
//! with the same text for the same graph. JSON has every op; the pictures fold a
//! weight into the label of the op that it belongs to, which would else double
//! the number of boxes.
//!
//! A repeated block stands in a picture as in the graph: once, with the number
//! of its repeats, unless the graph was lowered unfolded.

mod diagram;
mod dot;
mod json;
mod mermaid;
mod stages;
mod work;

#[cfg(test)]
mod tests;

pub use self::dot::dot;
pub use self::json::json;
pub use self::mermaid::mermaid;

use self::diagram::{Diagram, Item, Node};
