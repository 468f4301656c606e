//! Pictures of charts, as SVG, PNG and PDF.
//!
//! A [chart](super::chart) is laid out here from measured text, because nothing else
//! keeps long names from being cut off, and painted through plotters on a backend that
//! writes SVG. PNG and PDF are made of that SVG, so the three never differ. How wide
//! a figure is and how large its type is says its [style](FigureStyle).
//!
//! Positions are multiples of 1/20 pixel, held as integers, and text is measured and
//! rasterised with a font inside the binary: the same chart is the same file, byte
//! for byte, on every run and every machine.

mod axis;
mod backend;
mod bars;
mod bars_layout;
mod canvas;
mod colour_map;
mod colour_scale;
mod dots;
mod end_labels;
mod error;
mod font;
mod group;
mod heat;
mod heat_grid;
mod heat_plot;
mod icicle;
mod icicle_layout;
mod interactive;
mod legend;
mod lines;
mod lines_layout;
mod lines_plot;
mod notation;
mod page;
mod painter;
mod palette;
mod pdf;
mod pdf_fonts;
mod png;
mod rects;
mod style;
mod svg;
#[cfg(test)]
mod tests;
mod tick_label;
mod tornado;
mod tornado_layout;

pub use bars::stacked_bars;
pub use canvas::Canvas;
pub use dots::dots;
pub use error::ChartError;
pub use heat::heat_map;
pub use icicle::icicle;
pub use lines::{lines, lines_with_bands};
pub use style::{FigureStyle, FigureWidth, FontSize, StyleError};
pub use svg::Svg;
pub use tornado::tornado;
