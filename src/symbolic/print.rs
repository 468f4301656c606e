//! Expressions as a reader writes them: `2·b·n·d²/h`, in text and in LaTeX.

use num_bigint::BigInt;
use num_integer::Integer;
use num_rational::BigRational;
use num_traits::{One, Signed};

use super::expr::{Atom, Expr, Monomial};
use super::signs::{Way, signs};
use super::symbol::Symbol;
use crate::number;

/// How an expression is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notation {
    /// `2·b·n·d²/h`
    Text,
    /// `\frac{2\,b\,n\,d^{2}}{h}`
    Latex,
}

/// Writes expressions, with the symbols of every product in one given order.
#[derive(Debug, Clone)]
pub struct Printer {
    notation: Notation,
    order: Vec<Symbol>,
}

impl Printer {
    /// A printer that writes symbols in the order given, others after them by
    /// name.
    pub fn new(notation: Notation, order: impl IntoIterator<Item = Symbol>) -> Printer {
        Printer {
            notation,
            order: order.into_iter().collect(),
        }
    }

    /// `expr` in this notation.
    pub fn print(&self, expr: &Expr) -> String {
        let mut terms: Vec<(&Monomial, &BigRational)> = expr.terms().collect();
        if terms.is_empty() {
            return "0".to_owned();
        }
        // Highest degree first; then the order of the symbols.
        terms.sort_by_key(|(monomial, _)| {
            let degree: i64 = monomial.factors().iter().map(|(_, e)| i64::from(*e)).sum();
            let ranks: Vec<(usize, i32)> = self
                .ordered(monomial)
                .into_iter()
                .map(|at| &monomial.factors()[at])
                .map(|(atom, e)| (self.rank(atom), -e))
                .collect();
            (-degree, ranks)
        });
        let mut text = String::new();
        for (at, (monomial, coefficient)) in terms.into_iter().enumerate() {
            let signs = signs(monomial, coefficient.is_negative());
            match (at, signs.negative) {
                (0, true) => text.push(self.minus()),
                (0, false) => {}
                (_, true) => text.push_str(&format!(" {} ", self.minus())),
                (_, false) => text.push_str(" + "),
            }
            text.push_str(&self.term(monomial, &signs.ways, &coefficient.abs()));
        }
        text
    }

    fn minus(&self) -> char {
        match self.notation {
            Notation::Text => '−',
            Notation::Latex => '-',
        }
    }

    fn rank(&self, atom: &Atom) -> usize {
        match atom {
            Atom::Symbol(symbol) => self
                .order
                .iter()
                .position(|known| known == symbol)
                .unwrap_or(self.order.len()),
            _ => self.order.len() + 1,
        }
    }

    /// The factors, each by its number, in the order in which they are written.
    fn ordered(&self, monomial: &Monomial) -> Vec<usize> {
        let factors = monomial.factors();
        let mut order: Vec<usize> = (0..factors.len()).collect();
        order.sort_by_key(|at| {
            let (atom, _) = &factors[*at];
            (self.rank(atom), atom)
        });
        order
    }

    /// One product without its sign. A coefficient that has finitely many
    /// digits but is no simple fraction (a price) is written as a decimal.
    fn term(&self, monomial: &Monomial, ways: &[Way], coefficient: &BigRational) -> String {
        let simple = coefficient.denom() <= &BigInt::from(2);
        let (number, divisor) = if simple || !number::is_decimal(coefficient) {
            (coefficient.numer().to_string(), coefficient.denom().clone())
        } else {
            (number::plain(coefficient), BigInt::one())
        };
        let mut above: Vec<String> = Vec::new();
        let mut below: Vec<String> = Vec::new();
        if !divisor.is_one() {
            below.push(divisor.to_string());
        }
        for at in self.ordered(monomial) {
            let (atom, exponent) = &monomial.factors()[at];
            let side = if *exponent > 0 {
                &mut above
            } else {
                &mut below
            };
            side.push(self.factor(atom, ways[at], exponent.unsigned_abs()));
        }
        if number != "1" || above.is_empty() {
            above.insert(0, number);
        }
        self.fraction(&above, &below)
    }

    fn fraction(&self, above: &[String], below: &[String]) -> String {
        match self.notation {
            Notation::Text => {
                let above = above.join("·");
                match below {
                    [] => above,
                    [one] => format!("{above}/{one}"),
                    many => format!("{above}/({})", many.join("·")),
                }
            }
            Notation::Latex => {
                let above = above.join(r"\,");
                match below {
                    [] => above,
                    many => format!(r"\frac{{{above}}}{{{}}}", many.join(r"\,")),
                }
            }
        }
    }

    fn factor(&self, atom: &Atom, way: Way, exponent: u32) -> String {
        let turn = |expr: &Expr| match way {
            Way::Held => expr.clone(),
            Way::Turned => -expr.clone(),
        };
        let base = match atom {
            Atom::Symbol(symbol) => self.symbol(symbol.name()),
            Atom::Group(inner) => format!("({})", self.sum(inner)),
            Atom::Floor(inner) => {
                let inner = self.quotient(&turn(inner));
                match (self.notation, way) {
                    (Notation::Text, Way::Held) => format!("⌊{inner}⌋"),
                    (Notation::Text, Way::Turned) => format!("⌈{inner}⌉"),
                    (Notation::Latex, Way::Held) => {
                        format!(r"\left\lfloor {inner} \right\rfloor")
                    }
                    (Notation::Latex, Way::Turned) => {
                        format!(r"\left\lceil {inner} \right\rceil")
                    }
                }
            }
            Atom::Max(pair) => {
                let (a, b) = (self.print(&turn(&pair.0)), self.print(&turn(&pair.1)));
                let name = match way {
                    Way::Held => "max",
                    Way::Turned => "min",
                };
                match self.notation {
                    Notation::Text => format!("{name}({a}, {b})"),
                    Notation::Latex => format!(r"\{name}({a}, {b})"),
                }
            }
            Atom::Call(call) => {
                let arguments: Vec<String> = call
                    .arguments
                    .iter()
                    .map(|inner| self.print(inner))
                    .collect();
                let (name, arguments) = (call.function.name(), arguments.join(", "));
                match self.notation {
                    Notation::Text => format!("{name}({arguments})"),
                    Notation::Latex => format!(r"\mathrm{{{name}}}({arguments})"),
                }
            }
        };
        match (exponent, self.notation) {
            (1, _) => base,
            (_, Notation::Text) => format!("{base}{}", superscript(exponent)),
            (_, Notation::Latex) => format!("{base}^{{{exponent}}}"),
        }
    }

    /// What is rounded: `n/25`, not `0.04·n`.
    fn quotient(&self, expr: &Expr) -> String {
        let denominator = common_denominator(expr);
        let unit = expr.scale(&number::whole(denominator.clone()));
        let (Some((monomial, above)), 1) = (unit.terms().next(), unit.terms().len()) else {
            return self.sum(expr);
        };
        if denominator.is_one() || !above.is_one() || self.notation == Notation::Latex {
            return self.sum(expr);
        }
        let side = |factors: &mut dyn Iterator<Item = (Atom, i32)>| {
            self.print(&Expr::from_term(
                &Monomial(factors.collect()),
                &BigRational::one(),
            ))
        };
        let factors = || monomial.factors().iter().cloned();
        let above = side(&mut factors().filter(|(_, exponent)| *exponent > 0));
        let mut below = factors().filter(|(_, exponent)| *exponent < 0).peekable();
        if below.peek().is_none() {
            return format!("{above}/{denominator}");
        }
        let below = side(&mut below.map(|(atom, exponent)| (atom, -exponent)));
        format!("{above}/({denominator}·{below})")
    }

    /// A sum inside brackets, over one common denominator: `(s − 1)/2`.
    fn sum(&self, expr: &Expr) -> String {
        let denominator = common_denominator(expr);
        if denominator.is_one() || expr.terms().len() < 2 {
            return self.print(expr);
        }
        let scaled = expr.scale(&number::whole(denominator.clone()));
        match self.notation {
            Notation::Text => format!("({})/{denominator}", self.print(&scaled)),
            Notation::Latex => format!(r"\frac{{{}}}{{{denominator}}}", self.print(&scaled)),
        }
    }

    fn symbol(&self, name: &str) -> String {
        match self.notation {
            Notation::Text => name.to_owned(),
            Notation::Latex if GREEK.iter().any(|(_, known)| *known == name) => {
                format!(r"\{name}")
            }
            Notation::Latex => {
                let letters: String = name.chars().map(latex_letter).collect();
                match name.chars().count() {
                    1 => letters,
                    _ => format!(r"\mathit{{{letters}}}"),
                }
            }
        }
    }
}

/// Greek letters that names of dims are.
const GREEK: [(char, &str); 16] = [
    ('α', "alpha"),
    ('β', "beta"),
    ('γ', "gamma"),
    ('δ', "delta"),
    ('ε', "epsilon"),
    ('η', "eta"),
    ('θ', "theta"),
    ('λ', "lambda"),
    ('μ', "mu"),
    ('µ', "mu"),
    ('π', "pi"),
    ('ρ', "rho"),
    ('σ', "sigma"),
    ('τ', "tau"),
    ('φ', "phi"),
    ('ω', "omega"),
];

/// A character of a name in mathematics. What pdfTeX has no letter for stands there
/// as its number, and as itself where fonts are Unicode's.
fn latex_letter(c: char) -> String {
    if let Some((_, name)) = GREEK.iter().find(|(letter, _)| *letter == c) {
        return format!(r"\{name} ");
    }
    match c {
        '_' => r"\_".to_owned(),
        '.' | '-' => c.to_string(),
        c if c.is_ascii_alphanumeric() => c.to_string(),
        c => format!(
            r"\ifdefined\Umathcode {c}\else\mathrm{{U{:04X}}}\fi ",
            u32::from(c)
        ),
    }
}

const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];

/// The least common multiple of the coefficients' denominators.
fn common_denominator(expr: &Expr) -> BigInt {
    expr.terms().fold(BigInt::one(), |multiple, (_, value)| {
        multiple.lcm(value.denom())
    })
}

fn superscript(exponent: u32) -> String {
    exponent
        .to_string()
        .bytes()
        .filter_map(|byte| DIGITS.get(usize::from(byte.wrapping_sub(b'0'))))
        .collect()
}

/// Text notation, symbols in the order of their names.
impl std::fmt::Display for Expr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&Printer::new(Notation::Text, []).print(self))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;
    use crate::formula::Formula;
    use crate::source::{Place, Problems, Source};
    use crate::symbolic::build;

    fn printed(expr: &Expr) -> (String, String) {
        let order = ["b", "n", "d", "h"].map(Symbol::new);
        (
            Printer::new(Notation::Text, order.clone()).print(expr),
            Printer::new(Notation::Latex, order).print(expr),
        )
    }

    #[test]
    fn a_count_reads_as_in_a_paper() {
        let (b, n, d, h) = (
            Expr::symbol("b"),
            Expr::symbol("n"),
            Expr::symbol("d"),
            Expr::symbol("h"),
        );
        let count = (&(&b * &n) * &(&d * &d))
            .scale(&number::whole(2))
            .divide(&h)
            .unwrap();
        let (text, latex) = printed(&count);
        assert_eq!(text, "2·b·n·d²/h");
        assert_eq!(latex, r"\frac{2\,b\,n\,d^{2}}{h}");
    }

    #[test]
    fn sums_start_with_the_highest_degree() {
        let n = Expr::symbol("n");
        let square = &n * &n;
        let sum = &(&square.scale(&BigRational::new(9.into(), 10.into())) - &n) + &Expr::whole(5);
        assert_eq!(printed(&sum).0, "0.9·n² − n + 5");
        assert_eq!(printed(&-n).0, "−n");
        assert_eq!(printed(&Expr::zero()).0, "0");
    }

    #[test]
    fn fractions_and_floors_are_bracketed() {
        let s = Expr::symbol("s");
        let half = (&s - &Expr::one()).scale(&BigRational::new(1.into(), 2.into()));
        // ⌊(s − 1)/2⌋ = ⌊(s + 1)/2⌋ − 1: whole parts stand outside.
        assert_eq!(printed(&half.floor()).0, "⌊(s + 1)/2⌋ − 1");
        // −⌊−s/2⌋ is ⌈s/2⌉, and ⌈(s + 1)/2⌉ = ⌈(s − 1)/2⌉ + 1.
        let half = s.scale(&BigRational::new(1.into(), 2.into()));
        let latex = r"\left\lceil \frac{s}{2} \right\rceil";
        assert_eq!(printed(&half.ceil()), ("⌈s/2⌉".into(), latex.into()));
        let next = (&s + &Expr::one()).scale(&BigRational::new(1.into(), 2.into()));
        assert_eq!(printed(&next.ceil()).0, "⌈(s − 1)/2⌉ + 1");
        assert_eq!(printed(&-half.ceil()).0, "−⌈s/2⌉");
        assert_eq!(printed(&-half.floor()).0, "−⌊s/2⌋");
        let rho = Expr::symbol("rho").scale(&BigRational::new(1.into(), 2.into()));
        assert_eq!(printed(&rho), ("rho/2".into(), r"\frac{\rho}{2}".into()));
    }

    #[test]
    fn a_minimum_reads_as_one() {
        let of = Expr::symbol;
        let (b, n, w, d) = (of("b"), of("n"), of("w"), of("d"));
        let text = |expr: &Expr| printed(expr).0;
        let least = w.smaller(&n);
        // The canonical form has no minimum: both are one value.
        assert_eq!(least, -(-n.clone()).larger(&-w.clone()));
        let count = &(&b * &n) * &(&d * &least);
        let latex = r"b\,n\,d\,\min(n, w)";
        assert_eq!(printed(&count), ("b·n·d·min(n, w)".into(), latex.into()));
        assert_eq!(text(&-count.clone()), "−b·n·d·min(n, w)");
        assert_eq!(text(&(&n - &least)), "n − min(n, w)");
        assert_eq!(text(&Expr::one().divide(&least).unwrap()), "1/min(n, w)");
        // An even power has no sign to turn.
        assert_eq!(text(&least.power(2).unwrap()), "min(n, w)²");
        assert_eq!(text(&(&least * &d.smaller(&b))), "min(b, d)·min(n, w)");
        assert_eq!(text(&(&least * &d.larger(&b))), "max(b, d)·min(n, w)");
        let nested = n.smaller(&w.smaller(&d).larger(&b));
        assert_eq!(text(&nested), "min(n, max(b, min(d, w)))");
        // Of mixed signs, fewer minus signs decide.
        assert_eq!(text(&n.smaller(&(&d - &w))), "min(d − w, n)");
        assert_eq!(text(&n.larger(&(&d - &w))), "max(d − w, n)");
        assert_eq!(text(&(&n - &w).larger(&Expr::zero())), "max(0, n − w)");
        assert_eq!(text(&(&n - &w).smaller(&Expr::zero())), "min(0, n − w)");
    }

    /// Printed text in the notation of formulas.
    fn as_formula(text: &str) -> String {
        const SIGNS: [(char, &str); 6] = [
            ('·', "*"),
            ('−', "-"),
            ('⌊', "floor("),
            ('⌈', "ceil("),
            ('⌋', ")"),
            ('⌉', ")"),
        ];
        let mut formula = String::new();
        for letter in text.chars() {
            let digit = DIGITS.iter().position(|digit| *digit == letter);
            match (SIGNS.iter().find(|(sign, _)| *sign == letter), digit) {
                (Some((_, sign)), _) => formula.push_str(sign),
                // No exponent here has two digits.
                (None, Some(digit)) => formula.push_str(&format!("^{digit}")),
                (None, None) => formula.push(letter),
            }
        }
        formula
    }

    fn built(text: &str) -> Expr {
        let place = Place::whole(&Source::new("f", text));
        let formula = Formula::read(text, &place, &mut Problems::new()).unwrap();
        build(&formula, &mut |name, _| Ok(Expr::symbol(name))).unwrap()
    }

    fn any_formula() -> impl Strategy<Value = String> {
        let leaf = prop_oneof![
            proptest::sample::select(vec!["b", "n", "d"]).prop_map(str::to_owned),
            (1..9).prop_map(|number: i32| number.to_string()),
        ];
        leaf.prop_recursive(4, 24, 2, |inner| {
            let sign = proptest::sample::select(vec!["+", "-", "*"]);
            let name = proptest::sample::select(vec!["max", "min"]);
            let round = proptest::sample::select(vec!["floor", "ceil"]);
            prop_oneof![
                (inner.clone(), sign, inner.clone())
                    .prop_map(|(a, sign, b)| format!("({a} {sign} {b})")),
                (name, inner.clone(), inner.clone())
                    .prop_map(|(name, a, b)| format!("{name}({a}, {b})")),
                (round, inner.clone(), 2..5)
                    .prop_map(|(name, a, by)| format!("{name}({a} / {by})")),
                inner.prop_map(|a| format!("(-{a})")),
            ]
        })
    }

    proptest! {
        /// However the signs are turned, what is printed is what was held.
        #[test]
        fn what_is_printed_is_the_same_expression(text in any_formula()) {
            let expr = built(&text);
            let printed = expr.to_string();
            prop_assert_eq!(built(&as_formula(&printed)), expr, "{}", printed);
        }
    }
}
