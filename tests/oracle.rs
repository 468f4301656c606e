//! A naive machine beside the census.
//!
//! The machine computes. It holds real numbers and bits, runs small shapes in
//! nested loops, and notes every primitive at the moment it happens. Nothing
//! in it knows of formulas, extents or graphs. For every kind of op the loops
//! are written out by hand, from what the model language says of the op, and
//! what the machine noted must be what the census counts: the same primitives,
//! exactly as many.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::needless_range_loop)]

mod common;

use std::collections::BTreeMap;

use common::*;
use picojoule::census::DotAdds;
use picojoule::graph::Unfold;
use picojoule::primitive::Primitive;
use proptest::prelude::*;

/// Computes, and notes what it took.
#[derive(Default)]
struct Machine {
    noted: BTreeMap<Primitive, u64>,
}

impl Machine {
    fn note(&mut self, primitive: Primitive) {
        *self.noted.entry(primitive).or_default() += 1;
    }

    fn mul(&mut self, x: f64, y: f64) -> f64 {
        self.note(Primitive::Mul);
        x * y
    }

    fn add(&mut self, x: f64, y: f64) -> f64 {
        self.note(Primitive::Add);
        x + y
    }

    fn sub(&mut self, x: f64, y: f64) -> f64 {
        self.note(Primitive::Sub);
        x - y
    }

    fn negate(&mut self, x: f64) -> f64 {
        self.note(Primitive::Negate);
        -x
    }

    fn abs(&mut self, x: f64) -> f64 {
        self.note(Primitive::Abs);
        x.abs()
    }

    fn max(&mut self, x: f64, y: f64) -> f64 {
        self.note(Primitive::Compare);
        x.max(y)
    }

    fn min(&mut self, x: f64, y: f64) -> f64 {
        self.note(Primitive::Compare);
        x.min(y)
    }

    fn above(&mut self, x: f64, y: f64) -> f64 {
        self.note(Primitive::Compare);
        f64::from(x > y)
    }

    /// `y` where the bit is set, else `other`.
    fn select(&mut self, bit: f64, y: f64, other: f64) -> f64 {
        self.note(Primitive::Select);
        if bit != 0.0 { y } else { other }
    }

    /// x times a power of two, given as that power or as 0.
    fn shift(&mut self, x: f64, power: f64) -> f64 {
        self.note(Primitive::Shift);
        x * power
    }

    fn and(&mut self, x: f64, y: f64) -> f64 {
        self.note(Primitive::And);
        f64::from(x == 1.0 && y == 1.0)
    }

    fn xnor(&mut self, x: f64, y: f64) -> f64 {
        self.note(Primitive::Xnor);
        f64::from(x == y)
    }

    fn popcount(&mut self, sum: f64, bit: f64) -> f64 {
        self.note(Primitive::Popcount);
        sum + bit
    }

    fn div(&mut self, x: f64, y: f64) -> f64 {
        self.note(Primitive::Div);
        x / y
    }

    /// Any function of one value.
    fn function(&mut self, primitive: Primitive, value: f64) -> f64 {
        self.note(primitive);
        value
    }

    /// What `map` does with a pair of operands.
    fn mapped(&mut self, map: &str, x: f64, y: f64) -> f64 {
        match map {
            "mul" => self.mul(x, y),
            "add" => self.add(x, y),
            "sub" => self.sub(x, y),
            "abs_diff" => {
                let difference = self.sub(x, y);
                self.abs(difference)
            }
            "square_diff" => {
                let difference = self.sub(x, y);
                self.mul(difference, difference)
            }
            "max" => self.max(x, y),
            "min" => self.min(x, y),
            "shift" => self.shift(x, y.exp2()),
            "select" => self.select(x, y, 0.0),
            "negate" => {
                self.note(Primitive::Negate);
                if x < 0.0 { -y } else { y }
            }
            "and" => self.and(x, y),
            "xnor" => self.xnor(x, y),
            other => panic!("no map {other}"),
        }
    }

    /// How `reduce` takes one more term into what it has.
    fn gathered(&mut self, reduce: &str, so_far: f64, term: f64) -> f64 {
        match reduce {
            "add" => self.add(so_far, term),
            "max" => self.max(so_far, term),
            "min" => self.min(so_far, term),
            "popcount" => self.popcount(so_far, term),
            other => panic!("no reduction {other}"),
        }
    }

    /// What it noted, as counts.
    fn counts(&self) -> Counts {
        let noted: Vec<(Primitive, u64)> = self.noted.iter().map(|(p, n)| (*p, *n)).collect();
        counts(&noted)
    }
}

const MAPS: [&str; 12] = [
    "mul",
    "add",
    "sub",
    "abs_diff",
    "square_diff",
    "max",
    "min",
    "shift",
    "select",
    "negate",
    "and",
    "xnor",
];
const REDUCES: [&str; 4] = ["add", "max", "min", "popcount"];

/// What a reduction starts with.
fn start(reduce: &str) -> f64 {
    match reduce {
        "max" => f64::NEG_INFINITY,
        "min" => f64::INFINITY,
        _ => 0.0,
    }
}

/// Some number that is not 0.
fn number(at: usize) -> f64 {
    ((at * 7919 + 13) % 16) as f64 - 7.5
}

/// A model of `inputs`, `dims` and `ops`, all as TOML.
fn text(inputs: &str, dims: &[(&str, usize)], ops: &str) -> String {
    let dims: Vec<String> = dims
        .iter()
        .map(|(name, n)| format!("{name} = {n}"))
        .collect();
    format!(
        "name = \"m\"\ninputs = {{ {inputs} }}\n[dims]\n{}\n{ops}",
        dims.join("\n")
    )
}

/// What the census counts of a model.
fn census_by(text: &str, blocks: &Blocks, dot_adds: DotAdds) -> Counts {
    let model = model_with(text, blocks);
    totals(&counted_by(&model, "m", &set::<u8>(&[]), dot_adds))
}

fn census(text: &str) -> Counts {
    census_by(text, &Blocks::shipped(), DotAdds::K)
}

/// The census must count what the machine noted.
#[track_caller]
fn check(text: &str, machine: &Machine) {
    assert_eq!(census(text), machine.counts(), "{text}");
}

// ---------------------------------------------------------------------------
// Einsums
// ---------------------------------------------------------------------------

proptest! {
    #![proptest_config(cases(12))]

    /// Every map with every reduction, over one axis: `b n d, d e -> b n e`.
    #[test]
    fn two_operands_every_map_and_reduction(b in 1..4_usize, n in 1..4_usize, d in 1..5_usize, e in 1..4_usize) {
        for map in MAPS {
            for reduce in REDUCES {
                let mut machine = Machine::default();
                for i in 0..b * n {
                    for j in 0..e {
                        let mut sum = start(reduce);
                        for k in 0..d {
                            let term = machine.mapped(map, number(i * d + k), number(k * e + j));
                            sum = machine.gathered(reduce, sum, term);
                        }
                    }
                }
                let op = format!(
                    "[[op]]\nname = \"y\"\neinsum = \"b n d, d e -> b n e\"\nmap = \"{map}\"\n\
                     reduce = \"{reduce}\"\ninputs = [\"x\", {{ weight = \"d e\" }}]\n"
                );
                check(&text("x = \"b n d\"", &[("b", b), ("n", n), ("d", d), ("e", e)], &op), &machine);
            }
        }
    }

    /// Every map without a reduction: an axis that the second operand lacks is
    /// laid over (`b n d, d -> b n d`), an outer product runs over both.
    #[test]
    fn two_operands_nothing_to_reduce(b in 1..4_usize, d in 1..5_usize) {
        for map in MAPS {
            let mut machine = Machine::default();
            for i in 0..b {
                for k in 0..d {
                    machine.mapped(map, number(i * d + k), number(k));
                }
            }
            for (notation, shapes) in [
                ("b d, d -> b d", ["b d", "d"]),
                ("b, d -> d b", ["b", "d"]),
                ("b d, b d -> d b", ["b d", "b d"]),
            ] {
                let op = format!(
                    "[[op]]\nname = \"z\"\neinsum = \"{notation}\"\nmap = \"{map}\"\ninputs = [\"x\", \"y\"]\n"
                );
                let inputs = format!("x = \"{}\", y = \"{}\"", shapes[0], shapes[1]);
                check(&text(&inputs, &[("b", b), ("d", d)], &op), &machine);
            }
        }
    }

    /// One operand: the axes that the result lacks are gathered, in any order.
    #[test]
    fn one_operand_every_reduction(b in 1..4_usize, n in 1..4_usize, d in 1..5_usize) {
        for reduce in REDUCES {
            for (notation, kept) in [("b n d -> d b", b * d), ("b n d -> n", n), ("b n d ->", 1)] {
                let mut machine = Machine::default();
                for _ in 0..kept {
                    let mut sum = start(reduce);
                    for k in 0..b * n * d / kept {
                        sum = machine.gathered(reduce, sum, number(k));
                    }
                }
                let op = format!("[[op]]\nname = \"y\"\neinsum = \"{notation}\"\nreduce = \"{reduce}\"\ninputs = [\"x\"]\n");
                check(&text("x = \"b n d\"", &[("b", b), ("n", n), ("d", d)], &op), &machine);
            }
        }
    }

    /// Split axes, as in the score of attention with shared key heads:
    /// `b n (g s k), b m (g k) -> b g s n m`.
    #[test]
    fn split_axes(b in 1..3_usize, n in 1..4_usize, m in 1..4_usize, g in 1..4_usize, s in 1..4_usize, k in 1..4_usize) {
        for map in ["mul", "abs_diff"] {
            let mut machine = Machine::default();
            for _batch in 0..b {
                for group in 0..g {
                    for share in 0..s {
                        for i in 0..n {
                            for j in 0..m {
                                let mut sum = 0.0;
                                for c in 0..k {
                                    let q = number(i * g * s * k + (group * s + share) * k + c);
                                    let key = number(j * g * k + group * k + c);
                                    let term = machine.mapped(map, q, key);
                                    sum = machine.add(sum, term);
                                }
                            }
                        }
                    }
                }
            }
            let op = format!(
                "[[op]]\nname = \"z\"\neinsum = \"b n (g s k), b m (g k) -> b g s n m\"\nmap = \"{map}\"\n\
                 axes = {{ s = \"s_\" }}\ninputs = [\"x\", \"y\"]\n"
            );
            let inputs = "x = \"b n (g * s_ * k_)\", y = \"b m (g * k_)\"";
            let dims = [("b", b), ("n", n), ("m", m), ("g", g), ("s_", s), ("k_", k)];
            check(&text(inputs, &dims, &op), &machine);
        }
    }

    /// Convolutions and pooling with stride, padding and dilation: the machine
    /// lays zeros around the rows and moves the window while it fits. What
    /// falls on padding is computed like all else.
    #[test]
    fn windows(
        (c, o, size) in (1..3_usize, 1..3_usize, 1..10_usize),
        (window, stride, padding, dilation) in (1..4_usize, 1..4_usize, 0..3_usize, 1..3_usize),
    ) {
        let reach = dilation * (window - 1);
        prop_assume!(reach < size + 2 * padding);
        let mut row = vec![0.0; padding];
        row.extend((0..size).map(number));
        row.extend(vec![0.0; padding]);
        let (mut convolution, mut pooling) = (Machine::default(), Machine::default());
        let mut at = 0;
        let mut fits = 0_usize;
        while at + reach < row.len() {
            for _out in 0..o {
                let mut sum = 0.0;
                for _channel in 0..c {
                    for k in 0..window {
                        let product = convolution.mul(row[at + k * dilation], number(k));
                        sum = convolution.add(sum, product);
                    }
                }
            }
            for _channel in 0..c {
                let mut largest = f64::NEG_INFINITY;
                for k in 0..window {
                    largest = pooling.max(largest, row[at + k * dilation]);
                }
            }
            at += stride;
            fits += 1;
        }
        let index = format!("({stride}*y + {dilation}*k - {padding})");
        let dims = [("c", c), ("o", o), ("size", size), ("w", window)];
        let op = format!(
            "[[op]]\nname = \"y_\"\neinsum = \"c {index}, o c k -> o y\"\ninputs = [\"x\", {{ weight = \"o c w\" }}]\n"
        );
        let conv = text("x = \"c size\"", &dims, &op);
        check(&conv, &convolution);
        // The result is as wide as the window fits.
        let model = model(&conv);
        let graph = graph(&model, "m", &set::<u8>(&[]), Unfold::No);
        let (_, made) = graph.iter().last().unwrap();
        prop_assert_eq!(
            made.output.elements().evaluate(&graph.values()).unwrap(),
            whole(o * fits)
        );
        let op = format!(
            "[[op]]\nname = \"y_\"\neinsum = \"c {index} -> c y\"\nreduce = \"max\"\n\
             axes = {{ k = {window} }}\ninputs = [\"x\"]\n"
        );
        check(&text("x = \"c size\"", &dims, &op), &pooling);
    }
}

#[test]
fn a_convolution_in_two_dimensions() {
    // 5×6 pixels, 2 channels, 3 filters of 3×2, stride 2 down and 1 across, one
    // row and one column of padding. Down: rows −1, 1, 3 (3 + 2 = 5 is the
    // padding below), so 3; across: columns −1 to 5 (5 + 1 = 6 is padding), so 7.
    let mut machine = Machine::default();
    for _filter in 0..3 {
        for _down in 0..3 {
            for _across in 0..7 {
                let mut sum = 0.0;
                for tap in 0..2 * 3 * 2 {
                    let product = machine.mul(number(tap), number(tap + 1));
                    sum = machine.add(sum, product);
                }
            }
        }
    }
    let op = "[[op]]\nname = \"y\"\neinsum = \"c (2*y + ky - 1) (z + kz - 1), o c ky kz -> o y z\"\n\
              inputs = [\"x\", { weight = \"3 2 3 2\" }]\n";
    check(&text("x = \"2 5 6\"", &[("unused", 1)], op), &machine);
}

#[test]
fn patches_that_do_not_overlap() {
    // A row of 11 in patches of 3: three fit, two numbers are left over.
    let row: Vec<f64> = (0..11).map(number).collect();
    let mut machine = Machine::default();
    for patch in row.chunks_exact(3) {
        for _out in 0..4 {
            let mut sum = 0.0;
            for (at, x) in patch.iter().enumerate() {
                let product = machine.mul(*x, number(at));
                sum = machine.add(sum, product);
            }
        }
    }
    let op = "[[op]]\nname = \"p\"\neinsum = \"(3*y + k), o k -> y o\"\ninputs = [\"x\", { weight = \"4 3\" }]\n";
    check(&text("x = \"11\"", &[("unused", 1)], op), &machine);
}

#[test]
fn axes_of_the_result_alone_repeat_the_work() {
    // `n, m -> n m r`: for every combination of indices one product.
    let mut machine = Machine::default();
    for _copy in 0..3 {
        for i in 0..2 {
            for j in 0..4 {
                machine.mul(number(i), number(j));
            }
        }
    }
    let op = "[[op]]\nname = \"z\"\neinsum = \"n, m -> n m r\"\naxes = { r = 3 }\ninputs = [\"x\", \"y\"]\n";
    check(
        &text("x = \"n\", y = \"m\"", &[("n", 2), ("m", 4)], op),
        &machine,
    );
}

proptest! {
    #![proptest_config(cases(16))]

    /// Additions of a dot product under both conventions, with and without a
    /// bias. `k`: the accumulator starts at 0, or at the bias. `k-1`: it starts
    /// with the first product, and a bias comes last.
    #[test]
    fn bias_and_the_first_addition(n in 1..4_usize, d in 1..5_usize, e in 1..4_usize, bias in any::<bool>()) {
        let (mut all, mut fewer) = (Machine::default(), Machine::default());
        for i in 0..n {
            for j in 0..e {
                let mut sum = if bias { number(j) } else { 0.0 };
                for k in 0..d {
                    let product = all.mul(number(i * d + k), number(k * e + j));
                    sum = all.add(sum, product);
                }
                let mut terms = (0..d).map(|k| (number(i * d + k), number(k * e + j)));
                let (x, y) = terms.next().unwrap();
                let mut other = fewer.mul(x, y);
                for (x, y) in terms {
                    let product = fewer.mul(x, y);
                    other = fewer.add(other, product);
                }
                if bias {
                    other = fewer.add(other, number(j));
                }
                prop_assert!((sum - other).abs() < 1e-9);
            }
        }
        let op = format!(
            "[[op]]\nname = \"y\"\neinsum = \"n d, d e -> n e\"\ninputs = [\"x\", {{ weight = \"d e\" }}]\nbias = {bias}\n"
        );
        let text = text("x = \"n d\"", &[("n", n), ("d", d), ("e", e)], &op);
        check(&text, &all);
        prop_assert_eq!(census_by(&text, &Blocks::shipped(), DotAdds::KMinusOne), fewer.counts());
    }
}

#[test]
fn a_bias_without_a_sum_is_an_addition_of_its_own() {
    // x∘g + bias on 2×3 elements, under either convention.
    let mut machine = Machine::default();
    for i in 0..6 {
        let product = machine.mul(number(i), number(i % 3));
        machine.add(product, number(i % 3));
    }
    let op = "[[op]]\nname = \"y\"\neinsum = \"n d, d -> n d\"\ninputs = [\"x\", { weight = \"d\" }]\nbias = true\n";
    let text = text("x = \"n d\"", &[("n", 2), ("d", 3)], op);
    check(&text, &machine);
    assert_eq!(
        census_by(&text, &Blocks::shipped(), DotAdds::KMinusOne),
        machine.counts()
    );
}

// ---------------------------------------------------------------------------
// Value domains: what a product is done with
// ---------------------------------------------------------------------------

const DOMAINS: [&str; 6] = [
    "binary",
    "sign",
    "ternary",
    "power-of-two",
    "real",
    "integer",
];

/// Some value of a domain.
fn value(domain: &str, at: usize) -> f64 {
    let pick = |values: &[f64]| values[(at * 7919 + at / 3) % values.len()];
    match domain {
        "binary" => pick(&[1.0, 0.0, 0.0, 1.0, 1.0]),
        "sign" => pick(&[1.0, -1.0, -1.0, 1.0, 1.0]),
        "ternary" => pick(&[1.0, 0.0, -1.0, 0.0, -1.0]),
        "power-of-two" => pick(&[0.25, -4.0, 2.0, 0.0, -0.5]),
        "integer" => pick(&[3.0, -7.0, 5.0, 0.0, 11.0]),
        _ => number(at),
    }
}

/// A dot product of x (of `domains.0`) and y (of `domains.1`), as cheaply as
/// the domains allow.
fn dot(machine: &mut Machine, domains: (&str, &str), x: &[f64], y: &[f64]) -> f64 {
    // The special one goes first; a bit is more special than a sign, that more
    // than a trit, that more than a power of two.
    let rank = |domain: &str| DOMAINS.iter().position(|known| *known == domain).unwrap();
    let (first, a, b) = if rank(domains.0) <= rank(domains.1) {
        (domains.0, x, y)
    } else {
        (domains.1, y, x)
    };
    let pairs = a.iter().copied().zip(b.iter().copied());
    let mut sum = 0.0;
    match first {
        // Both bits set: counted.
        "binary" if domains.0 == domains.1 => {
            for (a, b) in pairs {
                let both = machine.and(a, b);
                sum = machine.popcount(sum, both);
            }
            sum
        }
        // Equal signs are counted; the sum is twice their number less the length.
        "sign" if domains.0 == domains.1 => {
            for (a, b) in pairs {
                let equal = machine.xnor(a, b);
                sum = machine.popcount(sum, equal);
            }
            2.0 * sum - x.len() as f64
        }
        // The other value or nothing, added.
        "binary" => {
            for (bit, b) in pairs {
                let chosen = machine.select(bit, b, 0.0);
                sum = machine.add(sum, chosen);
            }
            sum
        }
        // The other value or its negative, added.
        "sign" => {
            for (sign, b) in pairs {
                let turned = machine.mapped("negate", sign, b);
                sum = machine.add(sum, turned);
            }
            sum
        }
        // The other value or nothing, added or subtracted: an adder that takes
        // the sign along is one adder.
        "ternary" => {
            for (trit, b) in pairs {
                let chosen = machine.select(trit, b, 0.0);
                sum = machine.add(sum, trit * chosen);
            }
            sum
        }
        "power-of-two" => {
            for (power, b) in pairs {
                let shifted = machine.shift(b, power);
                sum = machine.add(sum, shifted);
            }
            sum
        }
        _ => {
            for (a, b) in pairs {
                let product = machine.mul(a, b);
                sum = machine.add(sum, product);
            }
            sum
        }
    }
}

#[test]
fn products_cost_what_the_domains_allow() {
    let (n, d, e) = (3, 5, 2);
    for first in DOMAINS {
        for second in DOMAINS {
            let mut machine = Machine::default();
            for i in 0..n {
                for j in 0..e {
                    let x: Vec<f64> = (0..d).map(|k| value(first, i * d + k)).collect();
                    let y: Vec<f64> = (0..d).map(|k| value(second, k * e + j + 1)).collect();
                    let plain: f64 = x.iter().zip(&y).map(|(x, y)| x * y).sum();
                    let found = dot(&mut machine, (first, second), &x, &y);
                    assert!((found - plain).abs() < 1e-9, "{first} × {second}");
                }
            }
            let op = format!(
                "[[op]]\nname = \"y\"\neinsum = \"n d, d e -> n e\"\n\
                 inputs = [\"x\", {{ weight = \"d e\", domain = \"{second}\" }}]\n"
            );
            let inputs = format!("x = {{ shape = \"n d\", domain = \"{first}\" }}");
            check(
                &text(&inputs, &[("n", n), ("d", d), ("e", e)], &op),
                &machine,
            );
        }
    }
}

#[test]
fn domains_follow_from_how_a_tensor_was_made() {
    // Each of these makes bits, signs, trits or powers of two out of real
    // numbers and multiplies them with a real weight of 4×2: 3·4·2 = 24 products.
    use Primitive::{Add, Compare, Mul, Negate, Round, Select, Shift, Sub};
    let elements = 3 * 4;
    let cases: [(&str, Vec<(Primitive, usize)>); 9] = [
        ("x > 0", vec![(Compare, elements), (Select, 24), (Add, 24)]),
        (
            "sign(x)",
            vec![(Compare, elements), (Negate, 24), (Add, 24)],
        ),
        // 2·{0, 1} − 1 = {−1, 1}: twice a bit is a choice of 0 or 2.
        (
            "2 * (x > 0) - 1",
            vec![
                (Compare, elements),
                (Select, elements),
                (Sub, elements),
                (Negate, 24),
                (Add, 24),
            ],
        ),
        // {0, 1} − {0, 1} = {−1, 0, 1}
        (
            "(x > 0) - (x > 1)",
            vec![
                (Compare, 2 * elements),
                (Sub, elements),
                (Select, 24),
                (Add, 24),
            ],
        ),
        (
            "round(clip(x, -1, 1))",
            vec![
                (Compare, 2 * elements),
                (Round, elements),
                (Select, 24),
                (Add, 24),
            ],
        ),
        (
            "where(x > 0, 4, -0.5)",
            vec![
                (Compare, elements),
                (Select, elements),
                (Shift, 24),
                (Add, 24),
            ],
        ),
        // The larger of two bits is a bit.
        (
            "max(x > 0, x > 1)",
            vec![(Compare, 3 * elements), (Select, 24), (Add, 24)],
        ),
        // Three times a bit is a choice of 0 or 3; in a product the 3 is taken out
        // of each of the 3 · 2 sums, and selections are left.
        (
            "3 * (x > 0)",
            vec![
                (Compare, elements),
                (Select, elements + 24),
                (Mul, 6),
                (Add, 24),
            ],
        ),
        ("x + 1", vec![(Add, elements), (Mul, 24), (Add, 24)]),
    ];
    for (formula, expected) in cases {
        let ops = format!(
            "[[op]]\nname = \"bits\"\napply = \"{formula}\"\n\
             [[op]]\nname = \"turned\"\neinsum = \"n d -> d n\"\ninputs = [\"bits\"]\n\
             [[op]]\nname = \"y\"\neinsum = \"d n, d e -> n e\"\ninputs = [\"turned\", {{ weight = \"d e\" }}]\n"
        );
        let text = text("x = \"n d\"", &[("n", 3), ("d", 4), ("e", 2)], &ops);
        assert_eq!(census(&text), counts(&expected), "{formula}");
    }
}

#[test]
fn domains_survive_what_only_moves_data() {
    // Bits laid end to end, looked up, or taken apart are bits; bits beside
    // signs are trits; the product with 2×4 numbers then selects 3·2·4 = 24 times.
    use Primitive::{Add, Select};
    for (moved, rows) in [
        (
            "concat = \"n d, m d -> (n + m) d\"\ninputs = [\"x\", \"y\"]",
            2 + 3,
        ),
        (
            "concat = \"n d, m d -> (n + m) d\"\ninputs = [\"x\", \"s\"]",
            2 + 3,
        ),
        ("gather = \"k, n d -> k d\"\ninputs = [\"which\", \"x\"]", 4),
    ] {
        let ops = format!(
            "[[op]]\nname = \"z\"\n{moved}\n\
             [[op]]\nname = \"o\"\neinsum = \"r d, d e -> r e\"\ninputs = [\"z\", {{ weight = \"d e\" }}]\n"
        );
        let inputs = "x = { shape = \"n d\", domain = \"binary\" }, y = { shape = \"m d\", domain = \"binary\" }, \
                      s = { shape = \"m d\", domain = \"sign\" }, which = { shape = \"k\", domain = \"integer\" }";
        let dims = [("n", 2), ("m", 3), ("d", 5), ("k", 4), ("e", 2)];
        let products = rows * 5 * 2;
        assert_eq!(
            census(&text(inputs, &dims, &ops)),
            counts(&[(Select, products), (Add, products)]),
            "{moved}"
        );
    }
}

// ---------------------------------------------------------------------------
// Densities: zeros that are skipped
// ---------------------------------------------------------------------------

proptest! {
    #![proptest_config(cases(24))]

    /// A sum of selected rows: every bit is looked at, only ones are added. The
    /// bits have exactly the share of ones that the model states.
    #[test]
    fn only_ones_are_added(n in 1..5_usize, d in 1..9_usize, e in 1..4_usize, ones in 0..9_usize, bias in any::<bool>()) {
        let ones = ones.min(d);
        let mut machine = Machine::default();
        for i in 0..n {
            // Which bits are set differs from row to row, how many does not.
            let bits: Vec<bool> = (0..d).map(|k| (k + i) % d < ones).collect();
            for j in 0..e {
                let mut sum = if bias { number(j) } else { 0.0 };
                for k in 0..d {
                    let chosen = machine.select(f64::from(bits[k]), number(k * e + j), 0.0);
                    if bits[k] {
                        sum = machine.add(sum, chosen);
                    }
                }
            }
        }
        let product = format!(
            "einsum = \"n d, d e -> n e\"\ninputs = [\"BITS\", {{ weight = \"d e\" }}]\nbias = {bias}\n"
        );
        let dims = [("n", n), ("d", d), ("e", e), ("ones", ones.max(1))];
        let density = if ones == 0 { "0".to_owned() } else { "ones / d".to_owned() };
        // Stated of an input ...
        let inputs = format!("x = {{ shape = \"n d\", domain = \"binary\", density = \"{density}\" }}");
        let op = format!("[[op]]\nname = \"y\"\n{}", product.replace("BITS", "x"));
        check(&text(&inputs, &dims, &op), &machine);
        // ... or of the op that makes the bits, which takes a comparison each,
        // and through a rearrangement.
        for _ in 0..n * d {
            machine.above(1.0, 0.0);
        }
        let ops = format!(
            "[[op]]\nname = \"bits\"\napply = \"x > 0\"\ndensity = \"{density}\"\n\
             [[op]]\nname = \"same\"\neinsum = \"n d -> n d\"\ninputs = [\"bits\"]\n\
             [[op]]\nname = \"y\"\n{}",
            product.replace("BITS", "same")
        );
        check(&text("x = \"n d\"", &dims, &ops), &machine);
    }

    /// Trits: every one is looked at, those that are not 0 are added or
    /// subtracted. Real numbers of which some are 0: those cost nothing.
    #[test]
    fn skipped_zeros_of_trits_and_numbers(n in 1..4_usize, d in 1..9_usize, e in 1..4_usize, full in 1..9_usize) {
        let full = full.min(d);
        let (mut trits, mut numbers) = (Machine::default(), Machine::default());
        for i in 0..n {
            for j in 0..e {
                let (mut sum, mut other) = (0.0, 0.0);
                for k in 0..d {
                    let set = (k + i) % d < full;
                    let chosen = trits.select(f64::from(set), number(k * e + j), 0.0);
                    if set {
                        sum = trits.add(sum, chosen);
                        let product = numbers.mul(number(i * d + k), number(k * e + j));
                        other = numbers.add(other, product);
                    }
                }
            }
        }
        for (domain, machine) in [("ternary", &trits), ("real", &numbers)] {
            let op = "[[op]]\nname = \"y\"\neinsum = \"n d, d e -> n e\"\ninputs = [\"x\", { weight = \"d e\" }]\n";
            let inputs = format!("x = {{ shape = \"n d\", domain = \"{domain}\", density = \"full / d\" }}");
            let dims = [("n", n), ("d", d), ("e", e), ("full", full)];
            check(&text(&inputs, &dims, op), machine);
        }
    }

    /// Zeros in both operands, spread so that they meet evenly: x is 0 in whole
    /// rows of a p×q grid, y in whole columns. Then the share of combinations
    /// without a zero is exactly the product of the shares.
    #[test]
    fn zeros_on_both_sides(p in 1..4_usize, q in 1..4_usize, rows in 1..4_usize, columns in 1..4_usize) {
        let (rows, columns) = (rows.min(p), columns.min(q));
        let mut machine = Machine::default();
        let mut sum = 0.0;
        for i in 0..p {
            for j in 0..q {
                if i < rows && j < columns {
                    let product = machine.mul(number(i * q + j), number(i + j));
                    sum = machine.add(sum, product);
                }
            }
        }
        let inputs = "x = { shape = \"p q\", density = \"rows / p\" }, y = { shape = \"p q\", density = \"columns / q\" }";
        let op = "[[op]]\nname = \"z\"\neinsum = \"p q, p q ->\"\ninputs = [\"x\", \"y\"]\n";
        let dims = [("p", p), ("q", q), ("rows", rows), ("columns", columns)];
        check(&text(inputs, &dims, op), &machine);
    }
}

#[test]
fn words_of_bits_are_combined_whole() {
    // Bits with bits: a gate per pair and a count per pair, zeros or not.
    let mut machine = Machine::default();
    for i in 0..2 {
        let x: Vec<f64> = (0..8).map(|k| f64::from((k + i) % 4 == 0)).collect();
        for j in 0..3 {
            let y: Vec<f64> = (0..8).map(|k| value("binary", k * 3 + j)).collect();
            dot(&mut machine, ("binary", "binary"), &x, &y);
        }
    }
    let inputs = "x = { shape = \"n d\", domain = \"binary\", density = 0.25 }";
    let op = "[[op]]\nname = \"y\"\neinsum = \"n d, d e -> n e\"\n\
              inputs = [\"x\", { weight = \"d e\", domain = \"binary\" }]\n";
    check(&text(inputs, &[("n", 2), ("d", 8), ("e", 3)], op), &machine);
}

// ---------------------------------------------------------------------------
// Elementwise formulas, lists, moves
// ---------------------------------------------------------------------------

/// Every formula beside the loop body that computes it. `x` and `y` are
/// tensors, `c` is a number.
type Body = fn(&mut Machine, f64, f64, f64) -> f64;

#[test]
fn formulas_element_by_element() {
    use Primitive::{Erf, Exp, Log, Round, Sqrt, Tanh};
    let formulas: [(&str, Body); 26] = [
        ("x + y", |m, x, y, _| m.add(x, y)),
        ("x - y", |m, x, y, _| m.sub(x, y)),
        ("x * y", |m, x, y, _| m.mul(x, y)),
        ("x / y", |m, x, y, _| m.div(x, y)),
        ("-x + y", |m, x, y, _| {
            let negative = m.negate(x);
            m.add(negative, y)
        }),
        // A power is a chain of products.
        ("x ^ 3 + y ^ 1", |m, x, y, _| {
            let square = m.mul(x, x);
            let cube = m.mul(square, x);
            m.add(cube, y)
        }),
        ("x > y", |m, x, y, _| m.above(x, y)),
        ("x < y", |m, x, y, _| m.above(y, x)),
        ("x >= c", |m, x, _, c| m.above(x, c)),
        ("x <= c", |m, x, _, c| m.above(c, x)),
        ("x == c", |m, x, _, c| m.above(x, c)),
        ("abs(x) + y", |m, x, y, _| {
            let size = m.abs(x);
            m.add(size, y)
        }),
        ("exp(x)", |m, x, _, _| m.function(Exp, x.exp())),
        ("log(x)", |m, x, _, _| m.function(Log, x.ln())),
        ("sqrt(x)", |m, x, _, _| m.function(Sqrt, x.sqrt())),
        ("tanh(x)", |m, x, _, _| m.function(Tanh, x.tanh())),
        ("erf(x)", |m, x, _, _| m.function(Erf, x)),
        ("round(x)", |m, x, _, _| m.function(Round, x.round())),
        // One comparison tells the sign.
        ("sign(x)", |m, x, _, _| m.above(x, 0.0)),
        ("max(x, y)", |m, x, y, _| m.max(x, y)),
        ("min(x, c)", |m, x, _, c| m.min(x, c)),
        ("clip(x, -c, c)", |m, x, _, c| {
            let raised = m.max(x, -c);
            m.min(raised, c)
        }),
        ("where(x > 0, y, c)", |m, x, y, c| {
            let bit = m.above(x, 0.0);
            m.select(bit, y, c)
        }),
        // Numbers are computed once, beforehand, by nobody's hardware.
        ("x * (1 / (c + 2 * c) - c ^ 3)", |m, x, _, c| {
            m.mul(x, 1.0 / (3.0 * c) - c.powi(3))
        }),
        // What is written twice is done twice.
        ("x * y + x * y", |m, x, y, _| {
            let (first, second) = (m.mul(x, y), m.mul(x, y));
            m.add(first, second)
        }),
        // x / (1 + exp(−x)), SiLU.
        ("x / (1 + exp(-x))", |m, x, _, _| {
            let negative = m.negate(x);
            let power = m.function(Exp, negative.exp());
            let below = m.add(1.0, power);
            m.div(x, below)
        }),
    ];
    for (formula, body) in formulas {
        let mut machine = Machine::default();
        for i in 0..2 * 3 {
            body(&mut machine, number(i), number(i + 1), 3.0);
        }
        let op = format!("[[op]]\nname = \"z\"\napply = \"{formula}\"\n");
        let inputs = "x = \"a b\", y = \"a b\"";
        check(
            &text(inputs, &[("a", 2), ("b", 3), ("c", 3)], &op),
            &machine,
        );
    }
}

#[test]
fn elementwise_products_by_domain() {
    // Without a sum there is no adder to take the sign of a trit along: it is
    // selected and then negated.
    let one: Body = |m, x, y, _| m.select(x, y, 0.0);
    let cases: [(&str, &str, Body); 8] = [
        ("binary", "real", one),
        ("real", "binary", |m, x, y, _| m.select(y, x, 0.0)),
        ("binary", "binary", |m, x, y, _| m.and(x, y)),
        ("sign", "sign", |m, x, y, _| m.xnor(x, y)),
        ("sign", "real", |m, x, y, _| m.mapped("negate", x, y)),
        ("ternary", "real", |m, x, y, _| {
            let chosen = m.select(x, y, 0.0);
            m.mapped("negate", x, chosen)
        }),
        ("power-of-two", "real", |m, x, y, _| m.shift(y, x)),
        ("integer", "real", |m, x, y, _| m.mul(x, y)),
    ];
    for (first, second, body) in cases {
        let mut machine = Machine::default();
        for i in 0..5 {
            let (x, y) = (value(first, i), value(second, i));
            let found = body(&mut machine, x, y, 0.0);
            // A gate on two bits gives their product; that on two signs says
            // whether it is 1.
            let expected = if (first, second) == ("sign", "sign") {
                f64::from(x * y > 0.0)
            } else {
                x * y
            };
            assert!((found - expected).abs() < 1e-12, "{first} × {second}");
        }
        let inputs = format!(
            "x = {{ shape = \"a\", domain = \"{first}\" }}, y = {{ shape = \"a\", domain = \"{second}\" }}"
        );
        let op = "[[op]]\nname = \"z\"\napply = \"x * y\"\n";
        check(&text(&inputs, &[("a", 5)], op), &machine);
    }
}

proptest! {
    #![proptest_config(cases(24))]

    /// Shapes are laid over each other from the last axis on. A part of a
    /// formula works on the shape that it has, and no larger one.
    #[test]
    fn broadcasting(a in 1..4_usize, b in 1..4_usize, c in 1..4_usize) {
        let mut machine = Machine::default();
        // exp(y) on [c]; x + that on [b, c]; z · that on [a, b, c], z being [a, 1, c].
        let mut row = Vec::new();
        for k in 0..c {
            row.push(machine.function(Primitive::Exp, number(k).exp()));
        }
        let mut plane = Vec::new();
        for j in 0..b {
            for k in 0..c {
                plane.push(machine.add(number(j * c + k), row[k]));
            }
        }
        for i in 0..a {
            for at in 0..b * c {
                machine.mul(number(i * c + at % c), plane[at]);
            }
        }
        let inputs = "x = \"b c\", y = \"c\", z = \"a 1 c\"";
        let op = "[[op]]\nname = \"o\"\napply = \"z * (x + exp(y))\"\n";
        check(&text(inputs, &[("a", a), ("b", b), ("c", c)], op), &machine);
    }

    /// So many primitives for every element of the first input.
    #[test]
    fn lists_of_primitives(a in 1..5_usize, b in 1..5_usize, often in 0..4_usize) {
        let mut machine = Machine::default();
        for i in 0..a * b {
            machine.above(number(i), 0.0);
            for _ in 0..often {
                machine.add(number(i), 1.0);
            }
            for _ in 0..2 * b {
                machine.div(number(i), 2.0);
            }
        }
        let op = format!(
            "[[op]]\nname = \"o\"\nper_element = {{ compare = 1, add = {often}, div = \"2 * b\" }}\ninputs = [\"x\", \"y\"]\n"
        );
        check(&text("x = \"a b\", y = \"7\"", &[("a", a), ("b", b)], &op), &machine);
    }
}

#[test]
fn moving_data_is_no_arithmetic() {
    let inputs = "x = \"n d\", y = \"m d\", which = { shape = \"k\", domain = \"integer\" }";
    let dims = [("n", 2), ("m", 3), ("d", 4), ("k", 5)];
    for op in [
        "concat = \"n d, m d -> (n + m) d\"\ninputs = [\"x\", \"y\"]",
        "gather = \"k, n d -> k d\"\ninputs = [\"which\", \"x\"]",
        "index = \"n d -> d\"\ninputs = [\"x\"]",
        "einsum = \"n d -> d n\"\ninputs = [\"x\"]",
        "einsum = \"n (a b) -> a (n b)\"\naxes = { a = 2 }\ninputs = [\"x\"]",
    ] {
        let op = format!("[[op]]\nname = \"o\"\n{op}\n");
        check(&text(inputs, &dims, &op), &Machine::default());
    }
}

// ---------------------------------------------------------------------------
// Blocks: repeated, nested, switched, run several times
// ---------------------------------------------------------------------------

/// One linear layer and a bend, as the blocks below have it.
fn linear(machine: &mut Machine, n: usize, d: usize) {
    for i in 0..n {
        for j in 0..d {
            let mut sum = number(j);
            for k in 0..d {
                let product = machine.mul(number(i * d + k), number(k * d + j));
                sum = machine.add(sum, product);
            }
            machine.max(sum, 0.0);
        }
    }
}

const LINEAR: &str = "name = \"linear\"\ninputs = { x = \"n d\" }\n\
    [[op]]\nname = \"sum\"\neinsum = \"n d, d e -> n e\"\ninputs = [\"x\", { weight = \"d d\" }]\nbias = true\n\
    [[op]]\nname = \"bent\"\napply = \"max(sum, 0)\"\n";

/// `LINEAR` so often, and then once more with its own residual.
const TOWER: &str = "name = \"tower\"\ninputs = { x = \"n d\" }\nneeds = [\"floors\"]\n\
    [[op]]\nname = \"floor\"\nblock = \"linear\"\nrepeat = \"floors\"\ninputs = [\"x\"]\n\
    [[op]]\nname = \"roof\"\nblock = \"linear\"\ninputs = [\"floor\"]\n\
    [[op]]\nname = \"whole\"\napply = \"x + roof\"\n";

proptest! {
    #![proptest_config(cases(12))]

    /// Towers of linear layers, towers repeated, and all of it several times.
    #[test]
    fn repeated_and_nested_blocks(n in 1..4_usize, d in 1..4_usize, floors in 1..4_usize, towers in 1..4_usize, runs in 0..3_usize) {
        let mut machine = Machine::default();
        for _ in 0..runs {
            for _ in 0..towers {
                for _ in 0..floors {
                    linear(&mut machine, n, d);
                }
                linear(&mut machine, n, d);
                for i in 0..n * d {
                    machine.add(number(i), number(i));
                }
            }
        }
        let blocks = Blocks::shipped().with("linear", LINEAR).with("tower", TOWER);
        let op = format!(
            "[[op]]\nname = \"town\"\nblock = \"tower\"\nwith = {{ floors = {floors} }}\n\
             repeat = {towers}\ntimes = {runs}\ninputs = [\"x\"]\n"
        );
        let text = text("x = \"n d\"", &[("n", n), ("d", d)], &op);
        prop_assert_eq!(census_by(&text, &blocks, DotAdds::K), machine.counts());
        let unfolded = graph(&model_with(&text, &blocks), "m", &set::<u8>(&[]), Unfold::Yes);
        let counted = picojoule::energy::Counted::new(unfolded, Default::default()).unwrap();
        prop_assert_eq!(totals(&counted), machine.counts());
    }

    /// What is switched off does nothing, and what follows takes its input.
    #[test]
    fn switches(n in 1..4_usize, d in 1..4_usize, on in 0..3_usize) {
        let mut machine = Machine::default();
        if on > 0 {
            linear(&mut machine, n, d);
            for i in 0..n * d {
                machine.function(Primitive::Exp, number(i).exp());
            }
        }
        for i in 0..n * d {
            machine.abs(number(i));
        }
        let blocks = Blocks::shipped().with("linear", LINEAR);
        let ops = "[[op]]\nname = \"a\"\nwhen = \"on\"\nblock = \"linear\"\ninputs = [\"x\"]\n\
                   [[op]]\nname = \"b\"\nwhen = \"on\"\napply = \"exp(a)\"\n\
                   [[op]]\nname = \"c\"\napply = \"abs(b)\"\n";
        let text = format!(
            "name = \"m\"\ninputs = {{ x = \"n d\" }}\n[params]\non = {on}\n[dims]\nn = {n}\nd = {d}\n{ops}"
        );
        prop_assert_eq!(census_by(&text, &blocks, DotAdds::K), machine.counts());
    }

    /// An op that runs several times, in a block that does so too; and half of
    /// the runs as the mean of one run and none.
    #[test]
    fn ops_that_run_several_times(n in 1..5_usize, inner in 0..4_usize, outer in 0..4_usize) {
        let mut machine = Machine::default();
        for _ in 0..outer {
            for _ in 0..inner {
                for i in 0..n {
                    machine.abs(number(i));
                }
            }
            for i in 0..n {
                machine.negate(number(i));
            }
        }
        let block = format!(
            "name = \"twice\"\ninputs = {{ x = \"n\" }}\n\
             [[op]]\nname = \"a\"\napply = \"abs(x)\"\ntimes = {inner}\n\
             [[op]]\nname = \"b\"\napply = \"-a\"\n"
        );
        let blocks = Blocks::shipped().with("twice", &block);
        let op = |times: &str| format!("[[op]]\nname = \"o\"\nblock = \"twice\"\ninputs = [\"x\"]\ntimes = \"{times}\"\n");
        let whole_runs = text("x = \"n\"", &[("n", n)], &op(&outer.to_string()));
        prop_assert_eq!(census_by(&whole_runs, &blocks, DotAdds::K), machine.counts());
        let half = text("x = \"n\"", &[("n", n)], &op(&format!("{outer} / 2")));
        let doubled: Counts = census_by(&half, &blocks, DotAdds::K)
            .into_iter()
            .map(|(primitive, count)| (primitive, count * whole(2)))
            .collect();
        prop_assert_eq!(doubled, machine.counts());
    }
}

#[test]
fn values_that_change_on_the_way_round() {
    // A block takes real numbers or bits and gives bits. In the first round the
    // product multiplies 2·3·3 times, as x is real; later rounds select.
    let block = "name = \"round\"\ninputs = { x = \"n d\" }\n\
        [[op]]\nname = \"sum\"\neinsum = \"n d, d e -> n e\"\ninputs = [\"x\", { weight = \"d d\" }]\n\
        [[op]]\nname = \"bits\"\napply = \"sum > 0\"\n";
    let blocks = Blocks::shipped().with("round", block);
    let op = "[[op]]\nname = \"o\"\nblock = \"round\"\nrepeat = 3\ninputs = [\"x\"]\n";
    let text = text("x = \"n d\"", &[("n", 2), ("d", 3)], op);
    use Primitive::{Add, Compare, Mul, Select};
    let model = model_with(&text, &blocks);
    for unfold in [Unfold::No, Unfold::Yes] {
        let graph = graph(&model, "m", &set::<u8>(&[]), unfold);
        let counted = picojoule::energy::Counted::new(graph, Default::default()).unwrap();
        assert_eq!(
            totals(&counted),
            counts(&[(Mul, 18), (Select, 2 * 18), (Add, 3 * 18), (Compare, 3 * 6)])
        );
    }
}

// ---------------------------------------------------------------------------
// The blocks that ship
// ---------------------------------------------------------------------------

/// One row of numbers through a block.
type Row = fn(&mut Machine, &[f64]) -> Vec<f64>;

/// (x − mean) / √(variance + ε), times a gain, plus a bias. The differences
/// from the mean are taken once, for the variance and for the result.
fn layer_norm(m: &mut Machine, row: &[f64]) -> Vec<f64> {
    let one_over_d = 1.0 / row.len() as f64;
    let mut total = 0.0;
    for x in row {
        total = m.add(total, *x);
    }
    let mean = m.mul(total, one_over_d);
    let centred: Vec<f64> = row.iter().map(|x| m.sub(*x, mean)).collect();
    let mut spread = 0.0;
    for difference in &centred {
        let square = m.mul(*difference, *difference);
        spread = m.add(spread, square);
    }
    let variance = m.mul(spread, one_over_d);
    let above_zero = m.add(variance, 1e-5);
    let deviation = m.function(Primitive::Sqrt, above_zero.sqrt());
    let scale = m.div(1.0, deviation);
    let mut result = Vec::new();
    for difference in centred {
        let normed = m.mul(difference, scale);
        let gained = m.mul(normed, 1.0);
        result.push(m.add(gained, 0.0));
    }
    result
}

/// x / √(mean of x² + ε), times a gain.
fn rms_norm(m: &mut Machine, row: &[f64]) -> Vec<f64> {
    let mut total = 0.0;
    for x in row {
        let square = m.mul(*x, *x);
        total = m.add(total, square);
    }
    let mean = m.mul(total, 1.0 / row.len() as f64);
    let above_zero = m.add(mean, 1e-5);
    let root = m.function(Primitive::Sqrt, above_zero.sqrt());
    let scale = m.div(1.0, root);
    let mut result = Vec::new();
    for x in row {
        let normed = m.mul(*x, scale);
        result.push(m.mul(normed, 1.0));
    }
    result
}

/// x/2 · (1 + erf(x/√2)).
fn gelu(m: &mut Machine, row: &[f64]) -> Vec<f64> {
    let each = row.iter().map(|x| {
        let half = m.mul(0.5, *x);
        let inner = m.mul(0.5_f64.sqrt(), *x);
        let curve = m.function(Primitive::Erf, inner);
        let raised = m.add(1.0, curve);
        m.mul(half, raised)
    });
    each.collect()
}

/// x/2 · (1 + tanh(√(2/π) · (x + 0.044715·x³))), the cube as two products.
fn gelu_tanh(m: &mut Machine, row: &[f64]) -> Vec<f64> {
    let each = row.iter().map(|x| {
        let half = m.mul(0.5, *x);
        let square = m.mul(*x, *x);
        let cube = m.mul(square, *x);
        let small = m.mul(0.044715, cube);
        let sum = m.add(*x, small);
        let inner = m.mul(0.797_884_56, sum);
        let curve = m.function(Primitive::Tanh, inner.tanh());
        let raised = m.add(1.0, curve);
        m.mul(half, raised)
    });
    each.collect()
}

/// x / (1 + exp(−x)).
fn silu(m: &mut Machine, row: &[f64]) -> Vec<f64> {
    let each = row.iter().map(|x| {
        let negative = m.negate(*x);
        let power = m.function(Primitive::Exp, negative.exp());
        let below = m.add(1.0, power);
        m.div(*x, below)
    });
    each.collect()
}

fn relu(m: &mut Machine, row: &[f64]) -> Vec<f64> {
    row.iter().map(|x| m.max(*x, 0.0)).collect()
}

/// The largest is subtracted first; a subtraction of it is the addition of its
/// negative, as the count of 2 additions in the facts at hand has it.
fn softmax(m: &mut Machine, row: &[f64]) -> Vec<f64> {
    let mut largest = f64::NEG_INFINITY;
    for x in row {
        largest = m.max(largest, *x);
    }
    let mut powers = Vec::new();
    let mut sum = 0.0;
    for x in row {
        let shifted = m.add(*x, -largest);
        powers.push(m.function(Primitive::Exp, shifted.exp()));
        sum = m.add(sum, powers[powers.len() - 1]);
    }
    powers.into_iter().map(|x| m.div(x, sum)).collect()
}

/// Pairs turned by an angle: (x·cos − y·sin, y·cos + x·sin), the sine signed
/// beforehand.
fn rotary(m: &mut Machine, row: &[f64]) -> Vec<f64> {
    let (sin, cos) = (0.6, 0.8);
    let mut result = Vec::new();
    for pair in row.chunks_exact(2) {
        for (x, partner, sin) in [(pair[0], pair[1], -sin), (pair[1], pair[0], sin)] {
            let (own, other) = (m.mul(x, cos), m.mul(partner, sin));
            result.push(m.add(own, other));
        }
    }
    result
}

#[test]
fn the_shipped_blocks_row_by_row() {
    let (b, n, d) = (2, 3, 4);
    let blocks: [(&str, Row); 8] = [
        ("layer-norm", layer_norm),
        ("rms-norm", rms_norm),
        ("gelu", gelu),
        ("gelu-tanh", gelu_tanh),
        ("silu", silu),
        ("relu", relu),
        ("softmax", softmax),
        ("rotary", rotary),
    ];
    for (name, run) in blocks {
        let mut machine = Machine::default();
        for row in 0..b * n {
            let row: Vec<f64> = (0..d).map(|k| number(row * d + k)).collect();
            let result = run(&mut machine, &row);
            match name {
                "softmax" => assert!((result.iter().sum::<f64>() - 1.0).abs() < 1e-12),
                "layer-norm" => assert!(result.iter().sum::<f64>().abs() < 1e-9),
                _ => assert_eq!(result.len(), d),
            }
        }
        // The scores of softmax have five axes.
        let shape = if name == "softmax" {
            "b 1 1 n d"
        } else {
            "b n d"
        };
        let op = format!("[[op]]\nname = \"y\"\nblock = \"{name}\"\ninputs = [\"x\"]\n");
        let inputs = format!("x = \"{shape}\"");
        check(
            &text(&inputs, &[("b", b), ("n", n), ("d", d)], &op),
            &machine,
        );
    }
}

#[test]
fn the_shipped_feed_forward_layers() {
    // Rows of 4 through 6 hidden numbers, with a bias in every linear layer.
    let (n, d, wide) = (3, 4, 6);
    let project = |m: &mut Machine, row: &[f64], columns: usize| -> Vec<f64> {
        let mut result = Vec::new();
        for j in 0..columns {
            let mut sum = number(j);
            for (k, x) in row.iter().enumerate() {
                let product = m.mul(*x, number(k * columns + j));
                sum = m.add(sum, product);
            }
            result.push(sum);
        }
        result
    };
    let (mut mlp, mut swiglu) = (Machine::default(), Machine::default());
    for i in 0..n {
        let row: Vec<f64> = (0..d).map(|k| number(i * d + k)).collect();
        let up = project(&mut mlp, &row, wide);
        let bent = gelu(&mut mlp, &up);
        project(&mut mlp, &bent, d);

        let gate = project(&mut swiglu, &row, wide);
        let up = project(&mut swiglu, &row, wide);
        let open = silu(&mut swiglu, &gate);
        let gated: Vec<f64> = (open.iter().zip(&up))
            .map(|(open, up)| swiglu.mul(*open, *up))
            .collect();
        project(&mut swiglu, &gated, d);
    }
    for (name, machine) in [("mlp", mlp), ("swiglu", swiglu)] {
        let op = format!("[[op]]\nname = \"y\"\nblock = \"{name}\"\ninputs = [\"x\"]\n");
        let dims = [("b", 1), ("n", n), ("d", d), ("ffn", wide)];
        check(&text("x = \"b n d\"", &dims, &op), &machine);
    }
}

#[test]
fn a_bottleneck_with_and_without_its_projection() {
    // 4×4 pixels, 8 channels, 2 in the middle, 8 out. Batch normalisation is one
    // product and one addition for every number.
    fn conv_norm(
        m: &mut Machine,
        side: usize,
        channels: usize,
        out: usize,
        window: usize,
        stride: usize,
    ) -> usize {
        let padding = (window - 1) / 2;
        let mut left = 0;
        let mut fits = 0;
        while left + window <= side + 2 * padding {
            left += stride;
            fits += 1;
        }
        for _pixel in 0..fits * fits {
            for _filter in 0..out {
                let mut sum = 0.0;
                for tap in 0..channels * window * window {
                    let product = m.mul(number(tap), number(tap + 1));
                    sum = m.add(sum, product);
                }
                let gained = m.mul(sum, 1.5);
                m.add(gained, 0.5);
            }
        }
        fits
    }
    for (stride, project) in [(1, false), (1, true), (2, true), (3, true)] {
        let mut machine = Machine::default();
        let side = conv_norm(&mut machine, 4, 8, 2, 1, 1);
        relu(&mut machine, &vec![1.0; side * side * 2]);
        let side = conv_norm(&mut machine, side, 2, 2, 3, stride);
        relu(&mut machine, &vec![1.0; side * side * 2]);
        assert_eq!(conv_norm(&mut machine, side, 2, 8, 1, 1), side);
        if project {
            assert_eq!(conv_norm(&mut machine, 4, 8, 8, 1, stride), side);
        }
        for at in 0..side * side * 8 {
            machine.add(number(at), number(at));
        }
        relu(&mut machine, &vec![1.0; side * side * 8]);
        let op = format!(
            "[[op]]\nname = \"y\"\nblock = \"bottleneck\"\ninputs = [\"x\"]\n\
             with = {{ mid = 2, s = {stride}, project = {} }}\n",
            u8::from(project)
        );
        check(&text("x = \"1 8 4 4\"", &[("unused", 1)], &op), &machine);
    }
}
