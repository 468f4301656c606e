//! The graph of a variant, and what can be asked of it.

use std::collections::BTreeSet;
use std::sync::Arc;

use num_traits::One;
use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use super::constraint::{Constraint, Rule};
use super::op::{Op, OpKind};
use super::region::{Region, RegionId};
use super::scopes::ResolvedScope;
use super::symbols::SymbolInfo;
use super::tensor::Edge;
use crate::format::Format;
use crate::hash::FastSet;
use crate::model::Phase;
use crate::source::{Diagnostic, Problems};
use crate::symbolic::{Bindings, Expr, Symbol};

/// A model, lowered.
#[derive(Debug, Clone)]
pub struct OpGraph {
    /// The model's name.
    pub model: String,
    /// The variant that was lowered.
    pub variant: String,
    /// The format that the model asks for, if it does.
    pub format: Option<Format>,
    /// The name of the model's file.
    pub(super) source: String,
    /// Shared with the same graph at other numbers.
    pub(super) ops: Arc<DiGraph<Op, Edge>>,
    /// The op whose result the model gives.
    pub(super) output: Option<NodeIndex>,
    pub(super) regions: Vec<Region>,
    pub(super) symbols: Vec<SymbolInfo>,
    pub(super) numbers: Vec<(String, Expr)>,
    /// The dims and parameters that the variant sets for itself.
    pub(super) set: BTreeSet<String>,
    pub(super) constraints: Vec<Constraint>,
    pub(super) switches: BTreeSet<Symbol>,
    pub(super) scopes: Vec<ResolvedScope>,
    pub(super) densities: Option<DensitiesUsed>,
    pub(super) phase: Phase,
    /// The stages of all variants of the model.
    pub(super) model_stages: Arc<[String]>,
}

/// Where zeros are skipped and little is known of how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct DensityLimits {
    /// Tensors that are not zero in no more than a share, maybe in less.
    pub bounds: usize,
    /// Tensors of bits, or of other few values with 0 among them, of which all
    /// are taken to be other than 0.
    pub full: usize,
}

/// Where the densities of a graph are from that were measured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DensitiesUsed {
    /// The file.
    pub file: String,
    /// How they were come by, as the file says.
    pub source: String,
    /// How many tensors have one of them.
    pub measured: usize,
    /// How many have one that the model declares.
    pub declared: usize,
    /// What was set and stands behind a measured density, with how many
    /// tensors it would have been of.
    pub overridden: Vec<(String, usize)>,
}

impl std::fmt::Display for DensitiesUsed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} from {} ({})", self.measured, self.file, self.source)?;
        if self.declared > 0 {
            write!(f, ", {} as the model declares", self.declared)?;
        }
        for (name, tensors) in &self.overridden {
            write!(f, "; {tensors} measured over `{name}`, which was set")?;
        }
        Ok(())
    }
}

impl OpGraph {
    /// The petgraph graph itself.
    pub fn ops(&self) -> &DiGraph<Op, Edge> {
        &self.ops
    }

    /// The same, to be changed.
    pub(super) fn ops_mut(&mut self) -> &mut DiGraph<Op, Edge> {
        Arc::make_mut(&mut self.ops)
    }

    /// The ops in the order in which they were lowered, which follows the file.
    pub fn iter(&self) -> impl Iterator<Item = (NodeIndex, &Op)> {
        self.ops.node_indices().zip(self.ops.node_weights())
    }

    /// The op whose result the model gives.
    pub fn output(&self) -> Option<NodeIndex> {
        self.output
    }

    /// The tensors that flow into an op, by operand.
    pub fn inputs(&self, op: NodeIndex) -> Vec<(NodeIndex, &Edge)> {
        let mut edges: Vec<(NodeIndex, &Edge)> = self
            .ops
            .edges_directed(op, Direction::Incoming)
            .map(|edge| (edge.source(), edge.weight()))
            .collect();
        edges.sort_by_key(|(_, edge)| edge.slot);
        edges
    }

    /// The tensors that flow into an op, without the bias of an einsum.
    pub fn operands(&self, op: NodeIndex) -> Vec<(NodeIndex, &Edge)> {
        let mut inputs = self.inputs(op);
        if let OpKind::Einsum(einsum) = &self.ops[op].kind {
            inputs.truncate(einsum.operands.len());
        }
        inputs
    }

    /// How often an op runs: its own share, times the rounds and the shares of
    /// all blocks around it. Of a weight or a state, how many copies there are,
    /// which shares leave as they are.
    pub fn runs(&self, op: &Op) -> Expr {
        let region = self.region(op.region);
        if op.computes() && !op.is_once_per_copy {
            region.runs() * &op.share
        } else {
            region.copies() * &op.share
        }
    }

    /// How often an op runs in one round of all blocks around it.
    pub fn runs_each_round(&self, op: &Op) -> Expr {
        let mut runs = op.share.clone();
        let mut at = (op.computes() && !op.is_once_per_copy).then_some(op.region);
        while let Some(region) = at {
            let region = self.region(region);
            runs = &runs * &region.share;
            at = region.parent;
        }
        runs
    }

    /// The share of the rounds of a block that are not its first one.
    pub fn later_rounds(&self, region: RegionId) -> Expr {
        let rounds = &self.region(region).rounds;
        let mut later = rounds - &Expr::one();
        if !rounds.symbols().is_disjoint(&self.emptiable()) {
            later = later.larger(&Expr::zero());
        }
        later.divide(rounds).unwrap_or_default()
    }

    /// Whether a block is another one or stands in it.
    pub fn is_within(&self, inner: RegionId, outer: RegionId) -> bool {
        let mut at = Some(inner);
        while let Some(region) = at {
            if region == outer {
                return true;
            }
            at = self.region(region).parent;
        }
        false
    }

    /// How often an op runs on what no causal mask hides.
    pub fn unmasked_runs(&self, op: &Op) -> Expr {
        let runs = self.runs(op);
        if !op.computes() {
            return runs;
        }
        let unmasked = &Expr::one() - &op.masked;
        &(&runs * self.region(op.region).unmasked()) * &unmasked
    }

    /// A block instance.
    pub fn region(&self, id: RegionId) -> &Region {
        &self.regions[id.index()]
    }

    /// The block instances, the model itself first.
    pub fn regions(&self) -> impl Iterator<Item = (RegionId, &Region)> {
        self.regions
            .iter()
            .enumerate()
            .map(|(at, region)| (RegionId(at), region))
    }

    /// The names of the block instances around an op, outermost first.
    pub fn path(&self, region: RegionId) -> Vec<&str> {
        let mut path = Vec::new();
        let mut at = region;
        while let Some(parent) = self.region(at).parent {
            path.push(self.region(at).name.as_str());
            at = parent;
        }
        path.reverse();
        path
    }

    /// The outermost block instance around an op: its layer. `None` for an op
    /// of the model itself.
    pub fn layer(&self, region: RegionId) -> Option<RegionId> {
        let mut at = region;
        loop {
            match self.region(at).parent {
                None => return None,
                Some(RegionId::ROOT) => return Some(at),
                Some(parent) => at = parent,
            }
        }
    }

    /// The name of an op with those of the blocks around it: `encoder/self/q`.
    pub fn full_name(&self, op: &Op) -> Arc<str> {
        if op.region == RegionId::ROOT {
            return Arc::clone(&op.name);
        }
        let mut path = self.path(op.region);
        path.push(&op.name);
        path.join("/").into()
    }

    /// The stages, in the order of their first op.
    pub fn stages(&self) -> Vec<&str> {
        let mut seen: FastSet<&str> = FastSet::default();
        let ops = self.ops.node_weights().filter(|op| op.computes());
        ops.map(|op| &*op.stage)
            .filter(|stage| seen.insert(stage))
            .collect()
    }

    /// The stages of all variants of the model, in an order that is the same for
    /// each of them.
    pub fn model_stages(&self) -> &Arc<[String]> {
        &self.model_stages
    }

    /// The scopes of this variant.
    pub fn scopes(&self) -> &[ResolvedScope] {
        &self.scopes
    }

    /// Where densities are from that were measured, if any were.
    pub fn densities(&self) -> Option<&DensitiesUsed> {
        self.densities.as_ref()
    }

    /// How much is known of the tensors whose zeros are skipped in products:
    /// each counts once, however many products read it. Of a density in which
    /// one of the dims `varied` stands something is known.
    pub fn density_limits(&self, varied: &[Symbol]) -> DensityLimits {
        let values = self.values();
        let mut seen: FastSet<NodeIndex> = FastSet::default();
        let mut limits = DensityLimits::default();
        let products = self.iter().filter(|(_, op)| op.skips_zeros());
        for (maker, edge) in products.flat_map(|(at, _)| self.operands(at)) {
            let tensor = &edge.tensor;
            if !tensor.domain.has_zero_among_few() || !seen.insert(maker) {
                continue;
            }
            let is_full = tensor.density.as_ref().is_none_or(|share| {
                let varies = varied.iter().any(|symbol| share.symbols().contains(symbol));
                !varies && share.evaluate(&values).is_ok_and(|share| share.is_one())
            });
            if is_full {
                limits.full += 1;
            } else if tensor.density_is_bound {
                limits.bounds += 1;
            }
        }
        limits
    }

    /// What the model is used for.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// The dims and parameters that counts are written in, with their values.
    pub fn symbols(&self) -> &[SymbolInfo] {
        &self.symbols
    }

    /// Everything with a name and a number that a reader may want to see
    /// beside a result: dims, parameters, and what follows from them.
    pub fn numbers(&self) -> &[(String, Expr)] {
        &self.numbers
    }

    /// Whether the variant sets this dim or parameter for itself: what others
    /// leave to the model.
    pub fn sets(&self, name: &str) -> bool {
        self.set.contains(name)
    }

    /// Notes that a dim or parameter was set for this variant alone.
    pub fn note_own(&mut self, name: &str) {
        self.set.insert(name.to_owned());
    }

    /// The values of all symbols.
    pub fn values(&self) -> Bindings {
        let mut values = Bindings::default();
        for info in &self.symbols {
            values.set(info.symbol.clone(), info.value.clone());
        }
        values
    }

    /// The symbols that decide which ops there are: with other values of these
    /// the model has another graph.
    pub fn switches(&self) -> &BTreeSet<Symbol> {
        &self.switches
    }

    /// The same graph if it is not `strict`, or if every operator in it is
    /// known.
    ///
    /// # Errors
    /// Each operator that is not, where it stands first.
    pub fn known_if(self, strict: bool) -> Result<OpGraph, Problems> {
        let mut problems = Problems::new();
        let mut reported: BTreeSet<&str> = BTreeSet::new();
        for op in self.ops.node_weights().filter(|_| strict) {
            if let OpKind::Unsupported(operator) = &op.kind
                && reported.insert(operator)
            {
                let message = format!("the operator `{operator}` is not known");
                problems.push(
                    Diagnostic::at(&op.place, message)
                        .help("without `--strict` it is left out, and every result says so"),
                );
            }
        }
        problems.or(())?;
        Ok(self)
    }

    /// What must hold of the dims for the model to make sense.
    pub fn constraints(&self) -> &[Constraint] {
        &self.constraints
    }

    /// The dims that may be 0.
    pub fn emptiable(&self) -> BTreeSet<Symbol> {
        let empty =
            (self.constraints.iter()).filter(|constraint| constraint.rule == Rule::EmptyExtent);
        let dims = empty.filter_map(|constraint| {
            let symbol = constraint.expr.symbols().pop_first()?;
            (constraint.expr == Expr::symbol(symbol.name())).then_some(symbol)
        });
        dims.collect()
    }
}
