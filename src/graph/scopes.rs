//! Scopes: named sets of stages over which energies are summed.

use crate::model::{Model, Module, OpForm, Scope};
use crate::source::{Diagnostic, Problems};

/// A scope with all its stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedScope {
    /// Its name.
    pub name: String,
    /// Its stages, in the order given.
    pub stages: Vec<String>,
}

/// The scopes of the modules given, in order: blocks that define the same
/// scope add to it.
pub(super) fn resolve(modules: &[&Module], problems: &mut Problems) -> Vec<ResolvedScope> {
    let all: Vec<&Scope> = modules.iter().flat_map(|module| &module.scopes).collect();
    let mut resolved: Vec<ResolvedScope> = Vec::new();
    for scope in &all {
        let name = &scope.name.value;
        if resolved.iter().any(|known| known.name == *name) {
            continue;
        }
        let mut stages = Vec::new();
        gather(name, &all, &mut stages, &mut Vec::new(), problems);
        resolved.push(ResolvedScope {
            name: name.clone(),
            stages,
        });
    }
    resolved
}

/// Adds the stages of every scope called `name` to `stages`.
fn gather(
    name: &str,
    all: &[&Scope],
    stages: &mut Vec<String>,
    open: &mut Vec<String>,
    problems: &mut Problems,
) {
    open.push(name.to_owned());
    for scope in all.iter().filter(|scope| scope.name.value == name) {
        for member in &scope.members {
            let is_scope = all.iter().any(|other| other.name.value == member.value);
            if open.contains(&member.value) {
                let message = format!(
                    "the scope `{name}` contains itself through `{}`",
                    member.value
                );
                problems.push(Diagnostic::at(&member.place, message));
            } else if is_scope {
                gather(&member.value, all, stages, open, problems);
            } else if !stages.contains(&member.value) {
                stages.push(member.value.clone());
            }
        }
    }
    open.pop();
}

/// Every member of a scope must be a stage of some op, or another scope.
pub(super) fn check(model: &Model, problems: &mut Problems) {
    let modules: Vec<&Module> = std::iter::once(&*model.root)
        .chain(model.blocks().map(|(_, block)| &**block))
        .collect();
    let mut known: Vec<&str> = Vec::new();
    for module in &modules {
        for op in &module.ops {
            match (&op.stage, &op.form) {
                (Some(stage), _) => known.push(&stage.value),
                (None, OpForm::Call { .. }) => {}
                (None, _) => known.push(&op.name.value),
            }
        }
    }
    let scopes: Vec<&str> = modules
        .iter()
        .flat_map(|module| module.scopes.iter().map(|scope| scope.name.value.as_str()))
        .collect();
    known.sort_unstable();
    known.dedup();
    for scope in modules.iter().flat_map(|module| &module.scopes) {
        for member in &scope.members {
            let name = member.value.as_str();
            if !known.contains(&name) && !scopes.contains(&name) {
                problems.push(
                    Diagnostic::at(
                        &member.place,
                        format!(
                            "the scope `{}` names the stage `{name}`, which no op has",
                            scope.name.value
                        ),
                    )
                    .known(name, known.iter().copied().chain(scopes.iter().copied())),
                );
            }
        }
    }
}
