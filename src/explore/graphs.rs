//! The ops of a variant in a phase, with their counts.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::Serialize;

use super::fold::{Grain, Row, Rows};
use super::intern::Interned;
use super::program::{NoProgram, Program, Renamed};
use super::subject::ExploredPhase;
use crate::demand::Demand;
use crate::energy::Counted;
use crate::format::Precision;
use crate::graph::{Op, OpGraph, OpKind, RegionId};
use crate::number::to_f64;
use crate::primitive::Primitive;
use crate::symbolic::{Expr, Symbol};

/// A formula of an op is cut after so many characters.
const MAX_FORMULA: usize = 240;

/// What demands are priced by: all of one class cost the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Class {
    pub(super) primitive: Primitive,
    pub(super) precision: Precision,
    /// The precisions of the multiply–accumulate that it is half of.
    fused: Option<(Precision, Precision)>,
}

impl Class {
    fn of(demand: &Demand) -> Option<Class> {
        let fused = demand.fused;
        Some(Class {
            primitive: demand.primitive()?,
            precision: demand.precision,
            fused: fused.map(|fused| (fused.operand, fused.accumulator)),
        })
    }
}

/// What all graphs of a page share.
#[derive(Debug, Default)]
pub(super) struct Shared<'c> {
    pub(super) program: Program,
    pub(super) texts: Interned<String>,
    pub(super) classes: Interned<Class>,
    /// A demand of each class.
    pub(super) examples: HashMap<u32, &'c Demand>,
}

/// A dim or parameter that a page can change.
#[derive(Debug, Serialize)]
pub(super) struct Dim {
    symbol: u32,
    name: String,
    value: f64,
    whole: bool,
    share: bool,
    /// Whether another value makes another graph, so that the page keeps it.
    fixed: bool,
}

/// A variant in a phase.
#[derive(Debug, Serialize)]
pub(super) struct GraphPage {
    phase: usize,
    variant: String,
    stages: Vec<u32>,
    /// Each with its stages, by their place.
    scopes: Vec<(String, Vec<usize>)>,
    layers: Vec<LayerPage>,
    ops: Vec<OpPage>,
    checks: Vec<CheckPage>,
}

/// A layer: a name, and how often it follows upon itself.
#[derive(Debug, Serialize)]
struct LayerPage {
    name: u32,
    rounds: u32,
}

/// A row.
#[derive(Debug, Serialize)]
struct OpPage {
    #[serde(rename = "n")]
    name: u32,
    #[serde(rename = "s")]
    stage: usize,
    #[serde(rename = "l", skip_serializing_if = "Option::is_none")]
    layer: Option<usize>,
    #[serde(rename = "f", skip_serializing_if = "Option::is_none")]
    formula: Option<u32>,
    #[serde(rename = "o", skip_serializing_if = "Vec::is_empty")]
    shape: Vec<u32>,
    /// Classes and counts, by turns.
    #[serde(rename = "d", skip_serializing_if = "Vec::is_empty")]
    demands: Vec<u32>,
    #[serde(rename = "i", skip_serializing_if = "Vec::is_empty")]
    inputs: Vec<usize>,
    /// Operators whose cost nobody knows.
    #[serde(rename = "u", skip_serializing_if = "Vec::is_empty")]
    unsupported: Vec<u32>,
    #[serde(rename = "m", skip_serializing_if = "is_one")]
    members: usize,
}

fn is_one(members: &usize) -> bool {
    *members == 1
}

/// What must hold of the dims.
#[derive(Debug, Serialize)]
struct CheckPage {
    what: u32,
    sum: u32,
    /// The least and the most, whether the least is refused too, and whether it has
    /// to be whole.
    least: Option<i64>,
    most: Option<i64>,
    whole: bool,
    zero: bool,
    /// What is wrong: not whole, too small, 0, too large.
    faults: [&'static str; 4],
}

/// What symbols of a variant are called on the page: those that some variant sets
/// for itself by the variant's name too, as arguments call them.
fn names_of(counted: &Counted, variants: &[Counted]) -> Renamed {
    let is_own = |name: &str| variants.iter().any(|variant| variant.graph.sets(name));
    let symbols = counted.graph.symbols().iter();
    let own = symbols.filter(|info| variants.len() > 1 && is_own(info.symbol.name()));
    own.map(|info| {
        let name = format!("{}.{}", counted.graph.variant, info.symbol.name());
        (info.symbol.clone(), name)
    })
    .collect()
}

/// The dims of all graphs, each once; of one name the value of the first graph.
pub(super) fn renamed_dims(
    phases: &[ExploredPhase],
    program: &mut Program,
) -> (Vec<Dim>, Vec<Vec<Renamed>>) {
    let mut dims: Vec<Dim> = Vec::new();
    let mut known: HashMap<String, f64> = HashMap::new();
    let mut all = Vec::new();
    for phase in phases {
        let mut of_phase = Vec::new();
        for counted in &phase.variants {
            let mut renamed = names_of(counted, &phase.variants);
            for info in counted.graph.symbols() {
                let plain = renamed.get(&info.symbol);
                let mut name = plain.map_or(info.symbol.name(), String::as_str).to_owned();
                let value = to_f64(&info.value);
                // Of two values under one name the second is told apart.
                if known.get(&name).is_some_and(|known| *known != value) {
                    name = format!("{name} ({}, {})", counted.graph.variant, phase.name);
                    renamed.insert(info.symbol.clone(), name.clone());
                }
                if known.insert(name.clone(), value).is_none() {
                    dims.push(dim(&counted.graph, &info.symbol, name, value, program));
                }
            }
            of_phase.push(renamed);
        }
        all.push(of_phase);
    }
    (dims, all)
}

fn dim(graph: &OpGraph, symbol: &Symbol, name: String, value: f64, program: &mut Program) -> Dim {
    let alone = Expr::symbol(symbol.name());
    let mut bounds = (graph.constraints().iter())
        .filter(|check| check.expr == alone)
        .map(|check| check.rule.law());
    let (mut whole, mut share) = (false, false);
    for bounds in bounds.by_ref() {
        whole |= bounds.whole;
        share |= bounds.most == Some(1);
    }
    Dim {
        symbol: program.symbol(&name),
        name,
        value,
        whole,
        share,
        fixed: graph.switches().contains(symbol),
    }
}

impl<'c> Shared<'c> {
    /// A variant in a phase.
    pub(super) fn graph(
        &mut self,
        phase: usize,
        counted: &'c Counted,
        renamed: &Renamed,
        grain: Grain,
    ) -> Result<(GraphPage, Rows), NoProgram> {
        let graph = &counted.graph;
        let rows = Rows::of(graph, grain);
        let stages = graph.stages();
        let place = |stage: &str| stages.iter().position(|known| *known == stage);
        let scopes = graph.scopes().iter().map(|scope| {
            let members = scope.stages.iter().filter_map(|stage| place(stage));
            (scope.name.clone(), members.collect())
        });
        let scopes = scopes.collect();
        let mut writing = Writing {
            demands: BTreeMap::new(),
            layers: Vec::new(),
            renamed,
            counted,
            grain,
        };
        for demand in &counted.census.demands {
            let row = rows.row(demand.op);
            if let (Some(row), Some(class)) = (row, Class::of(demand)) {
                let class = self.classes.number(class);
                self.examples.entry(class).or_insert(demand);
                let of_row: &mut BTreeMap<u32, Expr> = writing.demands.entry(row).or_default();
                *of_row.entry(class).or_default() += &demand.count;
            }
        }
        let mut ops = Vec::with_capacity(rows.rows.len());
        for (at, row) in rows.rows.iter().enumerate() {
            ops.extend(self.row(at, row, &rows, &mut writing)?);
        }
        let layers = std::mem::take(&mut writing.layers);
        let page = GraphPage {
            phase,
            variant: graph.variant.clone(),
            scopes,
            layers: (layers.into_iter())
                .map(|id| self.layer(graph, id, renamed))
                .collect::<Result<_, _>>()?,
            ops,
            checks: self.checks(graph, renamed)?,
            stages: stages
                .iter()
                .map(|stage| self.texts.number((*stage).to_owned()))
                .collect(),
        };
        Ok((page, rows))
    }

    fn row(
        &mut self,
        at: usize,
        row: &Row,
        rows: &Rows,
        writing: &mut Writing<'c, '_>,
    ) -> Result<Option<OpPage>, NoProgram> {
        let graph = &writing.counted.graph;
        let Some(op) = row.ops.first().map(|op| &graph.ops()[*op]) else {
            return Ok(None);
        };
        let stage = graph.stages().iter().position(|stage| **stage == *op.stage);
        let mut demands = Vec::new();
        for (class, count) in writing.demands.remove(&at).unwrap_or_default() {
            demands.extend([class, self.program.sum(&count, writing.renamed)?]);
        }
        let is_op = writing.grain == Grain::Op;
        let shape = op.output.shape.iter().filter(|_| is_op);
        let shape = shape.map(|extent| self.program.sum(extent, writing.renamed));
        Ok(Some(OpPage {
            shape: shape.collect::<Result<_, _>>()?,
            name: self.texts.number(match is_op {
                true => graph.full_name(op).to_string(),
                false => op.stage.to_string(),
            }),
            stage: stage.unwrap_or_default(),
            layer: match writing.grain {
                Grain::Stage => None,
                Grain::Op | Grain::LayerStage => writing.layer(graph, op),
            },
            formula: (formula(op).filter(|_| is_op)).map(|text| self.texts.number(text)),
            demands,
            inputs: inputs(graph, at, row, rows),
            unsupported: (row.ops.iter())
                .filter_map(|op| match &graph.ops()[*op].kind {
                    OpKind::Unsupported(operator) => Some(self.texts.number(operator.clone())),
                    _ => None,
                })
                .collect(),
            members: row.ops.len(),
        }))
    }

    fn layer(
        &mut self,
        graph: &OpGraph,
        id: RegionId,
        renamed: &Renamed,
    ) -> Result<LayerPage, NoProgram> {
        let region = graph.region(id);
        Ok(LayerPage {
            name: self.texts.number(region.name.clone()),
            rounds: self.program.sum(&region.rounds, renamed)?,
        })
    }

    /// What must hold of the dims, as far as a dim stands in it.
    fn checks(&mut self, graph: &OpGraph, renamed: &Renamed) -> Result<Vec<CheckPage>, NoProgram> {
        let mut checks = Vec::new();
        let mut seen = HashSet::new();
        for check in graph.constraints() {
            let bounds = check.rule.law();
            let sum = self.program.sum(&check.expr, renamed)?;
            if check.expr.as_constant().is_some() || !seen.insert((sum, check.rule)) {
                continue;
            }
            checks.push(CheckPage {
                what: self.texts.number(check.what.clone()),
                sum,
                least: (!bounds.negative).then_some(0),
                most: bounds.most,
                whole: bounds.whole,
                zero: bounds.zero,
                faults: check.rule.faults(),
            });
        }
        Ok(checks)
    }
}

/// A graph as it is written.
struct Writing<'c, 'r> {
    demands: BTreeMap<usize, BTreeMap<u32, Expr>>,
    layers: Vec<RegionId>,
    renamed: &'r Renamed,
    counted: &'c Counted,
    grain: Grain,
}

impl Writing<'_, '_> {
    fn layer(&mut self, graph: &OpGraph, op: &Op) -> Option<usize> {
        let layer = graph.layer(op.region)?;
        let known = self.layers.iter().position(|known| *known == layer);
        Some(known.unwrap_or_else(|| {
            self.layers.push(layer);
            self.layers.len() - 1
        }))
    }
}

/// The rows whose results a row reads, each once.
fn inputs(graph: &OpGraph, at: usize, row: &Row, rows: &Rows) -> Vec<usize> {
    let mut inputs: Vec<usize> = Vec::new();
    for (from, _) in row.ops.iter().flat_map(|op| graph.inputs(*op)) {
        if let Some(from) = rows.row(from).filter(|from| *from != at)
            && !inputs.contains(&from)
        {
            inputs.push(from);
        }
    }
    inputs
}

/// What an op does, as its file writes it.
fn formula(op: &Op) -> Option<String> {
    let text = match &op.kind {
        OpKind::Einsum(einsum) => {
            let map = (einsum.operands.len() == 2).then(|| einsum.map.name());
            let reduce = einsum.has_reduction().then(|| einsum.reduce.name());
            let mut text = einsum.text.clone();
            for (what, word) in [("map", map), ("reduce", reduce)] {
                if let Some(word) = word {
                    text.push_str(&format!("; {what} {word}"));
                }
            }
            text
        }
        OpKind::Elementwise(elementwise) => elementwise.text.clone(),
        OpKind::Move(movement) => movement.name().to_owned(),
        _ => return None,
    };
    Some(text.chars().take(MAX_FORMULA).collect())
}
