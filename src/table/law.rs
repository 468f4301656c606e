//! Published laws that take energies from one node, supply or width to another,
//! with what they say and where they say it.
//!
//! All of them are of logic: of the circuits that compute. What a memory, an
//! interface or leakage takes follows none of them.

use num_rational::BigRational;
use num_traits::{Pow, Zero};

use super::citation::Citation;
use super::entry::Word;
use crate::number::{parse_decimal, plain, whole};
use crate::source::Place;

/// A law by which a table can be scaled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScalingLaw {
    /// Polynomials of the supply, one for each node from 180 to 7 nm, fitted to
    /// simulated circuits.
    StillmakerBaas2017,
    /// The energy of switching goes with the square of the supply.
    Cv2,
    /// Integer adders go with the width, multipliers with its square.
    MultiplierQuadratic,
}

impl ScalingLaw {
    /// All laws.
    pub const ALL: [ScalingLaw; 3] = [
        ScalingLaw::StillmakerBaas2017,
        ScalingLaw::Cv2,
        ScalingLaw::MultiplierQuadratic,
    ];

    /// Its name in files and on the command line, and the key of its source.
    pub const fn name(self) -> &'static str {
        match self {
            ScalingLaw::StillmakerBaas2017 => "stillmaker-baas-2017",
            ScalingLaw::Cv2 => "cv2",
            ScalingLaw::MultiplierQuadratic => "multiplier-quadratic",
        }
    }

    /// Where it is published, for a table that names it at `place`.
    pub(super) fn citation(self, place: &Place) -> Citation {
        let (title, venue, read) = match self {
            ScalingLaw::StillmakerBaas2017 => (
                "Scaling equations for the accurate prediction of CMOS device performance from 180 nm to 7 nm",
                "A. Stillmaker, B. Baas, Integration 58, 2017, table 5: energy",
                "the coefficients in nodeScale (UCLA NanoCAD) and, but for 180 nm, 45HP, 32HP and the LP \
                 nodes from 20 nm, in the library plug-in of Accelergy, which agree; those of 65 \
                 and 32HP also in the authors' corrigendum. The paper gives the fits (R² above \
                 0.95) and bounds on the supply that were not at hand. From 45 to 7 nm at one \
                 supply it says a factor of 8; published tables of the two nodes differ by 2.1 to 4.3",
            ),
            ScalingLaw::Cv2 => (
                "Power and energy of digital circuits (lecture notes)",
                "D. J. Greaves, University of Cambridge, ACS P35, 2012 to 2018",
                "the energy of a net is its activity times C·V²; static power is not in it",
            ),
            ScalingLaw::MultiplierQuadratic => (
                "Computing's energy problem (and what we can do about it)",
                "M. Horowitz, ISSCC 2014, figure 1.1.9: integers of 8 and 32 bits",
                "an adder has a full adder for each bit, a multiplier one for each pair of bits. \
                 From 8 to 32 bits the figure has 3.3 times for an addition, where this says 4, \
                 and 15.5 for a multiplication, where this says 16",
            ),
        };
        Citation {
            title: title.to_owned(),
            venue: venue.to_owned(),
            read: Some(read.to_owned()),
            url: None,
            place: place.clone(),
        }
    }
}

impl Word for ScalingLaw {
    const WHAT: &'static str = "law of scaling";
    const WORDS: &'static [(ScalingLaw, &'static str)] = &[
        (
            ScalingLaw::StillmakerBaas2017,
            ScalingLaw::StillmakerBaas2017.name(),
        ),
        (ScalingLaw::Cv2, ScalingLaw::Cv2.name()),
        (
            ScalingLaw::MultiplierQuadratic,
            ScalingLaw::MultiplierQuadratic.name(),
        ),
    ];
}

/// The transistors of a node of 45 nm and below.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Process {
    /// High performance.
    Hp,
    /// Low standby power.
    Lp,
}

impl Word for Process {
    const WHAT: &'static str = "process";
    const WORDS: &'static [(Process, &'static str)] = &[(Process::Hp, "HP"), (Process::Lp, "LP")];
}

/// A node of Stillmaker and Baas, and what multiplies V², V and 1.
struct Row {
    nanometres: u32,
    /// None where there is one process alone.
    process: Option<Process>,
    energy: [&'static str; 3],
}

const fn row(nanometres: u32, process: Option<Process>, energy: [&'static str; 3]) -> Row {
    Row {
        nanometres,
        process,
        energy,
    }
}

const ROWS: [Row; 18] = [
    row(180, None, ["0", "24.64", "-17.98"]),
    row(130, None, ["7.171", "-6.709", "2.904"]),
    row(90, None, ["4.762", "-4.781", "2.092"]),
    row(65, None, ["3.755", "-4.398", "1.975"]),
    row(45, Some(Process::Hp), ["1.018", "-0.3107", "0.1539"]),
    row(32, Some(Process::Hp), ["0.8367", "-0.4341", "0.1701"]),
    row(20, Some(Process::Hp), ["0.373", "-0.1582", "0.04104"]),
    row(16, Some(Process::Hp), ["0.2958", "-0.1241", "0.03024"]),
    row(14, Some(Process::Hp), ["0.2363", "-0.09675", "0.02239"]),
    row(10, Some(Process::Hp), ["0.2068", "-0.09311", "0.02375"]),
    row(7, Some(Process::Hp), ["0.1776", "-0.09097", "0.02447"]),
    row(45, Some(Process::Lp), ["1.103", "-0.362", "0.2767"]),
    row(32, Some(Process::Lp), ["0.9559", "-0.7823", "0.471"]),
    row(20, Some(Process::Lp), ["0.2632", "-0.14", "0.06841"]),
    row(16, Some(Process::Lp), ["0.2139", "-0.1187", "0.05639"]),
    row(14, Some(Process::Lp), ["0.1556", "-0.06472", "0.03066"]),
    row(10, Some(Process::Lp), ["0.1261", "-0.0518", "0.02769"]),
    row(7, Some(Process::Lp), ["0.09365", "-0.03409", "0.02043"]),
];

/// The nodes of Stillmaker and Baas in nanometres, largest first.
pub(super) fn nodes() -> Vec<u32> {
    let mut nodes: Vec<u32> = ROWS.iter().map(|row| row.nanometres).collect();
    nodes.sort_unstable_by(|a, b| b.cmp(a));
    nodes.dedup();
    nodes
}

/// The supply of the oldest node; none of them runs at more.
const MOST_VOLTS: (i64, i64) = (18, 10);

/// The energy factor of Stillmaker and Baas for a node at a supply.
///
/// # Errors
/// In words: no such node; a supply for which the polynomial is none of an
/// energy, since there it falls as the supply rises, or is no more than 0.
pub(super) fn energy_factor(
    nanometres: u32,
    process: Process,
    volts: &BigRational,
) -> Result<BigRational, String> {
    let is_it = |row: &&Row| {
        row.nanometres == nanometres && row.process.is_none_or(|other| other == process)
    };
    let row = (ROWS.iter().find(is_it)).ok_or_else(|| format!("the law has no {nanometres} nm"))?;
    let [square, linear, constant] =
        (row.energy).map(|text| parse_decimal(text).unwrap_or_else(BigRational::zero));
    let (most, tenths) = MOST_VOLTS;
    let slope = &square * volts * whole(2) + &linear;
    let factor = square * Pow::pow(volts, 2) + linear * volts + constant;
    let is_sound = slope > BigRational::zero() && factor > BigRational::zero();
    match is_sound && *volts <= BigRational::new(most.into(), tenths.into()) {
        true => Ok(factor),
        false => Err(format!(
            "the law says nothing of {nanometres} nm at {} V",
            plain(volts)
        )),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn factor(nanometres: u32, volts: &str) -> BigRational {
        energy_factor(nanometres, Process::Hp, &parse_decimal(volts).unwrap()).unwrap()
    }

    /// The example of the authors' corrigendum: 32 nm at 0.9 V is
    /// 0.8367·0.81 − 0.4341·0.9 + 0.1701 = 0.457137 (0.4571 in print), 65 nm at
    /// 1.3 V is 3.755·1.69 − 4.398·1.3 + 1.975 = 2.60355 (2.604), and 1 pJ of
    /// the one is 0.1755 pJ of the other, as they round.
    #[test]
    fn the_example_of_the_authors_comes_out() {
        assert_eq!(plain(&factor(32, "0.9")), "0.457137");
        assert_eq!(plain(&factor(65, "1.3")), "2.60355");
        let scaled = crate::number::to_f64(&(factor(32, "0.9") / factor(65, "1.3")));
        assert!((scaled - 0.17558).abs() < 5e-6, "{scaled}");
    }

    #[test]
    fn a_supply_below_the_lowest_point_of_a_polynomial_is_refused() {
        // 65 nm: 2·3.755·V = 4.398 at 0.5856 V.
        let at = |volts: &str| energy_factor(65, Process::Hp, &parse_decimal(volts).unwrap());
        assert!(at("0.59").is_ok());
        assert_eq!(
            at("0.58").unwrap_err(),
            "the law says nothing of 65 nm at 0.58 V"
        );
        assert!(at("1.9").is_err());
        // 180 nm has a straight line, which is 0 at 0.7297 V.
        let old = |volts: &str| energy_factor(180, Process::Lp, &parse_decimal(volts).unwrap());
        assert!(old("0.72").is_err() && old("1.8").is_ok());
        assert!(energy_factor(28, Process::Hp, &whole(1)).is_err());
    }

    #[test]
    fn every_law_is_spelt_one_way() {
        let spelt = |law: &ScalingLaw| ScalingLaw::WORDS.contains(&(*law, law.name()));
        assert!(ScalingLaw::ALL.iter().all(spelt));
        assert_eq!(nodes(), [180, 130, 90, 65, 45, 32, 20, 16, 14, 10, 7]);
    }
}
