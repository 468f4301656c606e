//! From a file to a [`Module`], part by part; every mistake is noted.

mod dims;
mod input;
pub(crate) mod keys;
mod linear;
mod op;
mod outlined;
mod stored;
mod values;
mod weight;

use std::sync::Arc;

use self::dims::Dims;
use self::input::inputs;
use self::keys::{BLOCK, MODEL, VARIANT};
use self::linear::linear;
use self::op::op;
use self::outlined::outlined_ops;
use self::stored::stored;
use self::values::{entries, format, formula, formulas, list, names};
use self::weight::weights;
use super::chains::check_chains;
use super::limits;
use super::module::{
    Module, ModuleKind, Named, Number, NumberRole, OwnBlock, Scope, TokenAxis, Variant, WeightRole,
};
use crate::hash::FastMap;
use crate::source::{
    Datum, Diagnostic, Fields, Outline, Place, Problems, Shape, Source, Spanned, Value, at_most,
    parse_toml,
};

pub use self::values::read_numbers;

impl ModuleKind {
    /// The keys of such a file.
    fn shape(self) -> &'static Shape {
        match self {
            ModuleKind::Model => &MODEL,
            ModuleKind::Block => &BLOCK,
        }
    }
}

impl Module {
    /// Reads a model or block file, noting every mistake in it. `None` only
    /// where nothing of it could be read.
    pub fn read(source: &Arc<Source>, kind: ModuleKind, problems: &mut Problems) -> Option<Module> {
        if source.text().trim().is_empty() {
            problems.push(
                Diagnostic::at(&Place::new(source, 0..0), "the file is empty")
                    .help("begin with `name = \"…\"`, `inputs = { … }` and an `[[op]]`"),
            );
            return None;
        }
        if source.text().len() > Source::max_model_bytes() {
            let most = Source::max_model_bytes() >> 20;
            let message = format!("the model is larger than {most} MiB, the most that is read");
            problems.push(Diagnostic::at(&Place::new(source, 0..0), message));
            return None;
        }
        let root = parse_toml(source, problems)?;
        Module::of_root(&root, kind, source, None, problems)
    }

    /// The model of a text that a program of ours has written, by its outline.
    pub(super) fn of_outline(
        source: &Arc<Source>,
        outline: &Outline,
        problems: &mut Problems,
    ) -> Option<Module> {
        debug_assert_eq!(
            Some(outline.read(source, None)),
            parse_toml(source, problems)
        );
        let root = outline.read(source, Some("op"));
        Module::of_root(&root, ModuleKind::Model, source, Some(outline), problems)
    }

    fn of_root(
        root: &Datum,
        kind: ModuleKind,
        source: &Arc<Source>,
        outline: Option<&Outline>,
        problems: &mut Problems,
    ) -> Option<Module> {
        let mut fields = Fields::shaped(root, kind.shape(), problems)?;
        if fields.has("boundary") && !fields.has("op") {
            let place = Place::new(source, 0..0);
            problems.push(
                Diagnostic::at(&place, "this is a hardware table, not a model")
                    .help("a table is given with `--table`; a model has `[[op]]`s"),
            );
            return None;
        }
        let module = Module::of(&mut fields, kind, (source, outline), "the file", problems);
        fields.finish(kind.words(), problems);
        Some(module)
    }

    /// A model or block of these `fields`; `what` has them. Its ops are among them
    /// or in the outline, if there is one.
    fn of(
        fields: &mut Fields<'_>,
        kind: ModuleKind,
        (source, outline): (&Arc<Source>, Option<&Outline>),
        what: &str,
        problems: &mut Problems,
    ) -> Module {
        let name = fields.require_name(what, problems);
        let mut dims = Dims::default();
        let mut numbers = Vec::new();
        let params = formulas(fields.take("params"), problems);
        let (role, sizes) = match kind {
            ModuleKind::Model => (
                NumberRole::Dim,
                dims.with_values(fields.take("dims"), problems),
            ),
            ModuleKind::Block => (NumberRole::Derived, formulas(fields.take("dims"), problems)),
        };
        for (role, read) in [(NumberRole::Param, params), (role, sizes)] {
            numbers.extend(read.into_iter().map(|(name, formula)| Number {
                name,
                role,
                formula,
            }));
        }
        let needs = match kind {
            ModuleKind::Model => dims.needed(fields.take("needs"), problems),
            ModuleKind::Block => names(fields.take("needs"), problems),
        };
        let module = Module {
            name: name.map_or_else(String::new, |name| name.value),
            about: fields.text("about", problems).map(|about| about.value),
            inputs: inputs(fields.take("inputs"), kind, problems),
            weights: weights(fields.take("weights"), problems),
            needs,
            numbers,
            emptiable: dims.emptiable,
            aliases: dims.aliases,
            tokens: match kind {
                ModuleKind::Model => {
                    let given = fields.take("tokens");
                    given.and_then(|node| token_axis(node, problems))
                }
                ModuleKind::Block => None,
            },
            fractional: names(
                fields.take_renamed("fractional", "uneven", problems),
                problems,
            ),
            slots: bindings(fields.take("slots"), problems),
            ops: match (fields.take("op"), outline) {
                (_, Some(outline)) => outlined_ops(source, outline, problems),
                (node, None) => list(node, limits::OPS, "ops", problems, op),
            },
            blocks: match kind {
                ModuleKind::Model => list(
                    fields.take("block"),
                    limits::OWN_BLOCKS,
                    "blocks",
                    problems,
                    |node, problems| own_block(node, source, problems),
                ),
                ModuleKind::Block => Vec::new(),
            },
            scopes: scopes(fields.take("scopes"), problems),
            variants: match kind {
                ModuleKind::Model => list(
                    fields.take("variant"),
                    limits::VARIANTS,
                    "variants",
                    problems,
                    variant,
                ),
                ModuleKind::Block => Vec::new(),
            },
            output: fields.text("output", problems),
            format: match kind {
                ModuleKind::Model => fields
                    .take("format")
                    .and_then(|node| format(node, problems)),
                ModuleKind::Block => None,
            },
            linear: match kind {
                ModuleKind::Model => linear(fields.take("linear"), problems),
                ModuleKind::Block => None,
            },
            stored: match kind {
                ModuleKind::Model => list(
                    fields.take("stored"),
                    limits::SCOPES,
                    "kinds of weights",
                    problems,
                    stored,
                ),
                ModuleKind::Block => Vec::new(),
            },
            bit_density: match kind {
                ModuleKind::Model => fields
                    .take("bit_density")
                    .and_then(|node| formula(node, problems)),
                ModuleKind::Block => None,
            },
            decode: match kind {
                ModuleKind::Model => formulas(fields.take("decode"), problems),
                ModuleKind::Block => Vec::new(),
            },
            densities: match kind {
                ModuleKind::Model => fields.text("densities", problems),
                ModuleKind::Block => None,
            },
            source: Arc::clone(source),
        };
        if module.ops.is_empty() && fields.take("op").is_none() {
            let message = format!("{what} has no `[[op]]`");
            problems.push(Diagnostic::at(fields.place(), message));
        }
        module.check_names(problems);
        module.check_decode(problems);
        module.check_states(problems);
        check_chains(&module.numbers, problems);
        module
    }

    /// What has another value when decoding has one else.
    fn check_decode(&self, problems: &mut Problems) {
        let params = (self.numbers.iter()).filter(|number| number.role == NumberRole::Param);
        let params: Vec<&str> = params.map(|number| number.name.value.as_str()).collect();
        for (name, _) in &self.decode {
            if !params.contains(&name.value.as_str()) {
                let message = format!("unknown parameter `{}`", name.value);
                let mistake = Diagnostic::at(&name.place, message);
                problems.push(mistake.known(&name.value, params.iter().copied()));
            }
        }
    }

    /// Within a module a name means one thing.
    fn check_names(&self, problems: &mut Problems) {
        let tensors = (self.inputs.iter().map(|input| &input.name))
            .chain(self.weights.iter().map(|weight| &weight.name))
            .chain(self.ops.iter().map(|op| &op.name));
        let numbers = (self.needs.iter()).chain(self.numbers.iter().map(|number| &number.name));
        unique(tensors.chain(numbers), "name", problems);
        unique(
            self.scopes.iter().map(|scope| &scope.name),
            "scope",
            problems,
        );
        unique(
            self.blocks.iter().map(|block| &block.name),
            "block",
            problems,
        );
        unique(
            self.variants.iter().map(|variant| &variant.name),
            "variant",
            problems,
        );
        if let Some(counted) = &self.tokens
            && let TokenAxis::Dim(tokens) = &counted.value
        {
            let known = || {
                let dims = self.numbers.iter().filter(|n| n.role == NumberRole::Dim);
                (self.needs.iter()).chain(dims.map(|number| &number.name))
            };
            if !known().any(|name| name.value == *tokens) {
                let message = format!("no dim `{tokens}` that could count tokens");
                let known = known().map(|name| name.value.as_str());
                problems.push(Diagnostic::at(&counted.place, message).known(tokens, known));
            }
        }
        if let Some(output) = &self.output {
            let known = || self.ops.iter().map(|op| op.name.value.as_str());
            if !known().any(|name| name == output.value) {
                problems.push(
                    Diagnostic::at(&output.place, format!("no op `{}`", output.value))
                        .known(&output.value, known()),
                );
            }
        }
    }
}

impl Module {
    /// A state is kept by one op, and nothing else is kept.
    fn check_states(&self, problems: &mut Problems) {
        let states = || {
            let weights = self.weights.iter();
            let states = weights.filter(|weight| weight.role == WeightRole::State);
            states.map(|state| &state.name)
        };
        let kept = || self.ops.iter().filter_map(|op| op.keeps.as_deref());
        for keeps in kept() {
            if !states().any(|state| state.value == keeps.value) {
                let message = format!("no state `{}` that could be kept", keeps.value);
                problems.push(
                    Diagnostic::at(&keeps.place, message)
                        .help("a state stands among the weights: `v = { shape = \"n d\", state = true }`")
                        .known(&keeps.value, states().map(|state| state.value.as_str())),
                );
            }
        }
        for state in states() {
            let mut all = kept().filter(|keeps| keeps.value == state.value);
            match (all.next(), all.next()) {
                (Some(_), None) => {}
                (None, _) => {
                    let message = format!("no op keeps the state `{}`", state.value);
                    let help = "the op whose result it is in the next step says `keeps`";
                    problems.push(Diagnostic::at(&state.place, message).help(help));
                }
                (Some(first), Some(second)) => {
                    let message = format!("the state `{}` is kept twice", state.value);
                    let mistake = Diagnostic::at(&second.place, message);
                    problems.push(mistake.and(&first.place, "kept here"));
                }
            }
        }
    }
}

/// A block that stands in a model file.
fn own_block(node: &Datum, source: &Arc<Source>, problems: &mut Problems) -> Option<OwnBlock> {
    let mut fields = Fields::shaped(node, &BLOCK, problems)?;
    let module = Module::of(
        &mut fields,
        ModuleKind::Block,
        (source, None),
        "the block",
        problems,
    );
    let name = fields.text("name", &mut Problems::new());
    fields.finish(ModuleKind::Block.words(), problems);
    Some(OwnBlock {
        name: name?,
        module: Arc::new(module),
    })
}

fn unique<'a>(
    names: impl Iterator<Item = &'a Spanned<String>>,
    what: &str,
    problems: &mut Problems,
) {
    let mut seen: FastMap<&str, &Place> = FastMap::default();
    for name in names {
        if let Some(first) = seen.get(name.value.as_str()) {
            problems.push(
                Diagnostic::at(
                    &name.place,
                    format!("the {what} `{}` is given twice", name.value),
                )
                .and(first, "first here"),
            );
        } else {
            seen.insert(&name.value, &name.place);
        }
    }
}

/// What counts tokens: a dim by its name, or an axis of the inputs.
fn token_axis(node: &Datum, problems: &mut Problems) -> Option<Spanned<TokenAxis>> {
    let axis = match &node.value {
        Value::Number(_) => {
            let axis = node.whole_number(limits::AXES as u64, problems)?;
            TokenAxis::Axis(usize::try_from(axis).ok()?)
        }
        _ => TokenAxis::Dim(node.text(problems)?.value),
    };
    Some(Spanned::new(axis, node.inside()))
}

/// A table of names for names: slots and the blocks that fill them.
fn bindings(node: Option<&Datum>, problems: &mut Problems) -> Vec<Named<String>> {
    let mut read = Vec::new();
    for (name, value) in entries(node, limits::NAMES, "slots", problems) {
        if let Some(value) = value.text(problems) {
            read.push(Named {
                name: name.clone(),
                value,
            });
        }
    }
    read
}

fn scopes(node: Option<&Datum>, problems: &mut Problems) -> Vec<Scope> {
    let mut read = Vec::new();
    for (name, value) in entries(node, limits::SCOPES, "scopes", problems) {
        let Some(mut members) = value.texts(problems) else {
            continue;
        };
        let kept = at_most(&members, limits::SCOPES, "members", &value.place, problems).len();
        members.truncate(kept);
        if members.is_empty() {
            let message = format!("the scope `{}` is empty", name.value);
            problems.push(Diagnostic::at(&value.place, message));
        }
        read.push(Scope {
            name: name.clone(),
            members,
        });
    }
    read
}

fn variant(node: &Datum, problems: &mut Problems) -> Option<Variant> {
    let mut fields = Fields::shaped(node, &VARIANT, problems)?;
    let name = fields.require_name("a variant", problems);
    let slots = bindings(fields.take("slots"), problems);
    let set = formulas(fields.take("set"), problems);
    fields.finish("a variant", problems);
    Some(Variant {
        name: name?,
        slots,
        set,
    })
}
