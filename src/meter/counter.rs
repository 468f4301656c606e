//! A register that counts energy up, and starts from 0 when it is full.
//!
//! What it shows means nothing by itself; what was added between two readings does.
//! A reading below the one before has two explanations: the register was full and
//! started again, or it was reset, by a driver that was loaded anew or a machine that
//! slept. The first is a matter of arithmetic, the second a measurement that is lost.
//! They are told apart by power: what the register must have counted, had it been
//! full, in the time that passed, is what a piece of silicon can take, or is not.

use std::time::Duration;

use super::Stretch;

/// More than any domain takes that has a counter: server processors are specified up
/// to 600 W, whole servers up to some kilowatts.
pub(super) const MOST_WATTS: f64 = 4000.0;

/// Readings closer together than this are judged as if it had passed: some registers
/// are brought up to date once a second.
const UPDATED: Duration = Duration::from_secs(1);

/// A register, and what it counted from reading to reading, in its own unit.
#[derive(Debug)]
pub(super) struct Counter {
    /// The largest value that it shows, where it starts again.
    range: Option<u64>,
    /// How many of its units a joule has.
    per_joule: f64,
    shown: u64,
    /// What was counted since the first reading, at each.
    counted: Vec<(Duration, u64)>,
}

/// A counter showed less than before, and cannot have been full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Backwards {
    pub(super) from: u64,
    pub(super) to: u64,
}

impl Counter {
    pub(super) fn new(range: Option<u64>, per_joule: f64) -> Counter {
        Counter {
            range,
            per_joule,
            shown: 0,
            counted: Vec::new(),
        }
    }

    /// The joules after which it starts again.
    pub(super) fn range_joules(&self) -> Option<f64> {
        Some(self.range? as f64 / self.per_joule)
    }

    /// Takes over what the register shows now.
    pub(super) fn read(&mut self, now: Duration, shows: u64) -> Result<(), Backwards> {
        let counted = match self.counted.last() {
            None => 0,
            Some((before, counted)) => {
                counted.saturating_add(self.added(now.saturating_sub(*before), shows)?)
            }
        };
        self.shown = shows;
        self.counted.push((now, counted));
        Ok(())
    }

    /// What was added since the register was read before.
    fn added(&self, passed: Duration, shows: u64) -> Result<u64, Backwards> {
        if let Some(added) = shows.checked_sub(self.shown) {
            return Ok(added);
        }
        let backwards = Backwards {
            from: self.shown,
            to: shows,
        };
        let range = self.range.ok_or(backwards)?;
        let added = range.saturating_sub(self.shown) + shows;
        let watts = added as f64 / self.per_joule / passed.max(UPDATED).as_secs_f64();
        if watts > MOST_WATTS {
            return Err(backwards);
        }
        Ok(added)
    }

    /// The joules counted over a stretch.
    pub(super) fn joules(&self, stretch: Stretch) -> f64 {
        self.until(stretch.end)
            .saturating_sub(self.until(stretch.start)) as f64
            / self.per_joule
    }

    /// What the last reading until `moment` had counted.
    fn until(&self, moment: Duration) -> u64 {
        let read = self.counted.partition_point(|(at, _)| *at <= moment);
        let last = self.counted[..read].last();
        last.map_or(0, |(_, counted)| *counted)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const MICRO: f64 = 1e6;

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn stretch(start: u64, end: u64) -> Stretch {
        Stretch {
            start: seconds(start),
            end: seconds(end),
        }
    }

    /// A register of 10 J: 9.5 J → 2 J is 0.5 J up to the top and 2 J from 0.
    #[test]
    fn a_full_register_starts_again() {
        let mut counter = Counter::new(Some(10_000_000), MICRO);
        for (at, shows) in [
            (0, 7_000_000),
            (1, 9_500_000),
            (2, 2_000_000),
            (3, 2_000_000),
        ] {
            counter.read(seconds(at), shows).unwrap();
        }
        assert_eq!(counter.joules(stretch(0, 1)), 2.5);
        assert_eq!(counter.joules(stretch(1, 2)), 2.5);
        assert_eq!(counter.joules(stretch(0, 3)), 5.0);
        assert_eq!(counter.joules(stretch(2, 3)), 0.0);
    }

    /// From 5 J to 1 J in a register of 262 143 J would be 262 139 J in 2 s, 131 kW.
    #[test]
    fn a_register_that_was_reset_is_no_full_one() {
        let mut counter = Counter::new(Some(262_143_328_850), MICRO);
        counter.read(seconds(0), 5_000_000).unwrap();
        let backwards = counter.read(seconds(2), 1_000_000).unwrap_err();
        assert_eq!((backwards.from, backwards.to), (5_000_000, 1_000_000));
        // Where nothing says how much it holds, it is never full.
        let mut counter = Counter::new(None, MICRO);
        counter.read(seconds(0), 5).unwrap();
        assert!(counter.read(seconds(1), 4).is_err());
    }

    /// 262 143 328 850 µJ − 1 000 000 µJ is 1 J below the top: 3 J in all.
    #[test]
    fn the_register_of_a_real_package_is_full_as_well() {
        let range = 262_143_328_850;
        let mut counter = Counter::new(Some(range), MICRO);
        counter.read(seconds(0), range - 1_000_000).unwrap();
        counter.read(seconds(2), 2_000_000).unwrap();
        assert_eq!(counter.joules(stretch(0, 2)), 3.0);
    }
}
