//! Tables that publish only a fused multiply–accumulate: one `mac` stands for
//! a multiplication and an addition where both have no entry, and says so.
//!
//! The model is a linear layer of 2·3 rows, 4 to 5: 2·3·4·5 = 120 products,
//! each added to one of 2·3·5 = 30 sums.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::process::Command;

use common::{NONE_FREE, counted_by, format, model, priced, ratio, whole};
use picojoule::census::{BiasAs, Conventions, DotAdds};
use picojoule::energy::{CostModel, Counted, energy_formula, estimate, stage_formulas};
use picojoule::primitive::Primitive;
use picojoule::source::Source;
use picojoule::table::EnergyTable;

const LINEAR: &str = "name = 'm'\ninputs = { x = 'b n d' }\ndims = { b = 2, n = 3, d = 4, e = 5 }\n\
    [[op]]\nname = 'y'\neinsum = 'b n d, d e -> b n e'\nbias = true\ninputs = ['x', { weight = 'd e' }]\n";

/// A chip with the sections given.
fn chip(sections: &str) -> EnergyTable {
    let text = format!(
        "name = 'chip'\nboundary = 'functional unit'\nkind = 'measured'\n\
         [source.bench]\ntitle = 'A bench'\nwhere = 'here'\n{sections}"
    );
    EnergyTable::read(
        &Source::new("chip.toml", text),
        &picojoule::loader::Loader::shipped(),
    )
    .unwrap()
}

fn entry(primitive: &str, pj: &str) -> String {
    format!("{primitive} = {{ pj = {pj}, source = 'bench', confidence = 'high' }}\n")
}

fn macs_alone() -> EnergyTable {
    chip(&format!("[int8]\n{}", entry("mac", "0.3")))
}

fn linear(dot_adds: DotAdds) -> Counted {
    counted_by(&model(LINEAR), "m", &[], dot_adds)
}

/// 120 · 0.3 pJ = 36 pJ, however many additions are counted between the
/// products: a unit that multiplies and accumulates does both 120 times.
#[test]
fn a_mac_stands_for_both_halves_where_neither_has_an_entry() {
    for dot_adds in [DotAdds::K, DotAdds::KMinusOne] {
        let counted = linear(dot_adds);
        let chip = macs_alone();
        let estimate = priced(&counted, &chip, format("int8/int32"), NONE_FREE);
        let [line] = estimate.lines.as_slice() else {
            panic!("{:?}", estimate.lines);
        };
        assert_eq!(line.primitive, Primitive::Mac);
        assert_eq!(line.format.to_string(), "int8");
        assert_eq!(line.count, whole(120));
        assert_eq!(line.picojoules, Some(whole(36)));
        let conventions = estimate.settings.list();
        assert!(conventions.contains(&("mac", "for mul and add in int8".to_owned())));
    }
}

/// A bias that is an operation of its own is no half of a `mac`, and hardware
/// without additions has no price for it.
#[test]
fn a_bias_that_is_counted_is_no_half_of_a_mac() {
    let graph = common::graph(&model(LINEAR), "m", &[], picojoule::Unfold::No);
    let conventions = Conventions {
        bias: BiasAs::Counted,
        ..Conventions::default()
    };
    let counted = Counted::new(graph, conventions).unwrap();
    let chip = macs_alone();
    let model = CostModel {
        table: &chip,
        format: format("int8/int32"),
        zero_cost: NONE_FREE,
        memory: None,
        static_energy: false,
    };
    let mistakes = estimate(&counted, &model, &[]).unwrap_err().to_string();
    assert!(mistakes.contains("`add` in int32"), "{mistakes}");
}

/// Where the halves have entries they are counted as ever, and nothing is said
/// of a `mac`: 120 · 0.2 + 120 · 0.1 = 36 pJ.
#[test]
fn a_mac_beside_its_halves_is_not_used() {
    let halves = entry("mul", "0.2") + &entry("add", "0.1") + &entry("mac", "99");
    let estimate = priced(
        &linear(DotAdds::K),
        &chip(&format!("[int8]\n{halves}")),
        format("int8"),
        NONE_FREE,
    );
    assert_eq!(estimate.total().picojoules(), 36.0);
    let keys: Vec<&str> = (estimate.settings.list().iter())
        .map(|(key, _)| *key)
        .collect();
    assert!(!keys.contains(&"mac"));
}

/// One half alone is missing as it ever was; the message says what the `mac`
/// is for.
#[test]
fn a_mac_does_not_stand_for_one_half() {
    let counted = linear(DotAdds::K);
    let one_half = entry("mul", "0.2") + &entry("mac", "0.3");
    let wide_sums = format!(
        "[int8]\n{}[int32]\n{}",
        entry("mac", "0.3"),
        entry("add", "0.1")
    );
    for (sections, format_name, lacking) in [
        (format!("[int8]\n{one_half}"), "int8", "`add` in int8"),
        (wide_sums, "int8/int32", "`mul` in int8"),
    ] {
        let chip = chip(&sections);
        let model = CostModel {
            table: &chip,
            format: format(format_name),
            zero_cost: NONE_FREE,
            memory: None,
            static_energy: false,
        };
        let mistakes = estimate(&counted, &model, &[]).unwrap_err().to_string();
        assert!(mistakes.contains(lacking), "{mistakes}");
        assert!(
            mistakes.contains("only where both have no entry"),
            "{mistakes}"
        );
        assert!(stage_formulas(&counted, &model, &[]).is_err());
    }
}

/// What is no multiply–accumulate has no `mac`: a sum of selected weights, and
/// a product that nothing is added to.
#[test]
fn a_mac_stands_for_nothing_else() {
    let selected = LINEAR.replace("x = 'b n d'", "x = { shape = 'b n d', domain = 'binary' }");
    let scaled = "name = 'm'\ninputs = { x = 'b n d' }\ndims = { b = 2, n = 3, d = 4 }\n\
        [[op]]\nname = 'y'\napply = 'x * x + 1'\ninputs = ['x']\n";
    for (text, lacking) in [(selected.as_str(), "`select`"), (scaled, "`mul`")] {
        let counted = counted_by(&model(text), "m", &[], DotAdds::K);
        let chip = macs_alone();
        let model = CostModel {
            table: &chip,
            format: format("int8"),
            zero_cost: NONE_FREE,
            memory: None,
            static_energy: false,
        };
        let mistakes = estimate(&counted, &model, &[]).unwrap_err().to_string();
        assert!(mistakes.contains(lacking), "{mistakes}");
    }
}

/// Closed forms and sweeps are made by the same loop: b·n·d·e times the entry.
#[test]
fn formulas_price_a_mac_too() {
    let counted = linear(DotAdds::K);
    let chip = macs_alone();
    let model = CostModel {
        table: &chip,
        format: format("int8"),
        zero_cost: NONE_FREE,
        memory: None,
        static_energy: false,
    };
    let formulas = stage_formulas(&counted, &model, &[]).unwrap();
    assert_eq!(
        formulas[0].picojoules.as_ref().unwrap().to_string(),
        "0.3·b·d·e·n"
    );
    let stages = ["y".to_owned()];
    let priced = energy_formula(&counted, &model, &stages, EnergyTable::price).unwrap();
    let mut values = counted.graph.values();
    values.set(
        picojoule::symbolic::Symbol::new("chip.int8.mac"),
        ratio(1, 2),
    );
    assert_eq!(priced.evaluate(&values).unwrap(), whole(60));
    let free = BTreeSet::from([Primitive::Mac]);
    let model = CostModel {
        zero_cost: &free,
        ..model
    };
    let priced = energy_formula(&counted, &model, &stages, EnergyTable::price).unwrap();
    assert_eq!(priced.evaluate(&values).unwrap(), whole(0));
}

/// The command line says in words and in JSON what the `mac` stands for; a
/// claim asks for the energy of the `mac`, not of one half.
#[test]
fn results_say_so() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("model.toml", LINEAR);
    write(
        "chip.toml",
        &format!(
            "name = 'chip'\nboundary = 'functional unit'\nkind = 'measured'\n\
             [source.bench]\ntitle = 'A bench'\nwhere = 'here'\n[int8]\n{}",
            entry("mac", "0.3")
        ),
    );
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
            .current_dir(folder.path())
            .args(arguments)
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(text).unwrap())
    };
    let estimate = [
        "estimate",
        "model.toml",
        "--table",
        "./chip.toml",
        "--format",
        "int8",
    ];
    let (code, text) = run(&estimate);
    assert_eq!(code, Some(0), "{text}");
    assert!(text.contains("120 mac"), "{text}");
    assert!(
        text.contains("one mac in int8 is a multiplication and an"),
        "{text}"
    );
    let (_, text) = run(&[&estimate[..], &["--output", "json"]].concat());
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["stages"][0]["counts"]["mac.int8"], 120);
    assert_eq!(json["conventions"]["mac"], "for mul and add in int8");

    let claim = |formula: &str| {
        format!(
            "name = 'c'\ntitle = 'Macs'\ntext = ['Macs.']\nleaves_out = ['memory']\n\
             [source]\ntitle = 'A paper'\nidentifier = 'none'\nat = 'not recorded'\n\
             [estimates]\nlayer = {{ model = './model.toml', table = './chip.toml', format = 'int8' }}\n\
             [[claim]]\nname = 'layer'\npublished = '36.0 pJ'\nformula = '{formula}'\nexpect = 'holds'\n"
        )
    };
    for (formula, shown) in [
        ("layer.energy", "36.0 pJ"),
        ("layer.energy.mac", "36.0 pJ"),
        ("layer.energy.mul", "ask for `layer.energy.mac`"),
    ] {
        write("claim.toml", &claim(formula));
        let (_, text) = run(&["claims", "claim.toml"]);
        assert!(text.contains(shown), "{formula}: {text}");
    }
}

/// A model cannot ask for a `mac` itself.
#[test]
fn a_model_writes_both_halves() {
    let text = LINEAR.replace(
        "einsum = 'b n d, d e -> b n e'\nbias = true\ninputs = ['x', { weight = 'd e' }]",
        "each = { mac = 1 }\ninputs = ['x']",
    );
    let source = Source::new("model.toml", text);
    let mistakes = picojoule::model::Model::read(&source, &common::Blocks::shipped()).unwrap_err();
    assert!(
        mistakes.to_string().contains("write `mul` and `add`"),
        "{mistakes}"
    );
}
