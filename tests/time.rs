//! Time and static energy: rooflines by hand, the laws that they keep, and what is
//! said where a table does not say enough.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use std::path::PathBuf;

use common::{assert_close, counted, format, model, ratio, set, shipped, whole};
use num_rational::BigRational;
use num_traits::Zero;
use picojoule::energy::{
    Bound, CostModel, Counted, Estimate, Memory, Part, entry_values, estimate, priced,
};
use picojoule::loader::Loader;
use picojoule::movement::{Movement, MovementOptions, Tiles};
use picojoule::number::{parse_decimal, plain, to_f64};
use picojoule::source::Source;
use picojoule::symbolic::{Bindings, Expr, Symbol};
use picojoule::table::{DeviceNumber, EnergyTable};
use picojoule::threshold::{Claim, Holds, Side, Solution, Span, ThresholdAxis, solve};
use proptest::prelude::*;

/// A device of 900 operations and 400 bytes a second that takes 100 W.
const DEVICE: &str = "[device]\n\
    static = { watts = 100, range = [50, 150], source = \"s\", confidence = \"low\" }\n\
    [device.peak]\nfp32 = { gops = 9e-7, source = \"s\", confidence = \"high\" }\n";
const DRAM: &str = "[[memory]]\nlevel = \"dram\"\nper = \"byte\"\npj = 2\nsource = \"s\"\n\
    confidence = \"high\"\nbandwidth = { mb_s = 4e-4, source = \"s\", confidence = \"medium\" }\n\
    [[hierarchy]]\nname = \"h\"\nlevels = [\"dram\"]\n";
const PRICES: &str = "mul = { pj = 2, source = \"s\", confidence = \"high\" }\n\
    add = { pj = 1, source = \"s\", confidence = \"high\" }\n";

/// A table with these sections, that derives other prices from `add`.
fn text(rest: &str) -> String {
    let every = ["sub", "compare", "abs", "exp", "div", "select", "sqrt"];
    let every = every.map(|name| format!("{name} = \"add\"\n")).concat();
    format!("{}\n[every]\n{every}", bare(rest))
}

/// A table with these sections alone.
fn bare(rest: &str) -> String {
    format!(
        "name = \"dev\"\nboundary = \"device\"\nkind = \"measured\"\n\
         [source.s]\ntitle = \"A sheet\"\nwhere = \"here\"\n{rest}\n"
    )
}

fn read(text: &str) -> EnergyTable {
    let source = Source::new("dev.toml", text);
    EnergyTable::read(&source, &Loader::shipped()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn device(rest: &str) -> EnergyTable {
    read(&text(&format!("[fp32]\n{PRICES}{rest}")))
}

/// 6×10 by 10×15: 900 products and sums; 60 inputs, 150 weights and 90 results.
fn product() -> Counted {
    let text = "name = \"one\"\ninputs = { a = \"m k\" }\n[dims]\nm = 6\nk = 10\nn = 15\n\
        [[op]]\nname = \"c\"\neinsum = \"m k, k n -> m n\"\ninputs = [\"a\", { weight = \"k n\" }]\n";
    counted(&model(text), "one", &set::<u8>(&[]))
}

fn memory(table: &EnergyTable, movement: Movement) -> Memory {
    Memory {
        table: table.name().to_owned(),
        movement,
        options: MovementOptions::default(),
        levels: table.levels(None).unwrap(),
    }
}

fn pricing<'t>(table: &'t EnergyTable, memory: Option<&'t Memory>) -> CostModel<'t> {
    CostModel {
        table,
        format: format("fp32"),
        zero_cost: common::NONE_FREE,
        memory,
        static_energy: true,
    }
}

fn of(counted: &Counted, table: &EnergyTable, movement: Option<Movement>) -> Estimate {
    let memory = movement.map(|movement| memory(table, movement));
    let found = estimate(counted, &pricing(table, memory.as_ref()), &[]);
    found.unwrap_or_else(|problems| panic!("{problems}"))
}

fn seconds(estimate: &Estimate) -> BigRational {
    estimate.timing.as_ref().unwrap().seconds(|_| true).unwrap()
}

/// 1800 operations at 900 a second take 2 s. Of 4 bytes each, 300 numbers are
/// 1200 bytes, which take 3 s at 400 a second: the op takes 3 s, and the device
/// 300 J all the while. Arithmetic alone is 2 s and 200 J.
#[test]
fn an_op_takes_as_long_as_the_slowest_of_what_it_does() {
    let table = device(&format!("{DEVICE}{DRAM}"));
    let both = of(&product(), &table, Some(Movement::Compulsory));
    let timing = both.timing.as_ref().unwrap();
    let [op] = timing.ops.as_deref().unwrap() else {
        panic!("one op")
    };
    assert_eq!(op.arithmetic, whole(2));
    assert_eq!(op.levels, [Some(whole(3))]);
    assert_eq!((op.seconds.clone(), op.bound), (whole(3), Bound::Level(0)));
    assert_eq!(both.statics().unwrap().joules(), 300.0);
    // 900·2 + 900·1 pJ, 1200 bytes at 2 pJ, and 300 J.
    assert_eq!(both.arithmetic().unwrap().picojoules(), 2700.0);
    assert_eq!(both.movement().unwrap().picojoules(), 2400.0);
    assert_eq!(both.total().picojoules(), 300e12 + 5100.0);
    let alone = of(&product(), &table, None);
    assert_eq!(seconds(&alone), whole(2));
    assert_eq!(alone.statics().unwrap().joules(), 200.0);
    // 450 operations a second take 4 s, and then the memory waits.
    let peak = DeviceNumber::parse("fp32", "tops").unwrap();
    let slow = table
        .with_device(peak, parse_decimal("450e-12").unwrap())
        .unwrap();
    let slow = of(&product(), &slow, Some(Movement::Compulsory));
    assert_eq!(seconds(&slow), whole(4));
    assert_eq!(
        slow.timing.unwrap().ops.unwrap()[0].bound,
        Bound::Arithmetic
    );
}

/// Half a second a launch comes on top: 3.5 s and 350 J. What a run takes beside is
/// no time, and belongs to the whole alone.
#[test]
fn launches_and_runs_come_on_top() {
    let more = "launch = { milliseconds = 500, source = \"s\", confidence = \"low\" }\n\
        inference = { joules = 7, source = \"s\", confidence = \"low\" }\n";
    let table = device(&format!(
        "{}{DRAM}",
        DEVICE.replacen("[device]\n", &format!("[device]\n{more}"), 1)
    ));
    let found = of(&product(), &table, Some(Movement::Compulsory));
    assert_eq!(seconds(&found), ratio(7, 2));
    assert_eq!(found.statics().unwrap().joules(), 357.0);
    let groups = found.by(picojoule::energy::By::Stage);
    let joules: Vec<f64> = (groups.iter())
        .map(|group| group.statics().unwrap().joules())
        .collect();
    assert_eq!(joules, [350.0, 7.0]);
    assert_eq!(groups[1].name, picojoule::energy::INFERENCE);
    let parts = found.parts_of_scope(Estimate::WHOLE);
    let statics = parts
        .iter()
        .find(|(part, _)| *part == Part::Static)
        .unwrap();
    assert_eq!(statics.1.unwrap().joules(), 357.0);
}

/// Both halves of a multiply–accumulate are met at the peak of its operands: in
/// int8/int32 there is no need of one for int32. What has no peak is named, and
/// then there is neither time nor static energy, not 0 of them.
#[test]
fn a_missing_peak_is_named() {
    let int8 = "[int8]\nmul = { pj = 1, source = \"s\", confidence = \"high\" }\n\
        [int32]\nadd = { pj = 1, source = \"s\", confidence = \"high\" }\n";
    let rest = DEVICE.replace("fp32 =", "int8 =");
    let table = device(&format!("{int8}{rest}"));
    let model = CostModel {
        format: format("int8/int32"),
        ..pricing(&table, None)
    };
    let found = estimate(&product(), &model, &[]).unwrap();
    assert_eq!(seconds(&found), whole(2));
    let lacking = of(&product(), &table, None);
    let timing = lacking.timing.as_ref().unwrap();
    let missing = timing.ops.as_ref().unwrap_err();
    assert_eq!(
        missing.words(),
        "table `dev` has no peak in fp32, which op `c` needs"
    );
    assert_eq!(timing.seconds(|_| true), None);
    assert_eq!(lacking.statics(), None);
    assert_eq!(lacking.total(), lacking.arithmetic().unwrap());
    // Where an expression is asked for, it is a mistake.
    let stages = product().stages_of("model").unwrap();
    let told = priced(&product(), &pricing(&table, None), &stages).unwrap_err();
    assert!(told.to_string().contains("no peak in fp32"), "{told}");
    let without = device("");
    let told = priced(&product(), &pricing(&without, None), &stages).unwrap_err();
    assert!(
        told.to_string().contains("table `dev` has no static power"),
        "{told}"
    );
    assert_eq!(of(&product(), &without, None).statics(), None);
}

/// A table of peaks and bandwidths alone gives time and static energy, and neither
/// arithmetic nor movement.
#[test]
fn what_has_no_price_is_left_out() {
    let dram = "[[memory]]\nlevel = \"dram\"\nbandwidth = { mb_s = 4e-4, source = \"s\", confidence = \"high\" }\n\
        [[hierarchy]]\nname = \"h\"\nlevels = [\"dram\"]\n";
    let table = read(&bare(&format!("{DEVICE}{dram}")));
    let found = of(&product(), &table, Some(Movement::Compulsory));
    assert_eq!((found.arithmetic(), found.movement()), (None, None));
    assert_eq!(found.total().joules(), 300.0);
    assert_eq!(found.moved.as_ref().unwrap().unpriced(), ["dram"]);
    let group = &found.by(picojoule::energy::By::Stage)[0];
    assert_eq!((group.arithmetic(), group.movement()), (None, None));
    assert_eq!(group.energy().unwrap().joules(), 300.0);
    let memory = memory(&table, Movement::Compulsory);
    let without = CostModel {
        static_energy: false,
        ..pricing(&table, Some(&memory))
    };
    let told = estimate(&product(), &without, &[]).unwrap_err().to_string();
    assert!(told.contains("`dev` prices no operation"), "{told}");
}

/// A device of two levels, both of which may hold an op up.
fn attention_device() -> EnergyTable {
    let sram = "[[memory]]\nlevel = \"sram\"\nsize_kib = 8\nper = \"byte\"\npj = 1\nsource = \"s\"\n\
        confidence = \"high\"\nbandwidth = { gb_s = 900, source = \"s\", confidence = \"high\" }\n";
    let launch = "[device]\nlaunch = { microseconds = 3, source = \"s\", confidence = \"low\" }\n\
        inference = { microjoules = 40, source = \"s\", confidence = \"low\" }\n";
    let device = DEVICE.replace("[device]\n", launch).replace("9e-7", "5000");
    let dram = DRAM
        .replace("mb_s = 4e-4", "gb_s = 60")
        .replace("[\"dram\"]", "[\"sram\", \"dram\"]");
    self::device(&format!("{device}{sram}{dram}"))
}

fn attention(n: u64, variant: &str) -> Counted {
    counted(&shipped("attention"), variant, &set(&[("n", n)]))
}

const MOVEMENTS: [Option<Movement>; 4] = [
    None,
    Some(Movement::NoReuse),
    Some(Movement::Compulsory),
    Some(Movement::Tiled(Tiles::Any)),
];

proptest! {
    #![proptest_config(common::cases(24))]

    /// The energy as an expression in the dims, the peak, the bandwidth and the
    /// power has at every point exactly the value of an estimate there.
    #[test]
    fn expressions_are_the_estimate(
        n in 1_u64..400, tops in 1_i64..9000, rate in 1_i64..3000, watts in 0_i64..400,
        movement in 0_usize..4, binary in any::<bool>(),
    ) {
        let variant = if binary { "e-att" } else { "vanilla" };
        let open = attention(16, variant);
        let table = attention_device();
        let memory = MOVEMENTS[movement].map(|movement| memory(&table, movement));
        let pricing = pricing(&table, memory.as_ref());
        let formula = priced(&open, &pricing, &open.stages_of("model").unwrap()).unwrap();
        let number = |name: &str| {
            let (first, unit) = name.split_once('.').unwrap();
            DeviceNumber::parse(first, unit).unwrap()
        };
        let mut values = open.graph.values();
        entry_values(&pricing, &mut values);
        values.set(Symbol::new("n"), whole(n));
        values.set(Symbol::new("dev.fp32.tops"), ratio(tops, 1000));
        values.set(Symbol::new("dev.dram.gb_s"), whole(rate));
        values.set(Symbol::new("dev.static.watts"), whole(watts));
        let there = table.with_device(number("fp32.tops"), ratio(tops, 1000)).unwrap();
        let there = there.with_device(number("static.watts"), whole(watts)).unwrap();
        let mut at = memory.clone();
        if let Some(memory) = &mut at {
            let bandwidth = picojoule::energy::LevelNumber::Bandwidth;
            prop_assert!(memory.set(1, bandwidth, &whole(rate)));
        }
        let single = estimate(&attention(n, variant), &self::pricing(&there, at.as_ref()), &[]).unwrap();
        let timing = single.timing.as_ref().unwrap();
        let moved = single.moved.iter().flat_map(|moved| &moved.lines);
        let exact: BigRational = (single.lines.iter().filter_map(|line| line.picojoules.as_ref()))
            .chain(moved.filter_map(|line| line.picojoules.as_ref()))
            .sum();
        prop_assert_eq!(formula.evaluate(&values).unwrap(), exact + timing.picojoules().unwrap());
    }

    /// No op takes less than its arithmetic or than any level; what all ops take is
    /// the sum; static energy is linear in the power.
    #[test]
    fn time_is_no_less_than_any_part(n in 1_u64..600, watts in 0_i64..1000, movement in 0_usize..4) {
        let table = attention_device();
        let power = DeviceNumber::Static;
        let at = |watts: i64| {
            let table = table.with_device(power, whole(watts)).unwrap();
            of(&attention(n, "vanilla"), &table, MOVEMENTS[movement])
        };
        let (none, some, twice) = (at(0), at(watts), at(2 * watts));
        let ops = some.timing.as_ref().unwrap().ops.as_ref().unwrap();
        for op in ops {
            let floor = &op.seconds - &op.launches;
            prop_assert!(floor >= op.arithmetic);
            prop_assert!(op.levels.iter().flatten().all(|level| floor >= *level));
        }
        let sum: BigRational = ops.iter().map(|op| &op.seconds).sum();
        prop_assert_eq!(sum.clone(), seconds(&some));
        let exact = |estimate: &Estimate| estimate.timing.as_ref().unwrap().picojoules().unwrap();
        let slope = exact(&some) - exact(&none);
        prop_assert_eq!(exact(&twice) - exact(&none), &slope * whole(2));
        prop_assert_eq!(slope, sum * whole(watts) * whole(1_000_000_000_000_i64));
        // What a run takes is there without any power.
        prop_assert_eq!(exact(&none), whole(40_000_000));
    }
}

/// max(a, b/x): what takes a seconds of arithmetic, and b/x of traffic.
fn longest(a: i64, b: i64) -> Expr {
    let x = Expr::symbol("x");
    Expr::whole(a).larger(&Expr::whole(b).divide(&x).unwrap())
}

/// Where the energy is no more than that of the baseline, for x above 0.
fn no_more(baseline: &Expr, energy: &Expr) -> Solution {
    let mut values = Bindings::default();
    values.set(Symbol::new("x"), whole(1));
    let side = |picojoules| Side {
        picojoules,
        values: &values,
    };
    let x = Symbol::new("x");
    let claim = Claim::new(&x, side(baseline), side(energy), BigRational::zero()).unwrap();
    let axis = ThresholdAxis::of_entry(&x, &whole(1));
    solve(&claim, &axis, &axis.default_range()).unwrap()
}

/// max(3, 6/x) is at least 4 up to x = 3/2. max(3, 6/x) is at least max(2, 8/x)
/// where 3 is at least 8/x: from x = 8/3 on. It is more than 3 up to x = 2, and 3
/// from there on: never less.
#[test]
fn maxima_cross_where_they_do() {
    let spans = |solution: &Solution| -> Vec<(BigRational, Option<BigRational>)> {
        solution
            .holds
            .iter()
            .map(|span| (span.from.clone(), span.to.clone()))
            .collect()
    };
    let constant = no_more(&longest(3, 6), &Expr::whole(4));
    assert_eq!(spans(&constant), [(whole(0), Some(ratio(3, 2)))]);
    let both = no_more(&longest(3, 6), &longest(2, 8));
    assert_eq!(spans(&both), [(ratio(8, 3), None)]);
    let flat = no_more(&longest(3, 6), &Expr::whole(3));
    assert_eq!(spans(&flat), [(whole(0), None)]);
    assert_eq!(flat.crossings[0].side, Holds::Around);
    let none = no_more(&longest(3, 6), &longest(4, 7));
    assert!(none.holds.is_empty() && none.crossings.is_empty());
}

proptest! {
    #![proptest_config(common::cases(200))]

    /// Where sums of maxima cross, against their values at many places.
    #[test]
    fn crossings_of_maxima_are_where_signs_change(
        one in proptest::collection::vec((0_i64..9, 1_i64..9), 1..5),
        other in proptest::collection::vec((0_i64..9, 1_i64..9), 1..5),
    ) {
        let sum = |terms: &[(i64, i64)]| -> Expr {
            terms.iter().map(|(a, b)| longest(*a, *b)).collect::<Vec<_>>().iter().sum()
        };
        let (baseline, energy) = (sum(&one), sum(&other));
        let solution = no_more(&baseline, &energy);
        let mut values = Bindings::default();
        for step in 1..150_i64 {
            let x = ratio(step, 16);
            values.set(Symbol::new("x"), x.clone());
            let difference = baseline.evaluate(&values).unwrap() - energy.evaluate(&values).unwrap();
            let inside = |span: &Span| span.from <= x && span.to.as_ref().is_none_or(|to| x <= *to);
            let holds = solution.holds.iter().any(inside) || solution.identical;
            prop_assert_eq!(holds, difference >= BigRational::zero(), "{} {:?}", x, solution);
        }
    }
}

/// The scores of l1 take three operations where those of vanilla take two: 960 000,
/// 9.6 µs at 10¹¹ a second. Both move 2·25·512 + 8·25² numbers of 4 bytes: 122 400
/// bytes take as long at 12.75 GB/s. Up to there both wait for memory and cost the
/// same; beyond, l1 costs more.
#[test]
fn bandwidths_have_crossovers() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let path = path.to_str().unwrap();
    let common = [
        "--table",
        path,
        "--static",
        "--movement",
        "tiled",
        "--set",
        "fp32.tops=0.1",
    ];
    let asked = [
        "crossover",
        "attention",
        "--between",
        "vanilla,l1",
        "--over",
        "dram.gb_s=1..100000",
    ];
    let found = json(&[&asked[..], &common].concat());
    let crossing = &found["results"][0]["crossings"][0];
    assert_eq!(crossing["exact"], true);
    let root = crossing["value"].as_f64().unwrap();
    assert_eq!(root, 12.75);
    let at = |rate: f64, variant: &str| {
        let set = format!("dram.gb_s={rate}");
        let asked = ["estimate", "attention", "--variant", variant, "--set", &set];
        json(&[&asked[..], &common].concat())["static_pj"]
            .as_f64()
            .unwrap()
    };
    assert_eq!(at(root * 0.99, "vanilla"), at(root * 0.99, "l1"));
    assert!(at(root * 1.01, "vanilla") < at(root * 1.01, "l1"));
}

fn run(arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .args(arguments)
        .output()
        .unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

fn here(arguments: &[&str]) -> String {
    let (status, out, told) = run(arguments);
    assert_eq!(status, Some(0), "{arguments:?}: {told}");
    out
}

fn json(arguments: &[&str]) -> serde_json::Value {
    serde_json::from_str(&here(&[arguments, &["--output", "json"]].concat())).unwrap()
}

/// The table of the tests above as a file.
fn file(folder: &tempfile::TempDir) -> PathBuf {
    let path = folder.path().join("dev.toml");
    let sram = "[[memory]]\nlevel = \"sram\"\nsize_kib = 8\nper = \"byte\"\npj = 1\nsource = \"s\"\n\
        confidence = \"high\"\nbandwidth = { gb_s = 900, source = \"s\", confidence = \"high\" }\n";
    let device = DEVICE.replace("9e-7", "5000");
    let dram = DRAM
        .replace("mb_s = 4e-4", "gb_s = 60")
        .replace("[\"dram\"]", "[\"sram\", \"dram\"]");
    std::fs::write(
        &path,
        text(&format!("[fp32]\n{PRICES}{device}{sram}{dram}")),
    )
    .unwrap();
    path
}

/// Every row of a sweep over a length, a peak and a bandwidth is what an estimate
/// with these settings gives.
#[test]
fn sweeps_are_estimates() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let path = path.to_str().unwrap();
    let common = [
        "attention",
        "--table",
        path,
        "--static",
        "--movement",
        "tiled",
    ];
    let sweep = [
        "sweep",
        "--over",
        "n=1..400:57",
        "--over",
        "fp32.tops=0.1..9.1:3",
        "--over",
        "dram.gb_s=5,60,4000",
        "--over",
        "static.watts=0,80",
        "--scope",
        "model",
        "--variant",
        "vanilla",
        "--output",
        "csv",
    ];
    let rows = here(&[&sweep[..1], &common, &sweep[1..]].concat());
    let mut lines = rows.lines();
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    let at = |name: &str| {
        let found = names.iter().position(|known| *known == name);
        found.unwrap_or_else(|| panic!("{name}: {names:?}"))
    };
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 8 * 4 * 3 * 2);
    for row in rows.iter().step_by(23) {
        let set = |name: &str, column: &str| format!("{name}={}", row[at(column)]);
        let set = [
            set("n", "n"),
            set("fp32.tops", "dev_fp32_tops"),
            set("dram.gb_s", "dev_dram_gb_s"),
            set("static.watts", "dev_static_watts"),
        ];
        let mut arguments = vec!["estimate"];
        arguments.extend(common);
        for one in &set {
            arguments.extend(["--set", one]);
        }
        let single = json(&arguments);
        assert_close(
            row[at("model_vanilla_pj")].parse().unwrap(),
            single["total_pj"].as_f64().unwrap(),
        );
    }
}

/// The parts stand beside each other, and add up; JSON has the time, and `null`
/// where there is none.
#[test]
fn outputs_have_a_third_part() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let path = path.to_str().unwrap();
    let shown = here(&["compare", "attention", "--table", path, "--static"]);
    for scope in [
        "alignment, arithmetic",
        "alignment, static",
        "static energy: 100 W × time of arithmetic alone",
    ] {
        assert!(shown.contains(scope), "{scope}: {shown}");
    }
    assert!(!shown.contains("alignment, movement"), "{shown}");
    let all = json(&[
        "estimate",
        "attention",
        "--table",
        path,
        "--static",
        "--movement",
        "tiled",
    ]);
    let part = |name: &str| all[name].as_f64().unwrap();
    assert_close(
        part("total_pj"),
        part("compute_pj") + part("movement_pj") + part("static_pj"),
    );
    assert_close(part("static_pj"), 100.0 * part("seconds") * 1e12);
    let stages = all["stages"].as_array().unwrap();
    assert_close(
        stages
            .iter()
            .map(|stage| stage["seconds"].as_f64().unwrap())
            .sum(),
        part("seconds"),
    );
    assert_close(
        stages
            .iter()
            .map(|stage| stage["static_pj"].as_f64().unwrap())
            .sum(),
        part("static_pj"),
    );
    let none = json(&["estimate", "attention", "--table", "45nm", "--static"]);
    assert!(none["seconds"].is_null() && none["static_pj"].is_null());
    assert_eq!(none["static_unknown"], "table `45nm` has no static power");
    assert_eq!(none["total_pj"], none["compute_pj"]);
    let plain = json(&["estimate", "attention", "--table", "45nm"]);
    assert!(plain.get("static_pj").is_none());
    let left_out = here(&["estimate", "attention", "--table", path]);
    assert!(
        left_out
            .contains("Left out: static energy, of which table `dev` says how much (`--static`)."),
        "{left_out}"
    );
    let formula = here(&[
        "estimate",
        "attention",
        "--table",
        path,
        "--static",
        "--formula",
    ]);
    // 2·b·n²·d operations at 5·10¹² a second.
    assert!(formula.contains("0.0000000000004·b·n²·d"), "{formula}");
}

/// A power moves an energy by the time, and an interval holds the whole range.
#[test]
fn sensitivities_know_the_device() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let path = path.to_str().unwrap();
    let common = [
        "attention",
        "--table",
        path,
        "--static",
        "--movement",
        "compulsory",
        "--variant",
        "vanilla",
        "--scope",
        "model",
    ];
    let found = json(&[&["sensitivity"], &common[..]].concat());
    let result = &found["results"][0];
    let input = |name: &str| {
        result["inputs"]
            .as_array()
            .unwrap()
            .iter()
            .find(|input| input["name"] == name)
            .unwrap()
            .clone()
    };
    let single = json(&[
        "estimate",
        "attention",
        "--table",
        path,
        "--static",
        "--movement",
        "compulsory",
    ]);
    let seconds = single["seconds"].as_f64().unwrap();
    let watts = input("dev.static.watts");
    assert_eq!(watts["kind"], "device");
    assert_close(watts["derivative"].as_f64().unwrap(), seconds * 1e12);
    // From 50 to 150 W, all else as sure as it can be but the bandwidth (medium).
    let others = single["total_pj"].as_f64().unwrap() - single["static_pj"].as_f64().unwrap();
    assert_close(
        watts["at_from"].as_f64().unwrap(),
        others + 50.0 * seconds * 1e12,
    );
    let (least, most) = (
        result["least"].as_f64().unwrap(),
        result["most"].as_f64().unwrap(),
    );
    assert!(
        least <= watts["at_from"].as_f64().unwrap() && watts["at_to"].as_f64().unwrap() <= most
    );
    let bandwidth = input("dev.dram.gb_s");
    assert!(bandwidth["derivative"].as_f64().unwrap() < 0.0);
    assert_close(bandwidth["from"].as_f64().unwrap(), 54.0);
}

#[test]
fn wrong_numbers_of_a_device_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = file(&folder);
    let path = path.to_str().unwrap();
    let told = |arguments: &[&str]| {
        let (status, out, told) =
            run(&[&["estimate", "attention", "--table", path], arguments].concat());
        assert_eq!((status, out.as_str()), (Some(2), ""), "{arguments:?}");
        told
    };
    let without = told(&["--set", "static.watts=5"]);
    assert!(
        without.contains("`static.watts` changes nothing: static energy is not counted"),
        "{without}"
    );
    let zero = told(&["--static", "--set", "fp32.tops=0"]);
    assert!(
        zero.contains("a peak is above 0, in operations a second"),
        "{zero}"
    );
    let twice = told(&[
        "--static",
        "--set",
        "static.watts=5",
        "--set",
        "dev.static.watts=6",
    ]);
    assert!(twice.contains("given twice"), "{twice}");
    let unknown = told(&["--static", "--set", "def.static.watts=5"]);
    assert!(
        unknown.contains("no table `def` is in use") && unknown.contains("did you mean `dev`?"),
        "{unknown}"
    );
    let level = told(&["--movement", "tiled", "--set", "dram.gb_s=5"]);
    assert!(
        level.contains("`dram.gb_s` changes nothing: static energy is not counted"),
        "{level}"
    );
    let level = told(&["--static", "--movement", "tiled", "--set", "dram.gb_s=0"]);
    assert!(level.contains("a bandwidth is above 0"), "{level}");
    let (status, _, swept) = run(&[
        "sweep",
        "attention",
        "--table",
        path,
        "--static",
        "--over",
        "fp32.tops=0..3",
    ]);
    assert_eq!(status, Some(2));
    assert!(swept.contains("a peak is above 0"), "{swept}");
    let (status, _, swept) = run(&["sweep", "attention", "--static", "--over", "n=1..3"]);
    assert_eq!(status, Some(2));
    assert!(
        swept.contains("table `45nm` has no static power"),
        "{swept}"
    );
    let (status, _, swept) = run(&[
        "sweep",
        "attention",
        "--table",
        path,
        "--static",
        "--over",
        "launch.seconds=1..3",
    ]);
    assert_eq!(status, Some(2));
    assert!(
        swept.contains("table `dev` has no `launch.seconds`"),
        "{swept}"
    );
}

/// The tables of devices load, name their sources, and give a time.
#[test]
fn devices_that_ship_give_times() {
    let powers = [
        ("a100", "fp32,bf16,int8,fp16", Some("62")),
        ("h100", "fp32,bf16,fp8,int8", Some("72.5")),
        ("h200", "bf16,fp8", Some("77")),
        ("b200", "bf16,fp8", Some("140")),
        ("tpu-v5e", "bf16,int8", None),
        ("jetson-orin", "int8", None),
        ("tpu-v4i", "bf16,int8", Some("55")),
    ];
    for (name, formats, watts) in powers {
        let table = common::table(name);
        for (number, figure) in table.device_numbers() {
            assert!(
                table.source(figure.provenance.source().unwrap()).is_some(),
                "{name} {number}"
            );
        }
        let power = table
            .device(DeviceNumber::Static)
            .map(|power| plain(&power.value));
        assert_eq!(power.as_deref(), watts, "{name}");
        for format in formats.split(',') {
            let found = json(&[
                "estimate",
                "attention",
                "--table",
                name,
                "--format",
                format,
                "--static",
                "--movement",
                "compulsory",
            ]);
            assert!(found["seconds"].as_f64().unwrap() > 0.0, "{name} {format}");
            assert_eq!(
                found["static_pj"].is_null(),
                watts.is_none(),
                "{name} {format}"
            );
        }
    }
}

/// 2·512³ operations at 989·10¹² a second are 0.271 µs; 3·512² numbers of 2 bytes at
/// 3.35·10¹² bytes a second 0.4695 µs.
#[test]
fn an_h100_waits_for_its_memory() {
    let table = common::table("h100");
    let text = "name = \"one\"\ninputs = { a = \"m k\" }\n[dims]\nm = 512\nk = 512\nn = 512\n\
        [[op]]\nname = \"c\"\neinsum = \"m k, k n -> m n\"\ninputs = [\"a\", { weight = \"k n\" }]\n";
    let counted = counted(&model(text), "one", &set::<u8>(&[]));
    let memory = memory(&table, Movement::Compulsory);
    let model = CostModel {
        format: format("bf16"),
        ..pricing(&table, Some(&memory))
    };
    let found = estimate(&counted, &model, &[]).unwrap();
    let op = &found.timing.as_ref().unwrap().ops.as_ref().unwrap()[0];
    assert_close(to_f64(&op.arithmetic), 2.0 * 512_f64.powi(3) / 989e12);
    assert_close(to_f64(&op.seconds), 3.0 * 512.0 * 512.0 * 2.0 / 3.35e12);
    assert_eq!(op.bound, Bound::Level(1));
    assert!(!op.seconds.is_zero());
}
