//! Time and static energy: rooflines by hand, the laws that they keep, and what is
//! said where a table does not say enough.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;

mod crossings;
mod laws;
#[cfg(feature = "cli")]
mod outputs;
mod rooflines;

use common::{counted, format, model, set, shipped};
use num_rational::BigRational;
use picojoule::energy::{CostModel, Counted, Estimate, Memory, estimate};
use picojoule::loader::Loader;
use picojoule::movement::{Movement, MovementOptions, Tiles};
use picojoule::source::Source;
use picojoule::table::EnergyTable;

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
