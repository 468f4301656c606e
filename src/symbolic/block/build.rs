//! Nodes from compiled expressions, each made once.

use std::collections::HashMap;
use std::sync::Arc;

use super::node::{Id, Node, SumTerm};
use crate::symbolic::compile::{Compiled, Factor, WholeTerm};
use crate::symbolic::expr::Expr;

/// What may be shared: by the nodes that it is made of, or by its expression.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Variable(usize),
    Power(Id, i32),
    Product(Id, Id),
    Larger(Id, Id),
    Whole(Id),
    WholeQuotient(Id, Id),
    Bounded(Id),
    BoundedLarger(Id, Id),
    Value(Expr),
    WholeAbove(Expr),
    WholeBelow(Expr),
    Interval(Expr),
    Floor(Expr),
}

#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) nodes: Vec<Node>,
    known: HashMap<Key, Id>,
}

impl Builder {
    pub(super) fn push(&mut self, node: Node) -> Id {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    fn once(&mut self, key: Key, node: impl FnOnce() -> Node) -> Id {
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let id = self.push(node());
        self.known.insert(key, id);
        id
    }

    /// The value of an expression.
    pub(super) fn value(&mut self, of: &Compiled) -> Id {
        let key = Key::Value(of.exact.expr.clone());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let mut terms = Vec::with_capacity(of.terms.len());
        for term in &of.terms {
            terms.push(SumTerm {
                coefficient: term.coefficient,
                above: self.product(&term.above, Builder::factor),
                below: self.product(&term.below, Builder::factor),
            });
        }
        let by = of.clone();
        self.once(key, || Node::Sum { terms, by })
    }

    /// The ends of an interval that holds the value of an expression.
    pub(super) fn ends(&mut self, of: &Compiled) -> Id {
        let whole = self.whole(of);
        let interval = self.interval(of);
        self.push(Node::Ends { whole, interval })
    }

    /// The product of factors, from the left; nothing where there are none.
    fn product(
        &mut self,
        factors: &[(Factor, i32)],
        node: impl Fn(&mut Builder, &Factor) -> Id,
    ) -> Option<Id> {
        let mut product = None;
        for (factor, exponent) in factors {
            let base = node(self, factor);
            let power = match exponent {
                1 => base,
                _ => self.once(Key::Power(base, *exponent), || Node::Power(base, *exponent)),
            };
            product = Some(match product {
                None => power,
                Some(so_far) => {
                    self.once(Key::Product(so_far, power), || Node::Product(so_far, power))
                }
            });
        }
        product
    }

    fn factor(&mut self, factor: &Factor) -> Id {
        match factor {
            Factor::Variable(place) => self.once(Key::Variable(*place), || Node::Variable(*place)),
            Factor::Group(inner) => self.value(inner),
            Factor::Floor(inner) => self.floor(inner),
            Factor::Max(pair) => {
                let (a, b) = (self.value(&pair.0), self.value(&pair.1));
                self.once(Key::Larger(a, b), || Node::Larger(a, b))
            }
            Factor::Steps(steps) => {
                let inner = self.value(&steps.1);
                self.push(Node::Steps(inner, Arc::clone(steps)))
            }
            Factor::Call(_) => self.push(Node::Call(factor.clone())),
        }
    }

    fn floor(&mut self, of: &Arc<Compiled>) -> Id {
        let key = Key::Floor(of.exact.expr.clone());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let whole = self.whole(of);
        let interval = self.interval(of);
        self.once(key, || Node::Floor {
            whole,
            interval,
            by: Arc::clone(of),
        })
    }

    /// What stands above and below the bar, as whole numbers; nothing where a
    /// coefficient is none.
    fn whole(&mut self, of: &Compiled) -> Option<(Id, Id)> {
        let quotient = &of.quotient;
        let terms = || quotient.above.iter().chain([&quotient.below]);
        if !terms().all(|(coefficient, _)| coefficient.is_exact()) {
            return None;
        }
        let expr = || of.exact.expr.clone();
        Some((
            self.whole_sum(Key::WholeAbove(expr()), &quotient.above),
            self.whole_sum(
                Key::WholeBelow(expr()),
                std::slice::from_ref(&quotient.below),
            ),
        ))
    }

    fn whole_sum(&mut self, key: Key, terms: &[WholeTerm]) -> Id {
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let mut sum = Vec::with_capacity(terms.len());
        for (coefficient, factors) in terms {
            sum.push((
                coefficient.value,
                self.product(factors, Builder::whole_factor),
            ));
        }
        self.once(key, || Node::WholeSum(sum))
    }

    /// A factor where it is whole.
    fn whole_factor(&mut self, factor: &Factor) -> Id {
        match factor {
            Factor::Group(inner) => self.whole_value(inner),
            Factor::Max(pair) => {
                let (a, b) = (self.whole_value(&pair.0), self.whole_value(&pair.1));
                self.once(Key::Larger(a, b), || Node::Larger(a, b))
            }
            // Floors are taken wherever they have a value, and are whole then.
            _ => {
                let value = self.factor(factor);
                self.once(Key::Whole(value), || Node::Whole(value))
            }
        }
    }

    /// An expression where its value is whole.
    fn whole_value(&mut self, of: &Compiled) -> Id {
        match self.whole(of) {
            Some((above, below)) => self.once(Key::WholeQuotient(above, below), || {
                Node::WholeQuotient(above, below)
            }),
            None => self.push(Node::WholeSum(vec![(f64::NAN, None)])),
        }
    }

    fn interval(&mut self, of: &Compiled) -> Id {
        let key = Key::Interval(of.exact.expr.clone());
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let above = self.bounded_sum(&of.quotient.above);
        let below = self.bounded_sum(std::slice::from_ref(&of.quotient.below));
        self.once(key, || Node::BoundedQuotient(above, below))
    }

    fn bounded_sum(&mut self, terms: &[WholeTerm]) -> Id {
        let mut sum = Vec::with_capacity(terms.len());
        for (coefficient, factors) in terms {
            let mut ids = Vec::with_capacity(factors.len());
            for (factor, exponent) in factors {
                ids.push((self.bounded(factor), *exponent));
            }
            sum.push((*coefficient, ids));
        }
        self.push(Node::BoundedSum(sum))
    }

    fn bounded(&mut self, factor: &Factor) -> Id {
        match factor {
            Factor::Group(inner) => self.interval(inner),
            Factor::Max(pair) => {
                let (a, b) = (self.interval(&pair.0), self.interval(&pair.1));
                self.once(Key::BoundedLarger(a, b), || Node::BoundedLarger(a, b))
            }
            _ => {
                let value = self.factor(factor);
                self.once(Key::Bounded(value), || Node::Bounded(value))
            }
        }
    }
}
