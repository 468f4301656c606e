//! What a demand costs: the one place where counts meet a table.
//!
//! A [`CostModel`] says by which entry each demand is priced; [`Counted::price`]
//! goes through the demands, and everything that has an energy (estimates,
//! closed forms, sweeps, claims) is made of what it gives. What an entry is
//! worth is up to the caller: its picojoules, or an expression in the entries
//! that a sweep varies.
//!
//! Hardware whose multiply–accumulate is one step has a `mac` entry and none
//! for its halves. There, and only there, the product of a multiply–accumulate
//! costs a `mac`, and its sum nothing more.

use std::collections::BTreeSet;

use num_rational::BigRational;
use num_traits::Zero;

use super::counted::Counted;
use super::memory::Memory;
use crate::demand::{CostKey, Demand};
use crate::format::{Format, NumberFormat};
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Place, Problems};
use crate::table::{Confidence, EnergyTable, Entry};

/// What demands are priced with.
#[derive(Debug, Clone)]
pub struct CostModel<'t> {
    /// The table.
    pub table: &'t EnergyTable,
    /// The formats of what the model leaves open.
    pub format: Format,
    /// Primitives that cost 0 whatever the table says: a convention of some
    /// papers.
    pub zero_cost: &'t BTreeSet<Primitive>,
    /// The levels of memory that data moves between; nothing where data
    /// movement is not counted.
    pub memory: Option<&'t Memory>,
    /// Whether time is counted, and static energy with it.
    pub static_energy: bool,
}

/// What one of a demand costs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cost<'t> {
    /// What is paid for: the primitive asked for, or the `mac` that it is half
    /// of.
    pub primitive: Primitive,
    /// In which format.
    pub format: NumberFormat,
    /// The entry of the table; none where the primitive costs 0 by convention.
    pub entry: Option<&'t Entry>,
}

/// A demand with its count, and what one of it costs.
#[derive(Debug, Clone)]
pub struct Priced<'c, 't, T> {
    /// The demand.
    pub demand: &'c Demand,
    /// How often, at the values of the graph's symbols.
    pub count: &'c BigRational,
    /// What is paid for.
    pub cost: Cost<'t>,
    /// What one costs: a number of picojoules, or an expression for it.
    pub each: T,
}

/// A demand for which a table has no entry.
#[derive(Debug, Clone, Copy)]
pub struct MissingEntry<'c> {
    /// The demand.
    pub demand: &'c Demand,
    /// The primitive that has no entry.
    pub primitive: Primitive,
    /// In this format.
    pub format: NumberFormat,
}

impl Cost<'_> {
    /// Picojoules for one.
    pub fn picojoules(&self) -> BigRational {
        let entry = self.entry.map(|entry| entry.pj.clone());
        entry.unwrap_or_else(BigRational::zero)
    }

    /// How far to trust that.
    pub fn confidence(&self) -> Confidence {
        match self.entry {
            Some(entry) => entry.confidence,
            None => Confidence::Assumed,
        }
    }
}

impl<'t> CostModel<'t> {
    /// Whether arithmetic has no energy here: the table says how long it takes,
    /// and prices no operation at all. Then it is left out, and that is said.
    pub fn leaves_out_arithmetic(&self) -> bool {
        self.static_energy && self.table.entries().next().is_none()
    }

    /// What one of a demand costs; nothing where something else that is asked
    /// for pays for it too.
    ///
    /// # Errors
    /// The entry that the table lacks.
    pub fn cost<'c>(&self, demand: &'c Demand) -> Result<Option<Cost<'t>>, MissingEntry<'c>> {
        let CostKey::Op(primitive) = demand.key;
        let format = demand.precision.resolve(self.format);
        if let Some(cost) = self.of(primitive, format) {
            return Ok(Some(cost));
        }
        match (self.fused(demand), primitive) {
            (Some(mac), Primitive::Mul) => Ok(Some(mac)),
            (Some(_), _) => Ok(None),
            (None, _) => Err(MissingEntry {
                demand,
                primitive,
                format,
            }),
        }
    }

    /// Whether a demand is paid for by a fused multiply–accumulate.
    pub fn is_fused(&self, demand: &Demand) -> bool {
        let CostKey::Op(primitive) = demand.key;
        let format = demand.precision.resolve(self.format);
        self.of(primitive, format).is_none() && self.fused(demand).is_some()
    }

    fn of(&self, primitive: Primitive, format: NumberFormat) -> Option<Cost<'t>> {
        let entry = match self.zero_cost.contains(&primitive) {
            true => None,
            false => Some(self.table.entry(primitive, format)?),
        };
        Some(Cost {
            primitive,
            format,
            entry,
        })
    }

    /// The fused multiply–accumulate that a demand is half of, where the table
    /// has an entry for it and for neither half.
    fn fused(&self, demand: &Demand) -> Option<Cost<'t>> {
        let fused = demand.fused?;
        let operand = fused.operand.resolve(self.format);
        let accumulator = fused.accumulator.resolve(self.format);
        let halves = [(Primitive::Mul, operand), (Primitive::Add, accumulator)];
        let is_missing = |(primitive, format)| self.of(primitive, format).is_none();
        let both_missing = halves.into_iter().all(is_missing);
        both_missing.then(|| self.of(Primitive::Mac, operand))?
    }
}

impl Counted {
    /// The demands that `within` takes, each with what one of it costs; `each`
    /// says what a cost is worth, nothing where it has no value. This is the
    /// loop that prices: whatever has an energy is a sum over what it gives.
    ///
    /// # Errors
    /// Every demand that has no cost.
    pub fn price<'c, 't, T>(
        &'c self,
        model: &CostModel<'t>,
        within: impl Fn(&Demand) -> bool,
        each: impl Fn(&Demand, &Cost<'t>) -> Option<T>,
    ) -> Result<Vec<Priced<'c, 't, T>>, Vec<MissingEntry<'c>>> {
        let mut priced = Vec::with_capacity(self.counts.len());
        let mut missing = Vec::new();
        for (demand, count) in self.census.demands.iter().zip(&self.counts) {
            if !within(demand) {
                continue;
            }
            match model.cost(demand) {
                Ok(None) => {}
                Ok(Some(cost)) => match each(demand, &cost) {
                    Some(each) => priced.push(Priced {
                        demand,
                        count,
                        cost,
                        each,
                    }),
                    None => missing.push(MissingEntry {
                        demand,
                        primitive: cost.primitive,
                        format: cost.format,
                    }),
                },
                Err(lacking) => missing.push(lacking),
            }
        }
        match missing.is_empty() {
            true => Ok(priced),
            false => Err(missing),
        }
    }
}

/// The mistakes for entries that a table lacks: one for each primitive and
/// format, with the first op that needs it and the tables among `others` that
/// have it.
pub(super) fn missing_entries(
    missing: &[MissingEntry<'_>],
    counted: &Counted,
    table: &EnergyTable,
    others: &[&EnergyTable],
) -> Problems {
    let mut problems = Problems::new();
    if let (Some(first), None) = (missing.first(), table.entries().next()) {
        let op = &counted.graph.ops()[first.demand.op];
        let name = table.name();
        let message = format!("table `{name}` prices no operation");
        let help = "`--static` counts how long a model takes, and the static energy of that";
        problems.push(Diagnostic::at(&op.place, message).help(help));
        return problems;
    }
    let mut seen = BTreeSet::new();
    for one in missing {
        if seen.insert((one.primitive, one.format)) {
            let op = &counted.graph.ops()[one.demand.op];
            let name = counted.graph.full_name(op);
            problems.push(missing_entry(one, &name, &op.place, table, others));
        }
    }
    problems
}

fn missing_entry(
    missing: &MissingEntry<'_>,
    op: &str,
    place: &Place,
    table: &EnergyTable,
    others: &[&EnergyTable],
) -> Diagnostic {
    let MissingEntry {
        demand,
        primitive,
        format,
    } = *missing;
    let name = table.name();
    let message = format!("table `{name}` has no `{primitive}` in {format}, which op `{op}` needs");
    let having: Vec<&str> = others
        .iter()
        .filter(|table| table.entry(primitive, format).is_some())
        .map(|table| table.name())
        .collect();
    let mut diagnostic = Diagnostic::at(place, message);
    diagnostic = match having.as_slice() {
        [] => diagnostic.help(format!("no table here has `{primitive}` in {format}")),
        tables => diagnostic.help(format!("tables that have it: {}", tables.join(", "))),
    };
    let formats: Vec<String> = table
        .formats()
        .filter(|format| table.entry(primitive, *format).is_some())
        .map(|format| format.to_string())
        .collect();
    if !formats.is_empty() {
        let formats = formats.join(", ");
        diagnostic = diagnostic.help(format!("`{name}` has `{primitive}` in {formats}"));
    }
    // A `mac` beside one half does not stand for the other.
    if demand.fused.is_some() && table.entry(Primitive::Mac, format).is_some() {
        diagnostic = diagnostic.help(format!(
            "its `mac` in {format} stands for a multiplication and an addition only where both have no entry"
        ));
    }
    diagnostic
}
