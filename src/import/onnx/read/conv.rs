//! Convolutions: grouped, dilated, transposed, of any number of axes.

use super::linear::multiplied;
use super::{Call, Outcome, Reader, Trouble};
use crate::import::onnx::extent::{ceil, floor};
use crate::import::onnx::net::{Axis, TensorId, Work};
use crate::import::onnx::proto::ElementType;
use crate::number::whole;
use crate::symbolic::Expr;

/// How windows slide along one axis.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Slide {
    pub(super) kernel: i64,
    pub(super) stride: i64,
    pub(super) dilation: i64,
    pub(super) padding: Padding,
}

/// What stands beyond the ends of an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Padding {
    /// So many elements before and after.
    Given(i64, i64),
    /// As many as give ⌈extent / stride⌉ windows.
    Same,
}

impl Slide {
    /// How many elements of the input lie between the first and the last that
    /// one window reads.
    fn reach(&self) -> i64 {
        self.dilation * (self.kernel - 1)
    }

    /// How many windows there are along an axis; `partial` ones at the end count
    /// if that is asked for.
    pub(super) fn windows(&self, extent: &Expr, partial: bool) -> Expr {
        match self.padding {
            Padding::Same => ceil(&extent.scale(&(whole(1) / whole(self.stride)))),
            Padding::Given(before, after) => {
                let room = extent + &Expr::whole(before + after - self.reach() - 1);
                let steps = room.scale(&(whole(1) / whole(self.stride)));
                let steps = if partial { ceil(&steps) } else { floor(&steps) };
                let windows = &steps + &Expr::one();
                // A window may not begin behind the input.
                let last = steps.scale(&whole(self.stride)).as_constant();
                let end = (extent + &Expr::whole(before)).as_constant();
                match (last, end) {
                    (Some(last), Some(end)) if partial && last >= end => steps,
                    _ => windows,
                }
            }
        }
    }
}

impl Reader<'_> {
    /// The slides of an operator over the axes of extents `kernel`.
    pub(super) fn slides(&self, call: &Call<'_>, kernel: &[i64]) -> Result<Vec<Slide>, Trouble> {
        let rank = kernel.len();
        let list = |name: &str, default: i64, length: usize| {
            let values = call
                .ints(name)
                .map_or(vec![default; length], <[i64]>::to_vec);
            let fits = values.len() == length && values.iter().all(|v| (0..1 << 40).contains(v));
            let wrong =
                || Trouble::Wrong(format!("`{name}` = {values:?} does not fit {rank} axes"));
            fits.then(|| values.clone()).ok_or_else(wrong)
        };
        let strides = list("strides", 1, rank)?;
        let dilations = list("dilations", 1, rank)?;
        let pads = list("pads", 0, 2 * rank)?;
        let same = call
            .text("auto_pad")
            .is_some_and(|pad| pad.starts_with("SAME"));
        let valid = call.text("auto_pad") == Some("VALID");
        let positive = |values: &[i64]| values.iter().all(|value| (1..1 << 40).contains(value));
        if !positive(&strides) || !positive(&dilations) || !positive(kernel) {
            return Err(Trouble::Wrong(
                "a stride, dilation or window of 0".to_owned(),
            ));
        }
        Ok((0..rank)
            .map(|at| Slide {
                kernel: kernel[at],
                stride: strides[at],
                dilation: dilations[at],
                padding: match (same, valid) {
                    (true, _) => Padding::Same,
                    (_, true) => Padding::Given(0, 0),
                    _ => Padding::Given(pads[at], pads[at + rank]),
                },
            })
            .collect())
    }

    /// A convolution of `x` (batch, channels, places) with `weight` (outputs,
    /// channels of a group, window).
    pub(super) fn convolve(
        &mut self,
        call: &Call<'_>,
        mut x: TensorId,
        weight: TensorId,
        element: ElementType,
    ) -> Result<TensorId, Trouble> {
        let (input, kernel) = (self.shape(x)?, self.shape(weight)?);
        if input.len() != kernel.len() || input.len() < 3 {
            return Err(Trouble::Wrong(
                "the input and the weight have different axes".to_owned(),
            ));
        }
        let group = call.int_or("group", 1);
        self.check_channels(&input[1], &kernel[1], group)?;
        let windows = super::constant::extents(&kernel[2..])
            .ok_or_else(|| Trouble::Unknown("the window has no fixed size".to_owned()))?;
        let slides = self.slides(call, &windows)?;
        let mut shape = vec![input[0].clone(), kernel[0].clone()];
        let mut padded = input.clone();
        let mut paddings = Vec::new();
        for (at, slide) in slides.iter().enumerate() {
            let places = slide.windows(&input[at + 2], false);
            let padding = match slide.padding {
                Padding::Given(before, after) if before == after => before,
                // The notation knows padding that is alike on both sides.
                Padding::Given(before, after) => {
                    padded[at + 2] = &padded[at + 2] + &Expr::whole(before + after);
                    0
                }
                Padding::Same => {
                    let last = &places - &Expr::one();
                    padded[at + 2] =
                        &last.scale(&whole(slide.stride)) + &Expr::whole(slide.reach() + 1);
                    0
                }
            };
            paddings.push(padding);
            shape.push(places);
        }
        if padded != input {
            x = self.compute(Work::Move, &[x], padded, self.element(x))?;
        }
        let grouped = |axis: u16| {
            if group == 1 {
                Axis::Index(axis)
            } else {
                Axis::Split(GROUP, axis)
            }
        };
        let mut operands = [
            vec![Axis::Index(BATCH), grouped(CHANNEL)],
            vec![grouped(OUTPUT), Axis::Index(CHANNEL)],
        ];
        let mut result = vec![Axis::Index(BATCH), grouped(OUTPUT)];
        for (at, (slide, padding)) in slides.iter().zip(paddings).enumerate() {
            let (place, within) = (FIRST + 2 * at as u16, FIRST + 1 + 2 * at as u16);
            operands[0].push(Axis::Window {
                place,
                stride: slide.stride,
                within,
                dilation: slide.dilation,
                padding,
            });
            operands[1].push(Axis::Index(within));
            result.push(Axis::Index(place));
        }
        let told = if group == 1 {
            vec![]
        } else {
            vec![(GROUP, Expr::whole(group))]
        };
        let product = multiplied(operands.into(), result, told);
        self.compute(Work::Product(product), &[x, weight], shape, element)
    }

    fn check_channels(&self, channels: &Expr, own: &Expr, group: i64) -> Result<(), Trouble> {
        let fits = group >= 1 && own.scale(&whole(group)) == *channels;
        if fits || channels.as_constant().is_none() && group >= 1 {
            return Ok(());
        }
        Err(Trouble::Wrong(format!(
            "{channels} channels in {group} groups, but the weight is for {own} in each"
        )))
    }
}

const BATCH: u16 = 0;
const GROUP: u16 = 1;
const CHANNEL: u16 = 2;
const OUTPUT: u16 = 3;
/// The first of the axes of places and windows, in turn.
const FIRST: u16 = 4;

/// `Conv`
pub(super) fn conv(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let factors = reader.factors(call.input(0)?, call.input(1)?);
    let element = reader.element(factors.a);
    let product = reader.convolve(call, factors.a, factors.b, element)?;
    Ok(vec![reader.finished(
        product,
        call.optional(2),
        &factors,
    )?])
}

/// `ConvTranspose`: every element of the input times the whole window, summed
/// where windows overlap.
pub(super) fn transposed(reader: &mut Reader<'_>, call: &Call<'_>) -> Outcome {
    let (x, weight) = (call.input(0)?, call.input(1)?);
    let (input, kernel) = (reader.shape(x)?, reader.shape(weight)?);
    if input.len() != kernel.len() || input.len() < 3 {
        return Err(Trouble::Wrong(
            "the input and the weight have different axes".to_owned(),
        ));
    }
    let group = call.int_or("group", 1);
    reader.check_channels(
        &input[1],
        &kernel[0].scale(&(whole(1) / whole(group.max(1)))),
        group,
    )?;
    let windows = super::constant::extents(&kernel[2..])
        .ok_or_else(|| Trouble::Unknown("the window has no fixed size".to_owned()))?;
    let slides = reader.slides(call, &windows)?;
    let grouped = |axis: u16| {
        if group == 1 {
            Axis::Index(axis)
        } else {
            Axis::Split(GROUP, axis)
        }
    };
    let outputs = kernel[1].scale(&whole(group));
    let mut operands = [
        vec![Axis::Index(BATCH), grouped(CHANNEL)],
        vec![grouped(CHANNEL), Axis::Index(OUTPUT)],
    ];
    let mut result = vec![Axis::Index(BATCH), grouped(OUTPUT)];
    let mut scattered = vec![input[0].clone(), outputs.clone()];
    let mut shape = vec![input[0].clone(), outputs];
    let extra = call.ints("output_padding").unwrap_or(&[]);
    let given = call.ints("output_shape");
    for (at, slide) in slides.iter().enumerate() {
        let (place, within) = (FIRST + 2 * at as u16, FIRST + 1 + 2 * at as u16);
        operands[0].push(Axis::Index(place));
        operands[1].push(Axis::Index(within));
        result.extend([Axis::Index(place), Axis::Index(within)]);
        let extent = &input[at + 2];
        scattered.extend([extent.clone(), Expr::whole(slide.kernel)]);
        let last = (extent - &Expr::one()).scale(&whole(slide.stride));
        let beyond = extra.get(at).copied().unwrap_or(0);
        shape.push(
            match (given.and_then(|given| given.get(at)), slide.padding) {
                (Some(given), _) => Expr::whole(*given),
                (None, Padding::Same) => extent.scale(&whole(slide.stride)),
                (None, Padding::Given(before, after)) => {
                    &last + &Expr::whole(slide.reach() + 1 + beyond - before - after)
                }
            },
        );
    }
    let told = if group == 1 {
        vec![]
    } else {
        vec![(GROUP, Expr::whole(group))]
    };
    let product = multiplied(operands.into(), result, told);
    let element = reader.element(x);
    let all = reader.compute(Work::Product(product), &[x, weight], scattered, element)?;
    let all = reader.with_bias(all, call.optional(2))?;
    Ok(vec![reader.compute(Work::Move, &[all], shape, element)?])
}
