//! What is read in a block: what it takes from its caller, where its stages lie,
//! and which models have it.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::model::inputs;
use super::outline::{Lines, List, Outline};
use crate::catalog::{self, Kind, is_path};
use crate::cli::usage::usage_error;
use crate::loader::Loader;
use crate::model::{Callee, Model, Module, NumberRole, OpDecl, OpForm};
use crate::source::{Problems, Source, Spanned};

/// The outline of the block of this name.
pub(super) fn outline(name: &str, loader: &Loader) -> Result<Outline, Problems> {
    let (model, name) = caller(name, loader)?;
    let Some(block) = model.block(&name) else {
        return Err(usage_error("the block cannot be read"));
    };
    let mut outline = Outline::new("block", &block.name, block.source.name());
    outline.fact("about", block.about.clone());
    outline.fact("inputs", inputs(block));
    let slots: Map<String, Value> = (block.slots.iter())
        .map(|slot| (slot.name.value.clone(), json!(slot.value.value)))
        .collect();
    outline.fact("slots", slots);
    if !is_path(&name.value) {
        outline.fact("used_by", used_by(&name.value, loader));
    }
    outline.list(numbers(block));
    outline.list(scopes(block));
    outline.list(stages(block, &model));
    Ok(outline)
}

/// A model that does nothing but call the block, and the name that it calls it by.
fn caller(name: &str, loader: &Loader) -> Result<(Model, Spanned<String>), Problems> {
    loader.open(Kind::Block, name)?;
    let quoted = toml::Value::String(name.to_owned());
    let text = format!(
        "name = \"caller\"\ninputs = {{ x = \"n\" }}\ndims = {{ n = 1 }}\n\
         [[op]]\nname = \"call\"\nblock = {quoted}\ninputs = [\"x\"]\n"
    );
    let model = Model::read(&Source::generated("caller", text), loader)?;
    let called = model.root.callees().into_iter().next();
    called
        .map(|called| (model, called))
        .ok_or_else(|| usage_error("the block cannot be read"))
}

/// The models that ship and have it, of their own or in a block.
fn used_by(name: &str, loader: &Loader) -> Vec<String> {
    let models = catalog::names(Kind::Model).filter_map(|model| {
        let found = loader.model(model).ok()?;
        let names_it = found.blocks().any(|(known, _)| known == name);
        names_it.then(|| model.to_owned())
    });
    models.collect()
}

fn numbers(block: &Module) -> List {
    let needs = block.needs.iter().map(|need| {
        vec![
            json!(need.value),
            json!("need"),
            json!("the caller's, of the same name"),
        ]
    });
    let numbers = block.numbers.iter().map(|number| {
        let role = match number.role {
            NumberRole::Param => "param",
            NumberRole::Dim | NumberRole::Derived => "dim",
        };
        vec![
            json!(number.name.value),
            json!(role),
            json!(number.formula.text),
        ]
    });
    List::new(
        "Numbers: what the caller gives, what may be set, what follows",
        "numbers",
        &[("Name", "name"), ("Kind", "role"), ("Value", "formula")],
        needs.chain(numbers).collect(),
    )
}

fn scopes(block: &Module) -> List {
    let mut lines = Lines::default();
    let rows = block.scopes.iter().map(|scope| {
        let members = scope.members.iter().map(|member| member.value.as_str());
        vec![
            json!(scope.name.value),
            json!(members.collect::<Vec<_>>()),
            json!(lines.line(&scope.name.place)),
        ]
    });
    List::new(
        "Scopes",
        "scopes",
        &[
            ("Scope", "scope"),
            ("Stages and scopes", "members"),
            ("Line", "line"),
        ],
        rows.collect(),
    )
}

/// The stages of a block and of all that it calls. An op without one has that of the
/// call, or is named after itself.
fn stages<'m>(block: &'m Module, model: &'m Model) -> List {
    let mut walk = Walk {
        model,
        seen: BTreeSet::new(),
        lines: Lines::default(),
        rows: Vec::new(),
    };
    walk.block(block, None);
    List::new(
        "Stages, and where their ops are written",
        "stages",
        &[
            ("Stage", "stage"),
            ("Op", "op"),
            ("At", "at"),
            ("", "file"),
            ("", "line"),
        ],
        walk.rows,
    )
}

/// A walk through the ops of a block.
struct Walk<'m> {
    model: &'m Model,
    /// Files that were seen, and the stage that the call gave them.
    seen: BTreeSet<(String, Option<String>)>,
    lines: Lines<'m>,
    rows: Vec<Vec<Value>>,
}

impl<'m> Walk<'m> {
    fn block(&mut self, block: &'m Module, stage: Option<&'m str>) {
        let key = (block.source.name().to_owned(), stage.map(str::to_owned));
        if !self.seen.insert(key) {
            return;
        }
        for op in &block.ops {
            let own = op.stage.as_ref().map(|stage| stage.value.as_str());
            self.op(block, op, own.or(stage));
        }
    }

    fn op(&mut self, block: &'m Module, op: &'m OpDecl, stage: Option<&'m str>) {
        let called = match &op.form {
            OpForm::Call { callee, .. } => match callee {
                Callee::Block(name) => Some(name),
                Callee::Slot(slot) => (block.slots.iter())
                    .find(|known| known.name.value == slot.value)
                    .map(|known| &known.value),
            },
            _ => None,
        };
        match called.and_then(|name| self.model.block(name)) {
            Some(inner) => self.block(inner, stage),
            None => self.row(stage.unwrap_or(&op.name.value), op),
        }
    }

    fn row(&mut self, stage: &str, op: &'m OpDecl) {
        let place = &op.place;
        self.rows.push(vec![
            json!(stage),
            json!(op.name.value),
            json!(self.lines.at(place)),
            json!(place.source().name()),
            json!(self.lines.line(place)),
        ]);
    }
}
