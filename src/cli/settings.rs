//! `--set NAME=VALUE`: what is typed over a model's numbers and a table's
//! entries.

use num_rational::BigRational;
use num_traits::Signed;

use super::typed::Typed;
use crate::formula::{Ast, AstNode, Formula};
use crate::graph::{Setting, settable};
use crate::model::{Model, Module, NumberRole};
use crate::number;
use crate::source::{Diagnostic, Problems, Spanned};

/// `45nm.fp32.mul=2`
pub(super) struct EntrySetting {
    pub(super) name: Spanned<String>,
    pub(super) value: BigRational,
}

/// Everything given with `--set`.
pub(super) struct Set {
    pub(super) settings: Vec<Setting>,
    pub(super) entries: Vec<EntrySetting>,
}

impl Set {
    pub(super) fn new(texts: &[String], problems: &mut Problems) -> Set {
        let mut set = Set {
            settings: Vec::new(),
            entries: Vec::new(),
        };
        let mut seen: Vec<Spanned<String>> = Vec::new();
        for text in texts {
            let Some((name, formula)) = setting(text, problems) else {
                continue;
            };
            if let Some(first) = seen.iter().find(|other| other.value == name.value) {
                problems.push(
                    Diagnostic::at(&name.place, format!("`{}` is set twice", name.value))
                        .and(&first.place, "first here"),
                );
                continue;
            }
            seen.push(name.clone());
            if name.value.contains('.') {
                set.entries.extend(entry(name, &formula, problems));
            } else {
                set.settings.push(Setting { name, formula });
            }
        }
        set
    }
}

/// Every name that is set is one of the model or its blocks, and a plain
/// number fits what it is set for: so what is wrong is shown where it was
/// typed, and not everywhere that it leads to.
pub(super) fn check_settings(model: &Model, settings: &[Setting], problems: &mut Problems) {
    let known = settable(model);
    let modules: Vec<&Module> = std::iter::once(&*model.root)
        .chain(model.blocks().map(|(_, block)| &**block))
        .collect();
    for Setting { name, formula } in settings {
        if !known.contains(name.value.as_str()) {
            problems.push(
                Diagnostic::at(
                    &name.place,
                    format!("unknown dim or parameter `{}`", name.value),
                )
                .known(&name.value, known.iter().copied()),
            );
            continue;
        }
        if let AstNode::Name(word) = &formula.ast.node
            && ["nan", "inf", "infinity"].contains(&word.to_lowercase().as_str())
        {
            let message = format!("`{}` is set to {word}, which is no number", name.value);
            problems.push(Diagnostic::at(&formula.place, message));
            continue;
        }
        let Some(value) = plain_number(&formula.ast) else {
            continue;
        };
        let dim = |module: &&Module| {
            let own = module.numbers.iter().find(|n| n.name.value == name.value);
            own.is_some_and(|number| number.role == NumberRole::Dim)
                && module
                    .fractional
                    .iter()
                    .all(|other| other.value != name.value)
        };
        let is_needed = |name: &str| {
            let mut needs = model.root.needs.iter();
            needs.any(|need| need.value == name)
                && model
                    .root
                    .fractional
                    .iter()
                    .all(|other| other.value != name)
        };
        let is_dim = modules.iter().any(dim) || is_needed(&name.value);
        let fault = if is_dim && !value.is_integer() {
            "not a whole number"
        } else if is_dim && !value.is_positive() {
            "not above 0"
        } else if value.is_negative() {
            "below 0"
        } else if value > number::whole(number::MAX_WHOLE) {
            "above 10^15"
        } else {
            continue;
        };
        let what = if is_dim { "dim" } else { "parameter" };
        problems.push(Diagnostic::at(
            &formula.place,
            format!(
                "{what} `{}` is {}: {fault}",
                name.value,
                formula.text.trim()
            ),
        ));
    }
}

/// The number that a formula is, with or without a sign.
fn plain_number(ast: &Ast) -> Option<BigRational> {
    match &ast.node {
        AstNode::Number(value) => Some(value.clone()),
        AstNode::Negate(inner) => Some(-plain_number(inner)?),
        _ => None,
    }
}

/// `NAME=VALUE`, a formula as value.
fn setting(text: &str, problems: &mut Problems) -> Option<(Spanned<String>, Formula)> {
    let typed = Typed::new("--set", text);
    let place = |from: usize, to: usize| typed.place(from..to);
    let Some((name, value)) = text.split_once('=') else {
        problems.push(
            Diagnostic::at(&place(0, text.len()), format!("`{text}` sets nothing"))
                .help("write `--set NAME=VALUE`"),
        );
        return None;
    };
    let start = name.len() - name.trim_start().len();
    let end = name.trim_end().len().max(start);
    let value_place = place(text.len() - value.len(), text.len());
    let missing = match (name.trim(), value.trim()) {
        ("", _) => Some(("no name before the `=`", place(0, name.len() + 1))),
        (_, "") => Some(("no value after the `=`", place(name.len(), text.len()))),
        _ => None,
    };
    if let Some((message, place)) = missing {
        problems.push(Diagnostic::at(&place, message).help("write `--set NAME=VALUE`"));
        return None;
    }
    let name = Spanned::new(name.trim().to_owned(), place(start, end));
    let formula = Formula::read(value, &value_place, problems)?;
    Some((name, formula))
}

fn entry(
    name: Spanned<String>,
    formula: &Formula,
    problems: &mut Problems,
) -> Option<EntrySetting> {
    match &formula.ast.node {
        AstNode::Number(value) if !value.is_negative() => Some(EntrySetting {
            name,
            value: value.clone(),
        }),
        _ => {
            let message = format!(
                "a table entry is set to a number of picojoules, at least 0, not `{}`",
                formula.text
            );
            problems.push(Diagnostic::at(&formula.place, message));
            None
        }
    }
}
