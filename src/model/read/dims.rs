//! The dims of a model: a plain number or name, or a table that says more of
//! one.
//!
//! ```toml
//! needs = [{ name = "past", least = 0 }]
//! dims = { seq = 8, batch = { value = 1, alias = "batch.size" } }
//! ```

use super::keys::{DIM, NEEDED};
use super::values::{check_name, entries, formula, list};
use crate::formula::Formula;
use crate::model::limits;
use crate::model::module::Named;
use crate::source::{Datum, Fields, Problems, Spanned, Value};

/// What a file says of its dims besides their values.
#[derive(Default)]
pub(super) struct Dims {
    /// Those that may be 0.
    pub(super) emptiable: Vec<Spanned<String>>,
    /// Further names, and what they are names of.
    pub(super) aliases: Vec<Named<String>>,
}

impl Dims {
    /// The table `dims`: names with values.
    pub(super) fn with_values(
        &mut self,
        node: Option<&Datum>,
        problems: &mut Problems,
    ) -> Vec<(Spanned<String>, Formula)> {
        let mut read = Vec::new();
        for (name, node) in entries(node, limits::NAMES, "numbers", problems) {
            check_name(name, problems);
            let found = match &node.value {
                Value::Table(_) => Fields::shaped(node, &DIM, problems).and_then(|mut fields| {
                    let value = fields.require("value", "a dim", problems);
                    let value = value.and_then(|value| formula(value, problems));
                    self.more(name, fields, problems);
                    value
                }),
                _ => formula(node, problems),
            };
            read.extend(found.map(|formula| (name.clone(), formula)));
        }
        read
    }

    /// The list `needs`: names without values.
    pub(super) fn needed(
        &mut self,
        node: Option<&Datum>,
        problems: &mut Problems,
    ) -> Vec<Spanned<String>> {
        let mut needed = Vec::new();
        for item in list(node, limits::NAMES, "names", problems, |item, _| {
            Some(item.clone())
        }) {
            let name = match &item.value {
                Value::Table(_) => {
                    Fields::shaped(&item, &NEEDED, problems).and_then(|mut fields| {
                        let name = fields.require_text("name", "a dim", problems)?;
                        self.more(&name, fields, problems);
                        Some(name)
                    })
                }
                _ => item.text(problems),
            };
            if let Some(name) = name {
                check_name(&name, problems);
                needed.push(name);
            }
        }
        needed
    }

    /// What else a table says of the dim `name`.
    fn more(&mut self, name: &Spanned<String>, mut fields: Fields<'_>, problems: &mut Problems) {
        let least = fields.take("least");
        if least.and_then(|least| least.whole_number(1, problems)) == Some(0) {
            self.emptiable.push(name.clone());
        }
        if let Some(alias) = fields.text("alias", problems) {
            self.aliases.push(Named {
                name: alias,
                value: name.clone(),
            });
        }
        fields.finish("a dim", problems);
    }
}
