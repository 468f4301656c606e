//! DOT, the language of Graphviz.

use std::fmt::Write;

use super::{Diagram, Item, Node};
use crate::graph::OpGraph;

/// The graph in DOT. `dot -Tsvg` makes a picture of it.
///
/// Ops are boxes coloured by kind of work, blocks and stages are frames, and
/// arrows carry the shapes of tensors.
pub fn dot(graph: &OpGraph) -> String {
    let diagram = Diagram::of(graph);
    let mut text = String::from("digraph model {\n");
    // Writing to a string cannot fail.
    let _ = write_all(&mut text, &diagram);
    text.push_str("}\n");
    text
}

fn write_all(out: &mut String, diagram: &Diagram) -> std::fmt::Result {
    let font = "Helvetica,Arial,sans-serif";
    writeln!(
        out,
        "  rankdir=TB; nodesep=0.3; ranksep=0.35; compound=true;"
    )?;
    writeln!(
        out,
        "  fontname=\"{font}\"; fontsize=15; fontcolor=\"#333333\"; labelloc=t; labeljust=l;"
    )?;
    writeln!(out, "  label=<{}>;", key(diagram))?;
    writeln!(
        out,
        "  node [shape=box, style=\"rounded,filled\", fontname=\"{font}\", fontsize=12, \
         fontcolor=\"#222222\", margin=\"0.14,0.06\", height=0.3];"
    )?;
    writeln!(
        out,
        "  edge [fontname=\"{font}\", fontsize=9, fontcolor=\"#666666\", color=\"#888888\", \
         arrowsize=0.6];"
    )?;
    for node in &diagram.nodes {
        let (fill, line) = node.work.colours();
        writeln!(
            out,
            "  n{} [label=<{}>, fillcolor=\"{fill}\", color=\"{line}\"];",
            node.id,
            label(node)
        )?;
    }
    write_group(out, diagram, 0, 1)?;
    for edge in &diagram.edges {
        writeln!(
            out,
            "  n{} -> n{} [label=\"{}\"];",
            diagram.nodes[edge.from].id,
            diagram.nodes[edge.to].id,
            quoted(&format!(" {}", edge.label))
        )?;
    }
    Ok(())
}

fn write_group(out: &mut String, diagram: &Diagram, at: usize, depth: usize) -> std::fmt::Result {
    let indent = "  ".repeat(depth);
    for item in &diagram.groups[at].items {
        match item {
            Item::Node(node) if at > 0 => writeln!(out, "{indent}n{};", diagram.nodes[*node].id)?,
            Item::Node(_) => {}
            Item::Group(inner) => {
                let group = &diagram.groups[*inner];
                let (style, line, fill) = if group.is_stage {
                    ("rounded,dashed", "#b0b0b0", "transparent")
                } else {
                    ("rounded,filled", "#c4c4c4", "#00000008")
                };
                writeln!(out, "{indent}subgraph cluster_{inner} {{")?;
                writeln!(
                    out,
                    "{indent}  label=\"{}\"; labeljust=l; fontsize=12; fontcolor=\"#555555\"; \
                     margin=10; style=\"{style}\"; color=\"{line}\"; fillcolor=\"{fill}\";",
                    quoted(&group.title)
                )?;
                write_group(out, diagram, *inner, depth + 1)?;
                writeln!(out, "{indent}}}")?;
            }
        }
    }
    Ok(())
}

/// The title of the picture and what its colours mean.
fn key(diagram: &Diagram) -> String {
    let mut text = format!("<b>{}</b><br align=\"left\"/>", marked(&diagram.title));
    text.push_str("<font point-size=\"10\">");
    for work in diagram.works() {
        let (_, line) = work.colours();
        text.push_str(&format!(
            "<font color=\"{line}\">■</font> {}   ",
            marked(work.name())
        ));
    }
    text.push_str("</font><br align=\"left\"/>");
    text
}

fn label(node: &Node) -> String {
    let mut text = format!("<b>{}</b>", marked(&node.title));
    for line in &node.lines {
        text.push_str(&format!(
            "<br/><font point-size=\"9\" color=\"#555555\">{}</font>",
            marked(line)
        ));
    }
    text
}

/// Text inside an HTML-like label, which must not be empty.
fn marked(text: &str) -> String {
    if text.trim().is_empty() {
        return "&#160;".to_owned();
    }
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            // `\N` would stand for the name of the box.
            '\\' => safe.push_str("&#92;&#92;"),
            other => safe.push(visible(other)),
        }
    }
    safe
}

/// Text inside quotes, where Graphviz reads entities and backslashes.
fn quoted(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("\\\""),
            '\\' => safe.push_str("\\\\"),
            other => safe.push(visible(other)),
        }
    }
    safe
}

/// Letters that no label can hold become spaces.
fn visible(letter: char) -> char {
    if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') {
        ' '
    } else {
        letter
    }
}
