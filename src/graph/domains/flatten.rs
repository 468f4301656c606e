//! The graph, from bodies whose values are known.

use std::sync::Arc;

use petgraph::graph::{DiGraph, NodeIndex};

use super::valued::{DensityOrigin, Run, Valued, ValuedCall, ValuedItem, ValuedOp};
use crate::graph::limits::{self, Work};
use crate::graph::lower::{Call, ValueId};
use crate::graph::reported::Reported;
use crate::graph::{Edge, Op, OpKind, Pass, Region, RegionId, Tensor};
use crate::hash::FastSet;
use crate::model::Module;
use crate::source::Problems;
use crate::symbolic::Expr;

/// A graph while it is filled.
pub(super) struct Flattening {
    pub(super) ops: DiGraph<Op, Edge>,
    pub(super) regions: Vec<Region>,
    /// The op whose result the model gives.
    pub(super) output: Option<NodeIndex>,
    /// How many tensors have a density that was measured.
    pub(super) measured: usize,
    /// How many have one that the model declares.
    pub(super) declared: usize,
    /// The tensors that were made.
    tensors: FastSet<Arc<Tensor>>,
    work: Work,
    pub(super) problems: Problems,
}

/// A tensor, and the op in the graph that makes it.
#[derive(Debug, Clone)]
struct Placed {
    node: NodeIndex,
    tensor: Arc<Tensor>,
    /// See [`Edge::carried`].
    carried: Vec<RegionId>,
}

impl Flattening {
    pub(super) fn new(root: &Module, problems: Problems) -> Flattening {
        Flattening {
            ops: DiGraph::new(),
            regions: vec![Region::root(&root.name)],
            output: None,
            measured: 0,
            declared: 0,
            tensors: FastSet::default(),
            work: Work::on(root),
            problems,
        }
    }

    /// Fills in the model itself.
    pub(super) fn root(&mut self, valued: &Valued<'_>) {
        let operands = valued.items.iter().map(|item| match item {
            ValuedItem::Op(op) => op.op.operands.len(),
            ValuedItem::Call(call) => call.call.operands.len(),
        });
        self.ops.reserve_exact_nodes(valued.items.len());
        self.ops.reserve_exact_edges(operands.sum());
        // What went wrong is among the problems.
        let result = self.body(valued, &[], RegionId::ROOT);
        self.output = result.ok().map(|result| result.node);
    }

    fn body(
        &mut self,
        valued: &Valued<'_>,
        inputs: &[Placed],
        region: RegionId,
    ) -> Result<Placed, Reported> {
        let mut placed: Vec<Placed> = Vec::with_capacity(valued.items.len());
        let find = |id: ValueId, placed: &[Placed]| match id {
            ValueId::Input(at) => inputs[at].clone(),
            ValueId::Item(at) => placed[at].clone(),
        };
        for item in &valued.items {
            let next = match item {
                ValuedItem::Op(op) => {
                    let operands = op.op.operands.iter().map(|id| find(*id, &placed));
                    self.op(op, operands.collect(), region)?
                }
                ValuedItem::Call(call) => {
                    let operands = call.call.operands.iter().map(|id| find(*id, &placed));
                    self.call(call, operands.collect(), region)?
                }
            };
            placed.push(next);
        }
        Ok(find(valued.output, &placed))
    }

    fn op(
        &mut self,
        valued: &ValuedOp<'_>,
        operands: Vec<Placed>,
        region: RegionId,
    ) -> Result<Placed, Reported> {
        let op = valued.op;
        self.work.ops += 1;
        let charged = self.work.charge(0, &op.place);
        charged.map_err(|mistake| self.report(mistake))?;
        match valued.density_from {
            Some(DensityOrigin::Measured) => self.measured += 1,
            Some(DensityOrigin::Declared) => self.declared += 1,
            None => {}
        }
        let mut kind = op.kind.clone();
        if let OpKind::Einsum(einsum) = &mut kind {
            let terms = operands.iter().take(einsum.operands.len());
            let densities = terms.filter_map(|operand| operand.tensor.density.as_ref());
            let density: Expr = densities.product();
            if einsum.density != density {
                Arc::make_mut(einsum).density = density;
            }
        }
        let tensor = self.shared(Tensor {
            shape: op.shape.clone(),
            domain: valued.values.domain.clone(),
            density: valued.values.density.clone(),
            density_is_bound: valued.values.is_bound,
            stored_in: op.stored_in,
            stored_bits: op.stored_bits.clone(),
        });
        let node = self.ops.add_node(Op {
            name: op.name.clone(),
            stage: op.stage.clone(),
            region,
            kind,
            share: op.share.clone(),
            masked: op.masked.clone(),
            computed_in: op.computed_in,
            is_cached: op.is_cached,
            is_kept: op.keeps.is_some(),
            is_once_per_copy: false,
            pass: Pass::Forward,
            output: Arc::clone(&tensor),
            place: op.place.clone(),
        });
        for (slot, operand) in operands.into_iter().enumerate() {
            let edge = Edge {
                slot,
                tensor: operand.tensor,
                carried: operand.carried,
            };
            self.ops.add_edge(operand.node, node, edge);
        }
        Ok(Placed {
            node,
            tensor,
            carried: Vec::new(),
        })
    }

    /// The tensor, kept once for all that are equal: a network has few.
    fn shared(&mut self, tensor: Tensor) -> Arc<Tensor> {
        if let Some(known) = self.tensors.get(&tensor) {
            return Arc::clone(known);
        }
        let tensor = Arc::new(tensor);
        self.tensors.insert(Arc::clone(&tensor));
        tensor
    }

    fn call(
        &mut self,
        valued: &ValuedCall<'_>,
        mut operands: Vec<Placed>,
        region: RegionId,
    ) -> Result<Placed, Reported> {
        let mut last = Err(Reported);
        for run in &valued.runs {
            let inside = self.region(valued.call, run, region)?;
            self.regions[inside.index()].carries = operands.first().map(|first| first.node);
            if let (Some(joined), Some(first)) = (&run.joined, operands.first_mut()) {
                let tensor = Arc::make_mut(&mut first.tensor);
                tensor.domain = joined.domain.clone();
                tensor.density = joined.density.clone();
                tensor.density_is_bound = joined.is_bound;
            }
            let hands_on = run.rounds != Expr::one() && !run.is_skipped;
            if let Some(first) = operands.first_mut().filter(|_| hands_on) {
                first.carried.push(inside);
            }
            let mut result = self.body(&run.body, &operands, inside)?;
            if let Some(first) = operands.first().filter(|_| run.is_skipped) {
                result = first.clone();
            }
            result.carried.retain(|region| *region != inside);
            if let Some(first) = operands.first_mut() {
                self.regions[inside.index()].hands_on = hands_on.then_some(result.node);
                *first = result.clone();
            }
            last = Ok(result);
        }
        last
    }

    /// The instance of a block for one run of its rounds.
    fn region(
        &mut self,
        call: &Call<'_>,
        run: &Run<'_>,
        parent: RegionId,
    ) -> Result<RegionId, Reported> {
        let around = &self.regions[parent.index()];
        // Rounds that are told apart are counted by longer formulas.
        let what = format!("the repeats of `{}`", call.name);
        let factors: [&Expr; 3] = [around.runs(), &run.rounds, &call.share];
        let runs = limits::product(factors, &what, call.place);
        runs.map_err(|mistake| self.report(mistake))?;
        let around = &self.regions[parent.index()];
        let region = Region::within(
            (parent, around),
            run.name.clone(),
            run.rounds.clone(),
            (call.share.clone(), &call.masked),
        );
        self.regions.push(region);
        Ok(RegionId(self.regions.len() - 1))
    }

    fn report(&mut self, mistake: crate::source::Diagnostic) -> Reported {
        self.problems.push(mistake);
        Reported
    }
}
