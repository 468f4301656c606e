//! Densities that were measured, found by the names of their ops.
//!
//! Names lead through a tree, a branch for each block, so that an op is found
//! in as many steps as it has blocks around it. `layers.3/act` is of the fourth
//! repeat of `layers`, and so that block is written out, repeat by repeat;
//! `layers/act` is of all of them.

use std::collections::{HashMap, HashSet};

use num_rational::BigRational;
use petgraph::graph::NodeIndex;

use super::{Instance, Lowering, Outcome, Told};
use crate::graph::limits::MAX_PROBLEMS;
use crate::graph::{DensitiesUsed, OpGraph};
use crate::model::{Densities, Model};
use crate::source::{Diagnostic, Problems, Spanned};
use crate::symbolic::Expr;

/// More names than this are not looked through for one that was meant.
const MAX_SUGGESTED: usize = 10_000;

/// Tells of the variants that densities are said to be of and that are none.
pub(super) fn check_variants(model: &Model, problems: &mut Problems) {
    let known = model.variant_names();
    let named = (model.densities.iter()).flat_map(|densities| &densities.variants);
    for variant in named.filter(|variant| !known.contains(&variant.value.as_str())) {
        let message = format!("`{}` has no variant `{}`", model.root.name, variant.value);
        let mistake = Diagnostic::at(&variant.place, message);
        problems.push(mistake.known(&variant.value, known.iter().copied()));
    }
}

/// The densities of one variant by the names of their ops.
#[derive(Default)]
pub(super) struct DensityTree<'m> {
    densities: Option<&'m Densities>,
    /// The model itself first.
    branches: Vec<Branch<'m>>,
    /// Whether there is an op for each share.
    found: Vec<bool>,
    /// The stamps of the nodes that have one.
    measured: HashSet<usize>,
    /// Those of the nodes that have one in the model's files alone.
    declared: HashSet<usize>,
}

/// A block, or an op, as the names of densities lead to it.
#[derive(Default)]
struct Branch<'m> {
    /// Which share is that of an op of this name.
    share: Option<usize>,
    /// What is inside.
    inner: HashMap<&'m str, usize>,
    /// Those inside that have densities for single repeats.
    repeated: HashSet<&'m str>,
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
            measured: HashSet::new(),
            declared: HashSet::new(),
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
        if let Some((block, repeat)) = name.rsplit_once('.')
            && !repeat.is_empty()
            && repeat.bytes().all(|byte| byte.is_ascii_digit())
        {
            branch.repeated.insert(block);
        }
        let inner = *branch.inner.entry(name).or_insert(new);
        if inner == new {
            self.branches.push(Branch::default());
        }
        inner
    }

    /// Where the model itself stands.
    pub(super) fn root(&self) -> At {
        self.densities.map(|_| 0).into_iter().collect()
    }

    /// Where the block that `op` calls stands, in an instance of this name.
    pub(super) fn inside(&self, at: &At, op: &str, instance: &str) -> At {
        let named = (op != instance).then_some(instance);
        let names = || [op].into_iter().chain(named);
        at.iter()
            .flat_map(|at| names().filter_map(|name| self.branches[*at].inner.get(name)))
            .copied()
            .collect()
    }

    /// Whether there are densities for single repeats of a block.
    pub(super) fn tells_repeats_apart(&self, at: &At, op: &str) -> bool {
        at.iter().any(|at| self.branches[*at].repeated.contains(op))
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

    /// Tells of the names to which there is no op in `graph`.
    pub(super) fn check(&self, graph: &OpGraph, problems: &mut Problems) {
        let lacking = |share: &usize| !self.found[*share];
        let lacking: Vec<usize> = (0..self.found.len()).filter(lacking).collect();
        if lacking.is_empty() {
            return;
        }
        let names: Vec<String> = (graph.iter().take(MAX_SUGGESTED))
            .map(|(_, op)| graph.full_name(op))
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

    /// What is to be said of them beside a result.
    pub(super) fn used(&self, stamps: &[usize]) -> Option<DensitiesUsed> {
        let densities = self.densities?;
        // Some nodes were taken back after they were noted.
        let left = |noted: &HashSet<usize>| {
            let left = stamps.iter().filter(|stamp| noted.contains(stamp));
            left.count()
        };
        Some(DensitiesUsed {
            file: densities.file.clone(),
            source: densities.source.clone(),
            measured: left(&self.measured),
            declared: left(&self.declared),
        })
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
}

impl<'m> Lowering<'m> {
    /// The density that was measured of the tensor of this name, if one was.
    pub(super) fn measured_density(
        &mut self,
        name: &str,
        instance: &Instance<'m>,
    ) -> Outcome<Option<MeasuredDensity<'m>>> {
        let shares = self.densities.shares(&instance.at, name);
        let all: Vec<MeasuredDensity<'m>> = (shares.iter())
            .filter_map(|share| self.densities.entry(*share))
            .map(|(path, share)| MeasuredDensity { path, share })
            .collect();
        for share in shares {
            self.densities.found[share] = true;
        }
        match all.as_slice() {
            [] => Ok(None),
            [one] => Ok(Some(*one)),
            [one, other, ..] => {
                let message = format!(
                    "`{}` and `{}` are densities of the same tensor",
                    one.path.value, other.path.value
                );
                let mistake = Diagnostic::at(&other.path.place, message);
                Err(self.tell(mistake.and(&one.path.place, "first here")))
            }
        }
    }

    /// The mistake for a density by the name of an op that does what another
    /// one has done: the tensor goes by the name of the first.
    pub(super) fn same_tensor(&mut self, density: MeasuredDensity<'m>, node: NodeIndex) -> Told {
        let first = &self.ops[node].name;
        let message = format!(
            "`{}` is the same tensor as `{first}`, which is computed once",
            density.path.value
        );
        let help = format!("give the density of `{first}` alone");
        self.tell(Diagnostic::at(&density.path.place, message).help(help))
    }

    /// Notes where the density of a node is from.
    pub(super) fn note_density(&mut self, node: NodeIndex, declared: bool, measured: bool) {
        let Some(stamp) = self.stamps.get(node.index()).copied() else {
            return;
        };
        if measured {
            self.densities.measured.insert(stamp);
        } else if declared {
            self.densities.declared.insert(stamp);
        }
    }
}
