//! A tree as folded stacks: a line for every leaf, its path and a whole number.
//!
//! Viewers of profiles (speedscope, `flamegraph.pl`, inferno) read them. They take
//! whole numbers only, so the unit is the largest in which every energy is one;
//! the first frame of every line names it. An energy that has no end of decimals
//! (a share of a third) is whole in no unit: then lines are rounded, each so that
//! the lines up to it add up to what is right, and the first frame says so.

use std::fmt;

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Pow;

use super::tree::Node;

/// Units, with how many powers of ten below a picojoule they are.
const UNITS: [(&str, u32); 7] = [
    ("pJ", 0),
    ("fJ", 3),
    ("aJ", 6),
    ("zJ", 9),
    ("yJ", 12),
    ("rJ", 15),
    ("qJ", 18),
];

/// Where no unit is small enough.
const ROUNDED: (&str, u32) = ("aJ", 6);

/// Folded stacks; they print as the lines of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folded {
    /// The unit.
    pub unit: &'static str,
    /// Whether nothing was rounded.
    pub is_exact: bool,
    /// The path of every leaf, and its energy in that unit.
    pub stacks: Vec<(String, BigInt)>,
}

/// The folded stacks of a tree. `title` names the first frame.
pub fn folded(root: &Node, title: &str) -> Folded {
    let mut leaves = Vec::new();
    collect(root, String::new(), &mut leaves);
    let is_whole = |(_, places): &(&str, u32)| {
        let scale = scale(*places);
        leaves
            .iter()
            .all(|(_, energy)| (*energy * &scale).is_integer())
    };
    let exact = UNITS.into_iter().find(is_whole);
    let (unit, places) = exact.unwrap_or(ROUNDED);
    let rounded = if exact.is_some() { "" } else { ", rounded" };
    let first = frame(&format!("{title} ({unit}{rounded})"));
    let scale = scale(places);
    let (mut sum, mut written) = (BigRational::default(), BigInt::default());
    let mut stacks = Vec::with_capacity(leaves.len());
    for (path, energy) in leaves {
        sum += energy * &scale;
        let up_to_here = sum.round().to_integer();
        stacks.push((format!("{first}{path}"), &up_to_here - &written));
        written = up_to_here;
    }
    Folded {
        unit,
        is_exact: exact.is_some(),
        stacks,
    }
}

fn scale(places: u32) -> BigRational {
    BigRational::from_integer(Pow::pow(BigInt::from(10), places))
}

fn collect<'n>(node: &'n Node, path: String, leaves: &mut Vec<(String, &'n BigRational)>) {
    for child in &node.children {
        let path = format!("{path};{}", frame(&child.name));
        match child.children.is_empty() {
            true => leaves.push((path, &child.picojoules)),
            false => collect(child, path, leaves),
        }
    }
}

/// A name as a frame: nothing in it ends the frame or the line.
fn frame(name: &str) -> String {
    let replaced = name.chars().map(|c| match c {
        ';' => ',',
        c if c.is_control() => ' ',
        c => c,
    });
    replaced.collect()
}

impl fmt::Display for Folded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (path, energy) in &self.stacks {
            writeln!(f, "{path} {energy}")?;
        }
        Ok(())
    }
}
