//! Energies, and how a person reads them.
//!
//! An [`Energy`] is held in picojoules, the unit of every hardware table, and
//! printed in the unit a reader would pick: `0.9 pJ`, `42.1 µJ`, `2.49 mJ`.

use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Mul, Sub};

/// An energy in picojoules (10⁻¹² J).
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, serde::Serialize)]
#[serde(transparent)]
pub struct Energy(f64);

impl Energy {
    /// No energy.
    pub const ZERO: Energy = Energy(0.0);

    /// An energy given in picojoules.
    pub const fn from_picojoules(pj: f64) -> Energy {
        Energy(pj)
    }

    /// The energy in picojoules.
    pub const fn picojoules(self) -> f64 {
        self.0
    }

    /// The unit in which this energy reads best: the largest one of which it
    /// holds at least one, picojoules for anything smaller.
    pub fn unit(self) -> Unit {
        let size = self.0.abs();
        Unit::ALL
            .into_iter()
            .rev()
            .find(|unit| size >= unit.picojoules())
            .unwrap_or(Unit::Picojoule)
    }

    /// The energy in joules.
    pub const fn joules(self) -> f64 {
        self.0 / 1e12
    }

    /// The energy expressed in `unit`.
    pub fn in_unit(self, unit: Unit) -> f64 {
        self.0 / unit.picojoules()
    }
}

/// A number of bytes in the unit in which it reads best: `384 KiB`, `1.25 GiB`.
pub fn bytes(bytes: f64) -> String {
    let units = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let (mut value, mut at) = (bytes, 0);
    while value.abs() >= 1024.0 && at + 1 < units.len() {
        value /= 1024.0;
        at += 1;
    }
    let unit = units.get(at).copied().unwrap_or_default();
    let decimals = match value.abs() {
        _ if value.fract() == 0.0 => 0,
        size if size < 10.0 => 2,
        size if size < 100.0 => 1,
        _ => 0,
    };
    format!("{value:.decimals$} {unit}")
}

/// A time in the unit in which it reads best, to four significant digits: `1.250
/// ms`.
pub fn seconds(seconds: f64) -> String {
    let units = [("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9)];
    let fits = |(_, size): &(&str, f64)| seconds.abs() >= *size;
    let (unit, size) = match seconds == 0.0 {
        true => ("s", 1.0),
        false => units.into_iter().find(fits).unwrap_or(("ps", 1e-12)),
    };
    format!("{} {unit}", significant(seconds / size, 4))
}

impl Add for Energy {
    type Output = Energy;
    fn add(self, other: Energy) -> Energy {
        Energy(self.0 + other.0)
    }
}

impl Sub for Energy {
    type Output = Energy;
    fn sub(self, other: Energy) -> Energy {
        Energy(self.0 - other.0)
    }
}

impl AddAssign for Energy {
    fn add_assign(&mut self, other: Energy) {
        self.0 += other.0;
    }
}

impl Mul<f64> for Energy {
    type Output = Energy;
    fn mul(self, factor: f64) -> Energy {
        Energy(self.0 * factor)
    }
}

impl Sum for Energy {
    fn sum<I: Iterator<Item = Energy>>(energies: I) -> Energy {
        energies.fold(Energy::ZERO, Add::add)
    }
}

/// Three significant digits and the unit a person would pick: `503 µJ`.
/// A precision (`{:.5}`) asks for that many significant digits instead.
impl fmt::Display for Energy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = f.precision().unwrap_or(3);
        let mut unit = self.unit();
        let mut text = significant(self.in_unit(unit), digits);
        // 999.96 µJ rounds to 1000 µJ, which a person writes as 1.00 mJ.
        if text.trim_start_matches('-').starts_with("1000")
            && let Some(larger) = unit.larger()
        {
            unit = larger;
            text = significant(self.in_unit(unit), digits);
        }
        f.pad_integral(true, "", &format!("{text} {unit}"))
    }
}

/// A unit of energy.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unit {
    /// 10⁻¹² J
    Picojoule,
    /// 10⁻⁹ J
    Nanojoule,
    /// 10⁻⁶ J
    Microjoule,
    /// 10⁻³ J
    Millijoule,
    /// 1 J
    Joule,
    /// 10³ J
    Kilojoule,
    /// 10⁶ J
    Megajoule,
}

impl Unit {
    /// All units, smallest first.
    pub const ALL: [Unit; 7] = [
        Unit::Picojoule,
        Unit::Nanojoule,
        Unit::Microjoule,
        Unit::Millijoule,
        Unit::Joule,
        Unit::Kilojoule,
        Unit::Megajoule,
    ];

    /// How many picojoules make one of this unit.
    pub const fn picojoules(self) -> f64 {
        match self {
            Unit::Picojoule => 1.0,
            Unit::Nanojoule => 1e3,
            Unit::Microjoule => 1e6,
            Unit::Millijoule => 1e9,
            Unit::Joule => 1e12,
            Unit::Kilojoule => 1e15,
            Unit::Megajoule => 1e18,
        }
    }

    fn larger(self) -> Option<Unit> {
        Unit::ALL.into_iter().find(|unit| *unit > self)
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Unit::Picojoule => "pJ",
            Unit::Nanojoule => "nJ",
            Unit::Microjoule => "µJ",
            Unit::Millijoule => "mJ",
            Unit::Joule => "J",
            Unit::Kilojoule => "kJ",
            Unit::Megajoule => "MJ",
        })
    }
}

/// `value` with `digits` significant digits, in plain notation where that
/// stays readable and in scientific notation where it does not.
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 || !value.is_finite() {
        return format!("{value}");
    }
    // Formatting first tells the exponent after rounding: 9.996 has exponent 1
    // at three digits.
    let scientific = format!("{:.*e}", digits.saturating_sub(1), value);
    let exponent: i64 = scientific
        .rsplit('e')
        .next()
        .and_then(|e| e.parse().ok())
        .unwrap_or(0);
    if !(-4..=15).contains(&exponent) {
        return scientific;
    }
    let decimals = (digits as i64 - 1 - exponent).max(0) as usize;
    format!("{value:.decimals$}")
}

/// A share between 0 and 1 as a percentage with `decimals` decimals. A share
/// that is not quite 1 never prints as 100 %, and one that is not quite 0
/// never as 0 %: further decimals are added (up to nine) until it does not.
pub fn percent(share: f64, decimals: usize) -> String {
    let value = share * 100.0;
    for extra in decimals..=decimals.max(9) {
        let text = format!("{value:.extra$}");
        let printed: f64 = text.parse().unwrap_or(value);
        let honest = (printed != 100.0 || value == 100.0) && (printed != 0.0 || value == 0.0);
        if honest {
            return format!("{} %", text.replace('-', "−"));
        }
    }
    format!("{value:.decimals$} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_reads_the_unit_that_fits() {
        let text = |pj: f64| Energy::from_picojoules(pj).to_string();
        assert_eq!(text(0.0), "0 pJ");
        assert_eq!(text(0.9), "0.900 pJ");
        assert_eq!(text(1300.0), "1.30 nJ");
        assert_eq!(text(42_061_004.8), "42.1 µJ");
        assert_eq!(text(2.49e9), "2.49 mJ");
        assert_eq!(text(999.96e6), "1.00 mJ");
        assert_eq!(text(-5e12), "-5.00 J");
    }

    #[test]
    fn times_have_the_unit_that_fits() {
        let times = [0.0, 2.5, 0.00125, 4.5e-6, 3e-9, 2e-12];
        let words = [
            "0 s",
            "2.500 s",
            "1.250 ms",
            "4.500 µs",
            "3.000 ns",
            "2.000 ps",
        ];
        assert_eq!(times.map(seconds), words);
    }

    #[test]
    fn nearly_all_is_not_all() {
        assert_eq!(percent(0.5, 1), "50.0 %");
        assert_eq!(percent(1.0, 1), "100.0 %");
        assert_eq!(percent(0.9999, 1), "99.99 %");
        assert_eq!(percent(0.00001, 1), "0.001 %");
        assert_eq!(percent(-0.25, 1), "−25.0 %");
    }
}
