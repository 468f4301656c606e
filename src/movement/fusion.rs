//! Which ops of a graph are one attention, and what they move in one pass.
//!
//! Scores, a product of two tensors, go element by element or row by row
//! through other ops, and then weigh a third tensor. Where nothing else reads
//! what lies between, all of it can be one pass. Level by level that pass is
//! taken where a tile of scores fits and fewer bits cross than op by op.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use petgraph::graph::NodeIndex;

use super::between::keys_operand;
use super::contraction::Contraction;
use super::finder::{Finder, Read, role_of_result};
use super::fused::counts;
use super::rounds::from_far;
use super::setting::Role;
use crate::graph::{Einsum, OpKind};
use crate::symbolic::Expr;

/// Ops that are one attention.
struct Fusion {
    score: NodeIndex,
    /// What is done to the scores.
    between: BTreeSet<NodeIndex>,
    context: NodeIndex,
    /// Which operand of the score has the keys.
    keys: usize,
    /// Which operand of the context has the scores.
    weighs: usize,
    whole_rows: bool,
    rows: Expr,
    columns: Expr,
    /// How often the whole thing is done with other operands.
    times: Expr,
}

impl Fusion {
    fn ops(&self) -> impl Iterator<Item = NodeIndex> {
        let ends = [self.score, self.context];
        ends.into_iter().chain(self.between.iter().copied())
    }
}

impl Finder<'_> {
    /// Counts every attention in one pass, at the levels where that is less;
    /// what its ops move one by one is left in `kept`.
    pub(super) fn fuse_attention(&mut self) {
        let all: Vec<NodeIndex> = self.graph.iter().map(|(at, _)| at).collect();
        for context in all {
            for weighs in [0, 1] {
                let fusion = self.fusion(context, weighs);
                // No op is a part of two.
                if let Some(fusion) = fusion.filter(|own| !own.ops().any(|at| self.is_fused(at))) {
                    self.fuse(&fusion);
                    break;
                }
            }
        }
    }

    fn einsum(&self, at: NodeIndex) -> Option<(&Einsum, Vec<Read>, Contraction)> {
        let op = &self.graph.ops()[at];
        let OpKind::Einsum(einsum) = &op.kind else {
            return None;
        };
        let reads = self.reads(at);
        let [a, b, ..] = reads.as_slice() else {
            return None;
        };
        let contraction = self.contraction(einsum, [&a.shape, &b.shape], op)?;
        let is_plain = !contraction.has_windows() && einsum.operands.len() == reads.len();
        // Nor are weights queries, keys or values.
        let is_given = |read: &Read| !read.is_event && read.role != Role::Weight;
        (is_plain && reads.iter().all(is_given)).then_some((einsum, reads, contraction))
    }

    /// The attention whose last product is `context`, with the scores as the
    /// operand given.
    fn fusion(&self, context: NodeIndex, weighs: usize) -> Option<Fusion> {
        let (einsum, _, whole) = self.einsum(context)?;
        let inputs = self.graph.inputs(context);
        let (last, edge) = inputs.get(weighs)?;
        let mut between = BTreeSet::new();
        let score = self.score_behind(*last, &edge.tensor.shape, &mut between)?;
        let (scored, _, first) = self.einsum(score)?;
        let axes = self.axes_of_scores(score, &between, *last)?;
        let keys = keys_operand(scored, einsum.operands.get(weighs)?, einsum, &axes)?;
        let [rows, columns] = sides(&first, keys == first.second).map(|side| self.sizes.bind(side));
        let [m, _] = sides(&whole, weighs == whole.first).map(|side| self.sizes.bind(side));
        let n = whole.extents.get(1).map(|extent| self.sizes.bind(extent))?;
        let times = self.sizes.bind(&first.times);
        let runs = [score, context].map(|at| self.runs(&self.graph.ops()[at]));
        let fits = self.is_closed(score, &between, context)
            && m == rows
            && n == columns
            && times == self.sizes.bind(&whole.times);
        let whole_rows = between.iter().any(|at| self.takes_rows(*at));
        (fits && runs[0] == runs[1]).then_some(Fusion {
            score,
            whole_rows,
            between,
            context,
            keys,
            weighs,
            rows,
            columns,
            times,
        })
    }

    /// Whether nothing else reads what lies between a score and a context.
    fn is_closed(
        &self,
        score: NodeIndex,
        between: &BTreeSet<NodeIndex>,
        context: NodeIndex,
    ) -> bool {
        let inside = |at: &NodeIndex| *at == context || between.contains(at);
        let is_inside =
            |at: NodeIndex| !self.given.contains(&at) && self.readers(at).iter().all(inside);
        is_inside(score) && between.iter().all(|at| is_inside(*at))
    }

    fn fuse(&mut self, fusion: &Fusion) {
        let (Some((_, scored, _)), Some((_, summed, _))) =
            (self.einsum(fusion.score), self.einsum(fusion.context))
        else {
            return;
        };
        let (Some(queries), Some(keys), Some(values)) = (
            scored.get(1 - fusion.keys),
            scored.get(fusion.keys),
            summed.get(1 - fusion.weighs),
        ) else {
            return;
        };
        let nothing = vec![Expr::zero(); self.capacities.len()];
        let one_by_one = self.trial(fusion, vec![Expr::one(); self.capacities.len()]);
        let rest = self.trial(fusion, nothing);
        let op = &self.graph.ops()[fusion.context];
        let runs = self.runs(op);
        let numbers = self.numbers(fusion, [queries, keys, values]);
        let results = self.result_bits(op);
        let sums = &self.sizes.bind(&op.output.elements()) * &self.partial(op);
        let once = [queries.bits(), keys.bits(), values.bits(), results.clone()];
        let arrivals = [
            self.arrivals(fusion.score, queries, None),
            self.arrivals(fusion.score, keys, Some(queries)),
            self.arrivals(fusion.context, values, None),
        ];
        let stays = self.stays(fusion.context);
        let mut kept = vec![Expr::one()];
        for level in 1..self.capacities.len() {
            let Some(Some(capacity)) = self.capacities.get(level - 1) else {
                kept.push(Expr::one());
                continue;
            };
            let mut arguments = vec![capacity.clone()];
            arguments.extend(numbers.iter().cloned());
            let [down, across] =
                counts(&arguments, self.searches.tiles()).map(|count| self.sizes.now(count));
            let far = level == self.farthest();
            let written = self.crosses(level, &stays);
            let tiles = [&across, &down, &down];
            let reads: Vec<Expr> = once
                .iter()
                .zip(tiles)
                .map(|(bits, tiles)| &(bits * tiles) * &runs)
                .collect();
            let of_sums = &(&(&sums * &(&across - &Expr::one())) * &runs) * &written;
            let of_results = &(&results * &runs) * &written;
            let mut total = &of_sums.scale(&crate::number::whole(2)) + &of_results;
            for (bits, arrivals) in reads.iter().zip(&arrivals) {
                for arrival in arrivals {
                    total += &(bits * arrival.crosses(far));
                }
            }
            let apart = &one_by_one.get(level).cloned().unwrap_or_default()
                - &rest.get(level).cloned().unwrap_or_default();
            let take = &self.sizes.fits(Expr::one(), across) * &self.sizes.fits(total, apart);
            let ops = [fusion.score, fusion.score, fusion.context];
            for ((bits, arrivals), at) in reads.iter().zip(&arrivals).zip(ops) {
                self.bring(at, level, arrivals, &(bits * &take));
            }
            self.up(fusion.context, level, Role::Partial, &(&of_sums * &take));
            self.down(fusion.context, level, Role::Partial, &(&of_sums * &take));
            self.up(
                fusion.context,
                level,
                role_of_result(op),
                &(&of_results * &take),
            );
            kept.push(&Expr::one() - &take);
        }
        let shares = arrivals.iter().map(|arrivals| from_far(arrivals));
        let shares = shares.chain([&Expr::one() - &stays]);
        for (bits, share) in once.iter().zip(shares) {
            self.bound += &(&(bits * &share) * &runs);
        }
        let kept = Arc::new(kept);
        let parts = fusion.ops().map(|at| (at, Arc::clone(&kept)));
        self.kept.extend(parts);
    }

    /// The numbers of an attention, but for the capacity, for one of its heads.
    fn numbers(&self, fusion: &Fusion, [queries, keys, values]: [&Read; 3]) -> [Expr; 9] {
        let partial = |at: NodeIndex| self.partial(&self.graph.ops()[at]);
        let between = fusion.between.iter().map(|at| {
            let op = &self.graph.ops()[*at];
            self.width(op)
        });
        let score = between.fold(partial(fusion.score), |widest, own| widest.larger(&own));
        let op = &self.graph.ops()[fusion.context];
        let sums = &self.sizes.bind(&op.output.elements()) * &partial(fusion.context);
        let a_head = |bits: Expr| bits.divide(&fusion.times).unwrap_or(bits);
        [
            score,
            queries.width.larger(&partial(fusion.context)),
            keys.width.larger(&values.width),
            fusion.rows.clone(),
            fusion.columns.clone(),
            a_head(queries.bits()),
            a_head(&keys.bits() + &values.bits()),
            a_head(sums),
            Expr::whole(fusion.whole_rows.into()),
        ]
    }

    /// What the ops of an attention move one by one between each level and the
    /// one below, with as much of what lies between as is `kept`.
    fn trial(&self, fusion: &Fusion, kept: Vec<Expr>) -> Vec<Expr> {
        let kept = Arc::new(kept);
        let kept: BTreeMap<NodeIndex, _> = fusion.ops().map(|at| (at, Arc::clone(&kept))).collect();
        let mut trial = Finder {
            kept,
            accesses: Vec::new(),
            crossed: Vec::new(),
            bound: Expr::zero(),
            capacities: self.capacities,
            searches: self.searches.clone(),
            touched: self.touched.clone(),
            given: self.given.clone(),
            shared: self.shared.clone(),
            ..*self
        };
        for at in fusion.ops() {
            trial.tiled(at, &self.graph.ops()[at]);
        }
        let mut crossed = vec![Expr::zero(); self.capacities.len()];
        for (level, bits) in trial.crossed {
            if let Some(sum) = crossed.get_mut(level) {
                *sum += &bits;
            }
        }
        crossed
    }

    /// Whether an op is a part of an attention that can be one pass.
    pub(super) fn is_fused(&self, at: NodeIndex) -> bool {
        self.kept.contains_key(&at)
    }

    /// Whether two ops are parts of the same one.
    pub(super) fn share_a_pass(&self, from: NodeIndex, to: NodeIndex) -> bool {
        let [from, to] = [from, to].map(|at| self.kept.get(&at));
        from.is_some_and(|from| to.is_some_and(|to| Arc::ptr_eq(from, to)))
    }

    /// How much of what an op moves op by op crosses between a level and the one
    /// below.
    pub(super) fn kept(&self, at: NodeIndex, level: usize) -> Expr {
        let kept = self.kept.get(&at).and_then(|kept| kept.get(level));
        kept.cloned().unwrap_or_else(Expr::one)
    }
}

/// Rows and columns of a product, the other way round unless it is `upright`.
fn sides(contraction: &Contraction, upright: bool) -> [&Expr; 2] {
    static NONE: std::sync::LazyLock<Expr> = std::sync::LazyLock::new(Expr::one);
    let [rows, columns] = [0, 2].map(|at| contraction.extents.get(at).unwrap_or(&NONE));
    if upright {
        [rows, columns]
    } else {
        [columns, rows]
    }
}
