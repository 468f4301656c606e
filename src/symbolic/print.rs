//! Expressions as a reader writes them: `2·b·n·d²/h`, in text and in LaTeX.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Signed};

use super::expr::common_denominator;
use super::{Atom, Expr, Monomial, Symbol};
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
                .iter()
                .map(|(atom, e)| (self.rank(atom), -e))
                .collect();
            (-degree, ranks)
        });
        let mut text = String::new();
        for (at, (monomial, coefficient)) in terms.into_iter().enumerate() {
            let size = coefficient.abs();
            match (at, coefficient.is_negative()) {
                (0, true) => text.push(self.minus()),
                (0, false) => {}
                (_, true) => text.push_str(&format!(" {} ", self.minus())),
                (_, false) => text.push_str(" + "),
            }
            text.push_str(&self.term(monomial, &size));
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

    fn ordered<'m>(&self, monomial: &'m Monomial) -> Vec<&'m (Atom, i32)> {
        let mut factors: Vec<&(Atom, i32)> = monomial.factors().iter().collect();
        factors.sort_by(|(a, _), (b, _)| self.rank(a).cmp(&self.rank(b)).then_with(|| a.cmp(b)));
        factors
    }

    /// One product. A coefficient that has finitely many digits but is no
    /// simple fraction (a price) is written as a decimal.
    fn term(&self, monomial: &Monomial, coefficient: &BigRational) -> String {
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
        for (atom, exponent) in self.ordered(monomial) {
            let side = if *exponent > 0 {
                &mut above
            } else {
                &mut below
            };
            side.push(self.factor(atom, exponent.unsigned_abs()));
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

    fn factor(&self, atom: &Atom, exponent: u32) -> String {
        let base = match atom {
            Atom::Symbol(symbol) => self.symbol(symbol.name()),
            Atom::Group(inner) => format!("({})", self.sum(inner)),
            Atom::Floor(inner) => match self.notation {
                Notation::Text => format!("⌊{}⌋", self.sum(inner)),
                Notation::Latex => {
                    format!(r"\left\lfloor {} \right\rfloor", self.sum(inner))
                }
            },
            Atom::Max(pair) => {
                let (a, b) = (self.print(&pair.0), self.print(&pair.1));
                match self.notation {
                    Notation::Text => format!("max({a}, {b})"),
                    Notation::Latex => format!(r"\max({a}, {b})"),
                }
            }
        };
        match (exponent, self.notation) {
            (1, _) => base,
            (_, Notation::Text) => format!("{base}{}", superscript(exponent)),
            (_, Notation::Latex) => format!("{base}^{{{exponent}}}"),
        }
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
        const GREEK: [&str; 8] = [
            "alpha", "beta", "gamma", "delta", "lambda", "mu", "rho", "sigma",
        ];
        match self.notation {
            Notation::Text => name.to_owned(),
            Notation::Latex if GREEK.contains(&name) => format!(r"\{name}"),
            Notation::Latex if name.chars().count() == 1 => name.to_owned(),
            Notation::Latex => format!(r"\mathit{{{}}}", name.replace('_', r"\_")),
        }
    }
}

fn superscript(exponent: u32) -> String {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
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
    use super::*;

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
        let rho = Expr::symbol("rho").scale(&BigRational::new(1.into(), 2.into()));
        assert_eq!(printed(&rho), ("rho/2".into(), r"\frac{\rho}{2}".into()));
    }
}
