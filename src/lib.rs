//! What each operation of a neural network costs, in picojoules, on hardware
//! tables that anyone can read and edit.

pub mod format;
pub mod formula;
pub mod number;
pub mod primitive;
pub mod source;
pub mod symbolic;
pub mod table;
pub mod units;
