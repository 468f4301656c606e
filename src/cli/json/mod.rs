//! The JSON of estimates and comparisons. Its fields are a promise: they may
//! be added to, never renamed.

mod comparison;
mod estimate;
mod timing;
mod value;

pub(super) use self::comparison::comparison;
pub(super) use self::estimate::{estimates, left_out};
pub(super) use self::value::{cell_json, exact, tables, text};
