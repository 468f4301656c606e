//! `1` as an axis of a notation.

use picojoule::primitive::Primitive::{Add, Mul};
use proptest::prelude::*;

use super::*;

const DIMS: &str = "b = 2, h = 3, n = 5, m = 7";

fn einsum(inputs: &str, notation: &str, operands: &str) -> Counted {
    let op = format!("[[op]]\nname = \"o\"\neinsum = \"{notation}\"\ninputs = [{operands}]\n");
    of(&text(inputs, DIMS, &op))
}

#[test]
fn a_mask_for_all_heads_and_queries() {
    let inputs = "scores = \"b h n m\", mask = \"b 1 1 m\"";
    let notation = "b h n m, b 1 1 m -> b h n m";
    // One product for each of 2·3·5·7 = 210 scores; nothing is summed.
    let found = einsum(inputs, notation, "\"scores\", \"mask\"");
    assert_counts(&found, &[(Mul, 210)]);
    assert_eq!(shape(&found, "o"), "b h n m");
    // Without the heads in the result they are summed, the ones are not.
    let found = einsum(inputs, "b h n m, b 1 1 m -> b n m", "\"scores\", \"mask\"");
    assert_counts(&found, &[(Mul, 210), (Add, 210)]);
}

#[test]
fn ones_come_and_go_for_free() {
    for (x, notation, result) in [
        ("b 1 m", "b 1 m -> b m", "b m"),
        ("b m", "b m -> b 1 1 m", "b 1 1 m"),
        ("1 b", "1 b -> b 1", "b 1"),
        ("1 n 1 m", "1 ... m -> ... m 1", "n 1 m 1"),
        ("1", "1 ->", ""),
    ] {
        let found = einsum(&format!("x = \"{x}\""), notation, "\"x\"");
        assert_counts(&found, &[]);
        assert_eq!(shape(&found, "o"), result, "{notation}");
    }
}

#[test]
fn moves_take_ones_too() {
    // A class token before n others.
    let op = "[[op]]\nname = \"o\"\nconcat = \"b 1 m, b n m -> b (1 + n) m\"\n\
              inputs = [\"x\", \"y\"]\n";
    let found = of(&text("x = \"b 1 m\", y = \"b n m\"", DIMS, op));
    assert_counts(&found, &[]);
    assert_eq!(shape(&found, "o"), "b n + 1 m");
    let op = "[[op]]\nname = \"o\"\nindex = \"b 1 m -> b 1\"\ninputs = [\"x\"]\n";
    let found = of(&text("x = \"b 1 m\"", DIMS, op));
    assert_eq!(shape(&found, "o"), "b 1");
}

proptest! {
    #![proptest_config(cases(24))]

    /// A product counts the same with ones anywhere.
    #[test]
    fn ones_change_no_count(at in 0..3_usize, other in 0..2_usize) {
        let with_one = |names: &[&str], at: usize| {
            let mut names = names.to_vec();
            names.insert(at, "1");
            names.join(" ")
        };
        let (x, w) = (with_one(&["n", "m"], at), with_one(&["m"], other));
        let inputs = format!("x = \"{x}\", w = \"{w}\"");
        let ones = einsum(&inputs, &format!("{x}, {w} -> n 1"), "\"x\", \"w\"");
        let plain = einsum("x = \"n m\", w = \"m\"", "n m, m -> n", "\"x\", \"w\"");
        prop_assert_eq!(totals(&ones), totals(&plain));
        prop_assert_eq!(&ones.macs, &plain.macs);
    }
}
