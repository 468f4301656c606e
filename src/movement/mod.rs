//! Data movement: how many bits cross between the levels of memory.
//!
//! | file | what it knows |
//! |---|---|
//! | `steps` | the sizes of tiles that are worth a look |
//! | `matrix` | the traffic of a product of matrices with a tile, and the best tile |
//! | `window` | the same of a convolution, whose windows overlap |
//! | `frontier` | the same for all capacities at once |
//! | `setting` | the conventions, and the words for what moves |
//! | `width` | bits of an element, by format and values |
//! | `contraction` | an einsum as a product of matrices or a convolution |
//! | `function` | the traffic of tiles as functions in expressions |
//! | `traffic` | the accesses of every op of a graph |
//! | `bound` | the traffic below which no schedule goes |

mod bound;
mod contraction;
mod frontier;
mod function;
mod matrix;
mod setting;
mod steps;
#[cfg(test)]
mod tests;
mod traffic;
mod width;
mod window;

pub use self::bound::lower_bound;
pub use self::frontier::Frontier;
pub use self::matrix::{Crossing, Matrix, Plan, Stationary, Widths};
pub use self::setting::{Direction, Movement, Role, UnknownMovement};
pub use self::steps::Tiles;
pub use self::traffic::{Access, Hierarchy, Traffic, traffic};
pub use self::width::bits;
pub use self::window::{Convolution, WindowAxis, WindowPlan};
