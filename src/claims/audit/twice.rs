//! A share of what is not zero, applied to counts that hold it already.

use num_rational::BigRational;
use num_traits::{One, Signed, Zero};

use super::case::Case;
use super::fault::{Fault, Holder};
use super::uses::{Factor, PlacedFactor, Product};
use super::warning::Warning;
use crate::claims::computed::Computed;
use crate::claims::context::{Context, Path, Replaced};
use crate::claims::meaning::Attribute;
use crate::claims::quantity::Quantity;
use crate::claims::spec::Input;
use crate::claims::unit::Dimension;
use crate::graph::OpKind;
use crate::primitive::Primitive;
use crate::symbolic::Expr;

/// An input between 0 and 1, or what is left of 1 without it.
struct Share<'a> {
    input: &'a Input,
    name: String,
    value: Quantity,
}

/// A product that holds a share more than once.
struct Doubled {
    /// Where the product writes it.
    places: Vec<Path>,
    /// By how often too often.
    excess: usize,
}

pub(super) fn warnings(case: &Case<'_>) -> Vec<Warning> {
    let mut warnings = Vec::new();
    for share in shares(case) {
        let products = case.uses.products.iter();
        let found: Vec<(Doubled, Holder)> = products
            .filter_map(|product| doubled(case, &share, product))
            .collect();
        let Some((_, holder)) = found.first() else {
            continue;
        };
        let fault = Fault::AppliedTwice {
            share: share.name.clone(),
            holder: holder.clone(),
        };
        let ones: Vec<Replaced> = superfluous(found.into_iter().map(|(one, _)| one).collect())
            .into_iter()
            .map(|path| Replaced {
                path,
                value: Quantity::exact(BigRational::one(), Dimension::NONE),
            })
            .collect();
        let once = case.evaluate(Context {
            replaced: &ones,
            ..Context::PLAIN
        });
        warnings.push(case.warning(fault, case.corrected(once)));
    }
    warnings
}

/// The shares that the claim rests on, each once.
fn shares<'a>(case: &Case<'a>) -> Vec<Share<'a>> {
    let mut shares: Vec<Share<'a>> = Vec::new();
    let products = case.uses.products.iter();
    for factor in products.flat_map(|product| &product.factors) {
        let (input, value) = match factor.factor {
            Factor::Input(input) => (input, input.quantity()),
            Factor::Complement(input) => match one().plus(&input.quantity().negated()) {
                Some(complement) => (input, complement),
                None => continue,
            },
            _ => continue,
        };
        let is_share = value.dimension == Dimension::NONE
            && value.value.is_positive()
            && value.value < BigRational::one();
        if is_share && !shares.iter().any(|known| known.name == factor.name) {
            shares.push(Share {
                input,
                name: factor.name.clone(),
                value,
            });
        }
    }
    shares
}

fn one() -> Quantity {
    Quantity::exact(BigRational::one(), Dimension::NONE)
}

/// How often the product has the share too often, and in what it is already.
fn doubled(case: &Case<'_>, share: &Share<'_>, product: &Product<'_>) -> Option<(Doubled, Holder)> {
    let own = |divides: bool| {
        let factors = product.factors.iter();
        let found = factors.filter(move |one| one.name == share.name && one.divides == divides);
        found.map(|one| one.path.clone()).collect::<Vec<Path>>()
    };
    // What divides by it takes away what multiplies.
    let (over, under) = (own(false), own(true));
    let (places, against, divides) = match over.len() >= under.len() {
        true => (over, under.len(), false),
        false => (under, over.len(), true),
    };
    let times = places.len() - against;
    if times == 0 {
        return None;
    }
    let others = (product.factors.iter())
        .filter(|factor| factor.divides == divides && factor.name != share.name);
    let held: Vec<Holder> = others
        .filter_map(|other| holder(case, share, other))
        .collect();
    let excess = times - 1 + usize::from(!held.is_empty());
    let holder = held.into_iter().next().unwrap_or(Holder::Product);
    (excess > 0).then_some((Doubled { places, excess }, holder))
}

/// Where the share is to be left out, such that no product has it too often:
/// the place that most of them share first.
fn superfluous(mut doubled: Vec<Doubled>) -> Vec<Path> {
    let mut taken: Vec<Path> = Vec::new();
    loop {
        doubled.retain(|one| one.excess > 0);
        let places = doubled.iter().flat_map(|one| &one.places);
        let hits = |path: &Path| {
            let of = |one: &&Doubled| one.places.contains(path);
            doubled.iter().filter(of).count()
        };
        // The last of the best is the one that was applied on top.
        let best = places
            .filter(|path| !taken.contains(path))
            .max_by_key(|path| hits(path));
        let Some(best) = best.cloned() else {
            return taken;
        };
        for one in doubled.iter_mut().filter(|one| one.places.contains(&best)) {
            one.excess = one.excess.saturating_sub(1);
        }
        taken.push(best);
    }
}

/// In what way a factor holds the share already.
fn holder(case: &Case<'_>, share: &Share<'_>, other: &PlacedFactor<'_>) -> Option<Holder> {
    match &other.factor {
        Factor::Input(held) => {
            let whole = before(case, share, held)?;
            Some(Holder::Input {
                name: other.name.clone(),
                whole: whole.to_owned(),
            })
        }
        Factor::Estimate(own, computed, attribute) => {
            let estimate = case.label_of(own).to_owned();
            if let Some(symbol) = density(share, computed, *attribute) {
                return Some(Holder::Parameter { estimate, symbol });
            }
            let file = measured(share, computed, *attribute)?;
            Some(Holder::Densities { estimate, file })
        }
        _ => None,
    }
}

/// The input that, times the share, is `held`, as far as their digits tell.
fn before<'c>(case: &'c Case<'_>, share: &Share<'_>, held: &Input) -> Option<&'c str> {
    let quantity = held.quantity();
    let whole = case.names.file.inputs.iter().find(|whole| {
        let own = whole.quantity();
        whole.name != share.input.name
            && whole.name != held.name
            && own.dimension == quantity.dimension
            && overlap(&own.times(&share.value), &quantity)
    })?;
    Some(&whole.name.value)
}

fn overlap(a: &Quantity, b: &Quantity) -> bool {
    a.bounds.0 <= b.bounds.1 && b.bounds.0 <= a.bounds.1
}

/// The parameter of an estimate's model that has the share's value and stands
/// in what is asked of it.
fn density(share: &Share<'_>, computed: &Computed, attribute: Attribute) -> Option<String> {
    let counted = &computed.counted;
    let bounds = &share.value.bounds;
    let mut symbols = counted.graph.symbols().iter();
    let symbol = symbols.find(|info| {
        let holds = |count: &Expr| count.symbols().contains(&info.symbol);
        let counts = |primitive: Option<Primitive>| {
            let mut demands = computed.demands(computed.stages.as_deref());
            demands.any(|(demand, _)| {
                primitive.is_none_or(|one| demand.is(one)) && holds(&demand.count)
            })
        };
        let is_it = bounds.0 <= info.value && info.value <= bounds.1;
        is_it
            && match attribute {
                Attribute::Energy(primitive) => counts(primitive),
                Attribute::Count(primitive) => counts(Some(primitive)),
                Attribute::Macs => counted.graph.ops().node_weights().any(|op| {
                    matches!(&op.kind, OpKind::Einsum(einsum) if einsum.is_mac()
                        && holds(&(&einsum.iteration_space() * &counted.graph.runs(op))))
                }),
                Attribute::Weights | Attribute::Movement | Attribute::Traffic(..) => false,
            }
    })?;
    Some(symbol.symbol.name().to_owned())
}

/// The file of densities by which ops of an estimate leave out as much as the
/// share says.
fn measured(share: &Share<'_>, computed: &Computed, attribute: Attribute) -> Option<String> {
    let graph = &computed.counted.graph;
    let used = graph.densities()?;
    let bounds = &share.value.bounds;
    let is_it = |density: &Expr| {
        let density = density.as_constant();
        density.is_some_and(|density| bounds.0 <= density && density <= bounds.1)
    };
    let of = match attribute {
        Attribute::Energy(of) => of,
        Attribute::Count(primitive) => Some(primitive),
        // Products of which none is skipped.
        Attribute::Macs | Attribute::Weights | Attribute::Movement | Attribute::Traffic(..) => {
            return None;
        }
    };
    let mut demands = computed.demands(computed.stages.as_deref());
    let found = demands.any(|(demand, count)| {
        let is_counted = of.is_none_or(|one| demand.is(one)) && !count.is_zero();
        let skips = matches!(&graph.ops()[demand.op].kind,
            OpKind::Einsum(einsum) if is_it(&einsum.density));
        is_counted && skips
    });
    found.then(|| used.file.to_string())
}
