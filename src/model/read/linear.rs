//! The table `[linear]`: in which numbers linear layers compute, and how their
//! weights lie in memory.

use super::keys::LINEAR;
use super::stored::bits;
use super::values::{domain, format};
use crate::domain::Domain;
use crate::model::limits;
use crate::model::module::Linear;
use crate::source::{Datum, Diagnostic, Fields, Problems, at_most};

/// `format`, the `domain` of the weights, and the stages that are excepted.
pub(super) fn linear(node: Option<&Datum>, problems: &mut Problems) -> Option<Linear> {
    let mut fields = Fields::shaped(node?, &LINEAR, problems)?;
    let format = fields
        .take("format")
        .and_then(|node| format(node, problems));
    let values = fields
        .take("domain")
        .and_then(|node| domain(node, problems));
    let mut except = Vec::new();
    if let Some(node) = fields.take("except") {
        except = node.texts(problems).unwrap_or_default();
        let kept = at_most(&except, limits::SCOPES, "stages", &node.place, problems).len();
        except.truncate(kept);
    }
    let width = fields.take("bits").and_then(|node| bits(node, problems));
    if !fields.has("format") && !fields.has("bits") {
        let message = "`[linear]` has no `format` and no `bits`";
        problems.push(Diagnostic::at(fields.place(), message));
    }
    fields.finish("`[linear]`", problems);
    Some(Linear {
        format,
        bits: width,
        domain: values.map_or(Domain::Real, |domain| domain.value),
        except,
    })
}
