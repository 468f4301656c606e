//! Levels of memory where they are asked about: laws in what-ifs, movement in
//! claim and report files, and plots of what moves.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use std::path::Path;
use std::process::Command;

use common::{counted, format, ratio, set, shipped, table, whole};
use picojoule::energy::{
    CostModel, Counted, Estimate, LevelNumber, Memory, entry_values, estimate, priced,
};
use picojoule::movement::{Direction, Movement};
use picojoule::number::to_f64;
use picojoule::render::chart::Stroke;
use picojoule::table::EnergyTable;
use picojoule::view::{part_bars, roofline};

fn picojoule(folder: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_picojoule"))
        .current_dir(folder)
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
    let (status, out, told) = picojoule(Path::new("."), arguments);
    assert_eq!(status, Some(0), "{told}");
    out
}

fn memory(table: &EnergyTable, movement: Movement, levels: &str) -> Memory {
    Memory {
        options: picojoule::movement::MovementOptions::default(),
        table: table.name().to_owned(),
        movement,
        levels: table.levels(Some(levels)).unwrap(),
    }
}

/// A convolution of 1 × 1 from two channels to two, on 2 × 2 pixels.
fn small() -> Counted {
    let sizes = [("c", 2), ("out", 2), ("rows", 2), ("cols", 2), ("k", 1)];
    let mut settings = set(&sizes);
    settings.extend(set(&[("p", 0)]));
    counted(&shipped("convolution"), "convolution", &settings)
}

fn of(counted: &Counted, table: &EnergyTable, memory: &Memory) -> Estimate {
    let model = CostModel {
        table,
        format: format("int8"),
        zero_cost: common::NONE_FREE,
        memory: Some(memory),
        static_energy: false,
    };
    estimate(counted, &model, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// A memory of which only reads have a price is told with its row and with the
/// op that writes there, whatever is asked.
#[test]
fn a_write_without_a_price_is_told_with_its_row() {
    let folder = tempfile::tempdir().unwrap();
    let row = |kib: u32, more: &str| {
        format!(
            "[[memory]]\nlevel = \"pad\"\nsize_kib = {kib}\nper = \"64-bit read\"\npj = 3\n\
             source = \"bench\"\nconfidence = \"low\"\n{more}"
        )
    };
    let write = "write = { pj = 4, source = \"bench\", confidence = \"low\" }\n";
    let table = format!(
        "name = \"chip\"\nextends = \"45nm\"\n[source.bench]\ntitle = \"A bench\"\nwhere = \"here\"\n{}{}",
        row(64, write),
        row(128, "")
    );
    std::fs::write(folder.path().join("chip.toml"), table).unwrap();
    let run = |command: &str, pad: &str| {
        let memory = format!("pad {pad} KiB,dram");
        let arguments = command
            .split(' ')
            .chain(["--movement", "compulsory", "--memory", &memory]);
        picojoule(folder.path(), &arguments.collect::<Vec<_>>())
    };
    for command in [
        "estimate attention --table ./chip.toml",
        "estimate attention --table ./chip.toml --formula",
        "compare attention --table ./chip.toml",
        "sweep attention --over n=1..3 --table ./chip.toml",
    ] {
        let (status, _, told) = run(command, "128");
        assert_eq!(status, Some(2), "{command}");
        for part in [
            "no price for a write to `pad 128 KiB`, which `attention/q` needs",
            // The second row begins behind six lines of the head and eight of the first.
            "chip.toml:14:1",
            "written here",
            "write = { pj = … }",
        ] {
            assert!(told.contains(part), "{command}: {told}");
        }
        let (status, _, told) = run(command, "64");
        assert_eq!(status, Some(0), "{command}: {told}");
    }
}

/// Whatever goes over the size of a level says what that does to its price; so
/// does what sets it.
#[test]
fn results_say_what_a_size_does_to_a_price() {
    let law =
        "`sram` has the price of 32 KiB at that size; it goes with the size to the power of 0.475.";
    let through = "data movement: compulsory through sram, dram.";
    let plain = |command: &str| {
        let (_, out, _) = picojoule(
            Path::new("."),
            &command.split_whitespace().collect::<Vec<_>>(),
        );
        out.split_whitespace().collect::<Vec<_>>().join(" ")
    };
    for command in [
        "sweep attention --movement compulsory --over 45nm.sram.kib=8..10",
        "crossover attention --between vanilla,e-att --movement compulsory --table 45nm \
         --over sram.kib=8..10",
    ] {
        let out = plain(command);
        assert!(
            out.contains(law) && out.contains(through),
            "{command}: {out}"
        );
    }
    let set = plain("compare attention --movement compulsory --table 45nm --set sram.kib=64");
    assert!(
        set.contains("`sram 64 KiB` has 1.3899 times the price of 32 KiB"),
        "{set}"
    );
    // With a price of its own no law is left to go by.
    let own = plain(
        "sweep attention --movement compulsory --over 45nm.sram.kib=8..10 --set 45nm.sram.access=5",
    );
    assert!(
        own.contains(through) && !own.contains("goes with the size"),
        "{own}"
    );
    let without = plain("sweep gpt2 --phase decode --over context=1..3");
    assert!(
        without.contains("phase: decode; data movement: — (not counted)."),
        "{without}"
    );
}

/// From 20 pJ at 32 KiB to 64 KiB: 20 · 2^0.475, and 2^0.475 = e^0.3292449 =
/// 1.389918. A price that is set is for any size, a level without a law keeps its
/// price.
#[test]
fn a_law_takes_the_price_along() {
    let table = table("45nm");
    let mut sram = memory(&table, Movement::NoReuse, "sram 32 KiB");
    let read = |memory: &Memory| to_f64(&memory.price(0, Direction::Read).unwrap().0) * 64.0;
    assert_eq!(read(&sram), 20.0);
    assert!(sram.set(0, LevelNumber::Kib, &whole(64)));
    assert!((read(&sram) - 27.79836).abs() < 1e-4, "{}", read(&sram));
    assert!(sram.set(0, LevelNumber::Access, &whole(26)));
    assert_eq!(read(&sram), 26.0);
    let shown = here(&[
        "estimate",
        "attention",
        "--movement",
        "tiled",
        "--set",
        "sram.kib=64",
    ]);
    let words = "`sram 64 KiB` has 1.3899 times the price of 32 KiB: it goes with the size to";
    assert!(shown.contains(words), "{shown}");
    let eyeriss = [
        "estimate",
        "convolution",
        "--table",
        "eyeriss",
        "--format",
        "int16",
    ];
    let shown = here(
        &[
            &eyeriss[..],
            &["--movement", "tiled", "--set", "buffer.kib=200"],
        ]
        .concat(),
    );
    let words = "`buffer 200 KiB` has the price of 100 KiB: no law says what its size does to it.";
    assert!(shown.contains(words), "{shown}");
}

/// The closed form over capacities equals the single estimate at each.
#[test]
fn a_law_in_a_closed_form_is_that_of_an_estimate() {
    let (table, counted) = (table("45nm"), small());
    for movement in ["no-reuse", "tiled"] {
        let movement: Movement = movement.parse().unwrap();
        let memory = memory(&table, movement, "sram 32 KiB,dram");
        let model = CostModel {
            table: &table,
            format: format("int8"),
            zero_cost: common::NONE_FREE,
            memory: Some(&memory),
            static_energy: false,
        };
        let open = priced(&counted, &model, &["conv".to_owned()]).unwrap();
        for size in [8, 32, 33, 64, 1024] {
            let mut values = counted.graph.values();
            entry_values(&model, &mut values);
            values.set(memory.symbol(0, LevelNumber::Kib), whole(size));
            let mut single = memory.clone();
            assert!(single.set(0, LevelNumber::Kib, &whole(size)));
            let single = of(&counted, &table, &single).total().picojoules();
            assert_eq!(to_f64(&open.evaluate(&values).unwrap()), single, "{size}");
        }
    }
}

const CLAIMS: &str = "name = 'own'\ntitle = 'A claim'\ntext = []\nleaves_out = []\n\
    [source]\ntitle = 'A paper'\nidentifier = 'arXiv 0000.00000'\nat = 'table 1'\n\
    [[convention]]\nabout = 'memory'\nvalue = 'all of it'\nknown = 'stated'\n[estimates]\n";

fn claims(estimate: &str, claims: &[(&str, &str)]) -> (Option<i32>, String, String) {
    let folder = tempfile::tempdir().unwrap();
    let mut text = format!("{CLAIMS}one = {{ {estimate} }}\n");
    for (at, (published, formula)) in claims.iter().enumerate() {
        text.push_str(&format!(
            "[[claim]]\nname = '{at}'\npublished = '{published}'\nformula = '{formula}'\nexpect = 'holds'\n"
        ));
    }
    std::fs::write(folder.path().join("own.toml"), text).unwrap();
    picojoule(folder.path(), &["claims", "./own.toml"])
}

const SMALL: &str = "model = 'convolution', \
    set = { c = 2, out = 2, rows = 2, cols = 2, k = 1, p = 0 }, table = '45nm', format = 'int8'";

/// 8 inputs of 8 bits in, 4 weights, 8 results out: 160 bits at 1950 / 64 pJ are
/// 4875 pJ, beside 16 multiply–accumulates at 0.23 pJ.
#[test]
fn claims_count_what_moves() {
    let moved = format!("{SMALL}, movement = 'compulsory', memory = 'dram'");
    let rows = [
        ("160 bit", "one.traffic.dram"),
        ("20 byte", "one.traffic.dram"),
        ("32 bit", "one.traffic.dram.weight"),
        ("128 bit", "one.traffic.dram.activation"),
        ("160 bit", "one.traffic.dram + one.traffic.sram_32_kib"),
        ("4875 pJ", "one.movement"),
        ("4878.68 pJ", "one.energy"),
        ("3.68 pJ", "one.energy - one.movement"),
    ];
    let (status, out, told) = claims(&moved, &rows);
    assert_eq!(status, Some(0), "{told}{out}");
    assert!(out.contains("8 published numbers: 8 hold"), "{out}");
}

#[test]
fn movement_in_files_is_checked_as_the_flags_are() {
    let wrong = |estimate: &str, formula: &str, expected: &str| {
        let (status, _, told) = claims(estimate, &[("1 bit", formula)]);
        assert_eq!(status, Some(2), "{told}");
        assert!(told.contains(expected), "{told}\n{expected}");
        assert!(told.contains("own.toml:"), "{told}");
    };
    let with = |more: &str| format!("{SMALL}, {more}");
    let dram = "one.traffic.dram";
    wrong(
        &with("movement = 'tilde'"),
        dram,
        "`tilde` is no model of data movement",
    );
    wrong(
        &with("memory = 'dram'"),
        dram,
        "`memory` is given, but data movement is not counted",
    );
    wrong(
        &with("movement = 'tiled', tiles = 'round'"),
        dram,
        "`round` is no kind of tiles",
    );
    wrong(
        &with("movement = 'tiled', memory = 'sram'"),
        dram,
        "`sram` has several sizes",
    );
    wrong(
        "model = 'convolution', movement = 'tiled'",
        "one.macs",
        "data moves between the memories of a `table`",
    );
    wrong(SMALL, dram, "data movement is not counted in this estimate");
    wrong(
        SMALL,
        "one.movement",
        "data movement is not counted in `one`",
    );
    wrong(
        &with("movement = 'tiled'"),
        "one.traffic.dran",
        "no level `dran` is in use",
    );
    wrong(
        &with("movement = 'tiled'"),
        "one.traffic.dram.weights",
        "nothing that moves is a `weights`",
    );
}

const REPORT: &str = "name = 'own'\ntitle = 'A report'\nmodel = 'attention'\n\
    variants = ['vanilla', 'e-att']\n\
    [[price]]\ntable = '45nm'\nformat = 'fp32'\n\
    [[target]]\nname = 'alignment'\nwords = 'saved'\nscope = 'alignment'\npercent = 99\n\
    [[section]]\ntitle = 'Moved'\nshow = 'movement'\n\
    over = { dim = 'n', from = 1, to = 2, label = 'n' }\n";
const BATCH: &str = "batch = { dim = 'b', values = [1] }\n";
const PRICE: &str = "[[section.price]]\ntable = '45nm'\nformat = 'fp32'\n\
    movement = 'compulsory'\nmemory = 'dram'\n";

fn report(text: &str) -> (Option<i32>, String, String, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.toml"), text).unwrap();
    let (status, out, told) = picojoule(folder.path(), &["report", "./own.toml"]);
    (status, out, told, folder)
}

/// One token, everything once. Vanilla: two times 512² + 512 weights and 512
/// numbers of x, 32 bits each, at 1950 / 64 pJ from DRAM; q and k of 512 numbers
/// written to SRAM and read, 8 scores written, at 20 / 64 pJ; 2 · 512² + 512
/// multiply–accumulates at 4.6 pJ. E-Att: an eighth of the columns, so two times
/// 512 · 64 + 64 weights; 512 bits of x written and read once, q and k of 64
/// numbers, 8 scores; 512 comparisons, 512 · 64 additions for both projections
/// together at a share of ones of 0.5, and 128 in the score, 0.9 pJ each.
#[test]
fn a_report_says_what_is_left_where_data_moves() {
    let (status, _, told, folder) = report(&format!("{REPORT}{BATCH}{PRICE}"));
    assert_eq!(status, Some(0), "{told}");
    let dram = 1950.0 / 64.0;
    let sram = 20.0 / 64.0;
    let vanilla = (2.0 * (512.0 * 512.0 + 512.0) + 512.0) * 32.0 * dram
        + (4.0 * 512.0 + 8.0) * 32.0 * sram
        + (2.0 * 512.0 * 512.0 + 512.0) * 4.6;
    let e_att = (2.0 * (512.0 * 64.0 + 64.0) + 512.0) * 32.0 * dram
        + (2.0 * 512.0 + (4.0 * 64.0 + 8.0) * 32.0) * sram
        + (512.0 + 512.0 * 64.0 + 128.0) * 0.9;
    let read = |name: &str| std::fs::read_to_string(folder.path().join("own").join(name)).unwrap();
    let rows = read("movement.csv");
    let whole = rows
        .lines()
        .find(|line| line.contains(",whole,1,"))
        .unwrap();
    let fields: Vec<&str> = whole.split(',').collect();
    let saving: f64 = fields[fields.len() - 2].parse().unwrap();
    assert!((saving - (1.0 - e_att / vanilla)).abs() < 1e-9, "{whole}");
    // 87.5 % is more than half of 98.7 %.
    assert!(read("half.csv").trim_end().ends_with(",1,1"));
    assert!(read("README.md").contains("Data movement: 45nm fp32, dram: compulsory through"));
}

#[test]
fn a_section_about_movement_needs_prices_with_movement() {
    let wrong = |text: &str, expected: &str| {
        let (status, _, told, _) = report(text);
        assert_eq!(status, Some(2), "{told}");
        assert!(told.contains(expected), "{told}\n{expected}");
    };
    wrong(
        &format!("{REPORT}{PRICE}"),
        "a section that shows movement needs `batch`",
    );
    wrong(
        &format!("{REPORT}{BATCH}"),
        "a section that shows movement needs `[[section.price]]`",
    );
    let none = PRICE.replace("movement = 'compulsory'\nmemory = 'dram'\n", "");
    wrong(
        &format!("{REPORT}{BATCH}{none}"),
        "a section that shows movement needs `[[section.price]]`",
    );
    let zero = BATCH.replace("[1]", "[0]");
    wrong(
        &format!("{REPORT}{zero}{PRICE}"),
        "a section shows 1 to 8 batches, each of at least 1",
    );
    let other = BATCH.replace("'b'", "'c'");
    wrong(&format!("{REPORT}{other}{PRICE}"), "no dim `c` to run over");
}

/// The bars are those of the whole: arithmetic, then what is read from and
/// written to each level. Everything once: 96 bits of inputs and weights read,
/// 64 written, 1950 / 64 pJ each.
#[test]
fn bars_show_arithmetic_and_each_level() {
    let table = table("45nm");
    let memory = memory(&table, Movement::Compulsory, "sram 32 KiB,dram");
    let estimate = of(&small(), &table, &memory);
    let bars = part_bars(std::slice::from_ref(&estimate)).unwrap();
    let legend = [
        "arithmetic",
        "sram 32 KiB, read",
        "sram 32 KiB, write",
        "dram, read",
        "dram, write",
    ];
    let names: Vec<&str> = (bars.legend.iter())
        .map(|segment| segment.name.as_str())
        .collect();
    assert_eq!(names, legend);
    let bar = &bars.groups[0].bars[0];
    let shown: Vec<f64> = bar.segments.iter().map(|one| one.picojoules()).collect();
    assert_eq!(shown, [3.68, 0.0, 0.0, 2925.0, 1950.0]);
    assert_eq!(bar.total(), estimate.total());
}

/// 32 operations for 20 bytes, which take 4878.68 pJ; the line beside it is
/// 3.68 / 32 pJ of arithmetic and 243.75 pJ a byte.
#[test]
fn a_roofline_has_a_dot_for_an_op() {
    let table = table("45nm");
    let memory = memory(&table, Movement::Compulsory, "sram 32 KiB,dram");
    let chart = roofline(&of(&small(), &table, &memory)).unwrap();
    let dots: Vec<_> = (chart.series.iter())
        .filter(|series| series.style.stroke == Stroke::Dots)
        .collect();
    assert_eq!(dots.len(), 1);
    assert_eq!(dots[0].label, "conv");
    let expected = (to_f64(&ratio(32, 20)), 4878.68 / 32.0);
    assert_eq!(dots[0].points, [expected]);
    for (x, y) in &chart.series[0].points {
        let line = 3.68 / 32.0 + 243.75 / x;
        assert!((y / line - 1.0).abs() < 1e-12);
    }
    // 243.75 / 0.115 = 2119.6.
    let subtitle = chart.subtitle.unwrap();
    assert_eq!(
        subtitle,
        "dram takes as much as arithmetic at 2120 operations per byte"
    );
}
