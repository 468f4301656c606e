//! A model with its variants and what was set on it.

use std::collections::BTreeSet;
use std::sync::Arc;

use num_rational::BigRational;

use crate::census::Conventions;
use crate::cli::arg_source::ArgSource;
use crate::cli::args::{ModelArgs, PriceArgs, VariantsArgs};
use crate::cli::loading;
use crate::cli::name::NumberName;
use crate::cli::settings::{HardwareSet, NumberSetting, Set, check_known, check_value};
use crate::energy::Counted;
use crate::format::Format;
use crate::formula::Formula;
use crate::graph::{OpGraph, Setting, Unfold, lower, lower_unchecked, meant, stored_apart};
use crate::loader::Loader;
use crate::model::{CONTEXT, Model, Phase};
use crate::source::{Diagnostic, Place, Problems, Spanned};

use super::PriceRequest;

/// A model with what was set on it, ready to be lowered.
pub(in crate::cli) struct ModelRequest {
    pub(in crate::cli) model: Model,
    loader: Arc<Loader>,
    /// What is set on each variant.
    settings: Vec<VariantSettings>,
    /// Whether an operator that is not known is a mistake.
    strict: bool,
    /// What was set of the hardware.
    pub(super) hardware: HardwareSet,
    /// The variants asked for, or all.
    pub(in crate::cli) variants: Vec<String>,
}

/// What is set on one variant.
#[derive(Debug, Clone, Default)]
struct VariantSettings {
    settings: Vec<Setting>,
    /// The names among them that were set on this variant alone.
    own: BTreeSet<String>,
}

impl VariantSettings {
    fn has(&self, name: &str) -> bool {
        self.settings.iter().any(|set| set.name.value == name)
    }

    fn set(&mut self, setting: Setting) {
        self.settings
            .retain(|known| known.name.value != setting.name.value);
        self.settings.push(setting);
    }
}

/// The phase that is asked for.
fn phase(args: &ModelArgs) -> Result<Phase, Problems> {
    let typed = |flag: &str, word: &Option<String>| {
        let word = word.as_ref()?;
        Some(ArgSource::new(flag, word).spanned(word))
    };
    let phase = ArgSource::new("--phase", &args.phase).spanned(&args.phase);
    Ok(Phase::of_words(
        &phase,
        typed("--optimizer", &args.optimizer),
        typed("--activations", &args.activations),
    )?)
}

/// Which variants are meant where none is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Unnamed {
    /// The baseline.
    First,
    /// All of the model.
    All,
}

impl ModelRequest {
    pub(in crate::cli) fn new(
        loader: &Arc<Loader>,
        args: &ModelArgs,
        variants: &VariantsArgs,
        unnamed: Unnamed,
    ) -> Result<ModelRequest, Problems> {
        ModelRequest::leaving_open(loader, args, variants, unnamed, &[])
    }

    /// The same, where some dims of a graph, as typed, are symbols in its import
    /// although they are set.
    pub(in crate::cli) fn leaving_open(
        loader: &Arc<Loader>,
        args: &ModelArgs,
        variants: &VariantsArgs,
        unnamed: Unnamed,
        open: &[String],
    ) -> Result<ModelRequest, Problems> {
        let mut problems = Problems::new();
        let mut set = Set::new(&args.set, &mut problems);
        let mut given = set.given();
        if args.densities.is_some() {
            given = given.with_densities();
        }
        open.iter().for_each(|dim| given.leave_open(dim));
        let mut model = match loader.model_given(&args.model, &given) {
            Ok(model) => Arc::unwrap_or_clone(model),
            Err(mistakes) => {
                loading::tell_notes_to(&args.scan.caller, loader);
                problems.extend(mistakes);
                return Err(problems);
            }
        };
        model = match phase(args).and_then(|phase| model.clone().in_phase(phase)) {
            Ok(model) => model,
            Err(mistakes) => {
                problems.extend(mistakes);
                return Err(problems);
            }
        };
        problems.note(set.by_names_of(&model));
        let Set { numbers, hardware } = set;
        let wanted: Vec<Spanned<String>> = (variants.variants.iter())
            .map(|variant| ArgSource::new(variants.flag, variant).spanned(variant))
            .collect();
        let mut chosen = problems
            .note(loader.choose(&mut model, &wanted))
            .unwrap_or_default();
        loading::tell_notes_to(&args.scan.caller, loader);
        if let Some(path) = &args.densities {
            let path = ArgSource::new("--densities", path).spanned(path);
            model.densities = problems.note(loader.densities(&path));
        }
        if wanted.is_empty() {
            let all = model.variant_names().into_iter().map(str::to_owned);
            chosen = match unnamed {
                Unnamed::First => all.take(1).collect(),
                Unnamed::All => all.collect(),
            };
        }
        let mut request = ModelRequest {
            settings: vec![VariantSettings::default(); chosen.len()],
            model,
            loader: Arc::clone(loader),
            strict: args.strict.strict,
            hardware,
            variants: chosen,
        };
        // A block that is tried may have parameters of its own. What is set on
        // one variant goes before what is set on all.
        let (plain, own): (Vec<_>, Vec<_>) =
            numbers.iter().partition(|set| set.name.owner.is_none());
        for setting in own.into_iter().chain(plain) {
            if let Err(mistake) = request.set(setting) {
                problems.push(mistake);
            }
        }
        problems.or(request)
    }

    /// Takes over what was given with `--set`.
    fn set(&mut self, setting: &NumberSetting) -> Result<(), Diagnostic> {
        let name = &setting.name;
        let meant = self
            .meant(name)?
            .ok_or_else(|| name.unknown_owner(&self.variants))?;
        check_known(&self.model, name)?;
        check_value(&self.model, setting)?;
        for (settings, meant) in self.settings.iter_mut().zip(meant) {
            if meant {
                settings.set(setting.setting());
                if name.owner.is_some() {
                    settings.own.insert(name.name.clone());
                }
            }
        }
        Ok(())
    }

    /// Which variants a name means: the one before its dot; of a plain name
    /// those that have it set for themselves, or all if none has. A variant on
    /// which a number was set by itself is not meant by the plain name. Nothing
    /// where what stands before the dot is no variant.
    pub(in crate::cli) fn meant(&self, name: &NumberName) -> Result<Option<Vec<bool>>, Diagnostic> {
        if let Some(owner) = &name.owner {
            let meant: Vec<bool> = self.variants.iter().map(|known| known == owner).collect();
            if !meant.contains(&true) && self.model.variant_names().contains(&owner.as_str()) {
                let message = format!("variant `{owner}` is not among those asked for");
                return Err(Diagnostic::at(&name.place, message)
                    .help(format!("these are `{}`", self.variants.join("`, `"))));
            }
            return Ok(meant.contains(&true).then_some(meant));
        }
        let sets: Vec<bool> = (self.variants.iter())
            .map(|variant| self.model.variant_sets(variant, &name.name))
            .collect();
        // Who is left without a value is meant as well.
        let needed = self
            .model
            .root
            .needs
            .iter()
            .any(|need| need.value == name.name);
        let mut meant = if needed {
            vec![true; sets.len()]
        } else {
            meant(&sets)
        };
        for (meant, settings) in meant.iter_mut().zip(&self.settings) {
            *meant &= !settings.own.contains(&name.name);
        }
        if !meant.contains(&true) {
            let name_of = |variant: &String| format!("{variant}.{}", name.name);
            let own: Vec<String> = self.variants.iter().map(name_of).collect();
            let message = format!(
                "`{}` is given for a variant by itself, and means no other",
                name.name
            );
            return Err(Diagnostic::at(&name.place, message)
                .help(format!("name the variant: one of `{}`", own.join("`, `"))));
        }
        Ok(Some(meant))
    }

    /// Leaves a number open in the variants that `meant` marks: it has `value`,
    /// and stays a symbol.
    pub(in crate::cli) fn leave_open(
        &mut self,
        name: &NumberName,
        meant: &[bool],
        value: BigRational,
    ) {
        let formula = Formula::number(value, &name.place);
        for (settings, _) in self
            .settings
            .iter_mut()
            .zip(meant)
            .filter(|(_, meant)| **meant)
        {
            settings.set(Setting {
                name: Spanned::new(name.name.clone(), name.place.clone()),
                formula: formula.clone(),
            });
            if name.owner.is_some() {
                settings.own.insert(name.name.clone());
            }
        }
    }

    /// Whether a number was given with `--set` to any of the variants that
    /// `meant` marks, and where.
    pub(in crate::cli) fn given(&self, name: &NumberName, meant: &[bool]) -> Option<Place> {
        let settings = self.settings.iter().zip(meant).filter(|(_, meant)| **meant);
        let mut set = settings.flat_map(|(settings, _)| &settings.settings);
        let found = set.find(|set| set.name.value == name.name)?;
        Some(found.name.place.clone())
    }

    /// What the model is priced with.
    pub(in crate::cli) fn prices(
        &self,
        prices: &PriceArgs,
        tables: &[&str],
    ) -> Result<PriceRequest, Problems> {
        PriceRequest::new(prices, &self.hardware, tables, &self.loader)
    }

    /// The same with the first variants only.
    pub(in crate::cli) fn only(mut self, variants: usize) -> ModelRequest {
        self.variants.truncate(variants);
        self.settings.truncate(variants);
        self
    }

    /// Whether the model needs a number that nobody has set on some variant.
    pub(in crate::cli) fn lacks(&self, name: &str) -> bool {
        let needed = self.model.root.needs.iter().any(|need| need.value == name);
        let mut variants = self.variants.iter().zip(&self.settings);
        needed
            && variants.any(|(variant, settings)| {
                !settings.has(name) && !self.model.variant_sets(variant, name)
            })
    }

    /// Whether a number is how many tokens came before, and nobody has set it, so
    /// that it follows from those of a prefill.
    pub(in crate::cli) fn follows_tokens(&self, name: &NumberName, meant: Option<&[bool]>) -> bool {
        let is_context = self.model.phase() == Phase::Decode && name.name == CONTEXT;
        is_context && meant.is_some_and(|meant| self.given(name, meant).is_none())
    }

    /// The format that it has unless another is asked for.
    pub(in crate::cli) fn own_format(&self) -> Format {
        self.model.root.format.unwrap_or(Format::FP32)
    }

    /// The graph of one variant.
    pub(in crate::cli) fn graph(&self, variant: &str, unfold: Unfold) -> Result<OpGraph, Problems> {
        self.lowered(variant, |settings| {
            lower(&self.model, variant, settings, unfold)
        })
    }

    fn lowered(
        &self,
        variant: &str,
        lower: impl Fn(&[Setting]) -> Result<OpGraph, Problems>,
    ) -> Result<OpGraph, Problems> {
        let at = self.variants.iter().position(|known| known == variant);
        let none = VariantSettings::default();
        let settings = at.and_then(|at| self.settings.get(at)).unwrap_or(&none);
        let mut graph = lower(&settings.settings)?;
        for name in &settings.own {
            graph.note_own(name);
        }
        graph.known_if(self.strict)
    }

    /// Every variant, lowered and counted.
    pub(in crate::cli) fn counted(
        &self,
        conventions: Conventions,
    ) -> Result<Vec<Counted>, Problems> {
        self.counted_from(conventions, |variant| self.graph(variant, Unfold::No))
    }

    /// The same, whether or not the dims fit.
    pub(in crate::cli) fn unchecked(
        &self,
        conventions: Conventions,
    ) -> Result<Vec<Counted>, Problems> {
        self.counted_from(conventions, |variant| {
            let lower =
                |settings: &[Setting]| lower_unchecked(&self.model, variant, settings, Unfold::No);
            self.lowered(variant, lower)
        })
    }

    /// Tells of the weights of which the file that they lie in holds another
    /// number. It is the file of the baseline.
    fn hold_against_file(&self, variant: &str, graph: &OpGraph) {
        if self.model.variant_names().first() == Some(&variant) {
            for apart in stored_apart(&self.model, graph) {
                self.loader.note(apart.to_string());
            }
            loading::tell_notes(&self.loader);
        }
    }

    fn counted_from(
        &self,
        conventions: Conventions,
        graph: impl Fn(&str) -> Result<OpGraph, Problems>,
    ) -> Result<Vec<Counted>, Problems> {
        let mut problems = Problems::new();
        let mut all = Vec::new();
        for variant in &self.variants {
            let graph = graph(variant).inspect(|graph| self.hold_against_file(variant, graph));
            match graph.and_then(|graph| Counted::new(graph, conventions)) {
                Ok(counted) => all.push(counted),
                Err(mistakes) => problems.extend(mistakes),
            }
        }
        problems.or(all)
    }
}
