//! How tables extend one another, how a what-if moves what is derived, and
//! what holds for every text.

use proptest::prelude::*;

use super::*;
use crate::format::NumberFormat;
use crate::primitive::Primitive;
use crate::table::{Boundary, Confidence, FigureKind, Provenance};

const FP32: NumberFormat = NumberFormat::FP32;

/// 45nm with a cheaper multiplication, a format more and a memory changed.
const MINE: &str = r#"
name = "mine"
extends = "45nm"
kind = "measured"
unit = "fJ"
[source.bench]
title = "My bench"
where = "here, 2026"
[fp32]
mul = { fj = 2000, source = "bench", confidence = "low" }
[int4]
add = { fj = 10, source = "bench", confidence = "low" }
[every]
round = { is = "2 * add + 1", why = "as measured once" }
[[memory]]
level = "sram"
size_kib = 32
per = "32-bit access"
fj = 9000
source = "bench"
confidence = "low"
[[memory]]
level = "flash"
per = "byte"
range = [1, 3]
source = "bench"
confidence = "low"
"#;

fn mine() -> EnergyTable {
    EnergyTable::read(&Source::new("mine.toml", MINE), &Named(shipped))
        .unwrap_or_else(|problems| panic!("{problems}"))
}

#[test]
fn a_table_inherits_what_it_does_not_say_itself() {
    let (base, table) = (load("45nm"), mine());
    assert_eq!((table.name(), table.title()), ("mine", "mine"));
    assert_eq!(table.extends().unwrap().value, "45nm");
    assert_eq!((table.node(), table.supply()), (base.node(), base.supply()));
    assert_eq!(table.boundary(), Boundary::FunctionalUnit);
    assert_eq!(table.default_formats(), base.default_formats());
    assert_eq!(pj(&table, "fp32.add"), "0.9");
    assert_eq!(
        entry(&table, "fp32.add").unwrap().kind,
        FigureKind::Unstated
    );
    assert!(table.source("horowitz2014").is_some());
    assert_eq!(table.formats().last().unwrap().to_string(), "int4");
}

#[test]
fn its_own_sections_override_and_what_is_derived_follows() {
    let table = mine();
    let mul = entry(&table, "fp32.mul").unwrap();
    assert_eq!(
        (mul.pj.clone(), mul.kind),
        (exact("2"), FigureKind::Measured)
    );
    assert_eq!(pj(&table, "fp32.div"), "14.2"); // 7.1 · 2
    assert_eq!(pj(&table, "fp32.exp"), "8"); // 4 · 2
    assert_eq!(pj(&table, "int4.sub"), "0.01"); // a rule of 45nm, in a format of mine
    assert_eq!(pj(&table, "int4.div"), "-"); // no int4.mul
    // 2 · 900 fJ + 1 fJ: numbers in a formula are in the unit of their file.
    assert_eq!(pj(&table, "fp32.round"), "1.801");
    let rows: Vec<(String, String, BigRational)> = table
        .memories()
        .iter()
        .map(|memory| {
            let price = memory.price.as_ref().unwrap();
            (memory.name(), price.per(), price.read.pj.clone())
        })
        .collect();
    assert_eq!(rows.len(), 5);
    let row = |name: &str, per: &str, pj| (name.to_owned(), per.to_owned(), exact(pj));
    assert_eq!(rows[1], row("sram 32 KiB", "32-bit access", "9"));
    assert_eq!(rows[4], row("flash", "byte", "0.002"));
}

#[test]
fn a_replaced_price_moves_what_is_derived_from_it() {
    let table = load("45nm").with_price(Primitive::Mul, FP32, exact("1"));
    let mul = entry(&table, "fp32.mul").unwrap();
    assert_eq!(mul.provenance, Provenance::Set);
    assert_eq!(mul.confidence, Confidence::Assumed);
    assert_eq!(mul.boundary, Boundary::FunctionalUnit);
    assert_eq!(mul.place, None);
    assert_eq!(pj(&table, "fp32.div"), "7.1");
    assert_eq!(pj(&table, "fp32.sqrt"), "7.1"); // through div
    assert_eq!(pj(&table, "fp32.add"), "0.9");
    assert_eq!(pj(&table, "int8.mul"), "0.2");
    // A derived entry can be replaced too, and back.
    let table = table.with_price(Primitive::Div, FP32, exact("5"));
    assert_eq!(pj(&table, "fp32.sqrt"), "5");
    // Across formats: the exponent addition of a shift.
    let int8 = "int8".parse().unwrap();
    let table = table.with_price(Primitive::Add, int8, exact("0.5"));
    assert_eq!(pj(&table, "fp16.shift"), "0.5");
    assert_eq!(pj(&table, "int1.popcount"), "0.0625"); // 0.5 / 8
}

#[test]
fn a_what_if_may_leave_the_range_or_add_a_format() {
    let table = load("45nm").with_price(Primitive::Select, FP32, exact("7"));
    // negate = select, with a range up to one addition
    let negate = entry(&table, "fp32.negate").unwrap();
    assert_eq!(
        (negate.pj.clone(), negate.range.clone()),
        (exact("7"), None)
    );
    let int4 = "int4".parse().unwrap();
    let table = table.with_price(Primitive::Add, int4, exact("0.01"));
    assert_eq!(pj(&table, "int4.compare"), "0.01");
    assert_eq!(table.formats().last(), Some(int4));
}

#[test]
fn a_price_that_divides_by_zero_is_missing_and_not_zero() {
    let text = table_text(
        "[fp32]\nmul = { pj = 4, source = \"s\", confidence = \"high\" }\n\
         add = { pj = 2, source = \"s\", confidence = \"high\" }\n\
         div = \"mul * mul / add\"\nsqrt = \"div\"\n",
    );
    let table = read(&text).unwrap();
    assert_eq!(pj(&table, "fp32.sqrt"), "8");
    let table = table.with_price(Primitive::Add, FP32, exact("0"));
    assert_eq!(pj(&table, "fp32.div"), "-");
    assert_eq!(pj(&table, "fp32.sqrt"), "-");
}

#[test]
fn without_a_list_the_first_section_is_what_is_shown() {
    let text = table_text(
        "[int8]\nmul = { pj = 4, source = \"s\", confidence = \"high\" }\n\
         [fp32]\nmul = { pj = 4, source = \"s\", confidence = \"high\" }\n",
    );
    let shown: Vec<String> = read(&text)
        .unwrap()
        .default_formats()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(shown, ["int8"]);
}

#[test]
fn a_chain_of_a_thousand_formats_is_worked_out() {
    let mut text = table_text("[int1000]\nadd = \"int999.add\"\n");
    for bits in 2..1000 {
        text += &format!("[int{bits}]\nadd = \"int{}.add\"\n", bits - 1);
    }
    text += "[int1]\nadd = { pj = 0.5, source = \"s\", confidence = \"high\" }\n";
    assert_eq!(pj(&read(&text).unwrap(), "int1000.add"), "0.5");
}

proptest! {
    #[test]
    fn no_text_makes_the_reader_panic(text in "\\PC{0,200}") {
        let _ = read(&text);
        let _ = read(&table_text(&format!("[fp32]\nadd = {text}\n")));
        let _ = read(&table_text(&format!("[every]\nadd = \"{text}\"\n")));
    }

    /// Shipped text with a stretch overwritten is wrong in likelier ways.
    #[test]
    fn no_damage_makes_the_reader_panic(
        at in 0usize..4000,
        length in 0usize..40,
        patch in "[-a-z0-9.\"\\[\\]{}=,*/ \n]{0,12}",
    ) {
        let text = shipped("45nm").unwrap().text().to_owned();
        let mut chars: Vec<char> = text.chars().collect();
        let at = at.min(chars.len());
        let end = (at + length).min(chars.len());
        chars.splice(at..end, patch.chars());
        let text: String = chars.into_iter().collect();
        if let Err(problems) = read(&text) {
            prop_assert!(!problems.is_empty());
            prop_assert!(!problems.render(false).is_empty());
        }
    }

    /// Where formulas are sums of multiples of prices, as in the tables that
    /// ship, the price of the middle is the middle of the prices.
    #[test]
    fn prices_are_linear_in_a_replaced_one(
        a in 0i64..1_000_000,
        b in 0i64..1_000_000,
        primitive in proptest::sample::select(&[Primitive::Mul, Primitive::Add][..]),
    ) {
        let ratio = |n: i64| BigRational::new(n.into(), 1000.into());
        let table = load("45nm");
        let set = |pj| table.with_price(primitive, FP32, pj);
        let (low, high) = (set(ratio(a)), set(ratio(b)));
        let middle = set(BigRational::new((a + b).into(), 2000.into()));
        for (format, primitive, entry) in middle.entries() {
            let price = |table: &EnergyTable| table.entry(primitive, format).unwrap().pj.clone();
            prop_assert_eq!(price(&low) + price(&high), &entry.pj * number::whole(2));
        }
    }
}
