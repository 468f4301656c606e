//! Sweeps beside a loop by hand and their rivals: ten million points over n, d, h
//! and ρ, both variants and both scopes of E-Att; and beside a grid what is worked out
//! another way: samples, floors.
//!
//! | row | what it is |
//! |---|---|
//! | hand-written | the same closed form as a plain Rust loop |
//! | sweep, 1 thread; 2 threads | the engine behind `picojoule sweep`, and the sum of what is saved |
//! | in ten columns | the same as a table: four axes, four energies, two savings |
//! | a grid, a sample, a Latin hypercube | the same closed forms over n and ρ |
//! | a plain size, a floor | a product whose size is an axis, or a floor of it |
//! | NumPy | the formula vectorised, as a researcher would write it: the sum alone, and as a table of ten columns; both in parts that stay in the cache, too |
//! | graph anew | lowering the model and pricing it for each point |
//!
//! `cargo bench` prints points per second of the processor, so that other work on the
//! machine does not count, and the ratio to the first row of each group. The rows of a
//! group take turns in one process (NumPy in a child of its own).
//!
//! What is possible: a saving takes a division, and so a point takes two, which are
//! about 0.55 ns on a processor that does four or eight at once; the ten columns that a
//! point stands in take about as long to write into the second level of the cache. A sweep
//! takes 1.2 ns for the sum, and 1.5 ns with all columns. The loop by hand divides four
//! times, one or two numbers at once, writes nothing, and takes about 4 ns. NumPy's arrays
//! of ten million numbers do not stay in the cache; those of its rows in parts do.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::hint::black_box;
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

use num_rational::BigRational;
use picojoule::energy::{self, CostModel, Counted, entry_values, estimate};
use picojoule::formula::Formula;
use picojoule::graph::{Constraint, Setting, Unfold, lower};
use picojoule::loader::Loader;
use picojoule::model::Model;
use picojoule::number::whole;
use picojoule::source::{Place, Problems, Source, Spanned};
use picojoule::sweep::{
    AxisValues, Batch, PointSet, SampledRange, Sampling, Sweep, SweepAxis, SweepGrid, SweepPoints,
    savings, stream,
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

/// How often each row is run.
const TURNS: usize = 15;

fn axis(name: &str, values: AxisValues) -> SweepAxis {
    let symbol = Symbol::new(name);
    SweepAxis { symbol, values }
}

/// So many steps from the first one on, each so many parts of so many.
fn steps((part, of): (i64, i64), count: u64) -> AxisValues {
    let step = BigRational::new(part.into(), of.into());
    AxisValues::Steps {
        from: step.clone(),
        step,
        count,
    }
}

fn axes() -> Vec<SweepAxis> {
    let heads = AxisValues::List([1, 2, 4, 8, 16, 32, 64, 1].map(whole).to_vec());
    vec![
        axis("n", steps((1, 1), SIZES[0])),
        axis("d", steps((64, 1), SIZES[1])),
        axis("h", heads),
        axis("rho", steps((1, 100), SIZES[3])),
    ]
}

/// What is worked out at every point.
struct Priced {
    outputs: Vec<Expr>,
    constraints: Vec<Constraint>,
    values: Bindings,
}

impl Priced {
    fn of(model: &Model, variants: &[&str], scopes: &[&str]) -> Priced {
        let (table, free) = (table(), BTreeSet::new());
        let pricing = CostModel {
            table: &table,
            format: "fp32".parse().unwrap(),
            zero_cost: &free,
            memory: None,
            static_energy: false,
        };
        let mut priced = Priced {
            outputs: Vec::new(),
            constraints: Vec::new(),
            values: Bindings::default(),
        };
        let mut energies = Vec::new();
        for variant in variants {
            let counted = counted(model, variant, &[]);
            for info in counted.graph.symbols() {
                priced.values.set(info.symbol.clone(), info.value.clone());
            }
            priced
                .constraints
                .extend(counted.graph.constraints().iter().cloned());
            for scope in scopes {
                let known = counted.graph.scopes().iter();
                let stages = known.filter(|known| known.name == *scope);
                let stages: Vec<String> = stages.flat_map(|known| known.stages.clone()).collect();
                let energy = energy::priced(&counted, &pricing, &stages).unwrap();
                energies.push(energy);
            }
        }
        // Scope by scope, as the sweep of the program has them.
        for scope in 0..scopes.len() {
            let of_scope = energies.iter().skip(scope).step_by(scopes.len());
            priced.outputs.extend(of_scope.cloned());
        }
        entry_values(&pricing, &mut priced.values);
        priced
    }

    fn over(&self, axes: Vec<SweepAxis>) -> SweepPoints {
        let grid = SweepGrid { axes };
        SweepPoints::Grid(Sweep::new(grid, &self.outputs, &self.constraints, &self.values).unwrap())
    }

    fn at(&self, sampling: Sampling) -> SweepPoints {
        SweepPoints::Set(
            PointSet::new(sampling, &self.outputs, &self.constraints, &self.values).unwrap(),
        )
    }
}

/// The sweep of a model over the four axes.
fn sweep(name: &str) -> SweepPoints {
    let variants = ["vanilla", "e-att"];
    Priced::of(&model(name), &variants, &["alignment", "attention"]).over(axes())
}

/// A grid of ten million points, and so many drawn at random.
fn samples() -> [(&'static str, SweepPoints); 3] {
    let model = model("attention");
    let priced = Priced::of(&model, &["vanilla", "e-att"], &["alignment", "attention"]);
    let grid = vec![
        axis("n", steps((1, 1), 10_000)),
        axis("rho", steps((1, 1000), 1000)),
    ];
    let drawn = |latin| {
        let range = |name, from, to, whole| SampledRange {
            symbol: Symbol::new(name),
            from,
            to,
            log: false,
            whole,
        };
        priced.at(Sampling::Random {
            ranges: vec![
                range("n", 1.0, 10_000.0, true),
                range("rho", 0.001, 1.0, false),
            ],
            points: 10_000_000,
            seed: 1,
            latin,
        })
    };
    [
        ("a grid of n and rho", priced.over(grid)),
        ("a sample of them", drawn(false)),
        ("a Latin hypercube", drawn(true)),
    ]
}

/// A product whose size is an axis, and one whose size is a floor of it.
fn floors() -> [(&'static str, SweepPoints); 2] {
    [
        ("a plain size", "n"),
        ("a size under a floor", "floor(n / 4)"),
    ]
    .map(|(title, size)| {
        let text = format!(
            "name = \"pooled\"\ninputs = {{ x = \"w d\" }}\n\
             dims = {{ n = 4, d = 8, w = \"{size}\" }}\n\
             [[op]]\nname = \"product\"\neinsum = \"w d, d e -> w e\"\n\
             inputs = [\"x\", {{ weight = \"d d\" }}]\n"
        );
        let source = Source::new("pooled.toml", text);
        let model = Model::read(&source, &Loader::shipped()).unwrap();
        let axes = vec![
            axis("d", steps((1, 1), 1000)),
            axis("n", steps((4, 1), 10_000)),
        ];
        (
            title,
            Priced::of(&model, &["pooled"], &["pooled"]).over(axes),
        )
    })
}

/// What a row makes of the points.
#[derive(Clone, Copy, PartialEq)]
enum Made {
    /// The sum of what the second variant saves in every scope, or of the energy alone.
    Sum,
    /// All columns of a table, chunk by chunk: the axes, the energies and what is saved.
    Columns,
}

/// Runs `points` through; the sum keeps them from being optimised away.
fn run(points: &SweepPoints, made: Made) -> f64 {
    let mut sum = 0.0;
    let all = 0..points.count();
    let saved = |_, batch: &mut Batch| {
        if made == Made::Columns {
            points.fill_axes(batch);
            batch.fill_savings(2);
            black_box(&batch.axes);
            return batch.savings.iter().map(|saved| total(saved)).sum();
        }
        match batch.outputs.as_slice() {
            [energy] => total(energy),
            all => all
                .chunks(2)
                .map(|pair| total_saved(&pair[0], &pair[1]))
                .sum(),
        }
    };
    stream(std::slice::from_ref(points), all, saved, |_, part| {
        sum += part;
        Ok::<(), ()>(())
    })
    .unwrap();
    sum
}

/// The sum of a column, eight numbers side by side: one after the other each would
/// wait for the one before.
fn total(column: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (chunks, rest) = column.as_chunks::<8>();
    for chunk in chunks {
        // Counted, as zipped arrays are not always seen through.
        #[allow(clippy::needless_range_loop)]
        for lane in 0..8 {
            sums[lane] += chunk[lane];
        }
    }
    sums.iter().chain(rest).sum()
}

/// The sum of what is saved, in parts that stay in the cache.
fn total_saved(baseline: &[f64], energies: &[f64]) -> f64 {
    let parts = baseline.chunks(512).zip(energies.chunks(512));
    let mut saved = Vec::new();
    let sums = parts.map(|(a, b)| {
        savings(a, b, &mut saved);
        total(&saved)
    });
    sums.sum()
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

/// The time that the processor has spent on this process: other processes on the
/// machine do not count.
#[cfg(unix)]
fn spent() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

#[cfg(not(unix))]
fn spent() -> f64 {
    use std::sync::LazyLock;
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed().as_secs_f64()
}

/// What is measured: a name, and a run that gives a sum.
type Row<'r> = (&'r str, Box<dyn Fn() -> f64 + 'r>);

/// A sweep on so many threads.
fn swept<'r>(title: &'r str, points: &'r SweepPoints, threads: usize, made: Made) -> Row<'r> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads);
    let pool = pool.build().unwrap();
    (title, Box::new(move || pool.install(|| run(points, made))))
}

/// Prints points per second of the processor, of the best of many runs of each row, in
/// which they took turns, and how often that of the first row. What the first one gave,
/// and its rate.
fn compare(rows: &[Row<'_>]) -> (f64, f64) {
    let points: u64 = SIZES.iter().product();
    let mut found = vec![(0.0_f64, 0.0); rows.len()];
    for _ in 0..TURNS {
        for ((_, run), (best, sum)) in rows.iter().zip(&mut found) {
            let start = spent();
            *sum = black_box(run());
            *best = best.max(points as f64 / (spent() - start));
        }
    }
    for ((name, _), (rate, _)) in rows.iter().zip(&found) {
        show(name, *rate, found[0].0);
    }
    println!();
    found[0]
}

fn show(name: &str, rate: f64, first: f64) {
    println!(
        "{name:34} {:>9.2} M points/s {:>8.3} ×",
        rate / 1e6,
        rate / first
    );
}

fn main() {
    println!("Points per second of the processor, and how often the first row's\n");
    let [attention, transformer] = ["attention", "transformer-base"].map(sweep);
    let (limit, expected) = compare(&[
        ("hand-written Rust loop (limit)", Box::new(by_hand)),
        swept("sweep attention, 1 thread(s)", &attention, 1, Made::Sum),
        swept("… in ten columns", &attention, 1, Made::Columns),
        swept("sweep attention, 2 thread(s)", &attention, 2, Made::Sum),
        swept(
            "sweep transformer-base, 1 thread(s)",
            &transformer,
            1,
            Made::Sum,
        ),
    ]);
    let sum = run(&attention, Made::Columns);
    assert!(
        (sum / expected - 1.0).abs() < 1e-9,
        "{sum} is not {expected}"
    );
    for group in [Vec::from(samples()), Vec::from(floors())] {
        let rows = group
            .iter()
            .map(|(title, points)| swept(title, points, 1, Made::Sum));
        compare(&rows.collect::<Vec<_>>());
    }
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/benches/sweep.py");
    match Command::new("python3").arg(script).output() {
        Ok(output) if output.status.success() => {
            let rates: BTreeMap<String, f64> = serde_json::from_slice(&output.stdout).unwrap();
            for (made, rate) in rates {
                show(&format!("NumPy, {made}"), rate, limit);
            }
        }
        _ => println!("NumPy is not here to be measured (python3 with numpy)"),
    }
    show("lowering the graph anew", anew(), limit);
}
