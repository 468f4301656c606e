//! How far predictions are from what was measured.

/// A measured value and its prediction, both above 0 unless a prediction says
/// otherwise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// What a meter said, in joules.
    pub measured: f64,
    /// What was predicted, in joules.
    pub predicted: f64,
}

/// The errors of some pairs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Errors {
    /// How many pairs.
    pub runs: usize,
    /// The median of |predicted / measured − 1|.
    pub median: f64,
    /// Nine tenths of them are at most this.
    pub p90: f64,
    /// The largest.
    pub worst: f64,
    /// The median of predicted / measured − 1, with its sign.
    pub bias: f64,
    /// The largest of measured / predicted over the least; nothing where a
    /// prediction is 0.
    pub spread: Option<f64>,
    /// Spearman's rank correlation of measured and predicted; nothing where
    /// one of them does not vary.
    pub spearman: Option<f64>,
}

impl Pair {
    /// predicted / measured − 1.
    pub fn error(self) -> f64 {
        self.predicted / self.measured - 1.0
    }
}

impl Errors {
    /// The errors of these pairs; nothing where there is none.
    pub fn of(pairs: &[Pair]) -> Option<Errors> {
        let errors: Vec<f64> = pairs.iter().map(|pair| pair.error()).collect();
        let sizes: Vec<f64> = errors.iter().map(|error| error.abs()).collect();
        Some(Errors {
            runs: pairs.len(),
            median: quantile(&sizes, 0.5)?,
            p90: quantile(&sizes, 0.9)?,
            worst: quantile(&sizes, 1.0)?,
            bias: quantile(&errors, 0.5)?,
            spread: spread(pairs),
            spearman: spearman(pairs),
        })
    }
}

fn spread(pairs: &[Pair]) -> Option<f64> {
    let ratios = pairs.iter().map(|pair| pair.measured / pair.predicted);
    let ratios: Vec<f64> = ratios.collect();
    let spread = quantile(&ratios, 1.0)? / quantile(&ratios, 0.0)?;
    spread.is_finite().then_some(spread)
}

/// The value below which a share of the values lies, between neighbours in
/// proportion; nothing where there are no values.
pub fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let at = share * (sorted.len().checked_sub(1)? as f64);
    let low = *sorted.get(at.floor() as usize)?;
    let high = *sorted.get(at.ceil() as usize)?;
    Some(match at.fract() {
        0.0 => low,
        part => low + part * (high - low),
    })
}

/// Spearman's rank correlation: that of the ranks, where equal values share
/// the middle of theirs.
pub fn spearman(pairs: &[Pair]) -> Option<f64> {
    let measured: Vec<f64> = pairs.iter().map(|pair| pair.measured).collect();
    let predicted: Vec<f64> = pairs.iter().map(|pair| pair.predicted).collect();
    correlation(&ranks(&measured), &ranks(&predicted))
}

fn ranks(values: &[f64]) -> Vec<f64> {
    let rank = |value: &f64| {
        let below = values.iter().filter(|other| *other < value).count();
        let equal = values.iter().filter(|other| *other == value).count();
        below as f64 + (equal as f64 + 1.0) / 2.0
    };
    values.iter().map(rank).collect()
}

fn correlation(a: &[f64], b: &[f64]) -> Option<f64> {
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (a - mean_a, b - mean_b);
        ab += a * b;
        aa += a * a;
        bb += b * b;
    }
    let correlation = ab / (aa * bb).sqrt();
    correlation.is_finite().then_some(correlation)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn pairs(all: &[(f64, f64)]) -> Vec<Pair> {
        let pair = |(measured, predicted): &(f64, f64)| Pair {
            measured: *measured,
            predicted: *predicted,
        };
        all.iter().map(pair).collect()
    }

    #[test]
    fn errors_of_four_pairs_by_hand() {
        // Errors: +10 %, −20 %, 0, +50 %. Sorted sizes 0, 0.1, 0.2, 0.5: the
        // median is 0.15; nine tenths lie at place 2.7, 0.2 + 0.7·0.3 = 0.41.
        // Ratios measured / predicted: 1/1.1, 1.25, 1, 1/1.5: 1.25 · 1.5.
        let errors =
            Errors::of(&pairs(&[(1.0, 1.1), (10.0, 8.0), (5.0, 5.0), (2.0, 3.0)])).unwrap();
        let near = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        near(errors.median, 0.15);
        near(errors.p90, 0.41);
        near(errors.worst, 0.5);
        near(errors.bias, 0.05);
        near(errors.spread.unwrap(), 1.875);
        near(errors.spearman.unwrap(), 1.0);
        assert_eq!(errors.runs, 4);
        assert_eq!(Errors::of(&[]), None);
    }

    #[test]
    fn ranks_of_equal_values_are_shared() {
        assert_eq!(ranks(&[3.0, 1.0, 3.0, 2.0]), [3.5, 1.0, 3.5, 2.0]);
        // By the formula without ties: 1 − 6·Σd²/(n(n² − 1)), d = 0, 1, −1, 0:
        // 1 − 12/60.
        let correlation = spearman(&pairs(&[(1.0, 1.0), (2.0, 3.0), (3.0, 2.0), (4.0, 9.0)]));
        assert!((correlation.unwrap() - 0.8).abs() < 1e-12);
        assert_eq!(spearman(&pairs(&[(1.0, 1.0), (2.0, 1.0)])), None);
    }
}
