//! Sweeps agree with single estimates, point by point, however they are run.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeSet;
use std::process::{Command, Output};

use common::program::picojoule;
use common::*;
use picojoule::energy::{CostModel, entry_values, estimate, priced};
use picojoule::graph::{Constraint, Rule};
use picojoule::number::whole;
use picojoule::source::{Place, Source};
use picojoule::sweep::{AxisValues, PointSet, Sampling, Sweep, SweepAxis, SweepGrid};
use picojoule::symbolic::{Bindings, Expr, Symbol};
use proptest::prelude::*;

fn stdout(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The rows of a CSV file as maps from column to text.
fn rows(csv: &str) -> Vec<std::collections::BTreeMap<String, String>> {
    let mut lines = csv.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    lines
        .map(|line| {
            let cells = line.split(',').map(str::to_owned);
            names
                .iter()
                .map(|name| (*name).to_owned())
                .zip(cells)
                .collect()
        })
        .collect()
}

/// 1000 random points of a five-dimensional sample, each estimated anew.
#[test]
fn a_thousand_points_are_what_single_estimates_give() {
    let folder = tempfile::tempdir().unwrap();
    let output = picojoule(
        folder.path(),
        &[
            "sweep",
            "attention",
            "--over",
            "n=1..512",
            "--over",
            "d=64..2048",
            "--over",
            "h=1..16",
            "--over",
            "rho=0.05..1",
            "--over",
            "45nm.fp32.mul=1..5",
            "--sample",
            "20000",
            "--seed",
            "7",
            "--variants",
            "vanilla,e-att",
            "--output",
            "csv",
        ],
    );
    let rows = rows(&stdout(&output));
    assert!(rows.len() >= 1000, "{} points", rows.len());
    let model = shipped("attention");
    let free = BTreeSet::new();
    let table = table("45nm");
    for row in rows.iter().take(1000) {
        let number = |name: &str| picojoule::number::parse_decimal(&row[name]).unwrap();
        let dims = ["n", "d", "h", "rho"].map(|name| (name, row[name].as_str()));
        // Not every e-att point has a rho for vanilla to know.
        let mul = table.with_price(
            picojoule::primitive::Primitive::Mul,
            "fp32".parse().unwrap(),
            number("45nm_fp32_mul"),
        );
        let pricing = CostModel {
            table: &mul,
            format: format("fp32"),
            zero_cost: &free,
            memory: None,
            static_energy: false,
        };
        for (variant, column) in [
            ("vanilla", "attention_vanilla_pj"),
            ("e-att", "attention_e_att_pj"),
        ] {
            let counted = counted(&model, variant, &set(&dims));
            let single = estimate(&counted, &pricing, &[]).unwrap();
            let energy = single.of_scope("attention").unwrap().picojoules();
            let swept: f64 = row[column].parse().unwrap();
            assert!((swept / energy - 1.0).abs() < 1e-12, "{row:?}: {energy}");
        }
    }
}

/// Points where 7 or 9 heads do not divide the width are left out and counted.
#[test]
fn refused_points_are_counted() {
    let folder = tempfile::tempdir().unwrap();
    let output = picojoule(
        folder.path(),
        &[
            "sweep",
            "attention",
            "--over",
            "h=7,8,9",
            "--over",
            "n=0..3",
            "--output",
            "csv",
        ],
    );
    // h = 8 with n = 1, 2, 3: three of twelve points.
    assert_eq!(rows(&stdout(&output)).len(), 3);
    let told = String::from_utf8_lossy(&output.stderr);
    let reason = "9 points left out, which the model refuses; the first is h = 7, n = 0: \
                  dim `n` is 0: not above 0";
    assert!(told.contains(reason), "{told}");
}

/// Of a whole sweep nothing is left, and no file; a part of one may be empty.
#[test]
fn a_sweep_without_points_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let over = [
        "sweep",
        "attention",
        "--over",
        "h=3,5,7",
        "--out",
        "rows.csv",
    ];
    let output = picojoule(folder.path(), &over);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    let reason = "the model refuses all points; the first is h = 3: axis `c` of `score`";
    assert!(told.contains(reason), "{told}");
    assert!(!folder.path().join("rows.csv").exists());
    let part = [&over[..], &["--shard", "0/3"]].concat();
    assert_eq!(picojoule(folder.path(), &part).status.code(), Some(0));
    let some = ["sweep", "attention", "--over", "h=3,8"];
    assert_eq!(picojoule(folder.path(), &some).status.code(), Some(0));
}

const HALVES: &str = "
name = 'halves'
inputs = { x = 'n' }
dims = { n = 4, h = 2 }

[[op]]
name = 'half'
each = { add = 'floor(n / 2) / n' }
inputs = ['x']

[[op]]
name = 'heads'
einsum = '(h k) -> h'
inputs = ['x']
";

/// ⌊n/2⌋ is 1 500 000 000 for n = 3 000 000 001, which h = 2 does not divide:
/// what an estimate says of a point a sweep says of it too, also far up.
#[test]
fn large_numbers_are_exact() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("halves.toml"), HALVES).unwrap();
    let run = |command: &str| {
        let arguments: Vec<&str> = command.split(' ').collect();
        picojoule(folder.path(), &arguments)
    };
    let swept = run("sweep halves.toml --over n=3000000001 --set h=1 --output csv");
    // An addition is 0.9 pJ; the other op adds up all n elements.
    assert_eq!(rows(&stdout(&swept))[0]["model_halves_pj"], "4050000000.9");
    let counted = stdout(&run(
        "estimate halves.toml --set n=3000000001 --set h=1 --output json",
    ));
    assert!(counted.contains("\"add.fp32\": 1500000000"), "{counted}");
    let fault = "axis `k` of `heads` is 499999999999999.5: not a whole number";
    let swept = run("sweep halves.toml --over n=999999999999999 --output csv");
    assert!(
        String::from_utf8_lossy(&swept.stderr).contains(fault),
        "{swept:?}"
    );
    assert_eq!(swept.status.code(), Some(2));
    let refused = run("estimate halves.toml --set n=999999999999999");
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        String::from_utf8_lossy(&refused.stderr).contains(fault),
        "{refused:?}"
    );
}

/// `45nm.fp32.mul`, `45nm.mul.fp32` and, on one table, `fp32.mul` are one
/// entry.
#[test]
fn entries_have_one_meaning_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &str| {
        let all: Vec<&str> = arguments.split(' ').collect();
        let output = picojoule(folder.path(), &all);
        assert_ne!(output.status.code(), Some(2), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let names = ["45nm.fp32.mul", "45nm.mul.fp32", "fp32.mul", "mul.fp32"];
    let swept = names.map(|name| run(&format!("sweep attention --over {name}=1..3 -o csv")));
    let set = names.map(|name| run(&format!("estimate attention --set {name}=2 -o csv")));
    let crossed = names.map(|name| {
        run(&format!("crossover attention --between vanilla,e-att --table 45nm --over {name}=0..9 --at saving=0.5"))
    });
    for found in [swept, set, crossed] {
        assert!(found.iter().all(|text| *text == found[0]), "{found:?}");
    }
}

/// The parts of a sweep, one after the other, are the sweep; on one thread as
/// on two.
#[test]
fn shards_are_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let sweep = [
        "sweep",
        "attention",
        "--over",
        "n=1..100",
        "--over",
        "d=64..640:64",
        "--over",
        "format=fp32,int8",
    ];
    let run = |more: &[&str]| {
        let arguments: Vec<&str> = sweep.iter().chain(more).copied().collect();
        stdout(&picojoule(folder.path(), &arguments))
    };
    let whole = run(&["--output", "csv"]);
    let mut parts = String::new();
    for (at, shard) in ["0/3", "1/3", "2/3"].iter().enumerate() {
        let part = run(&["--output", "csv", "--shard", shard]);
        let body = part.split_once('\n').unwrap().1;
        parts.push_str(if at == 0 { &part } else { body });
    }
    assert!(whole == parts);
    let one = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .env("RAYON_NUM_THREADS", "1")
        .args(sweep)
        .args(["--output", "csv"])
        .output()
        .unwrap();
    assert!(whole == stdout(&one));
}

/// The same bytes on one thread and on two, in wide instructions and without:
/// grids with conditions, floors and decimals under them, samples, movement.
#[test]
fn rows_are_the_same_on_any_machine() {
    let sweeps = [
        "sweep attention --over n=1..40 --over d=60..90 --over h=1..12 --over rho=0.01..1:0.07",
        "sweep vit-b-16 --over patch=1..20 --over img=1..300",
        "sweep vit-b-16 --over img=200..300 --over d=12..1200:12 --over patch=3,7,16",
        "sweep mobilenet-v2 --over alpha=0.001..2:0.003",
        "sweep mobilenet-v2 --over alpha=0.1..2 --sample 700 --seed 5",
        "sweep attention --over n=1..500 --over d=64..1024 --over rho=0.01..1 --sample 3000",
        "sweep attention --over n=1..1e6:log --over rho=0.01..1 --sample 3000 --latin",
        "sweep attention --movement tiled --over 45nm.sram.kib=1..64 --over n=1..30",
    ];
    let folder = tempfile::tempdir().unwrap();
    for sweep in sweeps {
        let run = |threads: &str, simd: &str| {
            let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
                .current_dir(folder.path())
                .env("RAYON_NUM_THREADS", threads)
                .env("PICOJOULE_SIMD", simd)
                .args(sweep.split(' '))
                .args(["--output", "csv"])
                .output();
            stdout(&output.unwrap())
        };
        let expected = run("1", "off");
        assert!(expected.lines().count() > 100, "{sweep}");
        for (threads, simd) in [("1", ""), ("2", ""), ("2", "off")] {
            assert!(run(threads, simd) == expected, "{sweep}: {threads} {simd}");
        }
    }
}

/// A sample follows from its seed: the first numbers of SplitMix64 as `random`
/// has it, axis by axis, worked out beside the program in whole numbers of Python:
/// n is ⌊1 + u·500⌋, ρ is 0.01 + u·0.99; with `--latin` u is (stratum + u)/5.
#[test]
fn samples_follow_from_their_seed() {
    let folder = tempfile::tempdir().unwrap();
    let sweep = "sweep attention --over n=1..500 --over rho=0.01..1 --sample 5 --seed 7 \
                 --output csv --columns n,rho";
    let drawn = |more: &[&str]| {
        let arguments: Vec<&str> = sweep
            .split_whitespace()
            .chain(more.iter().copied())
            .collect();
        stdout(&picojoule(folder.path(), &arguments))
    };
    let random = "n,rho\n361,0.514018246079303\n325,0.753750376536556\n275,0.9037079181323535\n\
                  303,0.8511791058273572\n175,0.3513936116369386\n";
    assert_eq!(drawn(&[]), random);
    let latin = "n,rho\n273,0.9028036492158605\n65,0.7527500753073112\n355,0.1887415836264707\n\
                 461,0.37623582116547144\n135,0.4742787223273877\n";
    assert_eq!(drawn(&["--latin"]), latin);
}

/// A parameter that decides which ops there are is swept as well: rotary
/// positions add 3 operations for each of the 2·25·512 elements of q and k.
/// Two variants that set the same number have each its own along the sweep.
#[test]
fn variants_keep_what_they_set() {
    let folder = tempfile::tempdir().unwrap();
    let text = "
name = 'net'
inputs = { x = 'n d' }
dims = { n = 4, d = 10 }
params = { steps = 2 }

[[op]]
name = 'linear'
einsum = 'n d, d e -> n e'
times = 'steps'
inputs = ['x', { weight = 'd d' }]

[[variant]]
name = 'once'
set = { steps = 1 }

[[variant]]
name = 'twice'

[[variant]]
name = 'often'
set = { steps = 5 }
";
    std::fs::write(folder.path().join("net.toml"), text).unwrap();
    let run = |command: &[&str]| stdout(&picojoule(folder.path(), command));
    let swept = run(&["sweep", "net.toml", "--over", "n=3,7", "--output", "csv"]);
    // n·d·d multiply–accumulates of 4.6 pJ in each step.
    for (row, n) in rows(&swept).iter().zip([3.0, 7.0]) {
        let joules = |steps: f64| n * 100.0 * 4.6 * steps;
        let numbers: Vec<f64> = row.values().filter_map(|cell| cell.parse().ok()).collect();
        for steps in [1.0, 2.0, 5.0] {
            let found = numbers.iter().any(|x| (x - joules(steps)).abs() < 1e-6);
            assert!(found, "{steps} steps: {row:?}");
        }
    }
    let compared = run(&["compare", "net.toml", "--table", "45nm", "--format", "fp32"]);
    assert!(
        compared.contains("steps = 1 (once) / 2 (twice) / 5 (often)"),
        "{compared}"
    );
}

#[test]
fn switches_are_swept() {
    let folder = tempfile::tempdir().unwrap();
    let output = picojoule(
        folder.path(),
        &[
            "sweep",
            "attention",
            "--over",
            "rotary=0,1",
            "--over",
            "n=25",
            "--variants",
            "vanilla",
            "--scope",
            "attention-full",
            "--output",
            "csv",
        ],
    );
    let rows = rows(&stdout(&output));
    let energy = |row: usize| -> f64 { rows[row]["attention_full_vanilla_pj"].parse().unwrap() };
    // Two multiplications at 3.7 pJ and an addition at 0.9 pJ each.
    let rotary = 2.0 * 25.0 * 512.0 * (2.0 * 3.7 + 0.9);
    assert!((energy(1) - energy(0) - rotary).abs() < 1e-3);
}

#[test]
fn wrong_sweeps_are_refused_and_leave_no_file() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, message) in [
        (
            &["--over", "n=5..1"][..],
            "the range from 5 to 1 is reversed",
        ),
        (&["--over", "n=1..5:0"], "a step is above 0"),
        (&["--over", "n=1..5", "--over", "n=2"], "`n` is given twice"),
        (&["--over", "nn=1..5"], "did you mean `n`?"),
        (&["--over", "n"], "no value for `n`"),
        (&["--over", "n="], "no value after the `=`"),
        (&["--over", "n=-3..5"], "no number from 0 on"),
        (&["--over", "n=1..x"], "no number from 0 on"),
        (
            &["--over", "n=1..1000000000000000", "--limit", "1000000"],
            "more than --limit",
        ),
        (&["--over", "n=1..9", "--shard", "8/8"], "no such part"),
        (&["--over", "n=1..9", "--shard", "x"], "not a part"),
        (
            &["--over", "n=1..9", "--over", "d=1,2", "--zip"],
            "9, 2 values",
        ),
        (
            &["--over", "n=1,2", "--sample", "9"],
            "no range to draw from",
        ),
        (&["--over", "n=1..9:log"], "--sample"),
        (&["--over", "table=45nm,7nm"], "no number to sweep"),
        (
            &["--over", "45nm.fp99.mul=1,2"],
            "`fp99.mul` changes nothing: nothing is computed in fp99",
        ),
        // It does not hide what is missing.
        (
            &[
                "--over",
                "eyeriss.int8.exp=1,2",
                "--table",
                "eyeriss",
                "--format",
                "int16",
            ],
            "table `eyeriss` has no `mul` in int16",
        ),
        (
            &["--over", "rho=0..1:0.5", "--variants", "vanilla"],
            "changes nothing",
        ),
        (&["--over", "n=1..9", "--out", "x.txt"], ".parquet"),
        (
            &["--over", "n=1..1e16"],
            "dim `n` is 10000000000000000: above 10^15",
        ),
        (
            &["--over", "f=2,2e15"],
            "parameter `f` is 2000000000000000: above 10^15",
        ),
        (&["--over", "n=1..9,d=3"], "`--over` takes one axis"),
        (&["--over", "n=1..9", "--set", "n=3"], "`n` is given twice"),
        (
            &["--over", "45nm.fp32.mul=1..9", "--over", "mul.fp32=2"],
            "`45nm.fp32.mul` is given twice",
        ),
        (
            &["--over", "45nm.mul.fp32=1..9", "--set", "fp32.mul=2"],
            "`45nm.fp32.mul` is given twice",
        ),
        (
            &["--over", "fp32.mul=1..9", "--table", "45nm,7nm"],
            "`fp32.mul` is an entry of several tables",
        ),
        (
            &["--over", "vit.n=1..9"],
            "`vit.n` is neither a dim nor a table entry",
        ),
        (
            &["--over", "l1.n=1..9", "--variants", "vanilla,e-att"],
            "variant `l1` is not among those asked for",
        ),
        (
            &["--over", "rotary=0..1000", "--over", "n=1..9"],
            "1001 values make as many graphs, more than 1000",
        ),
        (&["--over", "45nm.fp32.mull=1..9"], "did you mean `mul`?"),
    ] {
        let all: Vec<&str> = ["sweep", "attention"]
            .iter()
            .chain(arguments)
            .copied()
            .collect();
        let output = picojoule(folder.path(), &all);
        let errors = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {errors}");
        assert!(errors.contains(message), "{arguments:?}: {errors}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

/// A run that is ended leaves whole files or none.
#[cfg(unix)]
#[test]
fn an_interrupted_run_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder.path())
        .args([
            "sweep",
            "attention",
            "--over",
            "n=1..1000000000",
            "--out",
            "rows.csv",
        ])
        .spawn()
        .unwrap();
    let files = || std::fs::read_dir(folder.path()).unwrap().count();
    // It has begun when its file is there.
    for _ in 0..500 {
        if files() > 0 {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert_eq!(files(), 1);
    // The handler is set just after the file is made.
    std::thread::sleep(std::time::Duration::from_millis(300));
    let ended = Command::new("kill")
        .arg(child.id().to_string())
        .status()
        .unwrap();
    assert!(ended.success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert_eq!(files(), 0);
}

/// Points together and each by itself: the same bits, whether rows are plain or have a
/// floor in them, and whether the answers to a condition on the outer axes are few
/// enough to be known beforehand (30 · 30 of a and b) or not (70 · 70). The model takes
/// those at which b divides a.
#[test]
fn points_together_are_what_each_is_alone() {
    let [a, b, c] = ["a", "b", "c"].map(Expr::symbol);
    let quotient = a.divide(&b).unwrap();
    let plain = &quotient + &(&a * &c).scale(&whole(3).recip());
    let half = c.scale(&whole(2).recip()).floor();
    let floors = [
        &(&half * &a) + &b,
        &quotient.floor() * &half,
        c.divide(&b).unwrap().floor(),
    ];
    let divides = Constraint {
        what: "a/b".to_owned(),
        expr: quotient,
        rule: Rule::Extent,
        place: Place::whole(&Source::new("test", String::new())),
    };
    for outputs in [vec![plain.clone()], [&[plain][..], &floors].concat()] {
        for most in [30, 70] {
            let axis = |name: &str, count| SweepAxis {
                symbol: Symbol::new(name),
                values: AxisValues::Steps {
                    from: whole(1),
                    step: whole(1),
                    count,
                },
            };
            let axes = vec![axis("a", most), axis("b", most), axis("c", 9)];
            let constraints = std::slice::from_ref(&divides);
            let sweep = Sweep::new(
                SweepGrid { axes },
                &outputs,
                constraints,
                &Bindings::default(),
            )
            .unwrap();
            let together = sweep.evaluate(0..sweep.points());
            let mut row = 0;
            for point in 0..sweep.points() {
                let at = sweep.at(point);
                if at[0] % at[1] != 0.0 {
                    continue;
                }
                assert_eq!(together.number(row), Some(point));
                if point % 5 == 0 {
                    let alone = sweep.evaluate(point..point + 1);
                    let of = |columns: &[Vec<f64>], row: usize| -> Vec<u64> {
                        columns.iter().map(|column| column[row].to_bits()).collect()
                    };
                    assert_eq!(of(&together.axes, row), of(&alone.axes, 0));
                    assert_eq!(of(&together.outputs, row), of(&alone.outputs, 0), "{at:?}");
                    assert_eq!(at, alone.axes.concat());
                }
                row += 1;
            }
            assert_eq!(together.len(), row);
            assert_eq!(together.number(row), None);
            assert_eq!(together.refused, sweep.points() - row as u64);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    /// The bulk evaluation of a grid is the exact one, for expressions with
    /// floors, maxima and quotients of sums as well.
    #[test]
    fn bulk_and_exact_values_agree(
        counts in proptest::collection::vec(1_u64..5, 3),
        from in proptest::collection::vec(1_i64..9, 3),
        start in 0_u64..20,
    ) {
        let names = ["a", "b", "c"];
        let [a, b, c] = names.map(Expr::symbol);
        let outputs = [
            &(&a * &b).divide(&c).unwrap() + &Expr::symbol("k"),
            (&(&a + &c).divide(&(&b + &c)).unwrap() * &b.larger(&a)) ,
            (&a - &Expr::one()).scale(&whole(2).recip()).floor(),
        ];
        let axes: Vec<SweepAxis> = (0..3)
            .map(|at| SweepAxis {
                symbol: Symbol::new(names[at]),
                values: AxisValues::Steps { from: whole(from[at]), step: whole(1), count: counts[at] },
            })
            .collect();
        let mut values = Bindings::default();
        values.set(Symbol::new("k"), whole(5));
        let sweep = Sweep::new(SweepGrid { axes: axes.clone() }, &outputs, &[] as &[Constraint], &values).unwrap();
        let start = start.min(sweep.points());
        let batch = sweep.evaluate(start..sweep.points());
        prop_assert_eq!(batch.len() as u64, sweep.points() - start);
        for row in 0..batch.len() {
            let number = batch.number(row).unwrap();
            let own: Vec<f64> = batch.axes.iter().map(|axis| axis[row]).collect();
            prop_assert_eq!((number, own), (start + row as u64, sweep.at(number)));
            for (at, name) in names.iter().enumerate() {
                values.set(Symbol::new(name), whole(batch.axes[at][row] as i64));
            }
            for (output, expr) in batch.outputs.iter().zip(&outputs) {
                let exact = picojoule::number::to_f64(&expr.evaluate(&values).unwrap());
                prop_assert!((output[row] - exact).abs() <= 1e-12 * exact.abs().max(1.0));
            }
        }
    }
}

/// A formula over n, m and k as a model writes it.
fn formula() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        prop::sample::select(vec!["n", "m", "k", "n", "m"]).prop_map(str::to_owned),
        (1_u64..8).prop_map(|number| number.to_string()),
    ];
    leaf.prop_recursive(3, 12, 2, |inner| {
        let pair = (inner.clone(), inner);
        prop_oneof![
            pair.clone().prop_map(|(a, b)| format!("({a} + {b})")),
            pair.clone().prop_map(|(a, b)| format!("({a} - {b})")),
            pair.clone().prop_map(|(a, b)| format!("{a} * {b}")),
            pair.clone()
                .prop_map(|(a, b)| format!("floor({a} / ({b}))")),
            pair.clone().prop_map(|(a, b)| format!("ceil({a} / ({b}))")),
            pair.clone().prop_map(|(a, b)| format!("max({a}, {b})")),
            pair.prop_map(|(a, b)| format!("min({a}, {b})")),
        ]
    })
}

/// Sizes of every order, and what lies next to where doubles end or halves do.
fn size() -> impl Strategy<Value = u64> {
    prop_oneof![
        1_u64..12,
        1_u64..100_000,
        prop::sample::select(vec![
            3_000_000_001,
            1 << 40,
            999_999_999_999_999,
            1_000_000_000_000_000
        ]),
        (1_u64..50, 0_u64..3)
            .prop_map(|(bits, more)| ((1 << bits) + more).min(1_000_000_000_000_000)),
    ]
}

proptest! {
    #![proptest_config(cases(200))]

    /// At every point of a grid a sweep gives what an estimate gives there, or
    /// refuses what that refuses; of a sample likewise.
    #[test]
    fn sweeps_are_estimates(
        each in formula(),
        split in prop::sample::select(vec!["n", "(m * k)", "(n + m)", "(n * m)"]),
        sizes in proptest::collection::vec(proptest::collection::vec(size(), 2), 3),
    ) {
        let text = format!(
            "name = 'net'\ninputs = {{ x = 'n', y = 'm', z = 'm k' }}\ndims = {{ n = 1, m = 1, k = 1 }}\n\
             [[op]]\nname = 'each'\neach = {{ add = '{each}', mul = 'n / 3' }}\ninputs = ['x']\n\
             [[op]]\nname = 'split'\nmove = '{split}'\ninputs = ['x', 'y', 'z']\n",
        );
        let model = model(&text);
        let free = BTreeSet::new();
        let table = table("45nm");
        let pricing = CostModel { table: &table, format: format("fp32"), zero_cost: &free, memory: None, static_energy: false };
        let open = picojoule::graph::lower_unchecked(&model, "net", &[], picojoule::graph::Unfold::No);
        // Some formulas have no value whatever the dims are.
        let Ok(open) = open.and_then(|graph| picojoule::energy::Counted::new(graph, Default::default())) else {
            return Ok(());
        };
        // What is wrong wherever the sweep goes is told of before it.
        let swept = ["n", "m", "k"].map(Symbol::new);
        if open.graph.check_without(&swept).is_err() {
            return Ok(());
        }
        let energy = priced(&open, &pricing, &["each".to_owned()]).unwrap();
        let mut values = Bindings::default();
        entry_values(&pricing, &mut values);
        let axes: Vec<SweepAxis> = ["n", "m", "k"].iter().zip(&sizes).map(|(name, sizes)| SweepAxis {
            symbol: Symbol::new(name),
            values: AxisValues::List(sizes.iter().copied().map(whole).collect()),
        }).collect();
        let outputs = std::slice::from_ref(&energy);
        let constraints = open.graph.constraints();
        let grid = Sweep::new(SweepGrid { axes: axes.clone() }, outputs, constraints, &values).unwrap();
        let zipped = PointSet::new(Sampling::Zip(axes), outputs, constraints, &values).unwrap();
        let single = |at: &[f64]| {
            let dims: Vec<(&str, String)> =
                ["n", "m", "k"].into_iter().zip(at.iter().map(|x| x.to_string())).collect();
            let graph = picojoule::graph::lower(&model, "net", &set(&dims), picojoule::graph::Unfold::No);
            let counted = graph.and_then(|graph| picojoule::energy::Counted::new(graph, Default::default()));
            counted.ok().map(|counted| estimate(&counted, &pricing, &[]).unwrap().total().picojoules())
        };
        let points = (0..8).map(|point| (grid.at(point), grid.evaluate(point..point + 1)));
        let points = points.chain((0..2).map(|point| (zipped.at(point), zipped.evaluate(point..point + 1))));
        for (at, batch) in points {
            match single(&at) {
                None => prop_assert_eq!(batch.refused, 1, "{} at {:?}: {:?}", text, at, batch),
                Some(energy) => {
                    prop_assert_eq!(batch.refused, 0, "{} at {:?}", text, at);
                    let swept = batch.outputs[0][0];
                    prop_assert!((swept - energy).abs() <= 1e-12 * energy, "{} at {:?}: {} {}", text, at, swept, energy);
                }
            }
        }
    }
}

/// The energy of every shipped transformer in bulk is that of an estimate.
#[test]
fn every_model_can_be_swept() {
    let free = BTreeSet::new();
    let table = table("45nm");
    let pricing = CostModel {
        table: &table,
        format: format("fp32"),
        zero_cost: &free,
        memory: None,
        static_energy: false,
    };
    for name in [
        "bert-base",
        "gpt2",
        "llama-3.1-8b",
        "transformer-base",
        "vit-b-16",
    ] {
        let counted = counted(&shipped(name), "e-att", &set::<u8>(&[]));
        let single = estimate(&counted, &pricing, &[]).unwrap();
        let expr = priced(&counted, &pricing, &single.stages).unwrap();
        let mut values = counted.graph.values();
        entry_values(&pricing, &mut values);
        let axis = SweepAxis {
            symbol: Symbol::new("layers"),
            values: AxisValues::List(vec![values.get(&Symbol::new("layers")).unwrap().clone()]),
        };
        let sweep = Sweep::new(
            SweepGrid { axes: vec![axis] },
            &[expr],
            counted.graph.constraints(),
            &values,
        )
        .unwrap();
        let batch = sweep.evaluate(0..1);
        let total = single.total().picojoules();
        assert!((batch.outputs[0][0] / total - 1.0).abs() < 1e-12, "{name}");
    }
}
