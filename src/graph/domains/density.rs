//! Densities that were measured, found by the names of their ops.
//!
//! Names lead through a tree, a branch for each block, so that an op is found
//! in as many steps as it has blocks around it. `layers.3/act` is of the fourth
//! round of `layers`, and `layers.4..11/act` of those behind it, and so that
//! block is written out, round by round; `layers/act` is of all of them.

use std::collections::{BTreeMap, HashMap};
use std::ops::RangeInclusive;

use num_rational::BigRational;

use crate::graph::limits::MAX_PROBLEMS;
use crate::graph::{DensitiesUsed, OpGraph};
use crate::model::{Densities, Model};
use crate::source::{Diagnostic, Problems, Spanned};
use crate::symbolic::Expr;

/// More names than this are not looked through for one that was meant.
const MAX_SUGGESTED: usize = 10_000;

/// The densities of one variant by the names of their ops.
#[derive(Default)]
pub(super) struct DensityTree<'m> {
    densities: Option<&'m Densities>,
    /// The model itself first.
    branches: Vec<Branch<'m>>,
    /// Whether there is an op for each share.
    found: Vec<bool>,
}

/// A block, or an op, as the names of densities lead to it.
#[derive(Default)]
struct Branch<'m> {
    /// Which share is that of an op of this name.
    share: Option<usize>,
    /// What is inside.
    inner: HashMap<&'m str, usize>,
    /// Blocks inside that have densities for single rounds, with the branches
    /// of these.
    rounds: HashMap<&'m str, Vec<(RangeInclusive<u64>, usize)>>,
}

/// A round of a block.
#[derive(Debug, Clone, Copy)]
pub(super) struct Round {
    /// Its number, from 0.
    pub(super) round: u64,
    /// How many there are.
    pub(super) rounds: u64,
}

/// The branches that lead into one instance of a block: `layers/…` and
/// `layers.3/…` both lead into the fourth repeat of `layers`.
pub(super) type At = Vec<usize>;

impl<'m> DensityTree<'m> {
    /// The densities of `model`, if they are of this variant.
    pub(super) fn of(model: &'m Model, variant: &str) -> DensityTree<'m> {
        let densities = model.densities.as_deref();
        let Some(densities) = densities.filter(|densities| densities.are_of(variant)) else {
            return DensityTree::default();
        };
        let mut tree = DensityTree {
            densities: Some(densities),
            branches: vec![Branch::default()],
            found: vec![false; densities.shares.len()],
        };
        for (share, (path, _)) in densities.shares.iter().enumerate() {
            let end = (path.value.split('/')).fold(0, |at, name| tree.branch(at, name));
            tree.branches[end].share = Some(share);
        }
        tree
    }

    /// The branch of this name at another, made if need be.
    fn branch(&mut self, at: usize, name: &'m str) -> usize {
        let new = self.branches.len();
        let branch = &mut self.branches[at];
        let inner = *branch.inner.entry(name).or_insert(new);
        if inner == new {
            if let Some((block, rounds)) = rounds(name) {
                branch.rounds.entry(block).or_default().push((rounds, new));
            }
            self.branches.push(Branch::default());
        }
        inner
    }

    /// Where the model itself stands.
    pub(super) fn root(&self) -> At {
        self.densities.map(|_| 0).into_iter().collect()
    }

    /// Where the block that `op` calls stands, in one of its rounds where these
    /// are told apart.
    pub(super) fn inside(&self, at: &At, op: &str, round: Option<Round>) -> At {
        let mut inside = At::new();
        for branch in at.iter().map(|at| &self.branches[*at]) {
            inside.extend(branch.inner.get(op));
            let (Some(round), Some(told_apart)) = (round, branch.rounds.get(op)) else {
                continue;
            };
            let holds = |rounds: &RangeInclusive<u64>| {
                rounds.contains(&round.round) && *rounds.end() < round.rounds
            };
            let own = told_apart.iter().filter(|(rounds, _)| holds(rounds));
            inside.extend(own.map(|(_, branch)| branch));
        }
        inside
    }

    /// Whether there are densities for single rounds of a block.
    pub(super) fn tells_rounds_apart(&self, at: &At, op: &str) -> bool {
        at.iter()
            .any(|at| self.branches[*at].rounds.contains_key(op))
    }

    /// Which shares are those of an op of this name: one, unless the file is
    /// wrong.
    fn shares(&self, at: &At, name: &str) -> Vec<usize> {
        let branches = at.iter().filter_map(|at| {
            let inner = self.branches[*at].inner.get(name)?;
            self.branches[*inner].share
        });
        branches.collect()
    }

    fn entry(&self, share: usize) -> Option<&'m (Spanned<String>, BigRational)> {
        self.densities?.shares.get(share)
    }

    /// Reports the names to which there is no op in `graph`.
    pub(super) fn check(&self, graph: &OpGraph, problems: &mut Problems) {
        let lacking = |share: &usize| !self.found[*share];
        let lacking: Vec<usize> = (0..self.found.len()).filter(lacking).collect();
        if lacking.is_empty() {
            return;
        }
        let names: Vec<String> = (graph.iter().take(MAX_SUGGESTED))
            .map(|(_, op)| graph.full_name(op).to_string())
            .collect();
        for share in lacking.into_iter().take(MAX_PROBLEMS) {
            let Some((path, _)) = self.entry(share) else {
                continue;
            };
            let message = format!(
                "variant `{}` of `{}` has no op `{}`",
                graph.variant, graph.model, path.value
            );
            let mistake = Diagnostic::at(&path.place, message);
            problems.push(mistake.known(&path.value, names.iter().map(String::as_str)));
        }
    }

    /// What is to be said of them beside a result: how many tensors have a
    /// density from the file, and how many from the model.
    pub(super) fn used(
        &self,
        measured: usize,
        declared: usize,
        overridden: BTreeMap<String, usize>,
    ) -> Option<DensitiesUsed> {
        let densities = self.densities?;
        Some(DensitiesUsed {
            file: densities.file.clone(),
            source: densities.source.clone(),
            measured,
            declared,
            overridden: overridden.into_iter().collect(),
        })
    }

    /// The density that was measured of the tensor of this name, if one was.
    pub(super) fn measured(
        &mut self,
        at: &At,
        name: &str,
        problems: &mut Problems,
    ) -> Option<MeasuredDensity<'m>> {
        let shares = self.shares(at, name);
        let all: Vec<MeasuredDensity<'m>> = (shares.iter())
            .filter_map(|share| self.entry(*share))
            .map(|(path, share)| MeasuredDensity { path, share })
            .collect();
        for share in shares {
            self.found[share] = true;
        }
        if let [one, other, ..] = all.as_slice() {
            let message = format!(
                "`{}` and `{}` are densities of the same tensor",
                one.path.value, other.path.value
            );
            let mistake = Diagnostic::at(&other.path.place, message);
            problems.push(mistake.and(&one.path.place, "first here"));
        }
        all.first().copied()
    }
}

/// The density of one tensor, as it was measured.
#[derive(Clone, Copy)]
pub(super) struct MeasuredDensity<'m> {
    path: &'m Spanned<String>,
    share: &'m BigRational,
}

impl MeasuredDensity<'_> {
    /// The share of the tensor that is not zero.
    pub(super) fn share(self) -> Expr {
        Expr::constant(self.share.clone())
    }

    /// The mistake for a density by the name of an op that does what the op
    /// `first` has done: the tensor goes by the name of the first.
    pub(super) fn same_tensor(self, first: &str) -> Diagnostic {
        let message = format!(
            "`{}` is the same tensor as `{first}`, which is computed once",
            self.path.value
        );
        let help = format!("give the density of `{first}` alone");
        Diagnostic::at(&self.path.place, message).help(help)
    }
}

/// The block and the rounds that a name such as `layers.3` or `layers.4..11`
/// means.
fn rounds(name: &str) -> Option<(&str, RangeInclusive<u64>)> {
    let number = |text: &str| {
        let number: u64 = text.parse().ok()?;
        (number.to_string() == text).then_some(number)
    };
    if let Some((first, last)) = name.rsplit_once("..")
        && let Some((block, first)) = first.rsplit_once('.')
    {
        return Some((block, number(first)?..=number(last)?));
    }
    let (block, round) = name.rsplit_once('.')?;
    let round = number(round)?;
    Some((block, round..=round))
}
