//! Tables that are scaled by a law, against numbers worked out by hand.

use super::*;
use crate::format::NumberFormat;
use crate::primitive::Primitive;
use crate::symbolic::{Bindings, Symbol};
use crate::table::{Confidence, Provenance, ScalingLaw};

fn scaled(base: &str, scale: &str) -> EnergyTable {
    let text = format!("name = \"scaled\"\nextends = \"{base}\"\nscale = {scale}\n");
    EnergyTable::read(&Source::new("s.toml", text), &Named(with_supply))
        .unwrap_or_else(|problems| panic!("{problems}"))
}

/// What ships, and `v4i`: a table that does not say its supply, with one.
fn with_supply(name: &str) -> Option<Arc<Source>> {
    let text = "name = \"v4i\"\nextends = \"tpu-v4i\"\nsupply = \"0.75 V\"\n";
    match name {
        "v4i" => Some(Source::new("v4i.toml", text)),
        _ => shipped(name),
    }
}

/// What is refused in the third line, and the help with it.
#[track_caller]
fn refused(head: &str, scale: &str, expected: &str) {
    let text = format!("name = \"scaled\"\n{head}\nscale = {scale}\n");
    let source = Source::new("s.toml", text);
    let problems = EnergyTable::read(&source, &Named(shipped)).unwrap_err();
    let found: Vec<String> = problems.iter().map(told).collect();
    assert_eq!(found, [expected]);
}

const TO_7NM: &str = "{ law = \"stillmaker-baas-2017\", node = \"7 nm\" }";

/// 45 nm at 0.9 V is 1.018·0.81 − 0.3107·0.9 + 0.1539 = 0.69885, 7 nm at 0.9 V
/// 0.1776·0.81 − 0.09097·0.9 + 0.02447 = 0.086453. So 3.7 pJ become
/// 3.7·86453/698850.
#[test]
fn published_figures_are_multiplied_and_derived_ones_follow() {
    let (base, table) = (load("45nm"), scaled("45nm", TO_7NM));
    let factor = BigRational::new(86453.into(), 698_850.into());
    let mul = entry(&table, "fp32.mul").unwrap();
    assert_eq!(mul.pj, exact("3.7") * &factor);
    for (format, primitive, entry) in table.entries() {
        let before = base.entry(primitive, format).unwrap();
        assert_eq!(entry.pj, &before.pj * &factor, "{format}.{primitive}");
        let range = (before.range.clone()).map(|(low, high)| (low * &factor, high * &factor));
        assert_eq!(entry.range, range, "{format}.{primitive}");
        assert_eq!(entry.confidence, Confidence::Assumed);
        let is_derived = matches!(entry.provenance, Provenance::Derived { .. });
        assert!(is_derived, "{format}.{primitive}: {:?}", entry.provenance);
        assert_eq!(entry.boundary, before.boundary);
    }
    assert_eq!(table.entries().count(), base.entries().count());
    assert_eq!(
        mul.provenance,
        Provenance::Derived {
            formula: "0.1237 * 45nm.fp32.mul".to_owned(),
            source: Some("stillmaker-baas-2017".to_owned()),
        }
    );
    assert_eq!(
        mul.note.as_deref(),
        Some("scaled from 45 nm at 0.9 V to 7 nm at 0.9 V; there high, horowitz2014")
    );
    assert!(table.source("stillmaker-baas-2017").is_some());
    assert_eq!(
        (table.node(), table.supply()),
        (Some("7 nm"), Some("0.9 V"))
    );
}

/// At 0.7 V and low standby power: 45 nm at 0.9 V is 1.103·0.81 − 0.362·0.9 +
/// 0.2767 = 0.84433, 7 nm at 0.7 V 0.09365·0.49 − 0.03409·0.7 + 0.02043 =
/// 0.0424555.
#[test]
fn a_process_and_a_supply_are_chosen() {
    let table = scaled(
        "45nm",
        "{ law = \"stillmaker-baas-2017\", node = \"7nm\", process = \"LP\", voltage = \"0.7 V\" }",
    );
    let factor = exact("0.0424555") / exact("0.84433");
    assert_eq!(
        entry(&table, "int8.add").unwrap().pj,
        exact("0.03") * factor
    );
}

/// (0.6/0.9)² = 4/9: 0.9 pJ become 0.4, and 7.1 multiplications of 3.7 pJ,
/// which are 26.27 pJ, 105.08/9.
#[test]
fn a_supply_counts_with_its_square() {
    let table = scaled("45nm", "{ law = \"cv2\", voltage = 0.6 }");
    assert_eq!(pj(&table, "fp32.add"), "0.4");
    let div = entry(&table, "fp32.div").unwrap();
    assert_eq!(div.pj, exact("105.08") / exact("9"));
    assert_eq!(
        (table.node(), table.supply()),
        (Some("45 nm"), Some("0.6 V"))
    );
}

/// Of int8, an addition of 4 bits takes half of 0.03 pJ, a multiplication a
/// quarter of 0.2; what is derived in every format is derived here too. What
/// the table has of the device stays, since the device is the same.
#[test]
fn a_width_makes_a_format_of_its_own() {
    let scale = "{ law = \"multiplier-quadratic\", format = \"int8\", width = 4 }";
    let (base, table) = (load("45nm"), scaled("45nm", scale));
    assert_eq!(pj(&table, "int4.add"), "0.015");
    assert_eq!(pj(&table, "int4.mul"), "0.05");
    assert_eq!(pj(&table, "int4.sub"), "0.015");
    assert_eq!(pj(&table, "int8.mul"), "0.2");
    assert_eq!(table.memories(), base.memories());
    let mul = entry(&table, "int4.mul").unwrap();
    assert_eq!(mul.confidence, Confidence::Assumed);
    assert_eq!(mul.provenance.source(), Some("multiplier-quadratic"));
    // It follows what it is scaled from.
    let int8 = "int8".parse().unwrap();
    let dearer = table.with_price(Primitive::Mul, int8, exact("0.4"));
    assert_eq!(pj(&dearer, "int4.mul"), "0.1");
    // int16 has figures of its own, which no law replaces.
    refused(
        "extends = \"45nm\"",
        "{ law = \"multiplier-quadratic\", format = \"int8\", width = 16 }",
        "s.toml:3:50: `45nm` prices additions and multiplications of `int16` itself",
    );
}

/// A law of logic says nothing of memories, of a board or of fitted prices.
#[test]
fn what_a_law_does_not_cover_is_left_out_and_named() {
    let table = scaled(
        "v4i",
        "{ law = \"stillmaker-baas-2017\", node = \"10 nm\", voltage = \"0.7 V\" }\n",
    );
    assert!(table.memories().is_empty() && table.hierarchies().is_empty());
    assert_eq!(table.device_numbers().count(), 0);
    let scaled = table.scaled().unwrap();
    assert_eq!(scaled.law, ScalingLaw::StillmakerBaas2017);
    assert!(scaled.left_out.iter().any(|name| name == "static.watts"));
}

/// The price of every entry as an expression is its price, as of any table.
#[test]
fn prices_as_expressions_are_the_prices() {
    for scale in [
        TO_7NM,
        "{ law = \"multiplier-quadratic\", format = \"int8\", width = 4 }",
    ] {
        let table = scaled("45nm", scale);
        let mut values = Bindings::default();
        for (format, primitive, entry) in table.entries() {
            let symbol = Symbol::new(&table.symbol(primitive, format));
            values.set(symbol, entry.pj.clone());
        }
        for (format, primitive, entry) in table.entries() {
            let price = table.price(primitive, format).unwrap();
            assert_eq!(
                price.evaluate(&values).unwrap(),
                entry.pj,
                "{format}.{primitive}"
            );
        }
        assert!(table.entry(Primitive::Mul, NumberFormat::FP32).is_some());
    }
}

#[test]
fn what_cannot_be_scaled_is_refused() {
    let to_45 = "extends = \"45nm\"";
    refused(
        "boundary = \"functional unit\"\nkind = \"measured\"\nunit = \"pJ\"",
        TO_7NM,
        "s.toml:5:9: `scale` in a table that extends none",
    );
    refused(
        to_45,
        "{ law = \"moore\" }",
        "s.toml:3:17: `moore` is no law of scaling",
    );
    refused(
        to_45,
        "{ node = \"7 nm\" }",
        "s.toml:3:9: `scale` has no `law`",
    );
    refused(
        to_45,
        "{ law = \"cv2\" }",
        "s.toml:3:9: the law `cv2` needs a `voltage`",
    );
    refused(
        to_45,
        "{ law = \"cv2\", voltage = \"0.6 V\", width = 3 }",
        "s.toml:3:51: the law `cv2` knows of no `width`",
    );
    refused(
        to_45,
        "{ law = \"cv2\", voltage = -1 }",
        "s.toml:3:34: the number -1 is no supply",
    );
    refused(
        to_45,
        "{ law = \"stillmaker-baas-2017\", node = \"28 nm\" }",
        "s.toml:3:48: the law has no 28 nm",
    );
    refused(
        to_45,
        "{ law = \"stillmaker-baas-2017\", node = \"small\" }",
        "s.toml:3:48: `small` is no node",
    );
    refused(
        to_45,
        "{ law = \"stillmaker-baas-2017\", node = \"7 nm\", voltage = \"5 V\" }",
        "s.toml:3:66: the law says nothing of 7 nm at 5 V",
    );
    refused(
        "extends = \"7nm\"",
        TO_7NM,
        "s.toml:3:9: `7nm` does not say its supply",
    );
    refused(
        "extends = \"fpga-zc706\"",
        TO_7NM,
        "s.toml:3:9: `fpga-zc706` is of ZC706 FPGA: nothing to scale from",
    );
    refused(
        "extends = \"45nm\"\nsupply = \"1 V\"",
        "{ law = \"cv2\", voltage = 1 }",
        "s.toml:3:10: `supply` beside a `scale` that says it",
    );
    refused(
        to_45,
        "{ law = \"multiplier-quadratic\", format = \"fp32\", width = 16 }",
        "s.toml:3:50: the law `multiplier-quadratic` is of integers, not of `fp32`",
    );
    refused(
        to_45,
        "{ law = \"multiplier-quadratic\", format = \"int64\", width = 16 }",
        "s.toml:3:50: `45nm` prices nothing in `int64`",
    );
    refused(
        to_45,
        "{ law = \"multiplier-quadratic\", format = \"int8\", width = 0 }",
        "s.toml:3:66: a format has at least one bit",
    );
}
