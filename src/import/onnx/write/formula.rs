//! Expressions as formulas of a model file.

use num_rational::BigRational;
use num_traits::{One, Signed};

use crate::source::TomlValue;
use crate::symbolic::{Atom, Expr, Monomial};

/// A shape: numbers and names as they are, formulas in brackets.
pub(super) fn shape(extents: &[Expr]) -> String {
    let axes: Vec<String> = extents.iter().map(axis).collect();
    axes.join(" ")
}

fn axis(extent: &Expr) -> String {
    let text = formula(extent);
    let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if plain { text } else { format!("({text})") }
}

/// A formula.
pub(super) fn formula(expr: &Expr) -> String {
    let mut text = String::new();
    for (monomial, coefficient) in expr.terms() {
        let sign = match (text.is_empty(), coefficient.is_negative()) {
            (true, false) => "",
            (true, true) => "-",
            (false, false) => " + ",
            (false, true) => " - ",
        };
        text.push_str(sign);
        text.push_str(&term(monomial, &coefficient.abs()));
    }
    if text.is_empty() {
        "0".to_owned()
    } else {
        text
    }
}

fn term(monomial: &Monomial, coefficient: &BigRational) -> String {
    let mut above: Vec<String> = Vec::new();
    let mut below: Vec<String> = Vec::new();
    if !coefficient.denom().is_one() {
        below.push(coefficient.denom().to_string());
    }
    for (atom, exponent) in monomial.factors() {
        let base = factor(atom);
        let power = match exponent.unsigned_abs() {
            1 => base,
            exponent => format!("{base}^{exponent}"),
        };
        if *exponent > 0 {
            above.push(power)
        } else {
            below.push(power)
        }
    }
    if above.is_empty() || !coefficient.numer().is_one() {
        above.insert(0, coefficient.numer().to_string());
    }
    let mut text = above.join(" * ");
    for divisor in below {
        text.push_str(" / ");
        text.push_str(&divisor);
    }
    text
}

fn factor(atom: &Atom) -> String {
    match atom {
        Atom::Symbol(symbol) => symbol.name().to_owned(),
        Atom::Group(inner) => format!("({})", formula(inner)),
        Atom::Floor(inner) => format!("floor({})", formula(inner)),
        Atom::Max(pair) => format!("max({}, {})", formula(&pair.0), formula(&pair.1)),
        Atom::Call(call) => {
            let arguments: Vec<String> = call.arguments.iter().map(formula).collect();
            format!("{}({})", call.function.name(), arguments.join(", "))
        }
    }
}

/// A whole number as such, anything else as a formula.
pub(super) fn amount(expr: &Expr) -> TomlValue {
    match expr.as_constant() {
        Some(value) if value.is_integer() => TomlValue::number(value),
        _ => formula(expr).into(),
    }
}

/// A number as a formula has it. What is no number stands for any.
pub(super) fn number(value: f64) -> String {
    if !value.is_finite() {
        // Masks are made of infinities; which number stands there changes
        // nothing that is counted.
        return if value < 0.0 {
            "-1000000000"
        } else {
            "1000000000"
        }
        .to_owned();
    }
    let text = format!("{value}");
    let exact = text.len() <= 24;
    if exact { text } else { format!("{value:.9}") }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::formula::Formula;
    use crate::source::{Place, Problems, Source};

    #[test]
    fn a_formula_reads_back_as_what_it_was() {
        let (n, m) = (Expr::symbol("n"), Expr::symbol("m"));
        let half = n.scale(&BigRational::new(1.into(), 2.into()));
        let all = [
            Expr::zero(),
            Expr::whole(-3),
            &(&n * &n) - &m.scale(&BigRational::new(7.into(), 3.into())),
            (&half + &Expr::one()).floor(),
            n.larger(&m),
            (&n + &m).divide(&(&n - &Expr::one())).unwrap_or_default(),
        ];
        for expr in all {
            let text = formula(&expr);
            let source = Source::new("test", text.clone());
            let place = Place::new(&source, 0..text.len());
            let mut problems = Problems::new();
            let read = Formula::read(&text, &place, &mut problems).unwrap();
            let back = crate::symbolic::build(&read, &mut |name, _| Ok(Expr::symbol(name)));
            assert_eq!(back.unwrap(), expr, "{text}");
        }
    }
}
