//! Sweeps beside their limit and their rivals: ten million points over n, d, h
//! and ρ, both variants and both scopes of E-Att.
//!
//! | row | what it is |
//! |---|---|
//! | hand-written | the same closed form as a plain Rust loop: the limit |
//! | sweep, 1 thread; 2 threads | the engine behind `picojoule sweep` |
//! | NumPy | the formula vectorised, as a researcher would write it |
//! | graph anew | lowering the model and pricing it for each point |
//!
//! `cargo bench` prints points per second and the ratio to the first row. All
//! rows run one after the other in one process (NumPy in a child of its own).

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::hint::black_box;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use picojoule::energy::{CostModel, Counted, entry_values, estimate, priced};
use picojoule::formula::Formula;
use picojoule::graph::{Setting, Unfold, lower};
use picojoule::loader::Loader;
use picojoule::model::Model;
use picojoule::number::whole;
use picojoule::source::{Place, Problems, Source, Spanned};
use picojoule::sweep::{
    AxisValues, Batch, Sweep, SweepAxis, SweepGrid, SweepPoints, savings, stream,
};
use picojoule::symbolic::{Bindings, Expr, Symbol};
use picojoule::table::EnergyTable;

fn table() -> Arc<EnergyTable> {
    Loader::shipped().table("45nm").unwrap()
}

fn model(name: &str) -> Arc<Model> {
    Loader::shipped().model(name).unwrap()
}

fn counted(model: &Model, variant: &str, set: &[(&str, String)]) -> Counted {
    let settings: Vec<Setting> = set
        .iter()
        .map(|(name, value)| {
            let place = Place::whole(&Source::new("bench", value.clone()));
            Setting {
                name: Spanned::new((*name).to_owned(), place.clone()),
                formula: Formula::read(value, &place, &mut Problems::new()).unwrap(),
            }
        })
        .collect();
    let graph = lower(model, variant, &settings, Unfold::No).unwrap();
    Counted::new(graph, Default::default()).unwrap()
}

/// n to 500, d in steps of 64, eight head counts that divide them, ρ to 1: ten
/// million points.
const SIZES: [u64; 4] = [500, 25, 8, 100];

fn axes() -> Vec<SweepAxis> {
    let steps = |from: i64, step: (i64, i64), count: u64| AxisValues::Steps {
        from: whole(from) * num_rational::BigRational::new(step.0.into(), step.1.into()),
        step: num_rational::BigRational::new(step.0.into(), step.1.into()),
        count,
    };
    let values = [
        ("n", steps(1, (1, 1), SIZES[0])),
        ("d", steps(1, (2520 * 64, 2520), SIZES[1])),
        (
            "h",
            AxisValues::List([1, 2, 4, 8, 16, 32, 64, 1].map(whole).to_vec()),
        ),
        ("rho", steps(1, (1, 100), SIZES[3])),
    ];
    values
        .into_iter()
        .map(|(name, values)| SweepAxis {
            symbol: Symbol::new(name),
            values,
        })
        .collect()
}

fn sweep(name: &str) -> SweepPoints {
    let (table, free) = (table(), BTreeSet::new());
    let pricing = CostModel {
        table: &table,
        format: "fp32".parse().unwrap(),
        zero_cost: &free,
        memory: None,
        static_energy: false,
    };
    let model = model(name);
    let mut outputs: Vec<Expr> = Vec::new();
    let mut values = Bindings::default();
    let mut constraints = Vec::new();
    for variant in ["vanilla", "e-att"] {
        let counted = counted(&model, variant, &[]);
        for info in counted.graph.symbols() {
            values.set(info.symbol.clone(), info.value.clone());
        }
        constraints.extend(counted.graph.constraints().iter().cloned());
        for scope in ["alignment", "attention"] {
            let scopes = counted.graph.scopes().iter();
            let stages = scopes.filter(|known| known.name == scope);
            let stages: Vec<String> = stages.flat_map(|known| known.stages.clone()).collect();
            outputs.push(priced(&counted, &pricing, &stages).unwrap());
        }
    }
    entry_values(&pricing, &mut values);
    SweepPoints::Grid(
        Sweep::new(SweepGrid { axes: axes() }, &outputs, &constraints, &values).unwrap(),
    )
}

/// Runs `points` through to the two savings; the sum keeps them from being
/// optimised away.
fn run(points: &SweepPoints, threads: usize) -> f64 {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap();
    let mut sum = 0.0;
    pool.install(|| {
        let all = 0..points.count();
        let saved = |_, batch: &mut Batch| {
            let [a, b, c, d] = [0, 2, 1, 3].map(|at| batch.outputs[at].as_slice());
            total(&savings(a, b)) + total(&savings(c, d))
        };
        stream(std::slice::from_ref(points), all, saved, |_, _, part| {
            sum += part;
            Ok::<(), ()>(())
        })
        .unwrap();
    });
    sum
}

/// The sum of a column, eight numbers side by side: one after the other each would
/// wait for the one before.
fn total(column: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let chunks = column.chunks_exact(8);
    let rest: f64 = chunks.remainder().iter().sum();
    for chunk in chunks {
        for (sum, value) in sums.iter_mut().zip(chunk) {
            *sum += value;
        }
    }
    sums.iter().sum::<f64>() + rest
}

/// The closed form of both variants and scopes, written out by hand.
fn by_hand() -> f64 {
    let mut sum = 0.0;
    let heads = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 1.0];
    for n in 1..=SIZES[0] {
        let n = black_box(n as f64);
        for d in 1..=SIZES[1] {
            let d = 64.0 * d as f64;
            for h in heads {
                for rho in 1..=SIZES[3] {
                    let rho = rho as f64 / 100.0;
                    let vanilla = 4.6 * (2.0 * n * d * d + n * n * d);
                    let value = 4.6 * (n * d * d + n * n * d);
                    let cheap = 0.9 * (n * d + 2.0 * rho * n * d * d / h + 2.0 * n * n * d / h);
                    sum += 1.0 - cheap / vanilla;
                    sum += 1.0 - (cheap + value) / (vanilla + value);
                }
            }
        }
    }
    sum
}

/// How often the model can be lowered and priced anew in a second.
fn anew() -> f64 {
    let (table, free) = (table(), BTreeSet::new());
    let pricing = CostModel {
        table: &table,
        format: "fp32".parse().unwrap(),
        zero_cost: &free,
        memory: None,
        static_energy: false,
    };
    let model = model("attention");
    let start = Instant::now();
    let points = 500;
    for n in 1..=points {
        for variant in ["vanilla", "e-att"] {
            let counted = counted(&model, variant, &[("n", n.to_string())]);
            black_box(estimate(&counted, &pricing, &[]).unwrap().total());
        }
    }
    f64::from(points) / start.elapsed().as_secs_f64()
}

/// SweepPoints per second of the best of three runs, and what the last one gave.
fn rate(run: impl Fn() -> f64) -> (f64, f64) {
    let points: u64 = SIZES.iter().product();
    let mut best: f64 = 0.0;
    let mut sum = 0.0;
    for _ in 0..3 {
        let start = Instant::now();
        sum = black_box(run());
        best = best.max(points as f64 / start.elapsed().as_secs_f64());
    }
    (best, sum)
}

fn main() {
    let points: u64 = SIZES.iter().product();
    println!("{points} points over n, d, h, rho: 2 variants × 2 scopes\n");
    let (limit, expected) = rate(by_hand);
    let show = |name: &str, rate: f64| {
        println!(
            "{name:34} {:>9.2} M points/s {:>8.3} of the limit",
            rate / 1e6,
            rate / limit
        );
    };
    show("hand-written Rust loop (limit)", limit);
    for name in ["attention", "transformer-base"] {
        let sweep = sweep(name);
        for threads in [1, 2] {
            let (found, sum) = rate(|| run(&sweep, threads));
            if name == "attention" {
                assert!(
                    (sum / expected - 1.0).abs() < 1e-9,
                    "{sum} is not {expected}"
                );
            }
            show(&format!("sweep {name}, {threads} thread(s)"), found);
        }
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/sweep.py");
    match Command::new("python3").arg(script).output() {
        Ok(output) if output.status.success() => {
            let rate: f64 = String::from_utf8_lossy(&output.stdout)
                .trim()
                .parse()
                .unwrap_or(0.0);
            show("NumPy, vectorised", rate);
        }
        _ => println!("NumPy is not here to be measured (python3 with numpy)"),
    }
    show("lowering the graph anew", anew());
}
