//! Index notation: which axis of which operand runs with which.
//!
//! `b n (h k), b m (h k) -> b h n m` names the axes of each operand and of the
//! result. A name in brackets beside others splits an axis (`h` times `k`);
//! a formula in brackets indexes one, as `(2*y + ky - 3)` does in a
//! convolution of stride 2 with 3 columns of padding. `1` is an axis of extent
//! 1, and `...` any number of axes, the same ones in all of the notation.

use std::collections::BTreeSet;
use std::ops::Range;

use super::limits::{AXES, OPERANDS};
use super::notation::{ELLIPSIS, part, twice};
use crate::formula::{Formula, is_name};
use crate::source::{Diagnostic, Place, Problems, Spanned};

/// What stands for one axis of an operand.
#[derive(Debug, Clone, PartialEq)]
pub enum AxisGroup {
    /// Axes whose extents multiply to that of the operand's axis; usually one.
    Product(Vec<Spanned<String>>),
    /// An index computed from several axes.
    Affine(Box<Formula>),
    /// An axis of extent 1, written `1`.
    One(Place),
    /// Any number of axes, written `...`.
    Ellipsis(Place),
}

impl AxisGroup {
    /// The axis, if it is a single one.
    pub fn single(&self) -> Option<&Spanned<String>> {
        match self {
            AxisGroup::Product(axes) if axes.len() == 1 => axes.first(),
            _ => None,
        }
    }

    /// The names of the axes that make it up; none where a formula does.
    pub fn parts(&self) -> impl Iterator<Item = &str> {
        let parts = match self {
            AxisGroup::Product(axes) => axes.as_slice(),
            _ => &[],
        };
        parts.iter().map(|axis| axis.value.as_str())
    }
}

/// The axes of the operands and of the result.
#[derive(Debug, Clone, PartialEq)]
pub struct Signature {
    /// For each operand its axes.
    pub inputs: Vec<Vec<AxisGroup>>,
    /// The axes of the result.
    pub output: Vec<AxisGroup>,
    /// The notation as written.
    pub text: String,
    /// Its place in the file.
    pub place: Place,
}

impl Signature {
    /// Reads `text`, which stands at `place`.
    pub fn read(text: &str, place: &Place, problems: &mut Problems) -> Option<Signature> {
        let Some((left, right)) = text.split_once("->") else {
            problems.push(
                Diagnostic::at(place, format!("`{}` has no `->`", text.trim()))
                    .help("write the axes of the operands, `->`, and the axes of the result: `b n d, d e -> b n e`"),
            );
            return None;
        };
        let mut at = 0;
        let mut inputs = Vec::new();
        for operand in operands(left) {
            if inputs.len() == OPERANDS {
                let message = format!("more than {OPERANDS} operands");
                problems.push(Diagnostic::at(&part(text, place, at..at + 1), message));
                return None;
            }
            inputs.push(axes(text, place, at..at + operand.len(), problems)?);
            at += operand.len() + 1;
        }
        let output = axes(text, place, text.len() - right.len()..text.len(), problems)?;
        if let Some(axis) = repeated(&output) {
            let message = format!("the result has the axis `{}` twice", axis.value);
            problems.push(Diagnostic::at(&axis.place, message));
            return None;
        }
        Some(Signature {
            inputs,
            output,
            text: text.to_owned(),
            place: place.clone(),
        })
    }

    /// The axes that stand by themselves or split another one, each once, in
    /// order of appearance. What stands only in formulas is not among them.
    pub fn axis_names(&self) -> Vec<&str> {
        let mut names = Vec::new();
        for group in self.inputs.iter().flatten().chain(&self.output) {
            if let AxisGroup::Product(axes) = group {
                for axis in axes {
                    if !names.contains(&axis.value.as_str()) {
                        names.push(axis.value.as_str());
                    }
                }
            }
        }
        names
    }
}

/// An axis that stands twice.
fn repeated(groups: &[AxisGroup]) -> Option<&Spanned<String>> {
    let mut seen = BTreeSet::new();
    groups
        .iter()
        .filter_map(|group| match group {
            AxisGroup::Product(axes) => Some(axes),
            _ => None,
        })
        .flatten()
        .find(|axis| !seen.insert(axis.value.as_str()))
}

/// What stands between commas, but for those inside of brackets.
fn operands(left: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    left.split(move |c| {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
}

/// Where the bracket is closed with which a text begins.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_usize;
    let mut brackets = text.char_indices().filter(|(_, c)| matches!(c, '(' | ')'));
    let close = brackets.find(|(_, c)| {
        match c {
            '(' => depth += 1,
            _ => depth = depth.saturating_sub(1),
        }
        depth == 0
    });
    close.map(|(at, _)| at)
}

fn axes(
    text: &str,
    place: &Place,
    span: Range<usize>,
    problems: &mut Problems,
) -> Option<Vec<AxisGroup>> {
    let mut groups = Vec::new();
    let mut at = span.start;
    while at < span.end {
        let rest = &text[at..span.end];
        let blank = rest.len() - rest.trim_start().len();
        at += blank;
        let rest = &text[at..span.end];
        if rest.is_empty() {
            break;
        }
        if groups.len() == AXES {
            let message = format!("a tensor has at most {AXES} axes");
            let first = at..at + rest.chars().next().map_or(0, char::len_utf8);
            problems.push(Diagnostic::at(&part(text, place, first), message));
            return None;
        }
        let length = if rest.starts_with('(') {
            let Some(close) = closing(rest) else {
                problems.push(Diagnostic::at(
                    &part(text, place, at..at + 1),
                    "this bracket is not closed",
                ));
                return None;
            };
            groups.push(bracket(text, place, at + 1..at + close, problems)?);
            close + 1
        } else {
            let length = rest
                .find(|c: char| c.is_whitespace() || c == '(')
                .unwrap_or(rest.len());
            let group = word(text, place, at..at + length, problems)?;
            if let AxisGroup::Ellipsis(place) = &group
                && groups
                    .iter()
                    .any(|group| matches!(group, AxisGroup::Ellipsis(_)))
            {
                problems.push(twice(place));
                return None;
            }
            groups.push(group);
            length
        };
        at += length;
    }
    Some(groups)
}

/// What stands by itself, not in brackets.
fn word(
    text: &str,
    place: &Place,
    span: Range<usize>,
    problems: &mut Problems,
) -> Option<AxisGroup> {
    match &text[span.clone()] {
        ELLIPSIS => Some(AxisGroup::Ellipsis(part(text, place, span))),
        "1" => Some(AxisGroup::One(part(text, place, span))),
        _ => name(text, place, span, problems).map(|name| AxisGroup::Product(vec![name])),
    }
}

fn bracket(
    text: &str,
    place: &Place,
    span: Range<usize>,
    problems: &mut Problems,
) -> Option<AxisGroup> {
    let inner = &text[span.clone()];
    if inner.contains(['+', '-', '*', '/']) {
        let place = part(text, place, span);
        let formula = Formula::read(inner, &place, problems);
        return formula.map(|formula| AxisGroup::Affine(Box::new(formula)));
    }
    let mut names = Vec::new();
    let mut at = span.start;
    for word in inner.split(' ') {
        if !word.trim().is_empty() {
            let start = at + (word.len() - word.trim_start().len());
            names.push(name(
                text,
                place,
                start..start + word.trim().len(),
                problems,
            )?);
        }
        at += word.len() + 1;
    }
    if names.is_empty() || names.len() > AXES {
        problems.push(Diagnostic::at(
            &part(text, place, span),
            format!("brackets hold from one to {AXES} axes"),
        ));
        return None;
    }
    Some(AxisGroup::Product(names))
}

fn name(
    text: &str,
    place: &Place,
    span: Range<usize>,
    problems: &mut Problems,
) -> Option<Spanned<String>> {
    let word = &text[span.clone()];
    let place = part(text, place, span);
    if is_name(word) {
        return Some(Spanned::new(word.to_owned(), place));
    }
    let mistake = Diagnostic::at(&place, format!("`{word}` cannot name an axis"));
    problems.push(if word.parse::<u64>().is_ok() {
        mistake.help("the only number in a notation is a 1 by itself, an axis of extent 1")
    } else if word.contains(ELLIPSIS) {
        mistake.help("`...` stands by itself, between blanks")
    } else {
        mistake
    });
    None
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::source::Source;

    fn read(text: &str) -> Result<Signature, Problems> {
        let mut problems = Problems::new();
        let place = Place::whole(&Source::new("s", text));
        let signature = Signature::read(text, &place, &mut problems);
        problems.or_some(signature)
    }

    #[test]
    fn operands_and_result_are_told_apart() {
        let signature = read("b n (h k), b m (h k) -> b h n m").unwrap();
        assert_eq!(signature.inputs.len(), 2);
        assert_eq!(signature.inputs[0].len(), 3);
        assert_eq!(signature.output.len(), 4);
        assert_eq!(signature.axis_names(), ["b", "n", "h", "k", "m"]);
        assert!(matches!(&signature.inputs[1][2], AxisGroup::Product(axes) if axes.len() == 2));
    }

    #[test]
    fn formulas_index_an_axis() {
        let signature = read("b c (2*y + ky - 3), o c ky -> b o y").unwrap();
        assert!(
            matches!(&signature.inputs[0][2], AxisGroup::Affine(f) if f.text == "2*y + ky - 3")
        );
        assert_eq!(signature.axis_names(), ["b", "c", "o", "ky", "y"]);
    }

    #[test]
    fn commas_in_a_formula_part_no_operands() {
        let signature = read("c (2*y + ky - max(0, floor(n / 2))), o c ky -> o y").unwrap();
        assert_eq!(signature.inputs.len(), 2);
        assert!(read("b (max(0, n), b c -> b").is_err());
    }

    #[test]
    fn ones_and_ellipses_stand_by_themselves() {
        let signature = read("b ... 1 m, ... -> b 1 ...").unwrap();
        let one = |group: &AxisGroup| matches!(group, AxisGroup::One(_));
        let ellipsis = |group: &AxisGroup| matches!(group, AxisGroup::Ellipsis(_));
        assert!(ellipsis(&signature.inputs[0][1]) && one(&signature.inputs[0][2]));
        assert!(ellipsis(&signature.inputs[1][0]));
        assert!(one(&signature.output[1]) && ellipsis(&signature.output[2]));
        assert_eq!(signature.axis_names(), ["b", "m"]);
    }

    /// What would stand off such a diagonal has no value.
    #[test]
    fn a_result_has_every_axis_once() {
        for text in ["n d, d e -> n e e", "n d, d e -> n (e n)"] {
            let problems = read(text).unwrap_err();
            let message = problems.iter().next().unwrap().message().to_owned();
            assert!(message.ends_with("twice"), "{text}: {message}");
        }
    }

    #[test]
    fn mistakes_point_at_the_axis() {
        let place = |text: &str| {
            read(text)
                .unwrap_err()
                .iter()
                .next()
                .unwrap()
                .place()
                .unwrap()
                .to_string()
        };
        assert_eq!(place("b n d, d e"), "s:1:1");
        assert_eq!(place("b 2 -> b"), "s:1:3");
        assert_eq!(place("b (h k -> b"), "s:1:3");
        assert_eq!(place("b () -> b"), "s:1:4");
        assert_eq!(place("b (2*y +) -> b"), "s:1:8");
        assert_eq!(place("b ... d ... -> b"), "s:1:9");
        assert_eq!(place("b (... d) -> b"), "s:1:4");
        assert_eq!(place("b (1 d) -> b"), "s:1:4");
        assert_eq!(place("...d -> d"), "s:1:1");
    }
}
