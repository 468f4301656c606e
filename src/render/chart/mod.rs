//! Charts as plain data.
//!
//! Each kind of chart answers one question of an energy comparison: where the energy
//! goes ([`StackedBars`]), how a result moves with one dimension ([`LineChart`]) or
//! with two ([`HeatMap`]), which input moves it most ([`Tornado`]), and how far numbers
//! are from where they should be ([`DotPlot`]). A chart holds what is to be seen and
//! nothing of how: `render::plot`, behind the feature `plots`, makes pictures of them.

mod axis;
mod bars;
mod dots;
mod heat;
mod icicle;
mod lines;
mod tornado;
mod value;

pub use axis::{AxisUnit, ChartAxis, Scale};
pub use bars::{Bar, BarGroup, Segment, SegmentFill, StackedBars};
pub use dots::{Dot, DotGroup, DotPlot};
pub use heat::{HeatMap, HeatTarget};
pub use icicle::{Icicle, IcicleBox, IcicleTone};
pub use lines::{Band, LineChart, Mark, Region, Series, SeriesColour, SeriesStyle, Stroke};
pub use tornado::{Tornado, TornadoBar};
pub use value::ValueKind;
