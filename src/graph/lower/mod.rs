//! From a model to the blocks and ops of one variant.
//!
//! It assumes a model that was read without mistakes. It leaves [`Lowered`]:
//! every block instantiated in the place of its call, names and settings put
//! in, ops wired to what they take, every shape inferred; a repeated block
//! stands there once. Nothing is known yet of the values of tensors.
//!
//! | file | what it does |
//! |---|---|
//! | `lowered` | what is left to the next pass |
//! | `settings` | what is set from outside, and what fills the slots |
//! | `order` | the order of a module's ops |
//! | `lowering` | the state, its limits, and the mistakes found so far |
//! | `body` | the ops of one module, one after the other |
//! | `op` | one op: its operands, whether it runs, its place among the others |
//! | `form` | what each form of an op makes of its operands |
//! | `einsum` | the same for einsums, and their biases |
//! | `linear` | in which numbers linear layers compute |
//! | `source` | inputs, weights, and the numbers they are made of |
//! | `call` | which block stands in the place of an op, with which numbers |
//! | `instance` | what the names of a block stand for in one place |
//!
//! Mistakes are noted in [`Problems`] where they are found; `Reported` then says
//! to those further up only that something is missing.

mod body;
mod call;
mod einsum;
mod form;
mod instance;
mod linear;
mod lowered;
mod lowering;
mod op;
mod order;
mod settings;
mod source;

pub(super) use self::lowered::{Body, Call, Item, Lowered, LoweredOp, Repeat, ValueId};
pub use self::settings::set_twice;
pub(super) use self::settings::settable_numbers;
pub use self::settings::{Setting, meant, settable, settings_of};

use self::lowering::Lowering;
use super::scopes;
use crate::model::Model;
use crate::source::{Diagnostic, Problems};

/// Lowers one variant of `model`, with `settings` over its defaults.
///
/// # Errors
/// Everything that keeps it from having a graph, the values of tensors aside.
pub(super) fn lower<'m>(
    model: &'m Model,
    variant: &'m str,
    settings: &[Setting],
) -> Result<Lowered<'m>, Problems> {
    let mut problems = Problems::new();
    let chosen = (model.root.variants.iter()).find(|known| known.name.value == variant);
    let numbers = settings::gather(model, chosen, settings, &mut problems);
    scopes::check(model, &mut problems);
    check_densities(model, &mut problems);
    if !problems.is_empty() {
        return Err(problems);
    }
    let slots = settings::Slots::of(model, chosen, &mut problems);
    let set = settings::set_by(chosen);
    let mut lowering = Lowering::new(model, numbers, set, slots, problems);
    let body = lowering.root();
    let typed = settings.iter().map(|set| set.name.value.clone());
    lowering.finish(variant, body.ok(), typed.collect())
}

/// Reports the variants that densities are said to be of and that are none.
fn check_densities(model: &Model, problems: &mut Problems) {
    let known = model.variant_names();
    let named = (model.densities.iter()).flat_map(|densities| &densities.variants);
    for variant in named.filter(|variant| !known.contains(&variant.value.as_str())) {
        let message = format!("`{}` has no variant `{}`", model.root.name, variant.value);
        let mistake = Diagnostic::at(&variant.place, message);
        problems.push(mistake.known(&variant.value, known.iter().copied()));
    }
}
