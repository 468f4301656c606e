//! Which variants of a model are meant: its own, or blocks that are tried in
//! their place.
//!
//! A variant is asked for by the name of one of the model's own, by that of a
//! block that ships, or by the path of a block file; `mine=./block.toml` also
//! says what it is to be called. Without that, the model's own and the blocks
//! that ship keep their names, and a block file has the name that stands in it.
//! So no two variants of one name can be meant.

use std::sync::Arc;

use super::{Model, Module, Named, Variant};
use crate::catalog::{Finder, Kind, is_path};
use crate::source::{Diagnostic, Problems, Spanned};

impl Model {
    /// Finds the variants that are `wanted`, adds those that are not the
    /// model's own, and gives the names that all of them have then. A block is
    /// tried in the slot that the variants of the model differ in, or in its
    /// only slot.
    ///
    /// # Errors
    /// Variants that there are not, blocks that cannot be read, a model without
    /// such a slot, two variants that would have one name.
    pub fn choose(
        &mut self,
        wanted: &[Spanned<String>],
        finder: &dyn Finder,
    ) -> Result<Vec<String>, Problems> {
        let mut problems = Problems::new();
        // Not what is added: a model without variants is the only one of its own.
        let own: Vec<String> = (self.variant_names().into_iter())
            .map(str::to_owned)
            .collect();
        let mut chosen: Vec<String> = Vec::new();
        for one in wanted {
            match self.variant(one, &own, finder) {
                Ok(name) if chosen.contains(&name) => {
                    let message = format!("variant `{name}` is given twice");
                    problems.push(Diagnostic::at(&one.place, message));
                }
                Ok(name) => chosen.push(name),
                Err(mistakes) => problems.extend(mistakes),
            }
        }
        problems.or(chosen)
    }

    /// The name of one variant, which is added if need be.
    fn variant(
        &mut self,
        wanted: &Spanned<String>,
        own: &[String],
        finder: &dyn Finder,
    ) -> Result<String, Problems> {
        let (name, meant) = parts(wanted)?;
        let is_own = !is_path(&meant.value) && own.contains(&meant.value);
        if is_own && name.is_none_or(|name| name == meant.value) {
            return Ok(meant.value);
        }
        let mut variant = match is_own {
            true => self.own_variant(&meant),
            false => self.of_block(&meant, finder)?,
        };
        if let Some(name) = name {
            name.clone_into(&mut variant.name.value);
        }
        let name = variant.name.value.clone();
        if own.contains(&name) || self.variant_names().contains(&name.as_str()) {
            let message = format!("two variants would be called `{name}`");
            return Err(Diagnostic::at(&wanted.place, message)
                .help(format!(
                    "give this one another name: `NAME={}`",
                    meant.value
                ))
                .into());
        }
        let mut root = Module::clone(&self.root);
        root.variants.push(variant);
        self.root = Arc::new(root);
        Ok(name)
    }

    /// The model's own variant of this name. A model without variants is one.
    fn own_variant(&self, name: &Spanned<String>) -> Variant {
        let mut variants = self.root.variants.iter();
        let found = variants.find(|variant| variant.name.value == name.value);
        found.cloned().unwrap_or_else(|| Variant {
            name: name.clone(),
            slots: Vec::new(),
            set: Vec::new(),
        })
    }

    /// The variant that tries a block, which is read with all that it names.
    fn of_block(
        &mut self,
        callee: &Spanned<String>,
        finder: &dyn Finder,
    ) -> Result<Variant, Problems> {
        let Some(slot) = self.open_slot().cloned() else {
            let known = self.variant_names();
            let message = format!("`{}` has no variant `{}`", self.root.name, callee.value);
            return Err(Diagnostic::at(&callee.place, message)
                .known(&callee.value, known)
                .into());
        };
        if !is_path(&callee.value) {
            self.check_known(callee, finder)?;
        }
        let mut problems = Problems::new();
        self.blocks.add(vec![callee.clone()], finder, &mut problems);
        self.renamed.extend(problems.take_renamed());
        let block = self.blocks.find(callee);
        let mut variant = Variant::of_slot(&slot, &callee.value, &callee.place);
        if let Some(block) = block.filter(|_| is_path(&callee.value)) {
            block.name.clone_into(&mut variant.name.value);
        }
        problems.or(variant)
    }

    /// A name must be that of a variant or of a block.
    fn check_known(&self, callee: &Spanned<String>, finder: &dyn Finder) -> Result<(), Diagnostic> {
        let is_own = self.blocks.own(callee).is_some();
        if is_own || finder.find(Kind::Block, callee).is_ok() {
            return Ok(());
        }
        let name = &callee.value;
        let mut known = self.blocks.known(finder);
        let variants = self.root.variants.iter();
        known.splice(0..0, variants.map(|variant| variant.name.value.as_str()));
        let message = format!(
            "`{}` has no variant `{name}`, and no block `{name}`",
            self.root.name
        );
        Err(Diagnostic::at(&callee.place, message).known(name, known))
    }

    /// The slot that the variants differ in, or the only one.
    fn open_slot(&self) -> Option<&Named<String>> {
        let filled = |slot: &&Named<String>| {
            let name = &slot.name.value;
            let variants = self.root.variants.iter();
            variants
                .flat_map(|variant| &variant.slots)
                .any(|filled| filled.name.value == *name)
        };
        let mut varied = self.root.slots.iter().filter(filled);
        match (varied.next(), varied.next(), self.root.slots.as_slice()) {
            (Some(slot), None, _) => Some(slot),
            (None, _, [slot]) => Some(slot),
            _ => None,
        }
    }
}

/// `mine=./block.toml`: the name that is given, if one is, and what is meant. A
/// path may have a `=` in it after its first slash.
fn parts(wanted: &Spanned<String>) -> Result<(Option<&str>, Spanned<String>), Diagnostic> {
    let place = &wanted.place;
    let text = wanted.value.trim();
    let (name, meant) = match text.split_once('=') {
        Some((name, meant)) if !is_path(name) => (Some(name.trim()), meant.trim()),
        _ => (None, text),
    };
    if meant.is_empty() || name == Some("") {
        let message = format!("`{text}` names no variant");
        return Err(Diagnostic::at(place, message).help("write `NAME`, `PATH` or `NAME=PATH`"));
    }
    Ok((name, Spanned::new(meant.to_owned(), place.clone())))
}
