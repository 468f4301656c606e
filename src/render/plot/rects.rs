//! Many rectangles of one colour as one plotters element.
//!
//! Plotters draws rectangles one by one, which makes a heat map of some hundred cells
//! a side megabytes long. This element hands them to the [`SvgBackend`] together.

use std::convert::Infallible;

use plotters::element::{Drawable, PointCollection};
use plotters::style::RGBColor;
use plotters_backend::{BackendCoord, BackendStyle, DrawingErrorKind};

use super::backend::SvgBackend;

/// Rectangles of one colour.
pub struct Rects {
    /// Upper left and lower right corner of each in turn.
    pub corners: Vec<BackendCoord>,
    /// Their colour.
    pub colour: RGBColor,
}

impl<'a> PointCollection<'a, BackendCoord> for &'a Rects {
    type Point = &'a BackendCoord;
    type IntoIter = &'a [BackendCoord];

    fn point_iter(self) -> &'a [BackendCoord] {
        &self.corners
    }
}

impl Drawable<SvgBackend<'_>> for Rects {
    fn draw<I: Iterator<Item = BackendCoord>>(
        &self,
        corners: I,
        backend: &mut SvgBackend<'_>,
        _: (u32, u32),
    ) -> Result<(), DrawingErrorKind<Infallible>> {
        let corners: Vec<BackendCoord> = corners.collect();
        backend.rects(&corners, self.colour.color())
    }
}
