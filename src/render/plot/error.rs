//! Why a chart cannot be drawn.

use std::fmt;

/// Why a chart cannot be drawn.
#[derive(Debug, Clone, PartialEq)]
pub enum ChartError {
    /// There is no bar, no series, or a series without points.
    Empty(String),
    /// A bar has another number of segments than the legend has names.
    Segments {
        /// The label of the bar.
        bar: String,
        /// How many names the legend has.
        expected: usize,
        /// How many segments the bar has.
        found: usize,
    },
    /// A value is not a number, or is infinite.
    NotFinite(String),
    /// An energy in a stack is negative.
    Negative(String),
    /// A logarithmic axis has a value of zero or less.
    NotPositive {
        /// The label of the axis.
        axis: String,
        /// The first value that has no logarithm.
        value: f64,
    },
    /// The values on an axis lie further apart than a number can say.
    Span(String),
    /// A region ends before it begins, or shares nothing with the axis.
    Region(String),
    /// A grid has another number of rows or cells than its axes have values.
    Cells {
        /// What is counted.
        what: String,
        /// How many the axis has.
        expected: usize,
        /// How many there are.
        found: usize,
    },
    /// The values along a side of a grid do not rise.
    Order(String),
    /// A target ends before it begins.
    Target(String),
    /// The picture cannot be rasterised.
    Raster(String),
    /// The drawing library or the font failed.
    Drawing(String),
}

impl fmt::Display for ChartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ChartError::Empty(what) => write!(f, "there is nothing to draw: {what}"),
            ChartError::Segments {
                bar,
                expected,
                found,
            } => write!(
                f,
                "bar '{bar}' has {found} segments, the legend names {expected}"
            ),
            ChartError::NotFinite(what) => write!(f, "{what} is not a finite number"),
            ChartError::Negative(what) => {
                write!(f, "{what} is negative and cannot be part of a stack")
            }
            ChartError::NotPositive { axis, value } => write!(
                f,
                "{value} has no place on the logarithmic axis '{axis}', which needs values above zero"
            ),
            ChartError::Span(axis) => {
                write!(
                    f,
                    "the values on the axis '{axis}' lie too far apart to be drawn"
                )
            }
            ChartError::Region(label) => {
                write!(f, "the region '{label}' shares nothing with the axis")
            }
            ChartError::Cells {
                what,
                expected,
                found,
            } => write!(
                f,
                "there are {found} {what}, the axis has {expected} values"
            ),
            ChartError::Order(axis) => {
                write!(f, "the values on the axis '{axis}' must rise")
            }
            ChartError::Target(label) => {
                write!(f, "the target '{label}' must end above where it begins")
            }
            ChartError::Raster(why) => write!(f, "the picture cannot be rasterised: {why}"),
            ChartError::Drawing(why) => write!(f, "the chart cannot be drawn: {why}"),
        }
    }
}

impl std::error::Error for ChartError {}
