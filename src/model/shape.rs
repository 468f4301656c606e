//! Shapes as written: `b n d`, `(d / f) 3`, or `... d` for a block that takes
//! tensors of any rank.

use super::limits::AXES;
use super::notation::{ELLIPSIS, Ellipsis, part, twice};
use crate::formula::Formula;
use crate::source::{Datum, Diagnostic, Place, Problems};

/// A shape: one formula for each axis.
#[derive(Debug, Clone, PartialEq)]
pub struct ShapeDecl {
    /// The extents.
    pub axes: Vec<Formula>,
    /// `...`, where any number of axes may stand.
    pub ellipsis: Option<Ellipsis>,
    /// Its place in the file.
    pub place: Place,
}

impl ShapeDecl {
    /// Each axis beside what a tensor has for it; nothing if the tensor has
    /// more or fewer axes.
    pub fn over<'s, T>(
        &'s self,
        tensor: &'s [T],
    ) -> Option<impl Iterator<Item = (&'s Formula, &'s T)>> {
        let own = self.axes.len();
        let fits = match self.ellipsis {
            None => tensor.len() == own,
            Some(_) => tensor.len() >= own,
        };
        let front = self.ellipsis.as_ref().map_or(own, |ellipsis| ellipsis.at);
        let (before, after) = fits.then(|| self.axes.split_at(front))?;
        let skipped = tensor.len() - after.len();
        let front = before.iter().zip(tensor);
        Some(front.chain(after.iter().zip(&tensor[skipped..])))
    }
}

/// Reads a shape such as `b n d` or `(d / f) 3`, all of whose axes are named.
pub(super) fn shape(node: &Datum, problems: &mut Problems) -> Option<ShapeDecl> {
    let shape = open_shape(node, problems)?;
    match &shape.ellipsis {
        None => Some(shape),
        Some(ellipsis) => {
            problems.push(misplaced(ellipsis));
            None
        }
    }
}

/// The mistake of a `...` where no caller says what it stands for.
fn misplaced(ellipsis: &Ellipsis) -> Diagnostic {
    Diagnostic::at(&ellipsis.place, "`...` has no place in this shape").help(
        "it takes what a caller gives, and so stands only in the inputs of a block, which is \
         tried in the slot of a model by `--variants`; name the axes",
    )
}

/// Reads a shape with at most one `...` in it.
pub(super) fn open_shape(node: &Datum, problems: &mut Problems) -> Option<ShapeDecl> {
    let text = node.text(problems)?.value;
    let place = node.inside();
    let mut axes = Vec::new();
    let mut ellipsis = None;
    let mut at = 0;
    while let Some(left) = text.get(at..).filter(|left| !left.trim().is_empty()) {
        at += left.len() - left.trim_start().len();
        let word = word(&text[at..]);
        let part = part(&text, &place, at..at + word.len());
        if word == ELLIPSIS {
            if ellipsis.is_some() {
                problems.push(twice(&part));
                return None;
            }
            ellipsis = Some(Ellipsis {
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
    Some(ShapeDecl {
        axes,
        ellipsis,
        place,
    })
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
