//! A share of what is not zero, applied to counts that hold it already.

use num_traits::{One, Signed};

use super::uses::Factor;
use super::{Case, Fault, Warning};
use crate::claims::evaluate::Under;
use crate::claims::quantity::Quantity;
use crate::claims::spec::Input;
use crate::claims::unit::Dimension;

pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for share in shares(case) {
        let name = &share.name.value;
        let held = (case.uses.products.iter()).find_map(|product| holder(case, share, product));
        if let Some(held) = held {
            let once = case.evaluate(Under {
                one: Some(name),
                ..Under::PLAIN
            });
            let says = format!("`{name}` is applied to {held}");
            warnings.push(case.warning(Fault::AppliedTwice, says, case.shown_or(once)));
        }
    }
    warnings
}

/// The inputs of the claim that are shares.
fn shares<'c>(case: &'c Case<'_>) -> Vec<&'c Input> {
    let mut shares: Vec<&Input> = Vec::new();
    for input in &case.uses.inputs {
        let quantity = input.published.quantity();
        let is_share = quantity.dimension == Dimension::NONE
            && quantity.value.is_positive()
            && quantity.value < num_rational::BigRational::one();
        if is_share && !shares.iter().any(|known| known.name == input.name) {
            shares.push(input);
        }
    }
    shares
}

/// What in this product holds the share already, in words.
fn holder(case: &Case<'_>, share: &Input, product: &[Factor]) -> Option<String> {
    let name = share.name.value.as_str();
    let own = product.iter().position(|factor| factor.name == name)?;
    let divides = product.get(own)?.divides;
    let others = (product.iter().enumerate())
        .filter(|(at, factor)| *at != own && factor.divides == divides)
        .map(|(_, factor)| factor.name.as_str());
    for other in others {
        if other == name {
            return Some("what it was applied to before".to_owned());
        }
        if let Some(whole) = before(case, share, other) {
            return Some(format!("`{other}`, which is `{name}` × `{whole}` already"));
        }
        let estimate = other.split('.').next().unwrap_or(other);
        if let Some(param) = density(case, share, estimate) {
            return Some(format!(
                "`{other}`, whose model leaves out zeros by its `{param}` already"
            ));
        }
    }
    None
}

/// The input that, times the share, is `name`, as far as their digits tell.
fn before<'c>(case: &'c Case<'_>, share: &Input, name: &str) -> Option<&'c str> {
    let inputs = &case.names.file.inputs;
    let held = inputs.iter().find(|input| input.name.value == name)?;
    let held = held.published.quantity();
    let share = (&share.name, share.published.quantity());
    let whole = inputs.iter().find(|whole| {
        let quantity = whole.published.quantity();
        whole.name != *share.0
            && whole.name.value != name
            && quantity.dimension == held.dimension
            && overlap(&quantity.times(&share.1), &held)
    })?;
    Some(&whole.name.value)
}

fn overlap(a: &Quantity, b: &Quantity) -> bool {
    a.bounds.0 <= b.bounds.1 && b.bounds.0 <= a.bounds.1
}

/// The parameter of an estimate's model that has the share's value and stands
/// in its counts.
fn density(case: &Case<'_>, share: &Input, estimate: &str) -> Option<String> {
    let computed = case.names.estimates.get(estimate)?;
    let value = share.published.quantity();
    let counted = &computed.counted;
    let symbols = counted.graph.symbols().iter();
    let symbol = symbols
        .filter(|info| value.bounds.0 <= info.value && info.value <= value.bounds.1)
        .find(|info| {
            let tallies = &counted.census.tallies;
            (tallies.iter()).any(|tally| tally.count.symbols().contains(&info.symbol))
        })?;
    Some(symbol.symbol.name().to_owned())
}
