//! Report files: which results, in which order, under which conventions.

use std::fmt;

use crate::census::Conventions;
use crate::claims::conditions::{Known, PriceSpec, Topic};
use crate::format::Format;
use crate::graph::Setting;
use crate::model::Phase;
use crate::primitive::Primitive;
use crate::render::plot::FigureStyle;
use crate::source::{Place, Spanned};

/// A report file, read.
#[derive(Debug, Clone)]
pub struct Spec {
    /// Its name, which is that of its folder.
    pub name: Spanned<String>,
    /// Its title.
    pub title: String,
    /// What stands at its head.
    pub text: Vec<String>,
    /// The model that it is about.
    pub model: Spanned<String>,
    /// The variants, the baseline first.
    pub variants: Vec<Spanned<String>>,
    /// What is set on the model.
    pub set: Vec<Setting>,
    /// The file of densities that were measured of it.
    pub densities: Option<Spanned<String>>,
    /// What the model is used for.
    pub phase: Phase,
    /// Tables and formats, in order.
    pub prices: Vec<PriceSpec>,
    /// What was published.
    pub targets: Vec<Target>,
    /// What is known of each convention.
    pub conventions: Vec<ConventionSpec>,
    /// How its figures are set.
    pub figure: FigureStyle,
    /// The sections.
    pub sections: Vec<Section>,
}

/// A published saving.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// What it is called in tables.
    pub name: String,
    /// What it was published as saved over.
    pub words: String,
    /// The scope that it is computed over.
    pub scope: Spanned<String>,
    /// The saving, in whole percent.
    pub percent: u32,
    /// The scope that the publication names, where that is not the one that
    /// is computed: for an audit.
    pub named: Option<Spanned<String>>,
}

/// A convention, its value here, and how that is known.
#[derive(Debug, Clone, PartialEq)]
pub struct ConventionSpec {
    /// What it is about.
    pub about: Topic,
    /// What it is here.
    pub value: String,
    /// How that is known.
    pub known: KnownFrom,
}

/// How a convention of a report is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KnownFrom {
    /// In one of the ways that claim files have too.
    Way(Known),
    /// In words of the report's own, which count as inferred.
    Words(String),
}

impl KnownFrom {
    /// Whether it is stated, done by code or inferred.
    pub fn way(&self) -> Known {
        match self {
            KnownFrom::Way(known) => *known,
            KnownFrom::Words(_) => Known::Inferred,
        }
    }
}

/// For readers.
impl fmt::Display for KnownFrom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KnownFrom::Way(known) => known.fmt(f),
            KnownFrom::Words(words) => f.write_str(words),
        }
    }
}

/// One section.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its title.
    pub title: String,
    /// What stands at its head.
    pub text: Vec<String>,
    /// What it shows.
    pub show: Show,
    /// Where that stands in the file.
    pub place: Place,
}

/// What a section shows.
#[derive(Debug, Clone)]
pub enum Show {
    /// The published numbers beside the computed ones, with all conventions.
    Headline,
    /// Energies by stage, with bars over a scope.
    Stages {
        /// The scope of the bars.
        scope: Spanned<String>,
    },
    /// Savings against one dim.
    Curve(Over),
    /// What is left of savings where data moves.
    Movement(MovementShown),
    /// What single conventions do to the published numbers.
    Cases(Vec<Case>),
}

/// What is shown of savings where data moves.
#[derive(Debug, Clone)]
pub struct MovementShown {
    /// The dim along which they are shown.
    pub over: Over,
    /// The dim of the batch.
    pub batch: Spanned<String>,
    /// The batches that are shown.
    pub batches: Vec<u64>,
    /// On which tables and between which memories.
    pub prices: Vec<PriceSpec>,
}

/// The dim that a curve runs over.
#[derive(Debug, Clone)]
pub struct Over {
    /// The dim.
    pub dim: Spanned<String>,
    /// Its values, rising; there is at least one.
    pub values: Vec<u64>,
    /// Whether these are some of the whole numbers between both ends, evenly in
    /// their logarithms, and not all of them.
    pub is_sampled: bool,
    /// What the dim is called on the axis.
    pub label: String,
}

impl Over {
    /// The least value.
    pub fn first(&self) -> u64 {
        self.values.first().copied().unwrap_or_default()
    }

    /// The largest value.
    pub fn last(&self) -> u64 {
        self.values.last().copied().unwrap_or_default()
    }
}

/// One change of convention.
#[derive(Debug, Clone)]
pub struct Case {
    /// What is changed, in words.
    pub name: String,
    /// The table and format it is shown on.
    pub price: PriceSpec,
    /// What is set on the model.
    pub set: Vec<Setting>,
    /// Stages added to the scope of every target.
    pub add: Vec<Spanned<String>>,
    /// The targets that `add` applies to; all of them if empty.
    pub only: Vec<Spanned<String>>,
    /// Another format.
    pub format: Option<Format>,
    /// Primitives priced at 0.
    pub free: Vec<Primitive>,
    /// What is counted how.
    pub conventions: Conventions,
}

impl Spec {
    /// Every table and format that it names anywhere.
    pub fn all_prices(&self) -> impl Iterator<Item = &PriceSpec> {
        let of_cases = self
            .sections
            .iter()
            .flat_map(|section| match &section.show {
                Show::Cases(cases) => cases.as_slice(),
                _ => &[],
            });
        let of_movement = self
            .sections
            .iter()
            .flat_map(|section| match &section.show {
                Show::Movement(shown) => shown.prices.as_slice(),
                _ => &[],
            });
        let of_cases = of_cases.map(|case| &case.price);
        self.prices.iter().chain(of_cases).chain(of_movement)
    }
}
