//! Which way round a floor or a maximum is written.
//!
//! The canonical form knows no ceiling and no minimum: ⌈x⌉ is −⌊−x⌋ there and
//! min(a, b) is −max(−a, −b), so that two expressions that are equal are one
//! value. A reader wants to see what was meant. Either can be written either
//! way, and the way with fewer minus signs, inside above all, is nearly always
//! the one that somebody wrote.

use num_traits::Signed;

use super::expr::{Atom, Expr, Monomial};

/// The two ways in which one factor can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// As it is held: ⌊x⌋, max(a, b), and all that has no other way.
    Held,
    /// With all signs turned: ⌈−x⌉, min(−a, −b). To an odd power this turns
    /// the sign of its product too.
    Turned,
}

/// The signs of one product as it is to be written.
#[derive(Debug)]
pub(super) struct Signs {
    /// Whether a minus sign stands before it.
    pub negative: bool,
    /// For each factor of the monomial, how it is written.
    pub ways: Vec<Way>,
    /// How many minus signs there are, those inside of factors included.
    count: usize,
}

/// How a product of `monomial` and a coefficient is best written, which is
/// `negative` as it is held.
pub(super) fn signs(monomial: &Monomial, negative: bool) -> Signs {
    let factors = monomial.factors().iter();
    choose(
        factors.map(|(atom, exponent)| (inside(atom), *exponent)),
        negative,
    )
}

/// The number of minus signs inside a factor as it is held and, if it can be
/// turned, inside the turned one.
fn inside(atom: &Atom) -> (usize, Option<usize>) {
    match atom {
        Atom::Symbol(_) | Atom::Call(_) => (0, None),
        Atom::Group(inner) => (of_sum(inner).0, None),
        Atom::Floor(inner) => {
            let (held, turned) = of_sum(inner);
            (held, Some(turned))
        }
        Atom::Max(pair) => {
            let ((a, turned_a), (b, turned_b)) = (of_sum(&pair.0), of_sum(&pair.1));
            (a + b, Some(turned_a + turned_b))
        }
    }
}

/// The number of minus signs of a sum and of its negative.
fn of_sum(sum: &Expr) -> (usize, usize) {
    let mut counts = (0, 0);
    for (monomial, coefficient) in sum.terms() {
        let factors: Vec<_> = (monomial.factors().iter())
            .map(|(atom, exponent)| (inside(atom), *exponent))
            .collect();
        let count = |negative| choose(factors.iter().copied(), negative).count;
        counts.0 += count(coefficient.is_negative());
        counts.1 += count(!coefficient.is_negative());
    }
    counts
}

fn choose(
    factors: impl Iterator<Item = ((usize, Option<usize>), i32)>,
    mut negative: bool,
) -> Signs {
    let mut ways = Vec::new();
    let mut inner = 0;
    for ((held, turned), exponent) in factors {
        let odd = exponent % 2 != 0;
        // Of as many, those inside count for more.
        let weight = |inside: usize, negative: bool| (inside + usize::from(negative), inside);
        match turned {
            Some(turned) if weight(turned, negative != odd) < weight(held, negative) => {
                ways.push(Way::Turned);
                negative = negative != odd;
                inner += turned;
            }
            _ => {
                ways.push(Way::Held);
                inner += held;
            }
        }
    }
    Signs {
        negative,
        ways,
        count: inner + usize::from(negative),
    }
}
