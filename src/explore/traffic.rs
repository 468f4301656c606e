//! What ops move, by format and by movement.
//!
//! Two tables whose memories have as many levels, of which the same have a size,
//! move the same: only the sizes differ, and these are symbols, by the place of
//! the level. So the traffic of a graph is written once for all of them.

use std::collections::BTreeMap;

use super::fold::Rows;
use super::graphs::Shared;
use super::program::{NoProgram, Renamed};
use crate::energy::{Counted, LevelNumber, Memory};
use crate::format::Format;
use crate::movement::{Direction, Role, Sizes, traffic};
use crate::symbolic::Expr;

/// The accesses of every row: which, and how many bits, by turns.
pub(super) type TrafficPage = Vec<Vec<u32>>;

/// The name of the symbol for the size of a level, whatever its table.
pub(super) fn size_symbol(level: usize) -> String {
    format!("@{level}")
}

/// Which level, role and direction, as one number.
fn access_code(level: usize, role: Role, direction: Direction) -> u32 {
    let place = |at: Option<usize>| at.unwrap_or_default();
    let role = place(Role::ALL.iter().position(|known| *known == role));
    let direction = place(Direction::ALL.iter().position(|known| *known == direction));
    u32::try_from((level * Role::ALL.len() + role) * Direction::ALL.len() + direction)
        .unwrap_or(u32::MAX)
}

/// Which levels of a memory have a size, on which their traffic depends.
pub(super) fn shape(memory: &Memory) -> Vec<bool> {
    let levels = memory.levels.iter();
    levels.map(|level| level.size_kib.is_some()).collect()
}

impl Shared<'_> {
    /// What a graph moves.
    pub(super) fn traffic(
        &mut self,
        (counted, rows): (&Counted, &Rows),
        renamed: &Renamed,
        memory: &Memory,
        format: Format,
    ) -> Result<TrafficPage, NoProgram> {
        let mut renamed = renamed.clone();
        for level in 0..memory.levels.len() {
            renamed.insert(memory.symbol(level, LevelNumber::Kib), size_symbol(level));
        }
        let found = traffic(
            &counted.graph,
            format,
            &memory.open_hierarchy(),
            Sizes::Open,
        );
        let mut by_row: Vec<BTreeMap<u32, Expr>> = Vec::new();
        by_row.resize_with(rows.rows.len(), BTreeMap::new);
        for access in &found.accesses {
            let of_row = rows.row(access.op).and_then(|row| by_row.get_mut(row));
            if let Some(of_row) = of_row {
                let code = access_code(access.level, access.role, access.direction);
                *of_row.entry(code).or_default() += &access.bits;
            }
        }
        let mut pages = Vec::with_capacity(by_row.len());
        for of_row in by_row {
            let mut page = Vec::with_capacity(2 * of_row.len());
            for (code, bits) in of_row {
                page.extend([code, self.program.sum(&bits, &renamed)?]);
            }
            pages.push(page);
        }
        Ok(pages)
    }
}
