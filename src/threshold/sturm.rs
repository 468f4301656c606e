//! All real roots of a polynomial in an interval, exactly.
//!
//! With p₀ = p, p₁ = p′ and pᵢ₊₁ = −(pᵢ₋₁ mod pᵢ), let V(x) be how often the
//! sign changes along p₀(x), p₁(x), …, zeros left out. For p without multiple
//! roots, V(a) − V(b) is the number of roots in (a, b] (C. Sturm, "Mémoire sur
//! la résolution des équations numériques", 1829; S. Basu, R. Pollack and
//! M.-F. Roy, "Algorithms in Real Algebraic Geometry", chapter 2). An interval
//! with several roots is halved until each has one of its own, which bisection
//! then makes as narrow as asked. All of it is done in exact numbers: no root
//! is missed because two lie close together, and none is made up by rounding.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::Zero;

use super::polynomial::Polynomial;
use crate::number::whole;

/// A root is known to one part in 10 to this power, or exactly.
const DIGITS: u32 = 12;

/// A root: a number, exactly, or an interval around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Root {
    /// Not above the root.
    pub low: BigRational,
    /// Not below it, at most 10⁻¹² of it away from `low`.
    pub high: BigRational,
}

impl Root {
    pub(super) fn exactly(value: BigRational) -> Root {
        Root {
            low: value.clone(),
            high: value,
        }
    }

    /// Whether both ends are the root itself.
    pub fn is_exact(&self) -> bool {
        self.low == self.high
    }

    /// The root, or the middle of the interval around it.
    pub fn value(&self) -> BigRational {
        (&self.low + &self.high) / whole(2)
    }
}

/// The roots of `polynomial` from `from` to `to`, both included, in order, each
/// once. `from` is at least 0, and 0 is no root: see
/// [`Laurent`](super::Laurent). Without `to` there is no upper end. The zero
/// polynomial has none that could be listed.
pub fn roots(polynomial: &Polynomial, from: &BigRational, to: Option<&BigRational>) -> Vec<Root> {
    if polynomial.degree() == 0 || to.is_some_and(|to| to < from) {
        return Vec::new();
    }
    let chain = Chain::new(polynomial.square_free());
    let to = to.map_or_else(|| polynomial.root_bound(), BigRational::clone);
    let mut found = Vec::new();
    if chain.first().sign_at(from) == 0 {
        found.push(Root::exactly(from.clone()));
    }
    if to <= *from {
        return found;
    }
    // Intervals still to be looked at, the lowest on top.
    let counted = |x: BigRational| {
        let changes = chain.changes(&x);
        (x, changes)
    };
    let mut open = vec![(counted(from.clone()), counted(to))];
    while let Some(((a, at_a), (b, at_b))) = open.pop() {
        match at_a.saturating_sub(at_b) {
            0 => {}
            1 => found.push(refined(chain.first(), a, b)),
            _ => {
                let (middle, at_middle) = counted((&a + &b) / whole(2));
                open.push(((middle.clone(), at_middle), (b, at_b)));
                open.push(((a, at_a), (middle, at_middle)));
            }
        }
    }
    found
}

/// Sturm's chain of a polynomial without multiple roots.
struct Chain(Vec<Polynomial>, Polynomial);

impl Chain {
    fn new(polynomial: Polynomial) -> Chain {
        let mut chain = Vec::new();
        let (mut a, mut b) = (polynomial.clone(), polynomial.derivative().primitive());
        while !b.is_zero() {
            let next = a.remainder(&b).scale(&whole(-1)).primitive();
            chain.push(std::mem::replace(&mut a, std::mem::replace(&mut b, next)));
        }
        chain.push(a);
        Chain(chain, polynomial)
    }

    fn first(&self) -> &Polynomial {
        &self.1
    }

    /// How often the sign changes along the chain at `x`.
    fn changes(&self, x: &BigRational) -> usize {
        let signs = self.0.iter().map(|polynomial| polynomial.sign_at(x));
        let signs: Vec<i8> = signs.filter(|sign| *sign != 0).collect();
        signs.windows(2).filter(|pair| pair[0] != pair[1]).count()
    }
}

/// The only root of `polynomial` in (low, high], a simple one, by bisection.
fn refined(polynomial: &Polynomial, mut low: BigRational, mut high: BigRational) -> Root {
    let above = polynomial.sign_at(&high);
    if above == 0 {
        return Root::exactly(high);
    }
    let precision = whole(BigInt::from(10).pow(DIGITS)).recip();
    // The lower end may be another root, which is not to be part of this one.
    while &high - &low > &low * &precision || polynomial.sign_at(&low) == 0 {
        let middle = (&low + &high) / whole(2);
        match polynomial.sign_at(&middle) {
            0 => return Root::exactly(middle),
            sign if sign == above => high = middle,
            _ => low = middle,
        }
    }
    // Most roots that are fractions at all are simple ones.
    let simple = simplest(&low, &high);
    if polynomial.sign_at(&simple) == 0 {
        return Root::exactly(simple);
    }
    Root { low, high }
}

/// The fraction with the smallest denominator from `low` to `high`, by
/// continued fractions.
fn simplest(low: &BigRational, high: &BigRational) -> BigRational {
    let mut parts: Vec<BigInt> = Vec::new();
    let (mut low, mut high) = (low.clone(), high.clone());
    let mut result = loop {
        let up = low.ceil();
        if up <= high {
            break up;
        }
        let floor = low.floor();
        parts.push(floor.to_integer());
        // Both lie strictly between two neighbouring whole numbers.
        let (a, b) = ((&high - &floor).recip(), (&low - &floor).recip());
        (low, high) = (a, b);
    };
    for part in parts.into_iter().rev() {
        if !result.is_zero() {
            result = whole(part) + result.recip();
        }
    }
    result
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn ratio(numerator: i64, denominator: i64) -> BigRational {
        BigRational::new(numerator.into(), denominator.into())
    }

    /// The product of x − r over the roots given.
    fn with_roots(roots: &[BigRational]) -> Polynomial {
        roots
            .iter()
            .fold(Polynomial::new(vec![whole(1)]), |product, root| {
                product.times(&Polynomial::new(vec![-root, whole(1)]))
            })
    }

    #[test]
    fn roots_at_the_ends_and_double_roots_count_once() {
        let p = with_roots(&[whole(1), whole(3), whole(3), whole(8)]);
        let found = roots(&p, &whole(1), Some(&whole(8)));
        let values: Vec<BigRational> = found.iter().map(Root::value).collect();
        assert_eq!(values, [whole(1), whole(3), whole(8)]);
        assert!(found.iter().all(Root::is_exact));
        assert_eq!(roots(&p, &whole(4), Some(&whole(7))), []);
        assert_eq!(roots(&p, &whole(3), None).len(), 2);
        assert_eq!(roots(&p, &whole(3), Some(&whole(3))).len(), 1);
    }

    #[test]
    fn constants_have_no_roots() {
        assert_eq!(roots(&Polynomial::default(), &whole(0), None), []);
        let five = Polynomial::new(vec![whole(5)]);
        assert_eq!(roots(&five, &whole(0), None), []);
    }

    #[test]
    fn irrational_roots_are_narrowed_down() {
        // x² − 2.
        let p = Polynomial::new(vec![whole(-2), whole(0), whole(1)]);
        let found = roots(&p, &whole(0), None);
        let [root] = found.as_slice() else {
            unreachable!("one positive root, not {found:?}")
        };
        assert!(!root.is_exact());
        let value = crate::number::to_f64(&root.value());
        assert!((value - std::f64::consts::SQRT_2).abs() < 2e-12, "{value}");
        assert!(p.sign_at(&root.low) < 0 && p.sign_at(&root.high) > 0);
    }

    #[test]
    fn close_neighbours_are_told_apart() {
        let near = &whole(1) + ratio(1, 1_000_000_000_000_000);
        let found = roots(&with_roots(&[whole(1), near.clone()]), &whole(0), None);
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].value(), whole(1));
        assert!(whole(1) < found[1].low && found[1].low <= near && near <= found[1].high);
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn fractions_that_are_roots_are_found(
            parts in prop::collection::vec((1..2000_i64, 1..60_i64), 1..6),
            (from, to) in (0..20_i64, 0..40_i64),
        ) {
            let mut known: Vec<BigRational> = parts.iter().map(|(n, d)| ratio(*n, *d)).collect();
            let p = with_roots(&known);
            known.sort();
            known.dedup();
            let all: Vec<BigRational> = roots(&p, &whole(0), None).iter().map(Root::value).collect();
            prop_assert_eq!(&all, &known);
            let inside = |root: &&BigRational| whole(from) <= **root && **root <= whole(to);
            let expected: Vec<BigRational> = known.iter().filter(inside).cloned().collect();
            let (from, to) = (whole(from), whole(to));
            let found: Vec<BigRational> = roots(&p, &from, Some(&to)).iter().map(Root::value).collect();
            prop_assert_eq!(found, expected);
        }

        /// Every change of sign on a fine grid lies in the interval of a root.
        #[test]
        fn no_change_of_sign_is_missed(coefficients in prop::collection::vec(-50..50_i64, 2..7)) {
            let mut coefficients = coefficients;
            if coefficients[0] == 0 {
                coefficients[0] = 1;
            }
            let p = Polynomial::new(coefficients.into_iter().map(whole).collect());
            let found = roots(&p, &whole(0), Some(&whole(10)));
            for k in 0..400 {
                let (a, b) = (ratio(k, 40), ratio(k + 1, 40));
                if p.sign_at(&a) * p.sign_at(&b) < 0 {
                    prop_assert!(found.iter().any(|root| a < root.high && root.low < b));
                }
            }
            for root in &found {
                let (low, high) = (p.at(&root.low), p.at(&root.high));
                let inside = root.is_exact() && low.is_zero();
                let touches = p.square_free().sign_at(&root.low) * p.square_free().sign_at(&root.high) < 0;
                prop_assert!(inside || touches, "{:?} {low} {high}", root);
            }
        }
    }
}
