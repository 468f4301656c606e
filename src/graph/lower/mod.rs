//! From a model to its graph: blocks are instantiated, shapes and domains
//! inferred, ops wired.
//!
//! | file | what it does |
//! |---|---|
//! | `settings` | what is set from outside, and what fills the slots |
//! | `order` | the order of a module's ops |
//! | `body` | the ops of one module, one after the other |
//! | `op` | one op: its operands, its place in the graph |
//! | `form` | what each form of an op does to shapes and values |
//! | `source` | inputs, weights, and the numbers they are made of |
//! | `call` | a block in the place of an op: once, folded or unfolded |
//! | `density` | densities that were measured, found by the names of their ops |
//! | `instance` | what the names of a block stand for in one place |
//!
//! Mistakes are noted in [`Problems`] where they are found; [`Told`] then says
//! to those further up only that something is missing.

mod body;
mod call;
mod density;
mod form;
mod instance;
mod op;
mod order;
mod settings;
mod source;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use petgraph::graph::{DiGraph, NodeIndex};

pub use self::settings::{Setting, meant, settable, settings_of};

use self::density::{At, DensityTree};
use self::settings::Slots;
use super::check::{Constraint, Rule};
use super::limits::{MAX_PROBLEMS, MAX_STEPS};
use super::names::{Names, Symbols};
use super::{Op, OpGraph, Region, RegionId, Tensor, Wire, limits, scopes, strength};
use crate::format::Format;
use crate::formula::Formula;
use crate::model::{Model, Module, NamedWeight};
use crate::source::{Diagnostic, Place, Problems};
use crate::symbolic::{Expr, Symbol};

/// Whether repeated blocks stand in the graph once or as often as they repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfold {
    /// Once, with the number of repeats.
    No,
    /// As often as they repeat.
    Yes,
}

/// Lowers one variant of `model`, with `settings` over its defaults.
///
/// # Errors
/// Everything that keeps it from having a graph: unknown names, shapes that do
/// not fit, cycles, dims that break a constraint.
pub fn lower(
    model: &Model,
    variant: &str,
    settings: &[Setting],
    unfold: Unfold,
) -> Result<OpGraph, Problems> {
    let graph = lower_unchecked(model, variant, settings, unfold)?;
    graph.check(&graph.values())?;
    Ok(graph)
}

/// [`lower`], but the values of the dims may break constraints: for a sweep,
/// which checks them at each of its points.
///
/// # Errors
/// As for [`lower`], without the constraints.
pub fn lower_unchecked(
    model: &Model,
    variant: &str,
    settings: &[Setting],
    unfold: Unfold,
) -> Result<OpGraph, Problems> {
    let mut problems = Problems::new();
    let chosen = (model.root.variants.iter()).find(|known| known.name.value == variant);
    let numbers = settings::gather(model, chosen, settings, &mut problems);
    scopes::check(model, &mut problems);
    density::check_variants(model, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let slots = Slots::of(model, chosen, &mut problems);
    let mut lowering = Lowering {
        model,
        settings: numbers,
        slots,
        unfold,
        densities: DensityTree::of(model, variant),
        ops: DiGraph::new(),
        regions: vec![Region {
            name: model.root.name.clone(),
            parent: None,
            repeat: Expr::one(),
        }],
        symbols: Symbols::of_ops(model.root.ops.len()),
        set: settings::set_by(chosen),
        constraints: Vec::new(),
        switches: BTreeSet::new(),
        noted: HashSet::new(),
        measured: HashSet::new(),
        used: Vec::new(),
        shared: HashMap::new(),
        stamps: Vec::new(),
        open: vec![(model.root.name.as_str(), &model.root)],
        steps: 0,
        lowered: 0,
        problems,
    };
    // What went wrong is among the problems.
    let _ = lowering.root();
    lowering.finish(variant)
}

/// A mistake that has been noted among the problems.
#[derive(Debug, Clone, Copy)]
struct Told;

/// What a step of lowering gives, unless it has told why it cannot.
type Outcome<T> = Result<T, Told>;

/// A tensor in the graph and the op that makes it.
#[derive(Debug, Clone)]
struct Made {
    node: NodeIndex,
    tensor: Tensor,
}

/// Elementwise ops of one block that do the same to the same tensors are one
/// op. Other blocks do it again, also where they are the same block once more:
/// what a layer does is counted in every layer, folded or not.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct SharedKey {
    formula: String,
    sources: Vec<NodeIndex>,
    region: RegionId,
    times: Expr,
    format: Option<Format>,
    density: Option<Expr>,
}

/// A model on its way to a graph.
struct Lowering<'m> {
    model: &'m Model,
    settings: BTreeMap<String, Formula>,
    slots: Slots<'m>,
    unfold: Unfold,
    densities: DensityTree<'m>,
    ops: DiGraph<Op, Wire>,
    regions: Vec<Region>,
    symbols: Symbols,
    /// What the variant sets for itself.
    set: BTreeSet<String>,
    constraints: Vec<Constraint>,
    /// The symbols that decide which ops there are.
    switches: BTreeSet<Symbol>,
    /// The conditions in `constraints`, to note each once.
    noted: HashSet<(Expr, Rule)>,
    /// Extents of results that were found to be of a sensible size.
    measured: HashSet<Expr>,
    /// The modules instantiated, each once, for their scopes.
    used: Vec<&'m Module>,
    /// What was made, with its stamp at that time.
    shared: HashMap<SharedKey, (NodeIndex, usize)>,
    /// A number for each node that no other node ever had, to tell a node
    /// from one that was taken back.
    stamps: Vec<usize>,
    /// The blocks being instantiated, to notice one that calls itself.
    open: Vec<(&'m str, &'m Module)>,
    /// How much work was done.
    steps: usize,
    /// How many nodes there ever were.
    lowered: usize,
    problems: Problems,
}

/// One instance of a module while its ops are lowered.
struct Instance<'m> {
    module: &'m Module,
    names: Names,
    region: RegionId,
    /// How often its ops run.
    times: Expr,
    /// How many copies of its weights there are: one for each repeat.
    copies: Expr,
    stage: Option<String>,
    /// Where it stands among the densities that were measured.
    at: At,
    /// Its weights by name.
    weights: HashMap<&'m str, &'m NamedWeight>,
    /// The names of all its inputs and ops.
    declared: HashSet<&'m str>,
    made: HashMap<&'m str, Made>,
}

impl<'m> Lowering<'m> {
    fn finish(self, variant: &str) -> Result<OpGraph, Problems> {
        let mut problems = self.problems;
        let scopes = scopes::resolve(&self.used, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut graph = OpGraph {
            model: self.model.root.name.clone(),
            variant: variant.to_owned(),
            format: self.model.root.format,
            source: self.model.root.source.name().to_owned(),
            ops: self.ops,
            regions: self.regions,
            numbers: self.symbols.shown(),
            symbols: self.symbols.made,
            set: self.set,
            constraints: self.constraints,
            switches: self.switches,
            scopes,
            densities: None,
        };
        self.densities.check(&graph, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        graph.densities = self.densities.used(&self.stamps);
        strength::reduce(&mut graph);
        Ok(graph)
    }

    /// Notes a mistake.
    fn tell(&mut self, mistake: Diagnostic) -> Told {
        self.problems.push(mistake);
        Told
    }

    /// Whether there is no point in going on: too many mistakes, or too large
    /// a model.
    fn is_over(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS || self.is_too_large()
    }

    fn most_ops(&self) -> usize {
        limits::ops(&self.model.root.source)
    }

    fn is_too_large(&self) -> bool {
        self.steps > MAX_STEPS || self.ops.node_count() > self.most_ops()
    }

    /// Counts work, and refuses what would take too much of it.
    fn work(&mut self, steps: usize, place: &Place) -> Outcome<()> {
        self.steps = self.steps.saturating_add(steps);
        if !self.is_too_large() {
            return Ok(());
        }
        let most = self.most_ops();
        Err(self.tell(
            Diagnostic::at(
                place,
                format!("the model is too large: over {most} ops once its blocks are in place"),
            )
            .help("a block that follows upon itself is called once, with `repeat`"),
        ))
    }

    /// Notes what must hold of a value; each condition once.
    fn constrain(&mut self, what: String, expr: &Expr, rule: Rule, place: &Place) {
        self.note(Constraint {
            what,
            expr: expr.clone(),
            rule,
            place: place.clone(),
        });
    }

    fn note(&mut self, constraint: Constraint) {
        if self
            .noted
            .insert((constraint.expr.clone(), constraint.rule))
        {
            self.constraints.push(constraint);
        }
    }

    /// Refuses a result whose extents have grown beyond all measure, so that
    /// no chain of ops can make ever longer formulas or ever larger numbers.
    fn measure(&mut self, tensor: &Tensor, op: &str, place: &Place) -> Outcome<()> {
        limits::axes(tensor.shape.len(), op, place).map_err(|mistake| self.tell(mistake))?;
        for extent in &tensor.shape {
            if self.measured.contains(extent) {
                continue;
            }
            limits::extent(extent, op, &self.symbols.values, place)
                .map_err(|mistake| self.tell(mistake))?;
            self.measured.insert(extent.clone());
            // Other values of the dims may make it too long.
            if limits::may_outgrow(extent) {
                let what = format!("an axis of the result of `{op}`");
                self.constrain(what, extent, Rule::Length, place);
            }
        }
        if tensor.shape.iter().any(|extent| extent.terms().len() > 1) {
            limits::product(&tensor.shape, &format!("the size of `{op}`"), place)
                .map_err(|mistake| self.tell(mistake))?;
        }
        Ok(())
    }

    /// The value of a formula over the names of an instance.
    fn number(&mut self, formula: &Formula, instance: &Instance<'m>) -> Outcome<Expr> {
        (instance.names)
            .build(formula, &mut self.symbols.effort)
            .map_err(|mistake| self.tell(mistake))
    }
}
