//! Fields of a config that say something of every layer or stage, that have
//! several names, or that two sizes depend on.

use num_traits::{Signed, ToPrimitive};

use super::config::{Config, MOST, MOST_LAYERS};
use crate::source::{Diagnostic, Value};

/// No network has more stages.
const MOST_STAGES: usize = 64;

impl Config<'_> {
    /// The first of some fields of one meaning that the config has; the first
    /// one if it has none.
    pub(crate) fn first_of(&self, keys: &[&'static str]) -> &'static str {
        let given = keys
            .iter()
            .find(|key| self.has(key) && !self.holds_null(key));
        given.or(keys.first()).copied().unwrap_or("")
    }

    /// What a list says of every layer, in one of the words that are known.
    pub(crate) fn kinds(
        &mut self,
        key: &'static str,
        layers: u64,
        known: &[&'static str],
    ) -> Vec<&'static str> {
        let first = known.first().copied().unwrap_or("");
        let listed = self
            .take(key)
            .and_then(|node| node.texts(&mut self.problems));
        let listed = listed.unwrap_or_default();
        let mut kinds = Vec::new();
        for kind in &listed {
            let found = known.iter().find(|known| **known == kind.value);
            if found.is_none() {
                let message = format!("the layer type `{}` is not known here", kind.value);
                let mistake = Diagnostic::at(&kind.place, message);
                let mistake = mistake.known(&kind.value, known.iter().copied());
                self.problems.push(mistake);
            }
            kinds.push(found.copied().unwrap_or(first));
        }
        self.as_many(key, kinds.len(), layers);
        kinds.resize(usize::try_from(layers).unwrap_or(0), first);
        kinds
    }

    /// Notes a list that has not an item for every layer.
    pub(crate) fn as_many(&mut self, key: &'static str, listed: usize, layers: u64) {
        if listed as u64 != layers {
            let message = format!("`{key}` lists {listed} layers, and there are {layers}");
            self.wrong(key, message);
        }
    }

    /// A size of every layer, where the config lists one for each.
    pub(crate) fn by_layer(&mut self, key: &'static str, layers: u64) -> Option<Vec<u64>> {
        let node = self.take(key)?;
        let Value::Array(items) = &node.value else {
            return None;
        };
        let sizes = items.iter().map(|item| self.checked(item, (1, MOST)));
        let sizes: Vec<u64> = sizes.collect();
        self.as_many(key, sizes.len(), layers);
        Some(sizes)
    }

    /// What `per_layer_config` says of single layers under `key`.
    pub(crate) fn of_layers(&mut self, key: &str, layers: u64) -> Vec<(u64, u64)> {
        let node = self.take("per_layer_config");
        let entries = node.and_then(|node| node.entries(&mut self.problems));
        let mut found = Vec::new();
        for (name, fields) in entries.unwrap_or_default() {
            let Some(at) = name.value.parse().ok().filter(|at| *at < layers) else {
                let message = format!("there is no layer `{}`, of {layers}", name.value);
                self.problems.push(Diagnostic::at(&name.place, message));
                continue;
            };
            let fields = fields.entries(&mut self.problems).unwrap_or_default();
            for (_, size) in fields.iter().filter(|(field, _)| field.value == key) {
                found.push((at, self.checked(size, (1, MOST))));
            }
        }
        found
    }

    /// A size for which 0 or a number below stands for none.
    pub(crate) fn size_above_zero(&mut self, key: &'static str) -> Option<u64> {
        let node = self.take(key)?;
        match &node.value {
            Value::Number(value) if !value.is_positive() => None,
            _ => Some(self.checked(node, (1, MOST))),
        }
    }

    /// How many layers each stage of a network has, with what another list says
    /// of the stages.
    pub(crate) fn stages(&mut self, depths: &'static str, key: &'static str) -> Vec<(u64, u64)> {
        let items = self.take(depths);
        let items = items.and_then(|node| node.items(&mut self.problems));
        let counted = items.unwrap_or_default().iter();
        let counted: Vec<u64> = counted
            .take(MOST_STAGES + 1)
            .map(|item| self.checked(item, (0, MOST_LAYERS)))
            .collect();
        let told = self.counts(key).unwrap_or_default();
        let stages = told.len();
        if counted.len() != stages || !(1..=MOST_STAGES).contains(&stages) {
            let message = format!(
                "`{key}` lists {stages} stages and `{depths}` {}; from 1 to {MOST_STAGES} are \
                 needed, the same in both",
                counted.len()
            );
            self.wrong(depths, message);
        }
        let told = told.into_iter().map(|size| size.max(1));
        counted.into_iter().zip(told).take(MOST_STAGES).collect()
    }

    /// How many layers there are, or what `transformers` takes where it is
    /// missing; that is told.
    pub(crate) fn layers_or(&mut self, key: &'static str, default: u64) -> u64 {
        match self.take(key) {
            Some(node) => self.checked(node, (1, MOST_LAYERS)),
            None => self.default(key, default),
        }
    }

    /// A size that is read elsewhere, if it is one.
    pub(crate) fn peek(&self, key: &str) -> Option<u64> {
        let entries = match &self.node.value {
            Value::Table(entries) => entries.as_slice(),
            _ => &[],
        };
        let (_, node) = entries.iter().find(|(name, _)| name.value == key)?;
        match &node.value {
            Value::Number(value) if value.is_integer() => value.numer().to_u64(),
            _ => None,
        }
    }

    /// A list of counts.
    pub(crate) fn counts(&mut self, key: &'static str) -> Option<Vec<u64>> {
        let items = self.take(key)?.items(&mut self.problems)?;
        Some(
            items
                .iter()
                .map(|item| self.checked(item, (0, MOST)))
                .collect(),
        )
    }
}
