//! A formula where a user wrote it.

use std::ops::Range;

use num_rational::BigRational;

use super::ast::{Ast, AstNode};
use super::parse::parse;
use crate::number;
use crate::source::{Diagnostic, Place, Problems};

/// A formula with its text and the place where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Formula {
    /// The tree of its operations.
    pub ast: Ast,
    /// The text as written.
    pub text: String,
    /// The file or flag that the text was read from, and its place there.
    pub place: Place,
    /// Whether a file has it in quotes. A plain number there is a formula like
    /// any other, and is not kept as a symbol that can be swept.
    pub is_text: bool,
}

impl Formula {
    /// Reads the formula `text` that stands at `place`; a mistake is shown in
    /// the formula itself.
    pub fn read(text: &str, place: &Place, problems: &mut Problems) -> Option<Formula> {
        match parse(text) {
            Ok(ast) => Some(Formula {
                ast,
                text: text.to_owned(),
                place: place.clone(),
                is_text: false,
            }),
            Err(error) => {
                let at = inner_place(place, text, &error.span);
                problems.push(Diagnostic::at(
                    &at,
                    format!("formula `{}`: {}", shorten(text.trim()), error.message),
                ));
                None
            }
        }
    }

    /// The formula that consists of one number, as if written at `place`.
    pub fn number(value: BigRational, place: &Place) -> Formula {
        let text = number::plain(&value);
        Formula {
            ast: Ast {
                node: AstNode::Number(value),
                span: 0..text.len(),
            },
            text,
            place: place.clone(),
            is_text: false,
        }
    }

    /// The same formula, as a file has it in quotes.
    pub fn as_text(self) -> Formula {
        Formula {
            is_text: true,
            ..self
        }
    }

    /// The place of one part of the formula.
    pub fn place_of(&self, part: &Ast) -> Place {
        inner_place(&self.place, &self.text, &part.span)
    }

    /// The text with those names replaced for which `new_name` gives another.
    pub fn renamed(&self, new_name: impl Fn(&str) -> Option<String>) -> String {
        let mut names: Vec<(Range<usize>, String)> = Vec::new();
        self.ast.visit(&mut |part| {
            if let AstNode::Name(name) = &part.node
                && let Some(new) = new_name(name)
            {
                names.push((part.span.clone(), new));
            }
        });
        let mut text = self.text.clone();
        for (span, new) in names.into_iter().rev() {
            text.replace_range(span, &new);
        }
        text
    }

    /// Every name in it with its place, in order, repeated names included.
    pub fn names(&self) -> Vec<(String, Place)> {
        let mut names = Vec::new();
        self.ast.visit(&mut |part| {
            if let AstNode::Name(name) = &part.node {
                names.push((name.clone(), self.place_of(part)));
            }
        });
        names
    }
}

/// The start of a formula too long to show in a sentence.
fn shorten(text: &str) -> String {
    match text.char_indices().nth(60) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Where `span` of a formula stands; the whole value where the file's text
/// differs from the formula (escapes), since offsets then mean nothing.
fn inner_place(place: &Place, text: &str, span: &Range<usize>) -> Place {
    if place.span().len() == text.len() {
        place.part(span.clone())
    } else {
        place.clone()
    }
}
