//! What is read in a model: its numbers, variants and phases, and where the
//! stages of every scope lie.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::hash::Hash;
use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::outline::{Lines, List, Outline};
use crate::census::Conventions;
use crate::cli::json::exact;
use crate::energy::Counted;
use crate::formula::Formula;
use crate::graph::{OpGraph, Setting, Unfold, lower};
use crate::loader::Loader;
use crate::model::{Model, Module, NumberRole, Phase, Variant};
use crate::number;
use crate::source::Problems;

/// The outline of the model of this name.
pub(super) fn outline(name: &str, loader: &Loader) -> Result<Outline, Problems> {
    let model = loader.model(name)?;
    let root = &model.root;
    let graphs = graphs(&model)?;
    let mut outline = Outline::new("model", &root.name, root.source.name());
    outline.fact("about", root.about.clone());
    outline.fact("inputs", inputs(root));
    outline.fact("format", root.format.map(|format| format.to_string()));
    if let Some(first) = graphs.first().filter(|_| root.needs.is_empty()) {
        let counted = Counted::new(first.clone(), Conventions::default())?;
        outline.fact("parameters", exact(&counted.parameters));
        outline.fact("macs", exact(&counted.macs));
    }
    let slots = root.slots.iter();
    let slots: Map<String, Value> = slots
        .map(|slot| (slot.name.value.clone(), json!(slot.value.value)))
        .collect();
    outline.fact("slots", slots);
    outline.fact("try", commands(name, &graphs));
    outline.list(numbers(root, graphs.first()));
    outline.list(variants(root));
    outline.list(scopes(&graphs));
    outline.list(stages(&graphs));
    outline.list(phases(&model));
    Ok(outline)
}

/// The graph of every variant. A size that must be given is taken to be 1, which
/// moves no op.
pub(in crate::cli) fn graphs(model: &Model) -> Result<Vec<OpGraph>, Problems> {
    let mut problems = Problems::new();
    let variants = model.variant_names().into_iter();
    let graphs = variants
        .filter_map(|variant| problems.note(graph(model, variant)))
        .collect();
    problems.or(graphs)
}

fn graph(model: &Model, variant: &str) -> Result<OpGraph, Problems> {
    let needs = model.root.needs.iter();
    let given: Vec<Setting> = needs
        .map(|need| Setting {
            name: need.clone(),
            formula: Formula::number(number::whole(1), &need.place),
        })
        .collect();
    lower(model, variant, &given, Unfold::No)
}

/// The inputs of a module with their shapes.
pub(super) fn inputs(module: &Module) -> Map<String, Value> {
    let inputs = module.inputs.iter();
    inputs
        .map(|input| {
            let place = &input.shape.place;
            let shape = place.source().text().get(place.span()).unwrap_or_default();
            (input.name.value.clone(), json!(shape))
        })
        .collect()
}

/// What to type next.
fn commands(name: &str, graphs: &[OpGraph]) -> Vec<String> {
    match graphs.len() {
        0 | 1 => vec![format!("picojoule estimate {name}")],
        _ => vec![format!("picojoule compare {name}")],
    }
}

fn numbers(root: &Module, graph: Option<&OpGraph>) -> List {
    let value = |name: &str| {
        let graph = graph?;
        let (_, value) = graph.numbers().iter().find(|(known, _)| known == name)?;
        Some(exact(&value.evaluate(&graph.values()).ok()?))
    };
    let needs = root.needs.iter();
    let needs = needs.map(|need| {
        let how = "must be given: --set, or by a variant";
        vec![json!(need.value), json!("dim"), Value::Null, json!(how)]
    });
    let numbers = root.numbers.iter().map(|number| {
        let role = match number.role {
            NumberRole::Param => "param",
            NumberRole::Dim | NumberRole::Derived => "dim",
        };
        let name = &number.name.value;
        let plain = number::parse_decimal(&number.formula.text);
        let formula = plain.is_none().then(|| number.formula.text.clone());
        let value = plain.as_ref().map(exact).or_else(|| value(name));
        vec![json!(name), json!(role), json!(value), json!(formula)]
    });
    let columns = [
        ("Name", "name"),
        ("Kind", "role"),
        ("Value", "value"),
        ("From", "formula"),
    ];
    List::new(
        "Dims and params, set with --set NAME=VALUE",
        "numbers",
        &columns,
        needs.chain(numbers).collect(),
    )
}

fn variants(root: &Module) -> List {
    let row = |variant: &Variant| {
        let slots: Map<String, Value> = (variant.slots.iter())
            .map(|slot| (slot.name.value.clone(), json!(slot.value.value)))
            .collect();
        let set: Map<String, Value> = (variant.set.iter())
            .map(|(name, formula)| (name.value.clone(), json!(formula.text)))
            .collect();
        vec![json!(variant.name.value), json!(slots), json!(set)]
    };
    List::new(
        "Variants, the baseline first",
        "variants",
        &[("Variant", "variant"), ("Slots", "slots"), ("Sets", "set")],
        root.variants.iter().map(row).collect(),
    )
}

/// Every scope with its stages; variants that have the same ones share a row.
fn scopes(graphs: &[OpGraph]) -> List {
    let mut found: Vec<(&str, Vec<&str>, Vec<&str>)> = Vec::new();
    for graph in graphs {
        let there = graph.stages();
        for scope in graph.scopes() {
            let stages: Vec<&str> = (scope.stages.iter().map(String::as_str))
                .filter(|stage| there.contains(stage))
                .collect();
            let known =
                (found.iter_mut()).find(|(name, known, _)| *name == scope.name && *known == stages);
            match known {
                Some((_, _, variants)) => variants.push(&graph.variant),
                None => found.push((&scope.name, stages, vec![&graph.variant])),
            }
        }
    }
    let order: Vec<&str> = found.iter().map(|(name, _, _)| *name).collect();
    found.sort_by_key(|(name, _, _)| order.iter().position(|known| known == name));
    let rows = found.into_iter();
    let rows = rows.map(|(scope, stages, variants)| {
        vec![
            json!(scope),
            in_words_of(&variants, graphs),
            json!(variants),
            json!(stages),
        ]
    });
    List::new(
        "Scopes",
        "scopes",
        &[
            ("Scope", "scope"),
            ("Variants", ""),
            ("", "variants"),
            ("Stages", "stages"),
        ],
        rows.collect(),
    )
}

/// Lines of one stage in one file that people are told; programs are told all.
const LINES: usize = 12;

/// The ops of one stage that are written in one file.
#[derive(Default)]
struct Written<'g> {
    variants: Unique<&'g str>,
    /// The blocks that they stand in: `encoder/attention`.
    blocks: Unique<String>,
    ops: Unique<&'g str>,
    lines: BTreeSet<usize>,
}

/// Each once, in the order in which they come.
#[derive(Default)]
struct Unique<T> {
    all: Vec<T>,
    seen: HashSet<T>,
}

impl<T: Clone + Eq + Hash> Unique<T> {
    fn add(&mut self, one: T) {
        if self.seen.insert(one.clone()) {
            self.all.push(one);
        }
    }
}

/// Every stage, the ops that it is made of, and the lines that they are written in: in
/// the order of the stages, and of the variants in each.
fn stages(graphs: &[OpGraph]) -> List {
    let mut order: HashMap<&str, usize> = HashMap::new();
    let mut at: HashMap<(usize, &str), usize> = HashMap::new();
    let mut found: Vec<(usize, &str, &str, Written<'_>)> = Vec::new();
    let mut lines = Lines::default();
    for graph in graphs {
        for (_, op) in graph.iter().filter(|(_, op)| op.computes()) {
            let next = order.len();
            let stage = *order.entry(&op.stage).or_insert(next);
            let file = op.place.source().name();
            let here = *at.entry((stage, file)).or_insert_with(|| {
                found.push((stage, &op.stage, file, Written::default()));
                found.len() - 1
            });
            if let Some((_, _, _, here)) = found.get_mut(here) {
                here.variants.add(&graph.variant);
                here.blocks.add(graph.path(op.region).join("/"));
                here.ops.add(&op.name);
                here.lines.insert(lines.line(&op.place));
            }
        }
    }
    found.sort_by_key(|(stage, ..)| *stage);
    let rows = found.into_iter().map(|(_, stage, file, is)| {
        let blocks = is.blocks.all.into_iter().filter(|name| !name.is_empty());
        let mut lines: Vec<String> = (is.lines.iter().take(LINES))
            .map(usize::to_string)
            .collect();
        if is.lines.len() > LINES {
            lines.push("…".to_owned());
        }
        vec![
            json!(stage),
            in_words_of(&is.variants.all, graphs),
            json!(is.variants.all),
            json!(blocks.collect::<Vec<_>>()),
            json!(is.ops.all),
            json!(format!("{file}:{}", lines.join(", "))),
            json!(file),
            json!(is.lines),
        ]
    });
    List::new(
        "Stages, and where their ops are written",
        "stages",
        &[
            ("Stage", "stage"),
            ("Variants", ""),
            ("", "variants"),
            ("In", "blocks"),
            ("Ops", "ops"),
            ("At", ""),
            ("", "file"),
            ("", "lines"),
        ],
        rows.collect(),
    )
}

/// Variants for people: all of them in one word.
fn in_words_of(variants: &[&str], graphs: &[OpGraph]) -> Value {
    match variants.len() == graphs.len() {
        true => json!("all"),
        false => json!(variants),
    }
}

/// Which phases the model has.
fn phases(model: &Arc<Model>) -> List {
    let phases = Phase::NAMES.into_iter().filter_map(|name| {
        let phase: Phase = name.parse().ok()?;
        let tried = Model::clone(model).in_phase(phase).and_then(|model| {
            let first = model.variant_names().first().copied().unwrap_or_default();
            graph(&model, first)
        });
        let why = match &tried {
            Ok(_) => None,
            Err(problems) => problems
                .iter()
                .next()
                .map(|first| first.message().to_owned()),
        };
        Some(vec![json!(name), json!(tried.is_ok()), json!(why)])
    });
    List::new(
        "Phases, asked for with --phase",
        "phases",
        &[("Phase", "phase"), ("There", "there"), ("Why not", "why")],
        phases.collect(),
    )
}
