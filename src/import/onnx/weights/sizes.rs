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

/// The size of some elements.
#[derive(Clone, Copy, PartialEq)]
enum One {
    /// All are zero.
    Unseen,
    Size(f64),
    Many,
}

impl One {
    fn add(&mut self, size: f64) {
        *self = match *self {
            One::Unseen if size.is_finite() => One::Size(size),
            One::Size(known) if known == size => One::Size(size),
            _ => One::Many,
        };
    }
}

struct Axis {
    at: usize,
    extent: u64,
    /// How many elements lie between one index and the next.
    step: u64,
    sizes: Vec<One>,
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
                    extent: *extent,
                    step,
                    sizes: Vec::new(),
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

    /// The element at a place, which is not zero.
    pub(super) fn add(&mut self, at: u64, size: f64) {
        self.all.add(size);
        if self.all == One::Many {
            self.axes.retain_mut(|axis| axis.fits(at, size));
        } else {
            self.axes.iter_mut().for_each(|axis| {
                axis.fits(at, size);
            });
        }
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
    /// Takes an element; whether its index still has one size.
    fn fits(&mut self, at: u64, size: f64) -> bool {
        let index = (at / self.step) % self.extent;
        let Ok(index) = usize::try_from(index) else {
            return false;
        };
        if self.sizes.len() <= index {
            self.sizes.resize(index + 1, One::Unseen);
        }
        let Some(known) = self.sizes.get_mut(index) else {
            return false;
        };
        self.is_shared |= *known != One::Unseen;
        known.add(size);
        *known != One::Many
    }
}
