//! Shape inference: pure functions from the shapes of an op's operands to that
//! of its result.
//!
//! The extents of a block's inputs give values to its dims, so a shape must be
//! known before the next op can be lowered: lowering calls these functions op
//! by op. They assume shapes whose extents are expressions in the dims, and
//! notations that have been read; they know neither the graph nor which values
//! a tensor holds. They leave shapes, the affine index of every axis of an
//! einsum, and the conditions on which all of that rests.
//!
//! | file | what it finds |
//! |---|---|
//! | `axes` | the extent of every axis of a notation |
//! | `projection` | the iteration space of an einsum, and its operands' indices |
//! | `window` | an index such as `2*y + ky - 3`, taken apart |
//! | `ellipsis` | the axes that `...` stands for |
//! | `elementwise` | the shape of every part of a formula |
//! | `shape` | shapes and axes as messages show them |

mod axes;
mod elementwise;
mod ellipsis;
mod projection;
mod shape;
mod window;

pub(super) use self::axes::Axes;
pub(super) use self::elementwise::resolve;
pub(super) use self::ellipsis::expand_ellipsis;
pub(super) use self::shape::shown_shape;
