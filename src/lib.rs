//! What each operation of a neural network costs, in picojoules, on hardware
//! tables that anyone can read and edit.

pub mod catalog;
pub mod census;
pub mod claims;
#[cfg(feature = "cli")]
pub mod cli;
pub mod compare;
pub mod demand;
pub mod domain;
pub mod energy;
pub mod format;
pub mod formula;
pub mod graph;
pub mod import;
pub mod loader;
pub mod model;
pub mod number;
pub mod primitive;
mod random;
pub mod render;
#[cfg(feature = "plots")]
pub mod report;
pub mod scenario;
pub mod source;
pub mod sweep;
pub mod symbolic;
pub mod table;
pub mod threshold;
pub mod uncertainty;
pub mod units;
pub mod view;
