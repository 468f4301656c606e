//! Reading a claim file: fields into what they state, names checked against
//! each other.

use std::sync::Arc;

use num_traits::ToPrimitive;

use super::conditions::Known;
use super::keys::{CLAIM, CLAIM_FILE, CONVENTION, FINDING, INPUT, PUBLICATION};
use super::names::{named, twice};
use super::published::Published;
use super::recipe::estimates;
use super::size;
use super::spec::{
    AuditFacts, ClaimFile, ClaimSpec, Convention, Expected, FindingSpec, Input, Publication,
};
use super::unit::{KNOWN, Unit};
use crate::formula::Formula;
use crate::source::{Datum, Diagnostic, Fields, Problems, Source, Spanned, Value, parse_toml};

impl ClaimFile {
    /// Reads a claim file.
    ///
    /// # Errors
    /// Every mistake of the file, each with its place: text that is no TOML, a
    /// field that is missing, unknown or no value of its kind, a name that
    /// stands twice or for nothing, a formula that is too long.
    pub fn read(source: &Arc<Source>) -> Result<ClaimFile, Problems> {
        let mut problems = Problems::new();
        let file = parse_toml(source, &mut problems).and_then(|root| file(&root, &mut problems));
        if let Some(file) = &file {
            check_names(file, &mut problems);
            size::check(file, &mut problems);
        }
        problems.or_some(file)
    }
}

fn file(root: &Datum, problems: &mut Problems) -> Option<ClaimFile> {
    const WHAT: &str = "a claim file";
    let mut fields = Fields::shaped(root, &CLAIM_FILE, problems)?;
    let name = fields.require_text("name", WHAT, problems);
    let title = fields.require_text("title", WHAT, problems);
    let source = fields
        .require("source", WHAT, problems)
        .and_then(|node| publication(node, problems));
    let text = fields.texts("text", problems);
    let leaves_out = fields.texts("leaves_out", problems);
    let inputs = named(fields.take("inputs"), problems, input);
    let estimates = estimates(fields.take("estimates"), problems);
    let quantities = named(
        fields.take("quantities"),
        problems,
        |name, node, problems| Some((name.clone(), formula(node, problems)?)),
    );
    let conventions = fields.each("convention", problems, convention);
    let claims = fields
        .require("claim", WHAT, problems)
        .map(|node| node.each(problems, claim));
    let findings = fields.each("finding", problems, finding);
    fields.finish(WHAT, problems);
    Some(ClaimFile {
        name: name?,
        title: title?.value,
        source: source?,
        text,
        inputs,
        estimates,
        quantities,
        conventions,
        leaves_out: leaves_out.into_iter().map(|text| text.value).collect(),
        claims: claims.unwrap_or_default(),
        findings,
    })
}

fn formula(node: &Datum, problems: &mut Problems) -> Option<Formula> {
    let text = node.text(problems)?;
    Formula::read(&text.value, &node.inside(), problems)
}

fn publication(node: &Datum, problems: &mut Problems) -> Option<Publication> {
    const WHAT: &str = "a source";
    let mut fields = Fields::shaped(node, &PUBLICATION, problems)?;
    let title = fields.require_text("title", WHAT, problems);
    let identifier = fields.require_text("identifier", WHAT, problems);
    let at = fields.require_text("at", WHAT, problems);
    let read = fields.text("read", problems);
    fields.finish(WHAT, problems);
    Some(Publication {
        title: title?.value,
        identifier: identifier?.value,
        at: at?.value,
        read: read.map(|text| text.value),
    })
}

/// `"24.6 TFLOP/s"`, or `{ value = "3 bit", exact = true }`.
fn input(name: &Spanned<String>, node: &Datum, problems: &mut Problems) -> Option<Input> {
    let (published, exact) = match &node.value {
        Value::Table(_) => {
            let mut fields = Fields::shaped(node, &INPUT, problems)?;
            let value = fields.require("value", "an input", problems);
            let exact = fields.truth("exact", false, problems);
            fields.finish("an input", problems);
            (Published::read(value?, problems)?, exact)
        }
        _ => (Published::read(node, problems)?, false),
    };
    Some(Input {
        name: name.clone(),
        published,
        exact,
    })
}

fn convention(node: &Datum, problems: &mut Problems) -> Option<Convention> {
    const WHAT: &str = "a convention";
    let mut fields = Fields::shaped(node, &CONVENTION, problems)?;
    let about = fields.require_text("about", WHAT, problems);
    let value = fields.require_text("value", WHAT, problems);
    let known = fields.require_text("known", WHAT, problems);
    let claims = fields.texts("claims", problems);
    fields.finish(WHAT, problems);
    let known = word(&known?, "way to know", Known::ALL, Known::name, problems);
    Some(Convention {
        about: about?.value.into(),
        value: value?.value,
        known: known?,
        claims,
    })
}

/// The one of `all` that `text` names.
fn word<T: Copy, const N: usize>(
    text: &Spanned<String>,
    what: &str,
    all: [T; N],
    name: fn(T) -> &'static str,
    problems: &mut Problems,
) -> Option<T> {
    let found = all.into_iter().find(|one| name(*one) == text.value);
    if found.is_none() {
        problems.push(
            Diagnostic::at(&text.place, format!("`{}` is no {what}", text.value))
                .known(&text.value, all.into_iter().map(name)),
        );
    }
    found
}

fn claim(node: &Datum, problems: &mut Problems) -> Option<ClaimSpec> {
    const WHAT: &str = "a claim";
    let mut fields = Fields::shaped(node, &CLAIM, problems)?;
    let name = fields.require_text("name", WHAT, problems);
    let published = fields
        .require("published", WHAT, problems)
        .and_then(|node| Published::read(node, problems));
    let formula = fields
        .require("formula", WHAT, problems)
        .and_then(|node| formula(node, problems));
    let expected = fields.require_text("expect", WHAT, problems);
    let baseline = fields.text("baseline", problems);
    let deployed = fields.parse("deployed", problems);
    let named = fields.text("named", problems);
    fields.finish(WHAT, problems);
    let expected = word(
        &expected?,
        "verdict to expect",
        [Expected::Holds, Expected::Differs],
        |expected| match expected {
            Expected::Holds => "holds",
            Expected::Differs => "differs",
        },
        problems,
    );
    Some(ClaimSpec {
        name: name?,
        published: published?,
        formula: formula?,
        expected: expected?,
        audit: AuditFacts {
            baseline,
            deployed: deployed?,
            named,
        },
    })
}

/// The most digits that a finding is shown with.
const MAX_DIGITS: u64 = 12;
/// Those that it is shown with unless it says otherwise.
const DIGITS: usize = 3;

fn finding(node: &Datum, problems: &mut Problems) -> Option<FindingSpec> {
    const WHAT: &str = "a finding";
    let mut fields = Fields::shaped(node, &FINDING, problems)?;
    let name = fields.require_text("name", WHAT, problems);
    let formula = fields
        .require("formula", WHAT, problems)
        .and_then(|node| formula(node, problems));
    let unit = fields.require_text("unit", WHAT, problems);
    let digits = fields.take("digits");
    fields.finish(WHAT, problems);
    let unit = unit?;
    let unit = match Unit::parse(&unit.value) {
        Ok(parsed) => Spanned::new(parsed, unit.place),
        Err(message) => {
            problems.push(Diagnostic::at(&unit.place, message).help(format!("a unit is {KNOWN}")));
            return None;
        }
    };
    let digits = match digits {
        Some(node) => node.whole_number(MAX_DIGITS, problems)?.to_usize()?.max(1),
        None => DIGITS,
    };
    Some(FindingSpec {
        name: name?,
        formula: formula?,
        unit,
        digits,
    })
}

/// No two things that formulas or texts name have the same name, and whatever
/// names a claim, an estimate or a quantity names one that is there.
fn check_names(file: &ClaimFile, problems: &mut Problems) {
    let inputs = file.inputs.iter().map(|input| &input.name);
    let estimates = file.estimates.iter().map(|estimate| &estimate.name);
    let quantities = file.quantities.iter().map(|(name, _)| name);
    twice(inputs.chain(estimates).chain(quantities), problems);
    let claims: Vec<&Spanned<String>> = file.claims.iter().map(|claim| &claim.name).collect();
    let findings = file.findings.iter().map(|finding| &finding.name);
    twice(claims.iter().copied().chain(findings), problems);
    for name in file.conventions.iter().flat_map(|one| &one.claims) {
        if !claims.iter().any(|claim| claim.value == name.value) {
            problems.push(
                Diagnostic::at(&name.place, format!("no claim `{}`", name.value))
                    .known(&name.value, claims.iter().map(|claim| claim.value.as_str())),
            );
        }
    }
    let known: Vec<&str> = (file.estimates.iter().map(|one| &one.name))
        .chain(file.quantities.iter().map(|(name, _)| name))
        .map(|name| name.value.as_str())
        .collect();
    for claim in &file.claims {
        if let Some(name) = &claim.audit.baseline
            && !known.contains(&name.value.as_str())
        {
            let message = format!("no estimate or quantity `{}`", name.value);
            problems.push(
                Diagnostic::at(&name.place, message).known(&name.value, known.iter().copied()),
            );
        }
    }
}

/// Whether `source` is a claim file, and no report: it has claims.
pub fn has_claims(source: &Arc<Source>) -> bool {
    let root = parse_toml(source, &mut Problems::new());
    let fields = root
        .as_ref()
        .and_then(|root| Fields::of(root, &mut Problems::new()));
    fields.is_some_and(|fields| fields.has("claim") || fields.has("source"))
}
