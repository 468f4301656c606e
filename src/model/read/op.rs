//! One `[[op]]` of a model file.

use std::str::FromStr;

use super::keys::OP;
use super::values::{domain, format, formula, formulas};
use super::weight::inline;
use crate::formula::Formula;
use crate::model::axes::Signature;
use crate::model::limits;
use crate::model::op::{Callee, Map, OpDecl, OpForm, Operand, Reduce};
use crate::model::shape::shape;
use crate::primitive::Primitive;
use crate::source::{Datum, Diagnostic, Fields, Problems, Spanned, Value, at_most};

/// The fields of which an op has exactly one, and which says what it does; with
/// the name that a field had before, if it had one.
const FORMS: [(&str, Option<&str>); 9] = [
    ("einsum", None),
    ("apply", None),
    ("per_element", Some("each")),
    ("concat", None),
    ("gather", None),
    ("index", Some("take")),
    ("reshape", Some("move")),
    ("block", None),
    ("slot", None),
];

pub(super) fn op(node: &Datum, problems: &mut Problems) -> Option<OpDecl> {
    let mut fields = Fields::shaped(node, &OP, problems)?;
    let stage = fields.name("stage", problems);
    let given = fields.name("name", problems);
    let is_named = fields.has("name") || fields.has("stage");
    let when = boxed(fields.take("when"), problems);
    let times = boxed(fields.take("times"), problems);
    let masked = boxed(fields.take("masked"), problems);
    let causal = fields.take("causal");
    let causal = causal.is_some_and(|node| truth(node, problems));
    let density = boxed(fields.take("density"), problems);
    let domain = fields
        .take("domain")
        .and_then(|node| domain(node, problems))
        .map(Box::new);
    let op_format = fields.take("format").and_then(|node| {
        let place = node.place.clone();
        format(node, problems).map(|format| Box::new(Spanned::new(format, place)))
    });
    let is_cached = fields.truth("cached", false, problems);
    let keeps = fields.text("keeps", problems).map(Box::new);
    let inputs = fields.take("inputs").map(|node| operands(node, problems));
    let form = form(&mut fields, problems);
    fields.finish("an op", problems);
    let form = form?;
    let name = match (given, &stage) {
        (Some(name), _) => name,
        (None, Some(stage)) => stage.clone(),
        // What is wrong with the one that there is has been told.
        (None, None) if is_named => return None,
        (None, None) => {
            let message = "an op needs a `name`, or a `stage` to be named after";
            problems.push(Diagnostic::at(&node.place, message));
            return None;
        }
    };
    let inputs = inputs.unwrap_or_else(|| match &form {
        OpForm::Apply(formula) => tensors_of(formula),
        _ => Vec::new(),
    });
    if let OpForm::Call { .. } = &form {
        // What a block gives follows from its own ops.
        let given = [
            ("format", op_format.as_ref().map(|format| &format.place)),
            ("domain", domain.as_ref().map(|domain| &domain.place)),
            ("density", density.as_ref().map(|density| &density.place)),
            ("keeps", keeps.as_ref().map(|keeps| &keeps.place)),
        ];
        for (field, place) in given {
            if let Some(place) = place {
                let message = format!("`{field}` means nothing where a block is called");
                let help = "give it to the ops of the block";
                problems.push(Diagnostic::at(place, message).help(help));
            }
        }
    }
    Some(OpDecl {
        name,
        stage,
        inputs,
        form,
        when,
        times,
        masked,
        causal,
        format: op_format,
        domain,
        density,
        is_cached,
        keeps,
        place: node.place.clone(),
    })
}

/// A formula that few ops have.
fn boxed(node: Option<&Datum>, problems: &mut Problems) -> Option<Box<Formula>> {
    formula(node?, problems).map(Box::new)
}

/// The names in an `apply` formula; numbers among them are sorted out when
/// the names of the module are known.
fn tensors_of(formula: &Formula) -> Vec<Operand> {
    let mut operands: Vec<Operand> = Vec::new();
    for (name, place) in formula.names() {
        let known = operands
            .iter()
            .any(|operand| matches!(operand, Operand::Tensor(other) if other.value == name));
        if !known {
            operands.push(Operand::Tensor(Spanned::new(name, place)));
        }
    }
    operands
}

fn operands(node: &Datum, problems: &mut Problems) -> Vec<Operand> {
    let items = node.items(problems).unwrap_or(&[]);
    at_most(items, limits::INPUTS, "inputs", &node.place, problems)
        .iter()
        .filter_map(|item| operand(item, problems))
        .collect()
}

fn operand(node: &Datum, problems: &mut Problems) -> Option<Operand> {
    match &node.value {
        Value::Text(name) => Some(Operand::Tensor(Spanned::new(name.clone(), node.inside()))),
        Value::Table(_) => inline(node, problems).map(|weight| Operand::Weight(Box::new(weight))),
        _ => {
            problems.push(
                Diagnostic::at(&node.place, format!("{} is no input", node.describe()))
                    .help("an input is the name of an op or weight, or `{ weight = \"d e\" }`"),
            );
            None
        }
    }
}

/// One of the fields that say what an op does.
struct Given<'a> {
    key: &'static str,
    /// The name that the file has for it.
    written: &'static str,
    node: &'a Datum,
}

fn form(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<OpForm> {
    let mut given: Vec<Given<'_>> = Vec::new();
    for (key, before) in FORMS {
        let node = match before {
            None => fields.take(key),
            Some(before) => fields.take_renamed(key, before, problems),
        };
        let written = before.filter(|_| !fields.has(key)).unwrap_or(key);
        given.extend(node.map(|node| Given { key, written, node }));
    }
    // All fields of all forms are asked for, so that the message for a
    // misspelt one can name those that would be right.
    let map = fields.take("map");
    let reduce = fields.take("reduce");
    let bias = fields.take("bias");
    let extents = fields.take("axes");
    let sums = fields.take("sums");
    let accumulate = fields.take("accumulate");
    let with = fields.take("with");
    let repeat = fields.take("repeat");
    let uncounted = fields.take("uncounted");
    let keeps_values = fields.take("keeps_values");
    let backward = fields.take("backward");
    let [Given { key, written, node }] = given.as_slice() else {
        let message = match given.as_slice() {
            [] => "the op does not say what it does".to_owned(),
            [a, b, ..] => format!("the op says both `{}` and `{}`", a.written, b.written),
            [_] => return None,
        };
        let forms = FORMS.map(|(form, _)| format!("`{form}`")).join(", ");
        problems.push(
            Diagnostic::at(fields.place(), message)
                .help(format!("an op has exactly one of {forms}")),
        );
        return None;
    };
    let belong: [(_, _, &[&str]); 11] = [
        ("map", map, &["einsum"]),
        ("reduce", reduce, &["einsum"]),
        ("bias", bias, &["einsum"]),
        ("axes", extents, &["einsum"]),
        ("sums", sums, &["einsum"]),
        ("accumulate", accumulate, &["einsum"]),
        ("with", with, &["block", "slot"]),
        ("repeat", repeat, &["block", "slot"]),
        ("uncounted", uncounted, &["reshape"]),
        ("keeps_values", keeps_values, &["per_element"]),
        ("backward", backward, &["per_element"]),
    ];
    for (name, other, forms) in belong {
        if let Some(other) = other
            && !forms.contains(key)
        {
            problems.push(Diagnostic::at(
                &other.place,
                format!("`{name}` means nothing beside `{written}`"),
            ));
        }
    }
    match *key {
        "einsum" => {
            let signature = signature(node, problems)?;
            Some(OpForm::Einsum {
                map: word(map, "map", Map::ALL.map(|(_, name)| name), problems).unwrap_or(Map::Mul),
                reduce: word(
                    reduce,
                    "reduce",
                    Reduce::ALL.map(|(_, name)| name),
                    problems,
                )
                .unwrap_or(Reduce::Add),
                bias: boxed(bias, problems),
                extents: formulas(extents, problems),
                sums: boxed(sums, problems),
                accumulates: accumulate.is_some_and(|node| truth(node, problems)),
                signature,
            })
        }
        "apply" => formula(node, problems).map(OpForm::Apply),
        "per_element" => per_element(node, problems).map(|counts| {
            let says = keeps_values.filter(|node| matches!(node.value, Value::Bool(_)));
            let among = keeps_values.filter(|_| says.is_none());
            OpForm::PerElement {
                counts,
                keeps_values: among.is_some() || says.is_some_and(|node| truth(node, problems)),
                among: boxed(among, problems),
                backward: backward.and_then(|node| per_element(node, problems)),
            }
        }),
        "concat" => signature(node, problems).map(OpForm::Concat),
        "gather" => signature(node, problems).map(OpForm::Gather),
        "index" => signature(node, problems).map(OpForm::Index),
        "reshape" => Some(OpForm::Reshape {
            shape: shape(node, problems)?,
            uncounted: uncounted.and_then(|node| operator(node, problems)),
        }),
        key => {
            let name = node.text(problems)?;
            let name = Spanned::new(name.value, node.inside());
            Some(OpForm::Call {
                callee: if key == "block" {
                    Callee::Block(name)
                } else {
                    Callee::Slot(name)
                },
                with: formulas(with, problems),
                repeat: boxed(repeat, problems),
            })
        }
    }
}

/// `true` or `false`.
fn truth(node: &Datum, problems: &mut Problems) -> bool {
    if let Value::Bool(truth) = node.value {
        return truth;
    }
    let message = format!("expected `true` or `false`, found {}", node.describe());
    problems.push(Diagnostic::at(&node.place, message));
    false
}

/// The name of an operator that is not known.
fn operator(node: &Datum, problems: &mut Problems) -> Option<Spanned<String>> {
    let name = node.text(problems)?;
    let fault = if name.value.trim().is_empty() {
        "an operator has a name".to_owned()
    } else if name.value.chars().any(char::is_control) {
        "the name of an operator stands on one line".to_owned()
    } else if name.value.chars().count() > limits::OPERATOR {
        format!(
            "the name of an operator has at most {} letters",
            limits::OPERATOR
        )
    } else {
        return Some(name);
    };
    problems.push(Diagnostic::at(&name.place, fault));
    None
}

fn signature(node: &Datum, problems: &mut Problems) -> Option<Signature> {
    let text = node.text(problems)?;
    Signature::read(&text.value, &node.inside(), problems)
}

/// One of a few fixed words.
fn word<T: FromStr, const N: usize>(
    node: Option<&Datum>,
    what: &str,
    known: [&'static str; N],
    problems: &mut Problems,
) -> Option<T> {
    let text = node?.text(problems)?;
    let value = text.value.parse().ok();
    if value.is_none() {
        problems.push(
            Diagnostic::at(&text.place, format!("unknown {what} `{}`", text.value))
                .known(&text.value, known),
        );
    }
    value
}

fn per_element(node: &Datum, problems: &mut Problems) -> Option<Vec<(Primitive, Formula)>> {
    let mut counts = Vec::new();
    let entries = node.entries(problems)?;
    let entries = at_most(entries, limits::NAMES, "primitives", &node.place, problems);
    for (name, value) in entries {
        let Ok(primitive) = name.value.parse() else {
            problems.push(
                Diagnostic::at(&name.place, format!("unknown primitive `{}`", name.value))
                    .known(&name.value, Primitive::names()),
            );
            continue;
        };
        if primitive == Primitive::Mac {
            let message = "`mac` is what some tables price, not what an op does";
            problems.push(Diagnostic::at(&name.place, message).help("write `mul` and `add`"));
            continue;
        }
        if let Some(formula) = formula(value, problems) {
            counts.push((primitive, formula));
        }
    }
    Some(counts)
}
