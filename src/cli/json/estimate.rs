//! Estimates as JSON.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Map, Value};

use super::timing::{GroupTimeJson, TimingJson};
use super::value::{exact, text};
use crate::compare::Comparison;
use crate::energy::{By, Estimate, Group, Memory, Moved, MovedLine, Work};
use crate::movement::Tiles;
use crate::number;
use crate::source::Problems;
use crate::table::Confidence;
use crate::units::Energy;

#[derive(Serialize)]
struct EstimateJson<'a> {
    model: &'a str,
    variant: &'a str,
    table: &'a str,
    format: String,
    dims: Map<String, Value>,
    parameters: Value,
    /// Those that one token takes, of a mixture of experts.
    #[serde(skip_serializing_if = "Option::is_none")]
    active_parameters: Option<Value>,
    #[serde(flatten)]
    products: ProductsJson,
    /// What the model does: `prefill`, `decode`, `train`.
    phase: &'static str,
    /// `null`: the table gives no energy at all.
    total_pj: Option<f64>,
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

#[derive(Serialize)]
struct LayerJson {
    layer: String,
    #[serde(flatten)]
    products: ProductsJson,
    /// `null` where nothing of it is supported.
    compute_pj: Option<f64>,
    movement_pj: Option<f64>,
    #[serde(flatten)]
    time: Option<GroupTimeJson>,
}

impl LayerJson {
    fn new(group: Group, estimate: &Estimate) -> LayerJson {
        LayerJson {
            time: GroupTimeJson::new(&group, estimate),
            products: ProductsJson::of(&group),
            compute_pj: group.arithmetic().map(Energy::picojoules),
            movement_pj: group.movement().map(Energy::picojoules),
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
pub(in crate::cli) fn left_out(comparison: &Comparison) -> Map<String, Value> {
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
                .map(|moved| traffic(moved, |line| *line.stage == *group.name)),
            stage: group.name,
        }
    }
}

/// The names of the primitives that assumed entries price.
pub(in crate::cli) fn assumed(estimate: &Estimate) -> Vec<String> {
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

pub(super) fn conventions(estimate: &Estimate) -> Map<String, Value> {
    let list = estimate.settings.list().into_iter();
    list.map(|(name, value)| (name.to_owned(), Value::String(value)))
        .collect()
}

fn estimate_json(estimate: &Estimate) -> EstimateJson<'_> {
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
        active_parameters: estimate.active_parameters.as_ref().map(exact),
        products: ProductsJson::from(&estimate.work()),
        phase: estimate.settings.phase.name(),
        total_pj: (estimate.has_energy()).then(|| estimate.total().picojoules()),
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
pub(in crate::cli) fn estimates(estimates: &[Estimate]) -> Result<String, Problems> {
    match estimates {
        [one] => text(&estimate_json(one)),
        many => text(&many.iter().map(estimate_json).collect::<Vec<_>>()),
    }
}
