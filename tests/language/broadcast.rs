//! Elementwise formulas over tensors of different shapes.

use picojoule::primitive::Primitive::{Add, Compare, Exp, Mul, Select};
use proptest::prelude::*;

use super::*;

/// b = 2, n = 3, d = 5.
const DIMS: &str = "b = 2, n = 3, d = 5";

#[test]
fn each_step_has_the_shape_of_its_own_result() {
    // a·g runs over d = 5; adding x over b·n·d = 30.
    let found = applying("a = \"d\", g = \"d\", x = \"b n d\"", DIMS, "(a * g) + x");
    assert_counts(&found, &[(Mul, 5), (Add, 30)]);
    assert_eq!(shape(&found, "o"), "b n d");
    // The other way round the product runs over all: 30, and so does the sum.
    let found = applying("a = \"d\", g = \"d\", x = \"b n d\"", DIMS, "a * (g + x)");
    assert_counts(&found, &[(Mul, 30), (Add, 30)]);
}

#[test]
fn both_sides_may_stretch() {
    // [n, 1] + [1, d] is [n, d] = 15.
    let found = applying("x = \"n 1\", y = \"1 d\"", DIMS, "x + y");
    assert_counts(&found, &[(Add, 15)]);
    assert_eq!(shape(&found, "o"), "n d");
    // Missing axes count as 1: [b, 1, 1] and [n, d] make [b, n, d] = 30, in
    // which the comparison of [n, d] takes only 15.
    let found = applying(
        "x = \"b 1 1\", y = \"n d\"",
        DIMS,
        "where(y > 0, x, exp(x))",
    );
    assert_counts(&found, &[(Compare, 15), (Exp, 2), (Select, 30)]);
    assert_eq!(shape(&found, "o"), "b n d");
}

#[test]
fn numbers_have_no_shape() {
    // 2·n is a number, computed once; the sum runs over d.
    let found = applying("x = \"d\"", DIMS, "x + 2 * n");
    assert_counts(&found, &[(Add, 5)]);
}

#[test]
fn a_weight_without_a_name_takes_no_name_of_others() {
    // The weight stands first; `x` is still the input of n·d = 15, not it.
    let op = "[[op]]\nname = \"o\"\napply = \"x + 1\"\ninputs = [{ weight = \"b\" }, \"x\"]\n";
    let found = of(&text("x = \"n d\"", DIMS, op));
    assert_counts(&found, &[(Add, 15)]);
    assert_eq!(parameters(&found), whole(2));
}

proptest! {
    #![proptest_config(cases(24))]

    /// Tensors of one shape are added as they always were, and an axis of 1 in
    /// front changes no count.
    #[test]
    fn equal_shapes_do_not_stretch(b in 1..5_i64, n in 1..5_i64, d in 1..5_i64) {
        let dims = format!("b = {b}, n = {n}, d = {d}");
        for (x, y) in [
            ("b n d", "b n d"),
            ("1 b n d", "b n d"),
            ("b n d", "1 1 b n d"),
        ] {
            let found = applying(&format!("x = \"{x}\", y = \"{y}\""), &dims, "x * y + x");
            let all = b * n * d;
            prop_assert_eq!(totals(&found), counts(&[(Mul, all), (Add, all)]));
        }
    }

    /// It does not matter which side stretches.
    #[test]
    fn broadcasting_is_symmetric(pattern in 0..64_u8) {
        let axes = |bits: u8| -> String {
            let axis = |(at, name): (usize, &str)| if bits >> at & 1 == 1 { name.to_owned() } else { "1".to_owned() };
            ["b", "n", "d"].into_iter().enumerate().map(axis).collect::<Vec<_>>().join(" ")
        };
        let inputs = format!("x = \"{}\", y = \"{}\"", axes(pattern & 7), axes(pattern >> 3));
        let [there, back] = ["x * y", "y * x"].map(|formula| applying(&inputs, DIMS, formula));
        prop_assert_eq!(totals(&there), totals(&back));
        prop_assert_eq!(shape(&there, "o"), shape(&back, "o"));
        let either = (pattern & 7) | (pattern >> 3);
        let extents = [2, 3, 5].into_iter().enumerate();
        let all: i64 = extents.filter(|(at, _)| either >> at & 1 == 1).map(|(_, extent)| extent).product();
        prop_assert_eq!(totals(&there), counts(&[(Mul, all)]));
    }
}
