//! An estimate of a claim file, and what formulas and audits ask it for.

use std::collections::BTreeSet;
use std::sync::Arc;

use num_rational::BigRational;
use num_traits::Zero;

use crate::demand::Demand;
use crate::energy::{Cost, CostModel, Counted, Memory, Moved, Sum, moved};
use crate::format::{Format, NumberFormat};
use crate::graph::has_stage;
use crate::movement::{Direction, Role};
use crate::primitive::Primitive;
use crate::table::{EnergyTable, Entry};

/// An estimate of a claim file, counted.
#[derive(Debug, Clone)]
pub struct Computed {
    /// Its graph and its counts.
    pub counted: Arc<Counted>,
    /// What it is priced with.
    pub price: Option<(Arc<EnergyTable>, Format)>,
    /// What moves in all of it; nothing where that is not counted.
    pub moved: Option<Arc<Moved>>,
    /// Primitives priced at 0.
    pub zero_cost: BTreeSet<Primitive>,
    /// The stages that count; all where there are none.
    pub stages: Option<Vec<String>>,
    /// What that part is called.
    pub part: String,
}

/// One price that is looked up: for an op of an estimate, or for an entry that
/// a formula names.
pub struct Lookup<'a> {
    /// The table.
    pub table: &'a EnergyTable,
    /// The primitive.
    pub primitive: Primitive,
    /// Its format.
    pub format: NumberFormat,
    /// What it is for in an estimate.
    pub op: Option<Operation<'a>>,
}

/// A primitive of an estimate.
#[derive(Clone, Copy)]
pub struct Operation<'a> {
    /// The estimate.
    pub of: &'a Computed,
    /// What is asked for, how often, and by which op.
    pub demand: &'a Demand,
    /// The format of what the estimate leaves open.
    pub format: Format,
}

impl<'a> Lookup<'a> {
    /// The entry of the table, if it has one.
    pub fn entry(&self) -> Option<&'a Entry> {
        self.table.entry(self.primitive, self.format)
    }
}

/// Prices otherwise than the table says, for an audit.
pub trait Prices {
    /// The price of one operation in picojoules; nothing where there is none.
    fn price(&self, lookup: &Lookup<'_>) -> Option<BigRational> {
        lookup.entry().map(|entry| entry.pj.clone())
    }

    /// Another format for what an estimate leaves open.
    fn format(&self, format: Format) -> Format {
        format
    }

    /// The stages of an estimate that count.
    fn stages(&self, computed: &Computed) -> Option<Vec<String>> {
        computed.stages.clone()
    }

    /// What an estimate takes besides its operations, in picojoules.
    fn extra(&self, _computed: &Computed) -> BigRational {
        BigRational::zero()
    }

    /// The table in the place of `table`.
    fn table<'t>(&'t self, table: &'t EnergyTable) -> &'t EnergyTable {
        table
    }
}

/// As the tables say.
pub struct Plain;

impl Prices for Plain {}

impl Computed {
    /// The demands of its part, with their counts.
    pub(super) fn demands(
        &self,
        stages: Option<&[String]>,
    ) -> impl Iterator<Item = (&Demand, &BigRational)> {
        let counted = &self.counted;
        let all = counted.census.demands.iter().zip(&counted.counts);
        let stages = stages.map(<[String]>::to_vec);
        all.filter(move |(demand, _)| {
            let stage = &counted.graph.ops()[demand.op].stage;
            stages
                .as_ref()
                .is_none_or(|stages| has_stage(stages, stage))
        })
    }

    /// The demands of its part that cost something, each with the entry that
    /// prices it: those priced as one primitive, if one is given.
    pub(super) fn priced(&self, primitive: Option<Primitive>) -> Vec<Charged<'_>> {
        let Some((table, format)) = &self.price else {
            return Vec::new();
        };
        let model = self.cost_model(table, *format);
        let demands = self.demands(self.stages.as_deref());
        demands
            .filter(|(_, count)| !count.is_zero())
            .filter_map(|(demand, _)| {
                let cost = model.cost(demand).ok()??;
                let is_asked = primitive.is_none_or(|one| one == cost.primitive);
                let entry = cost.entry.filter(|_| is_asked)?;
                Some(Charged {
                    demand,
                    primitive: cost.primitive,
                    format: cost.format,
                    entry,
                })
            })
            .collect()
    }

    fn cost_model<'a>(&'a self, table: &'a EnergyTable, format: Format) -> CostModel<'a> {
        CostModel {
            table,
            format,
            zero_cost: &self.zero_cost,
            memory: self.moved.as_ref().map(|moved| &moved.memory),
            static_energy: false,
        }
    }

    /// What moves between the levels of `memory`, where it is another estimate of the
    /// same counts and in the same format.
    pub(super) fn moved_alike(
        &self,
        counted: &Arc<Counted>,
        memory: &Memory,
        format: Format,
    ) -> Option<Arc<Moved>> {
        let moved = self.moved.as_ref()?;
        let (_, own) = self.price.as_ref()?;
        let is_alike =
            Arc::ptr_eq(&self.counted, counted) && *own == format && moved.memory == *memory;
        is_alike.then(|| Arc::clone(moved))
    }

    /// The picojoules of what moves in some stages, where that is counted: as
    /// `format` has it.
    fn movement_in(&self, format: Format, stages: Option<&[String]>) -> Option<BigRational> {
        let own = self.moved.as_ref()?;
        let is_own = (self.price.as_ref()).is_some_and(|(_, known)| *known == format);
        let moved = match is_own {
            true => Arc::clone(own),
            false => Arc::new(moved(&self.counted, &own.memory, format).ok()?),
        };
        let lines = moved.lines.iter();
        let inside =
            lines.filter(|line| stages.is_none_or(|stages| has_stage(stages, &line.stage)));
        Some(total(inside.filter_map(|line| line.picojoules.as_ref())))
    }

    /// The picojoules of what moves in its part.
    pub(super) fn movement(&self, prices: &dyn Prices) -> Option<BigRational> {
        let (_, format) = self.price.as_ref()?;
        let stages = prices.stages(self);
        self.movement_in(prices.format(*format), stages.as_deref())
    }

    /// The bits that move through a level in its part, of one role if one is
    /// given, and one way if one is.
    pub(super) fn traffic(
        &self,
        (level, role, way): (usize, Option<Role>, Option<Direction>),
        prices: &dyn Prices,
    ) -> Option<BigRational> {
        let stages = prices.stages(self);
        let lines = self.moved.as_ref()?.lines.iter();
        let bits = lines
            .filter(|line| line.level == level && role.is_none_or(|role| role == line.role))
            .filter(|line| way.is_none_or(|way| way == line.direction))
            .filter(|line| (stages.as_ref()).is_none_or(|stages| has_stage(stages, &line.stage)))
            .map(|line| &line.bits);
        Some(total(bits))
    }

    /// Its energy in picojoules, or that of one primitive; nothing where it is
    /// not priced, or a price is missing.
    pub(super) fn energy(
        &self,
        primitive: Option<Primitive>,
        prices: &dyn Prices,
    ) -> Option<BigRational> {
        let (table, format) = self.price.as_ref()?;
        let table = prices.table(table);
        let format = prices.format(*format);
        let stages = prices.stages(self);
        let model = self.cost_model(table, format);
        let inside = |demand: &Demand| {
            let stage = &self.counted.graph.ops()[demand.op].stage;
            stages
                .as_ref()
                .is_none_or(|stages| has_stage(stages, stage))
        };
        let asked = |demand: &Demand| {
            inside(demand) && primitive.is_none_or(|one| one == Primitive::Mac || demand.is(one))
        };
        let each = |demand: &Demand, cost: &Cost<'_>| {
            if cost.entry.is_none() {
                return Some(BigRational::zero());
            }
            let lookup = Lookup {
                table,
                primitive: cost.primitive,
                format: cost.format,
                op: Some(Operation {
                    of: self,
                    demand,
                    format,
                }),
            };
            prices.price(&lookup)
        };
        // Where a `mac` pays for both, neither half has an energy of its own.
        let mut demands = self.counted.census.demands.iter();
        if primitive.is_some_and(|one| one != Primitive::Mac)
            && demands.any(|demand| asked(demand) && model.is_fused(demand))
        {
            return None;
        }
        let mut sum = Sum::default();
        if primitive.is_none() {
            sum.add(&prices.extra(self));
            if let Some(moved) = self.movement_in(format, stages.as_deref()) {
                sum.add(&moved);
            }
        }
        for one in self.counted.price(&model, asked, each).ok()? {
            if primitive.is_none_or(|primitive| primitive == one.cost.primitive) {
                sum.add_product(one.count, &one.each);
            }
        }
        Some(sum.value())
    }

    /// How many of one primitive its part has.
    pub(super) fn count(&self, primitive: Primitive, prices: &dyn Prices) -> BigRational {
        let stages = prices.stages(self);
        let demands = self.demands(stages.as_deref());
        let counts = demands.filter(|(demand, _)| demand.is(primitive));
        total(counts.map(|(_, count)| count))
    }

    /// The multiply–accumulates of its part; nothing where a count has no
    /// value.
    pub(super) fn macs(&self, prices: &dyn Prices) -> Option<BigRational> {
        let stages = prices.stages(self);
        let Some(stages) = stages else {
            return Some(self.counted.macs.clone());
        };
        let counted = &self.counted;
        let products = counted.census.products.iter().zip(&counted.products);
        let within = products.filter(|(products, _)| {
            let op = &counted.graph.ops()[products.op];
            has_stage(&stages, &op.stage)
        });
        Some(total(within.map(|(_, work)| &work.macs)))
    }

    /// How many numbers the weights of the whole model hold.
    pub(super) fn weights(&self) -> Option<BigRational> {
        let values = self.counted.graph.values();
        self.counted.census.parameters.evaluate(&values).ok()
    }

    /// The entries that its table lacks.
    pub(super) fn missing(&self) -> Vec<String> {
        let Some((table, format)) = &self.price else {
            return Vec::new();
        };
        let model = self.cost_model(table, *format);
        let mut missing: Vec<String> = Vec::new();
        for (demand, _) in self.demands(self.stages.as_deref()) {
            let Err(lacking) = model.cost(demand) else {
                continue;
            };
            let name = format!("{}.{}", lacking.primitive, lacking.format);
            if !missing.contains(&name) {
                missing.push(name);
            }
        }
        missing
    }
}

/// The sum of many numbers.
fn total<'n>(numbers: impl Iterator<Item = &'n BigRational>) -> BigRational {
    let mut sum = Sum::default();
    numbers.for_each(|number| sum.add(number));
    sum.value()
}

/// A demand with the entry that prices it.
pub(super) struct Charged<'a> {
    pub(super) demand: &'a Demand,
    pub(super) primitive: Primitive,
    pub(super) format: NumberFormat,
    pub(super) entry: &'a Entry,
}
