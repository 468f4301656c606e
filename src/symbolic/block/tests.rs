//! A block against the tree, and both against exact numbers.

#![allow(clippy::unwrap_used)]

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Signed;
use proptest::prelude::*;

use super::*;
use crate::number::{to_f64, whole};
use crate::symbolic::{Bindings, Compiled, Expr, Symbol};

const NAMES: [&str; 3] = ["x", "y", "z"];

fn variables() -> Vec<Symbol> {
    NAMES.map(Symbol::new).to_vec()
}

/// Every width that a test can ask for on this machine.
fn levels() -> [Level; 2] {
    [Level::new(), Level::baseline()]
}

fn expressions() -> impl Strategy<Value = Expr> {
    let number = (-20_i64..20, 1_i64..12)
        .prop_map(|(above, below)| Expr::constant(BigRational::new(above.into(), below.into())));
    let leaf = prop_oneof![
        3 => prop::sample::select(NAMES.to_vec()).prop_map(Expr::symbol),
        1 => number,
    ];
    leaf.prop_recursive(4, 24, 2, |inner| {
        prop_oneof![
            (inner.clone(), inner.clone()).prop_map(|(a, b)| &a + &b),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| &a - &b),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| &a * &b),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.divide(&b).unwrap_or(a)),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| a.larger(&b)),
            inner.clone().prop_map(|a| a.floor()),
            inner.prop_map(|a| a.ceil()),
        ]
    })
}

/// Numbers at which rounding shows: multiples and their neighbours, decimals, the
/// last whole numbers that doubles hold, and below 0.
fn numbers() -> impl Strategy<Value = f64> {
    let edge = 9_007_199_254_740_992_i64;
    prop_oneof![
        4 => (0_i32..200).prop_map(f64::from),
        2 => (-50_i32..50).prop_map(f64::from),
        3 => (-2000_i32..2000).prop_map(|n| f64::from(n) / 100.0),
        2 => (edge - 20..edge + 20).prop_map(|n| n as f64),
        2 => (edge / 2 - 20..edge / 2 + 20).prop_map(|n| n as f64),
        1 => -1e6..1e6,
    ]
}

/// The points' columns, one for each variable.
fn columns(points: &[[f64; 3]]) -> [Vec<f64>; 3] {
    [0, 1, 2].map(|axis| points.iter().map(|point| point[axis]).collect())
}

fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits() || a.is_nan() && b.is_nan()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// The same bits from a tree and from a block, however wide.
    #[test]
    fn a_block_gives_what_the_tree_gives(
        exprs in prop::collection::vec(expressions(), 1..4),
        points in prop::collection::vec([numbers(), numbers(), numbers()], 1..40),
    ) {
        let compile = |expr: &Expr| Compiled::new(expr, &variables(), &Bindings::default());
        let compiled: Result<Vec<Compiled>, _> = exprs.iter().map(compile).collect();
        let Ok(compiled) = compiled else { return Ok(()) };
        let block = Block::new(&compiled, &compiled);
        let columns = columns(&points);
        let axes = columns.each_ref().map(|column| VariableColumn::Each(column));
        let mut worked = BlockColumns::default();
        for level in levels() {
            block.work_out(level, &axes, points.len(), &mut worked);
            for (number, compiled) in compiled.iter().enumerate() {
                let (low, high) = block.ends(number, &worked);
                for (at, point) in points.iter().enumerate() {
                    let (found, expected) = (block.values(number, &worked)[at], compiled.evaluate(point));
                    prop_assert!(same(found, expected), "{} at {point:?}: {found} for {expected}", exprs[number]);
                    if let Ok(exact) = compiled.exactly(point) {
                        let outside = to_f64(&exact) < low[at] || to_f64(&exact) > high[at];
                        prop_assert!(!outside, "{} at {point:?}: {exact} in {} to {}", exprs[number], low[at], high[at]);
                    }
                }
            }
        }
    }

    /// ⌊x/c⌋ and ⌊x·y/c⌋ next to multiples of c, from the exact quotient.
    #[test]
    fn floors_are_exact_next_to_multiples(
        c in 1_i64..5000,
        times in -4_503_599_627_i64..4_503_599_627,
        off in -1_i64..=1,
        y in 1_i64..400,
    ) {
        let x = times * c + off;
        let point = [x as f64, y as f64, 0.0];
        let per = whole(c).recip();
        let (x_symbol, y_symbol) = (Expr::symbol("x"), Expr::symbol("y"));
        let both = &x_symbol * &y_symbol;
        let exact = [whole(x) * &per, whole(x) * whole(y) * &per];
        for (expr, exact) in [x_symbol.scale(&per), both.scale(&per)].into_iter().zip(exact) {
            let compiled = Compiled::new(&expr.floor(), &variables(), &Bindings::default()).unwrap();
            let block = Block::new([&compiled], []);
            let mut worked = BlockColumns::default();
            for level in levels() {
                block.work_out(level, &point.map(VariableColumn::Same), 1, &mut worked);
                prop_assert_eq!(block.values(0, &worked)[0], to_f64(&exact.floor()));
            }
        }
    }
}

/// Quotients of the largest whole numbers, whose nearest doubles are as close to
/// whole ones as any: floors from machine words.
#[test]
fn floors_of_the_largest_quotients_are_exact() {
    let most = 9_007_199_254_740_991_i64;
    let mut tried = 0;
    for a in [
        most,
        most - 1,
        most / 2 + 1,
        most / 3,
        4_503_599_627_370_497,
    ] {
        for b in (1..300).chain([most, most - 1, most / 2, most / 3, 94_906_267, 94_906_265]) {
            for sign in [1, -1] {
                let (a, b) = (sign * a, b);
                let expected = BigRational::new(BigInt::from(a), BigInt::from(b)).floor();
                let found = crate::symbolic::bounded::floor_of(a as f64, b as f64);
                assert_eq!(found, to_f64(&expected), "{a}/{b}");
                assert!(expected.abs() <= whole(most));
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 5 * (299 + 6) * 2);
}

/// A row of more points than stay in the cache is not a block's business; one
/// point is a block, too, and columns are used again for fewer points.
#[test]
fn blocks_of_any_size() {
    let half = Expr::symbol("x").scale(&whole(2).recip()).floor();
    let compiled = Compiled::new(&half, &variables(), &Bindings::default()).unwrap();
    let block = Block::new([&compiled], []);
    let mut worked = BlockColumns::default();
    for points in [BLOCK, 1, 7] {
        let x: Vec<f64> = (0..points).map(|x| x as f64).collect();
        let axes = [
            VariableColumn::Each(&x),
            VariableColumn::Same(1.0),
            VariableColumn::Same(f64::NAN),
        ];
        block.work_out(Level::new(), &axes, points, &mut worked);
        let expected: Vec<f64> = (0..points).map(|x| (x / 2) as f64).collect();
        assert_eq!(block.values(0, &worked), expected);
    }
}
