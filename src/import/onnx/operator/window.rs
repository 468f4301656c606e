//! How windows slide: convolutions and poolings.

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::extent::{ceil, floor};
use crate::number::whole;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// How windows slide along one axis.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Slide {
    pub(super) kernel: i64,
    pub(super) stride: i64,
    pub(super) dilation: i64,
    pub(super) padding: Padding,
}

/// What stands beyond the ends of an axis.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Padding {
    /// So many elements before and after.
    Given(i64, i64),
    /// As many as give ⌈extent / stride⌉ windows, as many before as after, or
    /// one fewer; `more_before` one more.
    Same { more_before: bool },
}

impl Slide {
    /// How many elements of the input lie between the first and the last that
    /// one window reads.
    pub(super) fn reach(&self) -> i64 {
        self.dilation * (self.kernel - 1)
    }

    /// How many elements of padding stand before an axis of `extent`.
    pub(super) fn before(&self, extent: &Expr) -> Expr {
        match self.padding {
            Padding::Given(before, _) => Expr::whole(before),
            Padding::Same { more_before } => {
                let last = (&self.windows(extent, false) - &Expr::one()).scale(&whole(self.stride));
                let needed = &(&last + &Expr::whole(self.reach() + 1)) - extent;
                let half = (needed.larger(&Expr::zero())).scale(&(whole(1) / whole(2)));
                match more_before {
                    true => ceil(&half),
                    false => floor(&half),
                }
            }
        }
    }

    /// How many windows there are along an axis; `partial` ones at the end count
    /// if that is asked for.
    pub(crate) fn windows(&self, extent: &Expr, partial: bool) -> Expr {
        match self.padding {
            Padding::Same { .. } => ceil(&extent.scale(&(whole(1) / whole(self.stride)))),
            Padding::Given(before, after) => {
                let share = whole(1) / whole(self.stride);
                let beyond = before + after - self.reach() - 1;
                let steps = (extent + &Expr::whole(beyond)).scale(&share);
                if !partial {
                    return &floor(&steps) + &Expr::one();
                }
                // A window may not begin behind the input: so many begin before
                // its end, and fewer only where the padding behind is short.
                if after + self.stride <= self.reach() + 1 {
                    return &ceil(&steps) + &Expr::one();
                }
                ceil(&(extent + &Expr::whole(before)).scale(&share))
            }
        }
    }
}

impl Slide {
    /// The extent of a result in which windows are laid down, one for each
    /// element of an axis of `extent`, and so many elements `beyond`.
    pub(super) fn laid_down(&self, extent: &Expr, beyond: i64) -> Expr {
        let last = (extent - &Expr::one()).scale(&whole(self.stride));
        match self.padding {
            Padding::Same { .. } => extent.scale(&whole(self.stride)),
            Padding::Given(before, after) => {
                &last + &Expr::whole(self.reach() + 1 + beyond - before - after)
            }
        }
    }

    /// Whether windows that are laid down give each place of the result as many
    /// elements as any other.
    pub(super) fn tiles(&self, extent: &Expr, result: &Expr) -> bool {
        let whole_windows =
            self.stride == 1 || self.dilation == 1 && self.kernel % self.stride == 0;
        whole_windows && extent.scale(&whole(self.stride)) == *result
    }
}

/// `Col2Im`: windows laid down where they overlap, an addition for each of
/// their elements.
pub(crate) fn overlapped(builder: &mut NetBuilder, call: &Call<'_>) -> Results {
    let x = call.input(0)?;
    let [batch, columns, _] = builder.shape_of_rank::<3>(x)?;
    let image = builder.whole(call.input(1)?);
    let image = call.or_told(image, |told| Some(told.get(2..)?.to_vec()))?;
    let window = builder.whole(call.input(2)?);
    let window = window.map(|window| window.iter().product());
    let window: Expr = call.or_told(window, |told| columns.divide(told.get(1)?))?;
    let channels = columns.divide(&window);
    let channels = channels.ok_or_else(|| ImportError::Invalid("a window of 0".to_owned()))?;
    let shape = [vec![batch, channels], image].concat();
    let added = builder.per_element_of(x, &[(Primitive::Add, 1)])?;
    Ok(vec![builder.moved(&[added], shape)?])
}

/// The slides of an operator over the axes of extents `kernel`.
pub(crate) fn slides(call: &Call<'_>, kernel: &[i64]) -> Result<Vec<Slide>, ImportError> {
    let rank = kernel.len();
    let list = |name: &str, default: i64, length: usize| {
        let values = call
            .ints(name)
            .map_or(vec![default; length], <[i64]>::to_vec);
        let fits = values.len() == length && values.iter().all(|v| (0..1 << 40).contains(v));
        let wrong =
            || ImportError::Invalid(format!("`{name}` = {values:?} does not fit {rank} axes"));
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
        return Err(ImportError::Invalid(
            "a stride, dilation or window of 0".to_owned(),
        ));
    }
    Ok((0..rank)
        .map(|at| Slide {
            kernel: kernel[at],
            stride: strides[at],
            dilation: dilations[at],
            padding: match (same, valid) {
                (true, _) => Padding::Same {
                    more_before: call.text("auto_pad") == Some("SAME_LOWER"),
                },
                (_, true) => Padding::Given(0, 0),
                _ => Padding::Given(pads[at], pads[at + rank]),
            },
        })
        .collect())
}
