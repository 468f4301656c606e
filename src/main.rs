//! The `picojoule` command.

fn main() {}
