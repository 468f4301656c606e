//! Whether elements are of one size, or of one for each index of an axis.
//!
//! A binarised network often has a gain for each channel, which is written into
//! its weights: all of one filter are then plus or minus the same number.

use super::scale::Scale;

/// No axis is longer of which every index may have a size of its own.
const MAX_EXTENT: u64 = 1 << 20;

/// The sizes of the elements other than zero, as far as they were seen.
pub(super) struct Sizes {
    /// The size of all, as long as there is only one.
    all: One,
    /// The axes of which every index has one size so far.
    axes: Vec<Axis>,
}

/// The size of all elements.
#[derive(Clone, Copy, PartialEq)]
enum One {
    /// All are zero.
    Unseen,
    Size(f64),
    Many,
}

impl One {
    fn add(self, values: &[f64]) -> One {
        let size = match self {
            One::Many => return One::Many,
            One::Size(size) => size,
            One::Unseen => match values.iter().find(|value| **value != 0.0) {
                Some(value) => value.abs(),
                None => return One::Unseen,
            },
        };
        let fits = |value: &f64| *value == 0.0 || value.abs() == size;
        if size.is_finite() && values.iter().all(fits) {
            One::Size(size)
        } else {
            One::Many
        }
    }
}

/// The size of the elements at an index of an axis, before any was seen.
const UNSEEN: f64 = 0.0;

struct Axis {
    at: usize,
    /// How many elements lie between one index and the next.
    step: u64,
    /// The size at each index, as long as there is only one.
    sizes: Vec<f64>,
    /// Whether two elements of one index were seen: else one size says nothing.
    is_shared: bool,
}

impl Sizes {
    pub(super) fn new(extents: &[u64]) -> Sizes {
        let mut step = 1u64;
        let mut axes = Vec::new();
        for (at, extent) in extents.iter().enumerate().rev() {
            if (2..=MAX_EXTENT).contains(extent) && extents.len() > 1 {
                axes.push(Axis {
                    at,
                    step,
                    sizes: vec![UNSEEN; *extent as usize],
                    is_shared: false,
                });
            }
            step = step.saturating_mul((*extent).max(1));
        }
        Sizes {
            all: One::Unseen,
            axes,
        }
    }

    /// Those of elements that are zero, or plus or minus one number where there
    /// is one.
    pub(super) fn of_one(size: Option<f64>) -> Sizes {
        Sizes {
            all: size.map_or(One::Unseen, One::Size),
            axes: Vec::new(),
        }
    }

    /// The elements from a place on.
    pub(super) fn add(&mut self, at: u64, values: &[f64]) {
        self.all = self.all.add(values);
        self.axes.retain_mut(|axis| axis.fit(at, values));
    }

    /// Whether there are many, whichever axis is looked along.
    pub(super) fn are_many(&self) -> bool {
        self.all == One::Many && self.axes.is_empty()
    }

    /// What the elements are plus or minus of, if of few sizes; `None` within
    /// for 1.
    pub(super) fn few(&self) -> Option<Option<Scale>> {
        match self.all {
            One::Unseen => Some(None),
            One::Size(size) => Some((size != 1.0).then_some(Scale::Single)),
            One::Many => {
                let shared = self.axes.iter().find(|axis| axis.is_shared);
                shared.map(|axis| Some(Scale::Along(axis.at)))
            }
        }
    }
}

impl Axis {
    /// Takes the elements from a place on; whether every index still has one
    /// size.
    fn fit(&mut self, mut at: u64, mut values: &[f64]) -> bool {
        while !values.is_empty() {
            let index = (at / self.step) % self.sizes.len() as u64;
            // Up to where the next index begins.
            let run = self.step - at % self.step;
            let fits = if self.step == 1 {
                let sizes = self.sizes.get_mut(index as usize..).unwrap_or_default();
                let run = sizes.len().min(values.len());
                let (run, rest) = values.split_at(run);
                at += run.len() as u64;
                values = rest;
                let pairs = sizes.iter_mut().zip(run);
                pairs.fold(true, |fits, (size, value)| {
                    fits & fit(size, &mut self.is_shared, *value)
                })
            } else {
                let run = usize::try_from(run).unwrap_or(usize::MAX).min(values.len());
                let (run, rest) = values.split_at(run);
                at += run.len() as u64;
                values = rest;
                let Some(size) = self.sizes.get_mut(index as usize) else {
                    return false;
                };
                let mut values = run.iter();
                values.all(|value| fit(size, &mut self.is_shared, *value))
            };
            if !fits {
                return false;
            }
        }
        true
    }
}

/// Takes an element at an index of this size so far; whether it is of that size.
fn fit(size: &mut f64, is_shared: &mut bool, value: f64) -> bool {
    let value = value.abs();
    if value == 0.0 || value == *size {
        *is_shared |= value != 0.0;
        return true;
    }
    let first = *size == UNSEEN && value.is_finite();
    *size = if first { value } else { *size };
    *is_shared |= !first;
    first
}
