//! A warning: a fault, the number that has it, and the number without it.

use std::collections::BTreeMap;
use std::fmt;

use num_rational::BigRational;

use super::fault::Fault;

/// A fault of a claim, and what it does to the number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// What is wrong.
    pub fault: Fault,
    /// The number that it is wrong with.
    pub subject: Subject,
    /// The variant of a report that the number is of.
    pub variant: Option<String>,
    /// The number as it was published, or as it is computed.
    pub was: UnitValue,
    /// The number without the fault.
    pub corrected: Corrected,
}

/// A number as readers see it, and its value in a unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitValue {
    /// As it is shown, with its unit.
    pub text: String,
    /// Its value in the unit, to all digits.
    pub value: BigRational,
    /// The unit, as it is written; that of a share is `%`.
    pub unit: String,
}

/// What a warning is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Subject {
    /// A claim, by its name.
    Claim(String),
    /// A target of a report on one table and in one format.
    Target {
        /// The target, by its name.
        target: String,
        /// The table and the format.
        price: String,
    },
    /// An estimate as a whole, where the claim is of a part that the fault
    /// does not touch.
    Estimate(String),
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Claim(name) => f.write_str(name),
            Subject::Target { target, price } => write!(f, "{target}, {price}"),
            Subject::Estimate(name) => write!(f, "`{name}`, all of it"),
        }
    }
}

/// A number without a fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Corrected {
    /// The number, as it is shown, or why there is none.
    Number(Result<UnitValue, NoValue>),
    /// The number by each table alone.
    EachTable(Vec<(String, Result<UnitValue, NoValue>)>),
    /// The table that another one extends cannot be read.
    NoBase,
}

/// Why a number has no value under other prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoValue {
    /// The table lacks an entry that it would take.
    Unpriced,
    /// It divides by 0.
    DividesByZero,
}

impl fmt::Display for NoValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoValue::Unpriced => "not priced by the table",
            NoValue::DividesByZero => "divides by 0",
        })
    }
}

impl fmt::Display for Corrected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |number: &Result<UnitValue, NoValue>| match number {
            Ok(number) => number.text.clone(),
            Err(why) => why.to_string(),
        };
        match self {
            Corrected::Number(number) => f.write_str(&shown(number)),
            Corrected::EachTable(tables) => {
                let each: Vec<String> = (tables.iter())
                    .map(|(table, number)| format!("{table} alone: {}", shown(number)))
                    .collect();
                f.write_str(&each.join(", "))
            }
            Corrected::NoBase => f.write_str("the other table is not at hand"),
        }
    }
}

/// What a report calls the claims and the estimates that stand for it.
#[derive(Debug, Clone, Default)]
pub struct Labels {
    /// By the name of the claim.
    pub claims: BTreeMap<String, Label>,
    /// By the name of the estimate.
    pub estimates: BTreeMap<String, String>,
}

/// What a claim of a report is.
#[derive(Debug, Clone)]
pub struct Label {
    /// What it is of: a target on one table and in one format.
    pub subject: Subject,
    /// The variant that it is of.
    pub variant: String,
    /// Whether a number of it was published.
    pub is_published: bool,
}
