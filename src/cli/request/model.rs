//! A model with its variants and what was set on it.

use std::sync::Arc;

use crate::census::Conventions;
use crate::cli::args::{ModelArgs, PriceArgs};
use crate::cli::loading;
use crate::cli::settings::{EntrySetting, Set, check_settings};
use crate::cli::typed::Typed;
use crate::energy::Counted;
use crate::format::Format;
use crate::formula::Formula;
use crate::graph::{OpGraph, Setting, Unfold, lower, lower_unchecked};
use crate::loader::Loader;
use crate::model::Model;
use crate::number;
use crate::source::{Problems, Spanned};

use super::PriceRequest;

/// A model with what was set on it, ready to be lowered.
pub(in crate::cli) struct ModelRequest {
    pub(in crate::cli) model: Model,
    loader: Arc<Loader>,
    settings: Vec<Setting>,
    /// Whether an operator that is not known is a mistake.
    strict: bool,
    /// Table entries that were set: table, format and primitive as typed.
    pub(super) entries: Vec<EntrySetting>,
    /// The variants asked for, or all.
    pub(in crate::cli) variants: Vec<String>,
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
        variants: &[String],
        unnamed: Unnamed,
    ) -> Result<ModelRequest, Problems> {
        let mut problems = Problems::new();
        let Set { settings, entries } = Set::new(&args.set, &mut problems);
        let mut model = match loader.model(&args.model) {
            Ok(model) => Arc::unwrap_or_clone(model),
            Err(mistakes) => {
                loading::tell_notes(loader);
                problems.extend(mistakes);
                return Err(problems);
            }
        };
        let wanted: Vec<Spanned<String>> = (variants.iter())
            .map(|variant| Typed::new("--variant", variant).spanned(variant))
            .collect();
        let mut chosen = problems
            .note(loader.choose(&mut model, &wanted))
            .unwrap_or_default();
        loading::tell_notes(loader);
        if let Some(path) = &args.densities {
            let path = Typed::new("--densities", path).spanned(path);
            model.densities = problems.note(loader.densities(&path));
        }
        // A block that is tried may have parameters of its own.
        check_settings(&model, &settings, &mut problems);
        if variants.is_empty() {
            let all = model.variant_names().into_iter().map(str::to_owned);
            chosen = match unnamed {
                Unnamed::First => all.take(1).collect(),
                Unnamed::All => all.collect(),
            };
        }
        problems.or(ModelRequest {
            model,
            loader: Arc::clone(loader),
            settings,
            strict: args.strict.strict,
            entries,
            variants: chosen,
        })
    }

    /// What the model is priced with.
    pub(in crate::cli) fn prices(
        &self,
        prices: &PriceArgs,
        tables: &[&str],
    ) -> Result<PriceRequest, Problems> {
        PriceRequest::new(prices, &self.entries, tables, &self.loader)
    }

    /// The same with the first variants only.
    pub(in crate::cli) fn only(mut self, variants: usize) -> ModelRequest {
        self.variants.truncate(variants);
        self
    }

    /// Gives the dim `name`, which runs over a range, some value, if the model
    /// needs one and nobody has set it; whether it did.
    pub(in crate::cli) fn fill(&mut self, name: &str) -> bool {
        let root = &self.model.root;
        let needed = root.needs.iter().any(|need| need.value == name);
        let is_set = self.settings.iter().any(|set| set.name.value == name)
            || (root.variants.iter())
                .flat_map(|variant| &variant.set)
                .any(|(set, _)| set.value == name);
        if !needed || is_set {
            return false;
        }
        let place = Typed::new("--over", name).whole();
        self.settings.push(Setting {
            name: Spanned::new(name.to_owned(), place.clone()),
            formula: Formula::number(number::whole(1), &place),
        });
        true
    }

    /// The format that it has unless another is asked for.
    pub(in crate::cli) fn own_format(&self) -> Format {
        self.model.root.format.unwrap_or(Format::FP32)
    }

    /// The graph of one variant.
    pub(in crate::cli) fn graph(&self, variant: &str, unfold: Unfold) -> Result<OpGraph, Problems> {
        lower(&self.model, variant, &self.settings, unfold)?.known_if(self.strict)
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
            lower_unchecked(&self.model, variant, &self.settings, Unfold::No)?.known_if(self.strict)
        })
    }

    fn counted_from(
        &self,
        conventions: Conventions,
        graph: impl Fn(&str) -> Result<OpGraph, Problems>,
    ) -> Result<Vec<Counted>, Problems> {
        let mut problems = Problems::new();
        let mut all = Vec::new();
        for variant in &self.variants {
            match graph(variant).and_then(|graph| Counted::new(graph, conventions)) {
                Ok(counted) => all.push(counted),
                Err(mistakes) => problems.extend(mistakes),
            }
        }
        problems.or(all)
    }
}
