//! Compiled expressions at many points at once.
//!
//! [`Compiled`] walks its tree at every point. A [`Block`] lays the trees of
//! several expressions out as a list of columns, each made once of columns
//! before it, and works each out for hundreds of points in one loop. What a
//! column holds is, to the last bit, what the tree gives at each point: the same
//! operations in the same order. Points that a loop cannot decide (too much
//! cancels, an interval holds a whole number) are handed to the tree.

mod build;
mod kernels;
mod node;

use self::build::Builder;
use self::kernels::TermColumns;
use self::node::{Id, Node};
use super::compile::Compiled;
use crate::simd::Level;

/// How many points are worked out at once: their columns stay in the cache.
pub(crate) const BLOCK: usize = 256;

/// Expressions over the same variables.
#[derive(Debug, Clone)]
pub(crate) struct Block {
    nodes: Vec<Node>,
    /// The nodes that are needed at every point.
    always: Vec<Id>,
    values: Vec<Id>,
    ends: Vec<Id>,
}

/// The values of a variable at the points of a block.
#[derive(Debug, Clone, Copy)]
pub(crate) enum VariableColumn<'a> {
    /// One, at all points.
    Same(f64),
    /// One for each point.
    Each(&'a [f64]),
}

impl VariableColumn<'_> {
    /// The value at one of them.
    pub(crate) fn at(&self, point: usize) -> f64 {
        match self {
            VariableColumn::Same(value) => *value,
            VariableColumn::Each(values) => values.get(point).copied().unwrap_or(f64::NAN),
        }
    }
}

/// The columns of a block, whose memory is used again.
#[derive(Debug, Default)]
pub(crate) struct BlockColumns {
    columns: Vec<[Vec<f64>; 2]>,
    done: Vec<bool>,
    spare: [Vec<f64>; 2],
    at: Vec<f64>,
}

impl Block {
    /// Lays out the expressions whose `values` are asked for, and those between
    /// whose `ends` they lie.
    pub(crate) fn new<'c>(
        values: impl IntoIterator<Item = &'c Compiled>,
        ends: impl IntoIterator<Item = &'c Compiled>,
    ) -> Block {
        let mut builder = Builder::default();
        let values: Vec<Id> = values.into_iter().map(|of| builder.value(of)).collect();
        let ends: Vec<Id> = ends.into_iter().map(|of| builder.ends(of)).collect();
        let nodes = builder.nodes;
        let mut block = Block {
            always: Vec::new(),
            nodes,
            values,
            ends,
        };
        let asked = block.values.iter().chain(&block.ends).copied();
        block.always = block.needed(asked, |_| false);
        block
    }

    /// The nodes that some need, in order, without those that are done.
    fn needed(&self, asked: impl Iterator<Item = Id>, done: impl Fn(Id) -> bool) -> Vec<Id> {
        let mut needed = vec![false; self.nodes.len()];
        for id in asked.filter(|id| !done(*id)) {
            needed[id] = true;
        }
        for (id, node) in self.nodes.iter().enumerate().rev() {
            if needed[id] {
                node.needs(|other| needed[other] = !done(other));
            }
        }
        (0..self.nodes.len()).filter(|id| needed[*id]).collect()
    }

    /// Whether nothing is asked for.
    pub(crate) fn is_empty(&self) -> bool {
        self.values.is_empty() && self.ends.is_empty()
    }

    /// Whether a function must be asked at every point.
    pub(crate) fn has_calls(&self) -> bool {
        let mut nodes = self.nodes.iter();
        nodes.any(|node| matches!(node, Node::Call(_)))
    }

    /// Works out all expressions at `points` points.
    pub(crate) fn work_out(
        &self,
        level: Level,
        variables: &[VariableColumn<'_>],
        points: usize,
        columns: &mut BlockColumns,
    ) {
        columns.columns.resize(self.nodes.len(), Default::default());
        columns.done.clear();
        columns.done.resize(self.nodes.len(), false);
        let mut work = Work {
            block: self,
            level,
            variables,
            points,
            columns,
        };
        for id in &self.always {
            work.node(*id);
        }
    }

    /// The values of an expression, after [`Block::work_out`].
    pub(crate) fn values<'a>(&self, at: usize, columns: &'a BlockColumns) -> &'a [f64] {
        columns.first(self.values[at])
    }

    /// The lower and the upper ends of an expression.
    pub(crate) fn ends<'a>(&self, at: usize, columns: &'a BlockColumns) -> (&'a [f64], &'a [f64]) {
        columns.both(self.ends[at])
    }
}

impl BlockColumns {
    fn first(&self, id: Id) -> &[f64] {
        &self.columns[id][0]
    }

    fn both(&self, id: Id) -> (&[f64], &[f64]) {
        let [first, second] = &self.columns[id];
        (first, second)
    }
}

struct Work<'w> {
    block: &'w Block,
    level: Level,
    variables: &'w [VariableColumn<'w>],
    points: usize,
    columns: &'w mut BlockColumns,
}

impl Work<'_> {
    /// Works out a node, whose needs are worked out.
    fn node(&mut self, id: Id) {
        let node = &self.block.nodes[id];
        let mut own = std::mem::take(&mut self.columns.columns[id]);
        for column in own.iter_mut().take(node.width()) {
            column.resize(self.points, 0.0);
        }
        let [first, second] = &mut own;
        self.fill(node, first, second);
        self.columns.columns[id] = own;
        self.columns.done[id] = true;
    }

    /// The column of a node that is worked out; of those that take two the first.
    fn first(&self, id: Id) -> &[f64] {
        if let Some(Node::Variable(place)) = self.block.nodes.get(id)
            && let Some(VariableColumn::Each(values)) = self.variables.get(*place)
        {
            return values;
        }
        self.columns.first(id)
    }

    fn fill(&mut self, node: &Node, to: &mut [f64], second: &mut [f64]) {
        let level = self.level;
        let of = |id: &Id| self.first(*id);
        match node {
            Node::Variable(place) => match self.variables.get(*place) {
                Some(VariableColumn::Same(value)) => to.fill(*value),
                // Read where they stand.
                Some(VariableColumn::Each(_)) => {}
                None => to.fill(f64::NAN),
            },
            Node::Power(a, exponent) => kernels::powers(level, to, of(a), *exponent),
            Node::Product(a, b) => kernels::products(level, to, of(a), of(b)),
            Node::Larger(a, b) => kernels::larger_ones(level, to, of(a), of(b)),
            Node::Steps(a, steps) => {
                for (to, a) in to.iter_mut().zip(of(a)) {
                    *to = steps.0.at(*a);
                }
            }
            Node::Call(factor) => self.each(to, |_| true, |at| factor.evaluate(at)),
            Node::Sum { .. } => self.sum(node, to),
            Node::Whole(a) => kernels::whole_ones(level, to, of(a)),
            Node::WholeSum(terms) => {
                to.fill(0.0);
                for (coefficient, factor) in terms {
                    kernels::add_whole(level, to, *coefficient, factor.as_ref().map(of));
                }
            }
            Node::WholeQuotient(a, b) => kernels::whole_quotients(level, to, of(a), of(b)),
            Node::Floor {
                whole,
                interval,
                by,
            } => {
                let decided = match whole {
                    Some((a, b)) => kernels::whole_floors(level, to, of(a), of(b)),
                    None => {
                        to.fill(f64::NAN);
                        false
                    }
                };
                if decided || self.floors_of_intervals(*interval, to) {
                    return;
                }
                self.each(to, f64::is_nan, |at| by.floor(at).value);
            }
            Node::Ends { whole, interval } => {
                let decided = match whole {
                    Some((a, b)) => kernels::whole_ends(level, (to, second), of(a), of(b)),
                    None => {
                        to.fill(f64::NAN);
                        false
                    }
                };
                if !decided {
                    self.lazily(*interval);
                    let (value, error) = self.columns.both(*interval);
                    kernels::ends_between(level, (to, second), value, error);
                }
            }
            _ => self.intervals(node, to, second),
        }
    }

    fn intervals(&mut self, node: &Node, to: &mut [f64], second: &mut [f64]) {
        let level = self.level;
        let to = (to, second);
        match node {
            Node::Bounded(a) => kernels::bounded(level, to, self.first(*a)),
            Node::BoundedSum(terms) => {
                let [mut value, mut error] = std::mem::take(&mut self.columns.spare);
                value.resize(self.points, 0.0);
                error.resize(self.points, 0.0);
                to.0.fill(0.0);
                to.1.fill(0.0);
                for (coefficient, factors) in terms {
                    value.fill(coefficient.value);
                    error.fill(coefficient.error);
                    for (id, exponent) in factors {
                        for _ in 0..*exponent {
                            let product = (&mut value[..], &mut error[..]);
                            kernels::times(level, product, self.columns.both(*id));
                        }
                    }
                    kernels::plus(level, (to.0, to.1), (&value, &error));
                }
                self.columns.spare = [value, error];
            }
            Node::BoundedQuotient(a, b) | Node::BoundedLarger(a, b) => {
                let (value, error) = self.columns.both(*a);
                to.0.copy_from_slice(value);
                to.1.copy_from_slice(error);
                let other = self.columns.both(*b);
                match node {
                    Node::BoundedQuotient(..) => kernels::over(level, to, other),
                    _ => kernels::larger_intervals(level, to, other),
                }
            }
            _ => {}
        }
    }

    fn sum(&mut self, node: &Node, to: &mut [f64]) {
        let Node::Sum { terms, by } = node else {
            return;
        };
        let [mut size, other] = std::mem::take(&mut self.columns.spare);
        // The size of terms of one sign is that of their sum.
        let length = if by.steady { 0 } else { self.points };
        size.clear();
        size.resize(length, 0.0);
        to.fill(0.0);
        for term in terms {
            let of = |id: Id| self.first(id);
            let term = TermColumns {
                coefficient: term.coefficient,
                above: term.above.map(of),
                below: term.below.map(of),
            };
            let size = Some(&mut size[..]).filter(|_| !by.steady);
            kernels::add_term(self.level, to, size, term);
        }
        if by.steady {
            kernels::only_finite(self.level, to);
        } else if kernels::check_sum(self.level, to, &size) {
            for point in 0..self.points {
                if size[point] > crate::symbolic::MAX_CANCELLED * to[point].abs() {
                    to[point] = by.evaluate(self.point(point));
                }
            }
        }
        self.columns.spare = [size, other];
    }

    /// Whether floors of an interval decide all that have none yet.
    fn floors_of_intervals(&mut self, interval: Id, to: &mut [f64]) -> bool {
        self.lazily(interval);
        let (value, error) = self.columns.both(interval);
        kernels::floors_between(self.level, to, value, error)
    }

    /// Works out an interval, and whatever it needs, unless it is worked out.
    fn lazily(&mut self, interval: Id) {
        if self.columns.done[interval] {
            return;
        }
        let done = |id: Id| self.columns.done[id];
        for id in self.block.needed(std::iter::once(interval), done) {
            // One before may have needed it, too.
            if !self.columns.done[id] {
                self.node(id);
            }
        }
    }

    /// Point by point, where `to` holds what is asked for.
    fn each(&mut self, to: &mut [f64], asks: impl Fn(f64) -> bool, by: impl Fn(&[f64]) -> f64) {
        for (point, to) in to.iter_mut().enumerate() {
            if asks(*to) {
                *to = by(self.point(point));
            }
        }
    }

    /// The values of the variables at a point.
    fn point(&mut self, point: usize) -> &[f64] {
        self.columns.at.clear();
        let values = self.variables.iter().map(|column| column.at(point));
        self.columns.at.extend(values);
        &self.columns.at
    }
}

#[cfg(test)]
mod tests;
