//! Formulas are energies in whatever unit a file is written.

use num_traits::Signed;
use proptest::prelude::*;

use super::*;

/// What is said of the entry `exp = "FORMULA"` beside a `mul` of 4 pJ and an
/// `add` of 2 pJ; nothing if it is right.
fn said(formula: &str) -> Vec<String> {
    let text = table_text(&format!(
        "[fp32]\nmul = {{ pj = 4, source = \"s\", confidence = \"low\" }}\n\
         add = {{ pj = 2, source = \"s\", confidence = \"low\" }}\nexp = \"{formula}\"\n"
    ));
    match read(&text) {
        Ok(_) => Vec::new(),
        Err(problems) => problems.iter().map(told).collect(),
    }
}

#[test]
fn what_is_no_energy_is_no_price() {
    for (formula, is) in [
        ("mul * mul", "an energy squared"),
        ("2 * mul ^ 2", "an energy squared"),
        ("1 / mul", "one over an energy"),
        ("add / mul", "a ratio of energies"),
        ("3 + add / mul", "a ratio of energies"),
        ("mul ^ 2 * add", "an energy to the power of 3"),
        ("floor(mul / add)", "a ratio of energies"),
        ("max(mul * mul, add * add)", "an energy squared"),
    ] {
        let message = format!("t.toml:10:8: the price `{formula}` is {is}, not an energy");
        assert_eq!(said(formula), [message]);
    }
    one_in(
        "[fp32]\nmul = { pj = 4, source = \"s\", confidence = \"low\" }\nexp = \"mul * mul\"\n",
        "t.toml:9:8: the price `mul * mul` is an energy squared, not an energy",
        "in another unit the same formula would give another energy: multiply and divide entries \
         so that one remains, as in `mul * mul / add`",
    );
}

#[test]
fn what_is_added_or_compared_has_one_unit() {
    for (formula, mistake) in [
        (
            "mul * mul + add",
            "10:20: `mul * mul` is an energy squared and `add` an energy",
        ),
        (
            "mul - add / mul",
            "10:14: `mul` is an energy and `add / mul` a ratio of energies",
        ),
        (
            "max(mul, 1 / add)",
            "10:17: `mul` is an energy and `1 / add` one over an energy",
        ),
        (
            "(mul * mul + 1) / add",
            "10:21: `mul * mul` is an energy squared and `1` a number",
        ),
        (
            "floor(mul / 3)",
            "10:14: `floor` of an energy depends on the unit: `mul / 3` in pJ is not what it is in fJ",
        ),
    ] {
        assert_eq!(said(formula), [format!("t.toml:{mistake}")]);
    }
}

#[test]
fn ends_of_ranges_and_entries_for_every_format_are_energies_too() {
    one_in(
        "[fp32]\nmul = { pj = 4, source = \"s\", confidence = \"low\" }\n\
         abs = { pj = 0, range = [0, \"mul * mul\"], source = \"s\", confidence = \"low\" }\n",
        "t.toml:9:30: the price `mul * mul` is an energy squared, not an energy",
        "",
    );
    one_in(
        "[fp32]\nmul = { pj = 4, source = \"s\", confidence = \"low\" }\n\
         [every]\nexp = { is = \"1 / mul\", why = \"a slip\" }\n",
        "t.toml:10:15: the price `1 / mul` is one over an energy, not an energy",
        "",
    );
}

#[test]
fn formulas_that_give_energies_are_prices() {
    for formula in [
        "mul",
        "0.5 * mul",
        "mul + add",
        "2",
        "mul + 1",
        "-add + 2 * mul",
        "mul * mul / add",
        "mul ^ 2 / add",
        "mul ^ 3 * add ^ -2",
        "mul ^ (3 - 2)",
        "(1 + add / mul) * mul",
        "floor(2.5) * mul",
        "ceil(mul / add) * add",
        "max(mul, add, )",
        "min(mul, 1)",
    ] {
        let expected: &[&str] = match formula {
            "max(mul, add, )" => &["t.toml:10:22: expected a value, found `)`"],
            _ => &[],
        };
        assert_eq!(said(formula).len(), expected.len(), "{formula}");
    }
}

/// A unit by its name, and how many of it make a picojoule.
const UNITS: [(&str, &str, &str); 3] =
    [("pJ", "pj", "1"), ("fJ", "fj", "1e3"), ("nJ", "nj", "1e-3")];

/// The table with these formulas for `exp` and its greatest value, in a unit;
/// every number under a `#` is an energy in picojoules.
fn in_unit(unit: usize, exp: &str, every: &str) -> Result<EnergyTable, Problems> {
    let (unit, field, factor) = UNITS[unit];
    let energies = |text: &str| {
        let mut parts = text.split('#');
        let mut converted = parts.next().unwrap().to_owned();
        for part in parts {
            let (number, rest) = part.split_once(' ').unwrap();
            let energy = exact(number) * exact(factor);
            converted += &format!("{}{rest}", number::plain(&energy));
        }
        converted
    };
    let mut text = format!("unit = \"{unit}\"\n{}", table_text("[fp32]\n"));
    for (name, pj) in [("mul", "#4.5 "), ("add", "#1.2 "), ("compare", "#0.75 ")] {
        let value = energies(pj);
        text +=
            &format!("{name} = {{ {field} = {value}, source = \"s\", confidence = \"low\" }}\n");
    }
    text += &format!(
        "exp = \"{}\"\n[every]\nlog = \"{}\"\n",
        energies(exp),
        energies(every)
    );
    read(&text)
}

/// A number that is an energy in picojoules.
fn number() -> impl Strategy<Value = String> + Clone {
    (1..400_u32).prop_map(|hundredths| format!("#{} ", f64::from(hundredths) / 100.0))
}

/// An energy in which numbers are energies where they stand beside one.
fn energy() -> impl Strategy<Value = String> {
    let leaf = proptest::sample::select(vec!["mul", "add", "compare"]).prop_map(str::to_owned);
    let formula = leaf.prop_recursive(3, 16, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        let beside = (inner.clone(), prop_oneof![inner.clone(), number()]);
        let one_of = |words: &[&'static str]| proptest::sample::select(words.to_vec());
        prop_oneof![
            (beside.clone(), one_of(&["+", "-"]))
                .prop_map(|((a, b), sign)| format!("({a} {sign} {b})")),
            (beside, one_of(&["max", "min"]))
                .prop_map(|((a, b), name)| format!("{name}({a}, {b})")),
            (pair.clone(), one_of(&["floor", "ceil"]))
                .prop_map(|((a, b), name)| format!("{name}({a} / 3 / ({b})) * {b}")),
            (pair.clone(), inner.clone()).prop_map(|((a, b), c)| format!("{a} * {b} / ({c})")),
            (pair, 1..5).prop_map(|((a, b), k)| format!("({k} + {a} / ({b})) * {b} / {k}")),
            (inner, 1..4).prop_map(|(a, k)| format!("({a}) ^ {k} * mul ^ (1 - {k})")),
        ]
    });
    prop_oneof![1 => number(), 15 => formula]
        .prop_filter("a formula has at most 1024 letters", |text| {
            text.len() < 600
        })
}

/// Names with any operators between them, whatever comes of it. Numbers only
/// multiply and divide here, so that the text is the same in every unit.
fn anything() -> impl Strategy<Value = String> {
    let leaf = proptest::sample::select(vec!["mul", "add", "compare"]).prop_map(str::to_owned);
    leaf.prop_recursive(4, 24, 3, |inner| {
        let pair = (inner.clone(), inner.clone());
        let one_of = |words: &[&'static str]| proptest::sample::select(words.to_vec());
        prop_oneof![
            (pair.clone(), one_of(&["+", "-", "*", "/"]))
                .prop_map(|((a, b), sign)| format!("({a} {sign} {b})")),
            (pair, one_of(&["max", "min"])).prop_map(|((a, b), name)| format!("{name}({a}, {b})")),
            (inner.clone(), one_of(&["floor", "ceil"]))
                .prop_map(|(a, name)| format!("{name}({a})")),
            (inner.clone(), 1..5).prop_map(|(a, k)| format!("{k} * {a} / 3")),
            (inner, -2..3).prop_map(|(a, k)| format!("({a}) ^ ({k})")),
        ]
    })
}

proptest! {
    /// An energy is a price, and the same joules in picojoules, femtojoules and
    /// nanojoules.
    #[test]
    fn one_table_in_three_units_gives_the_same_joules(exp in energy(), every in energy()) {
        let tables = [0, 1, 2].map(|unit| in_unit(unit, &exp, &every));
        let problem = |problem: &Diagnostic| {
            // Bindings and sizes decide these, not units.
            let message = problem.message();
            ["a price of -", "division by zero", "this stands for more", "this number is too"]
                .iter()
                .any(|start| message.starts_with(start))
        };
        for table in &tables {
            match (table, &tables[0]) {
                (Ok(table), Ok(first)) => {
                    for name in ["fp32.exp", "fp32.log"] {
                        prop_assert_eq!(pj(table, name), pj(first, name), "{}", name);
                        prop_assert!(!entry(table, name).unwrap().pj.is_negative());
                    }
                }
                (Err(problems), Err(_)) => prop_assert!(problems.iter().all(problem), "{}", problems),
                (_, _) => prop_assert!(false, "{exp} or {every} is a price in one unit alone"),
            }
        }
    }

    /// Whatever is accepted as a price in one unit is the same in another.
    #[test]
    fn what_depends_on_the_unit_is_refused(exp in anything()) {
        let tables = [0, 1, 2].map(|unit| in_unit(unit, &exp, "mul"));
        let price = |table: &Result<EnergyTable, Problems>| {
            table.as_ref().ok().map(|table| pj(table, "fp32.exp"))
        };
        prop_assert_eq!(price(&tables[1]), price(&tables[0]), "{}", &exp);
        prop_assert_eq!(price(&tables[2]), price(&tables[0]), "{}", &exp);
    }
}
