//! From a model to its graph: blocks are instantiated, shapes and domains
//! inferred, ops wired.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use num_traits::{ToPrimitive, Zero};
use petgraph::graph::{DiGraph, NodeIndex};

use super::apply::apply;
use super::check::{Constraint, Rule};
use super::einsum::{Axes, shown_shape};
use super::names::{Names, Origin, Symbols};
use super::{Einsum, Op, OpGraph, OpKind, Region, RegionId, Tensor, Wire, scopes, strength};
use crate::domain::Domain;
use crate::format::Format;
use crate::formula::{Formula, Node};
use crate::model::{
    Callee, Input, Map, Model, Module, NumberRole, OpDecl, OpForm, Operand, Reduce, ShapeDecl,
    WeightDecl,
};
use crate::primitive::Primitive;
use crate::source::{Diagnostic, Place, Problems, Spanned};
use crate::symbolic::Expr;

/// Blocks nested deeper than this are refused.
const MAX_DEPTH: usize = 32;
/// Graphs larger than this are refused.
const MAX_OPS: usize = 200_000;
/// More calls of blocks and ops than this are refused, whether or not they
/// leave anything in the graph.
const MAX_STEPS: usize = 1_000_000;
/// A block may follow upon itself at most so often when unfolded.
const MAX_UNFOLDED: u64 = 10_000;
/// How often a repeated block is lowered to find values that repeat.
const MAX_ROUNDS: usize = 4;

/// A number set from outside the model, such as `--set n=64`.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The dim or parameter.
    pub name: Spanned<String>,
    /// Its value, or a formula over the model's dims.
    pub formula: Formula,
}

/// Whether repeated blocks stand in the graph once or as often as they repeat.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unfold {
    /// Once, with the number of repeats.
    No,
    /// As often as they repeat.
    Yes,
}

/// Every dim and parameter of a model and its blocks that can be set.
pub fn settable(model: &Model) -> BTreeSet<&str> {
    let modules = std::iter::once(&*model.root).chain(model.blocks().map(|(_, block)| &**block));
    modules
        .flat_map(|module| &module.numbers)
        .filter(|number| number.role != NumberRole::Derived)
        .map(|number| number.name.value.as_str())
        .collect()
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
    let mut problems = Problems::new();
    let chosen = model
        .root
        .variants
        .iter()
        .find(|known| known.name.value == variant);
    let mut numbers: BTreeMap<String, Formula> = BTreeMap::new();
    let known = settable(model);
    if let Some(chosen) = chosen {
        for (name, formula) in &chosen.set {
            check_setting(name, &known, &mut problems);
            numbers.insert(name.value.clone(), formula.clone());
        }
    }
    for setting in settings {
        check_setting(&setting.name, &known, &mut problems);
        numbers.insert(setting.name.value.clone(), setting.formula.clone());
    }
    scopes::check(model, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let slots = slot_bindings(model, chosen, &mut problems);
    let mut lowering = Lowering {
        model,
        settings: numbers,
        slots,
        unfold,
        ops: DiGraph::new(),
        regions: vec![Region {
            name: model.root.name.clone(),
            parent: None,
            repeat: Expr::one(),
        }],
        symbols: Symbols::default(),
        constraints: Vec::new(),
        used: Vec::new(),
        shared: HashMap::new(),
        open: vec![model.root.name.clone()],
        steps: 0,
        problems,
    };
    lowering.root();
    lowering.finish(variant)
}

fn check_setting(name: &Spanned<String>, known: &BTreeSet<&str>, problems: &mut Problems) {
    if !known.contains(name.value.as_str()) {
        problems.push(
            Diagnostic::at(
                &name.place,
                format!("unknown dim or parameter `{}`", name.value),
            )
            .known(&name.value, known.iter().copied()),
        );
    }
}

/// What fills each slot: the variant's choice, else the module's own default.
fn slot_bindings(
    model: &Model,
    chosen: Option<&crate::model::Variant>,
    problems: &mut Problems,
) -> BTreeMap<String, String> {
    let mut slots = BTreeMap::new();
    let modules = std::iter::once(&*model.root).chain(model.blocks().map(|(_, block)| &**block));
    for slot in modules.flat_map(|module| &module.slots) {
        // The model comes first, so its choice stands before that of a block.
        slots
            .entry(slot.name.value.clone())
            .or_insert_with(|| slot.value.value.clone());
    }
    for slot in chosen.map_or(&[][..], |variant| &variant.slots) {
        let name = &slot.name.value;
        if !slots.contains_key(name) {
            let known: Vec<&str> = slots.keys().map(String::as_str).collect();
            problems.push(
                Diagnostic::at(&slot.name.place, format!("no slot `{name}`")).known(name, known),
            );
            continue;
        }
        slots.insert(name.clone(), slot.value.value.clone());
    }
    slots
}

/// A tensor in the graph and the op that makes it.
#[derive(Debug, Clone)]
struct Made {
    node: NodeIndex,
    tensor: Tensor,
}

/// Ops that do the same to the same tensors are one op.
type SharedKey = (OpKind, Vec<NodeIndex>, Expr, Option<Format>, Option<Expr>);

/// What an op does, without the names that its formula has for the operands.
fn nameless(op: &OpDecl, kind: &OpKind) -> OpKind {
    let (OpForm::Apply(formula), OpKind::Elementwise { steps, .. }) = (&op.form, kind) else {
        return kind.clone();
    };
    let slot = |name: &str| {
        op.inputs
            .iter()
            .position(|operand| matches!(operand, Operand::Tensor(known) if known.value == name))
    };
    OpKind::Elementwise {
        text: formula.renamed(|name| slot(name).map(|slot| format!("#{slot}"))),
        steps: steps.clone(),
    }
}

struct Lowering<'m> {
    model: &'m Model,
    settings: BTreeMap<String, Formula>,
    slots: BTreeMap<String, String>,
    unfold: Unfold,
    ops: DiGraph<Op, Wire>,
    regions: Vec<Region>,
    symbols: Symbols,
    constraints: Vec<Constraint>,
    /// The modules instantiated, each once, for their scopes.
    used: Vec<&'m Module>,
    shared: HashMap<SharedKey, NodeIndex>,
    /// The blocks being instantiated, to notice one that calls itself.
    open: Vec<String>,
    steps: usize,
    problems: Problems,
}

/// One instance of a module while its ops are lowered.
struct Instance<'m> {
    module: &'m Module,
    names: Names,
    region: RegionId,
    times: Expr,
    stage: Option<String>,
    made: BTreeMap<&'m str, Made>,
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
            ops: self.ops,
            regions: self.regions,
            numbers: self.symbols.shown(),
            symbols: self.symbols.made,
            constraints: self.constraints,
            scopes,
        };
        graph.check(&graph.values())?;
        strength::reduce(&mut graph);
        Ok(graph)
    }

    fn push(&mut self, mistake: Diagnostic) {
        self.problems.push(mistake);
    }

    fn constrain(&mut self, what: String, expr: &Expr, rule: Rule, place: &Place) {
        let constraint = Constraint {
            what,
            expr: expr.clone(),
            rule,
            place: place.clone(),
        };
        let known = |other: &Constraint| other.expr == constraint.expr && other.rule == rule;
        if !self.constraints.iter().any(known) {
            self.constraints.push(constraint);
        }
    }

    /// Lowers the model itself: its inputs are nodes of the graph.
    fn root(&mut self) {
        let module: &'m Module = &self.model.root;
        let before = self.problems.len();
        let nothing = BTreeMap::new();
        let origin = Origin {
            with: BTreeMap::new(),
            inherited: &nothing,
            settings: &self.settings,
            extents: BTreeMap::new(),
        };
        let names = Names::resolve(module, &origin, &mut self.symbols, &mut self.problems);
        if self.problems.len() > before {
            return;
        }
        self.constrain_numbers(module, &names);
        let mut instance = Instance {
            module,
            names,
            region: RegionId::ROOT,
            times: Expr::one(),
            stage: None,
            made: BTreeMap::new(),
        };
        for input in &module.inputs {
            let made = self.input(input, &instance);
            if let Some(made) = made {
                instance.made.insert(&input.name.value, made);
            }
        }
        self.used.push(module);
        self.body(&mut instance);
    }

    fn constrain_numbers(&mut self, module: &Module, names: &Names) {
        for number in &module.numbers {
            let name = &number.name.value;
            let uneven = module.uneven.iter().any(|known| known.value == *name);
            let (what, rule) = match number.role {
                NumberRole::Dim if uneven => (format!("dim `{name}`"), Rule::MeanExtent),
                NumberRole::Dim => (format!("dim `{name}`"), Rule::Extent),
                NumberRole::Param => (format!("parameter `{name}`"), Rule::NotNegative),
                NumberRole::Derived => continue,
            };
            let place = self
                .settings
                .get(name)
                .map_or(&number.formula.place, |set| &set.place)
                .clone();
            if let Some(value) = names.get(name) {
                self.constrain(what, value, rule, &place);
            }
        }
    }

    fn input(&mut self, input: &Input, instance: &Instance<'m>) -> Option<Made> {
        let shape = self.shape(&input.shape, instance)?;
        let density = self.density(input.density.as_ref(), instance)?;
        let tensor = Tensor {
            shape,
            domain: input.domain.clone(),
            density,
            format: None,
        };
        Some(self.source(
            &input.name.value,
            OpKind::Input,
            tensor,
            instance,
            &input.name.place,
        ))
    }

    fn weight(
        &mut self,
        op: &OpDecl,
        weight: &WeightDecl,
        instance: &Instance<'m>,
    ) -> Option<Made> {
        let shape = self.shape(&weight.shape, instance)?;
        let density = self.density(weight.density.as_ref(), instance)?;
        let tensor = Tensor {
            shape,
            domain: weight.domain.clone(),
            density,
            format: op.format.as_ref().map(|format| format.value),
        };
        let name = format!("{} weight", op.name.value);
        Some(self.source(&name, OpKind::Weight, tensor, instance, &weight.shape.place))
    }

    fn source(
        &mut self,
        name: &str,
        kind: OpKind,
        tensor: Tensor,
        instance: &Instance<'m>,
        place: &Place,
    ) -> Made {
        let node = self.ops.add_node(Op {
            name: name.to_owned(),
            stage: match kind {
                OpKind::Input => "input".to_owned(),
                _ => "weight".to_owned(),
            },
            region: instance.region,
            kind,
            times: instance.times.clone(),
            format: None,
            output: tensor.clone(),
            place: place.clone(),
        });
        Made { node, tensor }
    }

    fn shape(&mut self, shape: &ShapeDecl, instance: &Instance<'m>) -> Option<Vec<Expr>> {
        let mut axes = Vec::with_capacity(shape.axes.len());
        for formula in &shape.axes {
            let extent = self.number(formula, instance)?;
            let uneven = |known: &String| *known == formula.text;
            if !instance.names.uneven.iter().any(uneven) {
                let what = format!("the extent `{}`", formula.text.trim());
                self.constrain(what, &extent, Rule::Extent, &formula.place);
            }
            axes.push(extent);
        }
        Some(axes)
    }

    fn number(&mut self, formula: &Formula, instance: &Instance<'m>) -> Option<Expr> {
        match instance.names.build(formula) {
            Ok(value) => Some(value),
            Err(mistake) => {
                self.push(mistake);
                None
            }
        }
    }

    /// `None` after a mistake; no density at all is a success.
    #[allow(clippy::option_option)]
    fn density(
        &mut self,
        formula: Option<&Formula>,
        instance: &Instance<'m>,
    ) -> Option<Option<Expr>> {
        let Some(formula) = formula else {
            return Some(None);
        };
        let share = self.number(formula, instance)?;
        let what = format!("the density `{}`", formula.text.trim());
        self.constrain(what, &share, Rule::Share, &formula.place);
        Some(Some(share))
    }

    /// Lowers the ops of a module in the order of their dependences, that of
    /// the file where they leave a choice.
    fn body(&mut self, instance: &mut Instance<'m>) -> Option<Made> {
        let before = self.problems.len();
        let order = self.order(instance)?;
        for at in order {
            let op = &instance.module.ops[at];
            self.steps += 1;
            if self.steps > MAX_STEPS || self.ops.node_count() > MAX_OPS {
                self.push(Diagnostic::at(
                    &op.place,
                    format!("the model is too large: over {MAX_OPS} ops once its blocks are put in place"),
                ));
                return None;
            }
            if let Some(made) = self.op(op, instance) {
                instance.made.insert(&op.name.value, made);
            } else if self.steps > MAX_STEPS || self.ops.node_count() > MAX_OPS {
                return None;
            }
        }
        if self.problems.len() > before {
            return None;
        }
        let output = match &instance.module.output {
            Some(name) => name.value.as_str(),
            None => instance.module.ops.last()?.name.value.as_str(),
        };
        instance.made.get(output).cloned()
    }

    /// The order in which to lower the ops of a module, by Kahn's algorithm
    /// with the file's order among those that are ready.
    fn order(&mut self, instance: &Instance<'m>) -> Option<Vec<usize>> {
        let ops = &instance.module.ops;
        let index: BTreeMap<&str, usize> = ops
            .iter()
            .enumerate()
            .map(|(at, op)| (op.name.value.as_str(), at))
            .collect();
        let mut waits: Vec<BTreeSet<usize>> = Vec::with_capacity(ops.len());
        for op in ops {
            let needed = op.inputs.iter().filter_map(|operand| match operand {
                Operand::Tensor(name) => index.get(name.value.as_str()).copied(),
                Operand::Weight(_) => None,
            });
            waits.push(needed.collect());
        }
        let mut feeds: Vec<Vec<usize>> = vec![Vec::new(); ops.len()];
        for (at, needed) in waits.iter().enumerate() {
            for need in needed {
                feeds[*need].push(at);
            }
        }
        let mut missing: Vec<usize> = waits.iter().map(BTreeSet::len).collect();
        let mut ready: BTreeSet<usize> = (0..ops.len()).filter(|at| missing[*at] == 0).collect();
        let mut order = Vec::with_capacity(ops.len());
        while let Some(at) = ready.pop_first() {
            order.push(at);
            for next in &feeds[at] {
                missing[*next] -= 1;
                if missing[*next] == 0 {
                    ready.insert(*next);
                }
            }
        }
        if order.len() == ops.len() {
            return Some(order);
        }
        self.push(cycle(ops, &waits, &missing));
        None
    }

    /// Lowers one op. `None` after a mistake.
    fn op(&mut self, op: &'m OpDecl, instance: &Instance<'m>) -> Option<Made> {
        let mut operands = Vec::with_capacity(op.inputs.len());
        let mut failed = false;
        for operand in &op.inputs {
            match self.operand(op, operand, instance) {
                Some(Some(made)) => operands.push(made),
                Some(None) => {}
                None => failed = true,
            }
        }
        if failed {
            return None;
        }
        if let Some(when) = &op.when
            && self.is_off(when, instance)?
        {
            return operands.into_iter().next().or_else(|| {
                self.push(Diagnostic::at(
                    &when.place,
                    "an op that can be skipped needs an input to stand for it",
                ));
                None
            });
        }
        let mut times = instance.times.clone();
        if let Some(formula) = &op.times {
            let factor = self.number(formula, instance)?;
            let what = format!("`times = {}`", formula.text.trim());
            self.constrain(what, &factor, Rule::NotNegative, &formula.place);
            times = &times * &factor;
        }
        if let OpForm::Call {
            callee,
            with,
            repeat,
        } = &op.form
        {
            return self.call(
                op,
                callee,
                with,
                repeat.as_ref(),
                &operands,
                &times,
                instance,
            );
        }
        let shapes: Vec<&[Expr]> = operands
            .iter()
            .map(|made| made.tensor.shape.as_slice())
            .collect();
        let (kind, mut tensor) = match &op.form {
            OpForm::Einsum { .. } => self.einsum(op, &operands, instance)?,
            OpForm::Apply(formula) => {
                let named: Vec<(&str, &Tensor)> = (op.inputs.iter())
                    .filter_map(|operand| match operand {
                        Operand::Tensor(name) => Some(name.value.as_str()),
                        Operand::Weight(_) => None,
                    })
                    .filter(|name| instance.made.contains_key(name))
                    .zip(operands.iter().map(|made| &made.tensor))
                    .collect();
                let applied = apply(formula, &named, &instance.names, &mut self.problems)?;
                let kind = OpKind::Elementwise {
                    text: formula.text.trim().to_owned(),
                    steps: applied.steps,
                };
                (kind, plain(applied.shape, applied.domain))
            }
            OpForm::Each(counts) => self.each(op, counts, &operands, instance)?,
            OpForm::Concat(signature) => {
                let shape = self.concat(op, signature, &shapes, instance)?;
                let domain = joined(&operands);
                (OpKind::Move("concat"), plain(shape, domain))
            }
            OpForm::Gather(signature) | OpForm::Take(signature) => {
                let axes = self.axes(op, signature, &shapes, BTreeMap::new(), instance)?;
                let shape = axes.output(signature, &mut self.problems)?;
                self.constraints.extend(axes.constraints);
                let name = if matches!(op.form, OpForm::Gather(_)) {
                    "gather"
                } else {
                    "take"
                };
                let domain = operands
                    .last()
                    .map_or(Domain::Real, |made| made.tensor.domain.clone());
                (OpKind::Move(name), plain(shape, domain))
            }
            OpForm::Call { .. } => return None,
        };
        if let Some(domain) = &op.domain {
            tensor.domain = domain.value.clone();
        }
        if let Some(density) = self.density(op.density.as_ref(), instance)? {
            tensor.density = Some(density);
        }
        tensor.format = op.format.as_ref().map(|format| format.value);
        Some(self.add(op, kind, tensor, &operands, times, instance))
    }

    /// The tensor of an operand; nothing for a number in a formula. `None`
    /// after a mistake.
    #[allow(clippy::option_option)]
    fn operand(
        &mut self,
        op: &OpDecl,
        operand: &Operand,
        instance: &Instance<'m>,
    ) -> Option<Option<Made>> {
        match operand {
            Operand::Weight(weight) => self.weight(op, weight, instance).map(Some),
            Operand::Tensor(name) => {
                if let Some(made) = instance.made.get(name.value.as_str()) {
                    return Some(Some(made.clone()));
                }
                let module = instance.module;
                // An op that could not be lowered has been complained of.
                if module
                    .ops
                    .iter()
                    .any(|other| other.name.value == name.value)
                {
                    return None;
                }
                let is_number = instance.names.get(&name.value).is_some();
                if is_number && matches!(op.form, OpForm::Apply(_)) {
                    return Some(None);
                }
                let known = (module.inputs.iter().map(|input| input.name.value.as_str()))
                    .chain(module.ops.iter().map(|op| op.name.value.as_str()));
                self.push(
                    Diagnostic::at(
                        &name.place,
                        format!("`{}` has no input or op `{}`", module.name, name.value),
                    )
                    .known(&name.value, known),
                );
                None
            }
        }
    }

    /// Whether a `when` is 0 for the values at hand.
    fn is_off(&mut self, when: &Formula, instance: &Instance<'m>) -> Option<bool> {
        let switch = self.number(when, instance)?;
        let mut values = crate::symbolic::Values::default();
        for info in &self.symbols.made {
            values.set(info.symbol.clone(), info.value.clone());
        }
        match switch.evaluate(&values) {
            Ok(value) => Some(value.is_zero()),
            Err(error) => {
                self.push(Diagnostic::at(&when.place, error.to_string()));
                None
            }
        }
    }

    fn axes<'i>(
        &mut self,
        op: &'i OpDecl,
        signature: &crate::model::Signature,
        shapes: &[&[Expr]],
        extents: BTreeMap<String, Expr>,
        instance: &'i Instance<'m>,
    ) -> Option<Axes<'i>> {
        let name = &op.name.value;
        Axes::infer(
            name,
            signature,
            shapes,
            extents,
            &instance.names,
            &mut self.problems,
        )
    }

    fn einsum(
        &mut self,
        op: &'m OpDecl,
        operands: &[Made],
        instance: &Instance<'m>,
    ) -> Option<(OpKind, Tensor)> {
        let OpForm::Einsum {
            signature,
            map,
            reduce,
            bias,
            extents,
        } = &op.form
        else {
            return None;
        };
        if operands.len() > 2 {
            self.push(
                Diagnostic::at(
                    &signature.place,
                    format!(
                        "`{}` has {} inputs; an einsum has one or two",
                        op.name.value,
                        operands.len()
                    ),
                )
                .help("chain several einsums"),
            );
            return None;
        }
        let mut told = BTreeMap::new();
        for (axis, formula) in extents {
            let extent = self.number(formula, instance)?;
            let what = format!("axis `{}` of `{}`", axis.value, op.name.value);
            self.constrain(what, &extent, Rule::Extent, &formula.place);
            told.insert(axis.value.clone(), extent);
        }
        let shapes: Vec<&[Expr]> = operands
            .iter()
            .map(|made| made.tensor.shape.as_slice())
            .collect();
        let axes = self.axes(op, signature, &shapes, told, instance)?;
        let shape = axes.output(signature, &mut self.problems)?;
        let (space, contracts) = axes.space(signature);
        self.constraints.extend(axes.constraints);
        let bias = match bias {
            Some(formula) => self.number(formula, instance)?,
            None => Expr::zero(),
        };
        let outputs: Expr = shape.iter().product();
        let density: Expr = operands
            .iter()
            .filter_map(|made| made.tensor.density.as_ref())
            .product();
        let moved = operands.len() == 1 && !contracts;
        let tensor = match operands {
            // Only rearranged: the values stay what they were.
            [only] if moved => Tensor {
                shape,
                ..only.tensor.clone()
            },
            [only] if matches!(reduce, Reduce::Max | Reduce::Min) => {
                plain(shape, only.tensor.domain.clone())
            }
            _ => plain(
                shape,
                if operands.iter().all(|made| made.tensor.domain.is_whole()) {
                    Domain::Integer(None)
                } else {
                    Domain::Real
                },
            ),
        };
        let einsum = Einsum {
            text: signature.text.trim().to_owned(),
            operands: operands.len(),
            map: *map,
            reduce: *reduce,
            space,
            outputs,
            contracts,
            bias,
            density,
            multiplies: operands.len() == 2
                && contracts
                && *map == Map::Mul
                && *reduce == Reduce::Add,
        };
        Some((OpKind::Einsum(einsum), tensor))
    }

    fn each(
        &mut self,
        op: &OpDecl,
        counts: &[(Primitive, Formula)],
        operands: &[Made],
        instance: &Instance<'m>,
    ) -> Option<(OpKind, Tensor)> {
        let Some(first) = operands.first() else {
            self.push(Diagnostic::at(
                &op.place,
                format!("`{}` has no input to take elements from", op.name.value),
            ));
            return None;
        };
        let elements = first.tensor.elements();
        let mut steps = Vec::new();
        let mut words = Vec::new();
        for (primitive, formula) in counts {
            let each = self.number(formula, instance)?;
            let what = format!("the number of `{primitive}` in `{}`", op.name.value);
            self.constrain(what, &each, Rule::NotNegative, &formula.place);
            words.push(format!("{} {primitive}", formula.text.trim()));
            steps.push((*primitive, &elements * &each));
        }
        let kind = OpKind::Elementwise {
            text: words.join(", "),
            steps,
        };
        Some((kind, plain(first.tensor.shape.clone(), Domain::Real)))
    }

    /// The shape of tensors laid end to end. One axis of the result is a sum
    /// (`n + m`); the others run alike through all operands.
    fn concat(
        &mut self,
        op: &OpDecl,
        signature: &crate::model::Signature,
        shapes: &[&[Expr]],
        instance: &Instance<'m>,
    ) -> Option<Vec<Expr>> {
        use crate::model::AxisGroup;
        let axes = self.axes(op, signature, shapes, BTreeMap::new(), instance)?;
        let mut shape = Vec::new();
        for group in &signature.output {
            shape.push(match group {
                AxisGroup::Affine(sum) => {
                    let found = crate::symbolic::build(sum, &mut |name, place| {
                        let axis = Spanned::new(name.to_owned(), place.clone());
                        let mut mistakes = Problems::new();
                        axes.extent(&AxisGroup::Product(vec![axis]), &mut mistakes)
                            .ok_or_else(|| {
                                Diagnostic::at(place, format!("axis `{name}` is on no input"))
                            })
                    });
                    match found {
                        Ok(extent) => extent,
                        Err(mistake) => {
                            self.push(mistake);
                            return None;
                        }
                    }
                }
                plain => axes.extent(plain, &mut self.problems)?,
            });
        }
        self.constraints.extend(axes.constraints);
        Some(shape)
    }

    /// Puts a new op into the graph, or finds the one that does the same to
    /// the same tensors.
    fn add(
        &mut self,
        op: &OpDecl,
        kind: OpKind,
        tensor: Tensor,
        operands: &[Made],
        times: Expr,
        instance: &Instance<'m>,
    ) -> Made {
        let format = op.format.as_ref().map(|format| format.value);
        let sources: Vec<NodeIndex> = operands.iter().map(|made| made.node).collect();
        let key = (
            nameless(op, &kind),
            sources,
            times.clone(),
            format,
            tensor.density.clone(),
        );
        if let Some(node) = self.shared.get(&key) {
            return Made {
                node: *node,
                tensor,
            };
        }
        let stage = match (&op.stage, &instance.stage) {
            (Some(own), _) => own.value.clone(),
            (None, Some(caller)) => caller.clone(),
            (None, None) => op.name.value.clone(),
        };
        let node = self.ops.add_node(Op {
            name: op.name.value.clone(),
            stage,
            region: instance.region,
            kind,
            times,
            format,
            output: tensor.clone(),
            place: op.place.clone(),
        });
        for (slot, made) in operands.iter().enumerate() {
            let wire = Wire {
                slot,
                tensor: made.tensor.clone(),
            };
            self.ops.add_edge(made.node, node, wire);
        }
        self.shared.insert(key, node);
        Made { node, tensor }
    }

    #[allow(clippy::too_many_arguments)]
    fn call(
        &mut self,
        op: &'m OpDecl,
        callee: &'m Callee,
        with: &[(Spanned<String>, Formula)],
        repeat: Option<&Formula>,
        operands: &[Made],
        times: &Expr,
        instance: &Instance<'m>,
    ) -> Option<Made> {
        let (block, place) = self.block(callee)?;
        let given = self.given(with, block, instance)?;
        let caller = Caller {
            op,
            place,
            with: given,
            inherited: instance.names.inherited().clone(),
            parent: instance.region,
            stage: op
                .stage
                .as_ref()
                .map(|stage| stage.value.clone())
                .or_else(|| instance.stage.clone()),
        };
        let Some(formula) = repeat else {
            return self.instantiate(
                block,
                &caller,
                &op.name.value,
                operands,
                times,
                &Expr::one(),
            );
        };
        let count = self.number(formula, instance)?;
        let what = format!("the repeats of `{}`", op.name.value);
        self.constrain(what, &count, Rule::Repeat, &formula.place);
        match self.unfold {
            Unfold::No => self.folded(block, &caller, operands, times, &count),
            Unfold::Yes => self.unfolded(block, &caller, operands, times, &count, formula),
        }
    }

    fn block(&mut self, callee: &'m Callee) -> Option<(&'m Module, &'m Place)> {
        let (name, place) = match callee {
            Callee::Block(name) => (name.value.clone(), &name.place),
            Callee::Slot(slot) => match self.slots.get(&slot.value) {
                Some(block) => (block.clone(), &slot.place),
                None => {
                    let known: Vec<String> = self.slots.keys().cloned().collect();
                    self.push(
                        Diagnostic::at(&slot.place, format!("no slot `{}`", slot.value))
                            .known(&slot.value, known.iter().map(String::as_str)),
                    );
                    return None;
                }
            },
        };
        if self.open.contains(&name) {
            let path = self.open.join("` → `");
            self.push(Diagnostic::at(
                place,
                format!("blocks that call each other: `{path}` → `{name}`"),
            ));
            return None;
        }
        if self.open.len() > MAX_DEPTH {
            self.push(Diagnostic::at(
                place,
                format!("blocks nested more than {MAX_DEPTH} deep"),
            ));
            return None;
        }
        let model: &'m Model = self.model;
        match model.block(&name) {
            Some(block) => Some((Arc::as_ref(block), place)),
            None => {
                self.push(Diagnostic::at(place, format!("no block `{name}`")));
                None
            }
        }
    }

    /// The numbers that a call gives.
    fn given(
        &mut self,
        with: &[(Spanned<String>, Formula)],
        block: &Module,
        instance: &Instance<'m>,
    ) -> Option<BTreeMap<String, Expr>> {
        let mut given = BTreeMap::new();
        let mut failed = false;
        for (name, formula) in with {
            let known: Vec<&str> = (block.needs.iter().map(|need| need.value.as_str()))
                .chain(
                    (block.numbers.iter())
                        .filter(|number| number.role == NumberRole::Param)
                        .map(|number| number.name.value.as_str()),
                )
                .collect();
            if !known.contains(&name.value.as_str()) {
                self.push(
                    Diagnostic::at(
                        &name.place,
                        format!("block `{}` takes no `{}`", block.name, name.value),
                    )
                    .known(&name.value, known),
                );
                failed = true;
                continue;
            }
            match self.number(formula, instance) {
                Some(value) => {
                    given.insert(name.value.clone(), value);
                }
                None => failed = true,
            }
        }
        (!failed).then_some(given)
    }

    /// A repeated block, once. Its result must fit its first input, in shape
    /// and in values: where the values that come out are others than those
    /// that went in, it is lowered again for both.
    fn folded(
        &mut self,
        block: &'m Module,
        caller: &Caller<'m>,
        operands: &[Made],
        times: &Expr,
        count: &Expr,
    ) -> Option<Made> {
        let mut operands = operands.to_vec();
        let all = times * count;
        for _ in 0..MAX_ROUNDS {
            let mark = self.mark();
            let made =
                self.instantiate(block, caller, &caller.op.name.value, &operands, &all, count)?;
            let Some(first) = operands.first_mut() else {
                return Some(made);
            };
            self.same_shape(&first.tensor, &made.tensor, caller)?;
            let domain = first.tensor.domain.join(&made.tensor.domain);
            let density = (first.tensor.density == made.tensor.density)
                .then(|| made.tensor.density.clone())
                .flatten();
            if domain == first.tensor.domain && density == first.tensor.density {
                return Some(made);
            }
            first.tensor.domain = domain;
            first.tensor.density = density;
            self.back_to(mark);
        }
        // Any value fits any value.
        if let Some(first) = operands.first_mut() {
            first.tensor.domain = Domain::Real;
        }
        self.instantiate(block, caller, &caller.op.name.value, &operands, &all, count)
    }

    fn unfolded(
        &mut self,
        block: &'m Module,
        caller: &Caller<'m>,
        operands: &[Made],
        times: &Expr,
        count: &Expr,
        formula: &Formula,
    ) -> Option<Made> {
        let mut values = crate::symbolic::Values::default();
        for info in &self.symbols.made {
            values.set(info.symbol.clone(), info.value.clone());
        }
        let rounds = count
            .evaluate(&values)
            .ok()
            .filter(|value| value.is_integer())
            .and_then(|value| value.numer().to_u64());
        let Some(rounds) = rounds.filter(|rounds| (1..=MAX_UNFOLDED).contains(rounds)) else {
            let message = format!("only from 1 to {MAX_UNFOLDED} repeats can be unfolded");
            self.push(Diagnostic::at(&formula.place, message));
            return None;
        };
        let mut operands = operands.to_vec();
        let mut last = None;
        for round in 0..rounds {
            let name = format!("{}.{round}", caller.op.name.value);
            let made = self.instantiate(block, caller, &name, &operands, times, &Expr::one())?;
            if let Some(first) = operands.first_mut() {
                self.same_shape(&first.tensor, &made.tensor, caller)?;
                *first = made.clone();
            }
            last = Some(made);
        }
        last
    }

    fn same_shape(&mut self, input: &Tensor, output: &Tensor, caller: &Caller<'m>) -> Option<()> {
        if input.shape == output.shape {
            return Some(());
        }
        let message = format!(
            "`{}` cannot follow upon itself: it takes {} and gives {}",
            caller.op.name.value,
            shown_shape(&input.shape),
            shown_shape(&output.shape)
        );
        self.push(Diagnostic::at(caller.place, message));
        None
    }

    fn instantiate(
        &mut self,
        block: &'m Module,
        caller: &Caller<'m>,
        name: &str,
        operands: &[Made],
        times: &Expr,
        repeat: &Expr,
    ) -> Option<Made> {
        if operands.len() != block.inputs.len() {
            let names: Vec<&str> = block
                .inputs
                .iter()
                .map(|input| input.name.value.as_str())
                .collect();
            self.push(
                Diagnostic::at(
                    caller.place,
                    format!(
                        "block `{}` takes {} inputs, not {}",
                        block.name,
                        names.len(),
                        operands.len()
                    ),
                )
                .help(format!("its inputs are {}", crate::source::one_of(names))),
            );
            return None;
        }
        let before = self.problems.len();
        let extents = self.bind_extents(block, operands, caller)?;
        let origin = Origin {
            with: caller.with.clone(),
            inherited: &caller.inherited,
            settings: &self.settings,
            extents,
        };
        let names = Names::resolve(block, &origin, &mut self.symbols, &mut self.problems);
        if self.problems.len() > before {
            return None;
        }
        let region = RegionId(self.regions.len());
        self.regions.push(Region {
            name: name.to_owned(),
            parent: Some(caller.parent),
            repeat: repeat.clone(),
        });
        self.constrain_numbers(block, &names);
        let mut instance = Instance {
            module: block,
            names,
            region,
            times: times.clone(),
            stage: caller.stage.clone(),
            made: BTreeMap::new(),
        };
        for (input, made) in block.inputs.iter().zip(operands) {
            self.check_input(input, made, &instance, caller)?;
            instance.made.insert(&input.name.value, made.clone());
        }
        if !self.used.iter().any(|known| std::ptr::eq(*known, block)) {
            self.used.push(block);
        }
        self.open.push(block_key(caller, &self.slots));
        let made = self.body(&mut instance);
        self.open.pop();
        made
    }

    /// The extents that the inputs of a block give to names.
    fn bind_extents(
        &mut self,
        block: &Module,
        operands: &[Made],
        caller: &Caller<'m>,
    ) -> Option<BTreeMap<String, Expr>> {
        let mut extents: BTreeMap<String, Expr> = BTreeMap::new();
        for (input, made) in block.inputs.iter().zip(operands) {
            let shape = &made.tensor.shape;
            if input.shape.axes.len() != shape.len() {
                self.push(
                    Diagnostic::at(
                        caller.place,
                        format!(
                            "`{}` of block `{}` has {} axes, but {} has {}",
                            input.name.value,
                            block.name,
                            input.shape.axes.len(),
                            shown_shape(shape),
                            shape.len()
                        ),
                    )
                    .and(&input.shape.place, "its shape"),
                );
                return None;
            }
            for (axis, extent) in input.shape.axes.iter().zip(shape) {
                let Node::Name(name) = &axis.ast.node else {
                    continue;
                };
                let own = block.needs.iter().any(|need| need.value == *name)
                    || block
                        .numbers
                        .iter()
                        .any(|number| number.name.value == *name);
                if !own {
                    extents
                        .entry(name.clone())
                        .or_insert_with(|| extent.clone());
                }
            }
        }
        Some(extents)
    }

    /// Every axis of an input must be what the block says it is.
    fn check_input(
        &mut self,
        input: &Input,
        made: &Made,
        instance: &Instance<'m>,
        caller: &Caller<'m>,
    ) -> Option<()> {
        for (axis, extent) in input.shape.axes.iter().zip(&made.tensor.shape) {
            let wanted = self.number(axis, instance)?;
            if wanted != *extent {
                self.push(
                    Diagnostic::at(
                        caller.place,
                        format!(
                            "`{}` of block `{}` should have {wanted} for `{}`, but has {extent}",
                            input.name.value,
                            instance.module.name,
                            axis.text.trim()
                        ),
                    )
                    .and(&axis.place, "declared here"),
                );
                return None;
            }
        }
        Some(())
    }

    fn mark(&self) -> Mark {
        Mark {
            ops: self.ops.node_count(),
            regions: self.regions.len(),
            constraints: self.constraints.len(),
        }
    }

    /// Takes back everything that was lowered since `mark`.
    fn back_to(&mut self, mark: Mark) {
        while self.ops.node_count() > mark.ops {
            self.ops
                .remove_node(NodeIndex::new(self.ops.node_count() - 1));
        }
        self.regions.truncate(mark.regions);
        self.constraints.truncate(mark.constraints);
        self.shared.retain(|_, node| node.index() < mark.ops);
    }
}

/// How far the graph had come.
struct Mark {
    ops: usize,
    regions: usize,
    constraints: usize,
}

/// Who calls a block, and what it gives.
struct Caller<'m> {
    op: &'m OpDecl,
    place: &'m Place,
    with: BTreeMap<String, Expr>,
    inherited: BTreeMap<String, Expr>,
    parent: RegionId,
    stage: Option<String>,
}

/// The name under which the library knows the block that is called.
fn block_key(caller: &Caller<'_>, slots: &BTreeMap<String, String>) -> String {
    match &caller.op.form {
        OpForm::Call {
            callee: Callee::Block(name),
            ..
        } => name.value.clone(),
        OpForm::Call {
            callee: Callee::Slot(slot),
            ..
        } => slots.get(&slot.value).cloned().unwrap_or_default(),
        _ => String::new(),
    }
}

fn plain(shape: Vec<Expr>, domain: Domain) -> Tensor {
    Tensor {
        shape,
        domain,
        density: None,
        format: None,
    }
}

/// The values of any of the operands.
fn joined(operands: &[Made]) -> Domain {
    let mut domains = operands.iter().map(|made| made.tensor.domain.clone());
    let first = domains.next().unwrap_or(Domain::Real);
    domains.fold(first, |all, domain| all.join(&domain))
}

/// The mistake for ops that wait for each other, with the way round.
fn cycle(ops: &[OpDecl], waits: &[BTreeSet<usize>], missing: &[usize]) -> Diagnostic {
    let stuck = |at: &usize| missing[*at] > 0;
    let mut way: Vec<usize> = Vec::new();
    let mut at = (0..ops.len()).find(stuck).unwrap_or(0);
    while !way.contains(&at) {
        way.push(at);
        match waits[at].iter().copied().find(stuck) {
            Some(next) => at = next,
            None => break,
        }
    }
    let start = way.iter().position(|known| *known == at).unwrap_or(0);
    let mut names: Vec<&str> = way[start..]
        .iter()
        .rev()
        .map(|at| ops[*at].name.value.as_str())
        .collect();
    if let Some(first) = names.first().copied() {
        names.push(first);
    }
    Diagnostic::at(
        &ops[at].name.place,
        format!("ops that wait for each other: `{}`", names.join("` → `")),
    )
}
