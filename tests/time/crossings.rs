//! Where sums of maxima cross.

use num_traits::Zero;
use picojoule::symbolic::{Bindings, Expr, Symbol};
use picojoule::threshold::{Claim, Holds, Side, Solution, Span, ThresholdAxis, solve};
use proptest::prelude::*;

use super::BigRational;
use super::common::{self, ratio, whole};

/// max(a, b/x): what takes a seconds of arithmetic, and b/x of traffic.
fn longest(a: i64, b: i64) -> Expr {
    let x = Expr::symbol("x");
    Expr::whole(a).larger(&Expr::whole(b).divide(&x).unwrap())
}

/// Where the energy is no more than that of the baseline, for x above 0.
fn no_more(baseline: &Expr, energy: &Expr) -> Solution {
    let mut values = Bindings::default();
    values.set(Symbol::new("x"), whole(1));
    let side = |picojoules| Side {
        picojoules,
        values: &values,
    };
    let x = Symbol::new("x");
    let claim = Claim::new(&x, side(baseline), side(energy), BigRational::zero()).unwrap();
    let axis = ThresholdAxis::of_entry(&x, &whole(1));
    solve(&claim, &axis, &axis.default_range()).unwrap()
}

/// max(3, 6/x) is at least 4 up to x = 3/2. max(3, 6/x) is at least max(2, 8/x)
/// where 3 is at least 8/x: from x = 8/3 on. It is more than 3 up to x = 2, and 3
/// from there on: never less.
#[test]
fn maxima_cross_where_they_do() {
    let spans = |solution: &Solution| -> Vec<(BigRational, Option<BigRational>)> {
        solution
            .holds
            .iter()
            .map(|span| (span.from.clone(), span.to.clone()))
            .collect()
    };
    let constant = no_more(&longest(3, 6), &Expr::whole(4));
    assert_eq!(spans(&constant), [(whole(0), Some(ratio(3, 2)))]);
    let both = no_more(&longest(3, 6), &longest(2, 8));
    assert_eq!(spans(&both), [(ratio(8, 3), None)]);
    let flat = no_more(&longest(3, 6), &Expr::whole(3));
    assert_eq!(spans(&flat), [(whole(0), None)]);
    assert_eq!(flat.crossings[0].side, Holds::Around);
    let none = no_more(&longest(3, 6), &longest(4, 7));
    assert!(none.holds.is_empty() && none.crossings.is_empty());
}

proptest! {
    #![proptest_config(common::cases(200))]

    /// Where sums of maxima cross, against their values at many places.
    #[test]
    fn crossings_of_maxima_are_where_signs_change(
        one in proptest::collection::vec((0_i64..9, 1_i64..9), 1..5),
        other in proptest::collection::vec((0_i64..9, 1_i64..9), 1..5),
    ) {
        let sum = |terms: &[(i64, i64)]| -> Expr {
            terms.iter().map(|(a, b)| longest(*a, *b)).collect::<Vec<_>>().iter().sum()
        };
        let (baseline, energy) = (sum(&one), sum(&other));
        let solution = no_more(&baseline, &energy);
        let mut values = Bindings::default();
        for step in 1..150_i64 {
            let x = ratio(step, 16);
            values.set(Symbol::new("x"), x.clone());
            let difference = baseline.evaluate(&values).unwrap() - energy.evaluate(&values).unwrap();
            let inside = |span: &Span| span.from <= x && span.to.as_ref().is_none_or(|to| x <= *to);
            let holds = solution.holds.iter().any(inside) || solution.identical;
            prop_assert_eq!(holds, difference >= BigRational::zero(), "{} {:?}", x, solution);
        }
    }
}
