//! What a claim file states: the published numbers, and how each is computed
//! here.

use super::conditions::{Known, Topic};
use super::published::Published;
use super::recipe::EstimateSpec;
use super::unit::Unit;
use crate::format::Format;
use crate::formula::Formula;
use crate::source::Spanned;

/// The claims of one publication, as a file states them.
#[derive(Debug, Clone)]
pub struct ClaimFile {
    /// The name of the file.
    pub name: Spanned<String>,
    /// What is claimed, in a few words.
    pub title: String,
    /// Where it was published.
    pub source: Publication,
    /// Paragraphs, in which `{NAME}` stands for the number that is computed for
    /// a claim or finding and `{NAME|published}` for the published one.
    pub text: Vec<Spanned<String>>,
    /// Published numbers that others are computed from.
    pub inputs: Vec<Input>,
    /// Estimates of models.
    pub estimates: Vec<EstimateSpec>,
    /// Formulas with names.
    pub quantities: Vec<(Spanned<String>, Formula)>,
    /// What is known of each convention.
    pub conventions: Vec<Convention>,
    /// What the published numbers leave out.
    pub leaves_out: Vec<String>,
    /// The published numbers.
    pub claims: Vec<ClaimSpec>,
    /// What comes out under other conditions.
    pub findings: Vec<FindingSpec>,
}

/// Where something was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Its title.
    pub title: String,
    /// By which it is found: an arXiv number, a DOI.
    pub identifier: String,
    /// The table or figure.
    pub at: String,
    /// How it was read, where that matters.
    pub read: Option<String>,
}

/// A published number that others are computed from.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its name in formulas.
    pub name: Spanned<String>,
    /// The number.
    pub published: Published,
    /// Whether it is that exactly, and not rounded.
    pub exact: bool,
}

/// A convention, its value, and how that is known.
#[derive(Debug, Clone)]
pub struct Convention {
    /// What it is about.
    pub about: Topic,
    /// What it is.
    pub value: String,
    /// How that is known.
    pub known: Known,
    /// The claims that rest on it; all if empty.
    pub claims: Vec<Spanned<String>>,
}

impl Convention {
    /// Whether `claim` rests on it.
    pub fn is_of(&self, claim: &str) -> bool {
        self.claims.is_empty() || self.claims.iter().any(|name| name.value == claim)
    }
}

/// What the ledger says of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// The published digits come out.
    Holds,
    /// They do not.
    Differs,
}

/// A published number and its recipe.
#[derive(Debug, Clone)]
pub struct ClaimSpec {
    /// What it is of.
    pub name: Spanned<String>,
    /// The number.
    pub published: Published,
    /// What it is computed by.
    pub formula: Formula,
    /// Whether it comes out.
    pub expected: Expected,
    /// What else is known of it, for an audit.
    pub audit: AuditFacts,
}

/// What an audit needs to know of a claim.
#[derive(Debug, Clone, Default)]
pub struct AuditFacts {
    /// The estimate or quantity that something is held against.
    pub baseline: Option<Spanned<String>>,
    /// The format in which the baseline would be deployed, if not `int8`.
    pub deployed: Option<Format>,
    /// The scope that the publication names, where it names one.
    pub named: Option<Spanned<String>>,
}

/// A further computation.
#[derive(Debug, Clone)]
pub struct FindingSpec {
    /// What it is.
    pub name: Spanned<String>,
    /// What it is computed by.
    pub formula: Formula,
    /// The unit that it is shown in.
    pub unit: Spanned<Unit>,
    /// Its significant digits.
    pub digits: usize,
}
