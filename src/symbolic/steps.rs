//! Functions of one number that change only at some of its values.
//!
//! The best tiles change at some capacities and stay in between, and so do sums
//! and products of what they move. A staircase is worked out once, and then
//! costs one search for each of a million points.

/// A staircase.
#[derive(Debug, Clone, PartialEq)]
pub struct Steps {
    /// From which number on there is which value, in rising order. Below the
    /// first there is none.
    points: Vec<(f64, f64)>,
}

impl Steps {
    /// The staircase of these points, in rising order.
    pub fn new(points: Vec<(f64, f64)>) -> Steps {
        Steps { points }
    }

    /// The value at a number; not a number where there is none.
    pub fn at(&self, number: f64) -> f64 {
        let after = self.points.partition_point(|(from, _)| *from <= number);
        let step = after.checked_sub(1).and_then(|at| self.points.get(at));
        step.map_or(f64::NAN, |(_, value)| *value)
    }

    /// The same with every value times a factor.
    pub(super) fn scale(mut self, factor: f64) -> Steps {
        for (_, value) in &mut self.points {
            *value *= factor;
        }
        self
    }

    /// Two staircases, value by value; there is a value where both have one.
    pub(super) fn with(&self, other: &Steps, join: impl Fn(f64, f64) -> f64) -> Steps {
        let mut points = Vec::with_capacity(self.points.len() + other.points.len());
        let (mut a, mut b) = (
            self.points.iter().peekable(),
            other.points.iter().peekable(),
        );
        let (mut left, mut right) = (None, None);
        loop {
            let from = match (a.peek(), b.peek()) {
                (Some((x, _)), Some((y, _))) => x.min(*y),
                (Some((x, _)), None) => *x,
                (None, Some((y, _))) => *y,
                (None, None) => break,
            };
            if let Some((_, value)) = a.next_if(|(x, _)| *x <= from) {
                left = Some(*value);
            }
            if let Some((_, value)) = b.next_if(|(y, _)| *y <= from) {
                right = Some(*value);
            }
            if let (Some(left), Some(right)) = (left, right) {
                points.push((from, join(left, right)));
            }
        }
        Steps { points }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 3 from 1 on and 2 from 4 on, plus 10 from 2 on: 13 from 2 on, 12 from 4
    /// on, and nothing below 2.
    #[test]
    fn staircases_add_up_and_multiply() {
        let a = Steps::new(vec![(1.0, 3.0), (4.0, 2.0)]);
        let b = Steps::new(vec![(2.0, 10.0)]);
        let sum = a.with(&b, |x, y| x + y);
        assert_eq!(sum, Steps::new(vec![(2.0, 13.0), (4.0, 12.0)]));
        assert!(sum.at(1.5).is_nan());
        assert_eq!([sum.at(2.0), sum.at(3.9), sum.at(1e9)], [13.0, 13.0, 12.0]);
        let product = b.with(&a, |x, y| x * y).scale(0.5);
        assert_eq!([product.at(2.0), product.at(5.0)], [15.0, 10.0]);
    }
}
