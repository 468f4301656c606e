//! What an ONNX graph computes, in few kinds of nodes: every tensor with its
//! shape, every node with the arithmetic it stands for. The operators of the
//! specification are gone; what repeats, what is fused and which stage a node
//! belongs to is found here.
//!
//! | file | what it describes |
//! |---|---|
//! | `graph` | nodes in the order in which they are computed |
//! | `tensor` | shape, element type, values where they are known |
//! | `work` | what one node does |
//! | `product` | sums of products and other reductions |
//! | `block` | the blocks that operators stand for |

mod block;
mod graph;
mod product;
mod tensor;
mod work;

pub(crate) use block::Block;
pub(crate) use graph::{NamedDim, Net, NetNode, NodeId, QUANTISE, Readers};
pub(crate) use product::{Fold, FoldKind, Product, ProductAxis};

pub(crate) use super::weights::Scale;
pub(crate) use tensor::{KnownValue, Making, NetTensor, Origin, TensorId};
pub(crate) use work::{Binary, Unary, Work};
