//! The vocabulary in which operators are read: a net under construction, and
//! the steps that many operators are made of. A step infers its shape, and one
//! that works on constants alone is computed at once.
//!
//! | file | steps |
//! |---|---|
//! | `builder` | the net, its tensors and nodes, what is known of them |
//! | `elementwise` | functions of each element |
//! | `fold` | reductions over axes |
//! | `layout` | elements moved |
//! | `product` | products of matrices, and their biases |
//! | `attention` | two products around a softmax |
//! | `held` | how numbers are held that stand for fractions |
//! | `quantise` | whole numbers for fractions |

mod attention;
mod builder;
mod elementwise;
mod fold;
mod held;
mod layout;
mod product;
mod quantise;

pub(crate) use attention::{Attended, Causal, Heads};
pub(crate) use builder::NetBuilder;
pub(crate) use fold::folded_shape;
pub(crate) use held::{Held, Quantised};
