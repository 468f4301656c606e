//! Mermaid, which GitHub and many others draw in Markdown pages.

use std::fmt::Write;

use super::{Diagram, Item, Node};
use crate::graph::OpGraph;

/// The graph as a Mermaid flowchart.
///
/// Pages refuse flowcharts of more than 500 arrows or 50,000 characters unless
/// they are told otherwise; larger graphs are better drawn from
/// [`dot`](super::dot()).
pub fn mermaid(graph: &OpGraph) -> String {
    let diagram = Diagram::of(graph);
    let mut text = format!("---\ntitle: {}\n---\nflowchart TD\n", title(&diagram.title));
    // Writing to a string cannot fail.
    let _ = write_all(&mut text, &diagram);
    text
}

fn write_all(out: &mut String, diagram: &Diagram) -> std::fmt::Result {
    write_group(out, diagram, 0, 1)?;
    for edge in &diagram.edges {
        let (from, to) = (&diagram.nodes[edge.from], &diagram.nodes[edge.to]);
        let label = safe(&edge.label);
        writeln!(out, "  n{} -->|\"{label}\"| n{}", from.id, to.id)?;
    }
    let frames: [(&str, bool, &str); 2] = [
        ("block", false, "fill:#f6f6f6,stroke:#c4c4c4,color:#555555"),
        (
            "stage",
            true,
            "fill:#fbfbfb,stroke:#b0b0b0,color:#555555,stroke-dasharray:4",
        ),
    ];
    for (class, is_stage, style) in frames {
        let ids: Vec<String> = (diagram.groups.iter().enumerate().skip(1))
            .filter(|(_, group)| group.is_stage == is_stage)
            .map(|(at, _)| format!("g{at}"))
            .collect();
        if !ids.is_empty() {
            writeln!(out, "  classDef {class} {style}")?;
            writeln!(out, "  class {} {class}", ids.join(","))?;
        }
    }
    for work in diagram.works() {
        let (fill, line) = work.colours();
        let of_work = diagram.nodes.iter().filter(|node| node.work == work);
        let ids: Vec<String> = of_work.map(|node| format!("n{}", node.id)).collect();
        let class = format!("{work:?}").to_lowercase();
        writeln!(
            out,
            "  classDef {class} fill:{fill},stroke:{line},color:#222222"
        )?;
        writeln!(out, "  class {} {class}", ids.join(","))?;
    }
    Ok(())
}

fn write_group(out: &mut String, diagram: &Diagram, at: usize, depth: usize) -> std::fmt::Result {
    let indent = "  ".repeat(depth);
    for item in &diagram.groups[at].items {
        match item {
            Item::Node(node) => {
                let node = &diagram.nodes[*node];
                writeln!(out, "{indent}n{}[\"{}\"]", node.id, label(node))?;
            }
            Item::Group(inner) => {
                let group = &diagram.groups[*inner];
                writeln!(out, "{indent}subgraph g{inner}[\"{}\"]", safe(&group.title))?;
                write_group(out, diagram, *inner, depth + 1)?;
                writeln!(out, "{indent}end")?;
            }
        }
    }
    Ok(())
}

fn label(node: &Node) -> String {
    let mut text = format!("<b>{}</b>", safe(&node.title));
    for line in &node.lines {
        text.push_str(&format!("<br/><small>{}</small>", safe(line)));
    }
    text
}

/// Text inside a quoted label. Everything that Mermaid, Markdown or HTML could
/// read as a mark of theirs is written by its number.
fn safe(text: &str) -> String {
    const PLAIN: &str = " -,.()[]{}+=/:·×→−²³";
    let mut safe = String::with_capacity(text.len());
    let letters: Vec<char> = text.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let inside_word = || {
            let known = |at: Option<usize>| {
                at.and_then(|at| letters.get(at))
                    .is_some_and(|letter| letter.is_alphanumeric())
            };
            known(at.checked_sub(1)) && known(Some(at + 1))
        };
        match letter {
            other if other.is_alphanumeric() || PLAIN.contains(*other) => safe.push(*other),
            '_' if inside_word() => safe.push('_'),
            other if other.is_control() => safe.push(' '),
            other => safe.push_str(&format!("#{};", u32::from(*other))),
        }
    }
    if safe.trim().is_empty() {
        safe.push_str("#160;");
    }
    safe
}

/// The title as a string of the YAML header.
fn title(text: &str) -> String {
    let visible: String = text
        .chars()
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect();
    format!("'{}'", visible.replace('\'', "''"))
}
