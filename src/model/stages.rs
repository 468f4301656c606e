//! The stages of a model, whichever variant is looked at.

use std::sync::Arc;

use super::Model;
use super::module::Module;
use super::op::{Callee, OpDecl, OpForm};
use crate::hash::FastSet;

impl Model {
    /// The stages of all its variants, each once: in the order of the model file,
    /// with the blocks in the places of their calls, those of other variants after
    /// that of the default; ops that are stages of their own come last, for most of
    /// them only move data. The order is the same for every variant, so that what
    /// goes by it, such as a colour, is the same in all.
    pub fn stages(&self) -> Vec<String> {
        let mut gathering = Gathering {
            model: self,
            done: FastSet::default(),
            named: Vec::new(),
            alone: Vec::new(),
        };
        gathering.module(&self.root, None);
        let mut seen = FastSet::default();
        let all = gathering.named.into_iter().chain(gathering.alone);
        all.filter(|stage| seen.insert(*stage))
            .map(str::to_owned)
            .collect()
    }
}

struct Gathering<'m> {
    model: &'m Model,
    /// The blocks that were gathered under a stage, or under none.
    done: FastSet<(*const Module, Option<&'m str>)>,
    /// What files call a stage.
    named: Vec<&'m str>,
    /// Ops of no stage.
    alone: Vec<&'m str>,
}

impl<'m> Gathering<'m> {
    /// Gathers a module whose ops belong to `around` unless they say otherwise.
    fn module(&mut self, module: &'m Arc<Module>, around: Option<&'m str>) {
        if !self.done.insert((Arc::as_ptr(module), around)) {
            return;
        }
        for op in &module.ops {
            let own = op.stage.as_ref().map(|stage| stage.value.as_str());
            let stage = own.or(around);
            match &op.form {
                OpForm::Call { callee, .. } => {
                    for block in self.called(callee) {
                        self.module(block, stage);
                    }
                }
                OpForm::Reshape {
                    uncounted: None, ..
                } => {}
                _ => self.add(stage, op),
            }
        }
    }

    fn add(&mut self, stage: Option<&'m str>, op: &'m OpDecl) {
        match stage {
            Some(stage) => self.named.push(stage),
            None => self.alone.push(&op.name.value),
        }
    }

    /// The block that is called, or all that variants put into a slot.
    fn called(&self, callee: &Callee) -> Vec<&'m Arc<Module>> {
        let model = self.model;
        match callee {
            Callee::Block(name) => model.block(name).into_iter().collect(),
            Callee::Slot(slot) => {
                let variants = model.root.variants.iter();
                let fillings = variants.flat_map(|variant| &variant.slots);
                let all = model.root.slots.iter().chain(fillings);
                let own = all.filter(|filled| filled.name.value == slot.value);
                own.filter_map(|filled| model.block(&filled.value))
                    .collect()
            }
        }
    }
}
