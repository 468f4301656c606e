//! What is known before the network runs: shapes, dims, the elements of small
//! tensors.
//!
//! | file | what it tells |
//! |---|---|
//! | `dims` | the dims of a graph, by the names of its file |
//! | `name` | names that formulas can use |
//! | `extent` | extents as formulas: broadcasting, rounding, limits |
//! | `bounds` | which of two formulas is the larger, and what is clamped by that |
//! | `index` | where elements stand that are known one by one |
//! | `constant` | the elements of what is computed of constants |
//! | `sums` | sums, extremes and products of those |
//! | `domain` | which values those can be |
//! | `numeric` | the functions of nodes on numbers |

pub(crate) mod bounds;
pub(crate) mod constant;
pub(crate) mod dims;
pub(crate) mod domain;
pub(crate) mod extent;
pub(crate) mod index;
pub(crate) mod name;
pub(crate) mod numeric;
mod sums;
