//! What is to be said where something varies in some variants and not in others.

use crate::graph::OpGraph;
use crate::number;
use crate::symbolic::Symbol;

/// The line for variants that keep their value of `symbol`, where `name` means
/// that of the variants which `meant` marks: of the one that it names
/// (`of_one`), or of those that set it for themselves. Nothing where it varies
/// in all that have it.
pub fn kept_line(
    name: &str,
    of_one: bool,
    symbol: &Symbol,
    graphs: &[&OpGraph],
    meant: &[bool],
) -> Option<String> {
    let marked = |mark: bool| {
        let pairs = graphs.iter().zip(meant);
        pairs
            .filter(move |(_, meant)| **meant == mark)
            .map(|(graph, _)| graph)
    };
    let kept: Vec<String> = marked(false)
        .filter_map(|graph| {
            let mut numbers = graph.numbers().iter();
            let (known, value) = numbers.find(|(known, _)| known == symbol.name())?;
            let value = number::plain(&value.evaluate(&graph.values()).ok()?);
            Some(format!("`{}.{known}` stays {value}", graph.variant))
        })
        .collect();
    if kept.is_empty() {
        return None;
    }
    let moved: Vec<&str> = marked(true).map(|graph| graph.variant.as_str()).collect();
    let why = match (of_one, moved.len()) {
        (true, _) => "",
        (false, 1) => ", which sets it for itself",
        (false, _) => ", which set it for themselves",
    };
    let (moved, kept) = (moved.join(", "), kept.join(", "));
    Some(format!("`{name}` is that of {moved}{why}; {kept}."))
}
