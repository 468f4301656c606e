//! What each operation of a neural network costs, in picojoules, on hardware
//! tables that anyone can read and edit.

pub mod catalog;
pub mod census;
pub mod claims;
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
pub mod render;
pub mod report;
pub mod scenario;
pub mod source;
pub mod symbolic;
pub mod table;
pub mod units;
pub mod view;
pub mod whatif;
