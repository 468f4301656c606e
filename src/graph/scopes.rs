//! Scopes: named sets of stages over which energies are summed.

use std::collections::BTreeSet;

use super::limits::MAX_PROBLEMS;
use crate::hash::{FastMap, FastSet};
use crate::model::{Model, Module, OpForm};
use crate::source::{Diagnostic, Problems, Spanned};

/// A scope with all its stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedScope {
    /// Its name.
    pub name: String,
    /// Its stages, in the order given.
    pub stages: Vec<String>,
}

/// Scopes within scopes deeper than this are refused.
const MAX_DEPTH: usize = 32;

/// The scopes of the modules given, in order: blocks that define the same
/// scope add to it.
pub(super) fn resolve(modules: &[&Module], problems: &mut Problems) -> Vec<ResolvedScope> {
    let mut members: FastMap<&str, Vec<&Spanned<String>>> = FastMap::default();
    let mut order: Vec<&str> = Vec::new();
    for scope in modules.iter().flat_map(|module| &module.scopes) {
        let name = scope.name.value.as_str();
        let all = members.entry(name).or_insert_with(|| {
            order.push(name);
            Vec::new()
        });
        all.extend(&scope.members);
    }
    let mut resolved = Vec::new();
    for name in order {
        let mut gathering = Gathering {
            members: &members,
            stages: Vec::new(),
            seen: FastSet::default(),
            open: Vec::new(),
        };
        gathering.scope(name, problems);
        resolved.push(ResolvedScope {
            name: name.to_owned(),
            stages: gathering.stages,
        });
        if problems.len() >= MAX_PROBLEMS {
            break;
        }
    }
    resolved
}

/// One scope while its stages are gathered.
struct Gathering<'s> {
    members: &'s FastMap<&'s str, Vec<&'s Spanned<String>>>,
    stages: Vec<String>,
    /// Stages and scopes that are in it already.
    seen: FastSet<&'s str>,
    /// The scopes being gathered, to notice one that contains itself.
    open: Vec<&'s str>,
}

impl<'s> Gathering<'s> {
    fn scope(&mut self, name: &'s str, problems: &mut Problems) {
        self.open.push(name);
        for member in self.members.get(name).into_iter().flatten() {
            let inner = member.value.as_str();
            if self.open.contains(&inner) {
                let message = if inner == name {
                    format!("the scope `{name}` contains itself")
                } else {
                    format!("the scopes `{inner}` and `{name}` contain each other")
                };
                problems.push(Diagnostic::at(&member.place, message));
            } else if self.open.len() >= MAX_DEPTH {
                let message = format!("scopes within scopes more than {MAX_DEPTH} deep");
                problems.push(Diagnostic::at(&member.place, message));
            } else if !self.seen.insert(inner) {
                continue;
            } else if self.members.contains_key(inner) {
                self.scope(inner, problems);
            } else {
                self.stages.push(inner.to_owned());
            }
        }
        self.open.pop();
    }
}

/// Every member of a scope must be a stage of some op, or another scope.
pub(super) fn check(model: &Model, problems: &mut Problems) {
    let modules: Vec<&Module> = std::iter::once(&*model.root)
        .chain(model.blocks().map(|(_, block)| &**block))
        .collect();
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for module in &modules {
        for op in &module.ops {
            match (&op.stage, &op.form) {
                (Some(stage), _) => {
                    known.insert(&stage.value);
                }
                (None, OpForm::Call { .. }) => {}
                (None, _) => {
                    known.insert(&op.name.value);
                }
            }
        }
    }
    let scopes: BTreeSet<&str> = modules
        .iter()
        .flat_map(|module| module.scopes.iter().map(|scope| scope.name.value.as_str()))
        .collect();
    for scope in modules.iter().flat_map(|module| &module.scopes) {
        for member in &scope.members {
            let name = member.value.as_str();
            if !known.contains(name) && !scopes.contains(name) {
                problems.push(
                    Diagnostic::at(
                        &member.place,
                        format!(
                            "the scope `{}` names the stage `{name}`, which no op has",
                            scope.name.value
                        ),
                    )
                    .known(name, known.union(&scopes).copied()),
                );
                if problems.len() >= MAX_PROBLEMS {
                    return;
                }
            }
        }
    }
}

/// Whether a stage is one of these.
pub(crate) fn has_stage(stages: &[String], stage: &str) -> bool {
    stages.iter().any(|known| known == stage)
}
