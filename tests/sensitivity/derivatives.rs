//! Derivatives and elasticities.

use num_rational::BigRational;
use num_traits::{Signed, Zero};
use picojoule::energy::{CostModel, priced};
use picojoule::number::to_f64;
use picojoule::render::chart::{TornadoBar, ValueKind};
use picojoule::uncertainty::{
    Function, Input, InputKind, Quantity, Sensitivity, analyse, sensitivities,
};
use picojoule::view::reaches;
use proptest::prelude::*;

use super::*;

/// (f(x + ε) − f(x − ε)) / 2ε with ε a millionth of x, exactly.
fn difference(quantity: &Quantity, input: &Input) -> BigRational {
    let step = &input.value / whole(1_000_000);
    let at = |value: BigRational| quantity.moved(input, &value).unwrap().unwrap();
    (at(&input.value + &step) - at(&input.value - &step)) / (step * whole(2))
}

/// The derivative by every symbol is the finite difference, to a millionth of
/// either it or of the mean slope from 0.
fn check(quantity: &Quantity, inputs: &[Input]) {
    let result = quantity.at().unwrap().unwrap();
    let found = sensitivities(quantity, inputs).unwrap();
    assert_eq!(found.len(), quantity.symbols().len());
    for moved in found {
        let exact = moved.derivative.unwrap();
        let expected = difference(quantity, &moved.input);
        let scale = expected
            .abs()
            .max(&result / &moved.input.value * ratio(1, 1_000_000));
        assert!(
            (&exact - &expected).abs() <= scale.abs() * ratio(1, 1_000_000),
            "{}: {} is not {}",
            moved.input.symbol.name(),
            to_f64(&exact),
            to_f64(&expected)
        );
    }
}

/// The same function with every symbol at the next of `numbers`, shares at
/// hundredths of it.
fn scattered(function: &Function, numbers: &[u32]) -> (Function, Vec<Input>) {
    let mut function = function.clone();
    let mut inputs = Vec::new();
    for (symbol, number) in function
        .expr
        .symbols()
        .into_iter()
        .zip(numbers.iter().cycle())
    {
        let share = ["rho", "share"].contains(&symbol.name()) || symbol.name().contains('.');
        let value = ratio(i64::from(*number), if share { 101 } else { 1 });
        function.values.set(symbol.clone(), value.clone());
        inputs.push(input(symbol.name(), value));
    }
    (function, inputs)
}

proptest! {
    #![proptest_config(cases(24))]

    #[test]
    fn derivatives_are_finite_differences(
        numbers in proptest::collection::vec(1_u32..=100, 23),
        model in prop::sample::select(vec!["attention", "transformer-base"]),
        variant in prop::sample::select(vec!["vanilla", "e-att", "l1"]),
    ) {
        let table = table("45nm");
        let model = shipped(model);
        let of = |variant: &str| {
            function(&counted(&model, variant, &set::<u8>(&[])), &table, "model")
        };
        let (energy, inputs) = scattered(&of(variant), &numbers);
        check(&Quantity::Energy(energy.clone()), &inputs);
        // The baseline at the same values, and its own symbols at more.
        let mut baseline = of("vanilla");
        let (own, more) = scattered(&baseline, &numbers);
        baseline.values = energy.values.clone();
        let mut energy = energy;
        let mut inputs = inputs;
        for extra in more {
            if !inputs.iter().any(|known| known.symbol == extra.symbol) {
                let value = own.values.get(&extra.symbol).unwrap().clone();
                baseline.values.set(extra.symbol.clone(), value.clone());
                energy.values.set(extra.symbol.clone(), value);
                inputs.push(extra);
            }
        }
        check(&Quantity::Saving { baseline, energy }, &inputs);
    }
}

/// A symbol for each derived entry with a range changes neither the value nor
/// the derivative by what is given as a number.
#[test]
fn derived_entries_still_follow() {
    let table = table("45nm");
    let counted = counted(&shipped("transformer-base"), "vanilla", &set::<u8>(&[]));
    let open = function(&counted, &table, "model");
    let pricing = CostModel {
        table: &table,
        format: format("fp32"),
        zero_cost: NONE_FREE,
        memory: None,
        static_energy: false,
    };
    let stages: Vec<String> = counted
        .graph
        .stages()
        .into_iter()
        .map(str::to_owned)
        .collect();
    let closed = Function {
        expr: priced(&counted, &pricing, &stages).unwrap(),
        values: open.values.clone(),
    };
    assert!(open.expr.symbols().len() > closed.expr.symbols().len());
    assert_eq!(open.at().unwrap(), closed.at().unwrap());
    for symbol in closed.expr.symbols() {
        let slope = |function: &Function| function.derivative(&symbol).unwrap().unwrap();
        assert_eq!(slope(&open), slope(&closed), "{}", symbol.name());
    }
}

/// Self-attention, alignment, fp32 on 45nm, with m = 3.7, a = 0.9 and abs and
/// select at 0:
///
/// - vanilla: V = (2·b·n·d² + b·n²·d)·(m + a): two projections, and the score;
/// - E-Att:   E = (2·ρ·b·n·d²/h + 2·b·n²·d/h + b·n·d)·a: rows of the weights
///   added where bits are set, a subtraction and an addition for each pair of
///   tokens, one comparison for each bit; the reduction factor f is h.
#[test]
fn elasticities_are_those_derived_by_hand() {
    let (n, d, h) = (ratio(25, 1), ratio(512, 1), ratio(8, 1));
    let (m, a, rho) = (ratio(37, 10), ratio(9, 10), ratio(1, 2));
    let two = whole(2);
    let rows = &two * &rho * &n * &d * &d / &h;
    let pairs = &two * &n * &n * &d / &h;
    let bits = &n * &d;
    let all = &rows + &pairs + &bits;
    let projections = &two * &n * &d * &d;
    let score = &n * &n * &d;
    let vanilla = &projections + &score;

    let table = table("45nm");
    let model = shipped("attention");
    let pricing = CostModel {
        table: &table,
        format: format("fp32"),
        zero_cost: NONE_FREE,
        memory: None,
        static_energy: false,
    };
    let variants = ["vanilla", "e-att"].map(|variant| counted(&model, variant, &set::<u8>(&[])));
    let scopes = ["alignment".to_owned()];
    let findings = analyse(&variants, &pricing, &scopes, &method(&[], None)).unwrap();
    let [of_vanilla, of_e_att, of_saving] = findings.as_slice() else {
        panic!("{} findings", findings.len());
    };
    let elasticity = |inputs: &[Sensitivity], name: &str| {
        let mut inputs = inputs.iter();
        let found = inputs.find(|moved| moved.input.symbol.name() == name);
        found.and_then(|moved| moved.elasticity.clone()).unwrap()
    };

    let v = |name: &str| elasticity(&of_vanilla.inputs, name);
    assert_eq!(v("45nm.fp32.mul"), &m / (&m + &a));
    assert_eq!(v("45nm.fp32.add"), &a / (&m + &a));
    assert_eq!(v("b"), whole(1));
    assert_eq!(v("n"), (&projections + &two * &score) / &vanilla);
    assert_eq!(v("d"), (&two * &projections + &score) / &vanilla);

    let e = |name: &str| elasticity(&of_e_att.inputs, name);
    assert_eq!(e("45nm.fp32.add"), whole(1));
    assert_eq!(e("45nm.fp32.abs"), whole(0));
    assert_eq!(e("b"), whole(1));
    assert_eq!(e("n"), (&rows + &two * &pairs + &bits) / &all);
    assert_eq!(e("d"), (&two * &rows + &pairs + &bits) / &all);
    assert_eq!(e("h"), -(&rows + &pairs) / &all);
    assert_eq!(e("rho"), &rows / &all);

    // S = 1 − E/V, so x·dS/dx = E/V·(x/V·dV/dx − x/E·dE/dx).
    let share = (&all * &a) / (&vanilla * (&m + &a));
    assert_eq!(of_saving.value, whole(1) - &share);
    let s = |name: &str| elasticity(&of_saving.inputs, name);
    assert_eq!(s("45nm.fp32.mul"), &share * v("45nm.fp32.mul"));
    assert_eq!(s("45nm.fp32.add"), &share * (v("45nm.fp32.add") - whole(1)));
    assert_eq!(s("b"), whole(0));
    assert_eq!(s("n"), &share * (v("n") - e("n")));
    assert_eq!(s("d"), &share * (v("d") - e("d")));
    assert_eq!(s("h"), -&share * e("h"));
    assert_eq!(s("rho"), -&share * e("rho"));
}

/// The ranking is by the size of the elasticity; dims reach from a tenth below
/// to a tenth above, shares no further than 1, and an entry set by hand has no
/// doubt.
#[test]
fn inputs_are_ranked_and_reach_as_far_as_they_may() {
    let table =
        table("45nm").with_price("abs".parse().unwrap(), "fp32".parse().unwrap(), ratio(1, 4));
    let model = shipped("attention");
    let pricing = CostModel {
        table: &table,
        format: format("fp32"),
        zero_cost: NONE_FREE,
        memory: None,
        static_energy: false,
    };
    let variants = [("vanilla", "0.5"), ("e-att", "0.95")].map(|(variant, rho)| {
        let settings = if variant == "e-att" {
            set(&[("rho", rho)])
        } else {
            Vec::new()
        };
        counted(&model, variant, &settings)
    });
    let scopes = ["alignment".to_owned(), "model".to_owned()];
    for finding in analyse(&variants, &pricing, &scopes, &method(&[], None)).unwrap() {
        let sizes: Vec<BigRational> = (finding.inputs.iter())
            .filter_map(|moved| moved.elasticity.as_ref().map(BigRational::abs))
            .collect();
        assert!(sizes.is_sorted_by(|a, b| a >= b));
        for Sensitivity {
            input,
            at_low,
            at_high,
            ..
        } in &finding.inputs
        {
            match (input.kind, input.symbol.name()) {
                (InputKind::Dim, "rho") => assert_eq!(input.high, whole(1)),
                (InputKind::Dim, _) => assert_eq!(input.high, &input.value * ratio(11, 10)),
                (InputKind::Entry, "45nm.fp32.abs") => {
                    assert!((&input.high - &input.low).is_zero());
                    assert_eq!((at_low, at_high), (&Some(finding.value.clone()), at_low));
                }
                (InputKind::Entry | InputKind::Device, _) => assert!(input.low <= input.high),
            }
        }
    }
}

/// The bars of a tornado: the longest first, each with the result at both ends
/// of its input; what moves nothing has none.
#[test]
fn tornado_bars_are_what_one_input_alone_can_do() {
    let table = table("45nm");
    let model = shipped("attention");
    let pricing = CostModel {
        table: &table,
        format: format("fp32"),
        zero_cost: NONE_FREE,
        memory: None,
        static_energy: false,
    };
    let variants = ["vanilla", "e-att"].map(|variant| counted(&model, variant, &set::<u8>(&[])));
    let scopes = ["alignment".to_owned()];
    let findings = analyse(&variants, &pricing, &scopes, &method(&[], None)).unwrap();
    let shown = reaches(&findings[2]);
    assert_eq!(shown.value, ValueKind::Share);
    assert_close(shown.baseline, to_f64(&findings[2].value));
    let names: Vec<&str> = shown.bars.iter().map(|bar| bar.label.as_str()).collect();
    assert_eq!(names[..2], ["h = 8", "rho = 0.5"]);
    assert!(names.contains(&"45nm.fp32.select = 0 pJ"));
    // `b` cancels, and the prices of the table's source are exact.
    assert!(!names.contains(&"b = 1") && !names.contains(&"45nm.fp32.mul = 3.70 pJ"));
    let length = |bar: &TornadoBar| (bar.high - bar.low).abs();
    assert!(shown.bars.is_sorted_by(|a, b| length(a) >= length(b)));
    assert_eq!(
        (
            shown.bars[1].low_label.as_str(),
            shown.bars[1].note.as_deref().unwrap_or("")
        ),
        ("0.45", "dim")
    );
}
