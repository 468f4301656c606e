//! The start and the end of a box that can be pointed at, as plotters elements.
//!
//! Plotters knows no groups. These elements hand the tags to the [`SvgBackend`],
//! between the elements of what stands in the box.

use std::convert::Infallible;

use plotters::element::{Drawable, PointCollection};
use plotters_backend::{BackendCoord, DrawingErrorKind};

use super::backend::SvgBackend;

/// A tag.
pub enum BoxTag {
    /// The start.
    Open {
        /// What the box is looked for by.
        label: String,
        /// What it says to whoever points at it.
        detail: String,
    },
    /// The end.
    Close,
}

impl<'a> PointCollection<'a, BackendCoord> for &'a BoxTag {
    type Point = &'a BackendCoord;
    type IntoIter = &'a [BackendCoord];

    fn point_iter(self) -> &'a [BackendCoord] {
        &[]
    }
}

impl Drawable<SvgBackend<'_>> for BoxTag {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        _: I,
        backend: &mut SvgBackend<'_>,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        match self {
            BoxTag::Open { label, detail } => backend.open_box(label, detail),
            BoxTag::Close => backend.close_box(),
        }
    }
}
