//! A call of a block, with its numbers as formulas over those of the model.

use crate::import::huggingface::block::Block;
use crate::import::huggingface::draft::Draft;
use crate::import::huggingface::op::Op;

/// A block with all the numbers that it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    /// One that ships, or one of the model's own.
    pub(crate) block: String,
    /// Numbers by formulas over the dims and params of the model.
    pub(crate) with: Vec<(&'static str, String)>,
}

impl Part {
    pub(crate) fn new(block: &str) -> Part {
        Part {
            block: block.to_owned(),
            with: Vec::new(),
        }
    }

    /// One more number.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Part {
        self.with.push((name, value.into()));
        self
    }

    /// A switch.
    pub(crate) fn switch(self, name: &'static str, on: bool) -> Part {
        self.with(name, if on { "1" } else { "0" })
    }

    /// The op `name` that calls it.
    pub(crate) fn call(&self, name: &str, inputs: &[&str]) -> Op {
        let op = Op::new(name).block(&self.block);
        op.with(&self.with).of(inputs)
    }

    /// Lets `block`, which calls it, ask for the numbers of the model.
    pub(crate) fn needed(&self, draft: &Draft, block: &mut Block) {
        block.needs(&draft.known(self.names()));
    }

    /// Every name in the numbers that it takes.
    fn names(&self) -> impl Iterator<Item = &str> {
        let apart = |c: char| !(c.is_ascii_alphanumeric() || c == '_');
        self.with
            .iter()
            .flat_map(move |(_, value)| value.split(apart))
    }
}
