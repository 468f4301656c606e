//! Shapes as written: `b n d`, `(d / f) 3`, or `... d` for a block that takes
//! tensors of any rank.

use super::limits::AXES;
use super::op::{Rest, ShapeDecl};
use crate::formula::Formula;
use crate::source::{Diagnostic, Node, Place, Problems};

/// What stands for any number of axes.
pub(super) const REST: &str = "...";

/// A shape such as `b n d` or `(d / f) 3`, all of whose axes are told.
pub(super) fn shape(node: &Node, problems: &mut Problems) -> Option<ShapeDecl> {
    let shape = open_shape(node, problems)?;
    match &shape.rest {
        None => Some(shape),
        Some(rest) => {
            problems.push(told(rest));
            None
        }
    }
}

/// The mistake of a `...` where no caller says what it stands for.
pub(super) fn told(rest: &Rest) -> Diagnostic {
    Diagnostic::at(&rest.place, "`...` has no place in this shape").help(
        "it takes what a caller gives, and so stands only in the inputs of a block; name the axes",
    )
}

/// A shape, with at most one `...` in it.
pub(super) fn open_shape(node: &Node, problems: &mut Problems) -> Option<ShapeDecl> {
    let text = node.text(problems)?.value;
    let place = node.inside();
    let mut axes = Vec::new();
    let mut rest = None;
    let mut at = 0;
    while let Some(left) = text.get(at..).filter(|left| !left.trim().is_empty()) {
        at += left.len() - left.trim_start().len();
        let word = word(&text[at..]);
        let part = part(&place, &text, at, word.len());
        if word == REST {
            if rest.is_some() {
                problems.push(twice(&part));
                return None;
            }
            rest = Some(Rest {
                at: axes.len(),
                place: part,
            });
        } else if axes.len() == AXES {
            let message = format!("a tensor has at most {AXES} axes");
            problems.push(Diagnostic::at(&part, message));
            return None;
        } else {
            axes.push(Formula::read(word, &part, problems)?);
        }
        at += word.len();
    }
    Some(ShapeDecl { axes, rest, place })
}

/// The first axis of what is `left`: a bracket, or all up to a blank.
fn word(left: &str) -> &str {
    let length = if left.starts_with('(') {
        closed(left)
    } else {
        left.find(char::is_whitespace).unwrap_or(left.len())
    };
    &left[..length]
}

/// How long a text is up to the bracket that closes its first one.
fn closed(text: &str) -> usize {
    let mut open = 0_usize;
    for (at, letter) in text.char_indices() {
        match letter {
            '(' => open += 1,
            ')' if open == 1 => return at + 1,
            ')' => open = open.saturating_sub(1),
            _ => {}
        }
    }
    text.len()
}

/// Where a word of the shape stands; the whole shape where the file's text
/// differs from it (escapes), since offsets then mean nothing.
fn part(place: &Place, text: &str, at: usize, length: usize) -> Place {
    if place.span().len() == text.len() {
        place.part(at..at + length)
    } else {
        place.clone()
    }
}

/// The mistake of a second `...`.
pub(super) fn twice(place: &Place) -> Diagnostic {
    Diagnostic::at(place, "`...` stands twice in one tensor").help("name the axes of one of them")
}
