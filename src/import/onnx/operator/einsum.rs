//! `Einsum`: index notation, two operands at a time.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::net::{FoldKind, Product, ProductAxis, TensorId, Work};
use crate::symbolic::Expr;

/// Longer notations are refused.
const MAX_LENGTH: usize = 256;

/// A tensor with the letters of its axes.
struct Lettered {
    tensor: TensorId,
    axes: Vec<u16>,
}

/// `Einsum`
pub(crate) fn einsum(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let Some(text) = call
        .text("equation")
        .filter(|text| text.len() <= MAX_LENGTH)
    else {
        return Err(ImportError::Invalid("it has no `equation`".to_owned()));
    };
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let (left, right) = match text.split_once("->") {
        Some((left, right)) => (left, Some(right)),
        None => (text.as_str(), None),
    };
    let inputs = call.all();
    let terms: Vec<&str> = left.split(',').collect();
    if terms.len() != inputs.len() {
        let message = format!(
            "`{text}` is for {} inputs, not {}",
            terms.len(),
            inputs.len()
        );
        return Err(ImportError::Invalid(message));
    }
    let (mut operands, mut written) = (Vec::new(), Vec::new());
    for (term, tensor) in terms.iter().zip(inputs) {
        let rank = builder.shape(tensor)?.len();
        let axes = letters(term, rank)?;
        if axes.len() != rank {
            return Err(ImportError::Invalid(format!(
                "`{term}` does not fit an input of {rank} axes"
            )));
        }
        written.extend(&axes);
        operands.push(diagonal(builder, tensor, axes)?);
    }
    let rest = operands
        .iter()
        .flat_map(|operand| &operand.axes)
        .filter(|axis| **axis >= REST);
    let rest = rest.max().map_or(0, |last| usize::from(last - REST) + 1);
    let wanted = match right {
        Some(right) => letters(right, right.replace("...", "").len() + rest)?,
        None => implied(&written),
    };
    let mut operands = operands.into_iter();
    let Some(mut all) = operands.next() else {
        return Err(ImportError::Invalid("it has no input".to_owned()));
    };
    let mut others: Vec<Lettered> = operands.collect();
    if others.is_empty() {
        return Ok(vec![combine(builder, &all, None, wanted)?.tensor]);
    }
    others.reverse();
    while let Some(next) = others.pop() {
        let needed = |axis: &u16| {
            wanted.contains(axis) || others.iter().any(|other| other.axes.contains(axis))
        };
        let kept = if others.is_empty() {
            wanted.clone()
        } else {
            let mut both = all.axes.clone();
            both.extend(next.axes.iter().filter(|axis| !all.axes.contains(axis)));
            both.into_iter().filter(needed).collect()
        };
        let all_summed = summed(builder, all, &next, &kept)?;
        let next = summed(builder, next, &all_summed, &kept)?;
        all = multiplied(builder, &all_summed, &next, kept)?;
    }
    Ok(vec![all.tensor])
}

/// The axes that `...` stands for are numbered from here, counted from the
/// last.
const REST: u16 = 1000;

fn letters(term: &str, rank: usize) -> Result<Vec<u16>, ImportError> {
    let mut axes = Vec::new();
    let named = term.chars().filter(char::is_ascii_alphabetic).count();
    let mut text = term;
    while let Some(first) = text.chars().next() {
        if let Some(after) = text.strip_prefix("...") {
            let rest = rank.saturating_sub(named).min(64) as u16;
            axes.extend((0..rest).rev().map(|at| REST + at));
            text = after;
        } else if first.is_ascii_alphabetic() {
            axes.push(first as u16);
            text = &text[1..];
        } else {
            return Err(ImportError::Invalid(format!(
                "`{term}` is no index notation"
            )));
        }
    }
    Ok(axes)
}

/// Without `->`: what `...` stands for, then letters that stand once, by name.
fn implied(all: &[u16]) -> Vec<u16> {
    let mut rest: Vec<u16> = all.iter().copied().filter(|axis| *axis >= REST).collect();
    rest.sort_unstable_by(|a, b| b.cmp(a));
    rest.dedup();
    let once = |axis: &u16| all.iter().filter(|other| *other == axis).count() == 1;
    let mut named: Vec<u16> = all
        .iter()
        .copied()
        .filter(|axis| *axis < REST && once(axis))
        .collect();
    named.sort_unstable();
    rest.extend(named);
    rest
}

/// An operand with each letter once: of axes with the same letter the elements
/// with the same index are taken.
fn diagonal(
    builder: &mut NetBuilder,
    tensor: TensorId,
    axes: Vec<u16>,
) -> Result<Lettered, ImportError> {
    let shape = builder.shape(tensor)?;
    let (mut once, mut extents) = (Vec::new(), Vec::new());
    for (axis, extent) in axes.iter().zip(shape) {
        if !once.contains(axis) {
            once.push(*axis);
            extents.push(extent);
        }
    }
    let tensor = match once.len() == axes.len() {
        true => tensor,
        false => builder.moved(&[tensor], extents)?,
    };
    Ok(Lettered { tensor, axes: once })
}

/// An operand summed over the axes that neither the other one nor the result
/// has: there is no need to multiply before.
fn summed(
    builder: &mut NetBuilder,
    operand: Lettered,
    other: &Lettered,
    kept: &[u16],
) -> Result<Lettered, ImportError> {
    let alone = |axis: &u16| !other.axes.contains(axis) && !kept.contains(axis);
    let reduced: Vec<bool> = operand.axes.iter().map(alone).collect();
    if !reduced.contains(&true) {
        return Ok(operand);
    }
    Ok(Lettered {
        tensor: builder.fold(FoldKind::Sum, operand.tensor, reduced, false)?,
        axes: (operand.axes.iter().copied())
            .filter(|axis| !alone(axis))
            .collect(),
    })
}

/// The product of two operands: of the numbers that stand for both, where some
/// do.
fn multiplied(
    builder: &mut NetBuilder,
    a: &Lettered,
    b: &Lettered,
    kept: Vec<u16>,
) -> Result<Lettered, ImportError> {
    let factors = builder.factors(a.tensor, b.tensor);
    let of = |operand: &Lettered, tensor: TensorId| Lettered {
        tensor,
        axes: operand.axes.clone(),
    };
    let sums = combine(builder, &of(a, factors.a), Some(&of(b, factors.b)), kept)?;
    Ok(Lettered {
        tensor: builder.finished(sums.tensor, None, &factors)?,
        axes: sums.axes,
    })
}

fn combine(
    builder: &mut NetBuilder,
    a: &Lettered,
    b: Option<&Lettered>,
    kept: Vec<u16>,
) -> Result<Lettered, ImportError> {
    let mut extents: Vec<(u16, Expr)> = Vec::new();
    let one = Expr::one();
    for operand in [Some(a), b].into_iter().flatten() {
        for (axis, extent) in operand.axes.iter().zip(builder.shape(operand.tensor)?) {
            match extents.iter_mut().find(|(known, _)| known == axis) {
                Some((_, known)) if *known == one => *known = extent,
                Some((_, known)) => {
                    let differ = *known != extent && extent != one;
                    if differ && known.as_constant().is_some() && extent.as_constant().is_some() {
                        let message =
                            format!("an axis of {known} elements against one of {extent}");
                        return Err(ImportError::Invalid(message));
                    }
                }
                None => extents.push((*axis, extent)),
            }
        }
    }
    let extent_of = |axis: &u16| {
        let found = extents.iter().find(|(known, _)| known == axis);
        found.map(|(_, extent)| extent.clone())
    };
    let shape: Option<Vec<Expr>> = kept.iter().map(extent_of).collect();
    let shape = shape
        .ok_or_else(|| ImportError::Invalid("an axis of the result is on no input".to_owned()))?;
    let mut operands = Vec::new();
    let mut inputs = Vec::new();
    for operand in [Some(a), b].into_iter().flatten() {
        let own = builder.shape(operand.tensor)?;
        let axes = operand.axes.iter().zip(&own).map(|(axis, extent)| {
            let stretched = *extent == one && extent_of(axis).is_some_and(|full| full != one);
            if stretched {
                ProductAxis::One
            } else {
                ProductAxis::Index(*axis)
            }
        });
        operands.push(axes.collect());
        inputs.push(operand.tensor);
    }
    let result = kept.iter().map(|axis| ProductAxis::Index(*axis)).collect();
    let element = builder.element(a.tensor);
    let product = Product::multiplied(operands, result, Vec::new());
    let tensor = builder.compute(Work::Product(product), &inputs, shape, element)?;
    Ok(Lettered { tensor, axes: kept })
}
