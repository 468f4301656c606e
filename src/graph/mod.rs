//! The operation graph: what a model computes, op by op.
//!
//! Nodes are [`Op`]s, edges are the tensors that flow between them, each with
//! shape, format and value domain. Shapes are expressions in the dims, so one
//! graph serves every size of a model. A repeated block stands in the graph
//! once, with the number of its repeats, unless it is unfolded.
//!
//! The way here: [`lower`] instantiates blocks and infers shapes and domains;
//! strength reduction then replaces products by what the domains allow.
//! [`draw`] makes pictures of the result.

mod apply;
mod check;
pub mod draw;
mod effect;
mod effort;
mod einsum;
mod limits;
mod lower;
mod names;
mod power;
mod rest;
mod scopes;
mod strength;
mod window;

#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashSet};

use petgraph::Direction;
use petgraph::graph::{DiGraph, NodeIndex};
use petgraph::visit::EdgeRef;

use crate::domain::Domain;
use crate::format::Format;
use crate::model::{Map, Reduce};
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Place, Problems};
use crate::symbolic::{Bindings, Expr, Symbol};

pub use self::check::{Constraint, Rule};
pub use self::lower::{Setting, Unfold, lower, lower_unchecked, meant, settable, settings_of};
pub use self::scopes::ResolvedScope;

/// What the name of an op's own weight has behind that of the op.
const OWN_WEIGHT: &str = " weight";

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
    source: String,
    ops: DiGraph<Op, Wire>,
    regions: Vec<Region>,
    symbols: Vec<SymbolInfo>,
    numbers: Vec<(String, Expr)>,
    /// The dims and parameters that the variant sets for itself.
    set: BTreeSet<String>,
    constraints: Vec<Constraint>,
    switches: BTreeSet<Symbol>,
    scopes: Vec<ResolvedScope>,
    densities: Option<DensitiesUsed>,
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
}

/// One op of the graph.
#[derive(Debug, Clone, PartialEq)]
pub struct Op {
    /// Its name within its block.
    pub name: String,
    /// Its stage.
    pub stage: String,
    /// The instance of a block that it belongs to.
    pub region: RegionId,
    /// What it does.
    pub kind: OpKind,
    /// How often it runs, repeats of its blocks included.
    pub times: Expr,
    /// The format it fixes, against that of the estimate.
    pub format: Option<Format>,
    /// Its result.
    pub output: Tensor,
    /// Where it was written.
    pub place: Place,
}

/// What an op does.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum OpKind {
    /// An input of the model.
    Input,
    /// A weight.
    Weight,
    /// A tensor that is there like a weight, but was not learnt.
    Constant,
    /// A map over index combinations and a reduction.
    Einsum(Einsum),
    /// So many primitives in all, as written in a formula or listed.
    Elementwise {
        /// The formula or list.
        text: String,
        /// Primitives and how many of each.
        steps: Vec<(Primitive, Expr)>,
    },
    /// Data that is only moved.
    Move(&'static str),
    /// An operator, by its name, that is not known: what it computes is left
    /// out, and whatever rests on it says so.
    Uncounted(String),
}

/// A map over index combinations and a reduction.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Einsum {
    /// The notation as written.
    pub text: String,
    /// How many operands it has, one or two.
    pub operands: usize,
    /// What is done with a pair of operands.
    pub map: Map,
    /// How results for the same output are gathered.
    pub reduce: Reduce,
    /// How many index combinations there are.
    pub space: Expr,
    /// How many outputs there are.
    pub outputs: Expr,
    /// Whether any index is reduced over.
    pub contracts: bool,
    /// 1 where a bias is added, 0 elsewhere.
    pub bias: Expr,
    /// How many numbers the bias holds, those of all repeats together.
    pub bias_parameters: Expr,
    /// The share of the combinations in which no operand is a skipped zero.
    pub density: Expr,
}

impl Einsum {
    /// Whether every index combination is a multiply–accumulate.
    pub fn is_mac(&self) -> bool {
        let sums_products = self.map == Map::Mul && self.reduce == Reduce::Add;
        self.operands == 2 && self.contracts && sums_products
    }
}

/// A tensor: what flows along an edge.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// The extent of each axis.
    pub shape: Vec<Expr>,
    /// The values it can hold.
    pub domain: Domain,
    /// The share of it that is not zero, where zeros are skipped.
    pub density: Option<Expr>,
    /// The format it is fixed to, if any.
    pub format: Option<Format>,
}

impl Tensor {
    /// How many elements it has.
    pub fn elements(&self) -> Expr {
        self.shape.iter().product()
    }
}

/// An edge: a tensor on its way into one operand of an op.
#[derive(Debug, Clone, PartialEq)]
pub struct Wire {
    /// Which operand, from 0.
    pub slot: usize,
    /// The tensor.
    pub tensor: Tensor,
}

/// An index of a region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RegionId(usize);

impl RegionId {
    /// The model itself.
    pub const ROOT: RegionId = RegionId(0);

    /// Its number, in the order of [`OpGraph::regions`].
    pub fn index(self) -> usize {
        self.0
    }
}

/// An instance of a block.
#[derive(Debug, Clone, PartialEq)]
pub struct Region {
    /// The name of the op that calls the block.
    pub name: String,
    /// The instance that the call stands in; the model itself has none.
    pub parent: Option<RegionId>,
    /// How often the block follows upon itself.
    pub repeat: Expr,
}

/// A dim or parameter that the graph's expressions are written in.
#[derive(Debug, Clone, PartialEq)]
pub struct SymbolInfo {
    /// The symbol.
    pub symbol: Symbol,
    /// Its value.
    pub value: num_rational::BigRational,
    /// Where the value was written.
    pub place: Place,
}

impl std::fmt::Display for DensitiesUsed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} from {} ({})", self.measured, self.file, self.source)?;
        match self.declared {
            0 => Ok(()),
            declared => write!(f, ", {declared} as the model declares"),
        }
    }
}

impl OpGraph {
    /// The petgraph graph itself.
    pub fn ops(&self) -> &DiGraph<Op, Wire> {
        &self.ops
    }

    /// The ops in the order in which they were lowered, which follows the file.
    pub fn iter(&self) -> impl Iterator<Item = (NodeIndex, &Op)> {
        self.ops.node_indices().zip(self.ops.node_weights())
    }

    /// The tensors that flow into an op, by operand.
    pub fn inputs(&self, op: NodeIndex) -> Vec<(NodeIndex, &Wire)> {
        let mut wires: Vec<(NodeIndex, &Wire)> = self
            .ops
            .edges_directed(op, Direction::Incoming)
            .map(|edge| (edge.source(), edge.weight()))
            .collect();
        wires.sort_by_key(|(_, wire)| wire.slot);
        wires
    }

    /// A block instance.
    pub fn region(&self, id: RegionId) -> &Region {
        &self.regions[id.0]
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
    pub fn full_name(&self, op: &Op) -> String {
        let mut path = self.path(op.region);
        path.push(&op.name);
        path.join("/")
    }

    /// The stages, in the order of their first op.
    pub fn stages(&self) -> Vec<&str> {
        let mut seen: HashSet<&str> = HashSet::new();
        let ops = self.ops.node_weights().filter(|op| op.computes());
        ops.map(|op| op.stage.as_str())
            .filter(|stage| seen.insert(stage))
            .collect()
    }

    /// The scopes of this variant.
    pub fn scopes(&self) -> &[ResolvedScope] {
        &self.scopes
    }

    /// Where densities are from that were measured, if any were.
    pub fn densities(&self) -> Option<&DensitiesUsed> {
        self.densities.as_ref()
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
        let mut told: BTreeSet<&str> = BTreeSet::new();
        for op in self.ops.node_weights().filter(|_| strict) {
            if let OpKind::Uncounted(operator) = &op.kind
                && told.insert(operator)
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
}

impl Op {
    /// Whether it is a tensor that is there before any input.
    pub fn is_stored(&self) -> bool {
        matches!(self.kind, OpKind::Weight | OpKind::Constant)
    }

    /// Whether it does anything: inputs and weights are only there.
    pub fn computes(&self) -> bool {
        self.kind != OpKind::Input && !self.is_stored()
    }
}
