//! Expressions as lists of numbers, each part once.
//!
//! An expression is a sum of products of atoms, and an atom may hold expressions
//! in turn. Written down are four lists: symbols by name, atoms, products and
//! sums. Whatever refers to another thing refers to one that stands before it, so
//! that a reader works from the front.

use std::collections::HashMap;
use std::fmt;

use serde::Serialize;

use super::intern::Interned;
use crate::number::to_f64;
use crate::symbolic::{Atom, Expr, Symbol};

/// An expression that a page cannot evaluate: a function that takes a search.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoProgram {
    /// The function.
    pub function: String,
}

impl fmt::Display for NoProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is worked out by a search, which only the program does",
            self.function
        )
    }
}

/// Functions that the page's script knows by name; `power_` of anything besides.
const FUNCTIONS: [&str; 4] = ["fits", "distinct", "address", "passes"];

/// A factor, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(untagged)]
enum AtomCode {
    /// 0 and a symbol; 1 and a sum; 2 and a sum of which it is the floor.
    One(u8, u32),
    /// 3 and two sums, of which it is the larger.
    Two(u8, u32, u32),
    /// 4, a function, and its arguments.
    Call(u8, String, Vec<u32>),
}

/// The expressions of a page.
#[derive(Debug, Default)]
pub(super) struct Program {
    symbols: Interned<String>,
    atoms: Interned<AtomCode>,
    /// Atoms and exponents, by turns.
    products: Interned<Vec<i64>>,
    /// Coefficients, as the bits of doubles, and products.
    sums: Interned<Vec<(u64, u32)>>,
}

/// What a program is written down as.
#[derive(Debug, Serialize)]
pub(super) struct Written<'p> {
    symbols: &'p [String],
    atoms: &'p [AtomCode],
    products: &'p [Vec<i64>],
    /// Coefficients and products, by turns.
    sums: Vec<Vec<f64>>,
}

/// How the symbols of some expressions are called on the page.
pub(super) type Renamed = HashMap<Symbol, String>;

impl Program {
    /// The number of a symbol.
    pub(super) fn symbol(&mut self, name: &str) -> u32 {
        self.symbols.number(name.to_owned())
    }

    /// The number of an expression.
    ///
    /// # Errors
    /// One that a page cannot evaluate.
    pub(super) fn sum(&mut self, expr: &Expr, renamed: &Renamed) -> Result<u32, NoProgram> {
        let mut terms = Vec::with_capacity(expr.terms().len());
        for (monomial, coefficient) in expr.terms() {
            let mut product = Vec::with_capacity(2 * monomial.factors().len());
            for (atom, exponent) in monomial.factors() {
                product.push(i64::from(self.atom(atom, renamed)?));
                product.push(i64::from(*exponent));
            }
            let product = self.products.number(product);
            terms.push((to_f64(coefficient).to_bits(), product));
        }
        Ok(self.sums.number(terms))
    }

    fn atom(&mut self, atom: &Atom, renamed: &Renamed) -> Result<u32, NoProgram> {
        let code = match atom {
            Atom::Symbol(symbol) => {
                let name = renamed.get(symbol).map_or(symbol.name(), String::as_str);
                AtomCode::One(0, self.symbol(name))
            }
            Atom::Group(inner) => AtomCode::One(1, self.sum(inner, renamed)?),
            Atom::Floor(inner) => AtomCode::One(2, self.sum(inner, renamed)?),
            Atom::Max(pair) => {
                let a = self.sum(&pair.0, renamed)?;
                AtomCode::Two(3, a, self.sum(&pair.1, renamed)?)
            }
            Atom::Call(call) => {
                let function = call.function.name().to_owned();
                let is_known = FUNCTIONS.contains(&function.as_str());
                if !is_known && !function.starts_with("power_") {
                    return Err(NoProgram { function });
                }
                let arguments = call.arguments.iter();
                let arguments = arguments.map(|argument| self.sum(argument, renamed));
                AtomCode::Call(4, function, arguments.collect::<Result<_, _>>()?)
            }
        };
        Ok(self.atoms.number(code))
    }

    /// All of it.
    pub(super) fn written(&self) -> Written<'_> {
        let sum = |terms: &Vec<(u64, u32)>| {
            let terms = terms.iter();
            terms
                .flat_map(|(coefficient, product)| {
                    [f64::from_bits(*coefficient), f64::from(*product)]
                })
                .collect()
        };
        Written {
            symbols: self.symbols.all(),
            atoms: self.atoms.all(),
            products: self.products.all(),
            sums: self.sums.all().iter().map(sum).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// 2·n·d + ⌊n/2⌋ and n·d: two symbols, three atoms (n, d and the floor), the
    /// products n·d, n and ⌊n/2⌋, and the sums n/2 (inside of the floor), the first
    /// expression and the second.
    #[test]
    fn every_part_is_written_once() {
        let (n, d) = (Expr::symbol("n"), Expr::symbol("d"));
        let half = n.scale(&crate::number::whole(2).recip()).floor();
        let product = &n * &d;
        let first = &(&product + &product) + &half;
        let mut program = Program::default();
        let renamed = Renamed::from([(Symbol::new("d"), "width".to_owned())]);
        let numbers = [&first, &product, &first].map(|expr| program.sum(expr, &renamed).unwrap());
        assert_eq!(numbers[0], numbers[2]);
        let written = program.written();
        assert_eq!(written.symbols, ["width", "n"]);
        let counts = (
            written.atoms.len(),
            written.products.len(),
            written.sums.len(),
        );
        assert_eq!(counts, (3, 3, 3));
    }
}
