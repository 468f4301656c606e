//! Powers, and divisions by numbers.

use picojoule::primitive::Primitive::{Add, And, Div, Exp, Log, Mul, Select, Shift, Sqrt};
use proptest::prelude::*;

use super::*;

/// What `formula` takes for x of n = 7 elements, y of 3 · 7, a number c = 4 that
/// folds away and a dim w = 64.
fn of_formula(formula: &str) -> Counts {
    let ops = format!("params = {{ c = \"4\" }}\n[[op]]\nname = \"o\"\napply = \"{formula}\"\n");
    let inputs = "x = \"n\", y = \"m n\"";
    totals(&of(&text(inputs, "n = 7, m = 3, w = 64", &ops)))
}

#[test]
fn to_divide_by_a_number_is_to_multiply_by_its_reciprocal() {
    // 1/8, 1/√64, 1/c and 1/w are computed once, then multiplied with 7 times.
    for formula in ["x / 8", "x / sqrt(64)", "x / c", "x / w", "x / sqrt(w)"] {
        assert_eq!(of_formula(formula), counts(&[(Mul, 7)]), "{formula}");
    }
    // Twice a number is divided by: two multiplications.
    assert_eq!(of_formula("x / 8 / w"), counts(&[(Mul, 14)]));
    // Numbers alone stay free, and what is divided by a tensor is divided.
    assert_eq!(of_formula("x + 8 / w"), counts(&[(Add, 7)]));
    assert_eq!(of_formula("8 / x"), counts(&[(Div, 7)]));
    assert_eq!(of_formula("x / y"), counts(&[(Div, 21)]));
}

#[test]
fn what_comes_of_a_division_keeps_its_values() {
    // Half of ±2^k is ±2^k', so the product with it is a shift: 7 of them, after
    // the 7 multiplications by 1/2.
    let inputs = "x = { shape = \"n\", domain = \"power-of-two\" }, z = \"n\"";
    let found = applying(inputs, "n = 7", "(x / 2) * z");
    assert_counts(&found, &[(Mul, 7), (Shift, 7)]);
    // Twice a bit is a choice of 0 or 2, and half of that one of 0 or 1: 14
    // selections. The product of two bits is an and.
    let inputs = "x = { shape = \"n\", domain = \"binary\" }";
    let found = applying(inputs, "n = 7", "(2 * x / 2) * x");
    assert_counts(&found, &[(Select, 14), (And, 7)]);
}

#[test]
fn powers_are_what_they_are_computed_with() {
    // The exponent, and how many of what for each of the 7 elements.
    for (exponent, steps) in [
        ("0", vec![]),
        ("1", vec![]),
        ("2", vec![(Mul, 1)]),
        ("3", vec![(Mul, 2)]),
        ("c", vec![(Mul, 3)]),
        ("64", vec![(Mul, 63)]),
        ("0.5", vec![(Sqrt, 1)]),
        ("(1 / 2)", vec![(Sqrt, 1)]),
        ("-1", vec![(Div, 1)]),
        ("-2", vec![(Mul, 1), (Div, 1)]),
        ("-0.5", vec![(Sqrt, 1), (Div, 1)]),
        ("1.5", vec![(Log, 1), (Mul, 1), (Exp, 1)]),
        ("-0.75", vec![(Log, 1), (Mul, 1), (Exp, 1)]),
        // A dim stays a symbol: it may be set to anything.
        ("w", vec![(Log, 1), (Mul, 1), (Exp, 1)]),
    ] {
        let expected: Vec<(Primitive, i64)> =
            steps.iter().map(|(p, each)| (*p, 7 * each)).collect();
        assert_eq!(
            of_formula(&format!("x ^ {exponent}")),
            counts(&expected),
            "{exponent}"
        );
    }
}

#[test]
fn tensors_can_be_exponents() {
    // x^y = exp(y · log x): the logarithm over the 7 of x, the rest over 21.
    let found = of_formula("x ^ y");
    assert_eq!(found, counts(&[(Log, 7), (Mul, 21), (Exp, 21)]));
    // The logarithm of a number is computed once.
    assert_eq!(of_formula("2 ^ y"), counts(&[(Mul, 21), (Exp, 21)]));
    // Numbers alone are free.
    assert_eq!(of_formula("x * 2 ^ 0.3 * w ^ -1.5"), counts(&[(Mul, 14)]));
}

proptest! {
    #![proptest_config(cases(24))]

    /// x^n counts what x · x · … · x does, and x^−n one division more.
    #[test]
    fn whole_powers_are_chains_of_products(times in 1..9_usize) {
        let chain = vec!["x"; times].join(" * ");
        prop_assert_eq!(of_formula(&format!("x ^ {times}")), of_formula(&format!("1 * {chain}"))
            .into_iter()
            .map(|(primitive, count)| (primitive, count - whole(7)))
            .filter(|(_, count)| *count != whole(0))
            .collect::<Counts>());
        prop_assert_eq!(
            of_formula(&format!("x ^ -{times}")),
            of_formula(&format!("1 / (x ^ {times})"))
        );
    }

    /// x / c is x · (1 / c).
    #[test]
    fn quotients_are_products(divisor in 1..1000_u32) {
        let found = of_formula(&format!("x / {divisor} + y"));
        prop_assert_eq!(found, of_formula(&format!("x * (1 / {divisor}) + y")));
    }
}
