//! Buffers of any number of bits before a memory that holds everything, and
//! what crosses between them.

use std::collections::BTreeMap;

use num_rational::BigRational;
use picojoule::energy::{CostModel, Counted, Estimate, Memory, Moved, estimate};
use picojoule::loader::Loader;
use picojoule::movement::{Direction, Movement, MovementOptions, Role};
use picojoule::source::Source;
use picojoule::table::EnergyTable;

use super::{NONE_FREE, format, whole};

/// A table on which a byte of memory costs 1 pJ, and everything has a price.
pub fn table() -> EnergyTable {
    let mut text = "name = \"bytes\"\nboundary = \"functional unit\"\nkind = \"assumed\"\n\
        [source.test]\ntitle = \"A table for tests\"\nwhere = \"here\"\n"
        .to_owned();
    let price = "{ pj = 1, source = \"test\", confidence = \"low\" }";
    for section in ["fp32", "int8", "int32"] {
        text.push_str(&format!("[{section}]\nmul = {price}\nadd = {price}\n"));
    }
    text.push_str("[every]\ndiv = \"mul\"\n");
    for primitive in ["sub", "compare", "select", "abs", "exp", "negate"] {
        text.push_str(&format!("{primitive} = \"add\"\n"));
    }
    let level = "per = \"byte\"\npj = 1\nsource = \"test\"\nconfidence = \"low\"\n";
    text.push_str(&format!(
        "[[memory]]\nlevel = \"inner\"\nsize_kib = 1\n{level}"
    ));
    text.push_str(&format!(
        "[[memory]]\nlevel = \"buffer\"\nsize_kib = 2\n{level}"
    ));
    text.push_str(&format!("[[memory]]\nlevel = \"dram\"\n{level}"));
    let source = Source::new("bytes.toml", text);
    EnergyTable::read(&source, &Loader::shipped()).unwrap_or_else(|problems| panic!("{problems}"))
}

/// A buffer of so many bits before the memory that holds everything.
pub fn memory(
    table: &EnergyTable,
    movement: Movement,
    options: MovementOptions,
    buffer: Option<u64>,
) -> Memory {
    let names = if buffer.is_some() {
        "buffer,dram"
    } else {
        "dram"
    };
    let mut levels = table.levels(Some(names)).unwrap();
    if let Some(bits) = buffer {
        levels[0].size_kib = Some(whole(bits) / whole(8192));
    }
    Memory {
        table: table.name().to_owned(),
        movement,
        options,
        levels,
    }
}

/// What a model costs in numbers of a byte.
pub fn priced(counted: &Counted, table: &EnergyTable, memory: &Memory) -> Estimate {
    let pricing = CostModel {
        table,
        format: format("int8"),
        zero_cost: NONE_FREE,
        memory: Some(memory),
        static_energy: false,
    };
    estimate(counted, &pricing, &[]).unwrap_or_else(|problems| panic!("{problems}"))
}

/// What moves, in numbers of a byte.
pub fn moved(counted: &Counted, table: &EnergyTable, memory: &Memory) -> Moved {
    priced(counted, table, memory).moved.unwrap()
}

/// Bits to and from a level, by role and direction.
pub fn bits(moved: &Moved, level: &str) -> BTreeMap<(Role, Direction), BigRational> {
    let is_it = |at: usize| moved.memory.levels[at].level == level;
    let rows = moved.by_level(|line| is_it(line.level)).into_iter();
    rows.map(|row| ((row.role, row.direction), row.bits))
        .collect()
}

/// All bits to and from the farthest memory.
pub fn crossing(counted: &Counted, table: &EnergyTable, memory: &Memory) -> BigRational {
    bits(&moved(counted, table, memory), "dram").values().sum()
}
