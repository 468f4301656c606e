//! How weights lie in memory: `bits` of a weight, and `[[stored]]`.

use num_rational::BigRational;
use num_traits::{Signed, Zero};

use super::keys::STORED;
use crate::model::limits;
use crate::model::module::Stored;
use crate::number;
use crate::source::{Datum, Diagnostic, Fields, Problems, Value, at_most};

/// No number is wider.
const MOST_BITS: u64 = 1024;

/// One `[[stored]]`.
pub(super) fn stored(node: &Datum, problems: &mut Problems) -> Option<Stored> {
    let mut fields = Fields::shaped(node, &STORED, problems)?;
    let stages = fields
        .require("stages", "`[[stored]]`", problems)
        .and_then(|node| {
            let mut stages = node.texts(problems)?;
            let kept = at_most(&stages, limits::SCOPES, "stages", &node.place, problems).len();
            stages.truncate(kept);
            Some(stages)
        });
    let ops = fields.take("ops").and_then(|node| {
        let mut ops = node.texts(problems)?;
        let kept = at_most(&ops, limits::SCOPES, "ops", &node.place, problems).len();
        ops.truncate(kept);
        Some(ops)
    });
    let vectors = fields.has("vectors");
    let vectors = vectors.then(|| fields.truth("vectors", false, problems));
    let width = fields
        .require("bits", "`[[stored]]`", problems)
        .and_then(|node| bits(node, problems));
    let numbers = fields
        .take("numbers")
        .and_then(|node| node.whole_number(number::MAX_WHOLE.unsigned_abs(), problems));
    let tensors = fields.text("tensors", problems).map(|text| text.value);
    fields.finish("`[[stored]]`", problems);
    Some(Stored {
        stages: stages?,
        ops: ops.unwrap_or_default(),
        vectors,
        bits: width?,
        numbers,
        tensors,
    })
}

/// The bits that a number of a weight takes: `4.5`, or a fraction such as
/// `"177/32"`.
pub(super) fn bits(node: &Datum, problems: &mut Problems) -> Option<BigRational> {
    let found = match &node.value {
        Value::Number(value) => Some(value.clone()),
        Value::Text(text) => fraction(text),
        _ => None,
    };
    let most = number::whole(MOST_BITS);
    let bits = found.filter(|bits| bits.is_positive() && *bits <= most);
    if bits.is_none() {
        let message = format!(
            "expected bits above 0 and up to {MOST_BITS}, found {}",
            node.describe()
        );
        let help = "such as `4.5`, or a fraction in quotes: `\"177/32\"`";
        problems.push(Diagnostic::at(&node.place, message).help(help));
    }
    bits
}

fn fraction(text: &str) -> Option<BigRational> {
    let Some((over, under)) = text.split_once('/') else {
        return number::parse_decimal(text.trim());
    };
    let [over, under] = [over, under].map(|part| number::parse_decimal(part.trim()));
    let under = under.filter(|under| !under.is_zero())?;
    Some(over? / under)
}
