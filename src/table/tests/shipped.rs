//! Every figure of the tables that ship, against the published tables, copied
//! here by hand; and every derived figure that someone is likely to rely on,
//! worked out by hand.

use super::*;
use crate::table::{Boundary, Confidence, FigureKind, Provenance, Scaling};

/// `(entry, pJ, confidence, source)` of everything that is published.
fn check(table: &EnergyTable, rows: &[(&str, &str, &str, &str)]) {
    for (name, value, confidence, source) in rows {
        assert_eq!(pj(table, name), *value, "{name}");
        let found = entry(table, name).unwrap();
        assert_eq!(found.confidence.to_string(), *confidence, "{name}");
        assert_eq!(found.provenance.source(), Some(*source), "{name}");
        assert!(
            matches!(found.provenance, Provenance::Published { .. }),
            "{name}"
        );
    }
    // Nothing else claims to be better than assumed.
    let published: Vec<String> = table
        .entries()
        .filter(|(_, _, entry)| entry.confidence != Confidence::Assumed)
        .map(|(format, primitive, _)| format!("{format}.{primitive}"))
        .collect();
    assert_eq!(published.len(), rows.len(), "{published:?}");
}

/// `(memory, pJ, range)`.
type MemoryRow = (
    &'static str,
    &'static str,
    Option<(&'static str, &'static str)>,
);

fn check_memories(table: &EnergyTable, rows: &[MemoryRow]) {
    assert_eq!(table.memories().len(), rows.len());
    for (memory, (name, value, range)) in table.memories().iter().zip(rows) {
        assert_eq!(memory.name(), *name);
        let price = memory.price.as_ref().unwrap();
        assert_eq!(price.per(), "64-bit access", "{name}");
        assert_eq!(price.read.pj, exact(value), "{name}");
        let range = range.map(|(low, high)| (exact(low), exact(high)));
        assert_eq!(price.read.range, range, "{name}");
        assert_eq!(price.read.confidence, Confidence::High, "{name}");
    }
}

#[test]
fn the_45_nm_table_is_horowitz_2014_and_the_asic_rows_of_shiftaddnet() {
    let table = load("45nm");
    assert_eq!(table.name(), "45nm");
    assert_eq!(table.node(), Some("45 nm"));
    assert_eq!(table.supply(), Some("0.9 V"));
    assert_eq!(table.boundary(), Boundary::FunctionalUnit);
    let (horowitz, shiftaddnet) = ("horowitz2014", "shiftaddnet2020");
    check(
        &table,
        &[
            ("int8.add", "0.03", "high", horowitz),
            ("int16.add", "0.05", "medium", "horowitz-restated"),
            ("int32.add", "0.1", "high", horowitz),
            ("fp16.add", "0.4", "high", horowitz),
            ("fp32.add", "0.9", "high", horowitz),
            ("int8.mul", "0.2", "high", horowitz),
            ("int32.mul", "3.1", "high", horowitz),
            ("fp16.mul", "1.1", "high", horowitz),
            ("fp32.mul", "3.7", "high", horowitz),
            ("fix32.mul", "3.1", "high", shiftaddnet),
            ("fix32.add", "0.1", "high", shiftaddnet),
            ("fix32.shift", "0.13", "medium", shiftaddnet),
            ("fix8.mul", "0.2", "high", shiftaddnet),
            ("fix8.add", "0.03", "high", shiftaddnet),
            ("fix8.shift", "0.024", "medium", shiftaddnet),
        ],
    );
    check_memories(
        &table,
        &[
            ("sram 8 KiB", "10", None),
            ("sram 32 KiB", "20", None),
            ("sram 1024 KiB", "100", None),
            // (1300 + 2600) / 2
            ("dram", "1950", Some(("1300", "2600"))),
        ],
    );
    let dram = &table.memories()[3].price.as_ref().unwrap().read;
    assert_eq!(dram.boundary, Boundary::Unstated);
    assert!(
        dram.note
            .as_ref()
            .unwrap()
            .starts_with("the middle of the range")
    );
    // 10 pJ per 64 bits is 5 per 32: 0.15625 per bit.
    assert_eq!(table.memories()[0].pj_per_bit(), Some(exact("0.15625")));
}

#[test]
fn the_7_nm_table_is_jouppi_2021() {
    let table = load("7nm");
    assert_eq!(table.kind(), FigureKind::Synthesised);
    let jouppi = "jouppi2021";
    check(
        &table,
        &[
            ("int8.add", "0.007", "high", jouppi),
            ("int32.add", "0.03", "high", jouppi),
            ("bf16.add", "0.11", "medium", jouppi),
            ("fp16.add", "0.16", "high", jouppi),
            ("fp32.add", "0.38", "high", jouppi),
            ("int8.mul", "0.07", "high", jouppi),
            ("int32.mul", "1.48", "medium", jouppi),
            ("bf16.mul", "0.21", "high", jouppi),
            ("fp16.mul", "0.34", "high", jouppi),
            ("fp32.mul", "1.31", "high", jouppi),
        ],
    );
    check_memories(
        &table,
        &[
            ("sram 8 KiB", "7.5", None),
            ("sram 32 KiB", "8.5", None),
            ("sram 1024 KiB", "14", None),
            ("ddr3/4", "1300", None),
            ("hbm2", "350", Some(("250", "450"))),
            ("gddr6", "415", Some(("350", "480"))),
        ],
    );
    // 7.1 · 1.31, and no gate of another node.
    assert_eq!(pj(&table, "fp32.div"), "9.301");
    assert_eq!(pj(&table, "bf16.shift"), "0.007");
    assert_eq!(pj(&table, "int1.xnor"), "0.000875");
    assert!(
        table
            .sources()
            .all(|(_, source)| !source.venue.contains("40 nm"))
    );
}

#[test]
fn the_fpga_table_is_as_sure_as_its_rows() {
    let table = load("fpga-zc706");
    let source = "shiftaddnet2020";
    check(
        &table,
        &[
            ("fp32.mul", "18.8", "unverified", source),
            ("fp32.add", "0.4", "unverified", source),
            ("fix32.mul", "19.6", "low", source),
            ("fix32.add", "0.1", "low", source),
            ("fix32.shift", "0.1", "low", source),
            ("fix8.mul", "0.2", "unverified", source),
            ("fix8.add", "0.1", "unverified", source),
        ],
    );
    check_memories(&table, &[]);
    let formats: Vec<String> = table
        .default_formats()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(formats, ["fp32"]);
    for (name, value) in [
        ("fp32.sub", "0.4"),
        ("fp32.compare", "0.4"),
        ("fp32.abs", "0"),
        ("fp32.select", "0"),
        ("fp32.shift", "0.1"),
    ] {
        assert_eq!(pj(&table, name), value, "{name}");
    }
    assert_eq!(pj(&table, "int1.xnor"), "-");
}

#[test]
fn what_is_derived_at_45_nm_comes_out_as_by_hand() {
    let table = load("45nm");
    for (name, value) in [
        ("fp32.sub", "0.9"),
        ("fp32.compare", "0.9"),
        ("fp32.div", "26.27"),  // 7.1 · 3.7; the source rounds it to 26.3
        ("fp32.sqrt", "26.27"), // as a division
        ("fp32.exp", "14.8"),   // 4 · 3.7
        ("fp32.log", "14.8"),
        ("fp32.tanh", "14.8"), // as exp
        ("fp32.erf", "14.8"),
        ("fp32.round", "0.9"),
        ("fp32.negate", "0"),
        ("fp32.abs", "0"),
        ("fp32.select", "0"),
        ("fp32.shift", "0.03"), // an 8-bit exponent addition
        ("fp16.shift", "0.03"),
        ("int8.shift", "0.024"),
        ("int32.shift", "0.13"),
        ("int16.mul", "0.79"),
        ("int1.and", "0.000565625"), // 0.0181 / 32
        ("int1.xnor", "0.000565625"),
        ("int1.popcount", "0.00375"), // 0.03 / 8
        ("int1.add", "-"),
        ("int1.sub", "-"),
        ("fp32.xnor", "-"),
        ("bf16.add", "0.4"), // as fp16
        ("bf16.mul", "1.1"),
    ] {
        assert_eq!(pj(&table, name), value, "{name}");
        if let Some(entry) = entry(&table, name) {
            assert_eq!(entry.confidence, Confidence::Assumed, "{name}");
            assert_eq!(entry.kind, FigureKind::Assumed, "{name}");
            assert!(entry.note.is_some(), "{name} says why");
        }
    }
    // (2 · 0.024 + 0.13) / 3 = 0.178 / 3
    let shift = entry(&table, "int16.shift").unwrap();
    assert_eq!(shift.pj, BigRational::new(178.into(), 3000.into()));
    let range = |name| entry(&table, name).unwrap().range.clone().unwrap();
    assert_eq!(range("fp32.select"), (exact("0"), exact("0.0181")));
    assert_eq!(range("fp32.abs"), (exact("0"), exact("0.9")));
    assert_eq!(range("int8.abs"), (exact("0"), exact("0.03")));
    // 14.8 + 2 · 0.9 + 26.27, and 2.05 · 3.7
    assert_eq!(range("fp32.tanh"), (exact("7.585"), exact("42.87")));
}

#[test]
fn every_number_names_a_source_that_is_there_or_says_why() {
    for name in ["45nm", "7nm", "fpga-zc706"] {
        let table = load(name);
        let mut cited = std::collections::BTreeSet::new();
        let memories = table.memories().iter();
        let memories = memories.map(|memory| &memory.price.as_ref().unwrap().read);
        for entry in table.entries().map(|(_, _, entry)| entry).chain(memories) {
            match entry.provenance.source() {
                Some(key) => assert!(table.source(key).is_some(), "{name}: {key}"),
                None => assert!(entry.note.is_some(), "{name}: {entry:?}"),
            }
            assert!(entry.place.is_some());
            cited.extend(entry.provenance.source());
        }
        for (key, source) in table.sources() {
            assert!(cited.contains(key), "{name} cites {key} nowhere");
            assert!(source.read.is_some(), "{name}: how was {key} read?");
        }
        let file = shipped(name).unwrap();
        assert!(file.name().ends_with(&format!("{}.toml", table.name())));
    }
}

/// Name, read, write, bits of an access, confidence, exponent.
type LevelRow = (
    &'static str,
    &'static str,
    &'static str,
    u32,
    &'static str,
    Option<&'static str>,
);

fn check_levels(table: &EnergyTable, rows: &[LevelRow]) {
    for (name, read, write, bits, confidence, exponent) in rows {
        let mut levels = table.memories().iter();
        let level = levels
            .find(|level| level.name() == *name)
            .unwrap_or_else(|| panic!("{name}"));
        assert_eq!(level.read_pj(), Some(exact(read)), "{name}");
        assert_eq!(level.write_pj(), Some(exact(write)), "{name}");
        let price = level.price.as_ref().unwrap();
        assert_eq!(price.bits, *bits, "{name}");
        assert_eq!(
            price.read.confidence.to_string(),
            *confidence,
            "{name}: {confidence}"
        );
        let law = match &price.scaling {
            Scaling::Law(law) => Some(law.exponent.clone()),
            Scaling::Fixed(_) | Scaling::Any => None,
        };
        assert_eq!(law, exponent.map(exact), "{name}");
    }
}

fn usual(table: &EnergyTable) -> Vec<String> {
    let levels = table.levels(None).unwrap();
    levels.iter().map(|level| level.name()).collect()
}

/// Horowitz's and Jouppi's SRAM have a law, their DRAM has none.
#[test]
fn the_laws_are_those_of_their_sizes() {
    let law = Some("0.475");
    check_levels(
        &load("45nm"),
        &[
            ("sram 8 KiB", "10", "10", 64, "high", law),
            ("sram 32 KiB", "20", "20", 64, "high", law),
            ("sram 1024 KiB", "100", "100", 64, "high", law),
            ("dram", "1950", "1950", 64, "high", None),
        ],
    );
    let law = Some("0.128");
    check_levels(
        &load("7nm"),
        &[
            ("sram 8 KiB", "7.5", "7.5", 64, "high", law),
            ("sram 32 KiB", "8.5", "8.5", 64, "high", law),
            ("sram 1024 KiB", "14", "14", 64, "high", law),
            ("hbm2", "350", "350", 64, "high", None),
        ],
    );
}

/// Reads and writes of 64 bits as CACTI gives them at 45 nm, in the place of all
/// of Horowitz's sizes; arithmetic and DRAM stay his.
#[test]
fn the_cacti_table_reads_and_writes_at_prices_of_their_own() {
    let table = load("45nm-cacti");
    let law = Some("0.56");
    check_levels(
        &table,
        &[
            ("sram 0.5 KiB", "1.41", "2.28", 64, "medium", law),
            ("sram 2 KiB", "2.76", "4.24", 64, "medium", law),
            ("sram 8 KiB", "6.14", "7.88", 64, "medium", law),
            ("sram 32 KiB", "17.0", "15.4", 64, "medium", law),
            ("sram 64 KiB", "25.9", "19.6", 64, "medium", law),
            ("sram 128 KiB", "32.3", "26.1", 64, "medium", law),
            ("sram 512 KiB", "68.3", "51.3", 64, "medium", law),
            ("sram 1024 KiB", "93.5", "76.2", 64, "medium", law),
            ("sram 4096 KiB", "189", "155", 64, "medium", law),
            ("register", "0.331", "0.331", 32, "medium", None),
            ("dram", "1950", "1950", 64, "high", None),
        ],
    );
    assert_eq!(table.memories().len(), 11);
    assert_eq!(pj(&table, "fp32.mul"), "3.7");
    assert_eq!(usual(&table), ["sram 32 KiB", "dram"]);
}

/// Relative to a multiply–accumulate of 16 bits: 1, 2, 6, 200. The array holds
/// what 168 register files of half a KiB do.
#[test]
fn the_eyeriss_table_is_relative_to_its_multiply_accumulate() {
    let table = load("eyeriss");
    check_levels(
        &table,
        &[
            ("register-file 0.5 KiB", "1", "1", 16, "high", None),
            ("array 84 KiB", "2", "2", 16, "high", None),
            ("buffer 100 KiB", "6", "6", 16, "high", None),
            ("dram", "200", "200", 16, "high", None),
        ],
    );
    assert_eq!(pj(&table, "int16.mac"), "1");
    let names = ["register-file 0.5 KiB", "array 84 KiB", "buffer 100 KiB"];
    assert_eq!(usual(&table)[..3], names);
}

/// 10, 20 and 100 pJ for 4 bytes, where Horowitz has them for 8.
#[test]
fn the_table_of_lemaire_prices_four_bytes() {
    let table = load("lemaire");
    check_levels(
        &table,
        &[
            ("sram 8 KiB", "10", "10", 32, "medium", None),
            ("sram 32 KiB", "20", "20", 32, "medium", None),
            ("sram 1024 KiB", "100", "100", 32, "medium", None),
        ],
    );
    assert_eq!(pj(&table, "int32.mul"), "3.1");
    assert_eq!(pj(&table, "int32.add"), "0.1");
    assert_eq!(usual(&table), ["sram 8 KiB"]);
}

/// By the bit, and 614 GB/s, of 10⁹ bytes each, to DRAM. Its own hierarchy
/// stands before those of the table that it extends.
#[test]
fn the_tpu_has_a_hierarchy_of_its_own() {
    let table = load("tpu-v4i");
    check_levels(
        &table,
        &[
            ("local 4096 KiB", "0.249", "0.293", 1, "medium", None),
            ("global 131072 KiB", "1.88", "2.36", 1, "medium", None),
            ("dram", "7.03", "7.03", 1, "medium", None),
        ],
    );
    let named: Vec<&str> = (table.hierarchies().iter())
        .map(|one| one.name.value.as_str())
        .collect();
    assert_eq!(named, ["tpu", "ddr", "hbm2"]);
    let dram = &table.levels(None).unwrap()[2];
    assert_eq!(dram.bytes_per_second(), Some(exact("614000000000")));
}
