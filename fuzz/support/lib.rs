//! What the targets share: how inputs are changed, and what is done with the model
//! files that importers write.

pub mod hdf5;
pub mod protobuf;
mod random;
pub mod text;
pub mod written;
