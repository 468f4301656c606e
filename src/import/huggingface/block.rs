//! A block of a model's own.

use super::op::{Op, quoted};

/// A block that is written into the model file, since none that ships is built
/// so.
#[derive(Clone, PartialEq)]
pub(crate) struct Block {
    inputs: Vec<(String, String)>,
    needs: Vec<String>,
    slots: Vec<(&'static str, &'static str)>,
    weights: Vec<(&'static str, &'static str)>,
    ops: Vec<Op>,
}

impl Block {
    /// A block without ops. Its inputs have names and shapes.
    pub(crate) fn new(inputs: &[(&str, &str)]) -> Block {
        let owned = |(name, shape): &(&str, &str)| ((*name).to_owned(), (*shape).to_owned());
        Block {
            inputs: inputs.iter().map(owned).collect(),
            needs: Vec::new(),
            slots: Vec::new(),
            weights: Vec::new(),
            ops: Vec::new(),
        }
    }

    /// Numbers that a caller has or gives.
    pub(crate) fn needs<S: AsRef<str>>(&mut self, names: &[S]) {
        for name in names.iter().map(AsRef::as_ref) {
            if !self.needs.iter().any(|known| known == name) {
                self.needs.push(name.to_owned());
            }
        }
    }

    /// The block in a slot, unless the model fills it otherwise.
    pub(crate) fn slot(&mut self, name: &'static str, block: &'static str) {
        if !self.slots.iter().any(|(known, _)| *known == name) {
            self.slots.push((name, block));
        }
    }

    /// A weight that several ops use.
    pub(crate) fn weight(&mut self, name: &'static str, shape: &'static str) {
        if !self.weights.iter().any(|(known, _)| *known == name) {
            self.weights.push((name, shape));
        }
    }

    /// Its weights and ops where it stands in the model itself, once: their
    /// names behind `prefix`, and its inputs those that are given.
    pub(crate) fn inlined(
        &self,
        prefix: &str,
        given: &[(&str, &str)],
    ) -> (Vec<(String, &'static str)>, Vec<Op>) {
        let own = |name: &str| {
            let is_op = self.ops.iter().any(|op| op.is_named(name));
            is_op || self.weights.iter().any(|(known, _)| *known == name)
        };
        let renamed = |name: &str| {
            let found = given.iter().find(|(known, _)| *known == name);
            match found {
                Some((_, outside)) => (*outside).to_owned(),
                None if own(name) => format!("{prefix}_{name}"),
                None => name.to_owned(),
            }
        };
        let weights = self.weights.iter();
        let weights = weights.map(|(name, shape)| (format!("{prefix}_{name}"), *shape));
        let ops = self.ops.iter().map(|op| op.renamed(&renamed));
        (weights.collect(), ops.collect())
    }

    pub(crate) fn op(&mut self, op: Op) {
        self.ops.push(op);
    }

    /// Its lines, with the name that it has in the file.
    pub(super) fn lines(&self, name: &str) -> Vec<String> {
        let list = |items: Vec<String>| items.join(", ");
        let inputs = (self.inputs.iter())
            .map(|(name, shape)| format!("{name} = {}", quoted(shape)))
            .collect();
        let needs: Vec<String> = self.needs.iter().map(|name| quoted(name)).collect();
        let mut lines = vec![
            String::new(),
            "[[block]]".to_owned(),
            format!("name = {}", quoted(name)),
            format!("inputs = {{ {} }}", list(inputs)),
        ];
        if !needs.is_empty() {
            lines.push(format!("needs = [{}]", list(needs)));
        }
        if !self.slots.is_empty() {
            lines.extend([String::new(), "[block.slots]".to_owned()]);
            let slots = self.slots.iter();
            lines.extend(slots.map(|(name, block)| format!("{name} = {}", quoted(block))));
        }
        if !self.weights.is_empty() {
            lines.extend([String::new(), "[block.weights]".to_owned()]);
            let weights = self.weights.iter();
            lines.extend(weights.map(|(name, shape)| format!("{name} = {}", quoted(shape))));
        }
        for op in &self.ops {
            lines.extend([String::new(), "[[block.op]]".to_owned()]);
            lines.extend(op.lines().iter().cloned());
        }
        lines
    }
}
