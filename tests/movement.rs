//! Data movement: traffic of whole graphs, against numbers by hand and against
//! the laws that any traffic keeps.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod common;

use std::collections::BTreeMap;

use common::{counted, format, model, set, shipped, table, whole};
use num_rational::BigRational;
use picojoule::energy::{CostModel, Counted, Estimate, Memory, Moved, estimate, priced};
use picojoule::loader::Loader;
use picojoule::movement::{Direction, Movement, MovementOptions, Role, Tiles};
use picojoule::source::Source;
use picojoule::table::EnergyTable;

fn picojoule(arguments: &[&str]) -> (Option<i32>, String, String) {
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

const TILED: Movement = Movement::Tiled(Tiles::Any);

/// Memories of all sizes, a byte of any of them for 1 pJ: what is counted here
/// are bits.
fn bytes_table(sizes: &[u32]) -> EnergyTable {
    let mut text = "name = \"bytes\"\nboundary = \"functional unit\"\nkind = \"assumed\"\n\
        [source.test]\ntitle = \"A table for tests\"\nwhere = \"here\"\n"
        .to_owned();
    for section in ["fp32", "int8", "int32", "bf16"] {
        let price = "{ pj = 1, source = \"test\", confidence = \"low\" }";
        text.push_str(&format!("[{section}]\nmul = {price}\nadd = {price}\n"));
    }
    let rest = [
        "sub", "compare", "select", "abs", "exp", "sqrt", "erf", "tanh", "negate", "round",
    ];
    text.push_str("[every]\n");
    for primitive in rest {
        text.push_str(&format!("{primitive} = \"add\"\n"));
    }
    text.push_str("div = \"mul\"\n");
    let level = "per = \"byte\"\npj = 1\nsource = \"test\"\nconfidence = \"low\"\n";
    for size in sizes {
        text.push_str(&format!(
            "[[memory]]\nlevel = \"buffer\"\nsize_kib = {size}\n{level}"
        ));
    }
    text.push_str(&format!("[[memory]]\nlevel = \"dram\"\n{level}"));
    let source = Source::new("bytes.toml", text);
    EnergyTable::read(&source, &Loader::shipped()).unwrap_or_else(|problems| panic!("{problems}"))
}

fn memory(table: &EnergyTable, movement: Movement, levels: &str) -> Memory {
    Memory {
        table: table.name().to_owned(),
        movement,
        options: MovementOptions::default(),
        levels: table.levels(Some(levels)).unwrap(),
    }
}

fn moved(counted: &Counted, table: &EnergyTable, movement: Movement, levels: &str) -> Moved {
    of(counted, table, "int8", movement, levels).moved.unwrap()
}

fn of(
    counted: &Counted,
    table: &EnergyTable,
    numbers: &str,
    movement: Movement,
    levels: &str,
) -> Estimate {
    let memory = memory(table, movement, levels);
    let pricing = CostModel {
        table,
        format: format(numbers),
        zero_cost: common::NONE_FREE,
        memory: Some(&memory),
        static_energy: false,
    };
    estimate(counted, &pricing, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// Bytes through one level by role and direction.
fn bytes(moved: &Moved, level: &str) -> BTreeMap<(Role, Direction), BigRational> {
    let rows = moved.by_level(|line| moved.memory.level_name(line.level) == level);
    rows.into_iter()
        .map(|row| ((row.role, row.direction), row.bits / whole(8)))
        .collect()
}

fn total(moved: &Moved, level: &str) -> BigRational {
    bytes(moved, level).values().sum()
}

/// Contractions of one byte an element through buffers of 4, 32 and 256 KiB:
/// how many elements cross, with tiles of any size and with tiles that divide.
/// The numbers are those of an exhaustive search over all boxes and orders of
/// the loops; of `grouped` the queries that share keys are rows of one product.
const CONTRACTIONS: [(&str, &str, &str, [[u64; 2]; 3]); 8] = [
    (
        "m k, k n -> m n",
        "m = 256, k = 256, n = 256",
        "m k; k n",
        [[655_360, 851_968], [327_680, 327_680], [196_608, 196_608]],
    ),
    (
        "m k, k n -> m n",
        "m = 128, k = 512, n = 512",
        "m k; k n",
        [
            [1_179_648, 1_638_400],
            [524_288, 589_824],
            [393_216, 393_216],
        ],
    ),
    (
        "m k, k n -> m n",
        "m = 1, k = 512, n = 2048",
        "m k; k n",
        [
            [1_051_136, 1_051_136],
            [1_051_136, 1_051_136],
            [1_051_136, 1_051_136],
        ],
    ),
    (
        "h m k, h n k -> h m n",
        "h = 8, m = 128, k = 64, n = 128",
        "h m k; h n k",
        [[393_216, 458_752], [262_144, 262_144], [262_144, 262_144]],
    ),
    (
        "(h g) k, h n k -> (h g) n",
        "h = 2, g = 4, k = 64, n = 1024",
        "h*g k; h n k",
        [[139_776, 139_776], [139_776, 139_776], [139_776, 139_776]],
    ),
    (
        "c (y + ky) (x + kx), o c ky kx -> o y x",
        "c = 64, o = 64, side = 30, ky = 3, kx = 3",
        "c side side; o c ky kx",
        [[459_776, 459_776], [185_344, 185_344], [144_640, 144_640]],
    ),
    (
        "c (y + ky) (x + kx), c ky kx -> c y x",
        "c = 128, side = 30, ky = 3, kx = 3",
        "c side side; c ky kx",
        [[216_704, 216_704], [216_704, 216_704], [216_704, 216_704]],
    ),
    // 257 is prime: tiles that divide it are lines or all of it.
    (
        "m k, k n -> m n",
        "m = 257, k = 257, n = 257",
        "m k; k n",
        [
            [660_490, 17_106_691],
            [330_245, 17_106_691],
            [198_147, 198_147],
        ],
    ),
];

#[test]
fn contractions_cross_as_often_as_the_best_tiles_say() {
    let table = bytes_table(&[4, 32, 256]);
    for (einsum, dims, shapes, expected) in CONTRACTIONS {
        let (a, b) = shapes.split_once("; ").unwrap();
        let dims = dims.replace(", ", "\n");
        let text = format!(
            "name = \"one\"\ninputs = {{ a = \"{a}\", b = \"{b}\" }}\n[dims]\n{dims}\n\
             [[op]]\nname = \"product\"\neinsum = \"{einsum}\"\ninputs = [\"a\", \"b\"]\n"
        );
        let counted = counted(&model(&text), "one", &set::<u8>(&[]));
        for (size, [any, divisors]) in ["4", "32", "256"].into_iter().zip(expected) {
            let levels = format!("buffer {size} KiB, dram");
            for (tiles, elements) in [(Tiles::Any, any), (Tiles::Divisors, divisors)] {
                let moved = moved(&counted, &table, Movement::Tiled(tiles), &levels);
                assert_eq!(
                    total(&moved, "dram"),
                    whole(elements),
                    "{einsum} {size} {tiles:?}"
                );
            }
        }
    }
}

/// A product of 2×3 by 3×5 in bytes through a buffer that holds all of it.
/// From the farthest memory 6 inputs and 15 weights are read and 10 results
/// written; all of it goes through the buffer too, and the datapath reads there
/// both operands of 30 products and writes 10 results.
#[test]
fn what_is_handed_down_is_written_below() {
    let text = "name = \"one\"\ninputs = { a = \"m k\" }\n[dims]\nm = 2\nk = 3\nn = 5\n\
        [[op]]\nname = \"c\"\neinsum = \"m k, k n -> m n\"\ninputs = [\"a\", { weight = \"k n\" }]\n";
    let counted = counted(&model(text), "one", &set::<u8>(&[]));
    let table = bytes_table(&[4]);
    let tiled = moved(&counted, &table, TILED, "buffer, dram");
    let of = |level| {
        let rows = bytes(&tiled, level).into_iter();
        rows.map(|((role, way), bytes)| (role.name(), way.name(), bytes))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        of("dram"),
        [
            ("weight", "read", whole(15)),
            ("activation", "read", whole(6)),
            ("activation", "write", whole(10)),
        ]
    );
    assert_eq!(
        of("buffer 4 KiB"),
        [
            ("weight", "read", whole(30)),
            ("weight", "write", whole(15)),
            ("activation", "read", whole(30 + 10)),
            ("activation", "write", whole(6 + 10)),
        ]
    );
    assert_eq!(tiled.lower_bound_bits, Some(whole(8 * 31)));
    let none = moved(&counted, &table, Movement::NoReuse, "dram");
    assert_eq!(total(&none, "dram"), whole(30 + 30 + 10));
    let once = moved(&counted, &table, Movement::Compulsory, "buffer, dram");
    assert_eq!(total(&once, "dram"), whole(6 + 15 + 10));
}

/// A layer of 3×3 weights, step after step on 2×3 inputs, in bytes, all of whose states
/// are the result: more steps than other ops have inputs. A buffer holds what each op
/// touches, so the weights and the first state come once, the states go out, and
/// nothing else passes: what comes of them is read inside, too.
#[test]
fn a_network_unrolled_gives_all_its_states() {
    const STEPS: u32 = 2000;
    let mut text = "name = \"unrolled\"\ninputs = { h0 = \"2 3\" }\noutput = \"all\"\n\
         weights = { w = \"3 3\" }\n"
        .to_owned();
    for step in 0..STEPS {
        let next = step + 1;
        text.push_str(&format!(
            "[[op]]\nname = \"p{step}\"\neinsum = \"n k, k m -> n m\"\ninputs = [\"h{step}\", \"w\"]\n\
             [[op]]\nname = \"h{next}\"\napply = \"tanh(p{step})\"\n"
        ));
    }
    let states: Vec<String> = (1..=STEPS).map(|step| format!("\"h{step}\"")).collect();
    text.push_str(&format!(
        "[[op]]\nname = \"all\"\nreshape = \"{} 3\"\ninputs = [{}]\n",
        2 * STEPS,
        states.join(", ")
    ));
    let counted = counted(&model(&text), "unrolled", &set::<u8>(&[]));
    let table = bytes_table(&[4]);
    for movement in [TILED, Movement::Compulsory] {
        let moved = moved(&counted, &table, movement, "buffer, dram");
        let expected = BTreeMap::from([
            ((Role::Weight, Direction::Read), whole(9)),
            ((Role::Activation, Direction::Read), whole(6)),
            ((Role::Activation, Direction::Write), whole(6 * STEPS)),
        ]);
        assert_eq!(bytes(&moved, "dram"), expected, "{movement:?}");
    }
}

/// A result goes out though another op reads it: 64 bytes of `a`, as well as the ones
/// of `b`, which nothing reads, whether that takes `a` element by element or in a
/// product, 64 × 64.
#[test]
fn a_result_that_is_read_inside_goes_out() {
    for (reader, made) in [
        ("apply = \"exp(a)\"", 64),
        ("einsum = \"i, j -> i j\"\ninputs = [\"a\", \"a\"]", 64 * 64),
    ] {
        let text = format!(
            "name = \"both\"\ninputs = {{ x = \"64\" }}\noutput = \"a\"\n\
             [[op]]\nname = \"a\"\napply = \"exp(x)\"\n[[op]]\nname = \"b\"\n{reader}\n"
        );
        let counted = counted(&model(&text), "both", &set::<u8>(&[]));
        let table = bytes_table(&[8]);
        for movement in [TILED, Movement::Compulsory] {
            let moved = moved(&counted, &table, movement, "buffer, dram");
            let written = &bytes(&moved, "dram")[&(Role::Activation, Direction::Write)];
            assert_eq!(*written, whole(64 + made), "{reader}, {movement:?}");
        }
    }
}

/// Sums on their way have the width of the accumulator, results their own: in a
/// buffer of 1 KiB, 1024 × 1024 weights of a byte that stay by tiles of 64 rows
/// let 32-bit sums go to and fro.
#[test]
fn partial_sums_are_as_wide_as_the_accumulator() {
    let text = "name = \"one\"\ninputs = { a = \"m k\" }\n[dims]\nm = 4\nk = 4096\nn = 4\n\
        [[op]]\nname = \"c\"\neinsum = \"m k, k n -> m n\"\ninputs = [\"a\", { weight = \"k n\" }]\n";
    let counted = counted(&model(text), "one", &set::<u8>(&[]));
    let table = bytes_table(&[1]);
    let moved = of(&counted, &table, "int8/int32", TILED, "buffer, dram")
        .moved
        .unwrap();
    // All 16 sums stay: 16 · 4 bytes, and a byte of each of 4 rows and columns.
    let bytes = bytes(&moved, "dram");
    assert_eq!(bytes[&(Role::Activation, Direction::Write)], whole(16));
    assert_eq!(bytes[&(Role::Activation, Direction::Read)], whole(4 * 4096));
    assert!(!bytes.contains_key(&(Role::Partial, Direction::Write)));
}

/// Signs take one bit, ternary weights two, whatever the format is.
#[test]
fn weights_have_the_bits_of_their_values() {
    for (values, bits) in [
        ("sign", 1),
        ("ternary", 2),
        ("power-of-two", 9),
        ("real", 32),
    ] {
        let text = format!(
            "name = \"one\"\ninputs = {{ a = \"m k\" }}\n[dims]\nm = 2\nk = 32\nn = 8\n\
             [[op]]\nname = \"c\"\neinsum = \"m k, k n -> m n\"\n\
             inputs = [\"a\", {{ weight = \"k n\", domain = \"{values}\" }}]\n"
        );
        let counted = counted(&model(&text), "one", &set::<u8>(&[]));
        let table = table("45nm");
        let once = of(&counted, &table, "fp32", Movement::Compulsory, "dram")
            .moved
            .unwrap();
        let rows = once.by_level(|line| line.role == Role::Weight);
        assert_eq!(rows[0].bits, whole(256 * bits), "{values}");
    }
}

/// Models small enough for every law, with the dims that make them so.
fn models() -> Vec<(Counted, String)> {
    let mut all = Vec::new();
    let mut add = |name: &str, variant: &str, dims: &[(&str, u32)]| {
        let counted = counted(&shipped(name), variant, &set(dims));
        all.push((counted, format!("{name} {variant}")));
    };
    for variant in ["vanilla", "e-att", "l1"] {
        add("attention", variant, &[("n", 12), ("d", 64)]);
    }
    add("gpt2", "gpt2", &[("n", 9), ("d", 48), ("layers", 2)]);
    add("resnet-50", "resnet-50", &[("img", 64)]);
    all
}

#[test]
fn traffic_of_whole_models_keeps_its_laws() {
    let table = bytes_table(&[1, 4, 32, 256, 1 << 20]);
    for (counted, name) in models() {
        let none = total(&moved(&counted, &table, Movement::NoReuse, "dram"), "dram");
        let mut before = none.clone();
        for size in [1, 4, 32, 256, 1 << 20] {
            let levels = format!("buffer {size} KiB, dram");
            let tiled = moved(&counted, &table, TILED, &levels);
            let crossing = total(&tiled, "dram");
            let bound = tiled.lower_bound_bits.clone().unwrap() / whole(8);
            assert!(crossing >= bound, "{name} {size}: {crossing} < {bound}");
            assert!(crossing <= before, "{name} {size}: {crossing} > {before}");
            let once = total(
                &moved(&counted, &table, Movement::Compulsory, &levels),
                "dram",
            );
            assert!(crossing >= once, "{name} {size}: {crossing} < {once}");
            before = crossing;
            if size == 1 << 20 {
                assert_eq!(before, once, "{name}");
            }
        }
    }
}

/// What a sweep prices is at every point what a single estimate gives, though
/// the tiles change from point to point.
#[test]
fn expressions_of_movement_are_its_estimates() {
    let table = table("45nm");
    for (model, variant) in [("attention", "e-att"), ("gpt2", "gpt2")] {
        let model = shipped(model);
        let at = |n: u32| counted(&model, variant, &set(&[("n", n)]));
        let open = at(16);
        for movement in [Movement::NoReuse, Movement::Compulsory, TILED] {
            let memory = memory(&table, movement, "sram 8 KiB, dram");
            let pricing = CostModel {
                table: &table,
                format: format("fp32"),
                zero_cost: common::NONE_FREE,
                memory: Some(&memory),
                static_energy: false,
            };
            let stages = open.stages_of("model").unwrap();
            let formula = priced(&open, &pricing, &stages).unwrap();
            let mut values = open.graph.values();
            picojoule::energy::entry_values(&pricing, &mut values);
            for n in [1, 7, 16, 61, 200] {
                values.set(picojoule::symbolic::Symbol::new("n"), whole(n));
                let single = estimate(&at(n), &pricing, &[]).unwrap().total();
                let swept = formula.evaluate(&values).unwrap();
                common::assert_close(picojoule::number::to_f64(&swept), single.picojoules());
            }
        }
    }
}

/// The command line says what is wrong with levels, and where.
#[test]
fn wrong_memories_are_told() {
    let estimate = |arguments: &[&str]| {
        let all = [&["estimate", "attention", "--table", "45nm"], arguments].concat();
        let (code, out, err) = picojoule(&all);
        assert_eq!((code, out.as_str()), (Some(2), ""), "{arguments:?}");
        err
    };
    let tiled = |memory: &str| estimate(&["--movement", "tiled", "--memory", memory]);
    assert!(tiled("sram,dram").contains("`sram` has several sizes"));
    assert!(tiled("dram,sram 8 KiB").contains("has no size"));
    assert!(tiled("sram 8 KiB,sram 8 KiB").contains("there twice"));
    assert!(tiled("").contains("no memory is called"));
    assert!(estimate(&["--movement", "tile"]).contains("did you mean `tiled`?"));
    assert!(estimate(&["--memory", "dram"]).contains("data movement is not counted"));
    assert!(estimate(&["--movement", "tiled", "--tiles", "all"]).contains("no kind of tiles"));
    let small = estimate(&["--movement", "tiled", "--set", "sram.kib=0"]);
    assert!(small.contains("`sram.kib` cannot be 0"), "{small}");
    // 1/128 KiB are 64 bits: two numbers of 32, and a sum beside them.
    let small = estimate(&["--movement", "tiled", "--set", "sram.kib=0.0078125"]);
    assert!(
        small.contains("`attention/q` does not go through `sram 0.0078125 KiB`"),
        "{small}"
    );
    assert!(small.contains("it holds 64 bits, of which an element of one operand takes 32, of the other 32, and a sum 32: 96 in all"));
    let unknown = estimate(&["--movement", "tiled", "--set", "dram.kib=8"]);
    assert!(unknown.contains("`dram` has no `kib`"), "{unknown}");
    let none = estimate(&["--set", "dram.access=8"]);
    assert!(none.contains("data movement is not counted"), "{none}");
}

/// JSON has the levels, the traffic of all and of each stage, and the bound;
/// without movement there is none of it.
#[test]
fn json_has_what_moves() {
    let of = |arguments: &[&str]| -> serde_json::Value {
        let all = [&["estimate", "attention", "--output", "json"], arguments].concat();
        let (code, out, err) = picojoule(&all);
        assert_eq!(code, Some(0), "{err}");
        serde_json::from_str(&out).unwrap()
    };
    let none = of(&[]);
    assert_eq!(none["movement"], "none");
    assert!(none["movement_pj"].is_null() && none["traffic"].is_null() && none["memory"].is_null());
    let tiled = of(&["--movement", "tiled"]);
    assert_eq!(tiled["movement"], "tiled");
    assert_eq!(tiled["memory"][0]["level"], "sram 32 KiB");
    assert_eq!(tiled["memory"][0]["capacity_bits"], 32 * 8192);
    assert_eq!(tiled["memory"][1]["level"], "dram");
    let sum = |rows: &serde_json::Value| -> f64 {
        rows.as_array()
            .unwrap()
            .iter()
            .map(|row| row["pj"].as_f64().unwrap())
            .sum()
    };
    let moved = tiled["movement_pj"].as_f64().unwrap();
    common::assert_close(sum(&tiled["traffic"]), moved);
    let stages = tiled["stages"].as_array().unwrap();
    common::assert_close(
        stages.iter().map(|stage| sum(&stage["traffic"])).sum(),
        moved,
    );
    let total = tiled["total_pj"].as_f64().unwrap();
    common::assert_close(total, moved + tiled["compute_pj"].as_f64().unwrap());
    assert_eq!(tiled["compute_pj"], none["total_pj"]);
    assert!(tiled["lower_bound_bits"].as_f64().unwrap() > 0.0);
}

/// A sweep over the capacity is at every point what the estimate there gives.
#[test]
fn sweeps_over_capacities_are_estimates() {
    let arguments = [
        "sweep",
        "attention",
        "--table",
        "45nm",
        "--movement",
        "tiled",
        "--over",
    ];
    let over = [
        &arguments[..],
        &["45nm.sram.kib=1,3,32,500", "--output", "csv"],
    ]
    .concat();
    let (code, out, err) = picojoule(&over);
    assert_eq!(code, Some(0), "{err}");
    let lines: Vec<Vec<&str>> = out.lines().map(|line| line.split(',').collect()).collect();
    let column = lines[0]
        .iter()
        .position(|name| *name == "attention_full_e_att_pj")
        .unwrap();
    let scope = |kib: &str| {
        let set = format!("sram.kib={kib}");
        let arguments = [
            "compare",
            "attention",
            "--table",
            "45nm",
            "--format",
            "fp32",
            "--movement",
            "tiled",
            "--set",
            &set,
            "--scope",
            "attention-full",
            "--output",
            "json",
        ];
        let (_, out, err) = picojoule(&arguments);
        let value: serde_json::Value =
            serde_json::from_str(&out).unwrap_or_else(|_| panic!("{err}"));
        let mut rows = value["rows"].as_array().unwrap().iter();
        rows.find(|row| row["variant"] == "e-att").unwrap()["energy_pj"]
            .as_f64()
            .unwrap()
    };
    for line in &lines[1..] {
        common::assert_close(line[column].parse().unwrap(), scope(line[2]));
    }
    assert_eq!(lines.len(), 5);
}

/// A comparison has the saving of the arithmetic beside that of the whole, and
/// the two parts are the whole.
#[test]
fn a_comparison_tells_arithmetic_from_movement() {
    let arguments = [
        "compare",
        "attention",
        "--scope",
        "attention",
        "--variants",
        "vanilla,e-att",
    ];
    let compare = |more: &[&str]| {
        let (code, out, err) = picojoule(&[&arguments[..], more].concat());
        assert_eq!(code, Some(0), "{err}");
        out
    };
    let of = |more: &[&str]| -> serde_json::Value {
        let more = [
            &["--table", "45nm", "--format", "fp32", "--output", "json"],
            more,
        ]
        .concat();
        serde_json::from_str(&compare(&more)).unwrap()
    };
    let (alone, both) = (of(&[]), of(&["--movement", "compulsory"]));
    let [alone, both] = [&alone["rows"][1], &both["rows"][1]];
    assert!(alone["compute_pj"].is_null());
    assert_eq!(both["compute_pj"], alone["energy_pj"]);
    assert_eq!(both["compute_saving"], alone["saving"]);
    let number = |key: &str| both[key].as_f64().unwrap();
    common::assert_close(
        number("compute_pj") + number("movement_pj"),
        number("energy_pj"),
    );
    let text = compare(&[
        "--movement",
        "compulsory",
        "--table",
        "45nm",
        "--format",
        "fp32",
    ]);
    for row in ["attention, arithmetic  45nm", "attention, movement    45nm"] {
        assert!(text.contains(row), "{text}");
    }
}
