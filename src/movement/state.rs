//! What one step leaves for the next: a state is read as it was left, and what
//! is new is appended to it where it lies.

use petgraph::graph::NodeIndex;

use super::finder::{Finder, Read};
use super::rounds::from_far;
use super::setting::{Direction, Role};
use crate::graph::{Op, Pass};
use crate::symbolic::Expr;

impl Finder<'_> {
    /// What is appended, as it is read.
    fn appended(&self, at: NodeIndex) -> Option<Read> {
        self.reads(at).pop()
    }

    /// The bits of it, repeats included.
    fn appended_bits(&self, at: NodeIndex, op: &Op) -> Expr {
        let new = self.appended(at);
        new.map_or_else(Expr::zero, |new| &new.bits() * &self.runs(op))
    }

    /// The new part goes to the level where the state lies.
    pub(super) fn append(&mut self, at: NodeIndex, op: &Op, level: usize) {
        let bits = self.appended_bits(at, op);
        self.add(at, level, (Role::State, Direction::Write), bits);
    }

    /// The same through all levels up to the farthest, from where it was made.
    pub(super) fn append_through(&mut self, at: NodeIndex, op: &Op) {
        let bits = self.appended_bits(at, op);
        let Some(new) = self.appended(at) else { return };
        let arrivals = self.arrivals(at, &new, None);
        for level in 0..=self.farthest() {
            self.bring(at, level, &arrivals, &bits);
            self.up(at, level, Role::State, &bits);
            if level == self.farthest() {
                self.bound += &(&(&bits * &from_far(&arrivals)) + &bits);
            }
        }
    }

    /// The states that an op reads are written anew.
    pub(super) fn write_states(&mut self, at: NodeIndex, op: &Op, level: usize) {
        for bits in self.states(at, op) {
            self.add(at, level, (Role::State, Direction::Write), bits);
        }
    }

    /// The same through all levels.
    pub(super) fn write_states_through(&mut self, at: NodeIndex, op: &Op) {
        for bits in self.states(at, op) {
            for level in 0..=self.farthest() {
                self.up(at, level, Role::State, &bits);
            }
            self.bound += &bits;
        }
    }

    /// Bits of each state that an update reads.
    fn states(&self, at: NodeIndex, op: &Op) -> Vec<Expr> {
        if op.pass != Pass::Update {
            return Vec::new();
        }
        let runs = self.runs(op);
        let reads = self.reads(at).into_iter();
        let states = reads.filter(|read| read.role == Role::State);
        states.map(|state| &state.bits() * &runs).collect()
    }

    /// Bits of all that an op touches by itself; of a state what is appended.
    pub(super) fn touched(&self, at: NodeIndex) -> Expr {
        let op = &self.graph.ops()[at];
        if op.appends() {
            let new = self.appended(at);
            return new.map_or_else(Expr::zero, |new| new.bits().scale(&crate::number::whole(2)));
        }
        let mut bits = self.result_bits(op);
        for read in self.reads(at) {
            bits += &read.bits();
        }
        bits
    }
}
