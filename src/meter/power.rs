//! Samples of power, and the energy between two moments.

/// Seconds and watts, in the order of time.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Samples(Vec<(f64, f64)>);

impl Samples {
    /// Adds one, no earlier than the last.
    pub(super) fn push(&mut self, seconds: f64, watts: f64) {
        self.0.push((seconds, watts));
    }

    pub(super) fn first(&self) -> Option<f64> {
        self.0.first().map(|(seconds, _)| *seconds)
    }

    pub(super) fn last(&self) -> Option<f64> {
        self.0.last().map(|(seconds, _)| *seconds)
    }

    /// The joules from `start` to `end`: the area under the line through the samples.
    /// Nothing where they do not reach from the one to the other.
    pub(super) fn joules(&self, start: f64, end: f64) -> Option<f64> {
        if self.first()? > start || self.last()? < end {
            return None;
        }
        let first = self.0.partition_point(|(seconds, _)| *seconds <= start);
        let last = self.0.partition_point(|(seconds, _)| *seconds < end);
        let inside = self.0.get(first..last).unwrap_or_default();
        // Of several samples at one moment the last begins what follows, and the first
        // ends what was before.
        let mut points = vec![(start, self.watts(start, first))];
        points.extend(inside);
        points.push((end, self.watts(end, last)));
        Some(points.windows(2).map(area).sum())
    }

    /// The power at a moment, by the line to the sample `next` from the one before.
    fn watts(&self, moment: f64, next: usize) -> f64 {
        let earlier = next.checked_sub(1).and_then(|before| self.0.get(before));
        match (earlier, self.0.get(next)) {
            (Some((from, low)), Some((to, high))) => {
                low + (high - low) * (moment - from) / (to - from)
            }
            (None, Some((_, watts))) | (Some((_, watts)), None) => *watts,
            (None, None) => 0.0,
        }
    }
}

/// The area under the line from one point to the next.
fn area(points: &[(f64, f64)]) -> f64 {
    match points {
        [(from, low), (to, high)] => (to - from) * (low + high) / 2.0,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(samples: &[(f64, f64)]) -> Samples {
        Samples(samples.to_vec())
    }

    /// 0…2 s: (10 + 20) / 2 · 2 = 30 J; 2…3 s: (20 + 0) / 2 · 1 = 10 J.
    #[test]
    fn trapezoids_between_samples() {
        let samples = samples(&[(0.0, 10.0), (2.0, 20.0), (3.0, 0.0)]);
        assert_eq!(samples.joules(0.0, 3.0), Some(40.0));
        assert_eq!(samples.joules(0.0, 2.0), Some(30.0));
        assert_eq!(samples.joules(2.0, 3.0), Some(10.0));
        assert_eq!(samples.joules(2.0, 2.0), Some(0.0));
    }

    /// From 1 s, at 15 W, to 2.5 s, at 10 W: (15 + 20) / 2 · 1 + (20 + 10) / 2 · 0.5
    /// = 17.5 + 7.5 J; within one pair of samples, 0.5 s at 12.5 W to 1 s at 15 W:
    /// 13.75 · 0.5 = 6.875 J.
    #[test]
    fn ends_between_samples_are_interpolated() {
        let samples = samples(&[(0.0, 10.0), (2.0, 20.0), (3.0, 0.0)]);
        assert_eq!(samples.joules(1.0, 2.5), Some(25.0));
        assert_eq!(samples.joules(0.5, 1.0), Some(6.875));
    }

    /// A step: two samples at one moment. 1 s at 10 W, 1 s at 30 W.
    #[test]
    fn two_samples_at_one_moment_are_a_step() {
        let samples = samples(&[(0.0, 10.0), (1.0, 10.0), (1.0, 30.0), (2.0, 30.0)]);
        assert_eq!(samples.joules(0.0, 2.0), Some(40.0));
        assert_eq!(samples.joules(0.0, 1.0), Some(10.0));
        assert_eq!(samples.joules(1.0, 2.0), Some(30.0));
    }

    #[test]
    fn nothing_is_known_before_the_first_sample_and_after_the_last() {
        let samples = samples(&[(1.0, 10.0), (2.0, 10.0)]);
        assert_eq!(samples.joules(0.5, 2.0), None);
        assert_eq!(samples.joules(1.0, 2.5), None);
        assert_eq!(Samples::default().joules(0.0, 1.0), None);
    }
}
