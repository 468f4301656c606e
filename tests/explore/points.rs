//! The same points, in the page and in the program.

use std::collections::BTreeMap;

use num_rational::BigRational;
use num_traits::ToPrimitive;
use picojoule::energy::{CostModel, Counted, Estimate, LevelNumber, Memory, estimate};
use picojoule::format::Format;
use picojoule::graph::{Unfold, lower};
use picojoule::loader::Loader;
use picojoule::model::{Model, Phase};
use picojoule::movement::{Movement, MovementOptions};
use picojoule::number::{parse_decimal, to_f64};
use picojoule::table::{EnergyTable, Provenance};

use crate::common::{NONE_FREE, set};

/// Numbers that follow from a seed.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    pub fn below(&mut self, most: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as usize) % most
    }

    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A point of a page: what is chosen, and what is set.
pub struct Point {
    pub phase: Phase,
    pub table: EnergyTable,
    pub format: Format,
    pub movement: Option<Movement>,
    pub scope: String,
    /// Dims and parameters, and numbers of the table, each by its name.
    pub dims: Vec<(String, String)>,
    pub entries: Vec<(String, BigRational)>,
}

/// What a dim may be, times what it is; those that leave shares alone stand first.
const TIMES: [&str; 6] = ["1", "2", "3", "4", "1/2", "8"];
const SHARES: [&str; 5] = ["0.5", "0.1", "0.37", "1", "0"];

impl Point {
    /// A random one, over the dims given with their values; some train
    /// where the page has that too.
    pub fn random(
        random: &mut Random,
        model: &Model,
        dims: &[(&str, &str)],
        scopes: &[&str],
        trains: bool,
    ) -> Point {
        let generates = model.clone().in_phase(Phase::Decode).is_ok();
        let phase = match random.below(3) {
            0 if generates => Phase::Decode,
            1 if trains => Phase::Train(Default::default()),
            _ => Phase::Prefill,
        };
        let loader = Loader::shipped();
        let name = *random.of(&[
            "45nm",
            "45nm",
            "7nm",
            "fpga-zc706",
            "45nm-cacti",
            "tpu-v4i",
            "xavier-tflite",
        ]);
        let table = loader.table(name).unwrap();
        let format = *random.of(&["fp32", "int8", "bf16", "int8/int32", "fp16"]);
        let movement = *random.of(&[None, Some(Movement::Compulsory), Some(Movement::NoReuse)]);
        let mut point = Point {
            phase,
            table: (*table).clone(),
            format: format.parse().unwrap(),
            movement,
            scope: random.of(scopes).to_string(),
            dims: Vec::new(),
            entries: Vec::new(),
        };
        for (dim, value) in dims {
            if random.below(2) == 0 {
                continue;
            }
            let value = match value.contains('.') {
                true => random.of(&SHARES).to_string(),
                false => scaled(value, random.of::<&str>(&TIMES)),
            };
            point.dims.push(((*dim).to_owned(), value));
        }
        point.set_entries(random);
        point
    }

    /// Some of the entries at other prices.
    fn set_entries(&mut self, random: &mut Random) {
        let table = self.table.clone();
        for (format, primitive, entry) in table.entries() {
            if !matches!(entry.provenance, Provenance::Derived { .. }) && random.below(6) == 0 {
                let price = BigRational::new((1 + random.below(999)).into(), 100.into());
                self.entries
                    .push((table.symbol(primitive, format), price.clone()));
                self.table = self.table.with_price(primitive, format, price);
            }
        }
    }

    /// The levels that data moves between, with some of their numbers changed.
    fn memory(&self) -> Option<Memory> {
        let movement = self.movement?;
        Some(Memory {
            table: self.table.name().to_owned(),
            movement,
            options: MovementOptions::default(),
            levels: self.table.levels(None).ok()?,
        })
    }

    /// The memory of an estimate, with random numbers: each is an entry of the point.
    pub fn memory_with(&mut self, random: &mut Random) -> Option<Memory> {
        let mut memory = self.memory()?;
        for level in 0..memory.levels.len() {
            for (number, value) in memory.numbers(level) {
                if number == LevelNumber::Bandwidth || random.below(4) > 0 {
                    continue;
                }
                let value = match number {
                    LevelNumber::AccessBits => {
                        BigRational::from_integer(random.of(&[8, 32, 64, 128]).to_owned().into())
                    }
                    LevelNumber::Kib => {
                        value * BigRational::from_integer(random.of(&[1, 2, 64]).to_owned().into())
                    }
                    _ => BigRational::new((1 + random.below(9999)).into(), 100.into()),
                };
                if memory.set(level, number, &value) {
                    self.entries
                        .push((memory.symbol(level, number).name().to_owned(), value));
                }
            }
        }
        Some(memory)
    }

    /// The fragment of a page at this point.
    pub fn fragment(&self) -> String {
        let mut parts = vec![
            format!("phase={}", self.phase.name()),
            format!("table={}", self.table.name()),
            format!("format={}", self.format),
            format!("movement={}", self.movement.map_or("none", Movement::name)),
            format!("scope={}", self.scope),
        ];
        for (name, value) in &self.dims {
            parts.push(format!("{name}={value}"));
        }
        for (name, value) in &self.entries {
            parts.push(format!("{name}={}", to_f64(value)));
        }
        parts.join("&").replace(' ', "%20").replace('+', "%2B")
    }

    /// What the program says of a variant: the energies of the scope and of its
    /// stages, or that there are none.
    pub fn estimate(
        &self,
        model: &Model,
        variant: &str,
        memory: Option<&Memory>,
    ) -> Option<(f64, BTreeMap<String, f64>)> {
        if self.movement.is_some() && memory.is_none() {
            return None;
        }
        let formats: Vec<_> = self.table.formats().collect();
        if !formats.contains(&self.format.operand) || !formats.contains(&self.format.accumulator) {
            return None;
        }
        let model = model.clone().in_phase(self.phase).unwrap();
        // A dim of one variant is called after it.
        let of_variant = |(name, value): &'_ (String, String)| match name.split_once('.') {
            None => Some((name.clone(), value.clone())),
            Some((owner, name)) => (owner == variant).then(|| (name.to_owned(), value.clone())),
        };
        let settings: Vec<(String, String)> = self.dims.iter().filter_map(of_variant).collect();
        let settings: Vec<(&str, &String)> = settings
            .iter()
            .map(|(name, value)| (name.as_str(), value))
            .collect();
        let graph = lower(&model, variant, &set(&settings), Unfold::No).ok()?;
        let counted = Counted::new(graph, Default::default()).unwrap();
        let cost = CostModel {
            table: &self.table,
            format: self.format,
            zero_cost: NONE_FREE,
            memory,
            static_energy: false,
        };
        let found: Estimate = estimate(&counted, &cost, &[]).ok()?;
        let total = found.of_scope(&self.scope).unwrap().picojoules();
        let stages = found.stages.iter().map(|stage| {
            let energy = found.of_stages(std::slice::from_ref(stage));
            (stage.clone(), energy.picojoules())
        });
        Some((total, stages.collect()))
    }
}

/// A number times another one.
fn scaled(value: &str, times: &str) -> String {
    let value = parse_decimal(value).unwrap();
    let product = match times.split_once('/') {
        None => value * parse_decimal(times).unwrap(),
        Some((above, below)) => {
            (value * parse_decimal(above).unwrap() / parse_decimal(below).unwrap()).ceil()
        }
    };
    product.to_integer().to_u64().unwrap().max(1).to_string()
}
