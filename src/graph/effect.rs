//! What the functions of elementwise formulas do to each element, in
//! primitives, and which values come out of them.

use num_rational::BigRational;
use num_traits::Signed;

use super::apply::Part;
use crate::domain::Domain;
use crate::primitive::Primitive;

type Bounds = Option<(BigRational, BigRational)>;

/// What a function does to each element, and what comes out.
pub(super) fn effect(name: &str, parts: &[Part]) -> (&'static [Primitive], Domain, Bounds) {
    let values = |at: usize| {
        parts
            .get(at)
            .map_or(Domain::Real, |part| part.domain.clone())
    };
    match name {
        "abs" => (&[Primitive::Abs], signed(&values(0), |x| x.abs()), None),
        "exp" => (&[Primitive::Exp], Domain::Real, None),
        "log" => (&[Primitive::Log], Domain::Real, None),
        "sqrt" => (&[Primitive::Sqrt], Domain::Real, None),
        "tanh" => (&[Primitive::Tanh], Domain::Real, None),
        "erf" => (&[Primitive::Erf], Domain::Real, None),
        // The sign of a number is one comparison; zero counts as positive.
        "sign" => (&[Primitive::Compare], Domain::sign(), None),
        "round" => {
            let bounds = parts.first().and_then(|part| part.bounds.clone());
            let domain = match (&values(0), bounds) {
                (_, Some((low, high))) => Domain::rounded_between(&low, &high),
                (finite @ Domain::Finite(_), None) => finite.map(true, |x| x.round()),
                _ => Domain::Integer(None),
            };
            (&[Primitive::Round], domain, None)
        }
        "max" => (&[Primitive::Compare], extreme(parts, true), None),
        "min" => (&[Primitive::Compare], extreme(parts, false), None),
        "clip" => clip(parts),
        // `where(c, a, b)`
        _ => (&[Primitive::Select], values(1).join(&values(2)), None),
    }
}

/// The values after a change of sign alone, which keeps powers of two.
pub(super) fn signed(domain: &Domain, change: impl Fn(&BigRational) -> BigRational) -> Domain {
    match domain {
        Domain::PowerOfTwo => Domain::PowerOfTwo,
        other => other.map(true, change),
    }
}

fn extreme(parts: &[Part], largest: bool) -> Domain {
    match parts {
        // One of two powers of two is one.
        [a, b]
            if [&a.domain, &b.domain].contains(&&Domain::PowerOfTwo)
                && a.domain.is_power_of_two()
                && b.domain.is_power_of_two() =>
        {
            Domain::PowerOfTwo
        }
        [a, b] => a.domain.combine(&b.domain, |x, y| {
            if (x > y) == largest {
                x.clone()
            } else {
                y.clone()
            }
        }),
        _ => Domain::Real,
    }
}

fn clip(parts: &[Part]) -> (&'static [Primitive], Domain, Bounds) {
    let both: &'static [Primitive] = &[Primitive::Compare, Primitive::Compare];
    let [value, low, high] = parts else {
        return (both, Domain::Real, None);
    };
    match (low.constant(), high.constant()) {
        (Some(low), Some(high)) => {
            let domain = match &value.domain {
                finite @ Domain::Finite(_) => {
                    finite.map(true, |x| x.clone().max(low.clone()).min(high.clone()))
                }
                Domain::Integer(_) => Domain::whole_between(low, high),
                _ => Domain::Real,
            };
            (both, domain, Some((low.clone(), high.clone())))
        }
        _ => (both, Domain::Real, None),
    }
}
