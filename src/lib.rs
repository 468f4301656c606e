//! What each operation of a neural network costs, in picojoules, on hardware
//! tables that anyone can read and edit.

pub mod render;
pub mod units;
