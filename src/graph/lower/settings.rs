//! What is set from outside: numbers by the variant and the user, blocks in
//! slots by the variant.

use std::collections::{BTreeMap, BTreeSet};

use crate::formula::Formula;
use crate::import::Given;
use crate::model::{Model, Module, NumberRole, Variant};
use crate::source::{Diagnostic, Place, Problems, Spanned};

/// A number set from outside the model, such as `--set n=64`.
#[derive(Debug, Clone, PartialEq)]
pub struct Setting {
    /// The dim or parameter.
    pub name: Spanned<String>,
    /// Its value, or a formula over the model's dims.
    pub formula: Formula,
}

impl Setting {
    /// The sizes among `settings`, which an import knows before it infers
    /// shapes.
    pub fn given(settings: &[Setting]) -> Given {
        let settings = settings.iter();
        Given::of(settings.map(|set| (set.name.value.clone(), &set.formula)))
    }

    /// The same settings by the names that `model` has for its dims, where some
    /// are called as in the file which it was made from.
    ///
    /// # Errors
    /// A dim that is set by two of its names.
    pub fn by_names_of(model: &Model, settings: &[Setting]) -> Result<Vec<Setting>, Problems> {
        let mut problems = Problems::new();
        let mut named: Vec<Setting> = Vec::with_capacity(settings.len());
        for setting in settings {
            let typed = &setting.name.value;
            let name = model.named_by(typed).unwrap_or(typed);
            let known = named.iter().find(|known| known.name.value == name);
            if let Some(first) = known {
                problems.push(set_twice(&setting.name, name, &first.name.place));
            }
            named.push(Setting {
                name: Spanned::new(name.to_owned(), setting.name.place.clone()),
                formula: setting.formula.clone(),
            });
        }
        problems.or(named)
    }
}

/// The mistake for a number that is set once more, perhaps by another of its
/// names.
pub fn set_twice(typed: &Spanned<String>, name: &str, first: &Place) -> Diagnostic {
    let message = match typed.value == name {
        true => format!("`{name}` is given twice"),
        false => format!("`{}`, which is `{name}`, is given twice", typed.value),
    };
    Diagnostic::at(&typed.place, message).and(first, "first here")
}

/// Every dim and parameter of a model and its blocks that can be set, and every
/// dim that must be.
pub fn settable(model: &Model) -> BTreeSet<&str> {
    modules(model)
        .flat_map(|module| &module.numbers)
        .filter(|number| number.role != NumberRole::Derived)
        .map(|number| &number.name)
        .chain(&model.root.needs)
        .map(|name| name.value.as_str())
        .collect()
}

/// Which of several variants side by side a plain name means, where `sets` says
/// of each whether it sets that number for itself: those that do, or all where
/// none does. `t` in `--over t=1..64` is the number of steps of the spiking
/// variant that has one of its own, and not that of the baseline beside it.
pub fn meant(sets: &[bool]) -> Vec<bool> {
    let by_none = !sets.contains(&true);
    sets.iter().map(|sets| *sets || by_none).collect()
}

/// What of `settings` is meant for each of the `variants` of a model that stand
/// side by side; see [`meant`]. A dim without a default is meant for all: some
/// would be left without a value.
pub fn settings_of(model: &Model, variants: &[String], settings: &[Setting]) -> Vec<Vec<Setting>> {
    let mut all = vec![Vec::new(); variants.len()];
    for setting in settings {
        let name = &setting.name.value;
        let sets: Vec<bool> = (variants.iter())
            .map(|variant| model.variant_sets(variant, name))
            .collect();
        let needed = model.root.needs.iter().any(|need| need.value == *name);
        for (settings, meant) in all.iter_mut().zip(meant(&sets)) {
            if meant || needed {
                settings.push(setting.clone());
            }
        }
    }
    all
}

/// The numbers that a variant sets for itself.
pub(super) fn set_by(chosen: Option<&Variant>) -> BTreeSet<String> {
    let set = chosen.into_iter().flat_map(|variant| &variant.set);
    set.map(|(name, _)| name.value.clone()).collect()
}

/// What the settable numbers of this name are in `variant` where nobody else sets
/// them: what the variant gives them, else what each module does.
pub(in crate::graph) fn settable_numbers<'m>(
    model: &'m Model,
    variant: &str,
    name: &str,
) -> impl Iterator<Item = &'m Formula> {
    let chosen = (model.root.variants.iter()).find(|known| known.name.value == variant);
    let mut of_variant = chosen.into_iter().flat_map(|chosen| &chosen.set);
    let of_variant = of_variant.find(|(known, _)| known.value == name);
    let of_modules = (modules(model).flat_map(|module| &module.numbers))
        .filter(move |number| number.role != NumberRole::Derived && number.name.value == name);
    let of_modules = of_modules.filter(move |_| of_variant.is_none());
    (of_variant.into_iter().map(|(_, formula)| formula))
        .chain(of_modules.map(|number| &number.formula))
}

fn modules(model: &Model) -> impl Iterator<Item = &Module> {
    std::iter::once(&*model.root).chain(model.blocks().map(|(_, block)| &**block))
}

/// The numbers that the variant sets and, over them, those that the user sets.
pub(super) fn gather(
    model: &Model,
    chosen: Option<&Variant>,
    settings: &[Setting],
    problems: &mut Problems,
) -> BTreeMap<String, Formula> {
    let known = settable(model);
    let of_variant = chosen.into_iter().flat_map(|variant| &variant.set);
    let of_user = settings.iter().map(|set| (&set.name, &set.formula));
    let mut numbers = BTreeMap::new();
    for (name, formula) in of_variant
        .map(|(name, formula)| (name, formula))
        .chain(of_user)
    {
        if !known.contains(name.value.as_str()) {
            problems.push(
                Diagnostic::at(
                    &name.place,
                    format!("unknown dim or parameter `{}`", name.value),
                )
                .known(&name.value, known.iter().copied()),
            );
        }
        numbers.insert(name.value.clone(), formula.clone());
    }
    numbers
}

/// What fills each slot.
///
/// The variant's choice stands before all others; then that of the model, of
/// the block that the model calls, and so on inwards. So a model can put its
/// own activation into a feed-forward block, which has a default of its own.
pub(super) struct Slots<'m> {
    chosen: BTreeMap<&'m str, &'m Spanned<String>>,
}

impl<'m> Slots<'m> {
    pub(super) fn of(
        model: &Model,
        chosen: Option<&'m Variant>,
        problems: &mut Problems,
    ) -> Slots<'m> {
        let known: BTreeSet<&str> = modules(model)
            .flat_map(|module| &module.slots)
            .map(|slot| slot.name.value.as_str())
            .collect();
        let mut slots = BTreeMap::new();
        for slot in chosen.map_or(&[][..], |variant| &variant.slots) {
            let name = slot.name.value.as_str();
            if known.contains(name) {
                slots.insert(name, &slot.value);
            } else {
                problems.push(
                    Diagnostic::at(&slot.name.place, format!("no slot `{name}`"))
                        .known(name, known.iter().copied()),
                );
            }
        }
        Slots { chosen: slots }
    }

    /// The block in the slot `name`, for the modules `open` around the call,
    /// the model first.
    pub(super) fn block(
        &self,
        name: &str,
        open: &[(&str, &'m Module)],
    ) -> Option<&'m Spanned<String>> {
        self.chosen.get(name).copied().or_else(|| {
            let mut slots = open.iter().flat_map(|(_, module)| &module.slots);
            slots
                .find(|slot| slot.name.value == name)
                .map(|slot| &slot.value)
        })
    }
}
