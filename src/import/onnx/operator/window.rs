//! How windows slide: convolutions and poolings.

use std::collections::BTreeSet;

use super::call::Call;
use crate::import::onnx::build::NetBuilder;
use crate::import::onnx::error::{ImportError, Results};
use crate::import::onnx::infer::bounds::smaller;
use crate::import::onnx::infer::extent::{ceil, floor, number};
use crate::number::whole;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// Windows of more elements are not laid down one by one.
const MAX_LAID: i64 = 1 << 16;

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
                let own = self.reach() + 1 - before - after;
                &(&last + &Expr::whole(own)) + &Expr::whole(beyond)
            }
        }
    }

    /// On how many places of an axis of `result` at least one window lies.
    pub(super) fn covered(&self, extent: &Expr, result: &Expr) -> Expr {
        let laid = extent.scale(&whole(self.kernel));
        let reaches_all = self.dilation == 1 && self.stride <= self.kernel;
        match (number(extent), number(result)) {
            (Ok(windows), Ok(places)) => self.covered_of(windows, places),
            _ if reaches_all => smaller(result, &laid),
            _ => smaller(&laid, result),
        }
    }

    /// The same of numbers. Of what is cut off a half is before, where the file
    /// does not say it.
    fn covered_of(&self, windows: i64, places: i64) -> Expr {
        let full = self.laid_down_in_full(windows);
        let before = match self.padding {
            Padding::Given(0, 0) | Padding::Same { .. } => (full - places).max(0) / 2,
            Padding::Given(before, _) => before,
        };
        let few = windows
            .checked_mul(self.kernel)
            .filter(|all| *all <= MAX_LAID);
        if few.is_none() || self.dilation == 1 && self.stride <= self.kernel {
            let seen = (full - before).min(places).max(0);
            return Expr::whole(seen.min(windows.saturating_mul(self.kernel)));
        }
        let places_of = |window: i64| {
            let first = window * self.stride - before;
            (0..self.kernel).map(move |at| first + at * self.dilation)
        };
        let covered: BTreeSet<i64> = (0..windows)
            .flat_map(places_of)
            .filter(|place| (0..places).contains(place))
            .collect();
        Expr::whole(covered.len() as i64)
    }

    /// The extent of so many windows before anything is cut off.
    fn laid_down_in_full(&self, windows: i64) -> i64 {
        let last = (windows - 1).saturating_mul(self.stride);
        last.saturating_add(self.reach() + 1)
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
        let fits = values.len() == length && values.iter().all(|v| (0..1 << 30).contains(v));
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
    let positive = |values: &[i64]| values.iter().all(|value| (1..1 << 30).contains(value));
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
