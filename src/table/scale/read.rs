//! How `scale` is read: a law, and what that law takes.

use num_rational::BigRational;
use num_traits::Signed;

use super::ask::{Scale, Target};
use crate::format::NumberFormat;
use crate::number::{parse_decimal, whole};
use crate::source::{Datum, Diagnostic, Fields, Problems, Spanned, Value};
use crate::table::entry::Word;
use crate::table::keys::SCALE;
use crate::table::law::{Process, ScalingLaw};

/// What a file says beside the law.
struct Given<'a> {
    node: Option<&'a Datum>,
    process: Option<&'a Datum>,
    voltage: Option<&'a Datum>,
    format: Option<&'a Datum>,
    width: Option<&'a Datum>,
}

impl ScalingLaw {
    /// The keys that it takes, each with whether it needs it.
    fn takes(self) -> &'static [(&'static str, bool)] {
        match self {
            ScalingLaw::StillmakerBaas2017 => {
                &[("node", true), ("process", false), ("voltage", false)]
            }
            ScalingLaw::Cv2 => &[("voltage", true)],
            ScalingLaw::MultiplierQuadratic => &[("format", true), ("width", true)],
        }
    }
}

impl Scale {
    /// Reads the table `scale` at `node`.
    pub(in crate::table) fn read(node: &Datum, problems: &mut Problems) -> Option<Scale> {
        let mut fields = Fields::shaped(node, &SCALE, problems)?;
        let law = fields
            .require("law", "`scale`", problems)
            .and_then(|node| ScalingLaw::read(node, problems));
        let given = Given {
            node: fields.take("node"),
            process: fields.take("process"),
            voltage: fields.take("voltage"),
            format: fields.take("format"),
            width: fields.take("width"),
        };
        fields.finish("`scale`", problems);
        let law = law?;
        given.check(law, node, problems)?;
        Some(Scale {
            law,
            place: node.place.clone(),
            to: given.target(law, problems)?,
        })
    }
}

impl Given<'_> {
    /// `Some` where there is all that the law needs, and nothing that it does not
    /// know.
    fn check(&self, law: ScalingLaw, whole: &Datum, problems: &mut Problems) -> Option<()> {
        let before = problems.len();
        for (key, given) in [
            ("node", self.node),
            ("process", self.process),
            ("voltage", self.voltage),
            ("format", self.format),
            ("width", self.width),
        ] {
            let taken = law.takes().iter().find(|(known, _)| *known == key);
            let (place, fault) = match (taken, given) {
                (None, Some(given)) => (&given.place, "knows of no"),
                (Some((_, true)), None) => (&whole.place, "needs a"),
                _ => continue,
            };
            let message = format!("the law `{}` {fault} `{key}`", law.name());
            problems.push(Diagnostic::at(place, message));
        }
        (problems.len() == before).then_some(())
    }

    fn target(&self, law: ScalingLaw, problems: &mut Problems) -> Option<Target> {
        let volts = match self.voltage {
            Some(node) => Some(read_volts(node, problems)?),
            None => None,
        };
        Some(match law {
            ScalingLaw::StillmakerBaas2017 => Target::Node {
                nanometres: read_node(self.node?, problems)?,
                process: match self.process {
                    Some(node) => Process::read(node, problems)?,
                    None => Process::Hp,
                },
                volts,
            },
            ScalingLaw::Cv2 => Target::Supply(volts?),
            ScalingLaw::MultiplierQuadratic => Target::Width {
                format: read_format(self.format?, problems)?,
                width: read_width(self.width?, problems)?,
            },
        })
    }
}

/// `7 nm`.
pub(in crate::table) fn nanometres(text: &str) -> Option<u32> {
    text.trim().strip_suffix("nm")?.trim().parse().ok()
}

/// `0.9 V`.
pub(in crate::table) fn volts(text: &str) -> Option<BigRational> {
    parse_decimal(text.trim().strip_suffix('V')?.trim())
}

fn read_node(node: &Datum, problems: &mut Problems) -> Option<Spanned<u32>> {
    let text = node.text(problems)?;
    let read = nanometres(&text.value);
    if read.is_none() {
        let message = format!("`{}` is no node", text.value);
        problems.push(Diagnostic::at(&text.place, message).help("write, for example, `7 nm`"));
    }
    Some(Spanned::new(read?, text.place))
}

/// A supply as tables say it, `0.9 V`, or in volts.
fn read_volts(node: &Datum, problems: &mut Problems) -> Option<Spanned<BigRational>> {
    let read = match &node.value {
        Value::Number(number) => Some(number.clone()),
        _ => volts(&node.text(problems)?.value),
    };
    let read = read.filter(|volts| volts.is_positive() && *volts <= whole(1000));
    if read.is_none() {
        let message = format!("{} is no supply", node.describe());
        problems.push(Diagnostic::at(&node.place, message).help("write, for example, `0.7 V`"));
    }
    Some(Spanned::new(read?, node.place.clone()))
}

fn read_format(node: &Datum, problems: &mut Problems) -> Option<Spanned<NumberFormat>> {
    let text = node.text(problems)?;
    Some(Spanned::new(text.parse(problems)?, text.place))
}

fn read_width(node: &Datum, problems: &mut Problems) -> Option<u16> {
    let width = node.whole_number(1024, problems)?;
    if width == 0 {
        problems.push(Diagnostic::at(&node.place, "a format has at least one bit"));
        return None;
    }
    u16::try_from(width).ok()
}
