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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::energy::Part;
    use crate::profile::tree::NodeKind;

    fn node(name: &str, pj: (i64, i64), children: Vec<Node>) -> Node {
        Node {
            name: name.to_owned(),
            kind: NodeKind::Item(Part::Arithmetic),
            picojoules: BigRational::new(pj.0.into(), pj.1.into()),
            children,
        }
    }

    #[test]
    fn the_unit_is_the_largest_that_is_exact() {
        let of = |pj: (i64, i64)| folded(&node("m", pj, vec![node("a", pj, vec![])]), "m");
        assert_eq!(of((7, 1)).to_string(), "m (pJ);a 7\n");
        assert_eq!(of((1, 8)).to_string(), "m (fJ);a 125\n");
        // 1/16 pJ is 62.5 fJ.
        assert_eq!(of((1, 16)).to_string(), "m (aJ);a 62500\n");
    }

    #[test]
    fn what_has_no_end_of_decimals_is_rounded_and_still_adds_up() {
        let thirds = ["a", "b", "c"].map(|name| node(name, (1, 3), vec![]));
        let folded = folded(&node("m", (1, 1), thirds.into()), "m");
        assert!(!folded.is_exact);
        // 333 333.3…, 666 666.6… up to the second, 1 000 000 up to the third.
        let expected =
            "m (aJ, rounded);a 333333\nm (aJ, rounded);b 333334\nm (aJ, rounded);c 333333\n";
        assert_eq!(folded.to_string(), expected);
    }

    #[test]
    fn no_name_ends_a_frame_or_a_line() {
        let inner = node("a;b\nc 7", (1, 1), vec![]);
        let text = folded(&node("m", (1, 1), vec![inner]), "m;n").to_string();
        assert_eq!(text, "m,n (pJ);a,b c 7 1\n");
    }
}
