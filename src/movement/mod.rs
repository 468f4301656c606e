//! Data movement: how many bits cross between the levels of memory.
//!
//! | file | what it knows |
//! |---|---|
//! | `steps` | the sizes of tiles that are worth a look |
//! | `matrix` | the traffic of a product of matrices with a tile, and the best tile |
//! | `window` | the same of a convolution, whose windows overlap |
//! | `boxes` | what a box of a convolution leaves room for |
//! | `frontier` | the same for all capacities at once |
//! | `setting` | the conventions, and the words for what moves |
//! | `width` | bits of an element, by format and values |
//! | `unit` | widths that are fractions of bits, for a search by whole numbers |
//! | `contraction` | an einsum as a product of matrices or a convolution |
//! | `function` | the traffic of tiles as functions in expressions |
//! | `sizes` | what is known of a graph, and so what traffic is written in |
//! | `finder` | the accesses as they are found, and the tensors behind them |
//! | `rounds` | what a repeated block hands from one round to the next |
//! | `state` | what one step leaves for the next |
//! | `distinct` | how many different experts tokens choose, as a function in expressions |
//! | `experts` | weights that are chosen anew for every token |
//! | `event` | spikes as the addresses of the ones, and products by event |
//! | `fused` | tiles of attention in one pass, and the best of them |
//! | `between` | what lies between scores and what they weigh |
//! | `fusion` | which ops of a graph are one attention, and what they move then |
//! | `stream` | what is done element by element |
//! | `fetched`, `once`, `tiled` | what each op moves by each convention |
//! | `traffic` | all that moves in a graph |
//! | `bound` | the traffic below which no schedule goes |

mod between;
mod bound;
mod boxes;
mod contraction;
mod distinct;
mod event;
mod experts;
mod fetched;
mod finder;
mod frontier;
mod function;
mod fused;
mod fusion;
mod matrix;
mod once;
mod rounds;
mod setting;
mod sizes;
mod state;
mod steps;
mod stream;
#[cfg(test)]
mod tests;
mod tiled;
mod traffic;
mod unit;
mod width;
mod window;

pub use self::bound::lower_bound;
pub use self::finder::Access;
pub use self::frontier::Frontier;
pub use self::matrix::{Crossing, Matrix, Plan, Stationary, Widths};
pub use self::setting::{
    Direction, Fuse, Movement, MovementOptions, Role, Spikes, UnknownMovement,
};
pub use self::sizes::Sizes;
pub use self::steps::Tiles;
pub use self::traffic::{Hierarchy, Traffic, traffic};
pub use self::width::bits;
pub use self::window::{Convolution, WindowAxis, WindowPlan};
