//! One axis of a sweep: what is known once it has a value, and what is made of it.

use std::collections::HashMap;

use super::line::multiply;
use crate::simd::Level as SimdLevel;
use crate::symbolic::{Atom, Bindings, Compiled, Expr, Symbol, power};

#[derive(Debug, Clone)]
pub(super) struct Level {
    /// Floors, maxima, functions and grouped sums, each worked out once.
    pub(super) atoms: Vec<LevelAtom>,
    pub(super) factors: Vec<Factor>,
    pub(super) steps: Vec<Step>,
    /// How many coefficients the next level has.
    pub(super) width: usize,
}

/// An atom of a level.
#[derive(Debug, Clone)]
pub(super) struct LevelAtom {
    pub(super) value: Compiled,
    /// Whether it depends on no axis but that of the level.
    pub(super) is_alone: bool,
}

/// What is known once an axis has a value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Factor {
    /// The power of the axis itself.
    pub(super) exponent: i32,
    /// The places of atoms of the level, with their powers.
    pub(super) atoms: Vec<(u32, i32)>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    pub(super) from: u32,
    pub(super) factor: u32,
    pub(super) to: u32,
}

/// What is left of a term from one level on: the output it belongs to, and a
/// factor for each level.
pub(super) type RemainingTerm = (usize, Vec<Vec<(Atom, i32)>>);

impl Level {
    /// The level's steps for the coefficients of `terms`, and the terms that
    /// are left for the next level. On the last level what is left are the
    /// outputs themselves.
    pub(super) fn new(
        level: usize,
        terms: &[RemainingTerm],
        symbols: &[Symbol],
        outputs: usize,
    ) -> (Level, Vec<RemainingTerm>) {
        let last = level + 1 == symbols.len();
        let mut factors: Vec<Factor> = Vec::new();
        let mut atoms = Atoms::default();
        let mut index: HashMap<Vec<(Atom, i32)>, u32> = HashMap::new();
        let mut next: Vec<RemainingTerm> = Vec::new();
        let mut places: HashMap<RemainingTerm, u32> = HashMap::new();
        let mut steps = Vec::with_capacity(terms.len());
        for (from, (output, by_level)) in terms.iter().enumerate() {
            let own = by_level.get(level).cloned().unwrap_or_default();
            let factor = *index.entry(own.clone()).or_insert_with(|| {
                factors.push(Factor::new(&own, level, symbols, &mut atoms));
                narrow(factors.len() - 1)
            });
            let to = if last {
                narrow(*output)
            } else {
                // Levels before this one are spent.
                let mut left = by_level.clone();
                if let Some(spent) = left.get_mut(level) {
                    spent.clear();
                }
                let remaining = (*output, left);
                *places.entry(remaining.clone()).or_insert_with(|| {
                    next.push(remaining);
                    narrow(next.len() - 1)
                })
            };
            steps.push(Step {
                from: narrow(from),
                factor,
                to,
            });
        }
        let width = if last { outputs } else { next.len() };
        (
            Level {
                atoms: atoms.compiled,
                factors,
                steps,
                width,
            },
            next,
        )
    }
}

/// Terms are counted in the hundreds.
fn narrow(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The atoms of a level, each compiled once.
#[derive(Default)]
struct Atoms {
    places: HashMap<Atom, u32>,
    compiled: Vec<LevelAtom>,
}

impl Atoms {
    fn place(&mut self, atom: &Atom, symbols: &[Symbol]) -> Option<u32> {
        if let Some(place) = self.places.get(atom) {
            return Some(*place);
        }
        let alone = Expr::from_atom(atom.clone());
        let value = Compiled::new(&alone, symbols, &Bindings::default()).ok()?;
        let place = narrow(self.compiled.len());
        let is_alone = alone.symbols().len() == 1;
        self.compiled.push(LevelAtom { value, is_alone });
        self.places.insert(atom.clone(), place);
        Some(place)
    }
}

impl Factor {
    fn new(own: &[(Atom, i32)], level: usize, symbols: &[Symbol], atoms: &mut Atoms) -> Factor {
        let axis = symbols.get(level).cloned().map(Atom::Symbol);
        let mut factor = Factor {
            exponent: 0,
            atoms: Vec::new(),
        };
        for (atom, exponent) in own {
            if Some(atom) == axis.as_ref() {
                factor.exponent = *exponent;
            } else if let Some(place) = atoms.place(atom, symbols) {
                factor.atoms.push((place, *exponent));
            }
        }
        factor
    }

    /// The places of its atoms.
    pub(super) fn atoms(&self) -> impl Iterator<Item = usize> {
        self.atoms.iter().map(|(place, _)| *place as usize)
    }

    /// The value where the axis has the value `axis` and the atom of a place
    /// what `atom` gives.
    pub(super) fn value(&self, axis: f64, atom: impl Fn(usize) -> f64) -> f64 {
        let atoms = self.atoms.iter();
        let product: f64 = atoms
            .map(|(place, exponent)| signed_power(atom(*place as usize), *exponent))
            .product();
        match self.exponent {
            0 => product,
            exponent => signed_power(axis, exponent) * product,
        }
    }

    /// The same along a row of the axis.
    pub(super) fn values<'a>(
        &self,
        row: &[f64],
        atom: impl Fn(usize) -> &'a [f64],
        to: &mut Vec<f64>,
        level: SimdLevel,
    ) {
        to.clear();
        to.resize(row.len(), 1.0);
        let mut power: Vec<f64> = Vec::new();
        let atoms = self.atoms.iter();
        let factors = atoms.map(|(place, exponent)| (atom(*place as usize), *exponent));
        for (base, exponent) in factors.chain([(row, self.exponent)]) {
            match exponent {
                0 => {}
                1 => multiply(level, to, base),
                _ => {
                    power.clear();
                    power.extend(base.iter().map(|base| signed_power(*base, exponent)));
                    multiply(level, to, &power);
                }
            }
        }
    }
}

/// The power with an exponent of either sign, or 0.
fn signed_power(base: f64, exponent: i32) -> f64 {
    match exponent {
        0 => 1.0,
        1.. => power(base, exponent),
        _ => 1.0 / power(base, -exponent),
    }
}
