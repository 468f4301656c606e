//! What was measured, before it is a row.

/// A command that was measured.
pub(super) struct Measurement {
    pub(super) runs: Vec<Measured>,
    /// The idle machine before and after.
    pub(super) idle: Option<(Measured, Measured)>,
    pub(super) inferences_of_one: u64,
}

/// A stretch of time.
pub(super) struct Measured {
    pub(super) seconds: f64,
    /// Of the whole.
    pub(super) joules: f64,
    pub(super) by_domain: Vec<f64>,
}

impl Measured {
    pub(super) fn watts(&self) -> f64 {
        self.joules / self.seconds
    }
}

impl Measurement {
    /// The seconds of all runs.
    pub(super) fn seconds(&self) -> f64 {
        self.runs.iter().map(|run| run.seconds).sum()
    }

    /// The joules of all runs.
    pub(super) fn joules(&self) -> f64 {
        self.runs.iter().map(|run| run.joules).sum()
    }

    /// The joules of all runs in each domain.
    pub(super) fn by_domain(&self) -> Vec<f64> {
        let mut runs = self.runs.iter().map(|run| run.by_domain.clone());
        let first = runs.next().unwrap_or_default();
        runs.fold(first, |sums, run| {
            sums.iter()
                .zip(&run)
                .map(|(sum, joules)| sum + joules)
                .collect()
        })
    }

    /// The power of the idle machine.
    pub(super) fn idle_watts(&self) -> Option<f64> {
        let (before, after) = self.idle.as_ref()?;
        Some((before.joules + after.joules) / (before.seconds + after.seconds))
    }

    /// How many inferences all runs did.
    pub(super) fn inferences(&self) -> f64 {
        self.inferences_of_one as f64 * self.runs.len() as f64
    }

    /// The joules of one inference.
    pub(super) fn joules_of_one(&self) -> f64 {
        self.joules() / self.inferences()
    }

    /// The standard deviation of the joules of single runs, as a share of their mean;
    /// of one run there is none.
    pub(super) fn spread(&self) -> Option<f64> {
        let count = self.runs.len() as f64;
        let mean = self.joules() / count;
        let squares: f64 = self
            .runs
            .iter()
            .map(|run| (run.joules - mean).powi(2))
            .sum();
        (self.runs.len() > 1).then(|| (squares / (count - 1.0)).sqrt() / mean)
    }
}
