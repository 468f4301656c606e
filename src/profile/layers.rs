//! Layer by layer: what counters of the field print, and what it costs.
//!
//! A layer is an outermost block, each of its rounds for itself, or an op of the
//! model itself. Rounds that are alike share what they have in equal parts.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use num_rational::BigRational;
use petgraph::Direction;
use petgraph::graph::NodeIndex;
use petgraph::visit::EdgeRef;

use super::rounds::{Rounds, rounds};
use crate::energy::{By, Counted, Estimate, Group, Moved, Timing, Work};
use crate::graph::{OpKind, Tensor};
use crate::number;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Bindings, EvalError};

/// One layer.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Layer {
    /// Its name; of a round with its number: `encoder.0`.
    pub name: String,
    /// Whether it is several rounds, too many to be told apart.
    pub is_together: bool,
    /// The shape of what it reads first, beside weights; nothing where it reads
    /// nothing.
    pub input: Option<Vec<BigRational>>,
    /// The shape of what it gives.
    pub output: Option<Vec<BigRational>>,
    /// How many numbers its weights and biases hold.
    pub parameters: BigRational,
    /// The products that it adds up; nothing where no op of it is supported.
    pub work: Option<Work>,
    /// The bits that go to and from each level of memory, nearest first; none
    /// where data movement is not counted.
    pub bits: Vec<BigRational>,
    /// How many seconds it takes; nothing where time is not counted, or not known.
    pub seconds: Option<BigRational>,
    /// The energy of its arithmetic, in picojoules, exactly; nothing where it is
    /// not supported, or has no price.
    pub arithmetic: Option<BigRational>,
    /// The energy of what moves; nothing where it is not counted, or has no price.
    pub moved: Option<BigRational>,
    /// The static energy; nothing where it is not counted, or not known.
    pub statics: Option<BigRational>,
}

impl Layer {
    /// All of its energy that is known; nothing where none is.
    pub fn picojoules(&self) -> Option<BigRational> {
        let parts = [&self.arithmetic, &self.moved, &self.statics];
        let known = parts.into_iter().flatten();
        known.fold(None, |sum: Option<BigRational>, part| {
            Some(sum.unwrap_or_default() + part)
        })
    }
}

/// The layers of `estimate`, which was made of `counted`, in the order of the
/// graph.
///
/// # Errors
/// A number of parameters that has no value.
pub fn layers(counted: &Counted, estimate: &Estimate) -> Result<Vec<Layer>, Problems> {
    let mut rows = Rows::of(counted, estimate);
    rows.add_parameters(counted).map_err(|error: EvalError| {
        Problems::from(Diagnostic::new(format!("a count has no value: {error}")))
    })?;
    if let Some(moved) = &estimate.moved {
        rows.add_traffic(moved);
    }
    let rounds = rounds(counted);
    let rows = rows.layers.into_iter();
    let apart = rows.flat_map(|layer| match rounds.get(&layer.name) {
        Some(rounds) if rounds.is_told_apart => layer.apart(rounds),
        several => vec![Layer {
            is_together: several.is_some(),
            ..layer
        }],
    });
    Ok(apart.collect())
}

/// Layers with all of their rounds, by their names.
struct Rows {
    layers: Vec<Layer>,
    index: HashMap<String, usize>,
    /// The layer of each op, by its number.
    of_op: Vec<Arc<str>>,
}

impl Rows {
    /// The layers with the sums of an estimate, and their shapes.
    fn of(counted: &Counted, estimate: &Estimate) -> Rows {
        let graph = &counted.graph;
        let values = graph.values();
        let mut rows = Rows {
            layers: Vec::new(),
            index: HashMap::new(),
            of_op: graph.iter().map(|(_, op)| counted.layer_of(op)).collect(),
        };
        let mut has_result: HashSet<String> = HashSet::new();
        for (at, op) in graph.iter().filter(|(_, op)| op.computes()) {
            let name = rows.layer_of(at).to_owned();
            let (input, output) = rows.shapes(counted, at, &values);
            let layer = rows.row(&name);
            if layer.input.is_none() {
                layer.input = input;
            }
            // The last op that others read gives the result; where none does, the
            // last op of all.
            if output.is_some() {
                layer.output = output;
                has_result.insert(name);
            } else if !has_result.contains(&name) {
                layer.output = shape(&op.output, &values);
            }
        }
        rows.add_energies(estimate);
        rows
    }

    /// Takes over the sums of an estimate. A layer without any costs nothing, as
    /// far as anything has a price.
    fn add_energies(&mut self, estimate: &Estimate) {
        for group in estimate.by(By::Layer) {
            self.row(&group.name).take(&group);
        }
        let is_priced = estimate.prices_operations();
        let is_moved = estimate.moved.as_ref().is_some_and(Moved::has_prices);
        let timing = estimate.timing.as_ref();
        for layer in &mut self.layers {
            if !is_priced {
                layer.arithmetic = None;
            }
            if is_moved {
                layer.moved.get_or_insert_default();
            }
            if timing.is_some_and(|timing| timing.ops.is_ok()) {
                layer.seconds.get_or_insert_default();
            }
            if timing.is_some_and(Timing::is_known) {
                layer.statics.get_or_insert_default();
            }
        }
    }

    fn layer_of(&self, op: NodeIndex) -> &str {
        self.of_op.get(op.index()).map_or("", |layer| layer)
    }

    fn row(&mut self, name: &str) -> &mut Layer {
        let layers = &mut self.layers;
        let at = *self.index.entry(name.to_owned()).or_insert_with(|| {
            layers.push(Layer {
                name: name.to_owned(),
                work: Some(Work::default()),
                arithmetic: Some(BigRational::default()),
                ..Layer::default()
            });
            layers.len() - 1
        });
        &mut layers[at]
    }

    /// The shape of what an op reads from outside of its layer, and of what it
    /// gives to others.
    fn shapes(
        &self,
        counted: &Counted,
        at: NodeIndex,
        values: &Bindings,
    ) -> (Option<Vec<BigRational>>, Option<Vec<BigRational>>) {
        let graph = &counted.graph;
        let is_outside = |other: NodeIndex| self.layer_of(other) != self.layer_of(at);
        let inputs = graph.inputs(at).into_iter();
        let mut inputs = inputs.filter(|(maker, _)| {
            let maker_op = &graph.ops()[*maker];
            is_outside(*maker) && !maker_op.is_stored() && maker_op.kind != OpKind::State
        });
        let input = inputs
            .next()
            .and_then(|(_, edge)| shape(&edge.tensor, values));
        let mut readers = graph.ops().edges_directed(at, Direction::Outgoing);
        let is_read = readers.any(|edge| is_outside(edge.target()));
        let output = is_read.then(|| shape(&graph.ops()[at].output, values));
        (input, output.flatten())
    }

    /// Weights belong to the layer that they stand in; those of the model itself
    /// to the op of the model that reads them first. One that a block reads is a
    /// row of its own, since all of the block's rounds share it.
    fn add_parameters(&mut self, counted: &Counted) -> Result<(), EvalError> {
        let graph = &counted.graph;
        let values = graph.values();
        for (at, op) in graph.iter() {
            if op.kind != OpKind::Weight {
                continue;
            }
            let count = (&op.output.elements() * &graph.runs(op)).evaluate(&values)?;
            let mut readers: Vec<NodeIndex> = (graph.ops())
                .neighbors_directed(at, Direction::Outgoing)
                .collect();
            readers.sort_unstable();
            let reader = readers.first().filter(|reader| {
                let region = graph.ops()[**reader].region;
                graph.layer(op.region).is_none() && graph.layer(region).is_none()
            });
            let name = self.layer_of(*reader.unwrap_or(&at)).to_owned();
            let layer = self.row(&name);
            layer.parameters = number::sum(&layer.parameters, &count);
        }
        Ok(())
    }

    fn add_traffic(&mut self, moved: &Moved) {
        let levels = moved.memory.levels.len();
        for layer in &mut self.layers {
            layer.bits = vec![BigRational::default(); levels];
        }
        for line in &moved.lines {
            let layer = self.row(&line.layer);
            layer.bits.resize(levels, BigRational::default());
            if let Some(bits) = layer.bits.get_mut(line.level) {
                *bits = number::sum(bits, &line.bits);
            }
        }
    }
}

impl Layer {
    /// Takes over the sums of a group.
    fn take(&mut self, group: &Group) {
        let is_unknown = group.counts.is_empty() && !group.unsupported.is_empty();
        self.work = (!is_unknown).then(|| group.work.clone());
        self.arithmetic = group.picojoules.clone().filter(|_| !is_unknown);
        self.moved = group.moved.clone();
        self.seconds = group.seconds.clone();
        self.statics = group.statics.clone();
    }

    /// Its rounds one by one.
    fn apart(&self, rounds: &Rounds) -> Vec<Layer> {
        let part = |number: &BigRational| rounds.part(number);
        let some = |number: &Option<BigRational>| number.as_ref().map(part);
        let one = Layer {
            name: String::new(),
            is_together: false,
            input: self.input.clone(),
            output: self.output.clone(),
            parameters: part(&self.parameters),
            work: self.work.as_ref().map(|work| work.map(part)),
            bits: self.bits.iter().map(part).collect(),
            seconds: some(&self.seconds),
            arithmetic: some(&self.arithmetic),
            moved: some(&self.moved),
            statics: some(&self.statics),
        };
        let named = |name| Layer {
            name,
            ..one.clone()
        };
        rounds.names().map(named).collect()
    }
}

/// The extents of a tensor; nothing where one has no value.
fn shape(tensor: &Tensor, values: &Bindings) -> Option<Vec<BigRational>> {
    let extents = tensor.shape.iter();
    extents.map(|extent| extent.evaluate(values).ok()).collect()
}
