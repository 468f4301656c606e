//! The factors of the innermost axis, of many of its values at once.
//!
//! Powers of the axis, and floors and maxima of nothing else, are the same in every
//! row: they are worked out once. Others are worked out anew along each.

use super::level::{Factor, Level};
use super::rows::RowPart;
use crate::simd::{self, Level as SimdLevel};
use crate::symbolic::{BLOCK, Block, BlockColumns, VariableColumn};

/// How the factors of the last level are found.
#[derive(Debug, Clone)]
pub(super) struct RowFactors {
    /// Those that are the same in every row.
    held: Vec<Option<Vec<f64>>>,
    /// The atoms of the others.
    others: AtomBlock,
}

/// The factors along a row that are not held.
#[derive(Debug, Default)]
pub(super) struct RowColumns {
    atoms: BlockColumns,
    factors: Vec<Vec<f64>>,
}

impl RowFactors {
    /// Those of a level, the last of so many, whose axis has the values `row`; none
    /// where these are too many to hold.
    pub(super) fn new(level: &Level, depth: usize, row: &[f64]) -> RowFactors {
        // Where there is but one row, nothing is worked out twice.
        let alone = |place: usize| depth > 1 && level.atoms[place].is_alone;
        // A function may take long, so it is not asked before a point is.
        let has_calls = AtomBlock::new(level, alone).block.has_calls();
        let alone = |place: usize| alone(place) && !has_calls;
        let is_held = |factor: &Factor| !row.is_empty() && factor.atoms().all(alone);
        let atoms = |held: bool| {
            let own: Vec<usize> = (level.factors.iter())
                .filter(|factor| is_held(factor) == held)
                .flat_map(Factor::atoms)
                .collect();
            AtomBlock::new(level, |place| own.contains(&place))
        };
        let (of_held, others) = (atoms(true), atoms(false));
        let mut held: Vec<Option<Vec<f64>>> = (level.factors.iter())
            .map(|factor| is_held(factor).then(|| Vec::with_capacity(row.len())))
            .collect();
        let (at, mut columns) = (vec![f64::NAN; depth], BlockColumns::default());
        let mut part_of_factor = Vec::new();
        for part in row.chunks(BLOCK) {
            of_held.work_out(simd::level(), &at, part, &mut columns);
            for (factor, held) in level.factors.iter().zip(&mut held) {
                if let Some(held) = held {
                    let atom = |place| of_held.values(place, &columns);
                    factor.values(part, atom, &mut part_of_factor, simd::level());
                    held.extend_from_slice(&part_of_factor);
                }
            }
        }
        RowFactors { held, others }
    }

    /// Along how much of a row they are worked out at once: where there are atoms,
    /// along as much as stays in the cache.
    pub(super) fn length(&self, row: usize) -> usize {
        let has_atoms = !self.others.block.is_empty();
        if has_atoms { BLOCK.min(row) } else { row }
    }

    /// Works out those that are not held, along a part of a row.
    pub(super) fn work_out(
        &self,
        level: &Level,
        simd: SimdLevel,
        at: &[f64],
        row: &[f64],
        columns: &mut RowColumns,
    ) {
        if self.held.iter().all(Option::is_some) {
            return;
        }
        let RowColumns { atoms, factors } = columns;
        self.others.work_out(simd, at, row, atoms);
        factors.resize_with(self.held.len(), Vec::new);
        let own = level.factors.iter().zip(&self.held).zip(factors);
        for ((factor, _), column) in own.filter(|((_, held), _)| held.is_none()) {
            let atom = |place| self.others.values(place, atoms);
            factor.values(row, atom, column, simd);
        }
    }

    /// The values of a factor along a part of a row.
    #[inline(always)]
    pub(super) fn along<'a>(
        &'a self,
        factor: u32,
        part: RowPart<'_>,
        columns: &'a RowColumns,
    ) -> &'a [f64] {
        let factor = factor as usize;
        match &self.held[factor] {
            Some(held) => &held[part.offset..part.offset + part.length],
            None => &columns.factors[factor],
        }
    }
}

/// Some atoms of a level.
#[derive(Debug, Clone)]
struct AtomBlock {
    block: Block,
    /// Where each atom of the level stands in the block, if it is there.
    places: Vec<usize>,
}

impl AtomBlock {
    fn new(level: &Level, asked: impl Fn(usize) -> bool) -> AtomBlock {
        let mut places = vec![usize::MAX; level.atoms.len()];
        let mut atoms = Vec::new();
        for (number, atom) in level.atoms.iter().enumerate() {
            if asked(number) {
                places[number] = atoms.len();
                atoms.push(&atom.value);
            }
        }
        let block = Block::new(atoms, []);
        AtomBlock { block, places }
    }

    /// Works them out along a row of the last axis, where the others have the values
    /// in `at`.
    fn work_out(&self, simd: SimdLevel, at: &[f64], row: &[f64], columns: &mut BlockColumns) {
        if self.block.is_empty() {
            return;
        }
        let inner = at.len() - 1;
        let variables: Vec<VariableColumn<'_>> = (at.iter().enumerate())
            .map(|(axis, value)| match axis == inner {
                true => VariableColumn::Each(row),
                false => VariableColumn::Same(*value),
            })
            .collect();
        self.block.work_out(simd, &variables, row.len(), columns);
    }

    fn values<'a>(&self, atom: usize, columns: &'a BlockColumns) -> &'a [f64] {
        self.block.values(self.places[atom], columns)
    }
}
