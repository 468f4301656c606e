//! Exact bounds.

use num_rational::BigRational;
use num_traits::Signed;
use picojoule::symbolic::{Bindings, Expr, Symbol};
use picojoule::uncertainty::{Interval, bounds, uncertain_entries};
use proptest::prelude::*;

use super::*;

/// The least and the most of `quantity` over all corners of the box.
fn by_corners(quantity: &Quantity, entries: &[Input]) -> Interval {
    let symbols = quantity.symbols();
    let open: Vec<&Input> = (entries.iter())
        .filter(|entry| entry.low < entry.high && symbols.contains(&entry.symbol))
        .collect();
    assert!(open.len() <= 12, "{} entries", open.len());
    // What is not open is put in once.
    let fixed = |function: &Function| {
        let value = |symbol: &Symbol| {
            let is_open = open.iter().any(|entry| entry.symbol == *symbol);
            let value = function.values.get(symbol).filter(|_| !is_open)?;
            Some(Expr::constant(value.clone()))
        };
        function.expr.substitute(&value).unwrap()
    };
    let exprs: Vec<Expr> = match quantity {
        Quantity::Energy(energy) => vec![fixed(energy)],
        Quantity::Saving { baseline, energy } => vec![fixed(energy), fixed(baseline)],
    };
    let results: Vec<BigRational> = (0..1_usize << open.len())
        .map(|corner| {
            let mut values = Bindings::default();
            for (bit, entry) in open.iter().enumerate() {
                let end = if corner >> bit & 1 == 1 {
                    &entry.high
                } else {
                    &entry.low
                };
                values.set(entry.symbol.clone(), end.clone());
            }
            let at = |expr: &Expr| expr.evaluate(&values).unwrap();
            match exprs.as_slice() {
                [energy, baseline] => whole(1) - at(energy) / at(baseline),
                exprs => at(&exprs[0]),
            }
        })
        .collect();
    Interval {
        low: results.iter().min().unwrap().clone(),
        high: results.iter().max().unwrap().clone(),
    }
}

fn entries(table: &EnergyTable, settings: &[&str]) -> Vec<Input> {
    let all = uncertain_entries(table, &spread(settings));
    all.into_iter().map(|entry| entry.input).collect()
}

#[test]
fn bounds_are_those_of_the_corners() {
    for (model, scope, name) in [
        ("attention", "alignment", "45nm"),
        ("attention", "model", "7nm"),
        ("transformer-base", "model", "45nm"),
        ("bert-base", "model", "45nm"),
    ] {
        let table = table(name);
        for settings in [&[][..], &["high=0.3", "assumed=0.9"]] {
            let entries = entries(&table, settings);
            for variant in ["e-att", "l1"] {
                let quantity = saving(model, scope, &table, ["vanilla", variant]);
                let found = bounds(&quantity, &entries).unwrap();
                assert_eq!(found, by_corners(&quantity, &entries), "{model} {variant}");
                let value = quantity.at().unwrap().unwrap();
                assert!(found.low <= value && value <= found.high);
                let Quantity::Saving { energy, .. } = quantity else {
                    unreachable!();
                };
                let quantity = Quantity::Energy(energy);
                let found = bounds(&quantity, &entries).unwrap();
                assert_eq!(found, by_corners(&quantity, &entries), "{model} {variant}");
            }
        }
    }
}

/// No input alone takes a result past the bounds over all.
#[test]
fn one_entry_alone_stays_within_the_bounds_of_all() {
    let table = table("45nm");
    let entries = entries(&table, &["high=0.2"]);
    let quantity = saving("bert-base", "model", &table, ["vanilla", "l1"]);
    let all = bounds(&quantity, &entries).unwrap();
    for entry in &entries {
        for end in [&entry.low, &entry.high] {
            let moved = quantity.moved(entry, end).unwrap().unwrap();
            assert!(
                all.low <= moved && moved <= all.high,
                "{}",
                entry.symbol.name()
            );
        }
    }
}

#[test]
fn a_variant_saves_nothing_against_itself() {
    let table = table("45nm");
    let entries = entries(&table, &["high=0.5"]);
    for variant in ["vanilla", "e-att"] {
        let quantity = saving("attention", "model", &table, [variant, variant]);
        let nothing = Interval {
            low: whole(0),
            high: whole(0),
        };
        assert_eq!(bounds(&quantity, &entries), Some(nothing));
    }
}

#[test]
fn what_is_not_covered_has_no_bounds() {
    let mut entry = input("x", whole(1));
    entry.high = whole(2);
    let of = |expr: Expr| Function {
        expr,
        values: Bindings::default(),
    };
    let x = Expr::symbol("x");
    let inverse = Expr::one().divide(&x).unwrap();
    let energy = |expr: &Expr| {
        let quantity = Quantity::Energy(of(expr.clone()));
        bounds(&quantity, std::slice::from_ref(&entry))
    };
    // 1/x falls from 1 to 1/2; x + 1/x does neither fall nor rise all along.
    let falls = Interval {
        low: ratio(1, 2),
        high: whole(1),
    };
    assert_eq!(energy(&inverse), Some(falls));
    assert_eq!(energy(&(&x + &inverse)), None);
    // A baseline that may cost nothing.
    entry.low = whole(0);
    let quantity = Quantity::Saving {
        baseline: of(x.clone()),
        energy: of(x),
    };
    assert_eq!(bounds(&quantity, &[entry]), None);
}

/// A polynomial: for each term a coefficient, and which of six entries are in
/// it.
type Terms = Vec<(u8, u8)>;

fn polynomial(terms: &Terms) -> Expr {
    let mut sum = Expr::one();
    for (coefficient, members) in terms {
        let mut product = Expr::whole(i64::from(*coefficient));
        for at in (0..6).filter(|at| members >> at & 1 == 1) {
            product = &product * &Expr::symbol(&format!("x{at}"));
        }
        sum += &product;
    }
    sum
}

proptest! {
    #![proptest_config(cases(300))]

    /// Also where prices are multiplied with each other in every way.
    #[test]
    fn bounds_of_any_polynomials_are_those_of_the_corners(
        energy in proptest::collection::vec((0_u8..20, 0_u8..64), 0..8),
        baseline in proptest::collection::vec((0_u8..20, 0_u8..64), 0..8),
        ends in proptest::collection::vec((0_i64..20, 0_i64..20), 6),
    ) {
        let entries: Vec<Input> = ends
            .iter()
            .enumerate()
            .map(|(at, (low, more))| Input {
                low: ratio(*low, 7),
                high: ratio(low + more, 7),
                ..input(&format!("x{at}"), ratio(*low, 7))
            })
            .collect();
        let of = |terms: &Terms| {
            let mut values = Bindings::default();
            for entry in &entries {
                values.set(entry.symbol.clone(), entry.value.clone());
            }
            Function { expr: polynomial(terms), values }
        };
        let quantity = Quantity::Saving { baseline: of(&baseline), energy: of(&energy) };
        let found = bounds(&quantity, &entries);
        prop_assert_eq!(found, Some(by_corners(&quantity, &entries)));
    }
}

/// A range is taken from the table, a spread where there is none; nothing
/// goes below 0.
#[test]
fn entries_may_be_what_their_table_or_the_spread_says() {
    let table = table("45nm");
    let range = |settings: &[&str], name: &str| {
        let entries = entries(&table, settings);
        let mut entries = entries.iter();
        let entry = entries.find(|entry| entry.symbol.name() == name);
        entry.map(|entry| (entry.low.clone(), entry.high.clone()))
    };
    let mul = ratio(37, 10);
    assert_eq!(
        range(&[], "45nm.fp32.mul"),
        Some((mul.clone(), mul.clone()))
    );
    assert_eq!(
        range(&["high=2"], "45nm.fp32.mul"),
        Some((whole(0), &mul * whole(3)))
    );
    let exp = Some((&mul * ratio(205, 100), &mul * ratio(71, 10)));
    assert_eq!(range(&["assumed=0"], "45nm.fp32.exp"), exp);
    assert_eq!(
        range(&[], "45nm.int16.add"),
        Some((ratio(45, 1000), ratio(55, 1000)))
    );
    // Derived without a range: no number of its own.
    assert_eq!(range(&[], "45nm.fp32.sub"), None);
    assert!(
        entries(&table, &[])
            .iter()
            .all(|entry| !entry.low.is_negative())
    );
}
