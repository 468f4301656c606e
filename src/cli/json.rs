//! The JSON of estimates and comparisons. Its fields are a promise: they may
//! be added to, never renamed.

use std::collections::BTreeMap;

use num_rational::BigRational;
use serde::Serialize;
use serde_json::{Map, Number, Value};

use super::usage::usage_error;
use crate::compare::{Comparison, Row, RowPart};
use crate::energy::{
    Bound, By, Estimate, Group, Memory, MissingPeak, Moved, MovedLine, Part, Timing, Work,
};
use crate::movement::Tiles;
use crate::number;
use crate::render::table::{Cell, Table};
use crate::source::Problems;
use crate::table::{Confidence, Figure};
use crate::units::Energy;

/// An exact number as JSON: an integer however large, all digits of a decimal,
/// the nearest double of anything else.
pub(super) fn exact(value: &BigRational) -> Value {
    let text = if number::is_decimal(value) {
        number::plain(value)
    } else {
        number::to_f64(value).to_string()
    };
    text.parse::<Number>().map_or(Value::Null, Value::Number)
}

#[derive(Serialize)]
struct EstimateJson<'a> {
    model: &'a str,
    variant: &'a str,
    table: &'a str,
    format: String,
    dims: Map<String, Value>,
    parameters: Value,
    #[serde(flatten)]
    products: ProductsJson,
    /// What the model does: `prefill`, `decode`, `train`.
    phase: &'static str,
    total_pj: f64,
    /// `null`: the table prices no operation.
    compute_pj: Option<f64>,
    /// `null`: data movement is not counted, as the conventions say, or has no
    /// price.
    movement_pj: Option<f64>,
    #[serde(flatten)]
    timing: Option<TimingJson>,
    /// How data moves; `none` where that is not counted.
    movement: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    tiles: Option<&'static str>,
    /// What is one pass, where there are tiles.
    #[serde(skip_serializing_if = "Option::is_none")]
    fuse: Option<&'static str>,
    /// How spikes lie in memory.
    #[serde(skip_serializing_if = "Option::is_none")]
    spikes: Option<&'static str>,
    /// The levels, nearest first; `null` where movement is not counted.
    memory: Option<Vec<LevelJson>>,
    traffic: Option<Vec<TrafficJson>>,
    /// The least bits that any schedule moves to and from the farthest level.
    #[serde(skip_serializing_if = "Option::is_none")]
    lower_bound_bits: Option<Value>,
    stages: Vec<StageJson>,
    layers: Vec<LayerJson>,
    density_limits: DensityLimitsJson,
    confidence: BTreeMap<&'static str, f64>,
    /// What entries cost that are of tables which the table extends.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    inherited: BTreeMap<&'a str, f64>,
    /// Operators that are not known, and in no sum.
    left_out: Vec<LeftOutJson<'a>>,
    /// Primitives priced by assumed entries.
    assumed: Vec<String>,
    conventions: Map<String, Value>,
}

/// What counters of the field count.
#[derive(Default, Serialize)]
struct ProductsJson {
    macs: Value,
    /// Without skipped zeros, which `macs` has.
    effective_macs: Value,
    acs: Value,
    /// Without skipped zeros.
    synops: Value,
    dense_synops: Value,
}

impl ProductsJson {
    /// Those of a group; all `null` where nothing of it is supported.
    fn of(group: &Group) -> ProductsJson {
        match group.energy() {
            Some(_) => ProductsJson::from(&group.work),
            None => ProductsJson::default(),
        }
    }
}

impl From<&Work> for ProductsJson {
    fn from(work: &Work) -> ProductsJson {
        ProductsJson {
            macs: exact(&work.macs),
            effective_macs: exact(&work.effective_macs),
            acs: exact(&work.acs),
            synops: exact(&work.synops),
            dense_synops: exact(&work.dense_synops),
        }
    }
}

/// How much is known of the shares of zeros that are skipped.
#[derive(Serialize)]
struct DensityLimitsJson {
    /// Tensors of which only a bound is known.
    bounds: usize,
    /// Tensors of few values that are taken to have no zeros.
    full: usize,
}

/// The time and the static energy; there where static energy is counted.
#[derive(Serialize)]
struct TimingJson {
    /// `null`, here and below: it is not known, as `static_unknown` says.
    seconds: Option<Value>,
    static_pj: Option<f64>,
    static_watts: Option<Value>,
    /// What each run of the model takes, in `static_pj` too.
    inference_pj: Option<Value>,
    launch_seconds: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    static_unknown: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    time_unknown: Option<String>,
    /// The seconds of the ops that wait for each: for their arithmetic, or for a
    /// level of memory.
    bound: Map<String, Value>,
}

impl TimingJson {
    fn new(timing: &Timing, estimate: &Estimate) -> TimingJson {
        let value = |figure: &Option<Figure>| figure.as_ref().map(|one| exact(&one.value));
        let bound = timing.by_bound().into_iter().map(|(bound, seconds)| {
            let name = match (bound, &estimate.moved) {
                (Bound::Level(level), Some(moved)) => moved.memory.level_name(level),
                _ => Part::Arithmetic.name().to_owned(),
            };
            (name, exact(&seconds))
        });
        TimingJson {
            seconds: timing.seconds(|_| true).as_ref().map(exact),
            static_pj: estimate.statics().map(Energy::picojoules),
            static_watts: value(&timing.power),
            inference_pj: timing.of_inference().as_ref().map(exact),
            launch_seconds: value(&timing.launch),
            static_unknown: timing.unknown(&estimate.table),
            time_unknown: timing.ops.as_ref().err().map(MissingPeak::words),
            bound: bound.collect(),
        }
    }
}

/// The time and the static energy of a group; there where static energy is
/// counted.
#[derive(Serialize)]
struct GroupTimeJson {
    /// `null`, here and below: not known.
    seconds: Option<Value>,
    static_pj: Option<f64>,
}

impl GroupTimeJson {
    fn new(group: &Group, estimate: &Estimate) -> Option<GroupTimeJson> {
        estimate.timing.as_ref().map(|_| GroupTimeJson {
            seconds: group.seconds.as_ref().map(exact),
            static_pj: group.statics().map(Energy::picojoules),
        })
    }
}

#[derive(Serialize)]
struct LayerJson {
    layer: String,
    #[serde(flatten)]
    products: ProductsJson,
    /// `null` where nothing of it is supported.
    compute_pj: Option<f64>,
    #[serde(flatten)]
    time: Option<GroupTimeJson>,
}

impl LayerJson {
    fn new(group: Group, estimate: &Estimate) -> LayerJson {
        LayerJson {
            time: GroupTimeJson::new(&group, estimate),
            products: ProductsJson::of(&group),
            compute_pj: group.energy().map(Energy::picojoules),
            layer: group.name,
        }
    }
}

#[derive(Serialize)]
struct LeftOutJson<'a> {
    operator: &'a str,
    count: Value,
    /// `null`: it is not known.
    energy_pj: Option<f64>,
}

fn left_out_json(estimate: &Estimate) -> Vec<LeftOutJson<'_>> {
    let all = estimate.unsupported_operators().into_iter();
    all.map(|(operator, count)| LeftOutJson {
        operator,
        count: exact(&count),
        energy_pj: None,
    })
    .collect()
}

/// What each variant leaves out, by its name.
pub(super) fn left_out(comparison: &Comparison) -> Map<String, Value> {
    let estimates = comparison.settings.first().into_iter().flatten();
    estimates
        .filter_map(|estimate| {
            let list = serde_json::to_value(left_out_json(estimate)).ok()?;
            Some((estimate.variant.clone(), list))
        })
        .collect()
}

#[derive(Serialize)]
struct StageJson {
    stage: String,
    counts: Map<String, Value>,
    #[serde(flatten)]
    products: ProductsJson,
    /// `null` where nothing of it is supported.
    compute_pj: Option<f64>,
    movement_pj: Option<f64>,
    #[serde(flatten)]
    time: Option<GroupTimeJson>,
    traffic: Option<Vec<TrafficJson>>,
}

/// A level of memory, with what one access to it costs.
#[derive(Serialize)]
struct LevelJson {
    level: String,
    capacity_bits: Option<Value>,
    /// `null`, here and below: the table does not say.
    access_bits: Option<u32>,
    read_pj: Option<Value>,
    write_pj: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bandwidth_gb_s: Option<Value>,
}

/// Bits of one kind through one level.
#[derive(Serialize)]
struct TrafficJson {
    level: String,
    role: &'static str,
    direction: &'static str,
    bits: Value,
    /// `null`: the level has no price.
    pj: Option<f64>,
}

fn levels(memory: &Memory, timed: bool) -> Vec<LevelJson> {
    let levels = memory.levels.iter();
    levels
        .map(|level| LevelJson {
            level: level.name(),
            capacity_bits: level.capacity().as_ref().map(exact),
            access_bits: level.price.as_ref().map(|price| price.bits),
            read_pj: level.read_pj().as_ref().map(exact),
            write_pj: level.write_pj().as_ref().map(exact),
            bandwidth_gb_s: (level.bandwidth.as_ref().filter(|_| timed))
                .map(|one| exact(&one.value)),
        })
        .collect()
}

fn traffic(moved: &Moved, within: impl Fn(&MovedLine) -> bool) -> Vec<TrafficJson> {
    let rows = moved.by_level(within).into_iter();
    rows.map(|row| TrafficJson {
        level: moved.memory.level_name(row.level),
        role: row.role.name(),
        direction: row.direction.name(),
        bits: exact(&row.bits),
        pj: row.picojoules.as_ref().map(number::to_f64),
    })
    .collect()
}

impl StageJson {
    fn new(group: Group, estimate: &Estimate) -> StageJson {
        let counts = group
            .counts
            .iter()
            .map(|((primitive, format), count)| (format!("{primitive}.{format}"), exact(count)));
        StageJson {
            counts: counts.collect(),
            products: ProductsJson::of(&group),
            compute_pj: group.arithmetic().map(Energy::picojoules),
            movement_pj: group.movement().map(Energy::picojoules),
            time: GroupTimeJson::new(&group, estimate),
            traffic: (estimate.moved.as_ref())
                .map(|moved| traffic(moved, |line| line.stage == group.name)),
            stage: group.name,
        }
    }
}

/// The names of the primitives that assumed entries price.
pub(super) fn assumed(estimate: &Estimate) -> Vec<String> {
    let mut names: Vec<String> = estimate
        .lines
        .iter()
        .filter(|line| line.confidence == Confidence::Assumed && line.picojoules.is_some())
        .map(|line| format!("{}.{}", line.primitive, line.format))
        .collect();
    names.sort_unstable();
    names.dedup();
    names
}

fn conventions(estimate: &Estimate) -> Map<String, Value> {
    let list = estimate.settings.list().into_iter();
    list.map(|(name, value)| (name.to_owned(), Value::String(value)))
        .collect()
}

fn estimate_json(estimate: &Estimate) -> EstimateJson<'_> {
    let total = estimate.total().picojoules();
    let moved = estimate.moved.as_ref();
    EstimateJson {
        model: &estimate.model,
        variant: &estimate.variant,
        table: &estimate.table,
        format: estimate.format.to_string(),
        dims: (estimate.dims.iter())
            .map(|(name, value)| (name.clone(), exact(value)))
            .collect(),
        parameters: exact(&estimate.parameters),
        products: ProductsJson::from(&estimate.work()),
        phase: estimate.settings.phase.name(),
        total_pj: total,
        compute_pj: estimate.arithmetic().map(Energy::picojoules),
        movement_pj: estimate.movement().map(Energy::picojoules),
        timing: (estimate.timing.as_ref()).map(|timing| TimingJson::new(timing, estimate)),
        movement: moved.map_or("none", |moved| moved.memory.movement.name()),
        tiles: moved.and_then(|moved| moved.memory.movement.tiles().map(Tiles::name)),
        fuse: moved
            .filter(|moved| moved.memory.movement.tiles().is_some())
            .map(|moved| moved.memory.options.fuse.name()),
        spikes: moved.map(|moved| moved.memory.options.spikes.name()),
        memory: moved.map(|moved| levels(&moved.memory, estimate.timing.is_some())),
        traffic: moved.map(|moved| traffic(moved, |_| true)),
        lower_bound_bits: moved.and_then(|moved| moved.lower_bound_bits.as_ref().map(exact)),
        stages: estimate
            .by(By::Stage)
            .into_iter()
            .map(|group| StageJson::new(group, estimate))
            .collect(),
        layers: (estimate.by(By::Layer).into_iter())
            .map(|group| LayerJson::new(group, estimate))
            .collect(),
        confidence: (estimate.by_confidence().into_iter())
            .map(|(confidence, energy)| (confidence.name(), energy.picojoules()))
            .collect(),
        density_limits: DensityLimitsJson {
            bounds: estimate.densities.bounds,
            full: estimate.densities.full,
        },
        inherited: (estimate.by_origin().into_iter())
            .map(|(origin, energy)| (origin.table.as_str(), energy.picojoules()))
            .collect(),
        left_out: left_out_json(estimate),
        assumed: assumed(estimate),
        conventions: conventions(estimate),
    }
}

/// One estimate as an object, several as an array.
pub(super) fn estimates(estimates: &[Estimate]) -> Result<String, Problems> {
    match estimates {
        [one] => text(&estimate_json(one)),
        many => text(&many.iter().map(estimate_json).collect::<Vec<_>>()),
    }
}

#[derive(Serialize)]
struct ComparisonJson<'a> {
    model: &'a str,
    baseline: &'a str,
    dims: Map<String, Value>,
    conventions: Map<String, Value>,
    /// Operators that are not known, and in no sum, by variant.
    left_out: Map<String, Value>,
    rows: Vec<RowJson>,
    stages: Vec<RowJson>,
}

#[derive(Serialize)]
struct RowJson {
    table: String,
    format: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    scope: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    stage: Option<String>,
    variant: String,
    /// `null` where nothing of it is supported.
    energy_pj: Option<f64>,
    baseline_pj: Option<f64>,
    saving: Option<f64>,
    /// Of the energy the arithmetic and what moves, and of the arithmetic what is
    /// saved; left out where arithmetic alone is counted.
    #[serde(flatten)]
    parts: Option<PartsJson>,
}

#[derive(Serialize)]
struct PartsJson {
    compute_pj: Option<f64>,
    movement_pj: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    static_pj: Option<Option<f64>>,
    compute_saving: Option<f64>,
}

fn row_json(row: Row, by_stage: bool) -> RowJson {
    let saving = row.saving();
    let part = |part: Part| row.parts.iter().find(|known| known.part == part);
    let energy = |part: &RowPart| part.energy.map(Energy::picojoules);
    let parts = part(Part::Arithmetic).map(|arithmetic| PartsJson {
        compute_pj: energy(arithmetic),
        movement_pj: part(Part::Movement).and_then(energy),
        static_pj: part(Part::Static).map(energy),
        compute_saving: arithmetic.saving(),
    });
    let (scope, stage) = if by_stage {
        (None, Some(row.scope))
    } else {
        (Some(row.scope), None)
    };
    RowJson {
        table: row.table,
        format: row.format.to_string(),
        scope,
        stage,
        variant: row.variant,
        energy_pj: row.energy.map(Energy::picojoules),
        baseline_pj: row.baseline.map(Energy::picojoules),
        saving,
        parts,
    }
}

/// A comparison over the scopes given, and by stage.
pub(super) fn comparison(comparison: &Comparison, scopes: &[String]) -> Result<String, Problems> {
    let first = comparison
        .settings
        .first()
        .and_then(|estimates| estimates.first());
    text(&ComparisonJson {
        model: first.map_or("", |estimate| &estimate.model),
        baseline: &comparison.baseline,
        dims: first.map_or_else(Map::new, |estimate| {
            let dims = estimate.dims.iter();
            dims.map(|(name, value)| (name.clone(), exact(value)))
                .collect()
        }),
        conventions: first.map_or_else(Map::new, conventions),
        left_out: left_out(comparison),
        rows: (comparison.rows(scopes).into_iter())
            .map(|row| row_json(row, false))
            .collect(),
        stages: (comparison.stage_rows().into_iter())
            .map(|row| row_json(row, true))
            .collect(),
    })
}

/// Tables as arrays of objects, one array for each, under its title.
pub(super) fn tables(tables: &[Table]) -> Result<String, Problems> {
    let mut all = Map::new();
    for table in tables {
        let rows = table.rows.iter().map(|row| {
            let cells = table.columns.iter().zip(&row.cells);
            let cells = cells.map(|(column, cell)| (column.key.clone(), cell_json(cell)));
            Value::Object(cells.collect())
        });
        let title = table.title.clone().unwrap_or_else(|| "rows".to_owned());
        all.insert(title, Value::Array(rows.collect()));
    }
    text(&all)
}

fn cell_json(cell: &Cell) -> Value {
    match cell {
        Cell::Empty | Cell::NotCounted => Value::Null,
        Cell::Text(text) | Cell::Formula { text, .. } => Value::String(text.clone()),
        Cell::Count(count) => exact(count),
        Cell::Energy(energy) => energy.picojoules().into(),
        Cell::Seconds(seconds) => (*seconds).into(),
        Cell::Share(value) | Cell::Factor(value) | Cell::Number(value) => (*value).into(),
    }
}

pub(super) fn text(value: &impl Serialize) -> Result<String, Problems> {
    serde_json::to_string_pretty(value)
        .map_err(|error| usage_error(format!("cannot write the result as JSON: {error}")))
}
