//! Some of the columns of a table, in another order.

use super::{Cell, Column, Row, Table};

impl Table {
    /// The table with the columns of these names alone, in their order; nothing where
    /// it lacks one. A name is a key or a header, in whatever case, and the unit of a
    /// key may be left out; a header that several columns have means all of them.
    pub fn with_columns(&self, names: &[String]) -> Option<Table> {
        let mut chosen = Vec::new();
        for name in names {
            let found = self.named(name);
            if found.is_empty() {
                return None;
            }
            chosen.extend(found);
        }
        let cells = |row: &Row| chosen.iter().map(|at| row.cell(*at).clone()).collect();
        Some(Table {
            title: self.title.clone(),
            columns: chosen.iter().filter_map(|at| self.alone(*at)).collect(),
            rows: (self.rows.iter())
                .map(|row| Row {
                    cells: cells(row),
                    kind: row.kind,
                })
                .collect(),
            notes: self.notes.clone(),
        })
    }

    /// Whether a column has this name.
    pub fn has_column(&self, name: &str) -> bool {
        !self.named(name).is_empty()
    }

    /// The columns that a name means: by their keys, or else by their headers.
    fn named(&self, name: &str) -> Vec<usize> {
        let name = name.trim().to_lowercase();
        let is_key = |column: &Column| {
            let key = column.key.to_lowercase();
            key == name || format!("{key}_pj") == name || key == format!("{name}_pj")
        };
        let all = |is_meant: &dyn Fn(&Column) -> bool| -> Vec<usize> {
            let columns = self.columns.iter().enumerate();
            let meant = columns.filter(|(_, column)| is_meant(column));
            meant.map(|(at, _)| at).collect()
        };
        match all(&is_key) {
            none if none.is_empty() => all(&|column| column.name.to_lowercase() == name),
            found => found,
        }
    }

    /// A column as it stands without its neighbours: what several are called, as
    /// `saved` beside each variant, does not say which it is.
    fn alone(&self, at: usize) -> Option<Column> {
        let column = self.columns.get(at)?;
        let alike = self
            .columns
            .iter()
            .filter(|other| other.name == column.name);
        Some(match alike.count() {
            1 => column.clone(),
            _ => Column {
                name: column.key.replace('_', " "),
                ..column.clone()
            },
        })
    }

    /// Whether any cell of a column is of some kind.
    pub(super) fn any_cell(&self, column: usize, is_kind: impl Fn(&Cell) -> bool) -> bool {
        self.rows.iter().any(|row| is_kind(row.cell(column)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Align;
    use super::super::tests::{column, example};
    use super::*;

    fn keys(names: &[&str]) -> Option<Vec<String>> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let table = example().with_columns(&names)?;
        Some(table.columns.into_iter().map(|column| column.key).collect())
    }

    #[test]
    fn columns_are_chosen_by_key_or_header_in_the_order_asked_for() {
        let some = |keys: &[&str]| Some(keys.iter().map(|key| (*key).to_owned()).collect());
        assert_eq!(keys(&["energy_pj", "stage"]), some(&["energy", "stage"]));
        assert_eq!(keys(&["Operations"]), some(&["ops"]));
        assert_eq!(keys(&["stage", "nothing"]), None);
        let rows = example().with_columns(&["share".to_owned()]);
        let cells = rows.map(|table| table.rows.into_iter().map(|row| row.cells.len()).collect());
        assert_eq!(cells, Some(vec![1, 1, 1]));
    }

    #[test]
    fn what_several_columns_are_called_says_which_is_meant() {
        let table = Table {
            columns: vec![
                column("saved", "a_saving", Align::Right),
                column("saved", "b_saving", Align::Right),
            ],
            ..Table::default()
        };
        let chosen = table.with_columns(&["b_saving".to_owned()]);
        let names: Option<Vec<String>> =
            chosen.map(|table| table.columns.into_iter().map(|one| one.name).collect());
        assert_eq!(names, Some(vec!["b saving".to_owned()]));
        let both = table.with_columns(&["saved".to_owned()]);
        assert_eq!(both.map(|table| table.columns.len()), Some(2));
    }
}
