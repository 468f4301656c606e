//! Operators of the specification, one file for each family: plain functions
//! that read one application of an operator and add what it computes to a net.
//! They know no graph around them; those that do are in `read`.
//!
//! | file | operators |
//! |---|---|
//! | `call` | one application of an operator: its inputs and attributes |
//! | `elementwise` | functions of each element |
//! | `linear`, `conv`, `einsum` | sums of products |
//! | `sampling` | elements at places that are computed |
//! | `window` | how windows slide, for `conv` and `pool`; windows that overlap |
//! | `reduce`, `pool`, `norm` | sums, windows, normalisations |
//! | `loss` | losses |
//! | `layout`, `concat`, `slice`, `gather` | elements moved |
//! | `sequence` | sequences of tensors |
//! | `shape` | constants that are made of shapes |
//! | `unpriced` | operators that no table prices, for their shapes |
//! | `ml`, `trees`, `support_vectors` | the models of `ai.onnx.ml` |
//! | `quantised` | whole numbers for fractions |
//! | `qonnx` | the same of any width, in one operator |
//! | `attention`, `recurrent`, `microsoft` | fused networks, taken apart |
//! | `microsoft_attention` | the fused attention of ONNX Runtime |
//! | `experts` | mixtures of experts |
//! | `linear_attention` | attention without a softmax, by a state for each token |
//! | `packed` | fused attention of whole numbers, of rows without padding, of one step |

pub(crate) mod attention;
pub(crate) mod call;
pub(crate) mod concat;
pub(crate) mod conv;
pub(crate) mod einsum;
pub(crate) mod elementwise;
pub(crate) mod experts;
pub(crate) mod gather;
pub(crate) mod layout;
pub(crate) mod linear;
pub(crate) mod linear_attention;
pub(crate) mod loss;
pub(crate) mod microsoft;
pub(crate) mod microsoft_attention;
pub(crate) mod ml;
pub(crate) mod norm;
pub(crate) mod packed;
pub(crate) mod pool;
pub(crate) mod qonnx;
pub(crate) mod quantised;
pub(crate) mod recurrent;
pub(crate) mod reduce;
pub(crate) mod sampling;
pub(crate) mod sequence;
pub(crate) mod shape;
pub(crate) mod slice;
pub(crate) mod support_vectors;
pub(crate) mod trees;
pub(crate) mod unpriced;
pub(crate) mod window;
