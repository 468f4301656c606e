//! A graph with its counts: what every table and format prices.

use std::sync::Arc;

use num_rational::BigRational;
use num_traits::Zero;

use super::active::active;
use super::estimate::{Estimate, INFERENCE, Unsupported};
use super::sum::Sum;
use super::work::Work;
use crate::census::{Census, Conventions, census};
use crate::graph::{DensityLimits, Op, OpGraph, Region, RegionId};
use crate::number;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Bindings, EvalError, Evaluation};

/// A graph with its census, and the counts at the values of its symbols: what
/// every table and format is priced from.
#[derive(Debug, Clone)]
pub struct Counted {
    /// The graph.
    pub graph: OpGraph,
    /// Its census, which is the same at all values of its symbols.
    pub census: Arc<Census>,
    /// What was counted how.
    pub conventions: Conventions,
    /// The count of every demand of the census.
    pub counts: Vec<BigRational>,
    /// The products of every op that adds some up, in the order of
    /// [`Census::products`].
    pub products: Vec<Arc<Work>>,
    /// Multiply–accumulates, skipped zeros included.
    pub macs: BigRational,
    /// How much is known of the shares of zeros that are skipped.
    pub densities: DensityLimits,
    /// How many numbers the weights and biases hold.
    pub parameters: BigRational,
    /// How many of them one token takes, of a mixture of experts.
    pub active_parameters: Option<BigRational>,
    /// The ops whose operators are not supported, so that what they compute is
    /// left out.
    pub unsupported: Vec<Unsupported>,
    /// Numbers with names, for the reader.
    pub dims: Vec<(String, BigRational)>,
}

impl Counted {
    /// Counts `graph` at the values of its symbols.
    ///
    /// # Errors
    /// A count that has no value (a division by zero); where padding is
    /// skipped, an op of which cannot be told what is padding.
    pub fn new(graph: OpGraph, conventions: Conventions) -> Result<Counted, Problems> {
        let census = census(&graph, conventions)?;
        Counted::of(graph, Arc::new(census), conventions)
    }

    /// The same of `graph`, which is this one at other values of its symbols.
    ///
    /// # Errors
    /// A count that has no value.
    pub fn at(&self, graph: OpGraph) -> Result<Counted, Problems> {
        Counted::of(graph, Arc::clone(&self.census), self.conventions)
    }

    fn of(
        graph: OpGraph,
        census: Arc<Census>,
        conventions: Conventions,
    ) -> Result<Counted, Problems> {
        let values = graph.values();
        let failed = |error: EvalError| {
            Problems::from(Diagnostic::new(format!("a count has no value: {error}")))
        };
        let mut evaluation = Evaluation::at(&values);
        let mut counts = Vec::with_capacity(census.demands.len());
        for demand in &census.demands {
            counts.push(evaluation.of(&demand.count).map_err(failed)?);
        }
        let products = (census.products.iter())
            .map(|products| Work::of(products, &mut evaluation).map(Arc::new))
            .collect::<Result<Vec<Arc<Work>>, EvalError>>();
        let products = products.map_err(failed)?;
        let mut macs = Sum::default();
        products.iter().for_each(|work| macs.add(&work.macs));
        let parameters = census.parameters.evaluate(&values).map_err(failed)?;
        let active_parameters = active(&graph, &values).map_err(failed)?;
        let mut unsupported = Vec::new();
        for unknown in &census.unsupported {
            let count = unknown.times.evaluate(&values).map_err(failed)?;
            if !count.is_zero() {
                let op = &graph.ops()[unknown.op];
                unsupported.push(Unsupported {
                    operator: unknown.operator.clone(),
                    op: graph.full_name(op),
                    stage: op.stage.clone(),
                    layer: layer_name(&graph, op, &values),
                    count,
                });
            }
        }
        let mut dims = Vec::new();
        for (name, expr) in graph.numbers() {
            dims.push((name.clone(), expr.evaluate(&values).map_err(failed)?));
        }
        Ok(Counted {
            densities: graph.density_limits(&[]),
            graph,
            census,
            conventions,
            counts,
            products,
            macs: macs.value(),
            parameters,
            active_parameters,
            unsupported,
            dims,
        })
    }

    /// The layer of an op: the outermost block around it with its repeats, or the
    /// op itself where it stands in the model.
    pub fn layer_of(&self, op: &Op) -> Arc<str> {
        layer_name(&self.graph, op, &self.graph.values())
    }

    /// The layer that a block is.
    pub fn layer_in(&self, layer: RegionId) -> String {
        region_name(self.graph.region(layer), &self.graph.values())
    }

    /// The stages of a scope; nothing where it has no such scope. Of all of it
    /// what each run takes, [`INFERENCE`], is one too.
    pub fn stages_of(&self, scope: &str) -> Option<Vec<String>> {
        let graph = &self.graph;
        if scope == Estimate::WHOLE {
            let stages = graph.stages().into_iter().chain([INFERENCE]);
            return Some(stages.map(str::to_owned).collect());
        }
        let found = graph.scopes().iter().find(|known| known.name == scope)?;
        Some(found.stages.clone())
    }
}

/// The layer of an op: the outermost block around it with its repeats, or the
/// op itself where it stands in the model.
pub(super) fn layer_name(graph: &OpGraph, op: &Op, values: &Bindings) -> Arc<str> {
    let Some(layer) = graph.layer(op.region) else {
        return Arc::clone(&op.name);
    };
    region_name(graph.region(layer), values).into()
}

/// The name of a block with its repeats.
fn region_name(region: &Region, values: &Bindings) -> String {
    match region.rounds.evaluate(values) {
        Ok(repeat) if repeat != number::whole(1) => {
            format!("{} (×{})", region.name, number::plain(&repeat))
        }
        _ => region.name.clone(),
    }
}
