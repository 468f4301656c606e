//! `...` in index notation, expanded to the axes that it stands for.

use std::borrow::Cow;

use super::shape::{ellipsis_label, shown_shape};
use crate::model::{AxisGroup, Signature};
use crate::source::{Diagnostic, Place, Spanned};
use crate::symbolic::Expr;

/// `signature` with its `...` as so many axes as the operands of `op`, which
/// have the `shapes` given, leave for it. It is left where no operand has it
/// or the operands are too many or too few, which is reported elsewhere.
pub(in crate::graph) fn expand_ellipsis<'s>(
    signature: &'s Signature,
    shapes: &[&[Expr]],
    op: &str,
) -> Result<Cow<'s, Signature>, Diagnostic> {
    if signature.inputs.len() != shapes.len() {
        return Ok(Cow::Borrowed(signature));
    }
    let mut first: Option<(usize, usize)> = None;
    for (at, (groups, shape)) in signature.inputs.iter().zip(shapes).enumerate() {
        let Some(place) = place_in(groups) else {
            continue;
        };
        let Some(count) = (shape.len() + 1).checked_sub(groups.len()) else {
            return Err(too_few(signature, at, shape, op));
        };
        match first {
            None => first = Some((at, count)),
            Some((_, known)) if known == count => {}
            Some((other, known)) => {
                return Err(Diagnostic::at(
                    place,
                    format!(
                        "`...` of `{op}` is {} of input {}, but {} of input {}",
                        axes(count),
                        at + 1,
                        axes(known),
                        other + 1
                    ),
                )
                .help(shapes_of(shapes)));
            }
        }
    }
    let Some((_, count)) = first else {
        return Ok(Cow::Borrowed(signature));
    };
    Ok(Cow::Owned(Signature {
        inputs: (signature.inputs.iter())
            .map(|groups| with_axes(groups, count))
            .collect(),
        output: with_axes(&signature.output, count),
        ..signature.clone()
    }))
}

fn place_in(groups: &[AxisGroup]) -> Option<&Place> {
    groups.iter().find_map(|group| match group {
        AxisGroup::Ellipsis(place) => Some(place),
        _ => None,
    })
}

fn too_few(signature: &Signature, at: usize, shape: &[Expr], op: &str) -> Diagnostic {
    let named = signature.inputs[at].len() - 1;
    let message = format!(
        "input {} of `{op}` has {}, but its notation names {named} beside `...`",
        at + 1,
        axes(shape.len()),
    );
    Diagnostic::at(&signature.place, message).help(format!("its shape is {}", shown_shape(shape)))
}

fn axes(count: usize) -> String {
    match count {
        1 => "1 axis".to_owned(),
        many => format!("{many} axes"),
    }
}

fn shapes_of(shapes: &[&[Expr]]) -> String {
    let shapes: Vec<String> = shapes.iter().map(|shape| shown_shape(shape)).collect();
    format!("the inputs are {}", shapes.join(", "))
}

/// The axes of one operand, `count` of them for its `...`.
fn with_axes(groups: &[AxisGroup], count: usize) -> Vec<AxisGroup> {
    let mut all = Vec::with_capacity(groups.len() + count);
    for group in groups {
        match group {
            AxisGroup::Ellipsis(place) => all.extend((1..=count).map(|at| {
                let name = Spanned::new(ellipsis_label(at), place.clone());
                AxisGroup::Product(vec![name])
            })),
            other => all.push(other.clone()),
        }
    }
    all
}
