//! Sweeps: energies at every point of a grid or of a sample, in bulk.
//!
//! Counts are symbolic, and so are prices: an energy is one expression in
//! everything that a user may want to change. A sweep evaluates many such
//! expressions at millions of points, in doubles; where these cannot tell, the
//! exact numbers do, so that a point of a sweep is what an estimate there
//! gives, and what that refuses is refused.
//!
//! | file | what it knows |
//! |---|---|
//! | `grid` | axes, their values, and the points between them |
//! | `log_points` | values at equal distances of their logarithms |
//! | `check` | which points the model refuses |
//! | `plan`, `level`, `cursor` | expressions taken apart axis by axis, and worked out row by row |
//! | `row_factors` | factors of the innermost axis: once for all rows, or along each |
//! | `rows` | outputs along rows |
//! | `line` | loops over a column |
//! | `batch` | columns of values for a range of points |
//! | `bulk` | a grid, worked out row by row |
//! | `sampling` | points that are no grid: axes that run together, samples |
//! | `point_set` | the expressions at such points |
//! | `reduce` | what is made of columns: savings, extremes |
//! | `stream` | every table and format over the same points, in chunks |

mod batch;
mod bulk;
mod check;
mod cursor;
mod grid;
mod level;
mod line;
mod log_points;
mod plan;
mod point_set;
mod reduce;
mod row_factors;
mod rows;
mod sampling;
mod stream;

pub use self::batch::{Batch, SweepError};
pub use self::bulk::Sweep;
pub use self::grid::{AxisValues, SweepAxis, SweepGrid};
pub use self::log_points::{MOST_LOG_POINTS, log_points, real_log_points, whole_log_points};
pub use self::point_set::PointSet;
pub use self::reduce::{extremes, savings};
pub use self::sampling::{SampledRange, Sampling};
pub use self::stream::{SweepPoints, stream};
