//! Settings on which papers and counters differ in what they count. All of
//! them stand beside every result.

use std::fmt;
use std::str::FromStr;

use crate::source::{Fields, Problems};

/// Settings on which papers differ in what they count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conventions {
    /// How many additions a dot product takes.
    pub dot_adds: DotAdds,
    /// Whether a bias is an operation of its own.
    pub bias: BiasAs,
    /// Whether products with the zeros around what a window moves over count.
    pub padding: Ineffectual,
    /// Whether scores count that a causal mask hides.
    pub causal: Ineffectual,
}

impl Conventions {
    /// Those that a table of a report or claim file gives, the usual ones where
    /// it says nothing; `None` for a mistake.
    pub(crate) fn read(fields: &mut Fields<'_>, problems: &mut Problems) -> Option<Conventions> {
        let dot_adds = fields.parse("dot_adds", problems);
        let bias = fields.parse("bias", problems);
        let padding = fields.parse("padding", problems);
        let causal = fields.parse("causal", problems);
        Some(Conventions {
            dot_adds: dot_adds?.unwrap_or_default(),
            bias: bias?.unwrap_or_default(),
            padding: padding?.unwrap_or_default(),
            causal: causal?.unwrap_or_default(),
        })
    }

    /// Each with its value, as outputs for programs have them.
    pub fn list(self) -> [(&'static str, &'static str); 4] {
        [
            ("dot_adds", self.dot_adds.name()),
            ("bias", self.bias.name()),
            ("padding", self.padding.name()),
            ("causal", self.causal.name()),
        ]
    }
}

impl fmt::Display for Conventions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let adds = self.dot_adds.name();
        write!(f, "a dot product of length k takes {adds} additions")?;
        f.write_str(match (self.bias, self.dot_adds) {
            (BiasAs::Start, DotAdds::K) => ", its bias none",
            (BiasAs::Start, DotAdds::KMinusOne) => ", its bias one",
            (BiasAs::Counted, _) => ", its bias one more operation",
        })?;
        let (padding, causal) = (self.padding.name(), self.causal.name());
        match padding == causal {
            true => write!(f, "; padding and causal masks {padding}"),
            false => write!(f, "; padding {padding}, causal masks {causal}"),
        }
    }
}

/// The mistake for a word that a setting does not have.
fn unknown(text: &str, first: &str, second: &str) -> String {
    format!("`{text}` is neither `{first}` nor `{second}`")
}

/// How many additions a dot product of length k takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum DotAdds {
    /// k: each product is added to an accumulator that starts at 0, or at the
    /// bias.
    #[default]
    K,
    /// k − 1 between the k products, and one more for a bias.
    KMinusOne,
}

impl DotAdds {
    /// The setting as files and outputs write it.
    pub fn name(self) -> &'static str {
        match self {
            DotAdds::K => "k",
            DotAdds::KMinusOne => "k-1",
        }
    }
}

impl FromStr for DotAdds {
    type Err = String;

    fn from_str(text: &str) -> Result<DotAdds, String> {
        match text {
            "k" => Ok(DotAdds::K),
            "k-1" => Ok(DotAdds::KMinusOne),
            _ => Err(unknown(text, "k", "k-1")),
        }
    }
}

/// What a bias is among the operations of a dot product.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BiasAs {
    /// Where the sum starts: its addition is one of those that
    /// [`Conventions::dot_adds`] counts.
    #[default]
    Start,
    /// An operation for each output beside those of the dot product: an
    /// addition, and one more multiply–accumulate or accumulate.
    Counted,
}

impl BiasAs {
    /// The setting as files and outputs write it.
    pub fn name(self) -> &'static str {
        match self {
            BiasAs::Start => "start",
            BiasAs::Counted => "counted",
        }
    }
}

impl FromStr for BiasAs {
    type Err = String;

    fn from_str(text: &str) -> Result<BiasAs, String> {
        match text {
            "start" => Ok(BiasAs::Start),
            "counted" => Ok(BiasAs::Counted),
            _ => Err(unknown(text, "start", "counted")),
        }
    }
}

/// What is done with work that changes no result.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Ineffectual {
    /// It is counted in full.
    #[default]
    Counted,
    /// It is left out.
    Skipped,
}

impl Ineffectual {
    /// The setting as files and outputs write it.
    pub fn name(self) -> &'static str {
        match self {
            Ineffectual::Counted => "counted",
            Ineffectual::Skipped => "skipped",
        }
    }
}

impl FromStr for Ineffectual {
    type Err = String;

    fn from_str(text: &str) -> Result<Ineffectual, String> {
        match text {
            "counted" => Ok(Ineffectual::Counted),
            "skipped" => Ok(Ineffectual::Skipped),
            _ => Err(unknown(text, "counted", "skipped")),
        }
    }
}
